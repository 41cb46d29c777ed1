"""One intake of drops of every fate: what the districts get back, and that nothing of it can hurt or leak."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rung.core.progress import Progress
from rung.intake.dry_run import check_files
from rung.intake.run import run_intake
from rung.intake.status import count_states, status_lines
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small
from tests.spoiled.packed_files import PEOPLE, interchange

SSN = "123-45-6789"
MAPPING = """
layouts:
  - extract: payroll
    from_year: 2026
    columns: {staff_id: Emp No, amount: Gross}
"""
# The district's own names and order, a column nobody asked for, a formula, a Social Security number, US writing.
OWN = (
    "Note,Gross,Emp No,pay_date,pay_code,fund_code\n"
    '"=HYPERLINK(""http://x"")","$1,000.50",0002001,9/30/2025,BASE,01\n'
    "@SUM(A1),ten,0002002,9/30/2025,BASE,01\n"
    f"-2+3,5.00,0002003,9/30/2025,{SSN},01\n"
    + "".join(f"ok,{n}.00,000200{n},10/31/2025,BASE,01\n" for n in range(1, 9))
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("receipts")
    small.write_state(root)
    (root / "rung.toml").write_text(small.CONFIG + "[gate]\nmax_quarantine_share = 0.3\n")
    (root / "reference" / "mappings").mkdir()
    (root / "reference" / "mappings" / "0200.yaml").write_text(MAPPING)
    small.drop(root, "0200", 2026, "payroll", OWN)
    small.drop(root, "0100", 2026, "roster", small.csv("staff_id,school,begin", ["1,2,3"]))
    small.drop(root, "0100", 2026, "payroll", small.csv(small.PAYROLL, ["0001001,2025-09-15,BASE,01,ten"]))
    other = [row.replace("0002001", "0002001,0200", 1) for row in small.evaluation("0200", 2026)]
    header = small.EVALUATION.replace("staff_id", "staff_id,lea_id", 1)
    small.drop(root, "0100", 2026, "evaluation", small.csv(header, [row for row in other if ",0200," in row]))
    small.drop(root, "9999", 2026, "payroll", small.csv(small.PAYROLL, small.payroll("0100", 2026)))
    work = open_workspace(root / "rung.toml")
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    return root


@pytest.fixture(scope="module")
def work(root: Path) -> Workspace:
    return open_workspace(root / "rung.toml")


def folder(root: Path, lea: str, extract: str, year: int = 2026) -> Path:
    (found,) = (root / "receipts" / lea / str(year) / extract).iterdir()
    return found


def told(root: Path, lea: str, extract: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder(root, lea, extract) / "receipt.json").read_text())
    return data


def test_every_submission_has_its_receipt_and_lists_only_of_what_was_wrong(root: Path, work: Workspace) -> None:
    clean = 0
    for submission, state, why in work.ledger.states():
        place = root / "receipts" / submission.lea_id / str(submission.school_year) / submission.extract
        files = {path.name for path in (place / submission.submission_id).iterdir()}
        receipt = json.loads((place / submission.submission_id / "receipt.json").read_text())
        assert (receipt["state"], receipt["why"]) == (state, why)
        assert {"receipt.json", "receipt.html"} <= files
        assert ("errors.csv" in files) == bool(receipt["rules"])
        assert ("returned.csv" in files) == bool(submission.rows_quarantined + submission.rows_duplicate)
        clean += files == {"receipt.json", "receipt.html"}
    assert clean


@pytest.mark.parametrize(
    ("lea", "extract", "state", "rule"),
    [
        ("0100", "roster", "rejected", "FILE-033"),
        ("0100", "evaluation", "rejected", "FILE-037"),
        ("9999", "payroll", "rejected", "FILE-036"),
        ("0100", "payroll", "held", None),
        ("0200", "payroll", "accepted", None),
    ],
)
def test_fates(root: Path, lea: str, extract: str, state: str, rule: str | None) -> None:
    receipt = told(root, lea, extract)
    assert receipt["state"] == state
    assert [problem["rule_id"] for problem in receipt["problems"]] == ([rule] if rule else [])


def test_an_unknown_district_is_named_before_what_is_wrong_with_its_file(tmp_path: Path) -> None:
    root = small.write_state(tmp_path / "state").parent
    small.drop(root, "9999", 2026, "payroll", "no table")
    work = open_workspace(root / "rung.toml")
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    first, *others = [problem["rule_id"] for problem in told(root, "9999", "payroll")["problems"]]
    assert first == "FILE-036"
    assert others


def test_the_districts_own_rows_come_back_in_its_own_columns_and_order(root: Path) -> None:
    text = (folder(root, "0200", "payroll") / "returned.csv").read_text(encoding="utf-8-sig")
    header, *rows = list(csv.reader(io.StringIO(text)))
    assert header[:6] == ["Note", "Gross", "Emp No", "pay_date", "pay_code", "fund_code"]
    assert header[6:] == ["_rung_row", "_rung_rule", "_rung_message", "_rung_fix", "_rung_submission", "_rung_file"]
    assert {(row[10], row[11]) for row in rows} == {(folder(root, "0200", "payroll").name, "payroll.csv")}
    assert [row[6] for row in rows] == ["3", "4"]
    assert rows[0][1:6] == ["ten", "0002002", "9/30/2025", "BASE", "01"]
    assert all(row[7] and row[8] and row[9] for row in rows)


def test_no_cell_of_a_table_can_run_in_a_spreadsheet(root: Path) -> None:
    for path in (root / "receipts").rglob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))):
            for cell in row:
                assert not re.match(r"[=+\-@\t\r|%]", cell) or re.fullmatch(r"[+-]?\d+([.,]\d+)*", cell), cell
    returned = (folder(root, "0200", "payroll") / "returned.csv").read_text(encoding="utf-8-sig")
    assert "'@SUM(A1)" in returned
    assert "'-2+3" in returned


def test_a_social_security_number_is_masked_wherever_rung_writes(root: Path) -> None:
    for path in [*(root / "receipts").rglob("*"), *(root / "lake").rglob("*.parquet")]:
        if not path.is_file() or path.name.startswith("."):
            continue
        shown = pl.read_parquet(path).write_json() if path.suffix == ".parquet" else path.read_text(errors="replace")
        assert SSN not in shown, path
    assert "***-**-****" in (folder(root, "0200", "payroll") / "returned.csv").read_text()
    ids = {rule["rule_id"] for rule in told(root, "0200", "payroll")["rules"]}
    assert any(rule.startswith("PAY-") for rule in ids)


def test_findings_name_the_columns_that_a_district_knows(root: Path) -> None:
    found = pl.read_csv(folder(root, "0200", "payroll") / "errors.csv", infer_schema=False)
    assert not [name for name in found["column"] if "__" in (name or "")]
    unread = found.filter((pl.col("column") == "amount") & (pl.col("source_row") == "3"))
    assert unread["value"].to_list() == ["ten"]
    unknown = found.filter((pl.col("column") == "pay_code") & (pl.col("severity") == "warn"))
    assert set(unknown["value"]) == {"***-**-****"}


def test_repairs_are_counted(root: Path) -> None:
    receipt = told(root, "0200", "payroll")
    assert receipt["repairs"]["us_dates"] == 11
    assert receipt["repairs"]["currency_signs"] == 1
    assert receipt["unread_columns"] == ["Note"]
    assert receipt["rows_read"] == 11 == receipt["rows_accepted"] + receipt["rows_quarantined"]


class Page(HTMLParser):
    """The words and the elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._skip = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._skip += tag in ("style", "pre")

    def handle_endtag(self, tag: str) -> None:
        self._skip -= tag in ("style", "pre")

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self.words.append(data)


