"""A drop larger than `[intake] batch_bytes` is read in parts: lake, receipts and ledger are those of one read whole."""

from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rung.core.progress import Progress
from rung.demo import write_demo
from rung.intake import conformed_parts, validated_parts
from rung.intake import fetch as fetch_module
from rung.intake.checked import check_drop
from rung.intake.commit_parts import commit_parts
from rung.intake.decision import check_accounting, refuse_misplaced
from rung.intake.discover import Drop, discover
from rung.intake.drops import DropRead
from rung.intake.error_costs import rule_costs
from rung.intake.fetch import fetch
from rung.intake.mends import mends_beside
from rung.intake.read import read_batch
from rung.intake.run import IntakeReceipt, run_intake
from rung.intake.validate import validate_batch
from rung.intake.validated_parts import ValidatedParts, validate_in_parts
from rung.intake.workers import ReaderPool
from rung.lake.accepted import ORDER, scan_accepted
from rung.lake.parquet import to_parquet
from rung.lake.pay_sums import pay_sums
from rung.lake.places import LocalPlace
from rung.lake.reference import load_reference
from rung.lake.submissions import Submission
from rung.lake.workspace import open_workspace
from tests import small_state as small
from transforms.s2_resolve.pay import PAY_KEY

# The files of a drop → the state that took them in whole, the one that did in parts, whose drops were in parts.
Take = Callable[[dict[str, bytes]], tuple[Path, Path, list[str]]]
WHEN = 1_750_000_000
HEADER = "staff_id,pay_date,pay_code,fund_code,amount,hours,school_id"
BASE = [
    f"{staff},{day},{code},{fund},{amount},,{school}"
    for staff, school in (("0001001", "010001"), ("0001002", "010002"), ("0001003", "010001"), ("0001004", ""))
    for day in ("2025-09-15", "2025-10-15", "2025-11-15", "2025-12-15", "2026-01-15")
    for code, fund, amount in (("1100", "01", "4321.50"), ("1105", "01", "100.00"), ("1100", "02", "-12.25"))
]


def text(rows: list[str], header: str = HEADER) -> bytes:
    return ("\n".join([header, *rows]) + "\n").encode()


