"""Hides what must be hidden beside the primary cells, and keeps the movements that prove every hidden cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from transforms.s6_disclose.cells import LEA_PART, STATE_SMALL
from transforms.s6_disclose.linear_programs import Programs
from transforms.s6_disclose.network import Network, Region
from transforms.s6_disclose.system import ROUNDING, STATE, Movement, System

Place = tuple[str, str, int]
Found = tuple[int, list[Movement], tuple[int, int], str]  # cost, movements, how far up and down, who found them
SIZE = 6  # districts in which a movement is looked for before all are
FEW = 10  # widths up to this are persons, asked for one by one; money's are not


class DisclosureBlocked(Exception):
    """A cell that cannot be hidden wide enough, whatever else is hidden; the message names it and its relations.

    `cell`: its number; `place`: its table, program and school year, where the cells are known by these.
    """

    def __init__(self, message: str, cell: int, place: Place = ("", "", 0)) -> None:
        super().__init__(message)
        self.cell, self.place = cell, place


@dataclass
class Protection:
    """`complements`: cells hidden for others' sake; `rounded`: cells of the state that are rounded for it.

    `proofs`: cell -> (movement up, movement down). `narrowed`: cell -> (lowest, highest) value that open numbers leave,
    where that is less than the policy's width. `ways`: how many cells each way opened.
    """

    complements: set[int]
    rounded: set[int]
    movements: list[Movement]
    proofs: dict[int, tuple[int | None, int | None]]
    narrowed: dict[int, tuple[int, int]]
    ways: dict[str, int]


@dataclass
class _Work:
    system: System
    network: Network
    complements: set[int] = field(default_factory=set)
    rounded: dict[int, tuple[int, int]] = field(default_factory=dict)  # cell -> its box before
    movements: list[Movement] = field(default_factory=list)
    most: dict[int, tuple[int, int]] = field(default_factory=dict)  # cell -> (largest change, movement)
    least: dict[int, tuple[int, int]] = field(default_factory=dict)
    narrowed: dict[int, tuple[int, int]] = field(default_factory=dict)
    ways: dict[str, int] = field(default_factory=lambda: {"network": 0, "programs": 0})
    # Answers of the network and of the programs, by cell, change and region; they hold until something more is hidden.
    paths: dict[tuple[int, int, Region], tuple[int, Movement] | None] = field(default_factory=dict)
    programs: dict[Region, Programs] = field(default_factory=dict)

    def path(self, cell: int, change: int, region: Region) -> tuple[int, Movement] | None:
        """The network's cheapest movement of a cell by a change, with its cost."""
        key = (cell, change, region)
        if key not in self.paths:
            self.paths[key] = self.network.movement(cell, change, region)
        return self.paths[key]

    def solution(self, cell: int, change: int, region: Region) -> tuple[int, Movement] | None:
        """The linear program's movement of a cell by a change, with its cost."""
        if region not in self.programs:
            self.programs[region] = Programs(self.system, region)
        found = self.programs[region].movement(cell, change)
        return None if found is None else (self.cost(found), found)

    def cost(self, movement: Movement) -> int:
        """What a movement asks to be hidden, by rank."""
        return sum(self.system.asks(cell, self.system.value[cell] + by) or 0 for cell, by in movement.items())

    def narrow(self, cell: int) -> bool:
        """Whether the cell's movements so far leave less open than it needs."""
        return self.most.get(cell, (0, -1))[0] - self.least.get(cell, (0, -1))[0] < self.system.need[cell]

    def keep(self, movement: Movement) -> None:
        """Registers a movement, and its opposite where that is possible; hides the shown cells that it changes."""
        self.paths.clear()
        system = self.system
        for cell, change in movement.items():
            moved = system.value[cell] + change
            if not system.asks(cell, moved):
                continue
            if system.rounds(cell, moved):
                self.rounded[cell] = (system.box_low[cell], system.box_high[cell])
                system.box_low[cell], system.box_high[cell] = system.rounding[cell]
            else:
                system.hidden[cell] = True
                self.complements.add(cell)
        for each in (movement, {cell: -change for cell, change in movement.items()}):
            if any(system.asks(cell, system.value[cell] + change) != 0 for cell, change in each.items()):
                continue
            number = len(self.movements)
            self.movements.append(each)
            for cell, change in each.items():
                if change > self.most.get(cell, (0, -1))[0]:
                    self.most[cell] = (change, number)
                if change < self.least.get(cell, (0, -1))[0]:
                    self.least[cell] = (change, number)


def protect(system: System, before: Iterable[Movement] = ()) -> Protection:
    """Movements and complements for every cell that needs a width; `system.hidden` is changed.

    Cells are taken by cluster, the state's last. Each is asked for in its own district and the state, then with the
    districts of its cluster, at last everywhere. `before`: movements of the release before; those that hold still and
    hide nothing more are kept. Raises DisclosureBlocked.
    """
    work = _Work(system, Network(system))
    for movement in before:
        if system.fits(movement) and work.cost(movement) == 0 and system.keeps(movement):
            work.keep(movement)
    exposed = [cell for cell, need in enumerate(system.need) if need > 0]
    last = max(system.label, default=0) + 1
    place = {cell: system.label[cell] if system.label and system.label[cell] != STATE else last for cell in exposed}
    for cell in sorted(exposed, key=lambda cell: (place[cell], -system.need[cell], cell)):
        if work.narrow(cell):
            _open(work, cell)
    return _pruned(work, exposed)


