"""What stops a command: one line that says what, where and the mend (exit code 2), or which gate did not pass (1)."""

from __future__ import annotations


class RungError(Exception):
    """The work could not be done. The message is one line: what, where, the mend. Exit code 2."""

    exit_code = 2


class GateFailed(RungError):
    """The work was done, but a gate did not pass: an identity, a rule count, an audit. Exit code 1."""

    exit_code = 1
