"""A reader polling during fifty releases never sees a mixed or a missing one, on disk and on S3 (issue 8, 3)."""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rung.core.errors import RungError
from rung.lake.place import Conflict
from rung.lake.pointer import current_release, mirrored_release
from rung.lake.workspace import Workspace, open_workspace
from rung.release.contents import Rendered, manifest_of
from rung.release.memory import holder
from rung.release.past_releases import prune, read_current, released_before, roll_back
from rung.release.publish import show

CONFIG = """
[state]
name = "Pointer State"
code = "PS"
synthetic = true
[storage]
landing = ["landing"]
reference = "reference"
lake = "lake"
receipts = "receipts"
releases = "{releases}"
ledger = "sqlite:///rung.db"
"""
FILES = [f"restricted/m{n}/m{n}.parquet" for n in range(3)]
RELEASES = 50


def workspace(folder: Path, releases: str = "releases", s3: str = "") -> Workspace:
    (folder / "rung.toml").write_text(CONFIG.format(releases=releases) + s3)
    return open_workspace(folder / "rung.toml")


def publish(work: Workspace, number: int) -> str:
    """A release whose every file says its number, published by the code that publishes real ones."""
    files = [Rendered(path, f"{path} of release {number} ".encode() * 400) for path in FILES]
    release_id, manifest = manifest_of(files, {"number": number})
    for file in files:
        work.releases.write(f"{release_id}/{file.path}", file.data)
    work.releases.write(f"{release_id}/manifest.json", manifest)
    show(work, release_id, work.releases.tag("current.json"))
    return release_id


def number_in(data: bytes) -> bytes:
    """The one number that a whole file repeats; a torn file has two or a broken tail."""
    numbers = set(data.split(b" of release ")[1:])
    said = {each.split(b" ")[0] for each in numbers}
    assert len(said) == 1 and len(data.split(b" of release ")) == 401
    return said.pop()


def poll(read: Callable[[], int], work: Workspace) -> int:
    """Publish fifty releases while a reader polls; returns how often it read. Its failures are raised here."""
    publish(work, 0)
    stop, failed, reads, seen = threading.Event(), [], [0], set()

    def reader() -> None:
        while not stop.is_set():
            try:
                seen.add(read())
                reads[0] += 1
            except BaseException as error:
                failed.append(error)
                return

    thread = threading.Thread(target=reader)
    thread.start()
    for number in range(1, RELEASES + 1):
        publish(work, number)
    stop.set()
    thread.join()
    if failed:
        raise failed[0]
    assert len(seen) > 3, "the reader must have seen several releases come and go"
    return reads[0]


def by_pointer(work: Workspace) -> int:
    """Read all files as `read_current` does: the pointer once, then that release."""
    _, files = read_current(work.releases, FILES)
    numbers = {number_in(data) for data in files.values()}
    assert len(numbers) == 1, f"a mixed release: {numbers}"
    return int(numbers.pop())


def by_folder(folder: Path) -> int:
    """Open `current/` once, as a BI tool that resolves the folder does, and read all of it."""
    release = (folder / "current").resolve()
    manifest = json.loads((release / "manifest.json").read_text())
    for file in manifest["files"]:
        assert hashlib.sha256((release / file["path"]).read_bytes()).hexdigest() == file["sha256"]
    return int(manifest["number"])


def by_path(folder: Path) -> int:
    """Open one stable path: the file is always there and whole."""
    return int(number_in((folder / "current" / FILES[0]).read_bytes()))


def test_on_disk_by_the_pointer(tmp_path: Path) -> None:
    work = workspace(tmp_path)
    assert poll(lambda: by_pointer(work), work) > RELEASES / 10


@pytest.mark.parametrize("read", [by_folder, by_path])
def test_on_disk_by_the_folder(tmp_path: Path, read: Callable[[Path], int]) -> None:
    work = workspace(tmp_path)
    assert poll(lambda: read(tmp_path / "releases"), work) > RELEASES / 10
    assert by_folder(tmp_path / "releases") == RELEASES


@pytest.fixture
def on_s3(s3_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.pipeline[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.pipeline[1])
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    s3 = f'[s3]\nendpoint_url = "{s3_server.endpoint_url}"\nregion = "us-east-1"\n'
    return workspace(tmp_path, f"s3://rung/releases/{tmp_path.name}", s3)


def by_mirror(work: Workspace) -> int:
    """S3 has no folder to swap: single objects of `current/` are whole at any moment, and a set of them is one release
    when the checksums of the manifest (copied last) say so, which a reader can see and wait for.
    """
    while True:
        manifest = json.loads(work.releases.read("current/manifest.json"))
        files = {path: work.releases.read(f"current/{path}") for path in FILES}
        numbers = {number_in(data) for data in files.values()}
        true = {file["path"]: file["sha256"] for file in manifest["files"]}
        if all(hashlib.sha256(data).hexdigest() == true[path] for path, data in files.items()):
            assert len(numbers) == 1, "the checksums accepted a mixed release"
            return int(numbers.pop())


def test_on_s3_by_the_pointer_and_by_the_mirror(on_s3: Workspace) -> None:
    turns = itertools.cycle([by_pointer, by_mirror])
    assert poll(lambda: next(turns)(on_s3), on_s3) > 3
    assert mirrored_release(on_s3.releases) == current_release(on_s3.releases)


def test_the_second_of_two_writers_is_refused(tmp_path: Path) -> None:
    work = workspace(tmp_path)
    first = publish(work, 1)
    seen = work.releases.tag("current.json")
    second = publish(work, 2)
    with pytest.raises(Conflict):
        show(work, first, seen)
    assert current_release(work.releases) == mirrored_release(work.releases) == second


def test_a_run_that_died_before_the_mirror_is_mended(tmp_path: Path) -> None:
    work = workspace(tmp_path)
    first, second = publish(work, 1), publish(work, 2)
    work.releases.point("current", first)
    assert mirrored_release(work.releases) == first
    show(work, second, work.releases.tag("current.json"))
    assert mirrored_release(work.releases) == second


def test_rollback_retention_and_a_spoiled_release(tmp_path: Path) -> None:
    work = workspace(tmp_path)
    names = [publish(work, number) for number in range(6)]
    assert released_before(work) == names[::-1]
    assert roll_back(work, names[2]) == names[5]
    assert current_release(work.releases) == mirrored_release(work.releases) == names[2]
    assert by_pointer(work) == 2
    gone = prune(work, keep=2)
    assert set(gone) == set(names) - {names[2], names[5]}
    assert current_release(work.releases) == names[2]
    work.releases.write(f"{names[5]}/{FILES[1]}", b"tampered")
    with pytest.raises(RungError, match="checksum"):
        roll_back(work, names[5])
    assert current_release(work.releases) == names[2]
    with pytest.raises(RungError, match="no such release"):
        roll_back(work, names[0])


def test_what_was_published_is_not_forgotten_by_pruning(tmp_path: Path) -> None:
    """Of four releases the last holds the newest memory; three rollbacks later it is the oldest by use, yet stays."""
    work = workspace(tmp_path)
    names = [publish(work, number) for number in range(4)]
    for number, name in enumerate(names, start=1):
        work.releases.write(f"{name}/restricted/memory/memory.json", json.dumps({"number": number}).encode())
    for name in reversed(names[:3]):
        roll_back(work, name)
    assert released_before(work)[:2] == [names[0], names[1]]
    assert prune(work, keep=2) == [names[2]]
    assert holder(work) == names[3]
