"""What is refused before it is read, or by its name: with a receipt, and without harm to the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rung.core.progress import Progress
from rung.intake.discover import discover
from rung.intake.run import run_intake
from rung.lake.place import Entry, Overlooked
from rung.lake.places import LocalPlace
from rung.lake.reference import load_reference
from rung.lake.workspace import open_workspace
from tests import small_state as small


def test_a_key_that_climbs_out_and_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small.write_state(tmp_path)
    (tmp_path / "rung.toml").write_text(small.CONFIG + "[intake]\nmax_file_bytes = 5000\n")
    small.drop(tmp_path, "0200", 2026, "payroll", small.csv(small.PAYROLL, small.payroll("0200", 2026) * 8))
    entries, reads = LocalPlace.entries, LocalPlace.read_whole
    opened: list[str] = []

    def listed(place: LocalPlace, prefix: str = "", overlooked: list[Overlooked] | None = None) -> Iterator[Entry]:
        for entry in entries(place, prefix, overlooked):
            climbs = entry.key == "0100/2026/payroll/payroll.csv"
            yield replace(entry, key="0100/2026/payroll/../../../../evil.csv") if climbs else entry

    def read(place: LocalPlace, entry: Entry) -> bytes:
        opened.append(entry.key)
        return b"evil" if ".." in entry.key else reads(place, entry)

    monkeypatch.setattr(LocalPlace, "entries", listed)
    monkeypatch.setattr(LocalPlace, "read_whole", read)
    work = open_workspace(tmp_path / "rung.toml")
    receipt = run_intake(work, load_reference(work.reference), Progress(quiet=True))
    assert receipt.states == {"accepted": 10, "rejected": 2}
    why = {s.lea_id: (why, s.submission_id) for s, state, why in work.ledger.states() if state == "rejected"}
    assert "points outside its folder" in why["0100"][0]
    assert "larger than may be sent" in why["0200"][0]
    assert "0200/2026/payroll/payroll.csv" not in opened  # refused by its size, never read
    for lea in ("0100", "0200"):
        assert (tmp_path / f"receipts/{lea}/2026/payroll/{why[lea][1]}/receipt.html").is_file()
    assert not list(tmp_path.rglob("evil.csv"))
    assert list((tmp_path / f"lake/original/0100/2026/payroll/{why['0100'][1]}").iterdir())  # kept under its hash


def test_a_district_folder_that_climbs_out_is_no_district(tmp_path: Path) -> None:
    class Climbing(LocalPlace):
        def entries(self, prefix: str = "", overlooked: list[Overlooked] | None = None) -> Iterator[Entry]:
            for entry in super().entries(prefix, overlooked):
                yield replace(entry, key=entry.key.replace("0100/", "../", 1))

    small.write_state(tmp_path)
    found = discover((Climbing(tmp_path / "landing"),), {})
    assert {drop.lea_id for drop in found.drops} == {"0200"}
    assert len(found.stray) == 6
