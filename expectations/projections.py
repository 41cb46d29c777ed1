"""What Great Expectations needs to see of a batch, and no more: projections that grow batch by batch.

An expectation over single rows depends on nothing but the values that it reads. So a batch is kept as the *distinct*
combinations of those values, each with the number of rows that carry it: exact, nothing sampled or left out, and small.
Expectations over several rows (uniqueness, groups) need every row; their columns are kept as numbers, text coded
exactly. All of them stay inside a submission, so a submission must not be split over batches.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkstemp
from typing import Any

import polars as pl

from expectations.masks import row_condition
from expectations.suites import CROSS_ROW_TYPES, Suite, condition_columns

ROWS = "__rows"
PART = "__part"  # in a frame of all counted combinations: of which columns
COUNTED = "counted"
SUBMISSION = "submission_id"
Columns = tuple[str, ...]
SPARSE = 1 << 14


@dataclass
class Projections:
    """One table's batch as its suite reads it: `wanted` as counted combinations, `wanted_whole` as every row.

    `asked` are columns that row conditions of rules over several rows compare with values: those stay as they are.
    """

    wanted: frozenset[Columns]
    wanted_whole: frozenset[Columns]
    asked: frozenset[str] = frozenset()
    rows: int = 0
    names: tuple[str, ...] = ()
    _distinct: dict[Columns, list[pl.DataFrame]] = field(default_factory=dict)
    _every: dict[Columns, list[pl.DataFrame | Path]] = field(default_factory=dict)
    _submissions: set[str] = field(default_factory=set)
    spill: Path | None = None
    _codes: pl.Series | None = field(
        default_factory=lambda: pl.Series([], dtype=pl.Categorical(pl.Categories.random()))
    )

    def add(self, batch: pl.DataFrame) -> None:
        """Take a batch of whole submissions in. Raises ValueError where a submission was in an earlier batch."""
        if self.wanted_whole:
            self._once(batch)
        constant = _constants(batch, sorted({name for columns in self.wanted for name in columns}))
        varying = {columns: tuple(name for name in columns if name not in constant) for columns in self.wanted}
        groups = sorted(set(varying.values()) - {()})
        lazy = batch.lazy()
        counted = [lazy.group_by(columns).agg(pl.len().alias(ROWS)) for columns in groups]
        numbers = [lazy.select(self._number(n, batch.schema[n]) for n in columns) for columns in self.wanted_whole]
        frames = pl.collect_all([*counted, *numbers])
        found = {(): _all_alike(batch.height)} | dict(zip(groups, frames, strict=False))
        for columns in self.wanted:
            frame = found[varying[columns]].with_columns(constant[name] for name in columns if name in constant)
            if frame[ROWS].sum() != batch.height:
                raise ValueError(f"the projection on {', '.join(columns)} has lost rows")
            self._distinct.setdefault(columns, []).append(frame.select(*columns, ROWS))
        for columns, frame in zip(self.wanted_whole, frames[len(groups) :], strict=True):
            self._every.setdefault(columns, []).append(frame if self.spill is None else self._spilled(frame))
        self.rows += batch.height
        self.names = tuple(batch.columns)

    def _once(self, batch: pl.DataFrame) -> None:
        if SUBMISSION not in batch.columns:
            if self.rows:
                raise ValueError("rules over several rows need `submission_id` where a table comes in parts")
            return
        ids = set(batch[SUBMISSION].unique().to_list())
        if self._submissions & ids:
            raise ValueError(f"submission {min(self._submissions & ids)} is split over batches")
        self._submissions |= ids

    def distinct(self, columns: Columns) -> pl.DataFrame:
        """The distinct combinations of some columns with `__rows`, in a fixed order of columns, not of rows."""
        if not columns:
            return _all_alike(self.rows)
        parts = self._distinct[columns]
        if len(parts) > 1:
            parts[:] = [pl.concat(parts).group_by(columns).agg(pl.col(ROWS).sum())]
        return parts[0]

    def every(self, columns: Columns) -> pl.DataFrame:
        """Every row of some columns, as numbers."""
        parts = self._every[columns]
        if len(parts) > 1 or isinstance(parts[0], Path):
            parts[:] = [pl.concat(pl.read_ipc(part) if isinstance(part, Path) else part for part in parts)]
        (whole,) = parts
        assert isinstance(whole, pl.DataFrame)
        return whole

    def _spilled(self, frame: pl.DataFrame) -> Path:
        assert self.spill is not None
        handle, name = mkstemp(suffix=".arrow", dir=self.spill)
        os.close(handle)
        frame.write_ipc(name)
        return Path(name)

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs to answer: all but the codes, which only more rows would need."""
        return self.__dict__ | {"_codes": None}

    def frames(self) -> dict[str, pl.DataFrame]:
        """All that `take_frames` needs elsewhere, as few frames: the counted combinations as one, and every row of the
        columns of each rule over several rows."""
        counted = [self.distinct(columns).with_columns(pl.lit(n, pl.Int16).alias(PART)) for n, columns in self._parts()]
        whole = {f"every-{n}": self.every(columns) for n, columns in enumerate(sorted(self.wanted_whole))}
        return whole | ({COUNTED: pl.concat(counted, how="diagonal")} if counted else {})

    def take_frames(self, frames: Mapping[str, pl.DataFrame], rows: int, names: Iterable[str]) -> None:
        """Hold what `frames` gave, of as many rows of a batch with these columns."""
        self.rows, self.names = rows, tuple(names)
        for n, columns in self._parts():
            self._distinct[columns] = [frames[COUNTED].filter(pl.col(PART) == n).select(*columns, ROWS)]
        for n, columns in enumerate(sorted(self.wanted_whole)):
            self._every[columns] = [frames[f"every-{n}"]]

    def _parts(self) -> Iterable[tuple[int, Columns]]:
        return enumerate(sorted(self.wanted))

    def _number(self, name: str, dtype: pl.DataType) -> pl.Expr:
        """A whole column as numbers: equal numbers are equal values, and days and numbers keep their order."""
        column = pl.col(name)
        if dtype == pl.String and name not in self.asked:
            # `_codes` keeps the codes alive: Polars forgets those of a dtype that no series has, and begins at 0 again.
            assert self._codes is not None, "rows are added where the projections were made"
            return column.cast(self._codes.dtype).to_physical()
        if dtype == pl.Date:
            return column.dt.year() * 10000 + column.dt.month().cast(pl.Int32) * 100 + column.dt.day()
        if isinstance(dtype, pl.Decimal):
            return column.cast(pl.Float64)
        return column.cast(pl.Int8) if dtype == pl.Boolean else column


