"""Mended rows sent back: the result is what a whole resend would be, to the cent, and all else has a clear reason.

One state, a district a case; three intakes: what was sent first, the mended files, what came after them.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest

from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.intake.run import IntakeReceipt, run_intake
from rung.lake.ledger import Ledger, Standing, Submission
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small
from tests.kept_rows import kept_rows
from tests.spoiled.office import Cell, Sheet, xlsx

BAD = {3: "ten", 8: "twenty"}  # line of the file → an amount that is none; of 25 rows, 8 % come back
GOOD = {3: "3000.50", 8: "3000.51"}
MANY = BAD | {10: "x", 12: "y"}  # 16 %: held
CASES = {
    "0001": "mended, then what was left is mended",
    "0002": "held, then mended",
    "0003": "replaced before it is mended",
    "0004": "sent twice",
    "0005": "sent as a workbook that lost the zeros",
    "0006": "two files",
    "0007": "with another file",
    "0008": "a row that did not come back",
    "0009": "of another district",
    "0010": "marks taken out",
    "0011": "a repeated row",
    "0012": "a position file",
    "0013": "mended, then all replaced",
    "0014": "mended in part, still held",
}
MAPPING = """
layouts:
  - extract: roster
    from_year: 2018
    columns: {staff_id: Id, school_id: School, position_title: Title, begin_date: From, staff_classification: Kind,
      full_time_equivalency: FTE}
    pay:
      pay_date: "{year}-06-30"
      lines:
        - {amount: Salary, pay_code: BASE, fund_code: "01"}
"""
POSITIONS = "Id,School,Title,From,Kind,FTE,Salary\n" + "".join(
    f"0012{n:03},001201,Teacher,2025-08-01,teacher,1.0,{'much' if n in (3, 4) else 50000 + n}\n" for n in range(1, 26)
)
Rows = list[dict[str, str]]


def payroll(lea: str, bad: dict[int, str], amounts: dict[int, str] | None = None) -> str:
    lines = [row.split(",") for row in small.csv(small.PAYROLL, small.payroll(lea, 2026)).splitlines()]
    for line, amount in (bad | (amounts or {})).items():
        lines[line - 1][4] = amount
    return "".join(",".join(line) + "\n" for line in lines)


def write_first(root: Path) -> None:
    """Reference tables of all districts, and each one's first file."""
    small.write_state(root)
    (root / "rung.toml").write_text(small.CONFIG + "[gate]\nmax_quarantine_share = 0.1\n")
    reference = root / "reference"
    for lea in CASES:
        with (reference / "districts.csv").open("a") as out:
            out.write(f"{lea},District {lea},dcps_impact\n")
        with (reference / "schools.csv").open("a") as out:
            out.write(f"{lea}01,2026,{lea},School,400,60\n")
        with (reference / "pay_codes.csv").open("a") as out:
            out.write("".join(f"{lea},{code},base,,\n" for code in ("BASE", "BEN", "LIFT")))
        with (reference / "funds.csv").open("a") as out:
            out.write("".join(f"{lea},{code},local_general,,,true\n" for code in ("01", "84")))
    (reference / "mappings").mkdir()
    (reference / "mappings" / "0012.yaml").write_text(MAPPING)
    for lea in CASES:
        if lea == "0012":
            small.drop(root, lea, 2026, "roster", POSITIONS)
        elif lea == "0006":
            small.drop(root, lea, 2026, "payroll", payroll(lea, BAD), "a.csv")
            small.drop(root, lea, 2026, "payroll", payroll(lea, {5: "five"}).replace("2025", "2026"), "b.csv")
        else:
            small.drop(root, lea, 2026, "payroll", payroll(lea, MANY if lea in ("0002", "0014") else BAD))
    repeated = payroll("0011", {3: "ten"})
    small.drop(root, "0011", 2026, "payroll", repeated + repeated.splitlines()[-1] + "\n")


