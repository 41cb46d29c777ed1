"""Intake over a small state on disk: nothing lost, nothing silent, one district's bad file stops no other."""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest

from rung.core.errors import GateFailed
from rung.core.progress import Progress
from rung.intake.run import IntakeReceipt, run_intake
from rung.intake.validate import ValidatedBatch
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small
from tests.kept_rows import kept_rows


@pytest.fixture
def root(tmp_path: Path) -> Path:
    small.write_state(tmp_path)
    return tmp_path


def take_in(root: Path) -> tuple[Workspace, IntakeReceipt]:
    work = open_workspace(root / "rung.toml")
    return work, run_intake(work, load_reference(work.reference), Progress(quiet=True))


def lake(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root / "lake")): p.read_bytes() for p in sorted((root / "lake").rglob("*.*"))}


def submission(work: Workspace, lea: str, year: int, extract: str) -> tuple[str, str, dict[str, object]]:
    """State, why and receipt of the newest submission of a place."""
    found = [s for s in work.ledger.states() if (s[0].lea_id, s[0].school_year, s[0].extract) == (lea, year, extract)]
    each, state, why = found[-1]
    receipt = work.receipts.read(f"{lea}/{year}/{extract}/{each.submission_id}/receipt.json")
    return state, why, json.loads(receipt)


def test_a_clean_landing_is_accepted_whole(root: Path) -> None:
    work, receipt = take_in(root)
    assert receipt.states == {"accepted": 12}
    assert (receipt.rows_read, receipt.rows_accepted, receipt.rows_quarantined) == (156, 156, 0)
    pay = next(s for s in work.ledger.in_force() if s.extract == "payroll" and s.lea_id == "0100")
    rows = kept_rows(work, pay)
    assert rows.schema["amount"] == pl.Decimal(14, 2)
    assert rows.schema["staff_id"] == pl.String
    assert rows["staff_id"][0] == "0001001"
    assert rows["source_row"].to_list() == list(range(2, 27))
    assert pay.cents_accepted == 16 * 300_050 + 8 * 90_000 + 50_000


def test_a_second_look_does_no_work_and_changes_nothing(root: Path) -> None:
    take_in(root)
    before = lake(root)
    _, receipt = take_in(root)
    assert (receipt.drops, receipt.unchanged) == (0, 12)
    assert lake(root) == before


BROKEN = {
    "missing column": (
        "payroll",
        "staff_id,pay_date,pay_code,amount\n0001001,2025-09-15,BASE,10.00\n",
        "rejected",
        "fund_code",
    ),
    "text in amount": ("payroll", small.csv(small.PAYROLL, ["0001001,2025-09-15,BASE,01,ten"]), "held", "100.0%"),
    "unknown school": (
        "roster",
        small.csv(small.ROSTER, [f"0001001,9999,2025-08-01,,teacher,Teacher,1.0,{n}" for n in (1,)]),
        "held",
        "came back",
    ),
    "empty": ("roster", "", "rejected", "empty"),
    "binary": ("evaluation", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "rejected", ""),
}


@pytest.mark.parametrize("ailment", BROKEN)
def test_one_districts_bad_file_leaves_the_others_alone(tmp_path: Path, ailment: str) -> None:
    extract, text, state, said = BROKEN[ailment]
    well, ill = tmp_path / "well", tmp_path / "ill"
    for root in (well, ill):
        small.write_state(root)
    small.drop(ill, "0100", 2026, extract, text)
    take_in(well)
    work, receipt = take_in(ill)
    assert receipt.states == {"accepted": 11, state: 1}
    assert {k: v for k, v in lake(well).items() if "/0200/" in k} == {
        k: v for k, v in lake(ill).items() if "/0200/" in k
    }
    found, why, told = submission(work, "0100", 2026, extract)
    assert found == state
    assert said in why
    assert told["state"] == state


def test_a_bad_row_comes_back_with_its_rule_and_the_good_rows_stay(root: Path) -> None:
    rows = [*small.payroll("0100", 2026), "0001001,2026-01-15,BASE,01,3 000"]
    small.drop(root, "0100", 2026, "payroll", small.csv(small.PAYROLL, rows))
    work, _ = take_in(root)
    state, _, receipt = submission(work, "0100", 2026, "payroll")
    assert state == "accepted"
    assert (receipt["rows_accepted"], receipt["rows_quarantined"]) == (25, 1)
    folder = f"0100/2026/payroll/{receipt['submission_id']}"
    errors = pl.read_csv(io.BytesIO(work.receipts.read(f"{folder}/errors.csv")), infer_schema=False)
    assert "27" in errors["source_row"].to_list()
    returned = work.receipts.read(f"{folder}/returned.csv").decode("utf-8-sig")
    assert "3 000" in returned


