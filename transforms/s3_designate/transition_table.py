"""A compiled version of a pack: the transition table, and what its numbers mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from contracts.policy.packs import Pack, Version
from transforms.s3_designate.state_space import StateSpace

ANSWERS = ("pending", "declined", "not_eligible", "not_configured", "lapsed", "ended")  # statuses without a level
NO_ROW = 0  # outcome number of years without a row


@dataclass(frozen=True)
class Outcome:
    """What a transition says: the row's rule, status and levels. `level` is None where the status has none."""

    rule_id: str
    status: str
    from_level: str | None
    level: str | None


@dataclass(frozen=True)
class TransitionTable:
    """One compiled version. `next_state` and `outcome` are [states, symbols]; `outcomes[0]` means no row."""

    pack: Pack
    version: Version
    space: StateSpace
    next_state: npt.NDArray[np.int32]
    outcome: npt.NDArray[np.int32]
    outcomes: tuple[Outcome | None, ...]
