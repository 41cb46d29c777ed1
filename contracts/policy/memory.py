"""What a pack remembers from year to year: runs of years, and latches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from contracts.policy.conditions import KnobRef, Many, PackPart


class Consecutive(PackPart):
    """A run of `n` consecutive years in which `input` shows one of `cases`.

    A year with one of `bridge` neither counts nor breaks; `missing_cases` break it, or bridge it where `gap` says so.
    A year off the roster breaks. `window`: rolling, or fixed windows of n years counted from the last change of level.
    With `consume`, a change of level uses the run up.
    """

    input: str
    cases: Many
    n: int = Field(ge=1)
    bridge: Many = ()
    missing_cases: Many = ()
    gap: Literal["break", "bridge"] | KnobRef = "break"
    window: Literal["rolling", "fixed"] | KnobRef = "rolling"
    consume: bool = True


class Latch(PackPart):
    """Remembers that something was so. Inputs set or clear it (clear first); rules may too."""

    set_when: Mapping[str, Many] = Field(default_factory=dict)
    clear_when: Mapping[str, Many] = Field(default_factory=dict)


class Memory(PackPart):
    """Exactly one of the two kinds."""

    consecutive: Consecutive | None = None
    latch: Latch | None = None
