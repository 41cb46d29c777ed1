"""Ladders, explored whole: every state that can be reached, under every input, of every pack that Rung ships."""

from __future__ import annotations

import numpy as np
import pytest

from contracts.packs import Pack
from flows.packs import PROGRAMS, load_pack, load_packs
from transforms.s3_designate.automaton import compile_pack
from transforms.s3_designate.graph import reachable, teacher_symbols, years_to_change
from transforms.s3_designate.ladder import walk
from transforms.s3_designate.machine import Machine
from transforms.s3_designate.space import FIRST, Space

PACKS = load_packs()
LIFT = next(pack for pack in PACKS if pack.program_id == "dc_lift")


def machine_of(pack: Pack) -> Machine:
    return list(compile_pack(pack).values())[-1]


def symbol(space: Space, **cases: str) -> int:
    """The symbol of a teacher's year with these cases, the other inputs being none."""
    numbers = {"presence": "teacher"} | cases
    return FIRST + sum(space.strides[name] * space.inputs[name].index(case) for name, case in numbers.items())


def levels_after(machine: Machine, symbols: list[int]) -> list[int]:
    steps = walk(dict.fromkeys(range(len(symbols)), machine), np.array(symbols, dtype=np.int32)[:, None])
    return machine.space.level_of[steps.after[:, 0]].tolist()


@pytest.mark.parametrize("knobs", [{}, {"window": "fixed"}, {"gap": "bridge"}], ids=["default", "fixed", "bridge"])
def test_lift_never_goes_down_from_any_state_under_any_input(knobs: dict[str, str]) -> None:
    machine = machine_of(load_pack(PROGRAMS / "dc_lift.yaml", knobs))
    level, seen = machine.space.level_of, reachable([machine])
    assert seen.sum() > 15
    before, after = level[seen][:, None], level[machine.next_state[seen]]
    assert (after >= before).all()
    assert (
        after - before <= np.where(before == 0, 4, 1)
    ).all()  # one step a year; entry may place at advanced and rise


def test_lift_reaches_expert_in_exactly_six_years_of_highly_effective_and_never_sooner() -> None:
    machine = machine_of(LIFT)
    best = symbol(machine.space, rating="HE")
    assert levels_after(machine, [best] * 6) == [2, 3, 3, 4, 4, 5]
    # no sequence of inputs at all is faster for somebody placed as teacher: breadth first over every teacher symbol
    space = machine.space
    start = [s for s in teacher_symbols(machine).tolist() if (space.case_of("start")[s - FIRST]) == 0]
    states = np.unique(machine.next_state[0, start])
    for year in range(2, 6):
        states = np.unique(machine.next_state[np.ix_(states, teacher_symbols(machine))])
        assert space.level_of[states].max() < 5, year
    assert space.level_of[machine.next_state[np.ix_(states, teacher_symbols(machine))]].max() == 5


def test_lift_from_every_reachable_state_highly_effective_alone_leads_to_expert_within_six_years() -> None:
    machine = machine_of(LIFT)
    states, best = np.flatnonzero(reachable([machine])), symbol(machine.space, rating="HE")
    for _ in range(6):
        states = machine.next_state[states, best]
    assert (machine.space.level_of[states] == 5).all()


def test_lift_effective_alone_never_passes_advanced() -> None:
    machine = machine_of(LIFT)
    assert max(levels_after(machine, [symbol(machine.space, rating="E")] * 30)) == 3


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.program_id)
def test_every_transition_of_every_reachable_state_is_in_its_space(pack: Pack) -> None:
    machines = list(compile_pack(pack).values())
    seen = reachable(machines)
    for machine in machines:
        assert machine.next_state.min() >= 0
        assert machine.next_state.max() < machine.space.n_states
        for number in np.unique(machine.outcome[seen]):
            outcome = machine.outcomes[number]
            if outcome is not None:
                assert (outcome.level is None) == (outcome.status not in ("entered", "earned", "held", "renewed"))


@pytest.mark.parametrize("pack", [p for p in PACKS if p.ratchet], ids=lambda pack: pack.program_id)
def test_a_ratchet_is_never_lowered_while_its_term_runs(pack: Pack) -> None:
    for machine in compile_pack(pack).values():
        space, seen = machine.space, np.flatnonzero(reachable([machine]))
        parts = [space.parts(int(state)) for state in seen]
        running = np.array([p["level"] > 0 and p.get("term", 0) < (pack.term or 1 << 30) for p in parts])
        before = space.level_of[seen[running]][:, None]
        after = space.level_of[machine.next_state[seen[running]]]
        assert (after[:, FIRST:] >= before).all()


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.program_id)
def test_years_to_change_is_what_a_search_finds(pack: Pack) -> None:
    machine = machine_of(pack)
    ahead, level, symbols = years_to_change(machine), machine.space.level_of, teacher_symbols(machine)
    for state in np.flatnonzero(reachable([machine]))[:40]:
        states = np.array([state])
        for year in range(1, 7):
            states = np.unique(machine.next_state[np.ix_(states, symbols)])
            if (level[states] != level[state]).any():
                assert ahead[state] == year
                break
        else:
            assert ahead[state] > 6
