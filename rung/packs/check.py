"""What is wrong with a pack beyond its shape: names that lead nowhere, rules that cannot apply, ladders that go down.

`rung programs --check FILE` prints these; `load_packs` refuses a pack that has any.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from contracts.policy.conditions import Condition, KnobRef, Many, PackPart, many
from contracts.policy.packs import NONE, Pack, Rule
from transforms.s3_designate.automaton import compile_pack
from transforms.s3_designate.graph import reachable, rules_used
from transforms.s3_designate.state_space import StateSpace
from transforms.s3_designate.transition_table import Outcome

BUILT_IN = {
    "t",
    "level",
    "from_level",
    "years",
    "lea_id",
    "school_id",
    "years_experience",
    "interval",
    "units",
    "amount",
    "fte",
}


class Problem(NamedTuple):
    """`place`: keys, ids and numbers down to the part of the file, joined by dots. `text`: what is wrong, its mend."""

    place: str
    text: str


def problems(pack: Pack, compiled: bool = True) -> list[Problem]:
    """Everything that is wrong; empty when the pack is sound."""
    found = [*_names(pack), *_knobs(pack), *_conditions(pack), *_versions(pack)]
    return found if found or not compiled else [*_compiled(pack)]


def _at(place: str, text: str) -> Problem:
    return Problem(place, f"{place}: {text}")


def _names(pack: Pack) -> Iterator[Problem]:
    for key, what, ids in (
        ("levels", "level", [level.id for level in pack.levels]),
        ("rules", "rule", [rule.id for rule in (*pack.placement, *pack.rules)]),
        ("versions", "version", [version.version for version in pack.versions]),
    ):
        twice = [name for name, times in Counter(ids).items() if times > 1]
        yield from (Problem(f"{key}.{name}", f"{what} `{name}` is there twice") for name in twice)
    space = StateSpace(pack)
    versions = {version.version for version in pack.versions}
    for name, run in space.runs.items():
        yield from _known_cases(space, f"memory.{name}", {run.input: (*many(run.cases), *many(run.bridge))})
    for place, rule in _rules(pack):
        yield from _rule(pack, space, place, rule)
        yield from (_at(place, f"no version `{name}`") for name in many(rule.versions) if name not in versions)
    for number, pay in enumerate(pack.pay):
        cases_of = {name: cases for name, cases in pay.when.items() if name not in space.latches}
        yield from _known_cases(space, f"pay.{number}", cases_of)
        levels = [name for name in many(pay.levels) if name not in space.rank]
        yield from (_at(f"pay.{number}", f"no level `{name}`; {_there_are(space.rank)}") for name in levels)


def _rules(pack: Pack) -> Iterator[tuple[str, Rule]]:
    yield from ((f"placement.{rule.id}", rule) for rule in pack.placement)
    yield from ((f"rules.{rule.id}", rule) for rule in pack.rules)


def _rule(pack: Pack, space: StateSpace, place: str, rule: Rule) -> Iterator[Problem]:
    if (rule.to is None) == (rule.answer is None):
        yield _at(place, "say either `to` or `answer`")
    unknown = [rule.to] if rule.to not in (None, "next", "stay", *space.rank) else []
    unknown += [name for name in many(rule.from_) if name not in space.rank]
    yield from (_at(place, f"no level `{name}`; {_there_are(space.rank)}") for name in unknown)
    memories = {**space.runs, **space.latches}
    for name, cases in rule.when.items():
        if name in memories and cases not in ("met", "unmet"):
            yield _at(place, f"memory `{name}` is met or unmet, not {cases}")
    yield from _known_cases(space, place, {k: v for k, v in rule.when.items() if k not in memories})
    for name in many(rule.sets) + many(rule.clears):
        if name not in space.latches:
            yield _at(place, f"no latch `{name}`; {_there_are(space.latches)}")
    known = BUILT_IN | set(pack.facts)
    for name in re.findall(r"{(\w+)}", rule.reason + (rule.reason_code or "")):
        if name not in known:
            yield _at(place, f"the reason quotes `{name}`, which is no fact; {_there_are(sorted(known))}")


def _known_cases(space: StateSpace, place: str, when: Mapping[str, Many]) -> Iterator[Problem]:
    for name, cases in when.items():
        if name not in space.inputs:
            yield _at(place, f"no input or memory `{name}`; {_there_are([*space.inputs, *space.runs, *space.latches])}")
            continue
        for case in many(cases):
            if case not in space.inputs[name]:
                yield _at(place, f"input `{name}` has no case `{case}`; it has {', '.join(space.inputs[name])}")


def _there_are(names: Iterable[str]) -> str:
    return f"there are: {', '.join(names) or 'none'}"


def _knobs(pack: Pack) -> Iterator[Problem]:
    used = {ref.knob for ref in _parts(pack) if isinstance(ref, KnobRef)}
    used |= {part.not_set for part in _parts(pack) if isinstance(part, Condition) and part.not_set}
    for name in sorted(used - set(pack.knobs)):
        yield Problem(
            "knobs", f"no knob `{name}` is declared; add it under `knobs`, or use one of: {', '.join(pack.knobs)}"
        )
    for name, value in pack.settings.items():
        yield from _value(pack, f"rung.toml [programs.{pack.program_id}]", name, value)
    for lea_id, values in pack.districts.items():
        for name, value in values.items():
            yield from _value(pack, f"districts.yaml {pack.program_id} {lea_id}", name, value)
            if name in pack.knobs and not pack.knobs[name].loose:
                loose = ", ".join(other for other, knob in pack.knobs.items() if knob.loose) or "none"
                place = f"districts.yaml {pack.program_id} {lea_id}"
                yield _at(place, f"`{name}` is one for all districts; loose: {loose}")
    if any(knob.loose for knob in pack.knobs.values()):
        if pack.scope == "state" or pack.rows == "everywhere":
            yield _at("knobs", "a program whose levels go with the person over districts has no loose knobs")
        if any(pay.pro_rata_to for pay in pack.pay):
            yield _at("knobs", "a program that shares one appropriation over districts has no loose knobs")


def _value(pack: Pack, place: str, name: str, value: object) -> Iterator[Problem]:
    """What is wrong with a value that a state or a district gives a knob."""
    knob = pack.knobs.get(name)
    if knob is None:
        yield _at(place, f"no knob `{name}`; {_there_are(pack.knobs)}")
    elif knob.choices and value not in knob.choices:
        yield _at(f"{place} {name}", f"{value} is none of {', '.join(knob.choices)}")
    elif not isinstance(value, TYPES[knob.type]) or (knob.type == "number" and isinstance(value, bool)):
        yield _at(f"{place} {name}", f"{value!r} is not a {knob.type}")


TYPES: dict[str, type | tuple[type, ...]] = {"number": (int, float), "word": str, "flag": bool, "list": tuple}


def _parts(part: object) -> Iterator[object]:
    """Every model inside a model."""
    yield part
    if isinstance(part, PackPart):
        inside: list[object] = [getattr(part, name) for name in type(part).model_fields]
    elif isinstance(part, dict):
        inside = list(part.values())
    else:
        inside = list(part) if isinstance(part, tuple) else []
    for value in inside:
        if isinstance(value, PackPart | dict | tuple):
            yield from _parts(value)


def _conditions(pack: Pack) -> Iterator[Problem]:
    """Conditions that contradict themselves."""
    for name, cases in pack.inputs.items():
        for case, condition in cases.items():
            if case == NONE:
                yield _at(f"inputs.{name}", "`none` is what remains; it cannot be a case")
            for part in _parts(condition):
                both = (part.all_ or ()) if isinstance(part, Condition) else ()
                if any(one.not_ in both for one in both if one.not_):
                    yield _at(f"inputs.{name}.{case}", "asks for a condition and for its opposite")
                low, high = getattr(part, "at_least", None), getattr(part, "below", None)
                if isinstance(low, float) and isinstance(high, float) and low >= high:
                    yield _at(f"inputs.{name}.{case}", f"at least {low} and below {high} at once")
        shown = [(case, condition) for case, condition in cases.items()]
        for i, (case, condition) in enumerate(shown):
            for other, same in shown[:i]:
                if same == condition:
                    text = f"`{case}` can never be, `{other}` asks for the same and comes first"
                    yield Problem(f"inputs.{name}.{case}", f"inputs.{name}: {text}")


def _versions(pack: Pack) -> Iterator[Problem]:
    ordered = sorted(pack.versions, key=lambda version: version.from_year)
    for before, after in pairwise(ordered):
        if before.to_year is None or before.to_year >= after.from_year:
            text = f"versions: `{before.version}` and `{after.version}` are in force in the same year"
            yield Problem(f"versions.{after.version}", text)


def _compiled(pack: Pack) -> Iterator[Problem]:
    """Rules that never decide, levels nobody can reach, falls on a ladder that has none."""
    try:
        automata = list(compile_pack(pack).values())
    except ValueError as error:
        yield Problem("", str(error))
        return
    used = rules_used(automata)
    for place, rule in _rules(pack):
        if rule.id not in used:
            yield _at(place, "never decides anything; an earlier rule always comes first, or nothing leads there")
    space = automata[0].space
    got = set(space.level_of[reachable(automata)].tolist())
    lost = [level.id for level in pack.levels if space.rank[level.id] not in got]
    yield from (Problem(f"levels.{name}", f"level `{name}`: no rule leads to it") for name in lost)
    if pack.ratchet and pack.term is None:
        for automaton in automata:
            low = {o.rule_id for o in automaton.outcomes if o and o.from_level and o.level and _falls(space, o)}
            yield from (_at(f"rules.{name}", "moves down, and the pack says ratchet") for name in sorted(low))


def _falls(space: StateSpace, outcome: Outcome) -> bool:
    """The row shows a lower level than the year before."""
    return space.rank[outcome.level or NONE] < space.rank[outcome.from_level or NONE]
