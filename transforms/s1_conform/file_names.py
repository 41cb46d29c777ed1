"""Names of files as they are sent: what is unsafe in one, and another one where two files share it."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import count


def unsafe_name(name: str) -> bool:
    """Whether a name is absolute, climbs out, or hides what it is."""
    parts = re.split(r"[/\\]", name)
    return (
        not name
        or name.startswith(("/", "\\"))
        or ".." in parts
        or bool(re.match(r"^[A-Za-z]:", name))
        or "\\" in name
        or any(ord(letter) < 32 for letter in name)
    )


def unique_name(name: str, taken: Collection[str]) -> str:
    """The name, or the same with a number before its ending where it is taken."""
    stem, dot, ending = name.rpartition(".")
    numbered = (f"{stem} ({number}){dot}{ending}" if dot else f"{name} ({number})" for number in count(2))
    return name if name not in taken else next(each for each in numbered if each not in taken)
