"""What a compiled machine can do: reachable states, the shortest way to a change, edges between levels.

Drawings, `next_review_year`, explanations and the validation of packs read the same table that runs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.s3_designate.state_space import FIRST, Flags
from transforms.s3_designate.transition_table import TransitionTable

NEVER = 1 << 14


@dataclass(frozen=True)
class Edge:
    """A move between levels (None = no level), and the rule that makes it."""

    before: str | None
    after: str | None
    rule_id: str
    status: str


def reachable(automata: list[TransitionTable]) -> Flags:
    """Which states can be reached from nothing, under any of the versions, with any inputs."""
    seen = np.zeros(automata[0].space.n_states, dtype=bool)
    seen[0], frontier = True, np.array([0])
    while len(frontier):
        found = np.unique(np.concatenate([automaton.next_state[frontier].ravel() for automaton in automata]))
        frontier = found[~seen[found]]
        seen[frontier] = True
    return seen


def teacher_symbols(automaton: TransitionTable) -> npt.NDArray[np.int64]:
    """Symbols of a teacher on the roster with the program in force."""
    return FIRST + np.flatnonzero(automaton.space.case_of("presence") == 1)


def years_to_change(automaton: TransitionTable) -> npt.NDArray[np.int64]:
    """For every state, the fewest years in which somebody who stays a teacher can change level, or NEVER."""
    following, level = automaton.next_state[:, teacher_symbols(automaton)], automaton.space.level_of
    moves = (level[following] != level[:, None]).any(axis=1)
    years = np.where(moves, 1, NEVER)
    while True:
        shorter = np.minimum(years, np.minimum(NEVER, 1 + years[following].min(axis=1)))
        if (shorter == years).all():
            return years
        years = shorter


def edges(automata: list[TransitionTable]) -> list[Edge]:
    """Every move between levels that some reachable state makes, in rank order; rows without a move are left out."""
    seen = reachable(automata)
    found = set()
    for automaton in automata:
        for number in np.unique(automaton.outcome[seen]):
            outcome = automaton.outcomes[number]
            if outcome and (outcome.from_level != outcome.level or outcome.status == "renewed"):
                found.add(Edge(outcome.from_level, outcome.level, outcome.rule_id, outcome.status))
    rank = automata[0].space.rank
    return sorted(found, key=lambda edge: (rank[edge.before or "none"], rank[edge.after or "none"], edge.rule_id))


def rules_used(automata: list[TransitionTable]) -> set[str]:
    """Rules that decide some year of somebody."""
    seen = reachable(automata)
    return {
        outcome.rule_id
        for automaton in automata
        for number in np.unique(automaton.outcome[seen])
        if (outcome := automaton.outcomes[number])
    }


def shortest_rise(automaton: TransitionTable, state: int) -> list[tuple[int, int]]:
    """The fewest symbols that raise somebody in `state`, as (state, symbol) steps; empty when nothing can."""
    symbols, level = teacher_symbols(automaton), automaton.space.level_of
    came: dict[int, tuple[int, int]] = {}
    frontier = [state]
    while frontier:
        ahead = []
        for here in frontier:
            following = automaton.next_state[here, symbols]
            up = np.flatnonzero(level[following] > level[state])
            if len(up):
                return [*_way(came, state, here), (here, int(symbols[up[0]]))]
            for after, symbol in zip(*np.unique(following, return_index=True), strict=True):
                if int(after) not in came and after != state and level[after] == level[state]:
                    came[int(after)] = (here, int(symbols[symbol]))
                    ahead.append(int(after))
        frontier = ahead
    return []


def _way(came: dict[int, tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    way = []
    while end != start:
        way.append(came[end])
        end = came[end][0]
    return way[::-1]
