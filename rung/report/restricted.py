"""Restricted marts in the shape of the public tables, every number exact: the same pages for those who may see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from contracts.public import NOBODY, PAY_GROUPS, SPAN_MEASURES, WHOLE
from contracts.vocabulary import NEXT_YEAR_OUTCOMES
from transforms.money import money_from_cents
from transforms.s6_disclose.projected import AMOUNTS, added_up
from transforms.s6_disclose.public_money import COST_PARTS

# Marts that only the restricted pages draw.
MORE = (
    "cost_projection",
    "coverage",
    "exceptions",
    "goal_progress",
    "grant_cliff",
    "leadership_role",
    "leadership_staffing",
    "pipeline",
    "rating_distribution",
    "retention",
    "school_leadership",
    "stress",
    "sunset",
    "supervision_span",
    "survival",
    "sustainability",
    "top_rated_reach",
    "unused_designation",
)
PROGRAM = ("program_id", "school_year")
Read = Callable[[str], pl.DataFrame]


def exact_tables(read_mart: Read) -> dict[str, pl.DataFrame]:
    """The tables of contracts/public from restricted marts, at state and LEA grain."""

    def read(name: str) -> pl.DataFrame:
        return districts_of(read_mart(name))

    designation = read("designation").with_columns(level=pl.col("level").fill_null(NOBODY), persons=pl.lit(1))
    kind = pl.col("pay_type")
    group = pl.when(kind.is_in(PAY_GROUPS[:2])).then(kind).otherwise(pl.lit(PAY_GROUPS[2]))
    span = read("supervision_span").unpivot(
        list(SPAN_MEASURES), index=["lea_id", "school_year"], variable_name="measure", value_name="persons"
    )
    access = (
        read("access")
        .with_columns(pl.col("poverty_quartile").cast(pl.String))
        .unpivot(
            ["teachers", "leaders"],
            index=["lea_id", "school_year", "poverty_quartile"],
            variable_name="measure",
            value_name="persons",
        )
    )
    return {
        "public_designation": _summed(designation, "persons", PROGRAM, "level"),
        "public_ladder_flow": _moved(read),
        "public_retention": _retained(read("retention")),
        "public_access": _summed(access, "persons", ("measure", "school_year"), "poverty_quartile", whole=False),
        "public_span": _summed(span, "persons", ("school_year",), "measure", whole=False),
        "public_money": _money(read),
        "public_projection": _projected(read("cost_projection")),
        "public_compensation": _summed(
            read("compensation").with_columns(pay_group=group), "amount", ("school_year",), "pay_group"
        ),
    }


def districts_of(mart: pl.DataFrame) -> pl.DataFrame:
    """A mart without rows of the whole state, which are sums of the districts'."""
    return mart.filter(pl.col("lea_id").is_not_null()) if "lea_id" in mart.columns else mart


def _moved(read: Read) -> pl.DataFrame:
    """Moves between levels, of districts too."""
    flow = read("ladder_flow").with_columns(pl.col("from_level", "to_level").fill_null(NOBODY))
    ranks = read("dim_level").select("program_id", "level", "rank")
    none = ranks.select("program_id").unique().with_columns(level=pl.lit(NOBODY), rank=pl.lit(0))
    ranks = pl.concat([ranks, none], how="vertical_relaxed")
    named = flow.join(ranks.rename({"level": "from_level"}), on=["program_id", "from_level"]).join(
        ranks.rename({"level": "to_level", "rank": "to"}), on=["program_id", "to_level"]
    )
    move = (
        pl.when(pl.col("rank") == 0)
        .then(pl.lit("entered"))
        .when(pl.col("to") == 0)
        .then(pl.lit("left"))
        .when(pl.col("to") > pl.col("rank"))
        .then(pl.lit("up"))
        .when(pl.col("to") < pl.col("rank"))
        .then(pl.lit("down"))
        .otherwise(pl.lit("stayed"))
    )
    rows = named.filter((pl.col("rank") > 0) | (pl.col("to") > 0)).with_columns(move=move)
    return _summed(rows, "persons", (*PROGRAM, "move", "from_level"), "to_level", whole=False)


def _retained(retention: pl.DataFrame) -> pl.DataFrame:
    """Leaders of each program; others and top-rated once, as they are the same in every program of a district."""
    long = retention.drop("persons").unpivot(
        list(NEXT_YEAR_OUTCOMES),
        index=["lea_id", *PROGRAM, "comparison_group"],
        variable_name="outcome",
        value_name="persons",
    )
    led = long.filter(pl.col("comparison_group") == "leaders")
    no_program = pl.lit(None, pl.String)
    rest = long.filter(pl.col("comparison_group") != "leaders").with_columns(program_id=no_program).unique()
    any_program = led.with_columns(program_id=no_program)
    return _summed(pl.concat([led, rest, any_program]), "persons", (*PROGRAM, "comparison_group"), "outcome")


def _money(read: Read) -> pl.DataFrame:
    """Cost by its parts, and what is paid by stream."""
    cost = read("sustainability").filter(pl.col("program_cost").is_not_null())
    known = [pl.col(f"{part}_cost").fill_null(0).alias(part) for part in COST_PARTS[1:]]
    parts = cost.select("lea_id", *PROGRAM, *known, pay=pl.col("program_cost"))
    parts = parts.with_columns(pay=pl.col("pay") - pl.sum_horizontal(COST_PARTS[1:]))
    long = parts.unpivot(list(COST_PARTS), index=["lea_id", *PROGRAM], variable_name="part", value_name="amount")
    streams = read("funding_mix").select("lea_id", *PROGRAM, part="stream", amount="amount", dimension=pl.lit("stream"))
    each = pl.concat([long.with_columns(dimension=pl.lit("cost_part")), streams], how="diagonal_relaxed")
    summed = _summed(each, "amount", (*PROGRAM, "dimension"), "part")
    whole_cost = (pl.col("part") == WHOLE) & (pl.col("dimension") == "cost_part")
    return summed.with_columns(dimension=pl.when(whole_cost).then(pl.lit(WHOLE)).otherwise("dimension"))


def _projected(cost_projection: pl.DataFrame) -> pl.DataFrame:
    """The state's sums, where every district with a known cost has every number."""
    whole = added_up(cost_projection.lazy()).filter("is_whole").collect()
    return whole.with_columns(
        *[money_from_cents(pl.col(name)).alias(name) for name in AMOUNTS],
        grain=pl.lit("state"),
        lea_id=pl.lit(None, pl.String),
        mask=pl.lit("published"),
        reason=pl.lit(None, pl.String),
    ).sort("program_id", "scenario", "future_year")


def _summed(frame: pl.DataFrame, value: str, keys: Sequence[str], part: str, *, whole: bool = True) -> pl.DataFrame:
    """Sums by LEA and for the state, with a row `all` for the whole of each distribution."""
    grains = []
    for grain, by in (("lea", ["lea_id"]), ("state", [])):
        parts = frame.group_by(*by, *keys, part).agg(pl.col(value).sum())
        tables = [parts]
        if whole:
            tables.append(parts.group_by(*by, *keys).agg(pl.col(value).sum(), pl.lit("all").alias(part)))
        lea = pl.col("lea_id") if by else pl.lit(None, pl.String)
        grains.append(pl.concat(tables, how="diagonal_relaxed").with_columns(grain=pl.lit(grain), lea_id=lea))
    both = pl.concat(grains, how="diagonal_relaxed")
    columns = [pl.lit("published").alias("mask"), pl.lit(None, pl.String).alias("reason")]
    return both.with_columns(columns).sort("grain", "lea_id", *keys, part, nulls_last=True)
