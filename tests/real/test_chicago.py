"""Chicago's 2018 and 2019 position files through the whole of `rung run`, to the dollar (data/INDEX.md)."""

from __future__ import annotations

import io
import os
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from rung.core.progress import Progress
from rung.lake.workspace import Workspace, open_workspace
from rung.pipeline import RunReceipt, run_all
from tests.kept_rows import kept_rows

KEY = "not-a-secret-of-any-real-state"
BASE = {2018: Decimal("2220697025.00"), 2019: Decimal("2318740117.00")}
BENEFIT = {2018: Decimal("832095612.00"), 2019: Decimal("847936029.00")}
ROSTER = {2018: 35_408, 2019: 36_067}
VACANT = {2018: 2_761, 2019: 3_114}


@pytest.fixture(scope="module")
def ran(chicago_state: Path) -> tuple[Workspace, RunReceipt]:
    os.environ["RUNG_EDUCATOR_KEY"] = KEY
    try:
        work = open_workspace(chicago_state / "rung.toml")
        return work, run_all(work, Progress(quiet=True))
    finally:
        del os.environ["RUNG_EDUCATOR_KEY"]


def mart(ran: tuple[Workspace, RunReceipt], name: str) -> pl.DataFrame:
    work, receipt = ran
    return pl.read_parquet(
        io.BytesIO(work.releases.read(f"{receipt.release.release_id}/restricted/{name}/{name}.parquet"))
    )


def roster(ran: tuple[Workspace, RunReceipt], year: int) -> pl.DataFrame:
    work, _ = ran
    found = next(s for s in work.ledger.in_force() if (s.extract, s.school_year) == ("roster", year))
    return kept_rows(work, found)


@pytest.mark.parametrize("year", [2018, 2019])
def test_filled_positions_are_the_roster_and_vacant_ones_are_counted(
    ran: tuple[Workspace, RunReceipt], year: int
) -> None:
    work, _ = ran
    found = next(s for s in work.ledger.in_force() if (s.extract, s.school_year) == ("roster", year))
    assert (found.rows_accepted, found.rows_set_aside, found.rows_quarantined) == (ROSTER[year], VACANT[year], 0)
    assert found.rows_read == ROSTER[year] + VACANT[year]
    assert roster(ran, year).height == ROSTER[year]


@pytest.mark.parametrize("year", [2018, 2019])
def test_pay_in_the_compensation_mart_is_the_files_to_the_dollar(ran: tuple[Workspace, RunReceipt], year: int) -> None:
    pay = mart(ran, "compensation").filter(pl.col("school_year") == year)
    sums = dict(pay.group_by("pay_type").agg(pl.col("amount").sum()).iter_rows())
    assert sums == {"base": BASE[year], "benefit": BENEFIT[year]}
    assert set(pay["stream"]) == {"unknown"}


def test_leads_are_told_apart_by_a_table_not_by_a_substring(ran: tuple[Workspace, RunReceipt]) -> None:
    rows = roster(ran, 2018)
    kinds = rows.group_by("position_title").agg(
        pl.len(), pl.col("role_code").unique().alias("roles"), pl.col("staff_classification").unique().alias("kinds")
    )
    by_title = {title: (count, roles, kinds) for title, count, roles, kinds in kinds.iter_rows()}
    assert by_title["Lead Teacher"] == (4, ["LEAD_TEACHER"], ["teacher"])
    assert by_title["Instructional Support Leader"] == (60, ["INSTRUCTIONAL_SUPPORT_LEADER"], ["instructional_coach"])
    assert by_title["Lead Custodial Worker"] == (79, [None], ["other"])
    assert by_title["Team Leader"] == (6, [None], ["other"])
    assert rows["role_code"].drop_nulls().len() == 64


def test_persons_above_one_and_a_half_are_warned_of_and_kept(ran: tuple[Workspace, RunReceipt]) -> None:
    work, _ = ran
    found = next(s for s in work.ledger.in_force() if (s.extract, s.school_year) == ("roster", 2018))
    errors = pl.read_csv(
        io.BytesIO(work.receipts.read(f"299/2018/roster/{found.submission_id}/errors.csv")), infer_schema=False
    ).filter(pl.col("rule_id") == "ROS-069")
    rows = roster(ran, 2018).with_columns(pl.col("source_row").cast(pl.String))
    warned = rows.join(errors.select("source_row"), on="source_row", how="semi")
    assert set(errors["severity"]) == {"warn"}
    assert warned["staff_id"].n_unique() == 295
    assert warned.group_by("staff_id").agg(pl.col("full_time_equivalency").sum())["full_time_equivalency"].min() > 1.5


def test_persons_are_the_same_in_both_years_and_no_id_leaves_the_lake(ran: tuple[Workspace, RunReceipt]) -> None:
    people = mart(ran, "educator_year")
    assert "staff_id" not in people.columns
    persons = {year: people.filter(pl.col("school_year") == year)["educator_key"].n_unique() for year in (2018, 2019)}
    assert persons == {2018: 34_184, 2019: 35_087}
    in_file = set(roster(ran, 2018)["staff_id"]) & set(roster(ran, 2019)["staff_id"])
    both = people.filter(pl.len().over("educator_key") == 2)["educator_key"].n_unique()
    assert both == len(in_file)


def test_a_second_run_does_nothing(ran: tuple[Workspace, RunReceipt], monkeypatch: pytest.MonkeyPatch) -> None:
    work, first = ran
    monkeypatch.setenv("RUNG_EDUCATOR_KEY", KEY)
    again = run_all(open_workspace(work.settings.root / "rung.toml"), Progress(quiet=True))
    assert (again.intake.drops, again.marts.built, again.release.made) == (0, False, False)
    assert again.release.release_id == first.release.release_id
