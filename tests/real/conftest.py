"""Chicago's position files as a district of a state: reference tables made from the file's own departments."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

LEA = "299"
YEARS = (2018, 2019)

TEACHER_TITLES = (
    "Regular Teacher",
    "Special Education Teacher",
    "Bilingual Teacher",
    "Program Option Teacher",
    "Teacher-Speech Pathologist",
    "International Bacl Teacher",
    "Teacher-Citywide",
    "Part-Time Teacher",
    "Head Teacher",
    "Acting Head Teacher",
    "Teacher - Librarian",
    "Resident Teacher",
    "High School Support Teacher",
    "Lead Teacher",
    "Literacy Intervention Teacher",
)
MAPPING = """
layouts:
  - extract: roster
    from_year: 2018
    columns:
      staff_id: Person Key
      school_id: Dept ID
      position_id: "Pos #"
      position_title: Job Title
      full_time_equivalency: FTE
      # The file is a snapshot of 30 June; each filled position is taken as held the whole year.
      begin_date: {constant: "{previous_year}-07-01"}
      end_date: {constant: "{year}-06-30"}
      staff_classification:
        column: Job Title
        values:
TITLES
          Principal: principal
          Interim Principal: principal
          Acting Principal: principal
          Assistant Principal: assistant_principal
          Interim Assistant Principal: assistant_principal
          Acting Assistant Principal: assistant_principal
          Instructional Support Leader: instructional_coach
          Curriculum And Instruct Coach: instructional_coach
          Literacy Coach: instructional_coach
        otherwise: other
      role_code:
        column: Job Title
        values:
          Lead Teacher: LEAD_TEACHER
          Instructional Support Leader: INSTRUCTIONAL_SUPPORT_LEADER
        otherwise: ""
    ignored: [Department, ClsIndc, FTE Annual Salary, JobCode]
    set_aside:
      - {column_empty: Person Key, reason: vacant_position}
    pay:
      pay_date: "{year}-06-30"
      lines:
        - {amount: Annual Salary, pay_code: SALARY, fund_code: NOT_STATED}
        - {amount: Annual Benefit Cost, pay_code: BENEFIT, fund_code: NOT_STATED}
"""
CONFIG = """
[state]
name = "Illinois"
code = "IL"
[storage]
landing = ["landing"]
reference = "reference"
lake = "lake"
receipts = "receipts"
releases = "releases"
ledger = "sqlite:///rung.db"
"""


@pytest.fixture(scope="session")
def chicago_state(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with rung.toml, landing and reference tables; nothing has been run yet."""
    source = shared_data / "cps_positions"
    if not source.is_dir():
        pytest.skip(f"the Chicago position files are not in {shared_data}")
    root = tmp_path_factory.mktemp("chicago")
    (root / "rung.toml").write_text(CONFIG)
    reference = root / "reference"
    (reference / "mappings").mkdir(parents=True)
    titles = "\n".join(f"          {title}: teacher" for title in TEACHER_TITLES)
    (reference / "mappings" / f"{LEA}.yaml").write_text(MAPPING.replace("TITLES", titles))
    schools = []
    for year in YEARS:
        name = f"employee_positions_{year}-06-30.csv"
        folder = root / "landing" / LEA / str(year) / "roster"
        folder.mkdir(parents=True)
        shutil.copy(source / name, folder / name)
        positions = pl.read_csv(source / name, infer_schema=False)
        schools.append(
            positions.group_by(school_id="Dept ID")
            .agg(name=pl.col("Department").drop_nulls().sort().first())
            .with_columns(school_year=pl.lit(str(year)), lea_id=pl.lit(LEA), name=pl.col("name").fill_null("unnamed"))
        )
    pl.concat(schools).sort("school_year", "school_id").write_csv(reference / "schools.csv")
    tables = {
        "districts": f"lea_id,name\n{LEA},City of Chicago SD 299\n",
        "program_adoption": "lea_id,program_id,from_year,to_year\n",
        "rating_systems": "rating_system,version,from_year,rating_level,band,is_top,is_positive\n",
        "pay_codes": f"lea_id,pay_code,pay_type,program_id,role_code\n{LEA},SALARY,base,,\n{LEA},BENEFIT,benefit,,\n",
        "funds": f"lea_id,fund_code,stream,recurring\n{LEA},NOT_STATED,unknown,true\n",
    }
    for table, text in tables.items():
        (reference / f"{table}.csv").write_text(text)
    return root


@pytest.fixture(scope="session")
def chicago_teacher_titles() -> tuple[str, ...]:
    """Job titles that the mapping calls teachers."""
    return TEACHER_TITLES
