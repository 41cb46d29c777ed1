"""What a storage place is: the verbs that a local folder and an S3 prefix share."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Protocol

from rung.core.errors import RungError

# What the disk refuses, and what mends it.
MENDS = {
    errno.ENOSPC: "make room on the disk and run again",
    errno.EDQUOT: "raise the quota or make room, and run again",
    errno.EACCES: "give the account that runs Rung the right to it",
    errno.EPERM: "give the account that runs Rung the right to it",
    errno.EROFS: "the disk is mounted read-only",
    errno.ENOTDIR: "a file stands where a folder should; move it, or name another folder in rung.toml",
    errno.ENAMETOOLONG: "the name is too long for this disk",
}


@dataclass(frozen=True)
class Entry:
    """An object of a place: `key` inside it, bytes, a tag that changes when its content does, and when it came."""

    key: str
    size: int
    etag: str
    modified: datetime


ABSENT = "there is no such folder"


@dataclass(frozen=True)
class Overlooked:
    """Something that lies in a place and is no object that can be read: its key, and what it is."""

    key: str
    why: str


class Conflict(RungError):
    """Somebody else wrote the object first."""


class Unavailable(RungError):
    """Storage that did not answer, or broke off: the same call may succeed later.

    `kind`: what the library called it.
    """

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


def unlistable(error: OSError) -> str:
    """What is wrong with something that cannot be listed, for people."""
    refused = error.errno == errno.EACCES
    return "that this account may not read" if refused else f"with a fault of the disk: {error.strerror}"


class Place(Protocol):
    """A folder on disk or a prefix in a bucket. Keys use `/` and never leave the place.

    `at_once`: how many objects are read or written beside each other.
    """

    address: str
    at_once: int

    def entries(self, prefix: str = "", overlooked: list[Overlooked] | None = None) -> Iterator[Entry]:
        """Objects under a folder, in order of key. `overlooked` gains what lies there and is none."""

    def read(self, key: str) -> bytes:
        """Bytes of an object. Raises FileNotFoundError."""

    def read_whole(self, entry: Entry) -> bytes:
        """Bytes of a listed object, large ones in ranges read beside each other. Raises OSError where it is gone, may
        not be read, or is not the one that was listed."""

    def read_into(self, entry: Entry, file: IO[bytes]) -> None:
        """As `read_whole`, into a file and piece by piece."""

    def write(self, key: str, data: bytes) -> None:
        """Write an object whole, over an older one if there is one."""

    def write_linked(self, key: str, data: bytes, older: str) -> bool:
        """Write an object that the object `older` is believed to equal. Where it does, its bytes are not stored or sent
        again: a hard link on disk, a copy by the server on S3. Returns whether that was so."""

    def write_copied(self, key: str, data: bytes, source: Place, entry: Entry) -> bool:
        """Write an object that holds what was read from an object of another place. Between two prefixes of one S3 the
        server copies, if its tag says that it still is that object; elsewhere the bytes are written. Returns whether
        the server did."""

    def write_new(self, key: str, data: bytes) -> None:
        """Write an object that must not exist yet. Raises Conflict."""

    def incoming(self, key: str) -> AbstractContextManager[IO[bytes]]:
        """A file to write an object into piece by piece: there whole when the block ends, and not at all if it raises,
        over an older one if there is one."""

    def replace(self, key: str, data: bytes, seen: str | None) -> None:
        """Write an object only if its tag is still `seen` (None: still absent). Raises Conflict."""

    def tag(self, key: str) -> str | None:
        """The object's tag, None when it is absent."""

    def remove(self, prefix: str) -> None:
        """Remove every object under a folder."""

    def remove_one(self, key: str) -> None:
        """Remove an object; nothing where it is absent."""

    def point(self, name: str, target: str) -> None:
        """Make the folder `name` show what the folder `target` holds: in one step on disk, by copying on S3."""

    def uri(self, key: str) -> str:
        """What Polars scans."""

    @property
    def options(self) -> dict[str, str] | None:
        """Polars storage options."""
