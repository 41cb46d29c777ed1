"""Compiles one version of a pack into a transition table: state x symbol -> next state and outcome.

The table is data: it is what runs (`ladder.py`), what is drawn (`graph.py`), and what tests explore whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from contracts.policy.conditions import Many, many
from contracts.policy.packs import Pack, Rule, Version
from transforms.s3_designate.state_space import ABSENT, FIRST, OFF, Flags, Ints, StateSpace
from transforms.s3_designate.transition_table import ANSWERS, NO_ROW, Outcome, TransitionTable


@dataclass
class Draft:
    """One state's transitions over all symbols of a year, while the rules are laid over them."""

    level: Ints  # level from which rules start: held, or placed this year
    undecided: Flags
    target: Ints  # level afterwards
    outcome: Ints
    by_rule: Flags
    active: Flags
    memory: dict[str, Ints] = field(default_factory=dict)
    met: dict[str, Flags] = field(default_factory=dict)


class Compiler:
    """Lays the rules of one version over every state."""

    def __init__(self, pack: Pack, version: Version) -> None:
        self.pack, self.version, self.space = pack, version, StateSpace(pack)
        self.cases = {name: self.space.case_of(name) for name in self.space.inputs}
        self.is_teacher: Flags = self.cases["presence"] == 1
        self.outcomes: dict[Outcome | None, int] = {None: NO_ROW}
        self.size = self.space.n_symbols - FIRST
        self.rules = [r for r in pack.rules if not r.versions or version.version in many(r.versions)]
        self.placement = [r for r in pack.placement if not r.versions or version.version in many(r.versions)]

    def compile(self) -> TransitionTable:
        """The whole table."""
        shape = (self.space.n_states, self.space.n_symbols)
        following, outcome = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int32)
        for state in range(self.space.n_states):
            parts = self.space.parts(state)
            following[state, ABSENT], outcome[state, ABSENT] = self._absent(parts)
            following[state, OFF], outcome[state, OFF] = self._off(parts)
            following[state, FIRST:], outcome[state, FIRST:] = self._year(parts)
        return TransitionTable(self.pack, self.version, self.space, following, outcome, tuple(self.outcomes))

    def number(self, rule_id: str, status: str, before: int, after: int) -> int:
        """The number of an outcome."""
        outcome = Outcome(rule_id, status, self.space.level_name(before), self.space.level_name(after))
        return self.outcomes.setdefault(outcome, len(self.outcomes))

    def _kept(self, parts: dict[str, int], level: int, **more: int) -> int:
        """The state with this level, runs broken and latches as they were."""
        latches = {name: parts[name] for name in self.space.latches}
        return int(self.space.encode({"level": level, **latches, **more}))

    def _absent(self, parts: dict[str, int]) -> tuple[int, int]:
        """Off the roster: a ladder keeps the level, a term runs on, anything else lapses."""
        level, active = parts["level"], parts["active"]
        if self.pack.away == "keep" or level == 0:
            return self._kept(parts, level), NO_ROW
        if self.pack.away == "run_on" and parts.get("term", 0) < (self.pack.term or 0):
            return self._kept(parts, level, term=parts["term"] + 1), NO_ROW
        lapsed = self.number("away", "lapsed", level, 0) if active else NO_ROW
        return self._kept(parts, 0), lapsed

    def _off(self, parts: dict[str, int]) -> tuple[int, int]:
        """Not in force: one row `ended` for who had a level the year before."""
        level = parts["level"]
        ended = self.number("program_ended", "ended", level, 0) if level and parts["active"] else NO_ROW
        return self._kept(parts, level if self.pack.at_end == "keep" else 0), ended

    def _year(self, parts: dict[str, int]) -> tuple[Ints, Ints]:
        """On the roster with the program in force."""
        level, active = parts["level"], bool(parts["active"])
        expired = level > 0 and parts.get("term", 1) >= (self.pack.term or 1 << 30)
        full: Ints = np.full(self.size, level, dtype=np.int64)
        draft = Draft(
            level=full,
            undecided=np.ones(self.size, dtype=bool),
            target=full.copy(),
            outcome=np.zeros(self.size, dtype=np.int64),
            by_rule=np.zeros(self.size, dtype=bool),
            active=np.zeros(self.size, dtype=bool),
        )
        if self.pack.population == "teachers":
            draft.undecided &= self.is_teacher | (active and level > 0)
        counted = draft.undecided.copy()
        self._remember(draft, parts, counted)
        self._place(draft)
        for rule in self.rules:
            self._apply(rule, draft, parts, expired)
        self._default(draft, level, active, expired)
        return self._encode(draft, parts, expired, counted), draft.outcome

    def _remember(self, draft: Draft, parts: dict[str, int], counted: Flags) -> None:
        """This year's values of the memories, before any rule; `met` is what rules see."""
        for name, run in self.space.runs.items():
            cases = self.cases[run.input]
            hit = self._is(run.input, run.cases) & counted
            loose = many(run.bridge)
            if self.pack.word(run.gap) == "bridge":
                loose += many(run.missing_cases)
            bridged = np.isin(cases, self._numbers(run.input, loose)) & counted
            if self.space.is_fixed(run):
                place, count = divmod(parts[name], run.n)
                after = np.where(bridged, place, place + 1) * (run.n + 1) + np.where(hit, count + 1, count)
                draft.met[name] = hit & (count + 1 >= run.n)
                done = after // (run.n + 1) >= run.n
                draft.memory[name] = np.where(done, 0, after // (run.n + 1) * run.n + after % (run.n + 1))
                draft.memory[name] = np.where(counted, draft.memory[name], 0)
            else:
                grown = min(parts[name] + 1, run.n)
                value = np.where(hit, grown, np.where(bridged, parts[name], 0)).astype(np.int64)
                draft.memory[name], draft.met[name] = value, hit & (value >= run.n)
        for name, latch in self.space.latches.items():
            held = np.full(self.size, bool(parts[name]))
            held &= ~self._when(latch.clear_when, draft) if latch.clear_when else True
            held |= self._when(latch.set_when, draft) if latch.set_when else False
            draft.memory[name], draft.met[name] = held.astype(np.int64), held

    def _place(self, draft: Draft) -> None:
        """Entry: the level from which the first year's evidence counts."""
        for rule in self.placement:
            here = draft.undecided & (draft.level == 0) & self._when(rule.when, draft)
            after = self.space.rank[str(rule.to)]
            draft.level = np.where(here, after, draft.level)
            draft.target = np.where(here, after, draft.target)
            draft.outcome = np.where(here, self.number(rule.id, "entered", 0, after), draft.outcome)

    def _apply(self, rule: Rule, draft: Draft, parts: dict[str, int], expired: bool) -> None:
        """Lay one rule over the years that no earlier rule decided."""
        here = draft.undecided & self._when(rule.when, draft)
        if rule.from_ is not None:
            here &= np.isin(draft.level, [self.space.rank[name] for name in many(rule.from_)])
        for start in np.unique(draft.level[here]):
            self._move(rule, draft, parts, int(start), here & (draft.level == start), expired)

    def _move(self, rule: Rule, draft: Draft, parts: dict[str, int], start: int, here: Flags, expired: bool) -> None:
        """One rule from one level."""
        if rule.answer is not None:
            after, status = self._answered(rule, start, expired)
        else:
            after = self._target(rule, start)
            lowers = self.pack.ratchet and after < start and not expired
            if after > len(self.pack.levels) or lowers:
                return
            status = self._status(rule, start, after, parts, expired)
        placed = here & (draft.outcome != NO_ROW) & (after == start)  # placed and not risen: entry is the news
        number = self.number(rule.id, status, parts["level"], 0 if status in ANSWERS else after)
        draft.outcome = np.where(here & ~placed, number, draft.outcome)
        draft.target = np.where(here, after, draft.target)
        draft.active |= here & (status not in ANSWERS)
        draft.by_rule |= here & (after != start or status in ("earned", "renewed"))
        draft.undecided &= ~here
        for name in many(rule.sets) + many(rule.clears):
            draft.memory[name] = np.where(here, int(name in many(rule.sets)), draft.memory[name])

    def _target(self, rule: Rule, start: int) -> int:
        if rule.to in ("next", "stay"):
            return start + (rule.to == "next")
        return self.space.rank[str(rule.to)]

    def _answered(self, rule: Rule, start: int, expired: bool) -> tuple[int, str]:
        """An answer takes the level away, unless holders keep theirs."""
        status = str(rule.answer)
        if start and self.pack.answers_keep and not expired and status != "lapsed":
            return start, "held"
        return (start if rule.holds_place else 0), status

    def _status(self, rule: Rule, start: int, after: int, parts: dict[str, int], expired: bool) -> str:
        if self.pack.once and parts[f"ever_{self.space.level_name(after)}"]:
            return "held"
        if rule.as_ is not None:
            return rule.as_
        if after != start:
            return "earned"
        if self.pack.term is None or not expired:
            return "held"
        return "renewed" if parts["active"] else "earned"

    def _default(self, draft: Draft, level: int, active: bool, expired: bool) -> None:
        """No rule spoke: a holder holds, a term that is over lapses, who was placed has entered."""
        rest = draft.undecided & (draft.level > 0)
        placed = rest & (draft.outcome != NO_ROW)
        draft.active |= placed
        rest &= ~placed
        if expired:
            lapsed = self.number("term_over", "lapsed", level, 0) if active else NO_ROW
            draft.outcome = np.where(rest, lapsed, draft.outcome)
            draft.target = np.where(rest, 0, draft.target)
        elif level:
            draft.outcome = np.where(rest, self.number("hold", "held", level, level), draft.outcome)
            draft.active |= rest

    def _encode(self, draft: Draft, parts: dict[str, int], expired: bool, counted: Flags) -> Ints:
        """The states that follow."""
        shown = (draft.active & counted).astype(np.int64)
        after: dict[str, Ints | int] = {"level": draft.target, "active": shown}
        if "term" in self.space.dims:
            running = np.where(expired, 1, parts["term"] + 1)
            term = np.where(draft.by_rule, 1, running)
            after["term"] = np.where(draft.target == 0, 0, np.minimum(term, self.space.dims["term"] - 1))
        moved = draft.by_rule & (draft.target != draft.level)
        for name, run in self.space.runs.items():
            after[name] = np.where(moved, 0, draft.memory[name]) if run.consume else draft.memory[name]
        for name in self.space.latches:
            after[name] = draft.memory[name]
        for number, level in enumerate(self.pack.levels, start=1) if self.pack.once else ():
            after[f"ever_{level.id}"] = after[f"ever_{level.id}"] | (draft.target == number).astype(np.int64)
        return self.space.encode(after)

    def _when(self, when: Mapping[str, Many], draft: Draft) -> Flags:
        """The symbols at which every part of `when` is so."""
        here = np.ones(self.size, dtype=bool)
        for name, cases in when.items():
            if name in draft.met:
                here &= draft.met[name] == (cases == "met")
            else:
                here &= self._is(name, cases)
        return here

    def _is(self, name: str, cases: Many) -> Flags:
        return np.isin(self.cases[name], self._numbers(name, cases))

    def _numbers(self, name: str, cases: Many) -> list[int]:
        return [self.space.inputs[name].index(case) for case in many(cases)]


def compile_pack(pack: Pack) -> dict[str, TransitionTable]:
    """One machine per version, all over the same states."""
    return {version.version: Compiler(pack, version).compile() for version in pack.versions}
