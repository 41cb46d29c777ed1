"""Counts that the public marts publish: designations, flows, retention, access, span, leaders."""

from __future__ import annotations

import polars as pl

from contracts import vocabulary as v
from contracts.public import NOBODY
from transforms.s6_disclose.hierarchy import HIERARCHY, WHOLE, counted

ARROW = " > "
LEAF = [*HIERARCHY, "lea_id", "school_id", "part", "value"]


def designations(designation: pl.LazyFrame, educator_year: pl.LazyFrame) -> pl.LazyFrame:
    """Designation rows by level; the school is that of record where the LEA is that of record, else unplaced."""
    record = educator_year.select("staff_id", "school_year", "lea_id", "school_id")
    placed = designation.join(record, on=["staff_id", "school_year", "lea_id"], how="left")
    return placed.pipe(_leaves, "public_designation", part=pl.col("level").fill_null(NOBODY)).pipe(
        counted, schools=True, sensitive=True
    )


def flows(ladder_flow: pl.LazyFrame) -> pl.LazyFrame:
    """Persons by the level of the year before and of this year."""
    moved = pl.concat_str(pl.col("from_level", "to_level").fill_null(NOBODY), separator=ARROW)
    return ladder_flow.pipe(_leaves, "public_ladder_flow", part=moved, value=pl.col("persons")).pipe(
        counted, schools=False, sensitive=True
    )


def retained(retention: pl.LazyFrame, sustainability: pl.LazyFrame) -> pl.LazyFrame:
    """Persons of each group by what became of them the year after.

    Every program and LEA has its rows, also for an empty group: a row that is missing would say that nobody leads.
    """
    groups = pl.LazyFrame({"group": v.RETENTION_GROUPS})
    key = ["lea_id", "program_id", "school_year", "group"]
    every = sustainability.select(key[:3]).join(groups, how="cross").join(retention, on=key, how="anti")
    long = pl.concat([retention, every], how="diagonal").unpivot(
        list(v.NEXT_YEAR_OUTCOMES),
        index=["lea_id", "program_id", "school_year", "group"],
        variable_name="outcome",
        value_name="count",
    )
    return long.pipe(
        _leaves, "public_retention", part=pl.col("outcome"), value=pl.col("count").fill_null(0), cut=pl.col("group")
    ).pipe(counted, schools=False, sensitive=True)


def accessible(access: pl.LazyFrame) -> pl.LazyFrame:
    """Teachers and leaders by poverty of their school: where people work, which tells nothing about their ratings."""
    long = access.unpivot(
        ["teachers", "leaders"],
        index=["lea_id", "school_year", "poverty_quartile"],
        variable_name="who",
        value_name="count",
    )
    return long.pipe(
        _leaves,
        "public_access",
        part=pl.col("poverty_quartile").cast(pl.String),
        value=pl.col("count"),
        measure=pl.col("who"),
    ).pipe(counted, schools=False, sensitive=False)


def supervised(supervision_span: pl.LazyFrame) -> pl.LazyFrame:
    """Teachers and their evaluators by school, added up for LEAs and the state; there also how many evaluators lead.

    Who evaluates is known at a school, so a group of evaluators who all lead, or all do not, would tell of each: the
    rules of distributions hold. Where nobody in the state leads and evaluates, which is no secret, there is none.
    """
    long = supervision_span.unpivot(
        ["teachers", "evaluators"],
        index=["lea_id", "school_id", "school_year"],
        variable_name="who",
        value_name="count",
    )
    rows = long.pipe(
        _leaves, "public_supervision_span", part=pl.lit("all"), value=pl.col("count"), measure=pl.col("who")
    )
    wholes = counted(rows, schools=True, sensitive=False)
    without = pl.col("evaluators_without_leaders").cast(pl.Int64)
    kinds = (("leaders", pl.col("evaluators").cast(pl.Int64) - without), ("others", without))
    leads = pl.col("evaluators") > pl.col("evaluators_without_leaders")
    led_at_all = supervision_span.filter(leads.any().over("school_year"))
    leaves = [
        led_at_all.pipe(
            _leaves, "public_supervision_span", part=pl.lit(kind), value=value, measure=pl.lit("evaluators")
        )
        for kind, value in kinds
    ]
    parts = counted(pl.concat(leaves), schools=False, sensitive=True)
    return pl.concat([wholes, parts.filter(pl.col("part") != WHOLE)])


def led(sustainability: pl.LazyFrame) -> pl.LazyFrame:
    """Teacher leaders of each program."""
    rows = sustainability.pipe(_leaves, "public_leaders", part=pl.lit("all"), value=pl.col("leaders"))
    return counted(rows, schools=False, sensitive=False)


def _leaves(
    rows: pl.LazyFrame,
    mart: str,
    part: pl.Expr,
    value: pl.Expr | None = None,
    measure: pl.Expr | None = None,
    cut: pl.Expr | None = None,
) -> pl.LazyFrame:
    """LEAF rows of a mart; without `value` each row counts one."""
    present = rows.collect_schema().names()
    null = pl.lit(None, pl.String)
    return rows.select(
        mart=pl.lit(mart),
        measure=measure if measure is not None else null,
        program_id=pl.col("program_id") if "program_id" in present else null,
        cut=cut if cut is not None else null,
        school_year="school_year",
        lea_id="lea_id",
        school_id=pl.col("school_id") if "school_id" in present else null,
        part=part.cast(pl.String),
        value=(value if value is not None else pl.lit(1)).cast(pl.Int64),
    ).select(LEAF)
