"""The synthetic state: the same bytes for the same seed, and consistent in itself as a real one would be."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest

from contracts.extracts import EXTRACTS
from contracts.reference import REFERENCES
from rung.core.errors import RungError
from rung.demo import write_demo

PERSON = ["at_lea", "at_year", "staff_id"]


def digest(directory: Path) -> dict[str, str]:
    files = (path for path in sorted(directory.rglob("*")) if path.is_file())
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_same_bytes_other_seed_others(tmp_path: Path) -> None:
    size = {"leas": 3, "educators": 60, "years": 2, "dirty": 0.02}
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        write_demo(tmp_path / name, seed=seed, **size)
    assert digest(tmp_path / "one") == digest(tmp_path / "again")
    one, other = digest(tmp_path / "one"), digest(tmp_path / "other")
    assert one.keys() == other.keys()
    assert sum(one[name] != other[name] for name in one) > len(one) / 2


def test_every_extract_and_reference_table_is_there(clean_demo: Path, extracts: dict[str, pl.DataFrame]) -> None:
    for name, frame in extracts.items():
        assert frame.height > 0
        assert {*frame.columns} - {"at_lea", "at_year", "lea_id", "school_year"} <= {*EXTRACTS[name].sent.columns()}
        assert {*EXTRACTS[name].required} <= {*frame.columns}
        assert frame.select(pl.col(list(EXTRACTS[name].required)).is_null().any()).row(0) == (False,) * len(
            EXTRACTS[name].required
        )
    for name, reference in REFERENCES.items():
        frame = pl.read_csv(clean_demo / "reference" / f"{name}.csv", infer_schema=False)
        assert frame.columns == list(reference.schema.columns())
        assert frame.height > 0


def test_nobody_is_paid_rated_or_lauded_who_is_not_on_the_roster(extracts: dict[str, pl.DataFrame]) -> None:
    roster = extracts["roster"]
    for name in ("payroll", "evaluation", "leadership"):
        assert extracts[name].join(roster, on=PERSON, how="anti").height == 0, name
    evaluators = extracts["evaluation"].select("at_lea", "at_year", staff_id="evaluator_staff_id")
    assert evaluators.join(roster, on=PERSON, how="anti").height == 0
    for column in ("by_staff_id", "counterpart_staff_id"):
        others = extracts["leadership"].select("at_lea", "at_year", staff_id=column).drop_nulls()
        assert others.height > 0
        assert others.join(roster, on=PERSON, how="anti").height == 0, column


def test_keys_are_unique_and_no_row_is_there_twice(extracts: dict[str, pl.DataFrame]) -> None:
    for name, extract in EXTRACTS.items():
        key = ["at_lea", "at_year", *(column for column in extract.key if column in extracts[name].columns)]
        assert not extracts[name].select(key).is_duplicated().any(), name


def test_codes_are_those_of_the_reference_tables(clean_demo: Path, extracts: dict[str, pl.DataFrame]) -> None:
    def reference(name: str) -> pl.DataFrame:
        frame = pl.read_csv(clean_demo / "reference" / f"{name}.csv", infer_schema=False)
        return frame.rename({"lea_id": "at_lea"}) if "lea_id" in frame.columns else frame

    schools = reference("schools").with_columns(at_year=pl.col("school_year").cast(pl.Int64))
    for name, frame in extracts.items():
        assert frame.join(schools, on=["at_lea", "at_year", "school_id"], how="anti").height == 0, name
    payroll = extracts["payroll"]
    assert payroll.join(reference("pay_codes"), on=["at_lea", "pay_code"], how="anti").height == 0
    assert payroll.join(reference("funds"), on=["at_lea", "fund_code"], how="anti").height == 0
    schedules = reference("salary_schedules").rename({"lane": "salary_lane", "step": "salary_step"})
    on = ["at_lea", "school_year", "salary_lane", "salary_step"]
    assert extracts["roster"].join(schedules, on=on, how="anti").height == 0
    labelled = extracts["evaluation"].filter(pl.col("rating_level").is_not_null())
    assert labelled.join(reference("rating_systems"), on=["rating_system", "rating_level"], how="anti").height == 0


def test_ids_are_text_with_leading_zeros(extracts: dict[str, pl.DataFrame]) -> None:
    roster = extracts["roster"]
    assert roster["staff_id"].str.len_chars().unique().to_list() == [8]
    assert roster["staff_id"].str.starts_with("0").any()
    assert roster["lea_id"].equals(roster["at_lea"], check_names=False)


def test_people_stay_leave_move_and_come_back(extracts: dict[str, pl.DataFrame]) -> None:
    years = {
        year: set(part["staff_id"])
        for (year,), part in extracts["roster"].partition_by("at_year", as_dict=True).items()
    }
    first, second, third, _ = (years[year] for year in sorted(years))
    assert 0.05 < len(first - second) / len(first) < 0.14
    assert (first & third) - second, "somebody took a year off"
    places = extracts["roster"].group_by("staff_id").agg(pl.col("at_lea").n_unique(), pl.col("license_id").n_unique())
    assert places.filter(pl.col("at_lea") > 1).height > 0, "somebody moved to another district"
    assert places["license_id"].max() == 1, "one person, one license, in every district"


def test_base_pay_follows_the_schedule(clean_demo: Path, extracts: dict[str, pl.DataFrame]) -> None:
    """Full-time, full-year staff whose district has no ladder: base pay is the schedule's amount to the dollar."""
    adoption = pl.read_csv(clean_demo / "reference" / "program_adoption.csv", infer_schema=False)
    ladder = adoption.filter(pl.col("program_id") == "dc_lift")["lea_id"].implode()
    roster = extracts["roster"].filter(
        (pl.col("full_time_equivalency") == "1.0") & (pl.col("days_in_service") == "187"),
        ~pl.col("at_lea").is_in(ladder),
    )
    once = roster.filter(pl.struct(PERSON).is_unique())
    schedules = pl.read_csv(clean_demo / "reference" / "salary_schedules.csv", infer_schema=False)
    expected = once.join(
        schedules,
        left_on=["lea_id", "school_year", "salary_lane", "salary_step"],
        right_on=["lea_id", "school_year", "lane", "step"],
    ).select(*PERSON, pl.col("amount").cast(pl.Decimal(14, 2)))
    base = extracts["payroll"].filter(pl.col("pay_code") == "010")
    paid = base.group_by(PERSON).agg(paid=pl.col("amount").cast(pl.Decimal(14, 2)).sum())
    both = expected.join(paid, on=PERSON, how="left")
    assert both.height > 500
    assert both.filter(pl.col("paid").is_null() | (pl.col("paid") != pl.col("amount"))).height == 0