def projections_of(suite: Suite, spill: Path | None = None) -> Projections:
    """Empty projections of all that a suite reads. `spill`: where whole columns wait, instead of in memory."""
    single: set[Columns] = set()
    whole: set[Columns] = set()
    asked_whole: set[str] = set()
    for rule in suite.expectations:
        asked = condition_columns(row_condition(rule, by_year=True))
        reads = _fixed((*rule.columns, *asked))
        if rule.type in CROSS_ROW_TYPES:
            whole.add(reads)
            asked_whole |= set(asked)
            if len(rule.columns) == 1:  # a column's empty values are counted beside
                single.add(reads)
        else:
            single.add(reads)
        single.add(_fixed(asked))
    return Projections(frozenset(single - {()}), frozenset(whole), frozenset(asked_whole), spill=spill)


def _all_alike(rows: int) -> pl.DataFrame:
    return pl.DataFrame({ROWS: [rows]}, schema={ROWS: pl.UInt32})


def _constants(batch: pl.DataFrame, names: Iterable[str]) -> dict[str, pl.Expr]:
    """The columns that have one value in all rows, or are empty, as that value: half of what a suite reads are such,
    and grouping by them took half of the time. None of a batch without rows."""
    if not batch.height:
        return {}
    likely = [batch[name] for name in names if len({*batch[name].gather_every(SPARSE)}) == 1]
    return {
        each.name: pl.lit(each[0], each.dtype).alias(each.name)
        for each in likely
        if (each.null_count() == batch.height if each[0] is None else (each == each[0]).all(ignore_nulls=False))
    }


def _fixed(columns: Iterable[str]) -> Columns:
    return tuple(sorted(set(columns)))