def take_in(root: Path, *, again: bool = False) -> IntakeReceipt:
    work = open_workspace(root / "rung.toml")
    return run_intake(work, load_reference(work.reference), Progress(quiet=True), again=again)


class State:
    """The state as it stands after one of the intakes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.work: Workspace = open_workspace(root / "rung.toml")

    def of(self, lea: str, extract: str = "payroll") -> list[Standing]:
        """A place's submissions, in the order in which they were first decided."""
        found = [
            s for s in self.work.ledger.standings() if (s.submission.lea_id, s.submission.extract) == (lea, extract)
        ]
        return sorted(found, key=lambda each: each.first_event)

    def in_force(self, lea: str, extract: str = "payroll") -> Submission:
        (found,) = (s for s in self.work.ledger.in_force() if (s.lea_id, s.extract) == (lea, extract))
        return found

    def folder(self, each: Submission) -> Path:
        return self.root / "receipts" / each.lea_id / str(each.school_year) / each.extract / each.submission_id

    def returned(self, each: Submission) -> Rows:
        if not (self.folder(each) / "returned.csv").exists():
            return []
        text = (self.folder(each) / "returned.csv").read_text(encoding="utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def mended(self, each: Submission, amounts: dict[int, str], column: str = "amount") -> Rows:
        """The rows that came back of the lines named, with these amounts."""
        rows = self.returned(each)
        return [row | {column: amounts[int(row["_rung_row"])]} for row in rows if int(row["_rung_row"]) in amounts]

    def accepted(self, each: Submission) -> pl.DataFrame:
        rows = kept_rows(self.work, each)
        return rows.drop("submission_id", "source_file").sort(
            "source_row", "amount" if "amount" in rows else "staff_id"
        )


def written(rows: Rows) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def send(root: Path, lea: str, rows: Rows | str | bytes, name: str = "returned.csv", extract: str = "payroll") -> None:
    small.drop(root, lea, 2026, extract, written(rows) if isinstance(rows, list) else rows, name)


def as_workbook(rows: Rows) -> bytes:
    """What a spreadsheet makes of the file: digits become numbers, and lose the zeros before them."""
    cells: list[list[Cell]] = [list(rows[0])]
    cells += [[float(cell) if cell.replace(".", "", 1).isdigit() else cell for cell in row.values()] for row in rows]
    return xlsx(Sheet("returned", cells))


def send_mended(state: State) -> None:
    """The second delivery of every district."""
    root = state.root
    first = {lea: state.of(lea)[0].submission for lea in CASES}
    for lea in ("0001", "0004", "0013"):
        send(root, lea, state.mended(first[lea], {3: GOOD[3]}))
    send(root, "0002", state.mended(first["0002"], dict.fromkeys(MANY, "3000.50")))
    send(root, "0003", payroll("0003", {}, GOOD), "whole.csv")
    send(root, "0005", as_workbook(state.mended(first["0005"], GOOD)), "returned.xlsx")
    send(root, "0006", state.mended(first["0006"], {3: GOOD[3], 5: "900.05", 8: GOOD[8]}))
    send(root, "0007", state.mended(first["0007"], GOOD))
    send(root, "0007", payroll("0007", {}, GOOD), "more.csv")
    send(
        root, "0008", [row | {"_rung_row": str(int(row["_rung_row"]) + 1)} for row in state.mended(first["0008"], GOOD)]
    )
    send(root, "0009", state.mended(first["0001"], GOOD))
    marks = ("_rung_submission", "_rung_file")
    rows = [
        {name: cell for name, cell in row.items() if name not in marks} for row in state.mended(first["0010"], GOOD)
    ]
    send(root, "0010", rows)
    again = [row for row in state.returned(first["0011"]) if row["_rung_rule"] == "duplicate"]
    send(root, "0011", [row | {"pay_date": "2025-12-02"} for row in again])
    send(root, "0012", state.mended(first["0012"], {4: "50003", 5: "50004"}, "Salary"), extract="roster")
    send(root, "0014", state.mended(first["0014"], {3: GOOD[3]}))


def send_after(state: State) -> None:
    """The third delivery."""
    root = state.root
    send(root, "0001", state.mended(state.in_force("0001"), {8: GOOD[8]}))  # over the first returned.csv
    send(root, "0003", state.mended(state.of("0003")[0].submission, GOOD))
    send(root, "0004", (root / "landing/0004/2026/payroll/returned.csv").read_bytes(), "copy of returned.csv")
    send(root, "0013", payroll("0013", {}, GOOD | {2: "1.00"}), "whole.csv")
    send(root, "0014", state.mended(state.of("0014")[-1].submission, {8: GOOD[8]}), "second.csv")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    """The state after all three. The second intake is stopped once before the ledger learns of it, and run again."""
    root = tmp_path_factory.mktemp("mended")
    write_first(root)
    take_in(root)
    send_mended(State(root))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "record", _stopped)
        with pytest.raises(RungError, match="stopped"):
            take_in(root)
    stopped = _lake(root)
    take_in(root)
    assert {name: data for name, data in _lake(root).items() if name in stopped} == stopped
    assert _lake(root).keys() == stopped.keys()
    send_after(State(root))
    take_in(root)
    return State(root)


