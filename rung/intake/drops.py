"""What becomes of a drop while it is taken in: its files, the tables that came out of them, what was wrong with it."""

from __future__ import annotations

import hashlib
import io
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import polars as pl

from rung.core.errors import unexpected
from rung.intake.discover import Drop, LandedFile
from rung.lake.scratch import open_to_read
from transforms.s1_conform.decode import FileProblem
from transforms.s1_conform.decode.model import problem
from transforms.s1_conform.header_drift import DriftReport

log = logging.getLogger("rung.intake")


@dataclass
class FileRead:
    """One file of a drop: its bytes (none where it is too large, or could not be opened) and their hash.

    `unread`: why it could not be opened. `path`: where the bytes of a large drop's file lie instead of in memory.
    """

    landed: LandedFile
    data: bytes
    sha256: str
    unread: str | None = None
    path: Path | None = None

    @property
    def size(self) -> int:
        return len(self.data) if self.path is None else self.path.stat().st_size

    def open(self) -> IO[bytes]:
        return io.BytesIO(self.data) if self.path is None else open_to_read(self.path)


@dataclass
class Part:
    """A table that came out of a drop: the file it came from, its own columns, and its rows by place of column.

    `own` is None for a clean file, whose own rows are the canonical text itself.
    """

    source_file: str
    header: tuple[str, ...]
    rows: int
    own: pl.DataFrame | None = None
    rows_aside: int = 0


@dataclass
class DropRead:
    """One drop as one submission: its files, what came out of them, what was wrong, put right or set aside.

    `parent`: the submission whose rows the drop mends, `rows_mended` how many; its other rows are the parent's.
    """

    drop: Drop
    extract: str
    submission_id: str
    files: list[FileRead]
    parts: list[Part] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)
    repairs: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[str] = field(default_factory=Counter)
    cents_set_aside: int = 0
    lines_aside: dict[str, list[int]] = field(default_factory=dict)
    unread_columns: list[str] = field(default_factory=list)
    drift: list[DriftReport] = field(default_factory=list)
    without_ids: list[pl.DataFrame] = field(default_factory=list)
    started: list[pl.DataFrame] = field(default_factory=list)
    parent: str = ""
    rows_mended: int = 0
    # Of a drop that is read in parts: where the file of each part lies, by its name.
    on_disk: dict[str, Path] = field(default_factory=dict)

    @property
    def rows_read(self) -> int:
        return sum(part.rows for part in self.parts)

    @property
    def place(self) -> str:
        return f"{self.drop.lea_id}/{self.drop.school_year}/{self.extract}"

    def load(self) -> None:
        """Take the bytes of a large drop's files into memory."""
        for file in self.files:
            if file.path is not None:
                with file.open() as source:
                    file.data = source.read()
        self.let_go()

    def let_go(self) -> None:
        """Remove the files of a large drop from the disk."""
        for file in self.files:
            if file.path is not None:
                file.path.unlink()
                file.path = None

    def reject(self, found: FileProblem) -> None:
        """Nothing of a drop with a problem is used."""
        self.problems.append(found)
        self.parts.clear()


@dataclass
class BatchRows:
    """The usable rows of a batch, typed: the contract's columns, each with `__unreadable` where it is not text, the
    folder's columns as sent, `drop_no`, `file_no` (part of the drop), `source_row`."""

    extract: str
    drops: list[DropRead]
    rows: pl.DataFrame


def submission_id(drop: Drop, extract: str, files: Iterable[FileRead]) -> str:
    """The same files in the same folder always make the same submission."""
    named = sorted(f"{file.landed.name}\0{file.sha256}" for file in files)
    signature = "\n".join([drop.lea_id, str(drop.school_year), extract, *named])
    return hashlib.sha256(signature.encode()).hexdigest()[:20]


def reject_for_fault(drop: DropRead, rule_id: str, error: BaseException) -> None:
    """Reject a drop at which Rung itself failed; the log says kind and place, the receipt what a steward can do."""
    log.warning("%s: %s: %s", drop.place, rule_id, unexpected(error))
    drop.reject(problem(rule_id))
