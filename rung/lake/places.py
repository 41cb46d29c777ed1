"""The only module that opens files: a place is a local folder or an `s3://bucket/prefix`, both with the same verbs.

`s3` is its half for S3.

Writes are whole or not at all: a local file is written beside its name and renamed, an S3 object is one PUT.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from rung.core.errors import RungError
from rung.lake.place import Conflict, Entry, Place

# Small row groups let BI tools skip; statistics are on by default. One setting for every Parquet file Rung writes.
PARQUET: dict[str, Any] = {"compression": "zstd", "compression_level": 1, "statistics": True, "row_group_size": 250_000}


class LocalPlace:
    """A folder on disk."""

    def __init__(self, root: Path, address: str | None = None) -> None:
        self.root = root.resolve()
        self.address = address or str(self.root)

    @property
    def options(self) -> dict[str, str] | None:
        return None

    def path(self, key: str) -> Path:
        path = self.root / key
        if not path.is_relative_to(self.root) or ".." in Path(key).parts:
            raise RungError(f"{key}: leaves {self.root}")
        return path

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        base = self.path(prefix)
        if not base.is_dir():
            return
        for item in sorted(os.scandir(base), key=lambda each: each.name):
            key = f"{prefix}/{item.name}" if prefix else item.name
            if item.is_dir():
                yield from self.entries(key)
            elif item.is_file() and not item.name.startswith("."):
                stat = item.stat()
                modified = datetime.fromtimestamp(stat.st_mtime, tz=UTC)
                yield Entry(key, stat.st_size, f"{stat.st_mtime_ns:x}-{stat.st_size:x}", modified)

    def read(self, key: str) -> bytes:
        return self.path(key).read_bytes()

    def read_whole(self, entry: Entry) -> bytes:
        return self.read(entry.key)

    def write(self, key: str, data: bytes) -> None:
        path = self.path(key)
        temporary = self._beside(path)
        temporary.write_bytes(data)
        temporary.replace(path)

    def write_new(self, key: str, data: bytes) -> None:
        path = self.path(key)
        temporary = self._beside(path)
        temporary.write_bytes(data)
        try:
            os.link(temporary, path)  # atomic, and refuses an existing name
        except FileExistsError:
            raise Conflict(f"{self.uri(key)}: exists already") from None
        finally:
            temporary.unlink()

    def replace(self, key: str, data: bytes, seen: str | None) -> None:
        import fcntl

        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with (path.parent / f".{path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.tag(key) != seen:
                raise Conflict(f"{self.uri(key)}: changed by another writer; run again")
            self.write(key, data)

    def tag(self, key: str) -> str | None:
        path = self.path(key)
        if not path.exists():
            return None
        stat = path.stat()
        return f"{stat.st_mtime_ns:x}-{stat.st_size:x}-{stat.st_ino:x}"

    def remove(self, prefix: str) -> None:
        shutil.rmtree(self.path(prefix), ignore_errors=True)

    def point(self, name: str, target: str) -> None:
        link = self.path(name)
        temporary = self._beside(link)
        temporary.symlink_to(target, target_is_directory=True)
        temporary.replace(link)

    def uri(self, key: str) -> str:
        return str(self.path(key))

    def _beside(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.parent / f".{path.name}.{os.getpid():x}.{os.urandom(4).hex()}"


def open_place(address: str, root: Path, endpoint_url: str | None = None, region: str | None = None) -> Place:
    """The place that an address of `[storage]` names; a relative path starts at `root`."""
    if address.startswith("s3://"):
        from rung.lake.s3 import S3Place

        return S3Place(address, endpoint_url, region)
    if "://" in address:
        raise RungError(f"{address}: not a place Rung knows; use a path or s3://bucket/prefix")
    return LocalPlace(root / address, address)


def write_parquet(place: Place, key: str, frame: pl.DataFrame) -> bytes:
    """Write a frame as one Parquet object and return its bytes (for checksums)."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, **PARQUET)
    data = buffer.getvalue()
    place.write(key, data)
    return data


def scratch_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for what lives only during a run."""
    return tempfile.TemporaryDirectory(prefix="rung-")