def regions(system: System, cell: int) -> list[Region]:
    """Where a movement of the cell is looked for, from near to far: its district and the state; with SIZE districts
    more that have the same number, hidden ones before others and near ones (`clusters`) before far; everywhere.
    """
    if not system.label:
        return [None]
    own = system.label[cell]
    same = {other for relation, _ in system.inside[cell] for other, _ in system.relations[relation]}
    hidden = {system.label[other]: False for other in same} | {
        system.label[other]: True for other in same if system.hidden[other]
    }
    others = sorted(set(hidden) - {own, STATE}, key=lambda label: (not hidden[label], abs(label - own), label))
    some: Region = (STATE, *sorted({own, *others[:SIZE]} - {STATE}))
    if own == STATE:
        return [some, None]
    return [(STATE, own), some, None]


def _open(work: _Work, cell: int) -> None:
    """Opens the cell by its width. Persons among whom open numbers leave fewer choices: by as much as those leave.

    Of six teachers of whom two are known to lead, the others can be none to four: no width of five is to be had, and
    nothing is told by saying so. Raises DisclosureBlocked where nothing is left.
    """
    asked = work.system.need[cell]
    for need in range(asked, 0, -1) if asked <= FEW else (asked,):
        way = _opened(work, cell, need)
        if way is not None:
            if need < asked:
                value = work.system.value[cell]
                work.system.need[cell] = need
                work.narrowed[cell] = (value - way[1], value + way[0])
            return
    relations = ", ".join(sorted({work.system.says[r] for r, _ in work.system.inside[cell]})[:4])
    raise DisclosureBlocked(f"{work.system.name[cell]} cannot be hidden by {asked}; it stands in: {relations}", cell)


def _opened(work: _Work, cell: int, need: int) -> tuple[int, int] | None:
    """One movement or two that differ by `need`: how far up and down. The cheapest, by rank: near before far, through
    the network before a linear program, which is asked only before a number of the state is hidden.
    """
    system = work.system
    down = min(need, system.value[cell] - system.low[cell])
    up = min(need, system.high[cell] - system.value[cell])
    ways = dict.fromkeys(
        w for w in ((need - down, down), (up, need - up), (need // 2, need - need // 2)) if _can(w, up, down)
    )
    if need <= FEW:
        ways |= dict.fromkeys(w for w in ((step, need - step) for step in range(need + 1)) if _can(w, up, down))
    best: Found | None = None
    for ask, enough, name in ((work.path, LEA_PART, "network"), (work.solution, STATE_SMALL, "programs")):
        for region in regions(system, cell):
            if best is not None and best[0] < (enough if region is not None else STATE_SMALL):
                break
            for way in ways:
                found = [ask(cell, change, region) for change in (way[0], -way[1]) if change]
                whole = [each for each in found if each is not None]
                cost = sum(each[0] for each in whole)
                if len(whole) == len(found) and (best is None or cost < best[0]):
                    best = cost, [each[1] for each in whole], way, name
                if best is not None and best[0] < ROUNDING:
                    break
    if best is None:
        return None
    work.ways[best[3]] += 1
    for movement in best[1]:
        work.keep(movement)
    return best[2]


def _can(way: tuple[int, int], up: int, down: int) -> bool:
    return 0 <= way[0] <= up and 0 <= way[1] <= down and way != (0, 0)


def _pruned(work: _Work, exposed: list[int]) -> Protection:
    """Only movements that prove something stay; complements that none of them changes are shown again."""
    proofs: dict[int, tuple[int | None, int | None]] = {}
    for cell in exposed:
        proofs[cell] = (work.most.get(cell, (0, None))[1], work.least.get(cell, (0, None))[1])
    used = {number for pair in proofs.values() for number in pair if number is not None}
    seen = {cell for number in used for cell in work.movements[number]}
    for cell in sorted(work.complements - seen):
        work.system.hidden[cell] = False
    for cell in sorted(set(work.rounded) - seen):
        work.system.box_low[cell], work.system.box_high[cell] = work.rounded[cell]
    kept = work.complements & seen
    by_cell: dict[int, int] = {}
    for number in sorted(used):
        for cell in work.movements[number]:
            by_cell.setdefault(cell, number)
    for cell in sorted(kept - set(proofs)):
        number = by_cell[cell]
        rises = work.movements[number][cell] > 0
        proofs[cell] = (number, None) if rises else (None, number)
    order = {number: at for at, number in enumerate(sorted(used))}
    renumbered = {cell: tuple(None if n is None else order[n] for n in pair) for cell, pair in sorted(proofs.items())}
    return Protection(
        kept,
        (set(work.rounded) & seen) - kept,
        [work.movements[number] for number in sorted(used)],
        {cell: (pair[0], pair[1]) for cell, pair in renumbered.items()},
        work.narrowed,
        work.ways,
    )
