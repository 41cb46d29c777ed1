"""A position file's roster and pay came in one file: they stand or fall together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rung.intake.decision import Decision
from rung.intake.drops import DropRead

# From the one that lets most in to the one that lets least in.
ORDER = ("accepted", "late", "held", "rejected")


def decide_together(reads: Sequence[DropRead], decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions, those of submissions out of one drop brought down to the strictest among them, with its reason.

    Half a file in force would be a roster without its pay, or pay for a roster that does not count.
    """
    strictest: dict[int, tuple[str, Decision]] = {}
    for read, decision in zip(reads, decisions, strict=True):
        _, found = strictest.get(id(read.drop), ("", decision))
        if ORDER.index(decision.state) >= ORDER.index(found.state):
            strictest[id(read.drop)] = (read.extract, decision)
    return [_brought_down(decision, *strictest[id(read.drop)]) for read, decision in zip(reads, decisions, strict=True)]


def _brought_down(decision: Decision, extract: str, ruling: Decision) -> Decision:
    if ruling.state == decision.state:
        return decision
    why = f"It stands and falls with the {extract} in the same file, which is {ruling.state}: {ruling.why}"
    return replace(decision, state=ruling.state, why=why)
