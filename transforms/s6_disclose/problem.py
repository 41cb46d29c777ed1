"""The suppression problem as arrays: cells, linear relations, what a reader knows, how wide a hidden cell must stay."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from contracts.policy.disclosure import DisclosurePolicy, Width

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class EngineFailure(RuntimeError):
    """The engine could not answer. A release stops on it; nothing is ever published because of it."""


@dataclass(frozen=True)
class Problem:
    """Cells 0..n-1 and relations 0..m-1; the relations' entries are sorted by relation.

    `low`/`high`: what a reader knows of a cell before the release (its floor, earlier releases).
    `shown_low`/`shown_high`: what is published of it when it is not hidden.
    `width`: the interval that must stay open when it is hidden as primary, `spare_width` when it is hidden to protect
    another (a residual protects nothing: it is never shown).
    """

    value: Floats
    low: Floats
    high: Floats
    shown_low: Floats
    shown_high: Floats
    width: Floats
    spare_width: Floats
    integral: Bools
    residual: Bools
    relation: Ints
    cell: Ints
    coefficient: Floats
    table: Ints
    """The table of each relation."""

    @property
    def size(self) -> int:
        return len(self.value)

    @property
    def relations(self) -> int:
        return len(self.table)

    @cached_property
    def starts(self) -> Ints:
        """Where each relation's entries begin, and the end of the last."""
        return np.searchsorted(self.relation, np.arange(self.relations + 1))

    @cached_property
    def loss(self) -> Floats:
        """What hiding a cell loses: one for the cell, and more for larger values."""
        return 1.0 + np.log2(1.0 + np.abs(self.value))

    def entries(self, rows: Ints) -> tuple[Ints, Ints]:
        """The entries of some relations, and for each the place of its relation in `rows`."""
        length = self.starts[rows + 1] - self.starts[rows]
        row = np.repeat(np.arange(len(rows)), length)
        skipped = np.cumsum(length) - length
        return np.arange(len(row)) - skipped[row] + self.starts[rows][row], row

    def open_cells(self, hidden: Bools) -> Bools:
        """Cells that a reader does not know exactly: hidden ones and bands."""
        banded: Bools = self.shown_low != self.shown_high
        return hidden | self.residual | banded

    def needed(self, primary: Bools, hidden: Bools) -> Floats:
        """Width that each cell's interval must keep; zero where nothing is hidden."""
        return np.where(primary, self.width, np.where(hidden & ~self.residual, self.spare_width, 0.0))


def _width(cells: pl.DataFrame, width: Width) -> Floats:
    money = pl.max_horizontal(
        (pl.col("value").abs().cast(pl.Float64) * width.money_share).ceil(), pl.lit(width.dollars * 100.0)
    )
    wide = pl.when(pl.col("unit") == "cents").then(money).otherwise(pl.lit(float(width.persons)))
    return cells.select(wide.cast(pl.Float64)).to_series().to_numpy()


def problem_of(cells: pl.DataFrame, relations: pl.DataFrame, policy: DisclosurePolicy) -> Problem:
    """Arrays of `Cells` (with shown_low, shown_high) and `Relations`.

    Raises EngineFailure when cell numbers have gaps or a relation does not hold on the true values: an audit over wrong
    identities would prove nothing.
    """
    cells = cells.sort("cell")
    relations = relations.sort("relation", "cell")
    value = cells["value"].to_numpy().astype(np.float64)
    if not np.array_equal(cells["cell"].to_numpy(), np.arange(len(cells))):
        raise EngineFailure("cells are not numbered 0..n-1 without gaps")
    relation = relations["relation"].to_numpy().astype(np.int64)
    cell = relations["cell"].to_numpy().astype(np.int64)
    coefficient = relations["coefficient"].to_numpy().astype(np.float64)
    tables = relations.group_by("relation", maintain_order=True).agg(pl.col("table").first())
    if not np.array_equal(tables["relation"].to_numpy(), np.arange(len(tables))):
        raise EngineFailure("relations are not numbered 0..m-1 without gaps")
    sums = np.zeros(len(tables))
    np.add.at(sums, relation, coefficient * value[cell])
    if sums.any():
        first = int(np.flatnonzero(sums)[0])
        names = cells["name"].gather(relations.filter(pl.col("relation") == first)["cell"]).to_list()[:4]
        raise EngineFailure(f"{int((sums != 0).sum())} relations do not hold on the true values, first over {names}")
    low = cells.select(pl.coalesce("known_low", "floor").cast(pl.Float64).fill_null(-np.inf)).to_series()
    high = cells.select(pl.col("known_high").cast(pl.Float64).fill_null(np.inf)).to_series()
    return Problem(
        value=value,
        low=low.to_numpy(),
        high=high.to_numpy(),
        shown_low=cells["shown_low"].cast(pl.Float64).to_numpy(),
        shown_high=cells["shown_high"].cast(pl.Float64).to_numpy(),
        width=_width(cells, policy.width),
        spare_width=_width(cells, policy.complementary_width),
        integral=(cells["unit"] == "persons").to_numpy(),
        residual=cells["residual"].to_numpy(),
        relation=relation,
        cell=cell,
        coefficient=coefficient,
        table=tables["table"].to_numpy().astype(np.int64),
    )


def linked(problem: Problem, members: Bools) -> Ints:
    """Label of each cell's component: cells of `members` that share a relation, directly or over others, share a label.

    Cells outside `members` keep their own number. Labels are the smallest cell number of the component.
    """
    label = np.arange(problem.size, dtype=np.int64)
    entry = members[problem.cell]
    relation, cell = problem.relation[entry], problem.cell[entry]
    while True:
        least = np.full(problem.relations, problem.size, dtype=np.int64)
        np.minimum.at(least, relation, label[cell])
        moved = label.copy()
        np.minimum.at(moved, cell, least[relation])
        moved = np.minimum(moved, moved[moved])
        if np.array_equal(moved, label):
            return label
        label = moved


def restricted(problem: Problem, rows: Ints) -> tuple[Problem, Ints]:
    """The problem of some relations only, and the original numbers of its cells."""
    inside, relation = problem.entries(rows)
    cells, cell = np.unique(problem.cell[inside], return_inverse=True)
    return (
        Problem(
            value=problem.value[cells],
            low=problem.low[cells],
            high=problem.high[cells],
            shown_low=problem.shown_low[cells],
            shown_high=problem.shown_high[cells],
            width=problem.width[cells],
            spare_width=problem.spare_width[cells],
            integral=problem.integral[cells],
            residual=problem.residual[cells],
            relation=relation,
            cell=cell,
            coefficient=problem.coefficient[inside],
            table=problem.table[rows],
        ),
        cells,
    )
