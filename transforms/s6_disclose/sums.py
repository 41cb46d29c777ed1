"""Money that the public marts publish: funding by stream, what of it ends, program cost, compensation by pay group."""

from __future__ import annotations

import polars as pl

from contracts.keys import PROGRAM
from contracts.public import COST_PARTS, RECURS
from transforms.money import cents
from transforms.s6_disclose.hierarchy import SHAPE, WHOLE, paid


def funded(program_pay_lf: pl.LazyFrame) -> pl.LazyFrame:
    """Net pay on each program's codes by funding stream."""
    return paid(_contributions(program_pay_lf, "public_funding_mix", pl.col("stream"), pl.col("cents")))


def ending(program_pay_lf: pl.LazyFrame) -> pl.LazyFrame:
    """The latest year's program pay by when its money ends, of each program and of all together (null program).

    One distribution over `ends` for each stream in which any money ends: its whole is the stream of `funded`, so what
    ends and what recurs add up to a number that another mart has (`linkage`). A person of two programs counts once in
    all together.
    """
    latest = program_pay_lf.filter(pl.col("school_year") == pl.col("school_year").max())
    rows = latest.filter((pl.col("ends") != RECURS).any().over("stream"))
    both = pl.concat([rows, rows.with_columns(program_id=pl.lit(None, pl.String))])
    return paid(
        _contributions(both, "public_grant_cliff", pl.col("ends"), pl.col("cents"), cut=pl.col("stream")),
    )


def compensated(compensation: pl.LazyFrame) -> pl.LazyFrame:
    """Pay by base, benefit and supplement: coarser than pay types, so that no group is one confidential award."""
    kind = pl.col("pay_type")
    grouped = pl.when(kind.is_in(["base", "benefit"])).then(kind).otherwise(pl.lit("supplement"))
    return paid(_contributions(compensation, "public_compensation", grouped, cents(pl.col("amount"))))


def costed(sustainability: pl.LazyFrame, program_pay_lf: pl.LazyFrame, compensation: pl.LazyFrame) -> pl.LazyFrame:
    """Program cost (M03) and its parts, over LEAs where it is known; the persons behind it are the leaders.

    The largest contributor is an upper bound: a person's pay on the program's codes plus the increment, loaded.
    """
    pay = cents(pl.col("incremental_pay"))
    known = sustainability.filter(pl.col("program_cost").is_not_null()).select(
        *PROGRAM,
        pl.col("leaders").cast(pl.Int64).alias("persons"),
        pay.alias(COST_PARTS[0]),
        (cents(pl.col("program_cost")) - pay).alias(COST_PARTS[1]),
        cents(pl.col("program_cost")).alias(WHOLE),
    )
    long = known.unpivot([*COST_PARTS, WHOLE], index=[*PROGRAM, "persons"], variable_name="part", value_name="value")
    bound = _largest(program_pay_lf, compensation)
    lea = long.join(bound, on=PROGRAM, how="left").with_columns(grain=pl.lit("lea"))
    state = lea.group_by("program_id", "school_year", "part").agg(
        pl.col("value", "persons").sum(),
        pl.col("largest").max(),
        pl.max_horizontal(pl.col("largest").top_k(2).sum(), pl.col("two_largest").max()).alias("two_largest"),
    )
    rows = pl.concat([lea, state.with_columns(grain=pl.lit("state"))], how="diagonal")
    other = pl.col("part") == COST_PARTS[1]
    return rows.with_columns(
        pl.when(other).then(0).otherwise(pl.col("largest").fill_null(0)).alias("largest"),
        pl.when(other).then(0).otherwise(pl.col("two_largest").fill_null(0)).alias("two_largest"),
        mart=pl.lit("public_sustainability"),
        measure=pl.lit(None, pl.String),
        cut=pl.lit(None, pl.String),
        school_id=pl.lit(None, pl.String),
        unit=pl.lit("cents"),
        sensitive=pl.lit(False),
    ).select(SHAPE)


LOAD_BOUND = 2  # no benefit load reaches the pay itself


def _largest(program_pay_lf: pl.LazyFrame, compensation: pl.LazyFrame) -> pl.LazyFrame:
    """One row per program: the largest and the two largest that persons can contribute to incremental pay."""
    increments = (
        compensation.filter(pl.col("increment").is_not_null())
        .group_by("lea_id", "school_year", "staff_id")
        .agg(cents(pl.col("increment")).sum().abs().alias("more"))
    )
    persons = (
        program_pay_lf.group_by(*PROGRAM, "staff_id")
        .agg(pl.col("cents").sum().abs())
        .join(increments, on=["lea_id", "school_year", "staff_id"], how="left")
        .with_columns(size=(pl.col("cents") + pl.col("more").fill_null(0)) * LOAD_BOUND)
    )
    return persons.group_by(PROGRAM).agg(
        pl.col("size").max().alias("largest"), pl.col("size").top_k(2).sum().alias("two_largest")
    )


def _contributions(
    rows: pl.LazyFrame, mart: str, part: pl.Expr, amount: pl.Expr, cut: pl.Expr | None = None
) -> pl.LazyFrame:
    null = pl.lit(None, pl.String)
    present = rows.collect_schema().names()
    return rows.select(
        mart=pl.lit(mart),
        measure=null,
        program_id=pl.col("program_id") if "program_id" in present else null,
        cut=cut if cut is not None else null,
        school_year="school_year",
        lea_id="lea_id",
        part=part.cast(pl.String),
        staff_id="staff_id",
        cents=amount,
    )
