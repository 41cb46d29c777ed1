"""Whatever a district sends, the identities hold; the order of rows and the splitting of lines change nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.policy.terms import ProgramTerms
from expectations.identities import broken_rows
from transforms.s2_resolve.pay import sum_payroll

QUIET = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
YEARS = (2025, 2026)
PEOPLE = [f"P{n}" for n in range(6)]
SCHEDULE = [
    {"lea_id": "L1", "school_year": year, "lane": "BA", "step": step, "amount": f"{40_000 + 333 * step}.37"}
    for year in YEARS
    for step in (1, 2)
]
SCHOOLS = [
    {
        "school_id": school,
        "school_year": year,
        "lea_id": "L1",
        "name": school,
        "enrollment": 300,
        "poverty_percent": poverty,
    }
    for year in YEARS
    for school, poverty in (("S1", 70), ("S2", None))
]
LINES = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(YEARS),
        st.sampled_from(["BASE", "P", "R", "BEN", "??"]),
        st.sampled_from(["01", "G", "??"]),
        st.integers(-50_000_00, 90_000_00),
        st.sampled_from([None, 0, 7.25]),
    ),
    max_size=25,
)
POSTS = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(YEARS),
        st.sampled_from(["S1", "S2"]),
        st.sampled_from([None, "ROLE"]),
        st.sampled_from([0.5, 1.0]),
        st.sampled_from([None, 1, 2]),
    ),
    unique_by=lambda post: post[:4],
    max_size=14,
)
HELD = st.dictionaries(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(YEARS)), st.sampled_from(["one", "two", None])
)


def state(small: Any, lines: Any, posts: Any, held: Any, backwards: bool = False) -> dict[str, Any]:
    """The rows of a state; `backwards` turns every table round."""
    rows: dict[str, Any] = {
        "payroll": [
            small.line(who, code, str(Decimal(cents) / 100), year, fund_code=fund, hours=hours)
            for who, year, code, fund, cents, hours in lines
        ],
        "roster": [
            small.post(
                who,
                year,
                school_id=school,
                role_code=role,
                full_time_equivalency=fte,
                release_share=0.3 if role else None,
                salary_lane="BA" if step else None,
                salary_step=step,
            )
            for who, year, school, role, fte, step in posts
        ],
        "designation": [small.holds(who, level, year) for (who, year), level in held.items()],
        "salary_schedules": SCHEDULE,
        "schools": SCHOOLS,
        "program_finance": [
            {"lea_id": "L1", "program_id": "p", "school_year": year, "kind": "training", "amount": "12.34"}
            for year in YEARS
        ],
        "offsets": [
            {
                "lea_id": "L1",
                "program_id": None,
                "school_year": 2026,
                "kind": "other",
                "amount": "5.00",
                "document": "d",
            }
        ],
    }
    return {name: table[::-1] for name, table in rows.items()} if backwards else rows


PROGRAMS = [ProgramTerms(program_id="p", place=1, leader=True, roles=("ROLE",))]


@QUIET
@given(lines=LINES, posts=POSTS, held=HELD)
def test_identities_hold_and_order_does_not_matter(make: Any, small: Any, lines: Any, posts: Any, held: Any) -> None:
    forth = small.marts(programs=PROGRAMS, **state(small, lines, posts, held))
    back = small.marts(programs=PROGRAMS, **state(small, lines, posts, held, backwards=True))
    assert [name for name in forth if not forth[name].equals(back[name])] == []
    frames = {name: mart.lazy() for name, mart in forth.items()}
    given_rows = state(small, lines, posts, held)
    frames |= {name: make(name, given_rows[name]) for name in ("payroll", "designation")}
    frames["pay_sums"] = sum_payroll(frames["payroll"])
    assert [name for name, rows in broken_rows(frames).items() if rows.collect().height] == []


@QUIET
@given(lines=LINES, part=st.integers(1, 99))
def test_splitting_pay_lines_changes_nothing(small: Any, lines: Any, part: int) -> None:
    split = [
        (who, year, code, fund, piece, None)
        for who, year, code, fund, cents, _ in lines
        for piece in (cents * part // 100, cents - cents * part // 100)
    ]
    whole = [(*line[:5], None) for line in lines]
    posts = [(who, year, "S1", None, 1.0, 1) for who in PEOPLE for year in YEARS]
    held = {("P0", 2026): "one"}
    one, two = (small.marts(programs=PROGRAMS, **state(small, rows, posts, held)) for rows in (whole, split))
    for name in ("compensation", "funding_mix", "sustainability", "educator_year"):
        assert one[name].equals(two[name]), name
    assert one["compensation"].select(pl.col("amount").sum()).item() == sum(Decimal(line[4]) for line in lines) / 100
