"""A new user's script: from an empty folder to a released real state of three districts with files of their own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests import small_state as small

pytestmark = pytest.mark.slow
LEAS = ("0100", "0200", "0300")
NAMES = {"0100": "Oak", "0200": "Elm", "0300": "Ash"}
MAPPING = """
layouts:
  - extract: roster
    from_year: 2025
    columns: {staff_id: Emp No, school_id: Bldg, begin_date: Start, end_date: Stop, staff_classification: Class,
      position_title: Job, full_time_equivalency: FTE, years_experience: Yrs}
  - extract: evaluation
    from_year: 2025
    columns: {staff_id: Emp No, school_year: Yr, rating_system: Tool, rating_level: Rating, status: State,
      evaluator_staff_id: Rated By}
  - extract: payroll
    from_year: 2025
    columns: {staff_id: Emp No, pay_date: Check Date, pay_code: Code, fund_code: Fund, amount: Gross}
"""
ELM = {
    "roster": "Emp No;Bldg;Start;Stop;Class;Job;FTE;Yrs",
    "evaluation": "Emp No;Yr;Tool;Rating;State;Rated By",
    "payroll": "Emp No;Check Date;Code;Fund;Gross",
}
HEADERS = {"roster": small.ROSTER, "evaluation": small.EVALUATION, "payroll": small.PAYROLL}
# What a new user types, from an empty folder; the exports of the state and of its districts lie in ../exports.
SCRIPT = """\
rung init . --name "New State" --code NS --leas 0100,0200,0300 --years 2025-2026 --programs dc_lift
export RUNG_EDUCATOR_KEY="a secret of sixteen and more" RUNG_INTAKE__DATE_ORDER=mdy
cp ../exports/reference/*.csv reference/
cp ../exports/mappings/0200.yaml reference/mappings/
cp -r ../exports/landing .
rung doctor
rung run
rung status
rung certify 0100 2026 --by "R. Clerk" --role Superintendent
rung report
"""


def rows_of(extract: str, lea: str, year: int) -> list[str]:
    return {"roster": small.roster, "evaluation": small.evaluation, "payroll": small.payroll}[extract](lea, year)


def american(cell: str) -> str:
    """2025-08-01 → 8/1/2025, as spreadsheets of districts write it."""
    parts = cell.split("-")
    return f"{int(parts[1])}/{int(parts[2])}/{parts[0]}" if len(parts) == 3 and len(cell) == 10 else cell


def write_exports(folder: Path) -> None:
    """0100 sends Rung's names; 0200 its own, with semicolons; 0300 tabs, a title, American days and dollar signs."""
    (folder / "reference").mkdir(parents=True)
    (folder / "mappings").mkdir()
    (folder / "mappings" / "0200.yaml").write_text(MAPPING)
    schools = ["school_id,school_year,lea_id,name,enrollment,poverty_percent"]
    schools += [
        f"{lea}0{n},{year},{lea},School {n},400,{50 + n * 10}" for lea in LEAS for year in small.YEARS for n in (1, 2)
    ]
    codes = "".join(f"{lea},BASE,base,,\n{lea},LIFT,stipend,dc_lift,\n{lea},BEN,benefit,,\n" for lea in LEAS)
    funds = "".join(
        f"{lea},01,local_general,,,true\n{lea},84,competitive_federal,A-{lea},2026-09-30,false\n" for lea in LEAS
    )
    tables = {
        "districts": "lea_id,name,rating_system\n" + "".join(f"{lea},{NAMES[lea]},dcps_impact\n" for lea in LEAS),
        "schools": "\n".join(schools) + "\n",
        "rating_systems": small.REFERENCE["rating_systems"],
        "pay_codes": "lea_id,pay_code,pay_type,program_id,role_code\n" + codes,
        "funds": "lea_id,fund_code,stream,award_id,award_end,recurring\n" + funds,
    }
    for name, text in tables.items():
        (folder / "reference" / f"{name}.csv").write_text(text)
    for lea in LEAS:
        for year in small.YEARS:
            for extract, header in HEADERS.items():
                rows = rows_of(extract, lea, year)
                place = folder / "landing" / lea / str(year) / extract
                place.mkdir(parents=True)
                if lea == "0100":
                    (place / f"{extract}.csv").write_text(small.csv(header, rows))
                elif lea == "0200":
                    (place / "Export.csv").write_text(
                        "\n".join([ELM[extract], *(r.replace(",", ";") for r in rows)]) + "\n"
                    )
                else:
                    cells = [[american(cell) for cell in row.split(",")] for row in rows]
                    if extract == "payroll":
                        cells = [[*row[:-1], f"${float(row[-1]):,.2f}"] for row in cells]
                    text = "\n".join([f"Ash Schools: {extract}", header.replace(",", "\t"), *map("\t".join, cells)])
                    (place / f"{extract}.txt").write_text(text + "\n")


def test_a_new_user_releases_a_real_state_in_under_fifteen_commands(installed: Path, tmp_path: Path) -> None:
    write_exports(tmp_path / "exports")
    (tmp_path / "state").mkdir()
    commands = SCRIPT.strip().splitlines()
    assert len(commands) < 15
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "RUNG_", "PREFECT_"))}
    kept["PATH"] = f"{installed}{os.pathsep}{kept['PATH']}"
    done = subprocess.run(
        ["bash", "-euxo", "pipefail", "-c", SCRIPT],
        cwd=tmp_path / "state",
        env=kept,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    assert "nothing is missing" in done.stdout
    state = tmp_path / "state"
    current = state / "releases" / "current"
    manifest = json.loads((current / "manifest.json").read_text())
    assert "dc_lift" in manifest["packs"]
    assert (current / "public").is_dir()
    assert (state / "report" / "index.html").is_file()
    assert (state / "receipts/0100/2026/certification.pdf").read_bytes().startswith(b"%PDF-")
    for lea in LEAS:
        for receipt in (state / "receipts" / lea).glob("2*/*/*/receipt.json"):
            said = json.loads(receipt.read_text())
            assert (said["state"], said["rows_quarantined"]) == ("accepted", 0), said["why"]
