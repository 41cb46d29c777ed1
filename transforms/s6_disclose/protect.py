"""Hides what must be hidden beside the primary cells, and keeps the movements that prove every hidden cell."""

from __future__ import annotations

from dataclasses import dataclass, field

from transforms.s6_disclose.cells import STATE_PART
from transforms.s6_disclose.network import Network
from transforms.s6_disclose.public_programs import Programs
from transforms.s6_disclose.system import Movement, System, components

Place = tuple[str, str, int]
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
    """`complements`: cells hidden for others' sake. `proofs`: cell -> (movement up, movement down).

    `narrowed`: cell -> (lowest, highest) value that open numbers leave, where that is less than the policy's width.
    """

    complements: set[int]
    movements: list[Movement]
    proofs: dict[int, tuple[int | None, int | None]]
    by_network: int
    by_program: int
    narrowed: dict[int, tuple[int, int]]


@dataclass
class _Work:
    system: System
    network: Network
    programs: Programs
    complements: set[int] = field(default_factory=set)
    movements: list[Movement] = field(default_factory=list)
    most: dict[int, tuple[int, int]] = field(default_factory=dict)  # cell -> (largest change, movement)
    least: dict[int, tuple[int, int]] = field(default_factory=dict)
    by_network: int = 0
    by_program: int = 0
    narrowed: dict[int, tuple[int, int]] = field(default_factory=dict)
    # Answers of the network and of the programs, by cell and change; they hold until something more is hidden.
    paths: dict[tuple[int, int], tuple[int, Movement] | None] = field(default_factory=dict)
    solutions: dict[tuple[int, int], Movement | None] = field(default_factory=dict)

    def path(self, cell: int, change: int) -> tuple[int, Movement] | None:
        """The network's cheapest movement of a cell by a change, with its cost."""
        if (cell, change) not in self.paths:
            self.paths[cell, change] = self.network.movement(cell, change)
        return self.paths[cell, change]

    def solution(self, cell: int, change: int) -> Movement | None:
        """The linear program's movement of a cell by a change."""
        if (cell, change) not in self.solutions:
            self.solutions[cell, change] = self.programs.movement(cell, change)
        return self.solutions[cell, change]

    def cost(self, movement: Movement) -> int:
        """What a movement asks to be hidden, by rank."""
        return sum(self.system.asks(cell, self.system.value[cell] + by) or 0 for cell, by in movement.items())

    def width(self, cell: int) -> int:
        return self.most.get(cell, (0, -1))[0] - self.least.get(cell, (0, -1))[0]

    def keep(self, movement: Movement) -> None:
        """Registers a movement, and its opposite where that is possible; hides the shown cells that it changes."""
        self.paths.clear()
        self.solutions.clear()
        for cell, change in movement.items():
            if self.system.asks(cell, self.system.value[cell] + change):
                self.system.hidden[cell] = True
                self.complements.add(cell)
        for each in (movement, {cell: -change for cell, change in movement.items()}):
            if any(self.system.asks(cell, self.system.value[cell] + change) != 0 for cell, change in each.items()):
                continue
            number = len(self.movements)
            self.movements.append(each)
            for cell, change in each.items():
                if change > self.most.get(cell, (0, -1))[0]:
                    self.most[cell] = (change, number)
                if change < self.least.get(cell, (0, -1))[0]:
                    self.least[cell] = (change, number)


def protect(system: System) -> Protection:
    """Movements and complements for every cell that needs a width; `system.hidden` is changed.

    Cells are taken by component and number. Raises DisclosureBlocked.
    """
    component = components(system)
    work = _Work(system, Network(system), Programs(system, component))
    exposed = [cell for cell, need in enumerate(system.need) if need > 0]
    for cell in sorted(exposed, key=lambda cell: (component[cell], -system.need[cell], cell)):
        if work.width(cell) < system.need[cell]:
            _open(work, cell)
    return _pruned(work, exposed)


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
    """One movement or two that differ by `need`, through the network, else by a linear program: how far up and down."""
    system = work.system
    down = min(need, system.value[cell] - system.low[cell])
    up = min(need, system.high[cell] - system.value[cell])
    ways = dict.fromkeys(
        w for w in ((need - down, down), (up, need - up), (need // 2, need - need // 2)) if _can(w, up, down)
    )
    if need <= FEW:
        ways |= dict.fromkeys(w for w in ((step, need - step) for step in range(need + 1)) if _can(w, up, down))
    best: tuple[int, list[Movement], tuple[int, int]] | None = None
    for way in ways:
        found = [work.path(cell, change) for change in (way[0], -way[1]) if change]
        if all(found) and (best is None or sum(f[0] for f in found if f) < best[0]):
            best = sum(f[0] for f in found if f), [f[1] for f in found if f], way
    if best is not None and best[0] < STATE_PART:
        return _kept(work, best[1], best[2], program=False)
    # A way of the network moves every number by the same amount. Before it hides a number of the state, a program may
    # find one that several districts share.
    for way in ways:
        solved: list[Movement] = []
        for change in (way[0], -way[1]):
            if not change:
                continue
            answer = work.solution(cell, change)
            if answer is None:
                break
            solved.append(answer)
        else:
            if best is None or sum(work.cost(answer) for answer in solved) < best[0]:
                return _kept(work, solved, way, program=True)
    return None if best is None else _kept(work, best[1], best[2], program=False)


def _kept(work: _Work, movements: list[Movement], way: tuple[int, int], *, program: bool) -> tuple[int, int]:
    work.by_program += program
    work.by_network += not program
    for movement in movements:
        work.keep(movement)
    return way


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
        [work.movements[number] for number in sorted(used)],
        {cell: (pair[0], pair[1]) for cell, pair in renumbered.items()},
        work.by_network,
        work.by_program,
        work.narrowed,
    )
