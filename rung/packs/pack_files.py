"""Which packs there are, by their files' names: those that Rung ships and the state's own. None is read."""

from __future__ import annotations

from pathlib import Path

from rung.core.overlay import overlay_path
from rung.core.project import PROGRAMS
from rung.core.settings import Settings

DISTRICTS = "districts.yaml"
NOT_PACKS = ("disclosure.yaml", DISTRICTS)


def pack_files(directory: Path = PROGRAMS) -> list[Path]:
    """The folder's packs, by name."""
    return [path for path in sorted(Path(directory).glob("*.yaml")) if path.name not in NOT_PACKS]


def program_ids(settings: Settings) -> list[str]:
    """The ids of all packs, the state's own among them, in order."""
    own = overlay_path(settings, "programs")
    return sorted({path.stem for path in (*pack_files(PROGRAMS), *(pack_files(own) if own else ()))})


def own_programs(settings: Settings) -> dict[str, str]:
    """The programs that the state's folder holds: id → `new`, or `replaces` where Rung ships one of that id."""
    own = overlay_path(settings, "programs")
    shipped = {path.stem for path in pack_files(PROGRAMS)}
    return {path.stem: "replaces" if path.stem in shipped else "new" for path in (pack_files(own) if own else ())}
