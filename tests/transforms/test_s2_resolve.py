"""The resolve stage: days of service, school of record, roles held, usable ratings. Every number is counted by hand."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from contracts.extracts import AcceptedEvaluation, AcceptedRoster
from contracts.reference import Districts, RatingSystems
from transforms.s2_resolve.educators import lea_years, record_years
from transforms.s2_resolve.ratings import statewide_gaps, usable_ratings
from transforms.s2_resolve.roles import role_years
from transforms.s2_resolve.service import clip_assignments


def frame(contract: type, rows: list[dict[str, object]], **common: object) -> pl.LazyFrame:
    """Rows of a contract's table; columns not named are null."""
    schema = contract.create_empty().schema
    return pl.LazyFrame([{**common, **row} for row in rows], schema=schema)


def stay(staff: str, begin: date, end: date | None, **more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "staff_id": staff,
        "lea_id": "L1",
        "school_year": 2024,
        "school_id": "S1",
        "begin_date": begin,
        "end_date": end,
        "staff_classification": "teacher",
        "position_title": "Teacher",
        "full_time_equivalency": 1.0,
    }
    return row | more


def roster(*rows: dict[str, object]) -> pl.LazyFrame:
    return frame(AcceptedRoster, list(rows))


def districts(begins: str | None = None, ends: str | None = None) -> pl.LazyFrame:
    return frame(Districts, [{"lea_id": "L1", "name": "One", "year_begins": begins, "year_ends": ends}])


def test_a_stay_is_clipped_to_its_year_and_counted_in_both_windows() -> None:
    rows = roster(
        stay("a", date(2019, 8, 1), None),
        stay("b", date(2023, 7, 1), date(2023, 7, 31)),
        stay("c", date(2020, 1, 1), date(2023, 6, 30)),
        stay("d", date(2024, 5, 27), date(2024, 6, 15), full_time_equivalency=0.5),
    )
    out = clip_assignments(rows, districts("08-15", "06-05")).sort("staff_id").collect()
    assert out["staff_id"].to_list() == ["a", "b", "d"]  # c's last day is the day before the year begins
    assert out["roster_days"].to_list() == [366, 31, 20]  # 2023-24 holds a 29 February
    assert out["window_days"].to_list() == [296, 296, 296]  # 15 August - 5 June
    assert out["contract_days"].to_list() == [296, 0, 10]
    assert out["fte_days"].to_list() == [296.0, 0.0, 5.0]


def test_an_unknown_district_has_the_whole_year_as_its_window() -> None:
    out = clip_assignments(roster(stay("a", date(2023, 9, 1), None, lea_id="L9")), districts()).collect()
    assert (out["window_begin"][0], out["window_end"][0]) == (date(2023, 7, 1), date(2024, 6, 30))
    assert out["window_days"][0] == 366


def test_school_of_record_has_most_fte_days_then_the_lowest_id() -> None:
    rows = roster(
        stay("a", date(2023, 7, 1), date(2023, 12, 31), school_id="S1", full_time_equivalency=1.0),  # 184
        stay("a", date(2024, 1, 1), date(2024, 6, 30), school_id="S2", full_time_equivalency=1.0),  # 182
        stay("b", date(2023, 7, 1), None, school_id="S3", full_time_equivalency=0.5),
        stay("b", date(2023, 7, 1), None, school_id="S2", full_time_equivalency=0.5),
        stay("c", date(2023, 7, 1), None, school_id="S9", full_time_equivalency=0.4),
        stay("c", date(2023, 7, 1), None, school_id="S1", full_time_equivalency=0.3),
        stay("c", date(2023, 7, 1), None, school_id="S1", full_time_equivalency=0.3, position_title="Coach"),
    )
    out = lea_years(rows, districts()).sort("staff_id").collect()
    assert out["school_id"].to_list() == ["S1", "S2", "S1"]
    assert out["fte"].to_list() == pytest.approx([1.0, 1.0, 1.0])


def test_an_educator_year_takes_the_maximum_any_and_main_row() -> None:
    rows = roster(
        stay(
            "a",
            date(2023, 7, 1),
            None,
            full_time_equivalency=0.6,
            years_experience=4.0,
            salary_lane="MA",
            tested_group=False,
            staff_classification="instructional_coach",
        ),
        stay("a", date(2023, 7, 1), None, full_time_equivalency=0.4, years_experience=5.0, tested_group=True),
        stay("b", date(2023, 7, 1), None, staff_classification="other"),
    )
    out = lea_years(rows, districts()).sort("staff_id").collect()
    row = out.row(0, named=True)
    assert row["is_teacher"] is True
    assert row["staff_classification"] == "instructional_coach"
    assert (row["years_experience"], row["salary_lane"], row["tested_group"]) == (5.0, "MA", True)
    assert out["is_teacher"][1] is False
    assert out["tested_group"][1] is None


