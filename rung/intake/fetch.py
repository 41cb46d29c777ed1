"""The files of drops read from the landing: into memory, or onto disk where a drop is large."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rung.core.errors import is_full
from rung.core.settings import Intake
from rung.intake.discover import Drop, LandedFile
from rung.intake.drops import DropRead, FileRead, submission_id
from rung.lake.scratch import new_file, open_to_write
from transforms.s1_conform.decode.model import problem
from transforms.s1_conform.file_names import unsafe_name


def fetch(drops: Sequence[Drop], bounds: Intake, threads: int, large: Path | None = None) -> list[DropRead]:
    """Read all files of a batch and give each drop the id that its bytes and its folder make.

    `threads`: how many files are read at once; 0 where no thread can be started. `large`: a folder for the files of
    drops larger than `batch_bytes`, which are not held in memory; without it they are.
    """
    files = [(file, large if drop.size > bounds.batch_bytes else None) for drop in drops for file in drop.files]
    if threads:
        with ThreadPoolExecutor(threads) as pool:
            read = iter(list(pool.map(lambda each: _fetch(each[0], each[1], bounds.max_file_bytes), files)))
    else:
        read = iter([_fetch(each[0], each[1], bounds.max_file_bytes) for each in files])
    fetched = []
    for drop in drops:
        mine = [next(read) for _ in drop.files]
        each = DropRead(drop, drop.extract, submission_id(drop, drop.extract, mine), mine)
        for file in mine:
            if file.landed.entry.size > bounds.max_file_bytes:
                size = f"{file.landed.entry.size:,} bytes, at most {bounds.max_file_bytes:,}"
                each.reject(problem("FILE-009", f"{file.landed.name}: {size}"))
            if file.unread is not None:
                each.reject(problem("FILE-055", f"{file.landed.name}: {file.unread}"))
            if file.landed.name != "/".join(file.landed.entry.key.split("/")[3:]) and "\\x" in file.landed.name:
                each.reject(problem("FILE-056", f"{file.landed.name} holds bytes that are no letters"))
            elif unsafe_name(file.landed.name):
                each.reject(problem("FILE-035", file.landed.name))
        fetched.append(each)
    return fetched


def _fetch(landed: LandedFile, folder: Path | None, most: int) -> FileRead:
    if landed.entry.size > most:
        return FileRead(landed, b"", hashlib.sha256(landed.entry.etag.encode()).hexdigest())
    try:
        if folder is not None:
            return _fetch_large(landed, folder)
        data = landed.place.read_whole(landed.entry)
    except FileNotFoundError:
        return _unread(landed, "it is not there any more")
    except PermissionError:
        return _unread(landed, "the state's account may not read it")
    except OSError as error:  # a fault of the disk, or it changes while it is read
        if is_full(error):  # of this machine's own disk, on which a large drop is laid
            raise
        return _unread(landed, error.strerror or "the disk does not give it")
    return FileRead(landed, data, hashlib.sha256(data).hexdigest())


def _fetch_large(landed: LandedFile, folder: Path) -> FileRead:
    path = new_file(folder)
    with open_to_write(path) as file:
        landed.place.read_into(landed.entry, file)
        file.seek(0)
        return FileRead(landed, b"", hashlib.file_digest(file, "sha256").hexdigest(), path=path)


def _unread(landed: LandedFile, why: str) -> FileRead:
    return FileRead(landed, b"", hashlib.sha256(landed.entry.etag.encode()).hexdigest(), why)
