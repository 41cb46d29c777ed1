"""What stops a command: one line that says what, where and the mend (exit code 2), or which gate did not pass (1)."""

from __future__ import annotations

import traceback
from pathlib import Path

from rung.core.project import PROJECT


class RungError(Exception):
    """The work could not be done. The message is one line: what, where, the mend. Exit code 2."""

    exit_code = 2


class GateFailed(RungError):
    """The work was done, but a gate did not pass: an identity, a rule count, an audit. Exit code 1."""

    exit_code = 1


def unexpected(error: BaseException) -> str:
    """Kind and place of an error, without its message."""
    own = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(PROJECT)]
    frames = [f for f in own if ".venv" not in f.filename] or own
    place = f"{Path(frames[-1].filename).relative_to(PROJECT)}:{frames[-1].lineno}" if frames else "outside Rung"
    return f"unexpected {type(error).__name__} at {place}; run the same command in a terminal to see it whole"
