"""From shaped rows to cells: what is hidden for its own sake, what a reader believes of it, what hiding it costs."""

from __future__ import annotations

import polars as pl

from contracts.policy.disclosure import Cells, DisclosurePolicy
from contracts.public import WHOLE
from transforms.s6_disclose.shape import KEY, PLACE

FAR = 10**9  # persons: more than anybody would believe
FAR_CENTS = 10**15
LEA_PART, LEA_WHOLE, STATE_SMALL, STATE_PART = 1_000, 1_000_000, 10**9, 10**11  # STATE_PART: k persons or more
# Units of rounding of a state's count: by its size alone, or the unit would tell what was rounded.
MANY, FEW_UNIT, MANY_UNIT = 500, 20, 50
STATE_WHOLE = 10**13  # only where the release could not be made otherwise: more than all the rest together


def with_rules(rows: pl.DataFrame, policy: DisclosurePolicy, closed: pl.DataFrame) -> pl.DataFrame:
    """SHAPE rows with `rule`: why the row is hidden for its own sake, or null (DISCLOSURE 3).

    `closed`: program_id, school_year that may not be published yet. Leaves are not published and have no rule.
    """
    marked = rows.join(
        closed.with_columns(shut=pl.lit(True)), on=["program_id", "school_year"], how="left", nulls_equal=True
    )
    holders = pl.when(pl.col("part") != "none").then("value").otherwise(0)
    parts = (pl.col("part") != WHOLE) & (pl.col("table") == "public_designation")
    place = ["table", "program_id", "school_year", *PLACE]
    small = parts & (pl.col("grain") == "lea") & (holders.filter(parts).sum().over(place) < policy.levels_shown_from)
    rule = (
        pl.when(pl.col("shut"))
        .then(pl.lit("not_released"))
        .when(~pl.col("sensitive") | (pl.col("grain") == "leaf"))
        .then(None)
        .when(pl.col("unit") == "cents")
        .then(_money_rule(policy))
        .otherwise(_count_rule(policy, small))
    )
    return marked.with_columns(rule=rule).drop("shut")


def _count_rule(policy: DisclosurePolicy, small: pl.Expr) -> pl.Expr:
    # Of evaluators who do not lead the secret is who does.
    led = pl.col("table") == "public_span"
    secret = pl.when(led).then(pl.col("group") - pl.col("value")).otherwise(pl.col("value") - pl.col("floor"))
    group = pl.col("group") - pl.col("floor")
    part = pl.col("part") != WHOLE
    many = group > 0
    return (
        pl.when(secret.is_between(1, policy.minimum_persons - 1))
        .then(pl.lit("few_persons"))
        .when(small & many)
        .then(pl.lit("small_group"))
        # That none of a few holders leads, or of a few rated is top-rated, tells what each is not.
        .when(~part & many & (pl.col("table") == "public_retention") & (secret == 0) & (group < policy.zero_shown_from))
        .then(pl.lit("sensitive_zero"))
        .when(part & many & (secret == 0) & (group < policy.zero_shown_from))
        .then(pl.lit("sensitive_zero"))
        .when(part & many & policy.uniform & (secret == group))
        .then(pl.lit("uniform"))
        .when(part & many & policy.one_off & (secret == group - 1))
        .then(pl.lit("one_off"))
    )


def _money_rule(policy: DisclosurePolicy) -> pl.Expr:
    size = pl.col("value").abs()
    most = (pl.col("largest") > policy.dominance.largest_share * size) | (
        pl.col("two_largest") > policy.dominance.two_largest_share * size
    )
    return (
        pl.when(pl.col("persons").is_between(1, policy.minimum_persons - 1))
        .then(pl.lit("few_persons"))
        .when((size > 0) & most.fill_null(False))
        .then(pl.lit("dominance"))
    )


