"""Cross-file rules on a state small enough to check by hand: each finds exactly its rows, and a clean state none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest

from contracts.extracts import EXTRACTS
from contracts.reference import REFERENCES
from contracts.resolved.findings import CrossFileFindings
from contracts.rules import CROSS_FILE_RULES
from transforms.s2_resolve.cross_file import findings, with_cross_file
from transforms.s2_resolve.district_years import arrived
from transforms.s2_resolve.pay import sum_payroll

Rows = list[dict[str, Any]]


def table(name: str, rows: Rows) -> pl.LazyFrame:
    """Accepted rows: what a row does not say is null; the rows are numbered."""
    schema = (EXTRACTS[name].accepted if name in EXTRACTS else REFERENCES[name].schema).create_empty().schema
    base = {"lea_id": "A", "school_year": 2026, "submission_id": name, "source_file": f"{name}.csv"}
    full = [{**base, "source_row": number, **row} for number, row in enumerate(rows, start=2)]
    columns = {c: pl.Series(c, [row.get(c) for row in full], dtype=dtype) for c, dtype in schema.items()}
    return pl.LazyFrame(columns)


def stay(staff: str, lea: str = "A", fte: float = 1.0, **more: Any) -> dict[str, Any]:
    row = {"staff_id": staff, "lea_id": lea, "begin_date": date(2025, 8, 1), "full_time_equivalency": fte}
    return row | {"end_date": date(2026, 6, 12)} | more


def line(staff: str, code: str = "BASE", amount: str = "100.00", **more: Any) -> dict[str, Any]:
    from decimal import Decimal

    return {"staff_id": staff, "pay_code": code, "fund_code": "1", "amount": Decimal(amount)} | more


CLEAN: dict[str, Rows] = {
    "roster": [stay("t1"), stay("t2", role_code="mentor"), stay("p1")],
    "payroll": [line("t1"), line("t2"), line("t2", "MENTOR", "50.00"), line("p1")],
    "evaluation": [{"staff_id": "t1", "rating_system": "rubric", "evaluator_staff_id": "p1"}],
    "leadership": [{"staff_id": "t2", "event_type": "selection"}],
    "pay_codes": [
        {"pay_code": "BASE", "pay_type": "base"},
        {"pay_code": "MENTOR", "pay_type": "stipend", "role_code": "mentor"},
    ],
}


def summed(tables: dict[str, pl.LazyFrame]) -> dict[str, pl.LazyFrame]:
    """The tables with payroll as its sums, as the rules read it."""
    return tables | {"pay_sums": sum_payroll(tables["payroll"])}


def found(**changes: Rows) -> list[tuple[str, str, int]]:
    """(rule, staff, row) of every finding after the clean state gets more rows."""
    tables = {name: table(name, rows + changes.get(name, [])) for name, rows in CLEAN.items()}
    result = findings(summed(tables)).collect()
    assert result.schema == CrossFileFindings.create_empty().schema
    assert result["evidence"].str.len_chars().min() in (None, *range(10, 200))
    return [(row["rule_id"], row["staff_id"], row["source_row"]) for row in result.iter_rows(named=True)]


def test_a_clean_state_has_no_findings() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"payroll": [line("x9"), line("x9")]}, [("XFL-001", "x9", 6)]),
        ({"evaluation": [{"staff_id": "x9", "rating_system": "rubric"}]}, [("XFL-002", "x9", 3)]),
        (
            {"evaluation": [{"staff_id": "t1", "rating_system": "b", "evaluator_staff_id": "x9"}]},
            [("XFL-003", "t1", 3)],
        ),
        ({"roster": [stay("t3", role_code="coach")], "payroll": [line("t3")]}, [("XFL-004", "t3", 5)]),
        ({"payroll": [line("t1", "MENTOR", "9.00")]}, [("XFL-005", "t1", 6)]),
        # paid and taken back: no net pay, so no role is missing
        ({"payroll": [line("t1", "MENTOR", "9.00"), line("t1", "MENTOR", "-9.00")]}, []),
        ({"roster": [stay("t1", "B", 0.6)]}, [("XFL-006", "t1", 2), ("XFL-006", "t1", 5)]),
        ({"roster": [stay("t1", "B", 0.5)]}, []),
        # one after the other, never on the same day
        ({"roster": [stay("t1", "B", begin_date=date(2026, 6, 13), end_date=None)]}, []),
        (
            {"roster": [stay("t1", "B", begin_date=date(2026, 6, 12), end_date=None)]},
            [("XFL-006", "t1", 2), ("XFL-006", "t1", 5)],
        ),
        (
            {"roster": [stay("z", fte=0.5, license_id="L1"), stay("z", "B", 0.5, license_id="L2")]},
            [("XFL-007", "z", 5), ("XFL-007", "z", 6)],
        ),
        ({"roster": [stay("z", fte=0.5, license_id="L1"), stay("z", "B", 0.5, license_id="L1")]}, []),
        ({"leadership": [{"staff_id": "x9", "event_type": "nomination"}]}, [("XFL-008", "x9", 3)]),
        # on the roster of the year: the last day of a stay is its first day, or the other way round
        (
            {
                "roster": [
                    stay("early", begin_date=date(2020, 8, 1), end_date=date(2025, 7, 1)),
                    stay("late", begin_date=date(2026, 6, 30), end_date=None),
                    stay("next", begin_date=date(2026, 7, 1), end_date=None),
                ],
                "payroll": [line("early"), line("late"), line("next")],
            },
            [("XFL-001", "next", 8)],
        ),
        # a stay that ended before the year began is not on the roster of the year
        (
            {
                "roster": [stay("old", begin_date=date(2020, 8, 1), end_date=date(2025, 6, 30))],
                "payroll": [line("old")],
            },
            [("XFL-001", "old", 6)],
        ),
        # a district-year that sent no roster has nobody to compare with
        ({"payroll": [line("x9", lea_id="C")]}, []),
    ],
)
def test_each_rule_finds_its_rows(changes: dict[str, Rows], expected: list[tuple[str, str, int]]) -> None:
    assert found(**changes) == expected


BROKEN: dict[str, Rows] = {
    "roster": [
        stay("t3", role_code="coach"),
        stay("t1", "B", 0.75),
        stay("z", fte=0.5, license_id="L1"),
        stay("z", "B", 0.5, license_id="L2"),
    ],
    "payroll": [line("x9", "Z"), line("x9"), line("x9"), line("t1", "MENTOR", "9.00"), line("t3")],
    "evaluation": [
        {"staff_id": "x9", "rating_system": "rubric"},
        {"staff_id": "t1", "rating_system": "b", "evaluator_staff_id": "x8"},
        {"staff_id": None, "rating_system": "b", "evaluator_staff_id": "x7"},
    ],
    "leadership": [{"staff_id": "x9", "event_type": "nomination"}],
}


def test_a_finding_says_rule_severity_row_and_evidence() -> None:
    """Every rule once, whole: in the order of rule and person, a row that names nobody last."""
    tables = {name: table(name, rows + BROKEN.get(name, [])) for name, rows in CLEAN.items()}
    licences = "another district has this identifier beside another licence"
    expected = [
        ("XFL-001", "warn", "payroll", "A", "x9", 6, "3 pay lines, no day on the roster of the year"),
        ("XFL-002", "warn", "evaluation", "A", "x9", 3, "evaluated under rubric, no day on the roster"),
        ("XFL-003", "warn", "evaluation", "A", "t1", 4, "evaluator x8 has no day on the roster"),
        ("XFL-003", "warn", "evaluation", "A", None, 5, "evaluator x7 has no day on the roster"),
        ("XFL-004", "warn", "roster", "A", "t3", 5, "role coach on the roster, no net role pay"),
        ("XFL-005", "warn", "payroll", "A", "t1", 9, "paid 9.00 for role mentor, not on the roster"),
        ("XFL-006", "warn", "roster", "A", "t1", 2, "all districts together claim 1.75 FTE on one day"),
        ("XFL-006", "warn", "roster", "B", "t1", 6, "all districts together claim 1.75 FTE on one day"),
        ("XFL-007", "error", "roster", "A", "z", 7, licences),
        ("XFL-007", "error", "roster", "B", "z", 8, licences),
        ("XFL-008", "warn", "leadership", "A", "x9", 3, "nomination of somebody with no day on the roster"),
    ]
    result = findings(summed(tables)).collect()
    columns = ["rule_id", "severity", "extract", "lea_id", "staff_id", "source_row", "evidence"]
    assert result.select(columns).rows() == expected
    assert result["school_year"].unique().to_list() == [2026]
    assert (result["source_file"] == result["extract"] + ".csv").all()


def test_a_set_of_educators_takes_who_is_listed_from_the_state() -> None:
    """The facts of the whole state count, not those of the rows at hand."""
    tables = summed({name: table(name, rows) for name, rows in CLEAN.items()})
    state = arrived(table("roster", [stay("t1"), stay("t2", role_code="mentor")]), tables["pay_sums"])
    result = findings(tables, state).collect()
    assert result.select("rule_id", "staff_id").rows() == [("XFL-001", "p1"), ("XFL-003", "t1")]


def test_counts_stand_beside_those_of_the_row_rules() -> None:
    """Every submission in force is asked every cross-file rule of its extract; a broken one counts its rows."""
    types = {"lea_id": pl.String, "extract": pl.String, "school_year": pl.Int16, "rule_id": pl.String}
    types |= {"severity": pl.String, "rows": pl.UInt32, "failed": pl.UInt32, "submitted_at": pl.Datetime("us")}
    types |= {"answered": pl.UInt32, "footnote": pl.String}
    row_rules = pl.LazyFrame(
        [
            ("A", "roster", 2026, "ROS-006", "error", 10, 1, None, 1, "confirmed"),
            ("B", "payroll", 2026, "PAY-006", "error", 7, 0, None, 0, None),
        ],
        schema=types,
        orient="row",
    )
    made = [("XFL-006", "warn", "roster", "A", 2026, str(n), "s", "f", n, "two districts") for n in range(3)]
    found = pl.LazyFrame(made, schema=CrossFileFindings.create_empty().schema, orient="row")
    counts = with_cross_file(row_rules, found).sort("lea_id", "rule_id").collect()
    assert counts.schema == pl.Schema(types)
    assert counts.filter(rule_id="ROS-006").select("answered", "footnote").rows() == [(1, "confirmed")]
    assert counts.select("lea_id", "rule_id", "rows", "failed").rows() == [
        ("A", "ROS-006", 10, 1),
        ("A", "XFL-004", 10, 0),
        ("A", "XFL-006", 10, 3),
        ("A", "XFL-007", 10, 0),
        ("B", "PAY-006", 7, 0),
        ("B", "XFL-001", 7, 0),
        ("B", "XFL-005", 7, 0),
    ]


def test_rules_are_distinct_and_said_in_full() -> None:
    ids = [rule.rule_id for rule in CROSS_FILE_RULES]
    assert len(set(ids)) == len(ids) == 8
    for rule in CROSS_FILE_RULES:
        assert rule.severity in ("warn", "error")
        assert rule.message.endswith(".")
        assert rule.fix.endswith(".")


def test_order_of_rows_is_irrelevant() -> None:
    rows: Mapping[str, Rows] = {name: [*rows] for name, rows in CLEAN.items()}
    more = [line("x9"), line("t1", "MENTOR", "9.00"), stay("t1", "B", 0.6)]
    tables = {name: table(name, rows) for name, rows in rows.items()}
    tables["payroll"] = table("payroll", [*CLEAN["payroll"], *more[:2]])
    tables["roster"] = table("roster", [*CLEAN["roster"], more[2]])
    turned = {name: frame.reverse() for name, frame in tables.items()}
    assert findings(summed(tables)).collect().equals(findings(summed(turned)).collect())
