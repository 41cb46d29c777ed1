"""The cheapest movement through a network: cells are edges between the two relations that they stand in.

A number moved by an amount throws its relations out of balance; another number of that relation sets it right and
throws out its own other relation, and so on until the way closes. The way is found by rank (what would have to be
hidden), by Dijkstra over (relation, sign of the imbalance). Money is such a network nearly everywhere: a number stands
in its place's whole and in the state's sum.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from transforms.s6_disclose.room import Ints, Room
from transforms.s6_disclose.system import HARD, ROUNDING, Movement

Region = tuple[int, ...] | None


class Edges:
    """Cells that stand in one hard relation or two, once each. `ends`: by cell moved up, the states (relation, sign of
    the imbalance) that it sets right and that it brings about; moved down, it does the other.
    """

    def __init__(self, room: Room) -> None:
        kinds = room.system.kinds
        self.ground = 2 * len(kinds)  # where edges with one relation end: no balance is asked there
        self.fits = np.zeros(len(room.value), bool)
        self.right = np.full((len(room.value), 2), self.ground)
        self.out = np.full((len(room.value), 2), self.ground)
        for cell, inside in enumerate(room.system.inside):
            if len(inside) in (1, 2) and all(abs(k) == 1 and kinds[r] == HARD for r, k in inside):
                self.fits[cell] = True
                for end, (relation, k) in enumerate(inside):
                    self.right[cell, end], self.out[cell, end] = 2 * relation + (k > 0), 2 * relation + (k < 0)


class Network:
    """The network of the cells of some clusters."""

    def __init__(self, room: Room, edges: Edges, region: Region) -> None:
        self.room, self.ground = room, edges.ground
        cells = room.cells("far", region)
        self.cells: Ints = cells[edges.fits[cells]]
        self.at = {cell: at for at, cell in enumerate(self.cells.tolist())}
        right, out = edges.right[self.cells], edges.out[self.cells]
        self.right, self.out = np.concatenate([right, out]), np.concatenate([out, right])

    def _costs(self, size: int) -> Ints:
        """By edge, up then down, what moving it by `size` asks to be hidden, by rank, and 1; 0 where it cannot."""
        room, cells = self.room, self.cells
        rank = room.rank[cells]
        costs = []
        for change in (size, -size):
            free = (room.free_least[cells] <= change) & (change <= room.free_most[cells])
            near = (room.least[cells] <= change) & (change <= room.most[cells]) & room.rounds[cells]
            far = (room.far_least[cells] <= change) & (change <= room.far_most[cells])
            costs.append(np.where(free, 1, np.where(near, ROUNDING + 1, np.where(far, rank + 1, 0))))
        return np.concatenate(costs)

    def movement(self, cell: int, change: int) -> Movement | None:
        """The cheapest movement that changes the cell by `change`; None where the network has none that fits."""
        first = self.at.get(cell)
        if first is None:
            return None
        size, edges = abs(change), len(self.cells)
        costs = self._costs(size)
        mine = first if change > 0 else first + edges
        if not costs[mine]:
            return None
        costs[[first, first + edges]] = 0
        usable = np.flatnonzero(costs)
        # An arc leads from the imbalance that an edge sets right at one end to what it brings about at the other.
        start = np.concatenate([self.right[usable, 0], self.right[usable, 1]])
        end = np.concatenate([self.out[usable, 1], self.out[usable, 0]])
        edge, cost = np.tile(usable, 2), np.tile(costs[usable], 2)
        count = self.ground + 1
        arc = start * count + end
        order = np.lexsort((edge, cost, arc))
        arc, edge, cost = arc[order], edge[order], cost[order]
        cheapest = np.concatenate([[True], arc[1:] != arc[:-1]])
        arc, edge, cost = arc[cheapest], edge[cheapest], cost[cheapest]
        graph = csr_matrix((cost.astype(float), (arc // count, arc % count)), shape=(count, count))
        ends = self.out[mine]
        goal = int(self.right[mine, 1])
        spent, came = dijkstra(graph, indices=int(ends[0]), return_predecessors=True)
        if not np.isfinite(spent[goal]):
            return None
        total = {cell: change}
        state = goal
        while state != ends[0]:
            before = int(came[state])
            moved = int(edge[np.searchsorted(arc, before * count + state)])
            name = int(self.cells[moved % edges])
            total[name] = total.get(name, 0) + (size if moved < edges else -size)
            state = before
        total = {name: by for name, by in total.items() if by}
        system = self.room.system
        return total if total.get(cell) == change and system.fits(total) and system.keeps(total) else None
