"""Files on disk that live only during a run: what libraries write, a large drop's while it is read in parts.

They hold rows of people. A run that is killed cannot take them away: the next one does.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from io import BufferedRandom
from pathlib import Path
from tempfile import mkstemp
from typing import IO

PREFIX = "rung-scratch-"
YOUNG_SECONDS = 60  # a folder is locked right after it is made


class ScratchFolder(tempfile.TemporaryDirectory[str]):
    """A folder for what lives only during a run, locked while its process lives.

    The check page's browser has one process, no locks, and forgets its files with the page.
    """

    def __init__(self) -> None:
        self._lock = -1
        if sys.platform == "emscripten":
            super().__init__(prefix=PREFIX)
            return
        import fcntl

        sweep_scratch()
        super().__init__(prefix=PREFIX)
        self._lock = os.open(self.name, os.O_RDONLY)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self.cleanup()

    def cleanup(self) -> None:
        """Remove the folder and all that is in it."""
        super().cleanup()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def sweep_scratch() -> int:
    """Remove the folders of runs of this account that have died; returns how many."""
    import fcntl

    swept = 0
    for found in os.scandir(tempfile.gettempdir()):
        if not (found.name.startswith(PREFIX) and found.is_dir(follow_symlinks=False)):
            continue
        try:
            about = found.stat(follow_symlinks=False)
            if about.st_uid != os.getuid() or time.time() - about.st_mtime < YOUNG_SECONDS:
                continue
            lock = os.open(found.path, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:  # another run has swept it
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(found.path, ignore_errors=True)
            swept += 1
        except BlockingIOError:  # its run lives
            pass
        finally:
            os.close(lock)
    return swept


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
