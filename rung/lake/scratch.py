"""Files on disk that live only during a run: a large drop's, while it is read in parts."""

from __future__ import annotations

import os
from collections.abc import Iterable
from io import BufferedRandom
from pathlib import Path
from tempfile import mkstemp
from typing import IO


def new_file(folder: Path) -> Path:
    """An empty file of a new name in a folder."""
    handle, name = mkstemp(dir=folder)
    os.close(handle)
    return Path(name)


def open_to_read(path: Path) -> IO[bytes]:
    """A file, to be read in bytes."""
    return path.open("rb")


def open_to_write(path: Path) -> BufferedRandom:
    """A file, to be written anew and read again."""
    return path.open("w+b")


def write_pieces(path: Path, pieces: Iterable[bytes]) -> Path:
    """Write a file piece by piece."""
    with path.open("wb") as file:
        file.writelines(pieces)
    return path