def test_the_statewide_record_is_the_school_with_most_fte_days() -> None:
    rows = roster(
        stay("a", date(2023, 7, 1), date(2023, 9, 30), lea_id="L1", school_id="S1"),
        stay("a", date(2023, 10, 1), None, lea_id="L2", school_id="S8"),
    )
    out = record_years(clip_assignments(rows, districts())).collect()
    assert out.row(0) == ("a", 2024, "L2", "S8")


def test_a_role_is_held_when_it_covers_more_than_half_of_the_days() -> None:
    rows = roster(
        stay("a", date(2023, 7, 1), date(2023, 12, 31)),  # 184 days without the role
        stay("a", date(2024, 1, 1), None, role_code="TL", release_share=0.5),  # 182 days
        stay("b", date(2023, 7, 1), date(2023, 12, 31), role_code="TL"),  # 184 of 366
        stay("b", date(2024, 1, 1), None),
        stay("c", date(2023, 7, 1), date(2023, 10, 31), role_code="TL"),  # 123 days, twice at once
        stay("c", date(2023, 7, 1), date(2023, 10, 31), role_code="TL", school_id="S2"),
        stay("c", date(2023, 7, 1), None, position_title="Class"),
    )
    out = role_years(clip_assignments(rows, districts())).sort("staff_id").collect()
    assert out["is_held"].to_list() == [False, True, False]
    assert out["role_days"].to_list() == [182, 184, 123]
    assert out["lea_days"].to_list() == [366, 366, 366]
    assert out["release_share"].to_list() == [0.5, None, None]


def test_release_share_is_weighted_by_fte_days() -> None:
    rows = roster(
        stay("a", date(2023, 7, 1), None, role_code="TL", release_share=0.5, full_time_equivalency=0.75),
        stay(
            "a", date(2023, 7, 1), None, role_code="TL", release_share=0.1, full_time_equivalency=0.25, school_id="S2"
        ),
    )
    out = role_years(clip_assignments(rows, districts())).collect()
    assert out["release_share"][0] == pytest.approx(0.4)


def systems() -> pl.LazyFrame:
    def label(version: str, since: int, name: str, band: int, gaps: str | None = None) -> dict[str, object]:
        return {
            "rating_system": "sys",
            "version": version,
            "from_year": since,
            "rating_level": name,
            "band": band,
            "is_top": band == 5,
            "is_positive": band >= 4,
            "statewide_gap_years": gaps,
        }

    first = [label("1", 2010, "HE", 5, "2020"), label("1", 2010, "E", 4, "2020")]
    return frame(RatingSystems, [*first, label("2", 2022, "HE", 4, "2021; 2023; ")])


def evaluated(staff: str, year: int, status: str, level: str | None) -> dict[str, object]:
    return {
        "staff_id": staff,
        "lea_id": "L1",
        "school_year": year,
        "rating_system": "sys",
        "status": status,
        "rating_level": level,
        "growth_percent": 60.0,
    }


def test_a_rating_counts_only_when_final_or_appealed_with_a_label_of_its_version() -> None:
    rows = frame(
        AcceptedEvaluation,
        [
            evaluated("a", 2021, "final", "E"),
            evaluated("b", 2022, "final", "E"),  # version 2 applies whole: it has no E
            evaluated("c", 2022, "appealed", "HE"),
            evaluated("d", 2022, "appealed", None),
            evaluated("e", 2022, "nullified", "HE"),
            evaluated("f", 2022, "final", None),
            evaluated("g", 2005, "final", "HE"),  # before the first version
        ],
    )
    out = usable_ratings(rows, systems()).sort("staff_id").collect()
    reasons = [None, "unknown_label", None, "appealed", "nullified", "no_label", "unknown_label"]
    assert out["rating_reason"].to_list() == reasons
    assert out["rating_level"].to_list() == ["E", None, "HE", None, None, None, None]
    assert out["band"].to_list() == [4, None, 4, None, None, None, None]
    assert out["growth_percent"].to_list() == [60.0] * 7


def test_gap_years_are_the_union_over_versions() -> None:
    """A semicolon at the end is no year."""
    assert sorted(statewide_gaps(systems()).collect().rows()) == [("sys", 2020), ("sys", 2021), ("sys", 2023)]
