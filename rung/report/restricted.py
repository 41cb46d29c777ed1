"""Restricted marts in the shape of the public tables, every number exact: the same pages for those who may see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from contracts.public import NOBODY, PAY_GROUPS
from contracts.vocabulary import NEXT_YEAR_OUTCOMES
from transforms.money import money_from_cents
from transforms.s6_disclose.projected import AMOUNTS, added_up

# Marts that only the restricted pages draw.
MORE = ("grant_cliff", "cost_projection", "leadership_role", "sustainability")
PROGRAM = ("program_id", "school_year")
Read = Callable[[str], pl.DataFrame]


def exact_tables(read: Read) -> dict[str, pl.DataFrame]:
    """The tables of contracts/public from restricted marts, at state and LEA grain."""
    designation = read("designation").with_columns(level=pl.col("level").fill_null(NOBODY), persons=pl.lit(1))
    flow = read("ladder_flow").with_columns(pl.col("from_level", "to_level").fill_null(NOBODY))
    retention = (
        read("retention")
        .drop("persons")
        .unpivot(
            list(NEXT_YEAR_OUTCOMES), index=["lea_id", *PROGRAM, "group"], variable_name="outcome", value_name="persons"
        )
    )
    quartile = pl.col("poverty_quartile").cast(pl.String)
    access = (
        read("access")
        .with_columns(quartile)
        .unpivot(
            ["teachers", "leaders"],
            index=["lea_id", "school_year", "poverty_quartile"],
            variable_name="measure",
            value_name="persons",
        )
    )
    span = read("supervision_span").unpivot(
        ["teachers", "evaluators", "evaluators_without_leaders"],
        index=["lea_id", "school_year"],
        variable_name="measure",
        value_name="persons",
    )
    cost = read("sustainability").filter(pl.col("program_cost").is_not_null())
    parts = cost.select(
        "lea_id", *PROGRAM, "incremental_pay", other_cost=pl.col("program_cost") - pl.col("incremental_pay")
    ).unpivot(index=["lea_id", *PROGRAM], variable_name="cost_part", value_name="amount")
    kind = pl.col("pay_type")
    group = pl.when(kind.is_in(PAY_GROUPS[:2])).then(kind).otherwise(pl.lit(PAY_GROUPS[2]))
    return {
        "public_designation": _summed(designation, "persons", PROGRAM, "level"),
        "public_ladder_flow": _summed(flow, "persons", (*PROGRAM, "from_level"), "to_level"),
        "public_retention": _summed(retention, "persons", (*PROGRAM, "group"), "outcome"),
        "public_access": _summed(access, "persons", ("measure", "school_year"), "poverty_quartile"),
        "public_supervision_span": _summed(span, "persons", ("school_year",), "measure", whole=False),
        "public_funding_mix": _summed(read("funding_mix"), "amount", PROGRAM, "stream"),
        "public_sustainability": _summed(parts, "amount", PROGRAM, "cost_part"),
        "public_leaders": _summed(
            read("sustainability").rename({"leaders": "persons"}),
            "persons",
            ("school_year",),
            "program_id",
            whole=False,
        ),
        "public_cost_projection": _projected(read("cost_projection")),
        "public_compensation": _summed(
            read("compensation").with_columns(pay_group=group), "amount", ("school_year",), "pay_group"
        ),
    }


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
    if value == "persons":
        columns += [pl.col("persons").alias("persons_low"), pl.col("persons").alias("persons_high")]
    return both.with_columns(columns).sort("grain", "lea_id", *keys, part, nulls_last=True)
