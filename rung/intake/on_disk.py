"""Large drops on disk: their files, unpacked where they are archives, and how many cells the careful way would make.

A drop larger than `[intake] batch_bytes`, as it was sent or unpacked, is never held in memory whole.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

from rung.core.settings import Intake
from rung.intake.drops import DropRead, FileRead
from rung.lake.scratch import open_to_read, write_pieces
from transforms.s1_conform.decode import Bounds
from transforms.s1_conform.decode.archive import BROKEN_ZIP, members_in_pieces
from transforms.s1_conform.decode.model import problem
from transforms.s1_conform.decode.sniff import sniff
from transforms.s1_conform.file_names import unique_name

PIECE = 1024**2
HEAD = 4096
SEPARATORS = (b",", b";", b"\t", b"|")


def is_large(read: DropRead, bounds: Intake) -> bool:
    """Whether a drop is larger than is held in memory at once; of a gz file, by the size that stands at its end."""
    return not read.problems and sum(_plain_size(file) for file in read.files) > bounds.batch_bytes


def _packed(file: FileRead) -> str | None:
    """`zip` or `gzip`, by the first bytes: a workbook is a zip too, and what lies in it is no clean CSV."""
    with file.open() as source:
        head = source.read(4)
    return "zip" if head == b"PK\x03\x04" else "gzip" if head.startswith(b"\x1f\x8b") else None


def _plain_size(file: FileRead) -> int:
    kind = _packed(file)
    with file.open() as source:
        if kind == "zip":
            try:
                with zipfile.ZipFile(source) as archive:
                    inside = archive.infolist()
                workbook = any(info.filename == "[Content_Types].xml" for info in inside)
                return file.size if workbook else sum(info.file_size for info in inside)
            except BROKEN_ZIP:
                return file.size
        if kind == "gzip" and file.size >= 4:
            source.seek(-4, 2)
            return max(file.size, int.from_bytes(source.read(4), "little"))
    return file.size


def lay_out(read: DropRead, bounds: Bounds, folder: Path, repairs: Counter[str]) -> dict[str, Path]:
    """The drop's files on disk by name, archives unpacked. Raises Refused."""
    names = {file.landed.name for file in read.files}
    members: dict[str, Path] = {}
    for at, file in enumerate(read.files):
        name, inside = file.landed.name, folder / str(at)
        inside.mkdir(parents=True)
        kind = _packed(file)
        if kind is not None:
            with file.open() as source:
                inner = members_in_pieces(source, file.size, kind, name, bounds, repairs)
                found = {each: write_pieces(inside / str(n), pieces) for n, (each, pieces) in enumerate(inner)}
        else:
            found = {name: file.path or write_pieces(inside / "0", [file.data])}
        members |= {unique_name(each, {*members, *names} - {name}): path for each, path in found.items()}
    return members


def refuse_too_many_cells(read: DropRead, members: dict[str, Path], bounds: Intake) -> None:
    """Reject a drop of which a text file has more cells than the careful way takes, before that way begins."""
    for name, path in members.items():
        with open_to_read(path) as file:
            head = file.read(HEAD)
            if sniff(head) != "text":
                continue
            separator = max(SEPARATORS, key=head.partition(b"\n")[0].count)
            file.seek(0)
            cells = 1
            while piece := file.read(PIECE):
                cells += piece.count(separator) + piece.count(b"\n")
        if cells > bounds.max_cells:
            read.reject(problem("FILE-052", f"{name}: about {cells:,}, at most {bounds.max_cells:,} (`max_cells`)"))
            return
