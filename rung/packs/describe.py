"""Packs in words: what a condition asks, which primitives a pack uses, for pages, explanations and the docs table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.policy.conditions import (
    AttributeTest,
    Condition,
    EventTest,
    KnobRef,
    Many,
    Number,
    PackPart,
    SchoolTest,
    ScoreTest,
    many,
)
from contracts.policy.packs import NONE, Pack


def condition_text(condition: Condition) -> str:
    """A condition as a phrase."""
    if condition.all_ is not None:
        return " and ".join(_inside(part) for part in condition.all_)
    if condition.any_ is not None:
        return " or ".join(_inside(part) for part in condition.any_)
    if condition.not_ is not None:
        return f"not {_inside(condition.not_)}"
    if condition.unknown is not None:
        return f"not known whether {_inside(condition.unknown)}"
    if condition.last_year is not None:
        return f"in the year before: {_inside(condition.last_year)}"
    if condition.here_since is not None:
        return f"in this or an earlier year, at the same school ever since: {_inside(condition.here_since)}"
    if condition.k_of is not None:
        listed = "; ".join(condition_text(part) for part in condition.k_of.of)
        return f"{condition.k_of.k} of these {len(condition.k_of.of)}: {listed}"
    if condition.not_set is not None:
        return f"the knob {condition.not_set} is not set"
    if condition.attribute is not None:
        return _attribute(condition.attribute)
    if condition.school is not None:
        return _school(condition.school)
    if condition.score_at_least is not None:
        return _score(condition.score_at_least)
    if condition.event is not None:
        return _event(condition.event)
    if condition.holds_role is not None:
        held = "on a roster row with" if condition.holds_role.touched else "holds"
        return f"{held} the role {' or '.join(many(condition.holds_role.codes)) or 'of any kind'}"
    if condition.rating is not None and set(condition.rating.model_fields_set) <= {"label", "lag", "system", "lea"}:
        return f"rated {' or '.join(many(condition.rating.label))}{_lag(condition.rating.lag)}"
    return f"{condition.kind.replace('_', ' ')} ({_fields(getattr(condition, condition.kind))})"


def _lag(years: int) -> str:
    return {0: "", 1: " in the year before"}.get(years, f" {years} years before")


def _attribute(test: AttributeTest) -> str:
    name = test.column.replace("_", " ")
    if test.missing:
        return f"{name} not given"
    if test.is_ is not None:
        return name if test.is_ else f"not {name}"
    return f"{name}{_bounds(test.at_least, test.at_most, test.below)}{_among(test.among)}"


def _school(test: SchoolTest) -> str:
    if test.on_list is not None:
        return f"school on the list {test.on_list}"
    name = f"school's {str(test.column).replace('_', ' ')}"
    return name + _bounds(test.at_least, None, test.below) if test.is_ is None else f"{name} {str(test.is_).lower()}"


def _score(test: ScoreTest) -> str:
    name = test.column.replace("_", " ")
    return f"{name} not given" if test.missing else f"{name}{_bounds(test.at_least, None, test.below) or ' given'}"


def _event(test: EventTest) -> str:
    words = {"positive": "approved or passed", "negative": "refused or failed", "open": "undecided"}
    decided = words.get(test.decision, "")
    code = f" {' or '.join(many(test.code))}" if test.code else ""
    when = {"ever": " by then", "in_force": " in force on 30 June"}.get(str(test.within), _lag(test.lag))
    rest = {name for name in test.model_fields_set if name not in ("type", "code", "decision", "within", "lag", "lea")}
    more = ", ".join(_field(name, getattr(test, name)) for name in sorted(rest))
    return f"{decided} {test.type.replace('_', ' ')}{code}{when}{f' ({more})' if more else ''}".strip()


def _among(values: Many | None) -> str:
    return f" {' or '.join(many(values))}" if values else ""


def _bounds(least: Number | None, most: Number | None, below: Number | None) -> str:
    named = (("at least", least), ("at most", most), ("below", below))
    return "".join(f" {word} {_number(value)}" for word, value in named if value is not None)


def _number(value: Number) -> str:
    return f"the knob {value.knob}" if isinstance(value, KnobRef) else f"{value:g}"


def _inside(condition: Condition) -> str:
    words = condition_text(condition)
    return f"({words})" if condition.all_ or condition.any_ or condition.k_of else words


def _fields(part: PackPart) -> str:
    return ", ".join(
        _field(name, getattr(part, name)) for name in type(part).model_fields if name in part.model_fields_set
    )


def _field(name: str, value: Any) -> str:
    label = name.rstrip("_").replace("_", " ")
    if isinstance(value, KnobRef):
        return f"{label} the knob {value.knob}"
    if isinstance(value, tuple):
        inside = (f"({_fields(each)})" if isinstance(each, PackPart) else str(each) for each in value)
        return f"{label} {' or '.join(inside)}"
    return f"{label} {str(value).lower() if isinstance(value, bool) else value}"


def when_text(pack: Pack, when: Mapping[str, Many]) -> str:
    """A rule's `when` as a phrase."""
    parts = []
    for name, cases in when.items():
        if name in pack.memory and (run := pack.memory[name].consecutive) is not None:
            listed = " or ".join(many(run.cases))
            parts.append(f"{run.input} {listed} in {run.n} consecutive years")
        elif cases in ("met", "unmet") and NONE not in many(cases) and name not in pack.inputs:
            parts.append(f"{name.replace('_', ' ')} {'is so' if cases == 'met' else 'is not so'}")
        else:
            parts.append(f"{name.replace('_', ' ')}: {' or '.join(many(cases))}")
    return ", ".join(parts) or "always"


def primitives(pack: Pack) -> list[str]:
    """Names of the primitives that the pack uses (RULES 1.3 and DESIGN section 7)."""
    used = {kind for kind in kinds(pack) if kind not in ("all_", "any_", "not_", "not_set", "knob_is")}
    used |= {"consecutive" for memory in pack.memory.values() if memory.consecutive}
    used |= {"latch" for memory in pack.memory.values() if memory.latch}
    used |= {"points_bank"} if pack.bank else set()
    used |= {"term"} if pack.term else set()
    used |= {"ratchet"} if pack.ratchet else set()
    used |= {"placement"} if pack.placement else set()
    used |= {"once"} if pack.once else set()
    used |= {"cap"} if pack.compliance else set()
    used |= {"pro_rata"} if any(pay.pro_rata_to for pay in pack.pay) else set()
    used |= {"ends_with"} if pack.away == "lapse" or pack.versions[-1].to_year else set()
    used |= {"portable"} if pack.scope == "state" else set()
    return sorted(used)


def kinds(pack: Pack) -> Iterator[str]:
    """Every primitive of every condition, with repeats."""
    for cases in pack.inputs.values():
        for condition in cases.values():
            yield from _kinds_of(condition)


def _kinds_of(condition: Condition) -> Iterator[str]:
    yield condition.kind
    for part in condition.children():
        yield from _kinds_of(part)