def pages(root: Path) -> list[Path]:
    return sorted((root / "receipts").rglob("receipt.html"))


def test_the_page_speaks_plainly_and_needs_nothing_from_elsewhere(root: Path) -> None:
    for path in pages(root):
        page = Page(path.read_text(encoding="utf-8"))
        text = " ".join(page.words)
        for word in ("None", "null", "True", "False", "_rung", "sha256", "quarantin", "parquet", "schema", "{", "`"):
            assert word not in text, (path, word)
        assert not re.search(r"\b(staff_id|pay_date|lea_id|rating_system|pay_code)\b", text), path
        for tag, attributes in page.elements:
            assert tag not in ("script", "iframe", "img", "link")
            assert not {"src", "onclick"} & set(attributes)
            if "href" in attributes:
                assert (path.parent / str(attributes["href"])).is_file()


def test_the_page_names_the_rules_and_leads_to_the_files_beside_it(root: Path) -> None:
    for lea, extract in (("0200", "payroll"), ("0100", "roster")):
        receipt = told(root, lea, extract)
        page = (folder(root, lea, extract) / "receipt.html").read_text(encoding="utf-8")
        for each in (*receipt["problems"], *receipt["rules"]):
            assert f'<small class="rule">{each["rule_id"]}</small>' in page
    page = (folder(root, "0200", "payroll") / "receipt.html").read_text(encoding="utf-8")
    assert 'href="returned.csv"' in page and 'href="errors.csv"' in page


