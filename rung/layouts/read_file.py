"""One file of a district as a table, read as intake reads it."""

from __future__ import annotations

from pathlib import Path

from contracts.extracts import EXTRACTS
from rung.core.errors import RungError
from rung.core.settings import Intake
from rung.intake.read import decode_bounds
from rung.lake.places import LocalPlace
from rung.layouts.known_names import known_names
from transforms.s1_conform.column_matching import known_names as contract_names
from transforms.s1_conform.column_matching import read_names
from transforms.s1_conform.decode import DecodeOptions, Table, decode, fold


def read_table(path: Path, extract: str, bounds: Intake) -> Table:
    """The file's table; of several the one with most rows. Raises RungError where it cannot be read."""
    if not path.is_file():
        raise RungError(f"{path}: no such file")
    place = LocalPlace(path.resolve().parent)
    entry = place.entry(path.resolve().name)
    if entry.size > bounds.max_file_bytes:
        raise RungError(f"{path}: {entry.size:,} bytes, more than intake.max_file_bytes")
    known = {fold(name) for name in known_names(extract).given}
    options = DecodeOptions(
        extract=extract,
        known=contract_names(extract, None) | known,
        read=read_names(extract, None) | known,
        required=read_names(extract, None, EXTRACTS[extract].required),
        person=read_names(extract, None, ("staff_id",)),
        bounds=decode_bounds(bounds),
    )
    decoded = decode(place.read_whole(entry), path.name, options)
    if decoded.problems or not decoded.tables:
        found = decoded.problems[0] if decoded.problems else None
        raise RungError(f"{path.name}: {found.message} {found.fix}" if found else f"{path.name}: holds no table")
    return max(decoded.tables, key=lambda table: table.rows.height)
