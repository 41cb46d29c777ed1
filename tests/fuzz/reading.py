"""One spoiled file read in the fuzzer's reader process."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from functools import cache

from tests.fuzz.target import read_and_check, seeds
from tests.spoiled.ailment import Ailment


@cache
def _corpus() -> list[Ailment]:
    return seeds()


def read_seed(number: int, files: Mapping[str, bytes]) -> tuple[str, str]:
    """How reading the files that a seed was spoiled into ended, and where it was a fault."""
    try:
        drop = read_and_check(_corpus()[number], files)
    except MemoryError:
        return "MemoryError", ""
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}"
        return "fault", f"{type(error).__name__} {place}: {str(error)[:200]}"
    return (drop.problems[0].rule_id if drop.problems else "read"), ""
