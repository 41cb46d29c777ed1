"""What errors cost, counted by hand; the fewest mends that lift a hold, held against trying everything."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.row_rules import RowRule
from rung.intake.checked import Checked
from rung.intake.dry_run import check_files
from rung.intake.error_costs import fewest_mends, rule_costs
from rung.intake.receipt_page import receipt_page
from rung.lake.workspace import open_workspace
from tests import small_state as small
from transforms.s1_conform.validate import DUPLICATE, ERRORS, WARNINGS

RULES = [RowRule(f"X-00{n}", "error", "payroll", "amount", "", "", pl.lit(False)) for n in range(1, 5)]


def rows(*broken: tuple[str, str | None, str | None, list[str] | None, bool]) -> pl.DataFrame:
    """Rows of staff id, amount, errors as ids, exact repeat or not; the last rule only warns."""
    return pl.DataFrame(
        {
            "staff_id": [staff for staff, *_ in broken],
            "amount": [None if amount is None else Decimal(amount) for _, amount, *_ in broken],
            ERRORS: [(found and [f for f in found if f != "X-004"]) or None for *_, found, _ in broken],
            WARNINGS: [["X-004"] if found and "X-004" in found else None for *_, found, _ in broken],
            DUPLICATE: [repeat for *_, repeat in broken],
        },
        schema_overrides={"amount": pl.Decimal(14, 2), ERRORS: pl.List(pl.String), WARNINGS: pl.List(pl.String)},
    )


SIX = [
    ("A", "100.00", ["X-001"], False),
    ("A", "50.25", ["X-001", "X-002"], False),
    ("B", "-20.00", ["X-001"], False),
    ("C", None, ["X-002"], False),
    (None, "7.00", ["X-003", "X-004"], False),
    ("D", "100.00", ["X-001"], True),  # an exact repeat counts nowhere
]


def test_people_and_dollars_on_the_rows_of_each_rule() -> None:
    six = rows(*[(staff, amount, None, found, repeat) for staff, amount, found, repeat in SIX])
    assert rule_costs(six, RULES, "payroll") == {
        "X-001": {"people": 2, "cents": 13025, "rows_without_amount": 0},
        "X-002": {"people": 1 + 1, "cents": 5025, "rows_without_amount": 1},
        "X-003": {"people": 0, "cents": 700, "rows_without_amount": 0},
        "X-004": {"people": 0, "cents": 700, "rows_without_amount": 0},
    }
    assert rule_costs(six, RULES, "roster")["X-001"] == {"people": 2, "cents": None, "rows_without_amount": None}


@pytest.mark.parametrize(
    ("limit", "mends"),
    [
        # 5 of 20 rows come back, of which X-001 alone has 2, X-002 alone 1, both 1, X-003 alone 1.
        (0.25, None),
        (0.2, (["X-001"], 2, 3, 4)),
        (0.15, (["X-001"], 2, 3, 3)),
        (0.1, (["X-001", "X-002"], 4, 1, 2)),
        (0.05, (["X-001", "X-002"], 4, 1, 1)),
        (0.0, (["X-001", "X-002", "X-003"], 5, 0, 0)),
    ],
)
def test_the_fewest_mends_at_one_above_and_one_below_the_gate(
    limit: float, mends: tuple[list[str], int, int, int] | None
) -> None:
    six = rows(*[(staff, amount, None, found, repeat) for staff, amount, found, repeat in SIX])
    found = fewest_mends(six, {"rows_accepted": 15, "rows_quarantined": 5}, limit)
    if mends is None:
        assert found is None
    else:
        keys = ("rules", "rows_lifted", "rows_left", "rows_allowed")
        assert found == {**dict(zip(keys, mends, strict=True)), "fewest": True}


@given(
    st.lists(st.sets(st.sampled_from([rule.rule_id for rule in RULES[:3]]), min_size=1), min_size=1, max_size=12),
    st.integers(0, 30),
    st.floats(0, 1),
)
def test_no_smaller_set_of_mends_would_do(found: list[set[str]], accepted: int, limit: float) -> None:
    bad = rows(*[("A", "1.00", None, sorted(rules), False) for rules in found])
    counts = {"rows_accepted": accepted, "rows_quarantined": len(found)}
    mends = fewest_mends(bad, counts, limit)
    total = accepted + len(found)
    if mends is None:
        assert len(found) / total <= limit
        return
    assert (len(found) - mends["rows_lifted"]) / total <= limit
    assert mends["rows_left"] == sum(not rules <= set(mends["rules"]) for rules in found)
    every = {rule for rules in found for rule in rules}
    for smaller in combinations(sorted(every), len(mends["rules"]) - 1):
        assert sum(not rules <= set(smaller) for rules in found) / total > limit


def test_with_very_many_rules_they_are_taken_one_after_the_other() -> None:
    names = [f"Y-{n:03}" for n in range(60)]
    bad = rows(*[("A", "1.00", None, [name], False) for n, name in enumerate(names) for _ in range(n + 1)])
    mends = fewest_mends(bad, {"rows_accepted": 0, "rows_quarantined": bad.height}, 0.5)
    assert mends is not None and not mends["fewest"]
    # Greatest first: the last 18 have 60 + 59 + … + 43 = 927 of 1,830 rows, the last 17 only 884 of the 915 needed.
    assert mends["rules"] == names[:-19:-1]


def checked(tmp_path: Path, extract: str, text: str) -> Checked:
    root = small.write_state(tmp_path / "state").parent
    file = tmp_path / f"{extract}.csv"
    file.write_text(text, encoding="utf-8")
    (found,) = check_files(open_workspace(root / "rung.toml"), [file], extract, "0100", 2026)
    return found


def test_the_receipt_shows_what_depends_on_each_rule_and_what_lifts_the_hold(tmp_path: Path) -> None:
    good = small.payroll("0100", 2026)[:8]
    bad = ["0001001,2025-09-15,BASE,01,ten", "0001002,2025-09-30,,01,12.50", "0001002,2025-10-15,,01,7.50"]
    found = checked(tmp_path, "payroll", small.csv(small.PAYROLL, [*good, *bad]))
    receipt = json.loads(found.files["receipt.json"])
    assert receipt["state"] == "held"
    by_rule = {rule["rule_id"]: rule for rule in receipt["rules"] if rule["severity"] == "error"}
    assert sorted((r["people"], r["cents"], r["rows_without_amount"]) for r in by_rule.values()) == [
        (1, 0, 1),
        (1, 2000, 0),
    ]
    # 11 rows, at most 5 % of them: none may come back, so both must be mended.
    assert receipt["mends"]["rows_allowed"] == 0 and set(receipt["mends"]["rules"]) == set(by_rule)
    page = " ".join(re.sub(r"<[^>]+>", " ", found.files["receipt.html"].decode()).split())
    assert "What would lift the hold At most 0 rows may come back, 3 would. Mend these 2, and 0 are left:" in page
    assert "1 person, $20.00" in page
    assert "1 person; no amount can be read" in page


def test_a_roster_shows_people_and_an_older_receipt_says_that_nobody_counted(tmp_path: Path) -> None:
    lines = small.csv("staff_id,school_id,begin_date,staff_classification,position_title,full_time_equivalency", [])
    found = checked(tmp_path, "roster", lines + "0001001,S1,soon,teacher,Teacher,1\n0001001,S1,then,teacher,T,1\n")
    receipt = json.loads(found.files["receipt.json"])
    assert {rule["people"] for rule in receipt["rules"] if rule["severity"] == "error"} == {1}
    for rule in receipt["rules"]:
        for key in ("people", "cents", "rows_without_amount"):
            del rule[key]
    del receipt["mends"]
    assert "not counted" in receipt_page(receipt)
