"""`rung map` on files: what it writes is a mapping that `rung check` reads with; what it cannot tell it asks."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import yaml
from typer.testing import CliRunner, Result

from contracts.policy.mapping import DistrictMapping
from rung.cli.main import app
from rung.core.errors import RungError
from rung.core.settings import Intake
from rung.demo.write import write_demo
from rung.lake.places import LocalPlace
from rung.lake.reference import ReferenceTables, load_reference
from rung.layouts.column_evidence import rating_labels
from rung.layouts.layout_text import layout_text, read_back
from rung.layouts.proposal import propose
from rung.layouts.read_file import read_table

LEA, YEAR = "00001", 2026
CHICAGO = Path(__file__).parents[3].parent / "shared/data/cps_positions"

# Names as the exports of districts' systems have them.
RENAMED = {
    "roster": {
        "staff_id": "StaffStateID",
        "school_id": "Bldg No",
        "begin_date": "Assignment Start Date",
        "end_date": "Assignment End Date",
        "staff_classification": "Staff Type",
        "position_title": "Job Title",
        "full_time_equivalency": "FTE",
        "first_name": "First_Name",
        "last_name": "Last_Name",
        "license_id": "Cert #",
        "hire_date": "HireDt",
        "years_experience": "Yrs Exp",
    },
    "payroll": {
        "staff_id": "EMPLID",
        "pay_date": "Check Date",
        "pay_code": "ERNCD",
        "fund_code": "Fund",
        "amount": "Gross",
        "hours": "Hrs",
    },
    "evaluation": {
        "staff_id": "TeacherNumber",
        "rating_system": "Evaluation System",
        "rating_level": "Final Summative Rating",
        "rating_score": "Overall Score",
        "status": "Evaluation Status",
        "evaluator_staff_id": "Evaluator ID",
        "evaluation_date": "Rating Date",
    },
}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mapped")
    write_demo(folder, leas=2, educators=40, years=4, seed=11)
    return folder


@pytest.fixture(scope="module")
def reference(state: Path) -> ReferenceTables:
    return load_reference(LocalPlace(state / "reference"))


def rung(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def rewritten(state: Path, extract: str, to: Path, change: Callable[[dict[str, str]], None] = lambda row: None) -> Path:
    """A demo extract under the names of a district's system, each row changed."""
    (sent,) = (state / "landing" / LEA / str(YEAR) / extract).glob("*.csv")
    with sent.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("w", encoding="utf-8", newline="") as out:
        names = {name: RENAMED[extract].get(name, name) for name in rows[0]}
        writer = csv.writer(out)
        writer.writerow(names.values())
        for row in rows:
            change(row)
            writer.writerow(row[name] for name in names)
    return to


@pytest.mark.parametrize("extract", RENAMED)
def test_a_file_under_other_names_is_mapped_and_checks_as_the_canonical_one(
    state: Path, tmp_path: Path, extract: str
) -> None:
    own = tmp_path / "state"
    shutil.copytree(state, own)
    file = rewritten(own, extract, tmp_path / f"{extract}.csv")
    out = tmp_path / "proposed.yaml"
    options = ["--lea", LEA, "--extract", extract, "--year", str(YEAR), "--json"]
    mapped = rung("map", file, *options, "--out", out, "-c", own / "rung.toml")
    assert mapped.exit_code == 0, mapped.output
    text = out.read_text(encoding="utf-8")
    layout = DistrictMapping.model_validate(yaml.safe_load(text)).layouts[0]
    assert {t: layout.columns.get(t) for t in RENAMED[extract]} == RENAMED[extract]
    (own / "reference/mappings").mkdir(exist_ok=True)
    (own / f"reference/mappings/{LEA}.yaml").write_text(text, encoding="utf-8")
    options += ["--out", str(tmp_path / "receipt")]
    found = json.loads(rung("check", file, *options, "-c", own / "rung.toml").stdout)
    (sent,) = (state / "landing" / LEA / str(YEAR) / extract).glob("*.csv")
    plain = json.loads(rung("check", sent, *options, "-c", state / "rung.toml").stdout)
    assert found["checked"] == plain["checked"]


def test_without_a_terminal_what_is_open_stands_as_comments_and_the_exit_code_is_one(
    state: Path, tmp_path: Path
) -> None:
    file = tmp_path / "staff.csv"
    file.write_text("Teacher Number,Where,Job Title,FTE\n1,A1,Math Teacher,1\n2,B2,Cook,0.5\n3,C3,Principal,1\n")
    out = tmp_path / "proposed.yaml"
    config = ["-c", state / "rung.toml", "--json"]
    mapped = rung("map", file, "--lea", LEA, "--extract", "roster", "--out", out, *config)
    assert mapped.exit_code == 1, mapped.output
    answer = json.loads(mapped.stdout)
    assert {q["about"] for q in answer["questions"]} == {"school_id", "begin_date"}
    text = Path(answer["file"]).read_text(encoding="utf-8")
    assert "# ask: school_id: Which column is `school_id`?" in text and "#   - the column Where" in text
    layout = DistrictMapping.model_validate(yaml.safe_load(text)).layouts[0]
    assert layout.source("staff_classification").values == {"teacher": "teacher", "principal": "principal"}
    assert layout.ignored == ("Where",)


