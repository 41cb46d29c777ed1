"""The cheapest movement through a network: cells are edges between the two relations that they stand in.

A number moved by one unit throws its relations out of balance; another number of that relation sets it right and throws
out its own other relation, and so on until the way closes. The way is found by rank (what would have to be hidden), by
Dijkstra over (relation, sign of the imbalance). Numbers that move along by definition (a level with the moves into it)
and gaps of inequalities belong to the edge.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import chain

from transforms.s6_disclose.system import DEFINE, SOFT, STATE, Movement, System

GROUND = -1  # where edges with one relation end: no balance is asked there
State = tuple[int, int]
Region = tuple[int, ...] | None


@dataclass(frozen=True)
class Edge:
    """A cell with everything that moves with it, by unit; `ends`: (relation, imbalance by unit), two or one."""

    cell: int
    moves: tuple[tuple[int, int], ...]
    ends: tuple[tuple[int, int], ...]


class Network:
    """Edges of a system, and the search for movements through them."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.edges: list[Edge] = []
        self.at: dict[int, dict[int, list[int]]] = {}  # relation -> label -> edges
        self.carrying: dict[int, list[int]] = {}
        defined = set(system.whole_of.values())
        gaps = set(system.gap_of.values())
        for cell in range(len(system.value)):
            if system.movable(cell) and cell not in defined and cell not in gaps and system.inside[cell]:
                self._add(cell)

    def _add(self, cell: int) -> None:
        moves: dict[int, int] = {}
        ends: dict[int, int] = {}
        self._follow(cell, 1, moves, ends)
        left = tuple((relation, k) for relation, k in sorted(ends.items()) if k)
        if len(left) > 2 or any(abs(k) != 1 for _, k in left):
            return
        number = len(self.edges)
        self.edges.append(Edge(cell, tuple((c, k) for c, k in moves.items() if k), left))
        for relation in [r for r, _ in left] + ([GROUND] if len(left) < 2 else []):
            self.at.setdefault(relation, {}).setdefault(self.label(cell), []).append(number)
        for carried, k in moves.items():
            if k:
                self.carrying.setdefault(carried, []).append(number)

    def label(self, cell: int) -> int:
        """The cluster of a cell; all are one where there are no clusters."""
        return self.system.label[cell] if self.system.label else STATE

    def _follow(self, cell: int, change: int, moves: dict[int, int], ends: dict[int, int]) -> None:
        system = self.system
        moves[cell] = moves.get(cell, 0) + change
        for relation, k in system.inside[cell]:
            kind = system.kinds[relation]
            if kind == SOFT:
                gap = system.gap_of[relation]
                moves[gap] = moves.get(gap, 0) + k * change
            elif kind == DEFINE and system.whole_of[relation] != cell:
                self._follow(system.whole_of[relation], k * change, moves, ends)
            elif kind != DEFINE:
                ends[relation] = ends.get(relation, 0) + k * change

    def cost(self, edge: Edge, amount: int) -> int | None:
        """What moving the edge by the amount asks to be hidden, by rank; None where it cannot move so."""
        system, asked = self.system, 1
        for cell, k in edge.moves:
            rank = system.asks(cell, system.value[cell] + k * amount)
            if rank is None:
                return None
            asked += rank
        return asked

    def movement(self, cell: int, change: int, region: Region = None) -> tuple[int, Movement] | None:
        """The cheapest movement that changes the cell by `change`, with its cost; None where the network has none.

        `region`: the clusters in which something may move (None: everywhere).
        """
        best: tuple[int, Movement] | None = None
        for number in self.carrying.get(cell, ()):
            edge = self.edges[number]
            by = dict(edge.moves)[cell]
            if abs(by) != 1:
                continue
            found = self._close(number, by * change, region)
            if found is not None and found[1].get(cell) == change and (best is None or found[0] < best[0]):
                best = found
                if best[0] < 1_000:  # nothing has to be hidden for it
                    break
        return best

    def _close(self, first: int, amount: int, region: Region) -> tuple[int, Movement] | None:
        """The cheapest way that sets right what moving the first edge by `amount` throws out of balance."""
        edge, size = self.edges[first], abs(amount)
        own = self.cost(edge, amount)
        if own is None:
            return None
        sign = 1 if amount > 0 else -1
        ends = [(relation, k * sign) for relation, k in edge.ends]
        if not ends:
            return own, {c: k * amount for c, k in edge.moves}
        goal: State = (ends[1][0], -ends[1][1]) if len(ends) == 2 else (GROUND, 0)
        way = self._way(ends[0], goal, (size, first), region)
        if way is None:
            return None
        total: Movement = {c: k * amount for c, k in edge.moves}
        for number, by in way[1]:
            for c, k in self.edges[number].moves:
                total[c] = total.get(c, 0) + k * by
        total = {c: change for c, change in total.items() if change}
        return (own + way[0], total) if self.system.fits(total) else None

    def _way(
        self, start: State, goal: State, moved: tuple[int, int], region: Region
    ) -> tuple[int, list[tuple[int, int]]] | None:
        size, first = moved
        costs: dict[State, int] = {start: 0}
        came: dict[State, tuple[State, int, int]] = {}
        queue: list[tuple[int, State]] = [(0, start)]
        while queue:
            spent, state = heapq.heappop(queue)
            if state == goal:
                return spent, _back(came, start, goal)
            if spent > costs[state]:
                continue
            for number, by, reached in self._steps(state, first, region):
                asked = self.cost(self.edges[number], by * size)
                if asked is None or spent + asked >= costs.get(reached, spent + asked + 1):
                    continue
                costs[reached] = spent + asked
                came[reached] = (state, number, by * size)
                heapq.heappush(queue, (spent + asked, reached))
        return None

    def _steps(self, state: State, first: int, region: Region) -> list[tuple[int, int, State]]:
        """Edges that set a relation right, the sign by which they move, and where they throw out the balance."""
        relation, imbalance = state
        steps = []
        at = self.at.get(relation, {})
        for number in chain.from_iterable(at.get(label, ()) for label in (at if region is None else region)):
            if number == first:
                continue
            ends = self.edges[number].ends
            signs = (1, -1) if relation == GROUND else (-imbalance * dict(ends)[relation],)
            for by in signs:
                other = [(r, k * by) for r, k in ends if r != relation]
                steps.append((number, by, other[0] if other else (GROUND, 0)))
        return steps


def _back(came: dict[State, tuple[State, int, int]], start: State, goal: State) -> list[tuple[int, int]]:
    way = []
    state = goal
    while state != start:
        state, number, by = came[state]
        way.append((number, by))
    return way
