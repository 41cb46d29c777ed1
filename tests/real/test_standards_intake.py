"""Outsiders' Ed-Fi and OneRoster samples through the whole intake: known counts, warts named in the receipts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests.kept_rows import kept_rows, submission_named
from tests.small_state import CONFIG
from transforms.s1_conform.decode import DecodeOptions, decode

EDFI, ONEROSTER = "255901", "255902"
MAPPING = """
layouts:
  # OneRoster has no full-time equivalency: the district declares it.
  - extract: roster
    from_year: 2021
    columns: {full_time_equivalency: {constant: "1.0"}}
"""
TABLES = {
    "districts": f"lea_id,name\n{EDFI},Grand Bend ISD\n{ONEROSTER},Grand Bend by OneRoster\n",
    "program_adoption": "lea_id,program_id,from_year,to_year\n",
    "rating_systems": "rating_system,version,from_year,rating_level,band,is_top,is_positive\n"
    "Formal Evaluation,1,2010,Highly Effective,5,true,true\nFormal Evaluation,1,2010,Effective,4,false,true\n"
    "Formal Evaluation,1,2010,Minimally Effective,2,false,false\nFormal Evaluation,1,2010,Ineffective,1,false,false\n",
    "pay_codes": "lea_id,pay_code,pay_type,program_id,role_code\n",
    "funds": "lea_id,fund_code,stream,recurring\n",
}


@pytest.fixture(scope="module")
def work(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("standards")
    (root / "reference" / "mappings").mkdir(parents=True)
    (root / "rung.toml").write_text(CONFIG + "[gate]\nmax_quarantine_share = 1.0\n")
    (root / "reference" / "mappings" / f"{ONEROSTER}.yaml").write_text(MAPPING)
    staff = (shared_data / "edfi" / "StaffAssociation.xml").read_bytes()
    roster = decode(staff, "StaffAssociation.xml", DecodeOptions(extract="roster")).tables[0]
    schools = [f"{school},2022,{EDFI},Campus {n}" for n, school in enumerate(sorted(set(roster.column("school_id"))))]
    schools.append(f"255901001,2021,{ONEROSTER},Grand Bend High School")
    tables = TABLES | {"schools": "\n".join(["school_id,school_year,lea_id,name", *schools]) + "\n"}
    for name, text in tables.items():
        (root / "reference" / f"{name}.csv").write_text(text)
    for source, lea, year, extract in (
        ("edfi/StaffAssociation.xml", EDFI, 2022, "roster"),
        ("edfi/PerformanceEvaluation.xml", EDFI, 2022, "evaluation"),
        *((f"oneroster/{path.name}", ONEROSTER, 2021, "roster") for path in (shared_data / "oneroster").glob("*.csv")),
    ):
        folder = root / "landing" / lea / str(year) / extract
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(shared_data / source, folder)
    opened = open_workspace(root / "rung.toml")
    run_intake(opened, load_reference(opened.reference), Progress(quiet=True))
    return opened


def receipt(work: Workspace, lea: str, extract: str) -> dict[str, Any]:
    (found,) = [s for s, _, _ in work.ledger.states() if (s.lea_id, s.extract) == (lea, extract)]
    place = f"{lea}/{found.school_year}/{extract}/{found.submission_id}/receipt.json"
    data: dict[str, Any] = json.loads(work.receipts.read(place))
    return data


def rows(work: Workspace, kind: str, said: dict[str, Any]) -> pl.DataFrame:
    return kept_rows(work, submission_named(work, said["submission_id"]), kind)


def test_edfi_roster(work: Workspace) -> None:
    said = receipt(work, EDFI, "roster")
    assert said["rows_read"] == 69  # assignments
    assert said["rows_accepted"] + said["rows_quarantined"] + said["rows_duplicate"] == 69
    accepted = rows(work, "accepted", said)
    assert accepted["staff_id"].n_unique() <= 68
    assert said["repairs"]["edfi_unused_records"] == 683
    assert said["repairs"]["edfi_classification_other"] == 11
    teachers = accepted.filter(pl.col("staff_classification") == "teacher")
    assert teachers.height >= 50
    assert accepted.filter(pl.col("staff_id") == "207219")["hire_date"][0].isoformat() == "2018-02-09"


def test_edfi_evaluation_and_its_warts(work: Workspace) -> None:
    said = receipt(work, EDFI, "evaluation")
    assert said["rows_read"] == 50
    assert said["rows_accepted"] + said["rows_quarantined"] == 50
    kinds = ["accepted", *(["quarantined"] if said["rows_quarantined"] else [])]
    kept = pl.concat([rows(work, kind, said).select("rating_level", "rating_score") for kind in kinds])
    assert dict(kept["rating_level"].value_counts().iter_rows()) == {
        "Effective": 31,
        "Highly Effective": 11,
        "Minimally Effective": 8,
    }
    assert said["repairs"]["edfi_outside_scale"] == 50  # 79 on a scale of 0-3, and the others
    assert said["repairs"]["edfi_date_outside_year"] == 50  # 2011-11-01 against 2021-22
    assert said["repairs"]["edfi_status_final"] == 50
    page = work.receipts.read(f"{EDFI}/2022/evaluation/{said['submission_id']}/receipt.html").decode()
    assert "Ratings lie outside the scale that the same file declares" in page
    assert "Rating dates lie outside the school year" in page


def test_nobody_who_is_rated_is_on_the_roster(work: Workspace) -> None:
    rated, employed = receipt(work, EDFI, "evaluation"), receipt(work, EDFI, "roster")
    people = rows(work, "accepted", employed)["staff_id"].unique()
    kind = "accepted" if rated["rows_accepted"] else "quarantined"
    assert rows(work, kind, rated).filter(pl.col("staff_id").is_in(people.implode())).height == 0


def test_oneroster(work: Workspace) -> None:
    said = receipt(work, ONEROSTER, "roster")
    assert (said["state"], said["rows_read"], said["rows_accepted"]) == ("accepted", 2, 2)
    assert said["repairs"]["oneroster_manifest_version"] == 1
    assert said["repairs"]["oneroster_not_staff"] == 8
    accepted = rows(work, "accepted", said)
    assert accepted["staff_id"].to_list() == ["207270", "207268"]
    assert set(accepted["source_file"]) == {"users.csv"}
    assert accepted["full_time_equivalency"].to_list() == [1.0, 1.0]
