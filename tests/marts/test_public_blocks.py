"""The numbers behind the public tables, of the golden district: every row that could be told, nothing hidden yet.

`golden_ladder` is confidential, `golden_mentor` an open role. Each figure follows from the README of
tests/golden/money, whose people are counted by hand; money in cents.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from contracts.marts import MARTS
from contracts.public import PUBLIC
from tests.disclosed import NO_YEARS, files_of, holds, policy
from transforms.s2_resolve.pay import classify_pay, sum_payroll
from transforms.s5_marts.dimensions import build_dimensions
from transforms.s5_marts.program_pay import program_pay
from transforms.s6_disclose.exchanged import exchanged
from transforms.s6_disclose.past import nothing_before
from transforms.s6_disclose.run import PublicSide, blocks_of, build_public
from transforms.s6_disclose.shape import numbered
from transforms.s6_disclose.undeclared import undeclared

EXPECT = Path(__file__).parents[1] / "golden" / "money" / "expect_public"
EXPECTED = sorted(path.stem for path in EXPECT.glob("*.csv"))
RELEASED = sorted(path.stem for path in (EXPECT / "released").glob("*.csv"))
SECRET = ("next_year_outcome", "is_top", "is_leader")
STEPS = pl.DataFrame(
    [
        ("golden_ladder", "none", 0, False, "confidential"),
        ("golden_ladder", "apprentice", 1, False, "confidential"),
        ("golden_ladder", "lead", 2, True, "confidential"),
        ("golden_mentor", "none", 0, False, "open_role"),
        ("golden_mentor", "mentor", 1, True, "open_role"),
    ],
    schema=["program_id", "level", "rank", "leads", "kind"],
    orient="row",
)


@pytest.fixture(scope="module")
def marts(golden: dict[str, pl.DataFrame], golden_tables: dict[str, pl.LazyFrame]) -> dict[str, pl.LazyFrame]:
    """What the disclosure step reads: the marts, what each person was paid by program, and the dimensions."""
    record = golden["educator_year"].lazy()
    pay = classify_pay(sum_payroll(golden_tables["payroll"]), golden_tables["pay_codes"], golden_tables["funds"])
    made = {name: frame.lazy() for name, frame in golden.items()} | build_dimensions(golden_tables, record, [])
    made |= {"designation": golden_tables["designation"], "program_pay": program_pay(pay)}
    return made | {"data_quality": MARTS["data_quality"].schema.create_empty(lazy=True)}


@pytest.fixture(scope="module")
def blocks(marts: dict[str, pl.LazyFrame]) -> pl.DataFrame:
    return blocks_of(marts, STEPS)


@pytest.fixture(scope="module")
def side(marts: dict[str, pl.LazyFrame], blocks: pl.DataFrame) -> PublicSide:
    return build_public(marts, blocks, policy(), NO_YEARS, nothing_before())


def filled(frame: pl.DataFrame) -> str:
    """Rows in order as CSV, without columns that are empty."""
    return frame.select(c for c in frame.columns if frame[c].null_count() < frame.height).sort(pl.all()).write_csv()


def test_every_counted_table_is_expected() -> None:
    assert set(EXPECTED) == set(PUBLIC) - {"public_projection", "public_data_quality"}


@pytest.mark.parametrize("table", EXPECTED)
def test_numbers_of_a_public_table_match_paper(table: str, blocks: pl.DataFrame) -> None:
    made = blocks.filter(pl.col("table") == table).drop("table", "print")
    assert filled(made) == (EXPECT / f"{table}.csv").read_text()


@pytest.mark.parametrize("table", RELEASED)
def test_what_is_shown_of_a_public_table_matches_paper(table: str, side: PublicSide) -> None:
    """Of fewer than ten persons nothing sensitive is shown; headcounts, staff budgets and the open role are."""
    assert filled(side.marts[table]) == (EXPECT / "released" / f"{table}.csv").read_text()


def test_the_public_side_is_whole_and_certified(side: PublicSide) -> None:
    assert list(side.marts) == list(PUBLIC)
    for name, frame in side.marts.items():
        PUBLIC[name].schema.validate(frame)
    assert holds(files_of(side.decided))
    projection = side.marts["public_projection"].filter(pl.col("program_id") == "golden_ladder")
    assert set(projection["mask"]) == {"suppressed"} and projection.height == 33


def test_a_fingerprint_adds_up_the_persons_behind_a_number(
    marts: dict[str, pl.LazyFrame], blocks: pl.DataFrame
) -> None:
    """Of a count the numbers of its persons, of money each times the person's cents, modulo 2^64."""
    numbers = dict(numbered(marts["educator_year"]).iter_rows())

    def told(table: str, **where: object) -> int:
        return int(blocks.filter(pl.col("table") == table).filter(**where)["print"].item())  # type: ignore[arg-type]

    def of(**shares: int) -> int:
        return sum(numbers[person] * share for person, share in shares.items()) % 2**64

    assert len(set(numbers.values())) == 13
    ladder = {"program_id": "golden_ladder", "school_year": 2026}
    assert told("public_designation", **ladder, part="lead") == of(T03=1, T07=1)
    assert told("public_designation", **ladder, part="all") == of(T03=1, T06=1, T07=1)
    assert told("public_ladder_flow", **ladder, part="apprentice > lead") == of(T07=1)
    assert told("public_access", school_year=2026, cut="leaders", part="3") == of(T03=1, T04=1)
    assert told("public_retention", cut="others", part="left_state_schools") == of(T09=1)
    assert told("public_retention", cut="top_rated", part="all") == of(T04=1, T08=1)
    assert told("public_retention", program_id="golden_mentor", part="stay_school") == of(T04=1)
    pay = of(T03=175_000, T04=195_000, T07=200_000)
    assert told("public_compensation", school_year=2026, part="supplement") == pay
    assert told("public_money", **ladder, cut="ends", part="2028") == of(T03=175_000)
    assert told("public_money", **ladder, cut="stream", part="local_general") == of(T07=200_000)
    assert told("public_money", **ladder, cut="cost_part", part="pay") == 0