def test_exact_repeats_are_dropped_once_and_counted(root: Path) -> None:
    rows = small.payroll("0100", 2026)
    small.drop(root, "0100", 2026, "payroll", small.csv(small.PAYROLL, [*rows, rows[0], rows[0]]))
    work, _ = take_in(root)
    _, _, receipt = submission(work, "0100", 2026, "payroll")
    assert (receipt["rows_read"], receipt["rows_accepted"], receipt["rows_duplicate"]) == (27, 25, 2)
    assert receipt["cents_duplicate"] == 600_100


def test_a_newer_submission_replaces_the_older_whole_and_the_older_stays(root: Path) -> None:
    work, _ = take_in(root)
    first = next(s for s in work.ledger.in_force() if (s.lea_id, s.school_year, s.extract) == ("0100", 2026, "payroll"))
    small.drop(root, "0100", 2026, "payroll", small.csv(small.PAYROLL, small.payroll("0100", 2026)[:23]), "again.csv")
    work, receipt = take_in(root)
    assert receipt.states == {"accepted": 1}
    now = next(s for s in work.ledger.in_force() if (s.lea_id, s.school_year, s.extract) == ("0100", 2026, "payroll"))
    assert (now.rows_accepted, first.rows_accepted) == (23, 25)
    states = {s.submission_id: state for s, state, _ in work.ledger.states()}
    assert states[first.submission_id] == "superseded"
    assert kept_rows(work, first).height == 25


def test_a_file_in_two_parts_says_the_same_as_in_one(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for root in (whole, parts):
        small.write_state(root)
    rows = small.payroll("0100", 2026)
    (parts / "landing/0100/2026/payroll/payroll.csv").unlink()
    small.drop(parts, "0100", 2026, "payroll", small.csv(small.PAYROLL, rows[:9]), "a.csv")
    small.drop(parts, "0100", 2026, "payroll", small.csv(small.PAYROLL, rows[9:]), "b.csv")
    frames = []
    for root in (whole, parts):
        work, _ = take_in(root)
        place = ("0100", 2026, "payroll")
        found = next(s for s in work.ledger.in_force() if (s.lea_id, s.school_year, s.extract) == place)
        frames.append(kept_rows(work, found).drop("submission_id", "source_file", "source_row"))
    assert frames[0].equals(frames[1])


def test_rewriting_one_part_keeps_the_other_part(root: Path) -> None:
    rows = small.payroll("0100", 2026)
    (root / "landing/0100/2026/payroll/payroll.csv").unlink()
    small.drop(root, "0100", 2026, "payroll", small.csv(small.PAYROLL, rows[:9]), "a.csv")
    small.drop(root, "0100", 2026, "payroll", small.csv(small.PAYROLL, rows[9:]), "b.csv")
    take_in(root)
    small.drop(root, "0100", 2026, "payroll", small.csv(small.PAYROLL, rows[:8]), "a.csv")
    work, _ = take_in(root)
    now = next(s for s in work.ledger.in_force() if (s.lea_id, s.school_year, s.extract) == ("0100", 2026, "payroll"))
    assert now.rows_accepted == len(rows) - 1


def test_a_key_that_names_no_extract_is_told(root: Path) -> None:
    (root / "landing" / "readme.txt").write_text("hello")
    _, receipt = take_in(root)
    assert receipt.stray == ("readme.txt",)


@pytest.mark.parametrize("rows", [1, -1])
def test_an_object_holds_the_rows_that_are_accounted_for_and_no_others(
    root: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """It is read whole where all submissions that its name counts are asked for: a row of another would be in force."""
    honest = ValidatedBatch.accepted

    def other(batch: ValidatedBatch) -> pl.DataFrame:
        kept = honest(batch)
        return pl.concat([kept, kept.head(1)]) if rows > 0 else kept.slice(1)

    monkeypatch.setattr(ValidatedBatch, "accepted", other)
    with pytest.raises(GateFailed, match="accounted for; nothing was taken in"):
        take_in(root)
    assert open_workspace(root / "rung.toml").ledger.in_force() == []
    monkeypatch.undo()
    assert take_in(root)[1].states == {"accepted": len(small.LEAS) * len(small.YEARS) * len(small.EXTRACTS_SENT)}
