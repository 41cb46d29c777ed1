"""Hides what must be hidden beside the primary cells, and keeps the movements that prove every hidden cell.

First movements that hide nothing more, of many cells at once; then cell by cell the cheapest; and again. What is hidden
for one cell is a hiding place of others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from transforms.s6_disclose.cells import STATE_PART, STATE_SMALL
from transforms.s6_disclose.network import Region
from transforms.s6_disclose.opened import FEW, NOTHING, Found, Opened, cheapest
from transforms.s6_disclose.room import AROUND
from transforms.s6_disclose.system import ROUNDING, STATE, Movement, System

Place = tuple[str, str | None, int]
SIZE, MORE = 6, 24  # districts in which a movement is looked for before all are
GROUP = 18  # districts in which many cells are moved at once
LARGEST = 12  # districts with most room, which every group is moved with: small ones lack room of their own
VAIN, SOME = 2, 0.97  # so often in a row may a movement of many cells leave more than this share of them
# What moving a cell by one is worth, step by step: a movement of many cells hides only what costs less.
WORTHS = (1.0, 4.0, 16.0, 64.0)


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


def protect(system: System, before: Iterable[Movement] = ()) -> Protection:
    """Movements and complements for every cell that needs a width; `system.hidden` is changed.

    Cells are taken by cluster, the state's last; money through the network, then by linear programs, persons by these:
    in their own district and the state, then with the districts beside it, at last everywhere. `before`: movements of
    the release before; those that hold still and hide nothing more are kept. Raises DisclosureBlocked.
    """
    work = Opened(system)
    for movement in before:
        if system.fits(movement) and work.cost(movement) == 0 and system.keeps(movement):
            work.keep(movement)
    exposed = [cell for cell, need in enumerate(system.need) if need > 0]
    labels = sorted(set(system.label) - {STATE})
    alike, near = _groups(labels, GROUP), _groups(labels, SIZE)
    last = max(labels, default=0) + 1
    place = {cell: last if not labels or system.label[cell] == STATE else system.label[cell] for cell in exposed}
    order = sorted(exposed, key=lambda cell: (place[cell], -system.need[cell], cell))
    if work.movements and work.unit == 1:  # what its district does not leave a cell, it did not before
        for cell in filter(work.narrow, order):
            _ask_less(work, cell)
    _together(work, exposed, alike)
    if work.unit > 1:
        for cell in filter(work.narrow, order):
            _through_network(work, cell, regions(system, cell, near)[1:] or [None])
    elif labels:
        _together(work, exposed, alike, "near", WORTHS)
        _together(work, exposed, _with_largest(system, alike), least=1)
        for cell in filter(work.narrow, order):
            _ask_less(work, cell)
        for at in (0, 1):
            for cell in filter(work.narrow, order):
                _open(work, cell, system.need[cell], regions(system, cell, near)[at : at + 1], ("near",))
            _together(work, exposed, _with_largest(system, alike), least=1)
    _together(work, exposed, [None], least=1)
    for cell in filter(work.narrow, order):
        _open_or_less(work, cell, regions(system, cell, near))
    return _pruned(work, exposed)


def _groups(labels: list[int], size: int) -> list[Region]:
    """Districts that stand together in the order of `clusters`, with the state."""
    return [(STATE, *labels[at : at + size]) for at in range(0, len(labels), size)] or [None]


def _with_largest(system: System, groups: list[Region]) -> list[Region]:
    """The groups, each with the districts whose hidden numbers have most room; none where one group has all."""
    if len(groups) == 1:
        return []
    room: dict[int, int] = {}
    for cell, value in enumerate(system.value):
        if system.hidden[cell] and system.label[cell] != STATE:
            both = min(value - system.low[cell], system.high[cell] - value, FEW)
            room[system.label[cell]] = room.get(system.label[cell], 0) + both
    largest = sorted(room, key=lambda label: (-room[label], label))[:LARGEST]
    return [(STATE, *sorted({*group, *largest} - {STATE})) for group in groups if group is not None]


def _together(
    work: Opened,
    exposed: list[int],
    groups: list[Region],
    how: str = "free",
    worths: tuple[float, ...] = (1.0,),
    least: int = 0,
) -> None:
    """Movements of many cells at once, group by group of districts: `free` ones hide nothing more, `near` ones what is
    cheaper than moving the cells is worth. A group is left when movements open fewer than SOME leaves, or `least`.
    """
    for group in groups:
        here = [cell for cell in exposed if work.narrow(cell) and (group is None or work.system.label[cell] in group)]
        mine = [cell for cell in here if cell in work.program(group, how).at]
        chance = np.random.default_rng(len(mine))
        for worth in worths:
            vain = 0
            while vain < VAIN:
                wanted = np.array([cell for cell in mine if work.narrow(cell)], np.int64)
                if not len(wanted):
                    break
                # Another worth for each, so that those of one relation do not all pull the same way.
                sign = chance.choice([-1.0, 1.0], len(wanted)) * chance.uniform(0.5, 1.5, len(wanted)) * worth
                if work.unit > 1:
                    sign *= work.unit / work.room.need[wanted]
                for piece in work.program(group, how).together(wanted, sign):
                    if work.widens(piece):
                        work.keep(piece)
                left = sum(map(work.narrow, wanted.tolist()))
                work.ways["together"] += len(wanted) - left
                few = left > len(wanted) - least if least else left > SOME * len(wanted)
                vain = vain + 1 if few else 0


def regions(system: System, cell: int, near: list[Region]) -> list[Region]:
    """Where a movement of the cell is looked for, from near to far: its district and the state; with the districts of
    its group (`near`); with SIZE and with MORE districts that have the same number, hidden ones before others and
    alike ones (`clusters`) before others; everywhere.
    """
    if not system.label:
        return [None]
    own = system.label[cell]
    same = {other for relation, _ in system.inside[cell] for other, _ in system.relations[relation]}
    hidden = {system.label[other]: False for other in same} | {
        system.label[other]: True for other in same if system.hidden[other]
    }
    others = sorted(set(hidden) - {own, STATE}, key=lambda label: (not hidden[label], abs(label - own), label))
    some, more = ((STATE, *sorted({own, *others[:size]} - {STATE})) for size in (SIZE, MORE))
    if own == STATE:
        return [some, more, None]
    beside = next(group for group in near if group is None or own in group)
    return [(STATE, own), beside, some, more, None]


def _through_network(work: Opened, cell: int, where: list[Region]) -> None:
    """Opens the cell through the network, unless that hides a number of the state."""
    best: Found | None = None
    for region in where:
        if best is None or best[0] >= (STATE_SMALL if region is None else ROUNDING):
            best = cheapest(best, work.by_network(cell, work.system.need[cell], region))
    if best is not None and best[0] < STATE_SMALL:
        work.take(best)


def _open(work: Opened, cell: int, need: int, where: list[Region], hows: tuple[str, ...]) -> bool:
    """Opens the cell by `need`, if it can: numbers of the state are rounded at most before one is hidden, near
    movements looked for before far ones, and everywhere only where else one of the state's larger numbers is hidden.
    """
    best: Found | None = None
    for how in hows:
        for region in where:
            if region is not None and (best is None or (how == "near" and best[0] >= STATE_SMALL)):
                best = cheapest(best, work.by_programs(cell, need, region, how))
    wide: tuple[Region, ...] = ((AROUND, cell), None) if None in where else ()
    for how, region in ((how, region) for how in hows for region in wide):
        if best is None or best[0] >= STATE_PART:
            best = cheapest(best, work.by_programs(cell, need, region, how))
    if best is not None:
        work.take(best)
    return best is not None


def _ask_less(work: Opened, cell: int) -> None:
    """Asks of a cell what its own district leaves of its width, if anything."""
    asked = work.system.need[cell]
    left = next((need for need in range(asked, 0, -1) if work.possible(cell, need)), asked)
    work.ask_less(cell, left)


def _open_or_less(work: Opened, cell: int, where: list[Region]) -> None:
    """Opens a cell; one of persons by as much as open numbers leave. Raises DisclosureBlocked where nothing is left."""
    asked = work.system.need[cell]
    for need in range(asked, 0, -1) if work.unit == 1 else (asked,):
        if work.possible(cell, need) and _open(work, cell, need, where, ("near", "far")):
            work.ask_less(cell, need)
            return
    relations = ", ".join(sorted({work.system.says[r] for r, _ in work.system.inside[cell]})[:4])
    raise DisclosureBlocked(f"{work.system.name[cell]} cannot be hidden by {asked}; it stands in: {relations}", cell)


def _pruned(work: Opened, exposed: list[int]) -> Protection:
    """Only movements that prove something stay; complements that none of them changes are shown again."""
    proofs: dict[int, tuple[int | None, int | None]] = {}
    for cell in exposed:
        proofs[cell] = (work.most.get(cell, NOTHING)[1], work.least.get(cell, NOTHING)[1])
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
    narrowed = {}
    for cell in exposed:
        if work.system.need[cell] < work.asked[cell]:
            least, most = work.reach(cell)
            narrowed[cell] = work.system.value[cell] + least, work.system.value[cell] + most
    return Protection(
        kept,
        (set(work.rounded) & seen) - kept,
        [work.movements[number] for number in sorted(used)],
        {cell: (pair[0], pair[1]) for cell, pair in renumbered.items()},
        narrowed,
        work.ways,
    )