def test_secrets_dealt_anew_leave_what_everybody_sees(marts: dict[str, pl.LazyFrame]) -> None:
    """Ratings and levels go together to others of the year whom the same programs judge; outcomes go to anybody."""
    record, held = marts["educator_year"].collect(), marts["designation"].collect()
    deals = [exchanged(marts, STEPS, seed) for seed in (1, 1, 2)]
    records = [deal["educator_year"].collect().sort("staff_id", "school_year") for deal in deals]
    levels = [deal["designation"].collect().sort("staff_id", "school_year") for deal in deals]
    assert records[0].equals(records[1]) and levels[0].equals(levels[1])
    assert not records[0].equals(records[2])
    for made, level in zip(records, levels, strict=True):
        assert set(made.columns) == set(record.columns)
        seen = [c for c in record.columns if c not in SECRET]
        assert made.select(seen).equals(record.sort("staff_id", "school_year").select(seen))
        for what in (["school_year", "is_top"], ["school_year", "next_year_outcome"]):
            assert made.select(what).sort(what).equals(record.select(what).sort(what))
        judged = ["program_id", "school_year", "level"]
        assert level.select(judged).sort(judged).equals(held.select(judged).sort(judged))
        assert level.select("staff_id", "program_id", "school_year").equals(
            held.sort("staff_id", "school_year").select("staff_id", "program_id", "school_year")
        )
        alone = made.filter(staff_id="T04")  # the one mentor has nobody to exchange with
        assert alone.select("is_top", "is_leader").rows() == [(True, True)] * 2
        lead = level.filter(pl.col("level") == "lead").select("staff_id", "school_year").rows()
        leaders = made.filter("is_leader").select("staff_id", "school_year").rows()
        assert sorted(leaders) == sorted([*lead, ("T04", 2025), ("T04", 2026)])
        assert made.filter(pl.col("staff_id").is_in(["T03", "T06", "T07"]))["is_top"].to_list() == [False] * 6
    assert {tuple(level["level"]) for level in levels} != {tuple(held.sort("staff_id", "school_year")["level"])}


def test_nothing_of_the_golden_district_adds_up_undeclared(marts: dict[str, pl.LazyFrame]) -> None:
    assert undeclared(marts, STEPS) == []
