"""`rung init`: writes a real state's folder. It never writes over a file that is there."""

from __future__ import annotations

import re
from pathlib import Path

from rung.core.errors import RungError
from rung.lake.places import LocalPlace
from rung.packs.pack_files import pack_files
from rung.setup.state_folder import NewState, files_of, folders_of

# What is asked on a terminal where an option is missing.
QUESTIONS = {
    "name": "Name of the state",
    "code": "Its code, 2 to 8 letters",
    "leas": "Ids of the districts, with commas",
    "years": "School years, by the year in which they end (2025-2026)",
    "programs": "Programs that they adopt, with commas (`rung programs` lists them; none is an answer)",
}


def new_state(name: str, code: str, leas: str, years: str, programs: str) -> NewState:
    """What was said on the command line, checked. Raises RungError naming the option and the mend."""
    shipped = [path.stem for path in pack_files()]
    chosen = _listed(programs)
    unknown = [program for program in chosen if program not in shipped]
    if unknown:
        raise RungError(f"--programs: {unknown[0]} is no program; there are: {', '.join(shipped)}")
    districts = _listed(leas)
    strange = [lea_id for lea_id in districts if not re.fullmatch(r"[A-Za-z0-9_-]+", lea_id)]
    if strange or not districts:
        raise RungError(f"--leas: {strange[0] if strange else 'nothing'} is no district's id; write 0100,0200")
    if not name.strip() or not 2 <= len(code.strip()) <= 8:
        raise RungError("--name is the state's name, --code its 2 to 8 letters")
    return NewState(name.strip(), code.strip(), districts, _years(years), chosen)


def write_state(directory: Path, state: NewState) -> list[str]:
    """Write the folder; returns its files. Raises RungError where one is there already: then none is written."""
    place = LocalPlace(directory)
    files = files_of(state)
    there = [name for name in files if (directory / name).exists()]
    if there:
        raise RungError(f"{directory / there[0]}: is there already; name another folder, or take it away")
    for name, text in files.items():
        place.write(name, text.encode())
    for folder in folders_of(state):
        (directory / folder).mkdir(parents=True, exist_ok=True)
    return sorted(files)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _years(text: str) -> tuple[int, ...]:
    found = re.fullmatch(r"\s*(\d{4})\s*(?:-\s*(\d{4}))?\s*", text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not 1990 <= first <= last <= 2100:
        raise RungError(f"--years {text}: write the first and the last school year, for example 2025-2026")
    return tuple(range(first, last + 1))
