"""Any of the returned rows, mended and sent back as a patch, make the marts that a whole resend makes, to the cent.

A case is a district, a year and an extract; a seed draws for each of the twelve which rows come back, which of them are
mended, into what, and in one patch or in two. Two states then go through intake and marts: one was sent the spoiled
files and the patches, the other the files as the patches leave them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.marts import MARTS
from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from rung.marts.build import run_marts
from tests import small_state as small

# The column that is spoiled in each extract, with what.
SPOILED = {"payroll": ("amount", "ten"), "roster": ("full_time_equivalency", "full"), "evaluation": ("status", "done")}
PLACES = [(lea, year, extract) for lea in small.LEAS for year in small.YEARS for extract in small.EXTRACTS_SENT]
Table = list[dict[str, str]]


def rows_of(lea: str, year: int, extract: str) -> Table:
    header = {"roster": small.ROSTER, "evaluation": small.EVALUATION, "payroll": small.PAYROLL}[extract]
    made = {"roster": small.roster, "evaluation": small.evaluation, "payroll": small.payroll}[extract]
    return list(csv.DictReader(io.StringIO(small.csv(header, made(lea, year)))))


def written(rows: Table) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def mend(row: dict[str, str], extract: str, draw: Random) -> dict[str, str]:
    """A row as a steward mends it: the spoiled cell, and sometimes another that was good."""
    new = {
        "payroll": {"amount": f"{draw.randrange(-50_000, 900_000) / 100:.2f}"},
        "roster": {"full_time_equivalency": draw.choice(["1.0", "0.5", "0.25"])},
        "evaluation": {"status": "final", "rating_level": draw.choice(["HE", "E", "D", "ME"])},
    }[extract]
    if extract == "payroll" and draw.random() < 0.3:
        new["pay_code"] = draw.choice(["BASE", "LIFT", "BEN"])
    return row | new


class Case:
    """One place: the file as sent, its patches by line of the file, and the file as they leave it."""

    def __init__(self, place: tuple[str, int, str], draw: Random) -> None:
        self.place = place
        extract = place[2]
        good = rows_of(*place)
        column, spoiled = SPOILED[extract]
        bad = [at for at in range(len(good)) if draw.random() < 0.4] or [0]
        self.sent = [row | ({column: spoiled} if at in bad else {}) for at, row in enumerate(good)]
        chosen = draw.sample(bad, draw.randint(1, len(bad)))
        cut = draw.randint(0, len(chosen) - 1)
        self.patches = [
            {at + 2: mend(self.sent[at], extract, draw) for at in part} for part in (chosen[:cut], chosen[cut:]) if part
        ]
        self.whole = list(self.sent)
        for patch in self.patches:
            for line, row in patch.items():
                self.whole[line - 2] = row


def state(root: Path) -> Workspace:
    small.write_state(root)
    (root / "rung.toml").write_text(small.CONFIG + "[gate]\nmax_quarantine_share = 1.0\nmax_shrink = 0.0\n")
    return open_workspace(root / "rung.toml")


def take_in(work: Workspace) -> None:
    run_intake(work, load_reference(work.reference), Progress(quiet=True))


def returned(root: Path, work: Workspace, place: tuple[str, int, str]) -> Table:
    (now,) = (s for s in work.ledger.in_force() if (s.lea_id, s.school_year, s.extract) == place)
    folder = root / "receipts" / now.lea_id / str(now.school_year) / now.extract / now.submission_id
    return list(csv.DictReader(io.StringIO((folder / "returned.csv").read_text(encoding="utf-8-sig"))))


def patched(root: Path, cases: list[Case]) -> Workspace:
    """The state that was sent spoiled files, and then the mended rows of `returned.csv`."""
    work = state(root)
    for case in cases:
        small.drop(root, *case.place, written(case.sent))
    take_in(work)
    for step in range(2):
        for case in cases:
            if step < len(case.patches):
                patch = case.patches[step]
                back = [
                    r | patch[int(r["_rung_row"])]
                    for r in returned(root, work, case.place)
                    if int(r["_rung_row"]) in patch
                ]
                assert len(back) == len(patch)
                small.drop(root, *case.place, written(back), "returned.csv")
        take_in(work)
    return work


def resent(root: Path, cases: list[Case]) -> Workspace:
    """The state that was sent the whole files."""
    work = state(root)
    for case in cases:
        small.drop(root, *case.place, written(case.whole))
    take_in(work)
    return work


def marts_of(work: Workspace) -> Iterator[tuple[str, pl.DataFrame]]:
    made = run_marts(work, load_reference(work.reference), Progress(quiet=True))
    for name in MARTS:
        frame = pl.read_parquet(work.lake.read(f"marts/{made.inputs_id}/{name}.parquet"))
        yield name, frame.drop([column for column in frame.columns if column in NAMES_OF_SUBMISSIONS])


NAMES_OF_SUBMISSIONS = ("submission_id", "inputs_id", "submitted_at")


def sums(work: Workspace) -> dict[tuple[str, int, str], tuple[int, int, int | None, int | None]]:
    return {
        (s.lea_id, s.school_year, s.extract): (
            s.rows_accepted,
            s.rows_quarantined,
            s.cents_accepted,
            s.cents_quarantined,
        )
        for s in work.ledger.in_force()
    }


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 12))])
def test_a_patch_makes_the_marts_of_a_whole_resend(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNG_EDUCATOR_KEY", "a key for these tests")
    draw = Random(seed)
    cases = [Case(place, draw) for place in PLACES]
    one, other = patched(tmp_path / "patched", cases), resent(tmp_path / "resent", cases)
    assert sums(one) == sums(other)
    assert all(each.parent for each in one.ledger.in_force())
    marts = dict(marts_of(other))
    for name, frame in marts_of(one):
        assert_frame_equal(frame, marts[name], check_exact=True)
    assert marts["compensation"].height and marts["sustainability"].height and marts["designation"].height
