"""The only module that opens files: a place is a local folder or an `s3://bucket/prefix` (`s3.py`), with equal verbs.

Writes are whole or not at all: a local file is written beside its name and renamed, an S3 object is one PUT.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from rung.core.errors import RungError
from rung.lake.place import ABSENT, MENDS, Conflict, Entry, Overlooked, Place, unlistable

TEMPORARY = ".rung-"
DEEPEST = 40  # folders inside folders; a listing that follows more of them is led on
PIECE = 4 * 1024**2


class LocalPlace:
    """A folder on disk. `mode`: rights of the files that are written, less what the umask takes away."""

    at_once = 4  # a disk answers soon: with more, threads wait for each other's turn in Python

    def __init__(self, root: Path, address: str | None = None, mode: int = 0o666) -> None:
        self.root = root.resolve()
        self.address = address or str(self.root)
        self.mode = mode
        # Who may read a file may list its folder.
        self.folder_mode = mode | (mode & 0o444) >> 2

    @property
    def options(self) -> dict[str, str] | None:
        return None

    def path(self, key: str) -> Path:
        if key.startswith("/") or ".." in key.split("/"):
            raise RungError(f"{key}: leaves {self.root}")
        return self.root / key

    def entries(self, prefix: str = "", overlooked: list[Overlooked] | None = None) -> Iterator[Entry]:
        if prefix.count("/") > DEEPEST:
            return self._overlook(prefix, "a folder too deep inside others", overlooked)
        try:
            items = sorted(os.scandir(self.path(prefix)), key=lambda each: each.name)
        except (FileNotFoundError, NotADirectoryError):  # never made, or gone since it was listed
            return None if prefix else self._overlook(self.address, ABSENT, overlooked)
        except OSError as error:
            return self._overlook(prefix, f"a folder {unlistable(error)}", overlooked, error)
        for item in items:
            key = f"{prefix}/{item.name}" if prefix else item.name
            try:
                if item.is_symlink() and not self._stays(Path(item.path)):
                    why = "a link that leads out of the place, nowhere or in a circle"
                    self._overlook(key, why, overlooked)
                elif item.is_dir():
                    yield from self.entries(key, overlooked)
                elif item.name.startswith("."):
                    if not item.name.startswith(TEMPORARY):
                        self._overlook(key, "a hidden file", overlooked)
                elif item.is_file():
                    yield self._entry(key, item.stat())
                else:
                    self._overlook(key, "a pipe, socket or device, not a file", overlooked)
            except FileNotFoundError:  # gone since it was listed
                continue
            except OSError as error:
                self._overlook(key, f"a file {unlistable(error)}", overlooked, error)
        return None

    def entry(self, key: str) -> Entry:
        """One object as `entries` lists it. Raises OSError."""
        return self._entry(key, self.path(key).stat())

    @staticmethod
    def _entry(key: str, stat: os.stat_result) -> Entry:
        try:
            modified = datetime.fromtimestamp(stat.st_mtime, tz=UTC)
        except (OverflowError, ValueError):  # a clock gone wild: no calendar has that year
            modified = datetime.max.replace(tzinfo=UTC)
        return Entry(key, stat.st_size, f"{stat.st_mtime_ns:x}-{stat.st_size:x}", modified)

    def _overlook(self, key: str, why: str, overlooked: list[Overlooked] | None, error: OSError | None = None) -> None:
        """Note what is no object. Where nobody asks for it, what cannot be looked at is an error: RungError."""
        if overlooked is not None:
            overlooked.append(Overlooked(key, why))
        elif error is not None:
            mend = MENDS.get(error.errno or 0, "look at the disk")
            raise RungError(f"{self.uri(key)}: {why}; {mend}")

    def _stays(self, link: Path) -> bool:
        """Whether a link is followed: it ends inside the place, and in no folder that it was reached through."""
        try:
            end = link.resolve(strict=True)
        except (OSError, RuntimeError):  # Python 3.11 has a RuntimeError for a link that leads to itself
            return False
        through = {folder.resolve() for folder in link.parents if folder.is_relative_to(self.root)}
        return end.is_relative_to(self.root) and end not in through

    def read(self, key: str) -> bytes:
        with self._named_errors("read", key):
            return self.path(key).read_bytes()

    def read_whole(self, entry: Entry) -> bytes:
        whole = io.BytesIO()
        self.read_into(entry, whole)
        return whole.getvalue()

    def read_into(self, entry: Entry, file: IO[bytes]) -> None:
        with self._still(entry) as source:
            left = entry.size + 1  # of a file that grows meanwhile, no more than tells that it does
            while left and (piece := source.read(min(PIECE, left))):
                file.write(piece)
                left -= len(piece)
            if left != 1:
                raise OSError(errno.ESTALE, "it was still being written")

    @contextmanager
    def _still(self, entry: Entry) -> Iterator[IO[bytes]]:
        """A listed object, open. Raises OSError where it is not the one that was listed, before or after."""
        path = self.path(entry.key)
        # A pipe that took the file's place would be waited for without end.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            end = path.resolve(strict=True)
            if not (end.is_relative_to(self.root) and os.path.samestat(end.stat(), os.fstat(file.fileno()))):
                raise OSError(errno.ESTALE, "a link to another place has taken its place")
            if not path.is_file():
                raise OSError(errno.ESTALE, "it is no file any more")
            yield file
            now = self._entry(entry.key, os.fstat(file.fileno()))
        if now.etag != entry.etag:
            raise OSError(errno.ESTALE, "it was still being written")

    def write(self, key: str, data: bytes) -> None:
        with self.incoming(key) as file:
            file.write(data)

    def write_linked(self, key: str, data: bytes, older: str) -> bool:
        """Files here are replaced, never changed in place, so that a link is as good as a copy."""
        path, source = self.path(key), self.path(older)
        temporary = self._beside(path)
        try:
            if source.is_symlink() or source.read_bytes() != data:
                raise FileNotFoundError(older)
            os.link(source, temporary)
        except OSError:  # another disk, no links, too many of them, or not what it should be
            self.write(key, data)
            return False
        temporary.replace(path)
        temporary.unlink(missing_ok=True)  # renaming a file to another name of itself does nothing
        return True

    def write_copied(self, key: str, data: bytes, source: Place, entry: Entry) -> bool:
        self.write(key, data)
        return False

    @contextmanager
    def _new_beside(self, path: Path) -> Iterator[tuple[Path, IO[bytes]]]:
        """A hidden file beside a name, to be written; taken away again where that fails."""
        temporary = self._beside(path)
        try:
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self.mode), "wb") as file:
                yield temporary, file
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    @contextmanager
    def _named_errors(self, verb: str, key: str) -> Iterator[None]:
        """An error of the disk as one line: what, where, the mend. An absent file stays FileNotFoundError."""
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            mend = MENDS.get(error.errno or 0, "look at the disk")
            raise RungError(f"{self.uri(key)}: cannot be {verb}: {error.strerror}; {mend}") from None

    @contextmanager
    def incoming(self, key: str) -> Iterator[IO[bytes]]:
        path = self.path(key)
        with self._named_errors("written", key):
            with self._new_beside(path) as (temporary, file):
                yield file
            temporary.replace(path)

    def write_new(self, key: str, data: bytes) -> None:
        path = self.path(key)
        with self._named_errors("written", key):
            with self._new_beside(path) as (temporary, file):
                file.write(data)
            try:
                os.link(temporary, path)  # atomic, and refuses an existing name
            except FileExistsError:
                raise Conflict(f"{self.uri(key)}: exists already") from None
            finally:
                temporary.unlink()

    def replace(self, key: str, data: bytes, seen: str | None) -> None:
        import fcntl

        path = self.path(key)
        with self._named_errors("written", key):
            self._make_folder(path.parent)
            with (path.parent / f".{path.name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if self.tag(key) != seen:
                    raise Conflict(f"{self.uri(key)}: changed by another writer; run again")
                self.write(key, data)
                _sync(path)

    def tag(self, key: str) -> str | None:
        path = self.path(key)
        if not path.exists():
            return None
        stat = path.stat()
        return f"{stat.st_mtime_ns:x}-{stat.st_size:x}-{stat.st_ino:x}"

    def remove(self, prefix: str) -> None:
        shutil.rmtree(self.path(prefix), ignore_errors=True)

    def remove_one(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def point(self, name: str, target: str) -> None:
        link = self.path(name)
        with self._named_errors(f"made to show {target}", name):
            temporary = self._beside(link)
            temporary.symlink_to(target, target_is_directory=True)
            temporary.replace(link)

    def uri(self, key: str) -> str:
        return str(self.path(key))

    def _beside(self, path: Path) -> Path:
        self._make_folder(path.parent)
        # By the hash of the name: a name of 255 bytes has no room for more.
        name = hashlib.sha256(path.name.encode()).hexdigest()[:12]
        return path.parent / f"{TEMPORARY}{os.getpid():x}.{name}.{os.urandom(4).hex()}"

    def _make_folder(self, folder: Path) -> None:
        """Make a folder with the place's rights, and those above it."""
        if not folder.exists():
            self._make_folder(folder.parent)
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=self.folder_mode)

    def sweep(self) -> int:
        """Remove what runs that died left half-written; what a living process writes stays. Returns how many."""
        names = ((folder, name) for folder, _, found in os.walk(self.root) for name in found)
        left = [Path(folder, name) for folder, name in names if name.startswith(TEMPORARY) and not _lives(name)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)


def _lives(name: str) -> bool:
    import psutil

    return bool(psutil.pid_exists(int(name.removeprefix(TEMPORARY).split(".")[0], 16)))


def make_durable(*places: Place) -> None:
    """Bring what was written into places down to the disk, before the ledger says that it is there.

    One call for thousands of files, where one fsync a file would cost more than writing it. S3 has answered already.
    """
    if any(isinstance(place, LocalPlace) for place in places):
        os.sync()


def _sync(path: Path) -> None:
    """Bring a file and its name down to the disk."""
    for each in (path, path.parent):
        opened = os.open(each, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def open_place(
    address: str, root: Path, endpoint_url: str | None = None, region: str | None = None, mode: int = 0o666
) -> Place:
    """The place that an address of `[storage]` names; a relative path starts at `root`."""
    if address.startswith("s3://"):
        from rung.lake.s3 import S3Place

        return S3Place(address, endpoint_url, region)
    if "://" in address:
        raise RungError(f"{address}: not a place Rung knows; use a path or s3://bucket/prefix")
    return LocalPlace(root / address, address, mode)
