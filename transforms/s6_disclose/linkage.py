"""Cells and relations of everything published together: within a place, between places, and between marts."""

from __future__ import annotations

import polars as pl

from contracts.public import NOBODY
from transforms.s6_disclose.counts import ARROW
from transforms.s6_disclose.hierarchy import HIERARCHY, PLACE, WHOLE

NAME = [*HIERARCHY, *PLACE, "part"]
GROUP = [*HIERARCHY, *PLACE]


def as_cells(
    shape: pl.DataFrame, closed: pl.DataFrame, confidential: pl.DataFrame, previous: pl.DataFrame | None
) -> pl.DataFrame:
    """`Cells` (and the columns of SHAPE) of all published numbers, numbered in order of their names.

    `closed`: program_id (null = what belongs to no program), school_year not yet released. `confidential`: program_id.
    `previous`: the `Decisions` of the release before, or None.
    """
    whole = pl.col("part") == WHOLE
    cells = (
        shape.sort(NAME, nulls_last=True)
        .with_row_index("cell")
        .join(closed.with_columns(is_closed=True), on=["program_id", "school_year"], how="left", nulls_equal=True)
        .join(confidential.with_columns(is_confidential=True), on="program_id", how="left")
        .sort("cell")
        .with_columns(
            name=pl.concat_str([pl.col(column).cast(pl.String).fill_null("-") for column in NAME], separator="|"),
            is_part=~whole & pl.col("sensitive"),
            residual=pl.col("grain") == "unplaced",
            group=(pl.struct(GROUP).rank("dense") - 1).cast(pl.UInt32),
            group_persons=pl.col("persons").filter(whole).first().over(GROUP),
            empty_everywhere=pl.col("value").abs().max().over(*HIERARCHY, "part") == 0,
            floor=pl.when(pl.col("value") >= 0).then(0).cast(pl.Int64),
            forced=pl.when("is_closed")
            .then(pl.lit("not_released"))
            .when((pl.col("unit") == "cents") & pl.col("is_confidential") & ~_whole_cost())
            .then(pl.lit("confidential_pay")),
        )
        .drop("is_closed", "is_confidential")
    )
    return _with_memory(cells, previous)


def _whole_cost() -> pl.Expr:
    """A program's whole cost (M03, release and training in it) is no pay by code; its parts are."""
    return (pl.col("mart") == "public_sustainability") & (pl.col("part") == WHOLE)


def _with_memory(cells: pl.DataFrame, previous: pl.DataFrame | None) -> pl.DataFrame:
    """Adds what earlier releases tell: bounds that still hold, and the last exact value.

    A bound that no longer holds (the value was corrected) is no knowledge; a reader cannot tell, the worst case can.
    What was hidden and has not changed stays hidden: put into the older tables, it would open what it covered there.
    """
    null = pl.lit(None, pl.Int64)
    if previous is None:
        return cells.with_columns(known_low=null, known_high=null, last_exact=null, was_hidden=pl.lit(False))
    hidden = (pl.col("mask") == "suppressed") & (pl.col("rule") != "not_released")
    before = previous.select(
        "name", "shown_low", "shown_high", "last_exact", hidden_value=pl.when(hidden).then("value")
    )
    holds = pl.col("value").is_between("shown_low", "shown_high")
    exact = pl.col("value") == pl.col("last_exact")
    return (
        cells.join(before, on="name", how="left")
        .sort("cell")
        .with_columns(
            known_low=pl.when(exact).then("value").when(holds).then("shown_low"),
            known_high=pl.when(exact).then("value").when(holds).then("shown_high"),
            was_hidden=(pl.col("hidden_value") == pl.col("value")).fill_null(False),
        )
        .drop("shown_low", "shown_high", "hidden_value")
    )


def as_relations(cells: pl.DataFrame, tiers: pl.DataFrame) -> pl.DataFrame:
    """`Relations` over the cells. `tiers`: program_id, part (level) of levels that make a teacher leader."""
    entries = pl.concat(
        [_within(cells), _between(cells), _definitions(cells), *_coincidences(cells, tiers), *_cliff(cells)]
    )
    relation = (pl.struct("kind", "key").rank("dense") - 1).cast(pl.UInt32)
    return entries.select(
        relation.alias("relation"),
        "cell",
        pl.col("coefficient").cast(pl.Int8),
        (pl.col("table").rank("dense") - 1).cast(pl.UInt32).alias("table"),
    ).sort("relation", "cell")


def _key(columns: list[str]) -> pl.Expr:
    return pl.concat_str([pl.col(column).cast(pl.String).fill_null("-") for column in columns], separator="|")


def _entries(rows: pl.DataFrame, kind: str, key: pl.Expr, coefficient: pl.Expr, table: pl.Expr) -> pl.DataFrame:
    return rows.select(
        pl.lit(kind).alias("kind"), key.alias("key"), "cell", coefficient.alias("coefficient"), table.alias("table")
    )


def _table(lea: pl.Expr) -> pl.Expr:
    """The published table a relation belongs to: one LEA's schools, or the state's LEAs."""
    return pl.concat_str([_key(HIERARCHY), lea.fill_null("state")], separator="|")


def _within(cells: pl.DataFrame) -> pl.DataFrame:
    """Parts add up to their whole, at every place."""
    many = cells.filter(pl.len().over(GROUP) > 1)
    lea = pl.when(pl.col("grain").is_in(["school", "unplaced"])).then("lea_id")
    sign = pl.when(pl.col("part") == WHOLE).then(-1).otherwise(1)
    return _entries(many, "within", _key(GROUP), sign, _table(lea))


