"""What a mended file mends: the submission that its rows name, and the files that this one was made from.

Only what would be replaced can be mended: the submission in force, or the newest that is held or late.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from rung.core.errors import RungError
from rung.intake.drops import DropRead, submission_id
from rung.lake.accepted import accepted_of, quarantined_of
from rung.lake.originals import read_originals
from rung.lake.parquet import scan
from rung.lake.submissions import Standing, Submission
from transforms.s1_conform.decode.model import Refused
from transforms.s1_conform.mended import MendedRows
from transforms.s1_conform.returned_cell import shown_name

if TYPE_CHECKING:
    from rung.lake.workspace import Workspace

OPEN = ("held", "late")
# A submission's files and those of all that mended it, as hashes: the same whatever number it has.
Lineage = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Mends:
    """What is mended: `parent` (of a position file's pay: `pay_parent`), how many rows, the files it was made from.

    `files` are those sent whole, `mends` the mended ones in order, those of the drop last.
    """

    parent: str
    rows: int
    pay_parent: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    mends: tuple[Mapping[str, bytes], ...] = field(default=(), repr=False)


# Finds what a drop's mended rows mend. Raises Refused.
FindMended = Callable[[DropRead, MendedRows], Mends]


class KnownSubmissions:
    """What was sent before, as the ledger and the lake have it."""

    def __init__(self, work: Workspace) -> None:
        self._work = work

    @cached_property
    def _standings(self) -> dict[str, Standing]:
        return {each.submission.submission_id: each for each in self._work.ledger.standings()}

    @cached_property
    def _in_force(self) -> dict[tuple[str, int, str], Submission]:
        return {(s.lea_id, s.school_year, s.extract): s for s in self._work.ledger.in_force()}

    def __call__(self, drop: DropRead, mended: MendedRows) -> Mends:
        """What the drop mends. Raises Refused FILE-060 to FILE-064."""
        if mended.others:
            raise Refused("FILE-063", ", ".join(shown_name(name) for name in (*mended.names, *mended.others)))
        named = self._named(drop, mended.submission)
        parent = named if named.extract == drop.extract else self._sibling(named, "roster")
        assert parent is not None, "pay without a roster is in its own folder"
        here = {file.landed.name: file.data for file in drop.files}
        self._refuse_stale(parent, tuple(sorted(file.sha256 for file in drop.files)))
        self._refuse_kept_rows(named, mended.rows)
        pay = self._sibling(parent, "payroll") if parent.extract == "roster" else None
        files, earlier = self._made_from(parent)
        return Mends(
            parent=parent.submission_id,
            rows=mended.rows.height,
            pay_parent=pay.submission_id if pay else "",
            files=files,
            mends=(*earlier, here),
        )

    def _named(self, drop: DropRead, submission_id: str) -> Submission:
        known = self._standings.get(submission_id)
        place = (drop.drop.lea_id, drop.drop.school_year)
        if known is None or (known.submission.lea_id, known.submission.school_year) != place:
            raise Refused("FILE-061", submission_id[:40])
        named = known.submission
        from_roster = named.extract == "payroll" and self._sibling(named, "roster") is not None
        wanted = "roster" if from_roster else named.extract
        if drop.extract != wanted:
            raise Refused("FILE-061", f"{submission_id} belongs into the folder `{wanted}`")
        return named

    def _sibling(self, each: Submission, extract: str) -> Submission | None:
        """The newest submission of another extract that was made from the same files (a position file's)."""
        place = (each.lea_id, each.school_year, extract)
        found = [
            other.submission
            for other in self._standings.values()
            if (other.submission.lea_id, other.submission.school_year, other.submission.extract) == place
            and self._lineage(other.submission) == self._lineage(each)
        ]
        return found[-1] if found else None

    def _lineage(self, each: Submission) -> Lineage:
        own = tuple(sorted(file["sha256"] for file in json.loads(each.files)))
        return (*self._lineage(self._standings[each.parent].submission), own) if each.parent else (own,)

    def _refuse_stale(self, parent: Submission, now: tuple[str, ...]) -> None:
        """What is in force must be the parent itself, or this very mend of it; or the parent waits for its mend."""
        lineage = self._lineage(parent)
        current = self._in_force.get((parent.lea_id, parent.school_year, parent.extract))
        if current is not None and self._lineage(current) in (lineage, (*lineage, now)):
            return
        same = [each for each in self._standings.values() if self._of_place(each, parent, lineage)]
        waits = same[-1].state in OPEN
        newer = current is not None and self._standings[current.submission_id].first_event > same[-1].first_event
        if not waits or newer:
            instead = f", {current.submission_id} has replaced it" if current is not None else f" ({same[-1].state})"
            raise Refused("FILE-062", parent.submission_id + instead)

    def _of_place(self, each: Standing, parent: Submission, lineage: Lineage) -> bool:
        s = each.submission
        place = (s.lea_id, s.school_year, s.extract) == (parent.lea_id, parent.school_year, parent.extract)
        return place and self._lineage(s) == lineage

    def _refuse_kept_rows(self, named: Submission, marks: pl.DataFrame) -> None:
        """Only rows that came back can be mended: a number that a spreadsheet filled in would change another row."""
        rows = set(zip(marks["file"].to_list(), marks["row"].to_list(), strict=True))
        kept = rows & self._rows(accepted_of(named), named, marks) - self._rows(quarantined_of(named), named, marks)
        if kept:
            shown = ", ".join(str(row) for row in sorted(row for _, row in kept)[:5])
            raise Refused("FILE-060", f"row {shown} did not come back, it was taken in as it was")

    def _rows(self, key: str, whose: Submission, marks: pl.DataFrame) -> set[tuple[str | None, int]]:
        """Those of the marked rows of a submission that an object of the lake holds, with the file's name where the
        marks have it."""
        lake = self._work.lake
        if lake.tag(key) is None:
            return set()
        found = (
            scan(lake, [key])
            .filter(pl.col("submission_id") == whose.submission_id)
            .select("source_file", "source_row")
            .filter(pl.col("source_row").is_in(marks["row"].unique().implode()))
            .collect()
        )
        pairs = zip(found["source_file"].to_list(), found["source_row"].to_list(), strict=True)
        named = marks["file"].null_count() == 0
        return {(shown_name(file) if named else None, row) for file, row in pairs}

    def _made_from(self, each: Submission) -> tuple[Mapping[str, bytes], tuple[Mapping[str, bytes], ...]]:
        files = read_originals(self._work.lake, each)
        if files is None:
            raise Refused("FILE-064", f"the original of {each.submission_id} is not in the lake any more")
        if not each.parent:
            return files, ()
        whole, earlier = self._made_from(self._standings[each.parent].submission)
        return whole, (*earlier, files)


def mends_beside(drop: DropRead, mended: MendedRows) -> Mends:
    """What the mended files of a dry run mend: the other files that are checked with them. Raises RungError."""
    whole = [file for file in drop.files if file.landed.name not in mended.names]
    if not whole:
        names = ", ".join(mended.names)
        raise RungError(f"{names}: mends another file; check both together: rung check THE_FILE {mended.names[0]} …")
    return Mends(
        parent=submission_id(drop.drop, drop.extract, whole),
        rows=mended.rows.height,
        pay_parent=submission_id(drop.drop, "payroll", whole),
        files={file.landed.name: file.data for file in whole},
        mends=({file.landed.name: file.data for file in drop.files if file.landed.name in mended.names},),
    )
