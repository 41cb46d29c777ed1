"""A folder on disk and a prefix on a real S3 server answer alike."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import IncompleteReadError

from rung.core.errors import RungError
from rung.intake.discover import discover
from rung.lake import s3
from rung.lake.ledger import Ledger
from rung.lake.place import Conflict, Place, Unavailable
from rung.lake.places import LocalPlace, open_place
from rung.lake.s3 import S3Place


@pytest.fixture(params=["disk", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    if request.param == "disk":
        return open_place("somewhere", tmp_path)
    return s3_place(request.getfixturevalue("s3_server"), monkeypatch, f"s3://rung/{uuid.uuid4().hex}")


def s3_place(server: Any, monkeypatch: pytest.MonkeyPatch, address: str, who: str = "pipeline") -> Place:
    key, secret = getattr(server, who)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    return open_place(address, Path(), server.endpoint_url, "us-east-1")


def test_what_is_written_is_read_and_listed_in_order(place: Place) -> None:
    place.write("b/2.csv", b"two")
    place.write("b/1.csv", b"one")
    place.write("a.csv", b"a")
    assert [(entry.key, entry.size) for entry in place.entries()] == [("a.csv", 1), ("b/1.csv", 3), ("b/2.csv", 3)]
    assert [entry.key for entry in place.entries("b")] == ["b/1.csv", "b/2.csv"]
    assert list(place.entries("nowhere")) == []
    assert place.read("b/1.csv") == b"one"
    with pytest.raises(FileNotFoundError):
        place.read("b/3.csv")


def test_what_is_there_already_is_linked_and_nothing_else(place: Place) -> None:
    place.write("old/a", b"same")
    assert place.write_linked("new/a", b"same", "old/a")
    assert not place.write_linked("new/b", b"other", "old/a")
    assert not place.write_linked("new/c", b"same", "old/nowhere")
    assert [place.read(f"new/{name}") for name in "abc"] == [b"same", b"other", b"same"]
    assert place.write_linked("new/a", b"same", "old/a"), "once more, as after a run that died"
    place.write("new/a", b"changed")
    assert place.read("old/a") == b"same"
    place.remove("old")
    assert [entry.key for entry in place.entries()] == ["new/a", "new/b", "new/c"]


def test_a_file_from_another_place_is_copied_by_the_server_while_it_is_what_was_read(
    place: Place, tmp_path: Path
) -> None:
    """Between prefixes of one S3; what was changed since, or came in pieces, is written from what was read."""
    on_s3 = isinstance(place, S3Place)
    landing = S3Place("s3://rung/landing", place.endpoint_url, None) if on_s3 else LocalPlace(tmp_path / "landing")
    landing.write("a.csv", b"as it was read")
    landing.write("ä +%20&?.csv", b"by an odd name")
    with landing.incoming("b.csv") as file:
        file.write(b"2" * 20_000_000)
    one, large, odd = landing.entries()
    assert place.write_copied("original/ä +%20&?.csv", b"by an odd name", landing, odd) == on_s3
    assert place.write_copied("original/a.csv", b"as it was read", landing, one) == on_s3
    assert not place.write_copied("original/b.csv", b"2" * 20_000_000, landing, large)
    landing.write("a.csv", b"changed since")
    assert not place.write_copied("original/c.csv", b"as it was read", landing, one)
    landing.remove_one("a.csv")
    assert not place.write_copied("original/d.csv", b"as it was read", landing, one)
    kept = {entry.key: place.read(entry.key) for entry in place.entries("original")}
    assert kept.pop("original/b.csv") == b"2" * 20_000_000
    assert kept.pop("original/ä +%20&?.csv") == b"by an odd name"
    assert set(kept.values()) == {b"as it was read"} and len(kept) == 3


def test_a_changed_object_has_another_tag(place: Place) -> None:
    place.write("x", b"1")
    (first,) = place.entries()
    place.write("x", b"2")
    (second,) = place.entries()
    assert first.etag != second.etag
    assert place.tag("y") is None


def test_what_comes_in_pieces_is_there_whole_or_not_at_all(place: Place) -> None:
    place.write("in/a.csv", b"before")
    with place.incoming("in/a.csv") as file:
        file.write(b"1" * 20_000_000)  # more than is kept in memory on the way to S3
        assert place.read("in/a.csv") == b"before"
        file.write(b"2")
    assert place.read("in/a.csv") == b"1" * 20_000_000 + b"2"
    with pytest.raises(ZeroDivisionError), place.incoming("in/b.csv") as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert [entry.key for entry in place.entries("in")] == ["in/a.csv"]


def test_a_folder_is_removed_whole(place: Place) -> None:
    for n in range(3):
        place.write(f"gone/{n}", b"x")
    place.write("stays", b"x")
    place.remove("gone")
    assert [entry.key for entry in place.entries()] == ["stays"]


def test_of_many_who_write_new_one_wins(place: Place) -> None:
    def attempt(n: int) -> bool:
        try:
            place.write_new("pointer.json", str(n).encode())
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(attempt, range(8)))
    assert sum(won) == 1
    assert place.read("pointer.json") == str(won.index(True)).encode()


def test_of_two_who_replace_what_they_saw_one_wins(place: Place) -> None:
    place.replace("current.json", b"0", None)
    seen = place.tag("current.json")

    def attempt(n: int) -> bool:
        try:
            place.replace("current.json", f"new {n}".encode(), seen)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(attempt, range(6)))
    assert sum(won) == 1
    assert place.read("current.json") == f"new {won.index(True)}".encode()
    with pytest.raises(Conflict):
        place.replace("current.json", b"again", None)


def test_names_do_not_leave_a_folder(tmp_path: Path) -> None:
    with pytest.raises(RungError, match="leaves"):
        open_place("inside", tmp_path).read("../outside")


def test_listings_have_many_pages(s3_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    place = s3_place(s3_server, monkeypatch, f"s3://rung/{uuid.uuid4().hex}")
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: place.write(f"{n:05d}", b"x"), range(1_203)))
    assert [entry.key for entry in place.entries()] == [f"{n:05d}" for n in range(1_203)]
    place.remove("")
    assert list(place.entries()) == []


def test_large_objects_are_read_in_parts(s3_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "RANGE", 1_000)
    place = s3_place(s3_server, monkeypatch, f"s3://rung/{uuid.uuid4().hex}")
    data = bytes(n % 251 for n in range(10_500))
    place.write("large", data)
    (entry,) = place.entries()
    assert place.read_whole(entry) == data
    taken = io.BytesIO()
    place.read_into(entry, taken)
    assert taken.getvalue() == data
    place.write("large", b"other" * 3_000)
    with pytest.raises(RungError, match="cannot be read"):
        place.read_whole(entry)  # no longer the object that was listed


def test_what_is_not_allowed_is_told_in_one_line(s3_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    s3_place(s3_server, monkeypatch, "s3://rung/lake").write("there", b"1")
    place = s3_place(s3_server, monkeypatch, "s3://rung/lake", "bi")
    with pytest.raises(RungError, match=r"^s3://rung/lake/x: cannot be written: AccessDenied; check .*$"):
        place.write("x", b"1")
    with pytest.raises(RungError, match="AccessDenied"):
        list(place.entries())


def test_a_server_that_is_not_there_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    place = open_place("s3://rung/lake", Path(), "http://127.0.0.1:9", "us-east-1")
    with pytest.raises(RungError, match="EndpointConnectionError"):
        place.read("x")


def test_what_is_written_is_for_the_account_alone_or_its_group(tmp_path: Path) -> None:
    for mode, file, folder in ((0o600, 0o600, 0o700), (0o640, 0o640, 0o750)):
        place = LocalPlace(tmp_path / oct(mode), mode=mode)
        place.write("a/b.txt", b"x")
        place.replace("current.json", b"{}", None)
        assert (place.path("a/b.txt").stat().st_mode & 0o777, place.path("a").stat().st_mode & 0o777) == (file, folder)
        assert place.path("current.json").stat().st_mode & 0o777 == file
    ledger = Ledger("sqlite:///rung.db", tmp_path)
    ledger.record_release("a", datetime(2026, 1, 1, tzinfo=UTC))
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("rung.db*")} == {0o600}


def test_links_that_leave_a_place_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.csv").write_text("x")
    place = LocalPlace(tmp_path / "landing")
    place.write("0100/a.csv", b"a")
    place.path("0100/file.csv").symlink_to(tmp_path / "outside" / "secret.csv")
    place.path("0200").symlink_to(tmp_path / "outside", target_is_directory=True)
    place.path("0300").symlink_to(place.root, target_is_directory=True)  # a loop
    place.path("0100/same.csv").symlink_to(place.path("0100/a.csv"))
    keys = [entry.key for entry in place.entries()]
    assert "0100/a.csv" in keys and "0100/same.csv" in keys
    assert not any("secret" in key or key == "0100/file.csv" for key in keys)


def test_what_dead_runs_left_is_swept_and_what_living_ones_write_is_not(tmp_path: Path) -> None:
    place = LocalPlace(tmp_path)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".rung-{dead.pid:x}.aa.bb").write_bytes(b"half")
    (tmp_path / f".rung-{os.getpid():x}.aa.bb").write_bytes(b"half")
    assert place.sweep() == 1
    assert [path.name for path in tmp_path.iterdir()] == [f".rung-{os.getpid():x}.aa.bb"]


@pytest.mark.parametrize(
    ("number", "mend"), [(errno.ENOSPC, "make room"), (errno.EACCES, "right to it"), (errno.EIO, "look at the disk")]
)
def test_an_error_of_the_disk_is_one_line_with_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, mend: str
) -> None:
    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    place = LocalPlace(tmp_path)
    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(RungError, match=mend) as told:
        place.write("a.csv", b"x")
    monkeypatch.undo()
    assert str(tmp_path / "a.csv") in str(told.value)
    assert list(tmp_path.iterdir()) == []


class Broken:
    """A body of an S3 answer that breaks off `times` times."""

    def __init__(self, times: int) -> None:
        self.times = times

    def get_object(self, **_: object) -> dict[str, Any]:
        self.times -= 1
        if self.times >= 0:
            raise IncompleteReadError(actual_bytes=1, expected_bytes=3)
        return {"Body": io.BytesIO(b"abc"), "ContentLength": 3}


def test_a_body_that_breaks_off_is_read_again_and_keeps_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "BODY_PAUSE", 0.0)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    place: Any = open_place("s3://bucket/prefix", Path(), "http://127.0.0.1:9", "us-east-1")
    place.client = Broken(s3.BODY_TRIES - 1)
    assert place.read("x") == b"abc"
    place.client = Broken(s3.BODY_TRIES)
    with pytest.raises(Unavailable) as told:
        place.read("x")
    assert told.value.kind == "IncompleteReadError"


def test_a_lost_answer_to_our_own_writing_is_success(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server wrote it, the answer was lost, and the retry is answered 412 by what it had written itself."""
    if not isinstance(place, s3.S3Place):
        pytest.skip("a disk loses no answers")
    place.write("current.json", b"old")
    seen = place.tag("current.json")
    put = place.client.put_object

    def twice(**words: Any) -> Any:
        put(**words)
        return put(**words)

    monkeypatch.setattr(place.client, "put_object", twice)
    place.replace("current.json", b"new", seen)
    assert place.read("current.json") == b"new"
    place.write_new("fresh.json", b"1")
    monkeypatch.undo()
    with pytest.raises(Conflict):
        place.replace("current.json", b"other", seen)