def _between(cells: pl.DataFrame) -> pl.DataFrame:
    """Schools (and the unplaced) add up to their LEA, LEAs to the state, part by part."""
    schools = cells.filter(pl.col("grain").is_in(["school", "unplaced"]))
    parents = cells.filter(pl.col("grain") == "lea")
    leas = parents.join(schools, on=[*HIERARCHY, "lea_id", "part"], how="semi", nulls_equal=True)
    key = _key([*HIERARCHY, "lea_id", "part"])
    top = _key([*HIERARCHY, "part"])
    state = pl.lit(None, pl.String)
    return pl.concat(
        [
            _entries(schools, "lea", key, pl.lit(1), _table(pl.col("lea_id"))),
            _entries(leas, "lea", key, pl.lit(-1), _table(pl.col("lea_id"))),
            _entries(parents, "state", top, pl.lit(1), _table(state)),
            _entries(cells.filter(pl.col("grain") == "state"), "state", top, pl.lit(-1), _table(state)),
        ]
    )


def _definitions(cells: pl.DataFrame) -> pl.DataFrame:
    """Flows into a level add up to the designations at that level."""
    place = ["program_id", "school_year", "grain", "lea_id"]
    flows = cells.filter(pl.col("mart") == "public_ladder_flow").with_columns(
        to=pl.col("part").str.split(ARROW).list.last()
    )
    held = cells.filter((pl.col("mart") == "public_designation") & pl.col("grain").is_in(["lea", "state"]))
    held = held.with_columns(to="part").join(flows, on=[*place, "to"], how="semi", nulls_equal=True)
    key = _key([*place, "to"])
    lea = pl.concat_str([pl.lit("flow"), _key(["program_id", "school_year"])], separator="|")
    return pl.concat([_entries(flows, "flow", key, pl.lit(1), lea), _entries(held, "flow", key, pl.lit(-1), lea)])


def _coincidences(cells: pl.DataFrame, tiers: pl.DataFrame) -> list[pl.DataFrame]:
    """Numbers of different marts that a reader would take for one another, wherever they are in truth equal.

    Leaders = leaders followed = holders of a level with a tier = (where one program runs) all leaders of the LEA. The
    others and the top-rated of an LEA stand in the table of each of its programs, a place's teachers in three marts.
    """
    place = ["program_id", "school_year", "grain", "lea_id"]
    whole = pl.col("part") == WHOLE
    leaders = cells.filter(pl.col("mart") == "public_leaders")
    retention = cells.filter(pl.col("mart") == "public_retention")
    followed = retention.filter((pl.col("cut") == "leaders") & whole)
    holders = cells.filter((pl.col("mart") == "public_designation") & (pl.col("part") != NOBODY)).join(
        tiers, on=["program_id", "part"]
    )
    only = leaders.filter((pl.col("grain") == "lea") & (pl.len().over("school_year", "lea_id", "grain") == 1))
    everyone = cells.filter((pl.col("mart") == "public_access") & (pl.col("measure") == "leaders") & whole)
    shared = retention.filter((pl.col("cut") != "leaders") & (pl.col("grain") == "lea"))
    first = pl.col("program_id") == pl.col("program_id").min().over("cut", "school_year", "lea_id", "part")
    taught = pl.col("measure") == "teachers"
    spanned = cells.filter((pl.col("mart") == "public_supervision_span") & taught)
    counted = cells.filter((pl.col("mart") == "public_access") & taught & whole)
    laddered = cells.filter((pl.col("mart") == "public_designation") & whole)
    return [
        _equal("followed", leaders, followed, place),
        _equal("holders", leaders, holders, place),
        _equal("everyone", only, everyone, place[1:]),
        _equal("shared", shared.filter(~first), shared.filter(first), ["cut", *place[1:], "part"]),
        _equal("teachers", counted, spanned.filter(pl.col("grain") != "school"), place[1:]),
        _equal("laddered", laddered, spanned, [*place[1:], "school_id"]),
    ]


def _cliff(cells: pl.DataFrame) -> list[pl.DataFrame]:
    """What ends and what recurs of a program's stream is that stream; all programs' ends are the programs' ends."""
    place = ["school_year", "grain", "lea_id"]
    cliff = cells.filter(pl.col("mart") == "public_grant_cliff")
    stream = cells.filter(pl.col("mart") == "public_funding_mix").with_columns(cut="part")
    of_program = pl.col("program_id").is_not_null()
    return [
        _equal("stream", cliff.filter(of_program & (pl.col("part") == WHOLE)), stream, ["program_id", *place, "cut"]),
        _equal("ends", cliff.filter(~of_program), cliff.filter(of_program), [*place, "cut", "part"]),
    ]


def _equal(kind: str, one: pl.DataFrame, many: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """Relations one = sum of many, where it holds on the true values."""
    sums = many.group_by(on).agg(pl.col("value").sum().alias("sum"))
    true = (
        one.join(sums, on=on, nulls_equal=True)
        .filter(pl.col("value") == pl.col("sum"))
        .select("cell", "school_year", pl.col("name").alias("whole"), *[c for c in on if c != "school_year"])
    )
    parts = many.select("cell", *on).join(true.drop("cell"), on=on, nulls_equal=True)
    table = pl.concat_str([pl.lit(kind), _key(["school_year", "lea_id"])], separator="|")
    return pl.concat(
        [
            _entries(parts.sort("whole", "cell"), kind, pl.col("whole"), pl.lit(1), table),
            _entries(true.sort("whole"), kind, pl.col("whole"), pl.lit(-1), table),
        ]
    )
