"""Packs in words: what a condition asks, which primitives a pack uses, for pages, explanations and the docs table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.conditions import Condition, KnobRef, Many, PackPart, many
from contracts.packs import NONE, Pack


def condition_words(condition: Condition) -> str:
    """A condition as a phrase."""
    if condition.all_ is not None:
        return " and ".join(_inside(part) for part in condition.all_)
    if condition.any_ is not None:
        return " or ".join(_inside(part) for part in condition.any_)
    if condition.not_ is not None:
        return f"not {_inside(condition.not_)}"
    if condition.last_year is not None:
        return f"in the year before: {_inside(condition.last_year)}"
    if condition.k_of is not None:
        listed = "; ".join(condition_words(part) for part in condition.k_of.of)
        return f"{condition.k_of.k} of these {len(condition.k_of.of)}: {listed}"
    value = getattr(condition, condition.kind)
    if isinstance(value, str):
        return f"knob {value} is not set"
    return f"{condition.kind.replace('_', ' ')} ({_fields(value)})"


def _inside(condition: Condition) -> str:
    words = condition_words(condition)
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


def when_words(pack: Pack, when: Mapping[str, Many]) -> str:
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
    used = {kind for kind in _kinds(pack) if kind not in ("all_", "any_", "not_", "not_set", "knob_is")}
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


def _kinds(pack: Pack) -> Iterator[str]:
    for cases in pack.inputs.values():
        for condition in cases.values():
            yield from _kinds_of(condition)


def _kinds_of(condition: Condition) -> Iterator[str]:
    yield condition.kind
    for part in condition.children():
        yield from _kinds_of(part)