def test_extra_duty_is_booked_with_its_hours_and_posts_are_not(extracts: dict[str, pl.DataFrame]) -> None:
    """A grade chair's stipend is the same whatever the hours; tutoring is paid by them; a multi-classroom leader has
    none."""
    payroll = extracts["payroll"].with_columns(pl.col("amount", "hours").cast(pl.Float64))
    chairs = payroll.filter(pl.col("pay_code") == "601")
    assert chairs.height > 50 and chairs["hours"].null_count() == 0
    assert chairs["amount"].unique().to_list() == [600.0]
    assert sorted(chairs["hours"].unique()) == [12.0, 24.0, 36.0, 48.0]
    tutors = payroll.filter(pl.col("pay_code") == "612")
    assert (tutors["amount"] / tutors["hours"]).round(2).unique().to_list() == [30.0]
    assert payroll.filter(pl.col("pay_code").is_in(["010", "210", "784"]))["hours"].drop_nulls().is_empty()


def test_reversals_take_back_what_was_paid(extracts: dict[str, pl.DataFrame]) -> None:
    payroll = extracts["payroll"].with_columns(pl.col("amount").cast(pl.Decimal(14, 2)))
    back = payroll.filter(pl.col("amount") < 0)
    assert back.height > 0
    original = payroll.with_columns(amount=-pl.col("amount"))
    on = [*PERSON, "pay_code", "fund_code", "amount"]
    assert back.join(original, on=on, how="anti").height == 0


def test_unknown_sizes_are_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RungError, match="not one of"):
        write_demo(tmp_path / "a", scale="moon")
    with pytest.raises(RungError, match="1 to 15 years"):
        write_demo(tmp_path / "a", years=40)
    with pytest.raises(RungError, match="dirty"):
        write_demo(tmp_path / "a", dirty=0.9)
    (tmp_path / "b" / "landing").mkdir(parents=True)
    with pytest.raises(RungError, match="already holds another"):
        write_demo(tmp_path / "b")


def test_the_same_state_again_is_left_as_it_is(tmp_path: Path) -> None:
    write_demo(tmp_path / "state", leas=2, educators=40, years=1)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    write_demo(tmp_path / "state", leas=2, educators=40, years=1)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    with pytest.raises(RungError, match="already holds another"):
        write_demo(tmp_path / "state", leas=2, educators=40, years=1, seed=1)
