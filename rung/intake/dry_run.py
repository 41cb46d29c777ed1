"""`rung check`: a district's dry run. The state's exact rules over files on disk; nothing is uploaded, no ledger asked.

The state's configuration and reference folder (with the district's mapping and crosswalk) must be at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rung.core.errors import RungError
from rung.core.project import code_version
from rung.intake.checked import Checked, check_drop
from rung.intake.discover import Drop, LandedFile, left_behind
from rung.intake.workers import ReaderPool
from rung.lake.places import LocalPlace
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace


def check_files(work: Workspace, paths: Sequence[Path], extract: str, lea_id: str, school_year: int) -> list[Checked]:
    """Judge files as one drop into `<lea_id>/<school_year>/<extract>/`; a position file gives its pay as a second.

    Raises RungError where nothing is there to judge. Lock files and their kin are left out, as in the landing.
    """
    landed = tuple(_landed(path) for path in paths if not left_behind(path.name))
    if not landed:
        raise RungError(f"{paths[0].name}: left by a program that shows or edits files; name the file itself")
    drop = Drop(lea_id, school_year, extract, landed)
    with ReaderPool(work.settings.intake) as readers:
        return check_drop(drop, load_reference(work.reference), work.settings, readers, code_version())


def _landed(path: Path) -> LandedFile:
    if not path.is_file():
        raise RungError(f"{path}: no such file")
    place = LocalPlace(path.resolve().parent)
    return LandedFile(place, replace(place.entry(path.resolve().name), modified=datetime.now(UTC)), path.name)


def write_checked(folder: Path, checked: Sequence[Checked]) -> None:
    """Write each receipt under `<folder>/<extract>/`."""
    place = LocalPlace(folder, mode=0o600)
    for each in checked:
        for name, data in each.files.items():
            place.write(f"{each.extract}/{name}", data)