def test_a_landing_that_is_not_there_is_named_and_stops_nobody(tmp_path: Path) -> None:
    """A mount that is gone must not look like a day without files."""
    there = LocalPlace(tmp_path / "there")
    there.write("0100/2026/roster/a.csv", b"x\n")
    found = discover((LocalPlace(tmp_path / "gone", "gone"), there), {})
    assert found.stray == ("gone (there is no such folder)",)
    assert [drop.lea_id for drop in found.drops] == ["0100"]


def test_a_file_where_a_folder_should_be_is_named_with_its_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    place = LocalPlace(tmp_path / "file" / "lake")
    for act in (lambda: place.write("a/b", b""), lambda: place.replace("a/b", b"", None)):
        with pytest.raises(RungError, match=r"a/b: cannot be written: .*; a file stands where a folder should"):
            act()


def test_of_a_file_that_grew_after_it_was_listed_no_more_is_read_than_tells(tmp_path: Path) -> None:
    """A log that is written on for ever, or a file swapped for a huge one, must fill neither memory nor disk."""
    place = LocalPlace(tmp_path)
    place.write("0100/2026/roster/a.csv", b"0123456789")
    (entry,) = place.entries("")
    os.truncate(tmp_path / entry.key, 40 * 1024**3)  # forty gigabytes, none of them on the disk
    taken = io.BytesIO()
    with pytest.raises(OSError, match="it was still being written"):
        place.read_into(entry, taken)
    assert len(taken.getvalue()) == entry.size + 1
