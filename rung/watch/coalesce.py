"""When to speak about drops that wait in the landing. No clock and no I/O: the loop hands both in.

A burst is one word: it waits until nothing new has come for `settle` seconds, but never longer than `longest`. What
was said is said again after `remind` seconds while it still waits, so a word that a dying server lost is no loss.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

Waiting = Set[tuple[str, str, str]]  # landing, key, etag


@dataclass
class Coalescer:
    """Seconds of each wait, and what has been said."""

    settle: float = 5.0
    longest: float = 60.0
    remind: float = 300.0
    _noted: Waiting = frozenset()
    _noted_at: float = 0.0
    _new: Waiting = frozenset()
    _new_since: float = field(default=0.0)
    _changed_at: float = field(default=0.0)

    def due(self, waiting: Waiting, now: float) -> bool:
        """Whether to speak now about `waiting`, the objects that the ledger has not seen."""
        self._noted = self._noted & waiting
        new = waiting - self._noted
        if new and not self._new:
            self._new_since = now
        if new != self._new:
            self._new, self._changed_at = new, now
        if new:
            return now - self._changed_at >= self.settle or now - self._new_since >= self.longest
        return bool(waiting) and now - self._noted_at >= self.remind

    def note(self, waiting: Waiting, now: float) -> None:
        """Note that `waiting` was announced and heard."""
        self._noted, self._noted_at, self._new = frozenset(waiting), now, frozenset()

    @property
    def settling(self) -> bool:
        """Whether something new waits for its burst to end: look again soon."""
        return bool(self._new)