def rounded_to(rows: pl.DataFrame, policy: DisclosurePolicy, awards: pl.DataFrame) -> pl.DataFrame:
    """Rows of confidential money with `unit_of_rounding` in cents; null elsewhere.

    To the policy's figures; and where a level count of the same place is hidden, to at least the policy's width times
    the largest award, so that money divided by an award does not count its holders. `awards`: program_id, school_year,
    grain, lea_id, award (cents), holders (of hidden levels). What such a unit would make meaningless, or leaves too few
    numbers of holders possible, is hidden: rule money_tells_level.
    """
    key = ["program_id", "school_year", "grain", "lea_id"]
    joined = rows.join(awards, on=key, how="left", nulls_equal=True)
    size = pl.col("value").abs().clip(1)
    figures = pl.lit(10.0).pow((size.cast(pl.Float64).log10().floor() + 1 - policy.rounded_figures).clip(0))
    wide = (pl.col("award") * policy.width.persons).fill_null(0).clip(1).cast(pl.Float64)
    unit = pl.max_horizontal(figures, pl.lit(10.0).pow(wide.log10().ceil())).round(0).cast(pl.Int64)
    mine = (
        (pl.col("unit") == "cents") & pl.col("confidential") & pl.col("persons").is_not_null() & (pl.col("value") != 0)
    )
    # Hidden holders are none at the least: how many awards fewer, and how many more, the shown amount leaves possible.
    least, most = rounded(unit) - unit // 2, rounded(unit) + (unit - 1) // 2
    award = pl.col("award").clip(1)
    open_ = pl.min_horizontal("holders", (pl.col("value") - least) // award) + (most - pl.col("value")) // award
    useless = mine & pl.col("award").is_not_null() & ((unit > size // 2) | (open_ < policy.width.persons))
    return joined.with_columns(
        unit_of_rounding=pl.when(mine & pl.col("rule").is_null() & ~useless).then(unit),
        rule=pl.when(pl.col("rule").is_null() & useless).then(pl.lit("money_tells_level")).otherwise(pl.col("rule")),
    ).drop("award", "holders")


def round_small_rest(rows: pl.DataFrame, policy: DisclosurePolicy, untold: pl.DataFrame) -> pl.DataFrame:
    """Rows with `told`: a number of the state of k persons or more that would be hidden only because what is left of it
    without its floor is fewer than k. It is told rounded, so that what is left stays open by the width.

    `untold`: table, program_id, school_year whose numbers stay hidden, as even rounded they would give another away.
    """
    k = policy.minimum_persons
    rows = rows.join(
        untold.with_columns(untold=pl.lit(True)),
        on=untold.columns,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    mine = (pl.col("grain") == "state") & (pl.col("unit") == "persons") & (pl.col("value") >= k)
    mine &= pl.col("untold").is_null()
    told = (mine & (pl.col("rule") == "few_persons")).fill_null(False)
    return (
        rows.with_columns(told=told)
        .drop("untold")
        .with_columns(
            rule=pl.when("told").then(None).otherwise("rule"),
            unit_of_rounding=pl.when("told").then(unit_of_state(policy)).otherwise("unit_of_rounding").cast(pl.Int64),
        )
    )


def as_cells(rows: pl.DataFrame, policy: DisclosurePolicy) -> pl.DataFrame:
    """`Cells` of shaped rows with rule and unit_of_rounding, sorted by name and numbered. KEY and PLACE come along."""
    order = [*KEY, *PLACE]
    state, part = pl.col("grain") == "state", pl.col("part") != WHOLE
    persons = pl.col("unit") == "persons"
    # How many persons a leaf of an open program divides is public.
    leaf = (pl.col("grain") == "leaf") & pl.col("sensitive")
    rank = _rank(policy)
    unit = pl.col("unit_of_rounding")
    shown = rounded(unit)
    least, most = shown - unit // 2, shown + (unit - 1) // 2
    # A number of the state that would have to be hidden for another's sake is rounded, where that does.
    spare = state & pl.col("rule").is_null() & unit.is_null() & pl.col("sensitive") & (rank >= STATE_PART)
    figures = pl.lit(10).pow((pl.col("value").abs().clip(1).log10().floor() + 1 - policy.rounded_figures).clip(0))
    count, money = spare & persons, spare & (figures > 1)
    other = pl.when(count).then(unit_of_state(policy)).when(money).then(figures.cast(pl.Int64))
    led = pl.col("table").is_in(["public_span", "public_access"])
    low = pl.when(persons).then("floor").otherwise(pl.min_horizontal(0, "value"))
    # A part is not more than its whole, where that is shown.
    veiled = ((pl.col("part") == WHOLE) & pl.col("rule").is_not_null()).any().over(*KEY[:4], *PLACE)
    # How many moved on a confidential ladder is told nowhere.
    veiled |= ((pl.col("grain") == "leaf") | (pl.col("table") == "public_ladder_flow")) & pl.col("confidential")
    inside = led | (part & pl.col("group").is_not_null() & pl.col("sensitive") & ~veiled)
    high = pl.when(persons & inside).then("group").when(persons).then(pl.lit(FAR)).otherwise(pl.lit(FAR_CENTS))
    need = _need(policy)
    names = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in order], separator="|")
    made = rows.sort(order, nulls_last=True).with_columns(
        name=names,
        mask=pl.when(leaf)
        .then(pl.lit("latent"))
        .when(pl.col("rule").is_not_null())
        .then(pl.lit("suppressed"))
        .when(unit.is_not_null())
        .then(pl.lit("rounded"))
        .otherwise(pl.lit("published")),
        low=low,
        high=high,
        box_low=pl.when("told").then(pl.max_horizontal(least, low)).otherwise(pl.coalesce(least, "value")),
        box_high=pl.when("told").then(pl.min_horizontal(most, high)).otherwise(pl.coalesce(most, "value")),
        rank=rank,
        shown=pl.when(unit.is_not_null()).then(shown).otherwise("value"),
        other_unit=other.cast(pl.Int64),
        round_low=pl.when(other.is_not_null()).then(pl.max_horizontal(rounded(other) - other // 2, low)),
        round_high=pl.when(other.is_not_null()).then(pl.min_horizontal(rounded(other) + (other - 1) // 2, high)),
    )
    numbered = made.with_columns(
        need=pl.min_horizontal(need, pl.col("high") - pl.col("low")).cast(pl.Int64),
        rank=rank.cast(pl.Int64),
        cell=pl.int_range(pl.len()).cast(pl.Int64),
    )
    boxes = ["box_low", "box_high", "round_low", "round_high", "other_unit", "unit_of_rounding"]
    return numbered.select(
        [*Cells.columns(), *boxes, *order, "told", "group", "confidential", "sensitive", "leads", "floor", "shown"]
    )


def _rank(policy: DisclosurePolicy) -> pl.Expr:
    """What hiding a cell for another's sake costs; below zero: never."""
    state, part = pl.col("grain") == "state", pl.col("part") != WHOLE
    leaf = (pl.col("grain") == "leaf") & pl.col("sensitive")
    size = (10 * (1 + pl.col("group").fill_null(0)).log(2) + (1 + pl.col("value").abs()).log(2)).round(0).cast(pl.Int64)
    return (
        pl.when(leaf)
        .then(0)
        .when(~pl.col("sensitive") | (pl.col("grain") == "leaf") | pl.col("told"))
        .then(-1)
        .when(state & part & (pl.col("persons").fill_null(policy.minimum_persons) < policy.minimum_persons))
        .then(STATE_SMALL + size)
        .when(state & part)
        .then(STATE_PART + size)
        .when(state)
        .then(STATE_WHOLE)
        .when(part)
        .then(LEA_PART + size)
        .otherwise(LEA_WHOLE + size)
    )


def _need(policy: DisclosurePolicy) -> pl.Expr:
    """The width that must stay open around a cell, before its bounds."""
    persons = pl.col("unit") == "persons"
    width = pl.max_horizontal(
        (pl.col("value").abs() * policy.width.money_share).ceil().cast(pl.Int64), policy.width.dollars * 100
    )
    return (
        pl.when(pl.col("told"))
        .then(policy.width.persons)
        .when(pl.col("rule").is_null())
        .then(0)
        .when(pl.col("rule") == "complementary")
        .then(1)
        .when(persons)
        .then(policy.width.persons)
        .otherwise(width)
    )


def unit_of_state(policy: DisclosurePolicy) -> pl.Expr:
    """The unit to which a count of the state is rounded where it must be: by its size, and by what is public of it.

    A reader knows that it is not below its floor. Where the unit's box around the floor ends less than a width above,
    the unit is twice as large, or a number at its floor would be told by its rounding. That holds for every number with
    that floor, so that the unit tells nothing.
    """
    unit = pl.when(pl.col("value") < MANY).then(FEW_UNIT).otherwise(MANY_UNIT)
    floor = pl.col("floor")
    above = (floor + unit // 2) // unit * unit + (unit - 1) // 2 - floor
    return pl.when((floor > 0) & (above < policy.width.persons)).then(2 * unit).otherwise(unit)


def rounded(unit: pl.Expr) -> pl.Expr:
    """`value` to the nearest multiple of a unit, half up."""
    return (pl.col("value") + unit // 2) // unit * unit