def _stopped(*_: object) -> None:
    raise RungError("stopped")


def _lake(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in (root / "lake").rglob("*") if path.is_file()}


def as_sent_whole(state: State, lea: str, amounts: dict[int, str]) -> pl.DataFrame:
    """The accepted rows of the same file sent whole with these amounts, from the texts by hand."""
    lines = [line.split(",") for line in payroll(lea, BAD, amounts).splitlines()]
    rows = [(at, *line) for at, line in enumerate(lines, 1) if at > 1 and line[4] not in BAD.values()]
    names = ("source_row", *small.PAYROLL.split(","))
    return pl.DataFrame(rows, schema=names, orient="row").cast({"source_row": pl.UInt32})


def texts(rows: pl.DataFrame) -> pl.DataFrame:
    names = small.PAYROLL.split(",")
    return rows.select("source_row", *(pl.col(name).cast(pl.String) for name in names)).sort("source_row")


@pytest.mark.parametrize(
    ("lea", "at", "amounts"),
    [
        ("0001", 1, {3: GOOD[3]}),
        ("0001", 2, GOOD),
        ("0002", 1, dict.fromkeys(MANY, "3000.50")),
        ("0005", 1, GOOD),
        ("0004", 2, {3: GOOD[3]}),
    ],
)
def test_the_result_is_that_of_the_whole_file(state: State, lea: str, at: int, amounts: dict[int, str]) -> None:
    each = state.of(lea)[at].submission
    expected = as_sent_whole(state, lea, amounts)
    assert texts(state.accepted(each)).equals(expected)
    assert each.cents_accepted == sum(round(float(amount) * 100) for amount in expected["amount"])
    assert (each.rows_read, each.rows_accepted) == (25, expected.height)


def test_the_new_submission_names_the_one_that_it_mends(state: State) -> None:
    first, second, third = (each.submission for each in state.of("0001"))
    assert (first.parent, second.parent, third.parent) == ("", first.submission_id, second.submission_id)
    assert state.in_force("0001") == third
    told = json.loads((state.folder(second) / "receipt.json").read_text())
    assert (told["parent"], told["rows_mended"], told["repairs"]["mended_rows"]) == (first.submission_id, 1, 1)
    assert first.submission_id in told["why"]
    assert [file["name"] for file in told["files"]] == ["returned.csv"]
    page = (state.folder(second) / "receipt.html").read_text()
    assert "It mends submission" in page
    assert first.submission_id in page
    assert [(row["_rung_row"], row["_rung_file"]) for row in state.returned(second)] == [("8", "payroll.csv")]
    assert state.returned(third) == []


