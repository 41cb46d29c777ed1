"""What is wrong with a pack beyond its shape: names that lead nowhere, rules that cannot apply, ladders that go down.

`rung programs --check FILE` prints these; `load_packs` refuses a pack that has any.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

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


def problems(pack: Pack, compiled: bool = True) -> list[str]:
    """Each with its place; empty when the pack is sound."""
    found = [*_names(pack), *_knobs(pack), *_conditions(pack), *_versions(pack)]
    return found if found or not compiled else [*_compiled(pack)]


def _names(pack: Pack) -> Iterator[str]:
    for what, ids in (
        ("level", [level.id for level in pack.levels]),
        ("rule", [rule.id for rule in (*pack.placement, *pack.rules)]),
        ("version", [version.version for version in pack.versions]),
    ):
        yield from (f"{what} `{name}` is there twice" for name, times in Counter(ids).items() if times > 1)
    space = StateSpace(pack)
    versions = {version.version for version in pack.versions}
    for name, run in space.runs.items():
        yield from _known_cases(space, f"memory.{name}", {run.input: (*many(run.cases), *many(run.bridge))})
    for place, rule in _rules(pack):
        yield from _rule(pack, space, place, rule)
        yield from (f"{place}: no version `{name}`" for name in many(rule.versions) if name not in versions)
    for number, pay in enumerate(pack.pay):
        cases_of = {name: cases for name, cases in pay.when.items() if name not in space.latches}
        yield from _known_cases(space, f"pay.{number}", cases_of)
        yield from (f"pay.{number}: no level `{name}`" for name in many(pay.levels) if name not in space.rank)


def _rules(pack: Pack) -> Iterator[tuple[str, Rule]]:
    yield from ((f"placement.{rule.id}", rule) for rule in pack.placement)
    yield from ((f"rules.{rule.id}", rule) for rule in pack.rules)


def _rule(pack: Pack, space: StateSpace, place: str, rule: Rule) -> Iterator[str]:
    if (rule.to is None) == (rule.answer is None):
        yield f"{place}: say either `to` or `answer`"
    if rule.to not in (None, "next", "stay") and rule.to not in space.rank:
        yield f"{place}: no level `{rule.to}`"
    yield from (f"{place}: no level `{name}`" for name in many(rule.from_) if name not in space.rank)
    memories = {**space.runs, **space.latches}
    for name, cases in rule.when.items():
        if name in memories and cases not in ("met", "unmet"):
            yield f"{place}: memory `{name}` is met or unmet, not {cases}"
    yield from _known_cases(space, place, {k: v for k, v in rule.when.items() if k not in memories})
    for name in many(rule.sets) + many(rule.clears):
        if name not in space.latches:
            yield f"{place}: no latch `{name}`"
    known = BUILT_IN | set(pack.facts)
    for name in re.findall(r"{(\w+)}", rule.reason + (rule.reason_code or "")):
        if name not in known:
            yield f"{place}: the reason quotes `{name}`, which is no fact; there are: {', '.join(sorted(known))}"


def _known_cases(space: StateSpace, place: str, when: Mapping[str, Many]) -> Iterator[str]:
    for name, cases in when.items():
        if name not in space.inputs:
            yield f"{place}: no input or memory `{name}`"
            continue
        for case in many(cases):
            if case not in space.inputs[name]:
                yield f"{place}: input `{name}` has no case `{case}`; it has {', '.join(space.inputs[name])}"


def _knobs(pack: Pack) -> Iterator[str]:
    used = {ref.knob for ref in _parts(pack) if isinstance(ref, KnobRef)}
    used |= {part.not_set for part in _parts(pack) if isinstance(part, Condition) and part.not_set}
    yield from (f"no knob `{name}` is declared" for name in sorted(used - set(pack.knobs)))
    for name, value in pack.settings.items():
        yield from _value(pack, f"rung.toml [programs.{pack.program_id}]", name, value)
    for lea_id, values in pack.districts.items():
        for name, value in values.items():
            yield from _value(pack, f"districts.yaml {pack.program_id} {lea_id}", name, value)
            if name in pack.knobs and not pack.knobs[name].loose:
                loose = ", ".join(other for other, knob in pack.knobs.items() if knob.loose) or "none"
                yield f"districts.yaml {pack.program_id} {lea_id}: `{name}` is one for all districts; loose: {loose}"
    if any(knob.loose for knob in pack.knobs.values()):
        if pack.scope == "state" or pack.rows == "everywhere":
            yield "knobs: a program whose levels go with the person over districts has no loose knobs"
        if any(pay.pro_rata_to for pay in pack.pay):
            yield "knobs: a program that shares one appropriation over districts has no loose knobs"


def _value(pack: Pack, place: str, name: str, value: object) -> Iterator[str]:
    """What is wrong with a value that a state or a district gives a knob."""
    knob = pack.knobs.get(name)
    if knob is None:
        yield f"{place}: no knob `{name}`; there are: {', '.join(pack.knobs) or 'none'}"
    elif knob.choices and value not in knob.choices:
        yield f"{place} {name}: {value} is none of {', '.join(knob.choices)}"
    elif not isinstance(value, TYPES[knob.type]) or (knob.type == "number" and isinstance(value, bool)):
        yield f"{place} {name}: {value!r} is not a {knob.type}"


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


def _conditions(pack: Pack) -> Iterator[str]:
    """Conditions that contradict themselves."""
    for name, cases in pack.inputs.items():
        for case, condition in cases.items():
            if case == NONE:
                yield f"inputs.{name}: `none` is what remains; it cannot be a case"
            for part in _parts(condition):
                both = (part.all_ or ()) if isinstance(part, Condition) else ()
                if any(one.not_ in both for one in both if one.not_):
                    yield f"inputs.{name}.{case}: asks for a condition and for its opposite"
                low, high = getattr(part, "at_least", None), getattr(part, "below", None)
                if isinstance(low, float) and isinstance(high, float) and low >= high:
                    yield f"inputs.{name}.{case}: at least {low} and below {high} at once"
        shown = [(case, condition) for case, condition in cases.items()]
        for i, (case, condition) in enumerate(shown):
            for other, same in shown[:i]:
                if same == condition:
                    yield f"inputs.{name}: `{case}` can never be, `{other}` asks for the same and comes first"


def _versions(pack: Pack) -> Iterator[str]:
    ordered = sorted(pack.versions, key=lambda version: version.from_year)
    for before, after in pairwise(ordered):
        if before.to_year is None or before.to_year >= after.from_year:
            yield f"versions: `{before.version}` and `{after.version}` are in force in the same year"


def _compiled(pack: Pack) -> Iterator[str]:
    """Rules that never decide, levels nobody can reach, falls on a ladder that has none."""
    try:
        automata = list(compile_pack(pack).values())
    except ValueError as error:
        yield str(error)
        return
    used = rules_used(automata)
    for place, rule in _rules(pack):
        if rule.id not in used:
            yield f"{place}: never decides anything; an earlier rule always comes first, or nothing leads there"
    space = automata[0].space
    got = set(space.level_of[reachable(automata)].tolist())
    yield from (f"level `{level.id}`: no rule leads to it" for level in pack.levels if space.rank[level.id] not in got)
    if pack.ratchet and pack.term is None:
        for automaton in automata:
            low = {o.rule_id for o in automaton.outcomes if o and o.from_level and o.level and _falls(space, o)}
            yield from (f"rules.{name}: moves down, and the pack says ratchet" for name in sorted(low))


def _falls(space: StateSpace, outcome: Outcome) -> bool:
    """The row shows a lower level than the year before."""
    return space.rank[outcome.level or NONE] < space.rank[outcome.from_level or NONE]
