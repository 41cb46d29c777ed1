"""What stops a command: one line that says what, where and the mend (exit code 2), or which gate did not pass (1)."""

from __future__ import annotations

import errno
import traceback
from pathlib import Path

from rung.core.project import PROJECT


class RungError(Exception):
    """The work could not be done. The message is one line: what, where, the mend. Exit code 2."""

    exit_code = 2


class GateFailed(RungError):
    """The work was done, but a gate did not pass: an identity, a rule count, an audit. Exit code 1."""

    exit_code = 1


FULL = (errno.ENOSPC, errno.EDQUOT)


def is_full(error: BaseException) -> bool:
    """Whether a disk of this machine has no room left: no drop's fault, and nothing of Rung's."""
    # Polars tells of it as an error of the computation. The end of its words, because a drop's cells may stand in them.
    return getattr(error, "errno", None) in FULL or str(error).endswith(tuple(f"(os error {n})" for n in FULL))


ROOMS = ("flows", "rung", "transforms", "contracts", "expectations", "benchmarks")


def unexpected(error: BaseException) -> str:
    """Kind of an error and the place in Rung's own code where it came up, without its message (it may quote a row).

    A library's frames are passed over: the place is the last of Rung's own that led to it.
    """
    frames = [(f, Path(f.filename)) for f in traceback.extract_tb(error.__traceback__)]
    own = [(f, p.relative_to(PROJECT)) for f, p in frames if p.is_relative_to(PROJECT)]
    own = [(f, p) for f, p in own if p.parts[0] in ROOMS]
    place = f"{own[-1][1]}:{own[-1][0].lineno}" if own else "outside Rung"
    return f"unexpected {type(error).__name__} at {place}"
