"""`public_data_quality`: in time, late, missing, by hand; no count of rows leaves."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from contracts.public import NO_PERSONS, PUBLIC
from transforms.s6_disclose.arrivals import arrived

DISTRICTS = pl.LazyFrame({"lea_id": ["L1", "L2"], "name": ["Oak", "Elm"]})


def mart(rows: list[tuple[str, str, int, str, int | None]]) -> pl.LazyFrame:
    """The restricted mart, one row per rule, with the counts that must stay there."""
    names = {"lea_id": pl.String, "extract": pl.String, "school_year": pl.Int16, "rule_id": pl.String}
    frame = pl.LazyFrame(rows, schema={**names, "days_late": pl.Int32}, orient="row")
    return frame.with_columns(rows=pl.lit(31), failed=pl.lit(7), submitted_at=pl.lit(datetime(2026, 8, 1)))


def test_states_by_hand() -> None:
    made = arrived(
        mart(
            [
                ("L1", "roster", 2026, "ROS-001", 4),
                ("L1", "roster", 2026, "ROS-002", 4),
                ("L1", "payroll", 2026, "PAY-001", -40),
                ("L1", "evaluation", 2026, "EVA-001", 0),
                ("L1", "leadership", 2026, "LEA-001", None),
                ("L2", "roster", 2026, "ROS-001", None),
            ]
        ),
        DISTRICTS,
    )
    assert made.select("lea_id", "extract", "timeliness", "days_late", "accepted").rows() == [
        ("L1", "evaluation", "on_time", 0, True),  # on the day itself
        ("L1", "leadership", "no_due_day", None, True),
        ("L1", "payroll", "on_time", 0, True),  # forty days early says no more than in time
        ("L1", "roster", "late", 4, True),
        ("L2", "evaluation", "missing", None, False),
        ("L2", "payroll", "missing", None, False),
        ("L2", "roster", "no_due_day", None, True),
    ]
    assert made["school_year"].unique().to_list() == [2026]


def test_nothing_in_it_counts_rows_or_persons() -> None:
    assert NO_PERSONS == ("public_data_quality",)
    assert set(PUBLIC["public_data_quality"].schema.columns()) == {
        *("lea_id", "extract", "school_year", "timeliness", "days_late", "accepted")
    }


def test_no_districts_data_no_rows() -> None:
    assert arrived(mart([]), DISTRICTS).is_empty()
