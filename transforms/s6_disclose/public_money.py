"""Money by district: what a program costs and who pays it (`public_money`), pay by kind (`public_compensation`)."""

from __future__ import annotations

import polars as pl

from contracts.public import WHOLE
from transforms.money import cents
from transforms.s6_disclose.shape import shaped

PROGRAM = ["lea_id", "program_id", "school_year"]
COST_PARTS = ("pay", "release", "training", "administration")
BEHIND = ["persons", "largest", "two_largest"]


def costed(
    sustainability: pl.DataFrame,
    funding_mix: pl.DataFrame,
    program_pay: pl.DataFrame,
    years: pl.DataFrame,
    kinds: pl.DataFrame,
) -> pl.DataFrame:
    """`public_money` by LEA: the cost where it is known, its parts, its streams, and the latest year's by end.

    `cut` is the dimension. A dimension whose parts add up to the cost everywhere has no whole of its own: the cost
    stands once. Persons are those paid on the program's codes; `largest` their shares of the amount.
    """
    cost = _cost_parts(sustainability)
    streams = funding_mix.select(*PROGRAM, part="stream", value=cents(pl.col("amount")))
    latest = program_pay.filter(pl.col("school_year") == pl.col("school_year").max())
    last = years.join(latest.select("school_year").unique(), on="school_year", how="semi")  # none without program pay
    ends = latest.group_by(*PROGRAM, "ends").agg(pl.col("cents").sum().alias("value")).rename({"ends": "part"})
    tables = [
        _full(cost, years, "cost_part")
        .join(_behind(program_pay, None), on=PROGRAM, how="left")
        .with_columns(pl.when(pl.col("part") == COST_PARTS[0]).then(name).alias(name) for name in BEHIND)
        .drop("print"),
        _full(streams, years, "stream").join(_behind(program_pay, "stream"), on=[*PROGRAM, "part"], how="left"),
        _full(ends, last, "ends").join(_behind(latest, "ends"), on=[*PROGRAM, "part"], how="left"),
    ]
    whole = (
        tables[0]
        .group_by(PROGRAM)
        .agg(pl.col("value").sum(), pl.lit(WHOLE).alias("part"))
        .with_columns(cut=pl.lit(WHOLE))
    )
    wholes = [whole]
    for table in tables[1:]:
        own = table.group_by(*PROGRAM, "cut").agg(pl.col("value").sum(), pl.lit(WHOLE).alias("part"))
        if not any(_same(own, known) for known in wholes):
            wholes.append(own.select(whole.columns))
    behind = _behind(program_pay, None).with_columns(print=pl.lit(0, pl.UInt64))
    rows = (
        pl.concat(
            [pl.concat(tables, how="diagonal"), pl.concat(wholes).join(behind, on=PROGRAM, how="left")], how="diagonal"
        )
        .with_columns(
            # `largest` are shares of the pay so far; they become cents of the amount that is shown.
            (pl.col(name) * pl.col("value").abs()).round(0).cast(pl.Int64).alias(name)
            for name in BEHIND[1:]
        )
        .with_columns(pl.col("print").fill_null(0))
    )
    return shaped(
        rows.join(kinds, on="program_id").with_columns(confidential=pl.col("kind") == "confidential"),
        "public_money",
        unit="cents",
        sensitive=True,
    )


def _cost_parts(sustainability: pl.DataFrame) -> pl.DataFrame:
    """Parts of M03 where it is known; pay is what is neither release nor training nor administration."""
    names = [f"{part}_cost" for part in COST_PARTS[1:]]
    known = sustainability.filter(pl.col("program_cost").is_not_null()).select(
        *PROGRAM,
        *[cents(pl.col(name)).fill_null(0).alias(name[:-5]) for name in names],
        cost=cents(pl.col("program_cost")),
    )
    parts = known.with_columns((pl.col("cost") - pl.sum_horizontal(COST_PARTS[1:])).alias(COST_PARTS[0]))
    return parts.unpivot(list(COST_PARTS), index=PROGRAM, variable_name="part", value_name="value")


def _full(rows: pl.DataFrame, years: pl.DataFrame, dimension: str) -> pl.DataFrame:
    """Every part that occurs in the state for every program-year that has the dimension; zero where there is nothing.

    Cost is not known everywhere, and whether it is, is public: those program-years have no rows.
    """
    places = rows.select(PROGRAM).unique() if dimension == "cost_part" else years
    universe = places.join(rows.select("part").unique(), how="cross")
    return universe.join(rows, on=[*PROGRAM, "part"], how="left").with_columns(
        pl.col("value").fill_null(0), cut=pl.lit(dimension)
    )


def _behind(program_pay: pl.DataFrame, part: str | None) -> pl.DataFrame:
    """Persons paid on the program's codes, and the shares of the largest and the two largest among them."""
    key = [*PROGRAM, part] if part else PROGRAM
    size = pl.col("cents").abs()
    persons = program_pay.group_by(*key, "staff_id").agg(pl.col("cents").sum(), pl.col("print").first())
    persons = persons.filter(pl.col("cents") != 0)
    found = persons.group_by(key).agg(
        pl.len().cast(pl.Int64).alias("persons"),
        (size.max() / size.sum()).alias("largest"),
        (size.top_k(2).sum() / size.sum()).alias("two_largest"),
        (pl.col("cents").cast(pl.UInt64, wrap_numerical=True) * pl.col("print")).sum().alias("print"),
    )
    return found.rename({part: "part"}) if part else found


def _same(own: pl.DataFrame, known: pl.DataFrame) -> bool:
    """Whether two wholes are the same number wherever either is more than nothing."""
    both = own.join(known.select(*PROGRAM, other="value"), on=PROGRAM, how="left")
    return both.filter(pl.col("value") != pl.col("other").fill_null(0)).is_empty()


def compensated(compensation: pl.DataFrame, program_pay: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    """`public_compensation` by LEA. Base pay and benefits are staff budgets, which are public; the rest is sensitive.

    `confidential` where the rest holds pay of a confidential program.
    """
    kind = pl.col("pay_type")
    group = pl.when(kind.is_in(["base", "benefit"])).then(kind).otherwise(pl.lit("supplement"))
    key = ["lea_id", "school_year", "part"]
    persons = (
        compensation.with_columns(part=group, cents=cents(pl.col("amount")))
        .group_by(*key, "staff_id")
        .agg(pl.col("cents").sum(), pl.col("print").first())
        .filter(pl.col("cents") != 0)
    )
    size = pl.col("cents").abs()
    sums = persons.group_by(key).agg(
        pl.col("cents").sum().alias("value"),
        pl.len().cast(pl.Int64).alias("persons"),
        size.max().alias("largest"),
        size.top_k(2).sum().alias("two_largest"),
        (pl.col("cents").cast(pl.UInt64, wrap_numerical=True) * pl.col("print")).sum().alias("print"),
    )
    universe = (
        sums.select(key[:2]).unique().join(pl.DataFrame({"part": ["base", "benefit", "supplement"]}), how="cross")
    )
    secret = kinds.filter(pl.col("kind") == "confidential").select("program_id")
    mixed = program_pay.join(secret, on="program_id", how="semi").select(key[:2]).unique()
    rest = pl.col("part") == "supplement"
    rows = (
        universe.join(sums, on=key, how="left")
        .join(mixed.with_columns(mixed=pl.lit(True)), on=key[:2], how="left")
        .with_columns(
            pl.col("value", "print").fill_null(0), sensitive=rest, confidential=rest & pl.col("mixed").fill_null(False)
        )
    )
    return shaped(rows, "public_compensation", unit="cents")
