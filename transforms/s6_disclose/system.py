"""Cells and relations as plain lists, for the engine: what stands in which relation, and what may move how far.

Values are whole numbers throughout. A movement is a dict cell -> change that keeps every relation.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

Movement = dict[int, int]
HARD, SOFT, DEFINE = "hard", "soft", "define"
STATE = -1  # label of a cell that belongs to no cluster of districts alone
ROUNDING = 999  # what rounding a number of the state costs: less than hiding any number


@dataclass
class System:
    """Lists by cell and by relation.

    `hidden`: suppressed or latent: a reader believes anything from low to high. Of any other cell the reader knows that
    it lies in its box (a published one: just the value; a rounded one: what rounds to the same). A cell of rank 0 or
    more may be hidden for another's sake; one with a `rounding` (low, high) may be rounded instead. `label`: the
    cluster of districts that a cell belongs to.
    """

    value: list[int]
    low: list[int]
    high: list[int]
    box_low: list[int]
    box_high: list[int]
    need: list[int]
    rank: list[int]
    hidden: list[bool]
    name: list[str]
    relations: list[list[tuple[int, int]]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    inside: list[list[tuple[int, int]]] = field(default_factory=list)  # by cell: (relation, coefficient)
    whole_of: dict[int, int] = field(default_factory=dict)  # define relation -> its whole
    gap_of: dict[int, int] = field(default_factory=dict)  # soft relation -> its latent cell
    rounding: dict[int, tuple[int, int]] = field(default_factory=dict)
    label: list[int] = field(default_factory=list)

    def fits(self, movement: Movement) -> bool:
        """Every cell stays within what a reader believes possible, or would if it were hidden."""
        return all(self.asks(cell, self.value[cell] + change) is not None for cell, change in movement.items())

    def asks(self, cell: int, moved: int) -> int | None:
        """What it costs to let the cell be `moved`: 0, its rank where it must be hidden for it, None: impossible."""
        if self.hidden[cell]:
            return 0 if self.low[cell] <= moved <= self.high[cell] else None
        if self.box_low[cell] <= moved <= self.box_high[cell]:
            return 0
        if self.rounds(cell, moved):
            return ROUNDING
        rank = self.rank[cell]
        return rank if rank >= 0 and self.low[cell] <= moved <= self.high[cell] else None

    def rounds(self, cell: int, moved: int) -> bool:
        """Whether rounding the cell would do."""
        return cell in self.rounding and self.rounding[cell][0] <= moved <= self.rounding[cell][1]

    def keeps(self, movement: Movement) -> bool:
        """Every relation that the movement touches still adds up."""
        touched = {relation for cell in movement for relation, _ in self.inside[cell]}
        return all(sum(k * movement.get(cell, 0) for cell, k in self.relations[r]) == 0 for r in touched)


def system_of(cells: pl.DataFrame, entries: pl.DataFrame) -> System:
    """The lists of `Cells` (cell = row number) and entries of relations (name, kind, cell, coefficient)."""
    bounds = ("value", "low", "high", "box_low", "box_high", "need", "rank")
    value, low, high, box_low, box_high, need, rank = (cells[column].to_list() for column in bounds)
    made = System(
        value,
        low,
        high,
        box_low,
        box_high,
        need,
        rank,
        hidden=cells["mask"].is_in(["suppressed", "latent"]).to_list(),
        name=cells["name"].to_list(),
    )
    about = cells.filter(pl.col("round_low").is_not_null() & (pl.col("rank") >= 0))
    made.rounding = dict(zip(about["cell"], zip(about["round_low"], about["round_high"], strict=True), strict=True))
    made.inside = [[] for _ in range(cells.height)]
    last = None
    for name, kind, cell, k in zip(*(entries[column].to_list() for column in entries.columns), strict=True):
        if name != last:
            made.relations.append([])
            made.kinds.append(kind)
            made.says.append(name)
            last = name
        relation = len(made.relations) - 1
        made.relations[relation].append((cell, k))
        made.inside[cell].append((relation, k))
    for relation, kind in enumerate(made.kinds):
        members = made.relations[relation]
        if kind == DEFINE:
            made.whole_of[relation] = next(cell for cell, k in members if k < 0)
        elif kind == SOFT:
            made.gap_of[relation] = max(cell for cell, _ in members)
    made.label = labelled(made, cells["cluster"].to_list())
    return made


def labelled(system: System, cluster: list[int | None]) -> list[int]:
    """By cell its cluster; of a number of the state the one that all its districts are in; of a gap, its relation's."""
    of: list[set[int]] = [set() if known is None else {known} for known in cluster]
    for members in system.relations:
        known = {each for cell, _ in members if cluster[cell] is not None for each in of[cell]}
        for cell, _ in members:
            if cluster[cell] is None:
                of[cell] |= known
    for relation, gap in system.gap_of.items():
        if not of[gap]:
            of[gap] = set().union(*(of[cell] for cell, _ in system.relations[relation]))
    return [next(iter(known)) if len(known) == 1 else STATE for known in of]