def test_the_page_says_what_to_fix_first(root: Path) -> None:
    page = Page((folder(root, "0200", "payroll") / "receipt.html").read_text(encoding="utf-8"))
    text = re.sub(r"\s+", " ", " ".join(page.words))
    assert "What to fix first" in text
    assert "line 3" in text
    assert "“ten”" in text
    assert "11" in text and "Rows that arrived" in text
    sent_back = Page((folder(root, "0100", "roster") / "receipt.html").read_text(encoding="utf-8"))
    assert "Sent back" in " ".join(sent_back.words)
    assert "school id" in " ".join(sent_back.words)


def test_the_page_in_a_browser(root: Path) -> None:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        pytest.skip("no Chromium on this machine")
    import subprocess

    path = folder(root, "0200", "payroll") / "receipt.html"
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", path.as_uri()]
    shown = subprocess.run(command, capture_output=True, timeout=60, check=True).stdout.decode()
    assert "What to fix first" in shown
    assert 'id="errors"' in shown


def test_a_dry_run_says_what_intake_said(root: Path, work: Workspace) -> None:
    for lea, extract in (("0200", "payroll"), ("0100", "payroll"), ("0100", "roster"), ("0200", "evaluation")):
        paths = sorted((root / "landing" / lea / "2026" / extract).iterdir())
        (checked,) = check_files(work, paths, extract, lea, 2026)
        real = folder(root, lea, extract)
        for name in ("errors.csv", "returned.csv"):
            assert checked.files.get(name) == ((real / name).read_bytes() if (real / name).exists() else None)
        ours, theirs = json.loads(checked.files["receipt.json"]), json.loads((real / "receipt.json").read_text())
        for data in (ours, theirs):
            for name in ("received_at", "landing"):
                data.pop(name)
        assert ours == theirs


def test_status(root: Path, work: Workspace) -> None:
    lines = status_lines(work, load_reference(work.reference))
    state = {(line.lea_id, line.school_year, line.extract): line.state for line in lines}
    assert state["0100", 2026, "roster"] == "rejected"
    assert state["0100", 2026, "payroll"] == "held"
    assert state["0100", 2025, "payroll"] == "accepted"
    assert state["9999", 2026, "payroll"] == "rejected"
    assert count_states(lines) == {"accepted": 9, "held": 1, "rejected": 3}


def test_of_records_on_one_line_only_the_bad_one_comes_back(root: Path, tmp_path: Path) -> None:
    """An interchange that is one long line: all its rows have the same line number."""
    path = tmp_path / "staff.xml"
    path.write_text(interchange(PEOPLE.replace(">S01<", ">010001<")))  # the third of the three is at a school unknown
    (checked,) = check_files(open_workspace(root / "rung.toml"), [path], "roster", "0100", 2026)
    back = list(csv.DictReader(io.StringIO(checked.files["returned.csv"].decode("utf-8-sig"))))
    assert [(row["staff_id"], row["_rung_row"]) for row in back] == [("00103", "1")]
    assert (checked.rows_read, checked.rows_quarantined) == (3, 1)
