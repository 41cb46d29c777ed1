"""Confirm or explain: answers to warnings stay with unchanged rows, and certification waits for those that it needs."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from rung.core.errors import GateFailed, RungError
from rung.core.progress import Progress
from rung.intake.answer_files import answer, read_answers
from rung.intake.explanations import GivenAnswer, count_answers, newest_submission, refuse_unanswered, warnings_of
from rung.intake.regions import write_regions
from rung.intake.run import IntakeReceipt, run_intake
from rung.intake.signing import sign
from rung.intake.status import filter_lines, status_lines
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from rung.marts.from_lake import rule_counts
from tests import small_state as small

PLACE = ("0100", 2026, "payroll")
NOW = datetime(2026, 7, 1, tzinfo=UTC)
LARGE = ["0001001,2025-11-15,BASE,01,300000.00", "0001002,2025-11-15,BASE,01,260000.00"]
EMPTY = "0001003,2025-11-15,BASE,01,0.00"  # warned of too, but no answer is needed


def intake(root: Path) -> tuple[Workspace, IntakeReceipt]:
    work = open_workspace(root / "rung.toml")
    return work, run_intake(work, load_reference(work.reference), Progress(quiet=True))


def send(root: Path, *extra: str) -> None:
    lines = [*small.payroll("0100", 2026), *extra]
    small.drop(root, "0100", 2026, "payroll", small.csv(small.PAYROLL, lines))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    small.write_state(tmp_path)
    send(tmp_path, *LARGE, EMPTY)
    return tmp_path


def form_of(work: Workspace) -> tuple[list[dict[str, str]], Path]:
    folder = Path(work.settings.root, "receipts", *map(str, PLACE), newest_submission(work, PLACE).submission_id)
    return list(csv.DictReader(io.StringIO((folder / "warnings.csv").read_text("utf-8-sig")))), folder


def fill(root: Path, rows: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    small.drop(root, "0100", 2026, "payroll", text.getvalue(), "explanations.csv")


def test_the_form_goes_out_comes_back_and_stays_over_a_resubmission(state: Path) -> None:
    work, _ = intake(state)
    rows, folder = form_of(work)
    assert [(r["rule_id"], r["needs_answer"], r["value"]) for r in rows] == [
        ("PAY-026", "true", "300000.00"),
        ("PAY-026", "true", "260000.00"),
        ("PAY-027", "false", "0.00"),
    ]
    assert "2 open. Each needs your answer" in (folder / "receipt.html").read_text()
    with pytest.raises(GateFailed, match=r"payroll PAY-026 \(2 of 2 rows\)"):
        refuse_unanswered(work, "0100", 2026)

    rows[0] |= {"answer": "Confirmed", "by": "R. Clerk"}
    rows[1] |= {"answer": "explained", "by": "R. Clerk", "explanation": "A settlement of three years, paid at once."}
    fill(state, rows)
    work, receipt = intake(state)
    assert (receipt.answer_files.files, receipt.answer_files.rows, receipt.answer_files.problems) == (1, 2, 0)
    assert (receipt.drops, receipt.stray) == (0, ())
    refuse_unanswered(work, "0100", 2026)
    told = json.loads((folder / "receipt.json").read_text())["answers"]
    assert told["PAY-026"] == {"rows": 2, "confirmed": 1, "explained": 1, "open": 0}
    assert told["PAY-027"]["open"] == 1
    assert "You confirmed 1 and explained 1; 0 open." in (folder / "receipt.html").read_text()
    work, receipt = intake(state)
    assert receipt.answer_files.files == 0, "an unchanged file of answers is read once"

    # Sent again: the second row has another amount, the first lies on another line; its answer is kept.
    send(state, EMPTY, LARGE[1].replace("260000", "260001"), LARGE[0])
    work, receipt = intake(state)
    assert receipt.states == {"accepted": 1}
    with pytest.raises(GateFailed, match=r"payroll PAY-026 \(1 of 2 rows\)"):
        refuse_unanswered(work, "0100", 2026)
    _, folder = form_of(work)
    assert json.loads((folder / "receipt.json").read_text())["answers"]["PAY-026"]["confirmed"] == 1


def test_answers_by_row_and_by_rule_and_what_cannot_be_used(state: Path) -> None:
    work, _ = intake(state)
    given = [
        GivenAnswer("PAY-026", "maybe", "", "A", line=2),
        GivenAnswer("PAY-026", "confirmed", "", " ", line=3),
        GivenAnswer("PAY-026", "explained", "too short", "A", line=4),
        GivenAnswer("PAY-026", "confirmed", "", "A", source_row=3, line=5),
        GivenAnswer("PAY-999", "confirmed", "", "A", line=6),
        GivenAnswer("XFL-001", "confirmed", "", "A", line=7),
    ]
    taken = answer(work, PLACE, given, "test", NOW)
    assert taken.rows == 0
    assert [problem.split(":")[0] for problem in taken.problems] == [f"line {n}" for n in range(2, 8)]
    assert "one of confirmed, explained" in taken.problems[0]
    assert "10 characters" in taken.problems[2]
    assert "found across files and takes no answer" in taken.problems[5]
    whole = [GivenAnswer("PAY-026", "explained", "Ten chars!", "A"), GivenAnswer("PAY-027", "confirmed", "", "A")]
    assert answer(work, PLACE, whole, "test", NOW).rows == 3
    assert answer(work, PLACE, whole, "test", NOW).rows == 0, "said again, it is nothing new"
    submission = newest_submission(work, PLACE)
    counts = {c.rule_id: c for c in count_answers(work, [submission])[submission.submission_id]}
    assert (counts["PAY-026"].explained, counts["PAY-026"].texts, counts["PAY-027"].open) == (2, ("Ten chars!",), 0)
    assert warnings_of(work, submission)["answered_by"].to_list() == ["A"] * 3


def test_an_answer_file_before_its_drop_waits_and_one_that_is_none_is_told(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    (tmp_path / "landing/0100/2026/payroll/payroll.csv").unlink()
    small.drop(tmp_path, "0100", 2026, "payroll", "rule_id,answer,by\nPAY-026,confirmed,A\n", "Explanations.csv")
    work, receipt = intake(tmp_path)
    assert receipt.answer_files.files == 0
    send(tmp_path, *LARGE)
    work, receipt = intake(tmp_path)
    assert receipt.answer_files.rows == 2
    refuse_unanswered(work, "0100", 2026)
    small.drop(tmp_path, "0100", 2026, "payroll", "rule;answer\nPAY-026;confirmed\n", "Explanations.csv")
    work, receipt = intake(tmp_path)
    assert receipt.answer_files.problems == 1
    told = Path(tmp_path, "receipts/0100/2026/payroll/explanations_problems.csv").read_text()
    assert "lacks the column rule_id" in told


HEAD = "rule_id,source_row,answer,explanation,by\n"


HOSTILE = {
    "large number": ((HEAD + f"PAY-026,{10**30},confirmed,,A. Clerk\n").encode(), "`source_row` is no number"),
    "other digits": ((HEAD + "PAY-026,٣,confirmed,,A. Clerk\n").encode(), "`source_row` is no number"),
    "long cell": (
        (HEAD + f'PAY-026,2,explained,"{"x" * 200_000}",A. Clerk\n').encode(),
        "longer than 2,000 characters",
    ),
    "long name": (f"{'x' * 200_000}\n".encode(), "lacks the column"),
    "lone return": (HEAD.encode() + b"PAY-026,2,confirmed,,A\rB\n", "does not read as CSV"),
    "nulls": (b"\x00" * 500, "lacks the column"),
    "bytes": (bytes(range(256)) * 40, "lacks the column"),
    "empty": (b"", "lacks the column"),
    "large": (b"x" * (32 * 1024**2 + 1), "larger than"),
}


def test_no_file_of_answers_stops_the_state(state: Path) -> None:
    work, _ = intake(state)
    reference = load_reference(work.reference)
    for name, (data, told) in HOSTILE.items():
        (state / "landing" / "0100" / "2026" / "payroll" / "explanations.csv").write_bytes(data)
        receipt = run_intake(work, reference, Progress(quiet=True))
        assert (receipt.answer_files.files, receipt.answer_files.rows, receipt.answer_files.problems) == (1, 0, 1), name
        said = (state / "receipts" / "0100" / "2026" / "payroll" / "explanations_problems.csv").read_text("utf-8-sig")
        assert told in said, name


def test_nulls_inside_an_explanation_are_left_out() -> None:
    (given,) = read_answers((HEAD + "PAY-026,2,explained,paid\0 twice by mistake,A. Clerk\n").encode())
    assert given.explanation == "paid twice by mistake"


def test_reading_answers_takes_other_separators_and_leaves_blank_lines_out() -> None:
    data = "Rule_ID;Source_Row;Answer;Explanation;By\npay-026;7;explained;Paid; late, as agreed;A\nPAY-027;;;;\n"
    with pytest.raises(RungError, match="`source_row` is no number"):
        read_answers(data.replace(";7;", ";x;").encode())
    found = read_answers(data.encode("cp1252"))
    assert [(each.rule_id, each.source_row, each.line) for each in found] == [("PAY-026", 7, 2)]


def test_a_signature_waits_for_answers_says_what_it_signs_and_stays(state: Path) -> None:
    districts = state / "reference/districts.csv"
    districts.write_text("lea_id,name,rating_system,region_id\n0100,Oak,dcps_impact,R 1\n0200,Elm,dcps_impact,R 2\n")
    work, _ = intake(state)
    reference = load_reference(work.reference)
    words = {"signed_by": "Łucja Öz", "role": "Superintendent", "at": NOW}
    lines = {(line.lea_id, line.extract): line for line in status_lines(work, reference) if line.school_year == 2026}
    assert (lines["0100", "payroll"].answers_open, lines["0100", "payroll"].needs_person) == (2, True)
    assert lines["0100", "payroll"].district == "Oak (0100)"
    with pytest.raises(GateFailed, match="PAY-026"):
        sign(work, reference, "0100", 2026, **words)
    answer(work, PLACE, [GivenAnswer("PAY-026", "explained", "Paid over three years.", "A")], "test", NOW)
    certificate = sign(work, reference, "0100", 2026, **words)
    assert "Oak (0100)" in certificate.signature.statement and "2025-26" in certificate.signature.statement
    files = {file["name"]: file["sha256"] for each in certificate.submissions for file in each["files"]}
    for name in ("payroll", "roster", "evaluation"):
        sent = (state / f"landing/0100/2026/{name}/{name}.csv").read_bytes()
        assert files[f"{name}.csv"] == hashlib.sha256(sent).hexdigest()
    pdf = state / "receipts/0100/2026/certification.pdf"
    before = pdf.read_bytes()
    assert sign(work, reference, "0100", 2026, **{**words, "at": datetime.now(UTC)}) == certificate
    assert pdf.read_bytes() == before, "the same certificate is the same bytes"
    with pytest.raises(RungError, match="is certified by Łucja Öz"):
        sign(work, reference, "0100", 2026, **{**words, "signed_by": "Somebody else"})

    assert write_regions(work, reference) == ("R 1", "R 2")
    told = json.loads((state / "receipts/regions/R 1/status.json").read_text())
    assert (told["states"], told["needs_person"]) == ({"accepted": 3, "certified": 3}, 0)
    assert {line["lea_id"] for line in told["lines"]} == {"0100"}
    assert "Łucja Öz" in (state / "receipts/regions/R 1/status.html").read_text()
    every = status_lines(work, reference)
    assert len(filter_lines(every, regions=["R 2"], years=[2026])) == 3
    assert filter_lines(every, needs_person=True) == []
    with pytest.raises(RungError, match="no region R 3"):
        filter_lines(every, regions=["R 3"])

    counts = rule_counts(work, work.ledger.in_force(), count_answers(work, work.ledger.in_force())).collect()
    row = counts.filter(lea_id="0100", school_year=2026, rule_id="PAY-026").to_dicts()[0]
    assert (row["failed"], row["answered"], row["footnote"]) == (2, 2, "2 explained: Paid over three years.")
    assert set(counts.filter(pl.col("rule_id") != "PAY-026")["footnote"].to_list()) == {None}
