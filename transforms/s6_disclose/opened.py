"""What is hidden and which movements prove it, while the engine decides; where the next movement is looked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from transforms.s6_disclose.linear_programs import Program
from transforms.s6_disclose.network import Edges, Network, Region
from transforms.s6_disclose.room import LOOSE, Room
from transforms.s6_disclose.system import ROUNDING, STATE, Movement, System

Found = tuple[int, list[Movement], str]  # cost, movements, who found them
FEW = 10  # widths up to this are persons
KEPT = 12  # programs kept; one of the whole state is large
NOTHING = (0, None)  # no change, by no movement


@dataclass
class Opened:
    """`complements`: cells hidden for others' sake. `rounded`: cell -> its box before. `most`, `least`: cell -> (its
    furthest change, movement). `asked`: by cell the policy's width; `system.need` is what open numbers leave of it.

    `unit`: in which changes are counted: 1 for persons, for money a power of ten near the widths asked.
    """

    system: System
    complements: set[int] = field(default_factory=set)
    rounded: dict[int, tuple[int, int]] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)
    most: dict[int, tuple[int, int | None]] = field(default_factory=dict)
    least: dict[int, tuple[int, int | None]] = field(default_factory=dict)
    ways: dict[str, int] = field(default_factory=lambda: {"together": 0, "network": 0, "programs": 0})
    programs: dict[tuple[Region, str], Program] = field(default_factory=dict)
    networks: dict[Region, Network] = field(default_factory=dict)

    def __post_init__(self) -> None:
        needs = sorted(need for need in self.system.need if need > 0)
        middle = needs[len(needs) // 2] if needs else 1
        self.unit = 1.0 if middle <= FEW else 10.0 ** len(str(middle))
        self.asked = list(self.system.need)
        self.room = Room(self.system)
        self.edges = Edges(self.room)
        self.least_ever, self.most_ever = self.room.widest()
        widest = self.most_ever - self.least_ever
        need = self.room.need
        for cell in np.flatnonzero((need > widest) & (widest > 0) & (need <= FEW)).tolist():
            self.ask_less(cell, int(widest[cell]))

    def ask_less(self, cell: int, width: int) -> None:
        """Of six teachers of whom two are known to lead, the others can be none to four: no width of five is to be had,
        and nothing is told by saying so.
        """
        self.system.need[cell] = width
        self.room.need[cell] = width

    def program(self, region: Region, how: str) -> Program:
        """The linear program of a region; the last ones are kept."""
        kept = self.programs.pop((region, how), None)
        if kept is None or (how == "free" and kept.seen < len(self.room.changed)):  # what was hidden is a column more
            while len(self.programs) >= KEPT:
                self.programs.pop(next(iter(self.programs)))
            kept = Program(self.room, self.room.cells(how, region), how, self.unit)
        self.programs[region, how] = kept
        return kept

    def possible(self, cell: int, need: int) -> bool:
        """Whether the relations inside the cell's own district leave it so much: if not, no others can."""
        if self.unit > 1 or not self.system.label or self.system.label[cell] == STATE:
            return True
        return self.by_programs(cell, need, (self.system.label[cell],), LOOSE) is not None

    def by_programs(self, cell: int, need: int, region: Region, how: str) -> Found | None:
        """The cheapest movement, or two, that differ in the cell by `need`."""
        program = self.program(region, how)
        found: list[Found] = []
        for tries in self._ways(cell, need):
            for way in tries:
                moves = [program.movement(cell, change) for change in way if change]
                whole = [each for each in moves if each is not None]
                if len(whole) == len(moves):
                    found.append((sum(map(self.cost, whole)), whole, "programs"))
                if found and found[-1][0] < ROUNDING:
                    break
            if found:
                break
        return cheapest(*found)

    def by_network(self, cell: int, need: int, region: Region) -> Found | None:
        """The same through the network."""
        if region not in self.networks:
            self.networks[region] = Network(self.room, self.edges, region)
        found: list[Found] = []
        for way in (way for tries in self._ways(cell, need) for way in tries):
            moves = [self.networks[region].movement(cell, change) for change in way if change]
            whole = [each for each in moves if each is not None]
            if len(whole) == len(moves):
                found.append((sum(map(self.cost, whole)), whole, "network"))
            if found and found[-1][0] < ROUNDING:
                break
        return cheapest(*found)

    def _ways(self, cell: int, need: int) -> Iterator[list[tuple[int, int]]]:
        """Changes up and down that differ by `need`: one movement, where it can be one; then two."""
        up, down = min(need, int(self.most_ever[cell])), min(need, -int(self.least_ever[cell]))
        yield [way for way, can in (((0, -need), down == need), ((need, 0), up == need)) if can]
        steps = range(max(1, need - down), min(need - 1, up) + 1) if need <= FEW else (need - down, need // 2, up)
        yield [(step, step - need) for step in dict.fromkeys(steps) if 0 < step <= up and 0 < need - step <= down]

    def cost(self, movement: Movement) -> int:
        """What a movement asks to be hidden, by rank."""
        return sum(self.system.asks(cell, self.system.value[cell] + by) or 0 for cell, by in movement.items())

    def reach(self, cell: int) -> tuple[int, int]:
        """The least and the largest change of a cell in the movements so far."""
        return self.least.get(cell, NOTHING)[0], self.most.get(cell, NOTHING)[0]

    def narrow(self, cell: int) -> bool:
        """Whether the cell's movements so far leave less open than it needs."""
        least, most = self.reach(cell)
        return most - least < self.system.need[cell]

    def widens(self, movement: Movement) -> bool:
        """Whether a movement opens further a cell that is not open enough."""
        for cell, change in movement.items():
            least, most = self.reach(cell)
            if not least <= change <= most and most - least < self.system.need[cell]:
                return True
        return False

    def take(self, found: Found) -> None:
        """Keeps what was found."""
        self.ways[found[2]] += 1
        for movement in found[1]:
            self.keep(movement)

    def keep(self, movement: Movement) -> None:
        """Registers a movement, and its opposite where that is possible; hides the shown cells that it changes."""
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
            self.room.renew(cell)
        for each in (movement, {cell: -change for cell, change in movement.items()}):
            if any(system.asks(cell, system.value[cell] + change) != 0 for cell, change in each.items()):
                continue
            number = len(self.movements)
            self.movements.append(each)
            for cell, change in each.items():
                least, most = self.reach(cell)
                if change > most:
                    self.most[cell] = (change, number)
                if change < least:
                    self.least[cell] = (change, number)


def cheapest(*found: Found | None) -> Found | None:
    """The first of those that cost least."""
    return min((each for each in found if each is not None), key=lambda each: each[0], default=None)
