"""The figures that a person reads first, from a set of marts: no ids and no pay of anybody in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from contracts.vocabulary import ADOPTED_BEFORE, STATUSES_WITH_LEVEL
from rung.lake.ledger import Submission


def summarise(in_force: Sequence[Submission], marts: Mapping[str, pl.LazyFrame]) -> dict[str, Any]:
    """Districts, years, rows by fate, educators, dollars by pay type, persons per level in the latest year, and the
    adopted years that a program's sourced first year excludes (MARTS 5.S2) or whose rating system is not sent."""
    latest = max(s.school_year for s in in_force)
    designation = marts["designation"].filter(
        (pl.col("school_year") == latest) & pl.col("status").is_in(STATUSES_WITH_LEVEL)
    )
    levels = designation.group_by("program_id", "level", "state_tier").len("persons")
    levels = levels.sort("program_id", "state_tier", "level")
    dollars = marts["compensation"].group_by("pay_type").agg(pl.col("amount").sum()).sort("pay_type")
    educators = marts["educator_year"].filter(pl.col("school_year") == latest).select(pl.len())
    early = marts["compliance"].filter(pl.col("rule_id") == ADOPTED_BEFORE)
    mismatched = marts["exceptions"].filter(pl.col("kind") == "rating_system_mismatch")
    mismatched = mismatched.select("lea_id", "program_id", "school_year")
    ignored = early.select("lea_id", "program_id", "school_year")
    return {
        "districts": len({s.lea_id for s in in_force}),
        "school_years": sorted({s.school_year for s in in_force}),
        "latest_year": latest,
        "submissions": len(in_force),
        "rows_read": sum(s.rows_read for s in in_force),
        "rows_accepted": sum(s.rows_accepted for s in in_force),
        "rows_quarantined": sum(s.rows_quarantined for s in in_force),
        "rows_duplicate": sum(s.rows_duplicate for s in in_force),
        "rows_set_aside": sum(s.rows_set_aside for s in in_force),
        "rows_warned": sum(s.rows_warned for s in in_force),
        "pay_lines": sum(s.rows_accepted for s in in_force if s.extract == "payroll"),
        "educators": educators.collect().item(),
        "levels": levels.collect().to_dicts(),
        "rating_system_mismatches": mismatched.sort(pl.all()).collect().to_dicts(),
        "adopted_years_ignored": ignored.sort(pl.all()).collect().to_dicts(),
        "dollars": {row["pay_type"]: str(row["amount"]) for row in dollars.collect().to_dicts()},
    }