def zipped(**files: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(f"{name}.csv", data)
    return made.getvalue()


CLEAN = text(BASE)
HALVES = (CLEAN[:900], CLEAN[900:])
UNKNOWN_SCHOOL = [row.replace("010002", "999999") for row in BASE]
OTHER_DAY = [*BASE[:-2], "0001004,2031-01-15,1100,01,10.00,,", BASE[-1]]
# Name of the case → the files of the drop, and whether it goes through in parts.
CASES: dict[str, tuple[dict[str, bytes], bool]] = {
    "clean": ({"pay.csv": CLEAN}, True),
    "no newline at the end": ({"pay.csv": CLEAN.rstrip()}, True),
    "newlines at the end": ({"pay.csv": CLEAN + b"\n\n\n"}, False),
    "carriage returns": ({"pay.csv": CLEAN.replace(b"\n", b"\r\n")}, True),
    "one carriage return": ({"pay.csv": CLEAN[:-1] + b"\r\n"}, False),
    "byte order mark": ({"pay.csv": b"\xef\xbb\xbf" + CLEAN}, True),
    "utf-16": ({"pay.csv": CLEAN.decode().encode("utf-16")}, False),
    "lying name": ({"pay.xlsx": CLEAN}, True),
    "quoted cells": ({"pay.csv": CLEAN.replace(b",1100,", b',"1100",')}, True),
    "quoted newlines": ({"pay.csv": CLEAN.replace(b",1105,", b',"11\n05",')}, False),
    "totals at the end": ({"pay.csv": CLEAN + b"Total,,,,66138.75,,\n"}, False),
    "short row": ({"pay.csv": CLEAN + b"0001001,2025-09-15,1100\n"}, False),
    "unreadable amount": ({"pay.csv": CLEAN + b"0001001,2026-02-15,1100,01,many,,\n"}, False),
    "repeats": ({"pay.csv": text([*BASE, *BASE[7:30], BASE[8]])}, True),
    "same key, other amount": ({"pay.csv": text([*BASE, BASE[0].replace("4321.50", "4000.00")])}, True),
    "outside the year": ({"pay.csv": text(OTHER_DAY)}, True),
    "a warning on each of many rows": ({"pay.csv": text(UNKNOWN_SCHOOL)}, True),
    "held": ({"pay.csv": text([*BASE[:30], *(row.replace("2025-", "2029-") for row in BASE[30:])])}, True),
    "another year": ({"pay.csv": text([row.replace("202", "201") for row in BASE])}, True),
    "another district": ({"pay.csv": text([f"{row},0200" for row in BASE], f"{HEADER},lea_id")}, True),
    "two files": ({"b.csv": text(BASE[:25]), "a.csv": text([*BASE[25:], BASE[3]])}, True),
    "gz": ({"pay.csv.gz": gzip.compress(CLEAN, mtime=0)}, True),
    "gz of two members": ({"pay.csv.gz": b"".join(gzip.compress(half, mtime=0) for half in HALVES)}, True),
    "zip": ({"pay.zip": zipped(a=text(BASE[:25]), b=text([*BASE[25:], BASE[3]]))}, True),
    "torn gz": ({"pay.csv.gz": gzip.compress(CLEAN, mtime=0)[:-9]}, False),
    "no rows": ({"pay.csv": text([])}, False),
}


def take_in(root: Path, config: str) -> IntakeReceipt:
    toml = (root / "rung.toml").read_text()
    (root / "rung.toml").write_text(toml + config)
    work = open_workspace(root / "rung.toml")
    try:
        return run_intake(work, load_reference(work.reference), Progress(quiet=True))
    finally:
        (root / "rung.toml").write_text(toml)


def kept(root: Path) -> dict[str, bytes]:
    """Every file of lake and receipts, the gate's pages (of which each names its run) left out."""
    places = [path for name in ("lake", "receipts") for path in (root / name).rglob("*") if path.is_file()]
    named = {str(path.relative_to(root)): path for path in places}
    return {name: path.read_bytes() for name, path in named.items() if not name.startswith("receipts/gate")}


def accepted_rows(root: Path) -> dict[str, bytes]:
    """Each submission's accepted rows, and of a payroll its sums, as bytes."""
    work = open_workspace(root / "rung.toml")
    found = {}
    for each in (s for s, state, _ in work.ledger.states() if state != "rejected"):
        found[each.submission_id] = to_parquet(scan_accepted(work.lake, each.extract, [each]).collect(), ORDER)
        if each.extract == "payroll":
            found[f"sums of {each.submission_id}"] = to_parquet(pay_sums(work.lake, [each]).collect(), PAY_KEY)
    return found


def submissions(root: Path) -> list[tuple[object, ...]]:
    ledger = open_workspace(root / "rung.toml").ledger
    return [(each.submission, each.state, each.why, each.decided_from) for each in ledger.standings()]


@pytest.fixture
def taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Take:
    """Drops files into a district of two like states, and takes them in: whole, and in parts. Whose drops were."""
    whole = tmp_path / "whole"
    whole.mkdir()
    small.write_state(whole)
    through: list[str] = []

    def noted(work: object, desk: object, judged: ValidatedParts, folder: Path) -> object:
        through.append(judged.read.place)
        return commit_parts(work, desk, judged, folder)  # type: ignore[arg-type]

    monkeypatch.setattr("rung.intake.take_in.commit_parts", noted)

    def take(files: dict[str, bytes]) -> tuple[Path, Path, list[str]]:
        folder = whole / "landing" / "0100" / "2026" / "payroll"
        shutil.rmtree(whole / "landing")
        folder.mkdir(parents=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        for path in (whole / "landing").rglob("*"):
            os.utime(path, (WHEN, WHEN))
        parts = tmp_path / "parts"
        shutil.copytree(whole, parts)
        take_in(whole, "")
        assert not through
        take_in(parts, "[intake]\nbatch_bytes = 1000\n")
        return whole, parts, through

    return take


@pytest.mark.parametrize(
    "case", ["repeats", "same key, other amount", "a warning on each of many rows", "another year", "two files", "zip"]
)
def test_read_in_parts_is_read_whole(taken: Take, case: str) -> None:
    files, in_parts = CASES[case]
    whole, parts, through = taken(files)
    assert ("0100/2026/payroll" in through) == in_parts
    assert set(kept(whole)) == set(kept(parts))
    assert [name for name, data in kept(whole).items() if kept(parts)[name] != data] == []
    for mine, theirs in zip(submissions(whole), submissions(parts), strict=True):
        assert mine[:3] == theirs[:3]
        notes = [{k: v for k, v in json.loads(str(each[3])).items() if k != "bounds"} for each in (mine, theirs)]
        assert notes[0] == notes[1]


LINES = st.lists(
    st.builds(
        "{},{},{},{},{},,{}".format,
        st.sampled_from(["0001001", "0001002", "0001003"]),
        st.sampled_from(["2025-09-15", "2025-10-15", "2029-01-15"]),
        st.sampled_from(["BASE", "XX"]),
        st.sampled_from(["01", "84"]),
        st.sampled_from(["10.00", "20.50", "-10.00"]),
        st.sampled_from(["010001", "999999", ""]),
    ),
    min_size=1,
    max_size=40,
)


def landed(root: Path, files: dict[str, bytes]) -> Drop:
    shutil.rmtree(root / "landing", ignore_errors=True)
    for name, data in files.items():
        small.drop(root, "0100", 2026, "payroll", data, name)
    (drop,) = discover((LocalPlace(root / "landing"),), {}).drops
    return drop


def test_every_row_has_the_same_fate(tmp_path: Path) -> None:
    """Any lines, in one or two files, in parts of any size: rows, marks, counts and costs are those of a whole read."""
    small.write_state(tmp_path)
    work = open_workspace(tmp_path / "rung.toml")
    reference, nobody = load_reference(work.reference), pl.DataFrame(schema={"staff_id": pl.String})

    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(LINES, st.lists(LINES, max_size=1), st.integers(1, 600))
    def holds(first: list[str], more: list[list[str]], part_bytes: int) -> None:
        files = {"z.csv": text(first)} | dict(zip(("a.csv",), map(text, more), strict=False))
        drop = landed(tmp_path, files)
        fetched = fetch([drop], work.settings.intake, threads=0)
        with ReaderPool(work.settings.intake) as readers:
            (part,) = read_batch("payroll", fetched, reference, work.settings.intake, readers, mends_beside)
        batch = validate_batch(refuse_misplaced(part, reference), reference, 2026, nobody, work.settings).refused()
        ((read, rows, counts, broken),) = batch.drops()
        bounds = work.settings.intake.model_copy(update={"batch_bytes": part_bytes})
        again = fetch([drop], work.settings.intake, threads=0)[0]
        with TemporaryDirectory() as name:
            judged = validate_in_parts(
                again,
                reference,
                work.settings.model_copy(update={"intake": bounds}),
                Path(name),
                lambda _: nobody,
                lambda _: None,
            )
            assert judged is not None
            assert judged.counts == counts
            assert judged.broken == broken
            assert judged.costs == rule_costs(rows, batch.rules, "payroll")
            assert [problem.rule_id for problem in again.problems] == [problem.rule_id for problem in read.problems]
            if not read.problems:
                check_accounting(again, judged.counts)
                ordered = pl.concat(list(judged.ordered()), how="diagonal").select(rows.columns)
                assert ordered.equals(rows.sort("source_file", "source_row"))

    holds()


def test_what_the_careful_way_cannot_take_is_told_before_it_starts(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    landed(tmp_path, {"pay.csv.gz": gzip.compress(CLEAN + b"0001001,2026-02-15,1100,01,many,,\n")})
    receipt = take_in(tmp_path, "[intake]\nbatch_bytes = 1000\nmax_cells = 400\nreader_seconds = 0.001\n")
    assert receipt.states == {"rejected": 1}
    ((_, state, why, _),) = submissions(tmp_path)
    assert state == "rejected"
    assert "about 435, at most 400 (`max_cells`)" in str(why)
    assert [path.name for path in (tmp_path / "lake" / "original").rglob("*.gz")] == ["pay.csv.gz"]


def test_a_long_receipt_says_how_much_it_does_not_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rung.intake.validated_parts.LISTED_ROWS", 3)
    small.write_state(tmp_path)
    landed(tmp_path, {"pay.csv": text([*UNKNOWN_SCHOOL, *BASE[1:6]])})
    take_in(tmp_path, "[intake]\nbatch_bytes = 1000\n")
    ((submission, *_),) = submissions(tmp_path)
    assert isinstance(submission, Submission)
    (folder,) = (tmp_path / "receipts" / "0100").rglob(submission.submission_id)
    told = json.loads((folder / "receipt.json").read_bytes())
    flawed = submission.rows_quarantined + submission.rows_duplicate + submission.rows_warned
    assert submission.rows_duplicate == 5 and submission.rows_warned > 3
    assert told["rows_unlisted"] == flawed - 6
    assert max(rule["rows"] for rule in told["rules"]) == submission.rows_warned
    assert "are counted above and not listed there" in (folder / "receipt.html").read_text()
    assert len((folder / "returned.csv").read_text().splitlines()) == 1 + 3


@pytest.mark.parametrize("case", CASES)
def test_a_check_reads_in_parts_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    small.write_state(tmp_path)
    work = open_workspace(tmp_path / "rung.toml")
    files, in_parts = CASES[case]
    reference, drop = load_reference(work.reference), landed(tmp_path, files)
    found = []
    through: list[bool] = []

    def noted(read: DropRead, *rest: object) -> ValidatedParts | None:
        validated = validate_in_parts(read, *rest)  # type: ignore[arg-type]
        through.append(validated is not None)
        return validated

    monkeypatch.setattr("rung.intake.checked.validate_in_parts", noted)
    for size in (work.settings.intake.batch_bytes, 1000):
        bounds = work.settings.intake.model_copy(update={"batch_bytes": size})
        with ReaderPool(bounds) as readers:
            found.append(check_drop(drop, reference, work.settings.model_copy(update={"intake": bounds}), readers, "1"))
    assert found[0] == found[1]
    assert any(through) == in_parts


@pytest.mark.parametrize("faulty", ["read_fast", "rule_costs"])
def test_a_fault_at_one_large_drop_is_that_drops_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faulty: str
) -> None:
    """Whatever goes wrong while it is conformed (then a reader process takes it), or judged (then it is rejected)."""
    small.write_state(tmp_path)
    real = getattr(conformed_parts if faulty == "read_fast" else validated_parts, faulty)

    def fail(*args: Any, **words: Any) -> Any:
        monkeypatch.setattr(where, faulty, real)
        raise pl.exceptions.ComputeError("0001001 earns 4321.50")

    where = conformed_parts if faulty == "read_fast" else validated_parts
    monkeypatch.setattr(where, faulty, fail)
    receipt = take_in(tmp_path, "[intake]\nbatch_bytes = 600\n")
    refused = 0 if faulty == "read_fast" else 1
    assert receipt.states == {"accepted": 12 - refused} | ({"rejected": 1} if refused else {})
    reasons = [
        each.why for each in open_workspace(tmp_path / "rung.toml").ledger.standings() if each.state == "rejected"
    ]
    assert len(reasons) == refused and "4321.50" not in str(reasons)


def test_a_full_disk_of_this_machine_is_no_drops_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small.write_state(tmp_path)

    def full(*_: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fetch_module, "open_to_write", full)
    with pytest.raises(OSError, match="No space left"):
        take_in(tmp_path, "[intake]\nbatch_bytes = 600\n")
    assert open_workspace(tmp_path / "rung.toml").ledger.standings() == []


def test_polars_on_a_full_disk_is_no_drops_fault_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small.write_state(tmp_path)
    many = pl.DataFrame({"a": range(400_000)})
    monkeypatch.setattr(conformed_parts, "write_scratch", lambda *_: many.write_parquet("/dev/full"))
    with pytest.raises(pl.exceptions.ComputeError, match="No space left"):
        take_in(tmp_path, "[intake]\nbatch_bytes = 600\n")
    states = {each.state for each in open_workspace(tmp_path / "rung.toml").ledger.standings()}
    assert states <= {"accepted"}


def test_what_a_drop_leaves_does_not_depend_on_what_comes_with_it(tmp_path: Path) -> None:
    """A spoiled state, in batches of many drops and in parts of each: the same objects, to the byte; in those that a
    batch shares, the same rows of each submission and sums of each payroll."""
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    whole.mkdir()
    write_demo(whole, leas=3, educators=40, years=2, seed=4, dirty=0.05, scale=None)
    shutil.copytree(whole, parted)  # with the times at which files came
    receipts = [take_in(whole, ""), take_in(parted, "[intake]\nbatch_bytes = 8000\n")]
    assert receipts[0].states == receipts[1].states and receipts[0].rows_quarantined > 50
    one, other = kept(whole), kept(parted)
    shared = ("lake/accepted/", "lake/pay_sums/")
    differing = [name for name in one.keys() | other.keys() if one.get(name) != other.get(name)]
    assert [name for name in differing if not name.startswith(shared)] == []
    assert len([name for name in differing if name.startswith(shared)]) > 10
    rows = accepted_rows(whole)
    assert rows == accepted_rows(parted) and len(rows) > 20