def test_in_a_terminal_each_open_column_is_asked_with_its_candidates(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rung.cli.map_columns._in_terminal", lambda: True)
    file, out = tmp_path / "staff.csv", tmp_path / "proposed.yaml"
    file.write_text("Teacher Number,Where,Job Title,FTE\n1,A1,Math Teacher,1\n2,B2,Cook,0.5\n3,C3,Principal,1\n")
    words = ["map", str(file), "--lea", LEA, "--extract", "roster", "--out", str(out), "-c", str(state / "rung.toml")]
    answered = CliRunner().invoke(app, words, input="1\n1\n")
    assert answered.exit_code == 0, answered.output
    assert "  1  the column Where" in answered.output and "# ask:" not in out.read_text()
    out.unlink()
    left_open = CliRunner().invoke(app, words, input="0\n1\n")
    assert left_open.exit_code == 1 and "1 open: school_id." in left_open.output


def test_an_answer_closes_its_question(state: Path, reference: ReferenceTables, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    file.write_text("Teacher Number,Where,Job Title,FTE\n1,A1,Math Teacher,1\n2,B2,Cook,0.5\n3,C3,Principal,1\n")
    made = propose(read_table(file, "roster", Intake()), "roster", LEA, YEAR, reference)
    for question in list(made.questions):
        made.answer(question, question.options[0])
    assert not made.questions
    layout = read_back(layout_text(made, LEA, "file.csv")).layouts[0]
    assert layout.columns["school_id"] == "Where" and layout.ignored == ()
    assert layout.source("begin_date").constant == "{previous_year}-08-01"
    assert DistrictMapping.model_validate(yaml.safe_load(layout_text(made, LEA, "staff.csv"))).layouts[0] == layout


def test_a_column_of_any_name_is_told_by_what_is_in_it(reference: ReferenceTables, tmp_path: Path) -> None:
    funds = reference.tables["funds"].filter(pl.col("lea_id") == LEA)["fund_code"].sort().to_list()
    codes = reference.tables["pay_codes"].filter(pl.col("lea_id") == LEA)["pay_code"].sort().to_list()
    assert len(funds) >= 3 and len(codes) >= 3
    lines = ["Employee ID,Xq,Zz,Check Date,Gross"]
    lines += [f"{n},{funds[n % 3]},{codes[n % 3]},01/{n + 10}/2026,{n}.50" for n in range(9)]
    file = tmp_path / "pay.csv"
    file.write_text("\n".join(lines) + "\n")
    made = propose(read_table(file, "payroll", Intake()), "payroll", LEA, YEAR, reference)
    assert made.layout["columns"]["pay_code"] == "Zz" and made.layout["columns"]["fund_code"] == "Xq"
    assert made.why["pay_code"] == "100% of its values are the state's"


def test_a_name_that_its_cells_contradict_is_no_answer(reference: ReferenceTables, tmp_path: Path) -> None:
    file = tmp_path / "pay.csv"
    file.write_text("Employee ID,Check Date,Pay Code,Fund,Gross\n1,last week,B,1,ten\n2,this week,C,1,twelve\n")
    made = propose(read_table(file, "payroll", Intake()), "payroll", LEA, YEAR, reference)
    assert not {"pay_date", "amount"} & set(made.layout["columns"])
    assert {"pay_date", "amount"} <= {question.about for question in made.questions}


def test_dates_that_tell_no_order_take_that_of_the_files_others(reference: ReferenceTables, tmp_path: Path) -> None:
    head = "Staff State ID,School Number,Job Title,FTE,Start Date,Hire Date\n"
    file = tmp_path / "staff.csv"
    file.write_text(head + "1,S,Teacher,1,1/2/2026,8/25/2020\n2,S,Cook,1,3/4/2026,9/30/2021\n")
    made = propose(read_table(file, "roster", Intake()), "roster", LEA, YEAR, reference)
    assert made.layout["date_formats"] == {"begin_date": "%m/%d/%Y"}
    file.write_text(head + "1,S,Teacher,1,1/2/2026,2020-08-25\n2,S,Cook,1,3/4/2026,2021-09-30\n")
    made = propose(read_table(file, "roster", Intake()), "roster", LEA, YEAR, reference)
    (question,) = [each for each in made.questions if each.about == "begin_date"]
    assert [option.label for option in question.options] == ["%m/%d/%Y", "%d/%m/%Y"]


def test_labels_names_and_percentages_are_translated(reference: ReferenceTables, tmp_path: Path) -> None:
    whole = pl.DataFrame({"lea_id": [LEA], "rating_system": ["t_tess"], "name": [""], "year_begins": ["08-01"]})
    reference = replace(reference, tables=reference.tables | {"districts": whole})
    labels = rating_labels(reference, LEA)
    assert "Accomplished" in labels
    file = tmp_path / "ratings.csv"
    rows = [f"{n},{label.upper()}s,final" for n, label in enumerate(labels)]
    file.write_text("Teacher ID,Final Rating,Evaluation Status\n" + "\n".join(rows) + "\n")
    made = propose(read_table(file, "evaluation", Intake()), "evaluation", LEA, YEAR, reference)
    translated = made.layout["columns"]["rating_level"]["values"]
    assert translated == {f"{label.upper()}s": label for label in labels}
    file = tmp_path / "staff.csv"
    file.write_text('Staff State ID,Name,FTE\n1,"Lee, Ann B",100\n2,"van Dyk, Bo",50\n')
    made = propose(read_table(file, "roster", Intake()), "roster", LEA, YEAR, reference)
    assert made.layout["columns"]["full_time_equivalency"] == {"column": "FTE", "divided_by": 100}
    assert made.layout["columns"]["last_name"] == {"column": "Name", "part": "^([^,]+),"}


def test_a_header_with_line_breaks_and_marks_of_yaml_stays_one_line_of_the_mapping(
    state: Path, reference: ReferenceTables, tmp_path: Path
) -> None:
    """A header is a district's: it must not add a line, a key or an anchor to the file that a person will trust."""
    names = [
        "Staff ID\nlayouts: []",
        "Last Name # x",
        "Job\u2028Title: &a",
        "FTE\x85y",
        "Begin Date\r\n- 1",
        "[School}",
    ]
    quoted = ",".join(f'"{name}"' for name in names)
    file = tmp_path / "staff.csv"
    file.write_bytes((quoted + "\n7001,Lee,Teacher,1.0,2025-08-01,0101\n").encode())
    made = propose(read_table(file, "roster", Intake()), "roster", LEA, YEAR, reference)
    text = layout_text(made, LEA, "evil\nlayouts: [].csv")
    assert read_back(text).layouts[0].columns == read_back(layout_text(made, LEA, "a.csv")).layouts[0].columns
    assert yaml.safe_load(text)["layouts"][0]["columns"] == made.layout["columns"]
    assert set(yaml.safe_load(text)) == {"layouts"} and text.count("\nlayouts:") == 1


def test_a_mapping_that_is_there_already_is_not_written_over(state: Path, tmp_path: Path) -> None:
    kept = tmp_path / "mine.yaml"
    kept.write_text("layouts: []  # mine\n")
    file = tmp_path / "staff.csv"
    file.write_text("Staff ID,Last Name\n1,Lee\n")
    asked = ("map", file, "--lea", LEA, "--extract", "roster", "--out", kept, "-c", state / "rung.toml")
    assert "exists already" in str(rung(*asked).exception)
    assert kept.read_text() == "layouts: []  # mine\n"


def test_a_district_and_a_file_that_are_not_there_stop_with_one_line(state: Path, tmp_path: Path) -> None:
    gone = tmp_path / "no.csv"
    for lea, why in (("x", "x: no district of reference/districts"), (LEA, "no.csv: no such file")):
        stopped = rung("map", gone, "--lea", lea, "--extract", "roster", "-c", state / "rung.toml")
        assert isinstance(stopped.exception, RungError) and why in str(stopped.exception)


@pytest.mark.skipif(not CHICAGO.is_dir(), reason="the outside data folder is absent")
@pytest.mark.parametrize("year", [2018, 2019])
def test_chicagos_position_files(reference: ReferenceTables, year: int) -> None:
    file = CHICAGO / f"employee_positions_{year}-06-30.csv"
    made = propose(read_table(file, "roster", Intake()), "roster", LEA, year, reference)
    columns = made.layout["columns"]
    assert {name: columns[name] for name in ("staff_id", "position_id", "position_title", "full_time_equivalency")} == {
        "staff_id": "Person Key",
        "position_id": "Pos #",
        "position_title": "Job Title",
        "full_time_equivalency": "FTE",
    }
    empty = {2018: "2,761", 2019: "3,114"}[year]
    asked = {question.about: question for question in made.questions}
    assert set(asked) == {"school_id", "begin_date", "pay", "set_aside"}
    assert asked["set_aside"].text.startswith(f"{empty} rows have no `Person Key`")
    assert asked["school_id"].options[0].label == "the column Dept ID"
    for question in list(made.questions):
        made.answer(question, question.options[0])
    assert read_back(layout_text(made, LEA, "file.csv")).layouts[0].set_aside[0].reason == "vacant_position"