def test_a_hold_is_lifted_and_a_mend_of_part_of_it_is_held_again(state: State) -> None:
    assert [each.state for each in state.of("0002")] == ["held", "accepted"]
    assert [each.state for each in state.of("0014")] == ["held", "held", "accepted"]
    assert state.in_force("0014").rows_quarantined == 2


def test_zeros_that_a_spreadsheet_took_off_are_kept_and_counted(state: State) -> None:
    each = state.in_force("0005")
    assert set(state.accepted(each)["staff_id"].str.slice(0, 3)) == {"000"}
    told = json.loads((state.folder(each) / "receipt.json").read_text())
    assert told["repairs"]["zeros_kept"] == 4  # staff_id and fund_code of two rows


def test_each_row_goes_into_its_own_file(state: State) -> None:
    each = state.in_force("0006")
    rows = kept_rows(state.work, each)
    found = {
        (file, row): str(amount) for file, row, amount in rows.select("source_file", "source_row", "amount").rows()
    }
    assert each.rows_accepted == 50
    assert (found["a.csv", 3], found["a.csv", 8], found["b.csv", 5]) == (GOOD[3], GOOD[8], "900.05")
    assert found["b.csv", 3] == "3000.50"


def test_a_repeated_row_is_mended_by_itself(state: State) -> None:
    each = state.in_force("0011")
    assert (each.rows_read, each.rows_accepted, each.rows_duplicate, each.rows_quarantined) == (26, 25, 0, 1)
    assert texts(state.accepted(each))["pay_date"].to_list()[-2:] == ["2025-12-01", "2025-12-02"]


def test_a_position_files_pay_is_mended_in_its_roster(state: State) -> None:
    (first, second), (roster, after) = state.of("0012"), state.of("0012", "roster")
    assert (first.submission.rows_quarantined, second.submission.rows_quarantined) == (2, 0)
    assert second.submission.parent == first.submission.submission_id
    assert after.submission.parent == roster.submission.submission_id
    assert (
        second.submission.cents_accepted
        == sum(50_000_00 + n * 100 for n in range(1, 26) if n not in (3, 4)) + 100_007_00
    )


@pytest.mark.parametrize(
    ("lea", "rule", "says"),
    [
        ("0003", "FILE-062", "has replaced it"),
        ("0007", "FILE-063", "more.csv"),
        ("0008", "FILE-060", "row 4, 9 did not come back"),
        ("0009", "FILE-061", ""),
    ],
)
def test_what_cannot_be_mended_comes_back_with_the_reason(state: State, lea: str, rule: str, says: str) -> None:
    last = state.of(lea)[-1]
    assert last.state == "rejected"
    told = json.loads((state.folder(last.submission) / "receipt.json").read_text())
    assert [found["rule_id"] for found in told["problems"]] == [rule]
    assert says in told["problems"][0]["message"]
    assert state.in_force(lea) == state.of(lea)[-2].submission


def test_a_file_whose_marks_were_taken_out_is_a_whole_file(state: State) -> None:
    last = state.of("0010")[-1]
    assert last.state == "held"
    assert "2 rows would replace the 23 that count now" in last.why


def test_a_whole_file_replaces_a_mended_one(state: State) -> None:
    each = state.in_force("0013")
    assert each.parent == ""
    assert "1.00" in texts(state.accepted(each))["amount"].to_list()


def test_judged_again_a_mended_file_stays_what_it_is(state: State) -> None:
    """Last: it changes the state. Another reference table makes other submissions of the same files."""
    before = {lea: (state.in_force(lea), state.accepted(state.in_force(lea))) for lea in ("0001", "0004", "0006")}
    with (state.root / "reference" / "pay_codes.csv").open("a") as out:
        out.write("0001,NEW,base,,\n")
    take_in(state.root, again=True)
    for lea, (old, rows) in before.items():
        new = state.in_force(lea)
        assert new.submission_id != old.submission_id
        assert new.parent == old.parent
        assert state.accepted(new).equals(rows)
    assert [each.state for each in state.of("0003")][-1] != "accepted"
