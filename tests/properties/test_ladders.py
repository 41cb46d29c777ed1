"""Ladders, explored whole: every state that can be reached, under every input, of every pack that Rung ships."""

from __future__ import annotations

import numpy as np
import pytest

from contracts.policy.packs import Pack
from rung.packs.load import PROGRAMS, load_pack, load_packs
from transforms.s3_designate.automaton import compile_pack
from transforms.s3_designate.graph import reachable, teacher_symbols, years_to_change
from transforms.s3_designate.ladder import transitions
from transforms.s3_designate.state_space import FIRST, StateSpace
from transforms.s3_designate.transition_table import TransitionTable

PACKS = load_packs()
LIFT = next(pack for pack in PACKS if pack.program_id == "dc_lift")


def machine_of(pack: Pack) -> TransitionTable:
    return list(compile_pack(pack).values())[-1]


def symbol(space: StateSpace, **cases: str) -> int:
    """The symbol of a teacher's year with these cases, the other inputs being none."""
    numbers = {"presence": "teacher"} | cases
    return FIRST + sum(space.strides[name] * space.inputs[name].index(case) for name, case in numbers.items())


def levels_after(automaton: TransitionTable, symbols: list[int]) -> list[int]:
    steps = transitions(dict.fromkeys(range(len(symbols)), automaton), np.array(symbols, dtype=np.int32)[:, None])
    return automaton.space.level_of[steps.after[:, 0]].tolist()


@pytest.mark.parametrize("knobs", [{}, {"window": "fixed"}, {"gap": "bridge"}], ids=["default", "fixed", "bridge"])
def test_lift_never_goes_down_from_any_state_under_any_input(knobs: dict[str, str]) -> None:
    automaton = machine_of(load_pack(PROGRAMS / "dc_lift.yaml", knobs))
    level, seen = automaton.space.level_of, reachable([automaton])
    assert seen.sum() > 15
    before, after = level[seen][:, None], level[automaton.next_state[seen]]
    assert (after >= before).all()
    assert (
        after - before <= np.where(before == 0, 4, 1)
    ).all()  # one step a year; entry may place at advanced and rise


def test_lift_reaches_expert_in_exactly_six_years_of_highly_effective_and_never_sooner() -> None:
    automaton = machine_of(LIFT)
    best = symbol(automaton.space, rating="HE")
    assert levels_after(automaton, [best] * 6) == [2, 3, 3, 4, 4, 5]
    # no sequence of inputs at all is faster for somebody placed as teacher: breadth first over every teacher symbol
    space = automaton.space
    start = [s for s in teacher_symbols(automaton).tolist() if (space.case_of("start")[s - FIRST]) == 0]
    states = np.unique(automaton.next_state[0, start])
    for year in range(2, 6):
        states = np.unique(automaton.next_state[np.ix_(states, teacher_symbols(automaton))])
        assert space.level_of[states].max() < 5, year
    assert space.level_of[automaton.next_state[np.ix_(states, teacher_symbols(automaton))]].max() == 5


def test_lift_from_every_reachable_state_highly_effective_alone_leads_to_expert_within_six_years() -> None:
    automaton = machine_of(LIFT)
    states, best = np.flatnonzero(reachable([automaton])), symbol(automaton.space, rating="HE")
    for _ in range(6):
        states = automaton.next_state[states, best]
    assert (automaton.space.level_of[states] == 5).all()


def test_lift_effective_alone_never_passes_advanced() -> None:
    automaton = machine_of(LIFT)
    assert max(levels_after(automaton, [symbol(automaton.space, rating="E")] * 30)) == 3


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.program_id)
def test_every_transition_of_every_reachable_state_is_in_its_space(pack: Pack) -> None:
    automata = list(compile_pack(pack).values())
    seen = reachable(automata)
    for automaton in automata:
        assert automaton.next_state.min() >= 0
        assert automaton.next_state.max() < automaton.space.n_states
        for number in np.unique(automaton.outcome[seen]):
            outcome = automaton.outcomes[number]
            if outcome is not None:
                assert (outcome.level is None) == (outcome.status not in ("entered", "earned", "held", "renewed"))


@pytest.mark.parametrize("pack", [p for p in PACKS if p.ratchet], ids=lambda pack: pack.program_id)
def test_a_ratchet_is_never_lowered_while_its_term_runs(pack: Pack) -> None:
    for automaton in compile_pack(pack).values():
        space, seen = automaton.space, np.flatnonzero(reachable([automaton]))
        parts = [space.parts(int(state)) for state in seen]
        running = np.array([p["level"] > 0 and p.get("term", 0) < (pack.term or 1 << 30) for p in parts])
        before = space.level_of[seen[running]][:, None]
        after = space.level_of[automaton.next_state[seen[running]]]
        assert (after[:, FIRST:] >= before).all()


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.program_id)
def test_years_to_change_is_what_a_search_finds(pack: Pack) -> None:
    automaton = machine_of(pack)
    ahead, level, symbols = years_to_change(automaton), automaton.space.level_of, teacher_symbols(automaton)
    for state in np.flatnonzero(reachable([automaton]))[:40]:
        states = np.array([state])
        for year in range(1, 7):
            states = np.unique(automaton.next_state[np.ix_(states, symbols)])
            if (level[states] != level[state]).any():
                assert ahead[state] == year
                break
        else:
            assert ahead[state] > 6
