"""All bad drops that are sent one at a time."""

from __future__ import annotations

from tests.spoiled.one_drop_kinds import KINDS
from tests.spoiled.one_drop_named import NAMED
from tests.spoiled.one_drop_places import PLACES

CASES = [*NAMED, *KINDS, *PLACES]
