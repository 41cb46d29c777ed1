"""Unpacks gz and zip within bounds, in memory or piece by piece; names that mislead are refused."""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from transforms.s1_conform.decode.model import Bounds, Refused
from transforms.s1_conform.decode.sniff import sniff
from transforms.s1_conform.file_names import unsafe_name

# What a damaged archive, or one of an unknown kind, makes the library say.
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
Member = tuple[str, bytes]
# What computers and programs add: hidden files, lock files of Office programs, thumbnails, folder settings.
_JUNK = re.compile(r"(^|/)(__MACOSX/|\.[^/]*$|~\$[^/]*$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_TORN = "what is packed in it cannot be unpacked to its end"
_PAPERS = re.compile(r"\.(pdf|docx?|md|rtf|html?)$|(^|/)(readme|license)[^/]*$", re.IGNORECASE)
_RATIO_MATTERS_FROM = 16 * 1024**2
_PIECE = 1024**2


def unpack(data: bytes, name: str, bounds: Bounds, repairs: Counter[str]) -> list[Member]:
    """The files inside, each named `<archive>/<member>`; a plain file is its own only member."""
    if len(data) > bounds.max_bytes:
        raise Refused("FILE-009", f"{len(data):,} bytes, at most {bounds.max_bytes:,}")
    kind = sniff(data)
    if kind == "gzip":
        plain = _gunzip(data, bounds)
        repairs["unpacked"] += 1
        _no_archive_inside(plain, name)
        return [(_ungz(name), plain)]
    if kind == "zip":
        members = _unzip(data, name, bounds, repairs)
        repairs["unpacked"] += len(members)
        return members
    return [(name, data)]


def _no_archive_inside(data: bytes, name: str) -> None:
    if sniff(data) in ("zip", "gzip"):
        raise Refused("FILE-017", name)


def _gunzip(data: bytes, bounds: Bounds) -> bytes:
    return b"".join(_inflate(io.BytesIO(data), len(data), bounds))


def _inflate(source: IO[bytes], packed: int, bounds: Bounds) -> Iterator[bytes]:
    """What is packed in a gz file, piece by piece: its members one after the other, zeros between them left out."""
    most, size, members = _most(packed, bounds), 0, 0
    rest = source.read(_PIECE)
    while rest:
        if not rest.strip(b"\0"):
            rest = source.read(_PIECE)
            continue
        members += 1
        if members > bounds.max_members:
            raise Refused("FILE-015", f"more than {bounds.max_members:,}")
        stream = zlib.decompressobj(wbits=31)
        rest = rest.lstrip(b"\0")
        while not stream.eof:
            try:
                part = stream.decompress(rest, min(_PIECE, most - size + 1))
            except zlib.error:
                raise Refused("FILE-013", _TORN) from None
            size += len(part)
            if size > most:
                raise Refused("FILE-016", f"more than {most:,} bytes")
            yield part
            rest = stream.unconsumed_tail
            if not (part or rest or stream.eof):
                rest = source.read(_PIECE)
                if not rest:
                    raise Refused("FILE-013", "it ends before its end")
        rest = stream.unused_data or source.read(_PIECE)


def _most(packed: int, bounds: Bounds) -> int:
    """Bytes that an archive of this size may grow to."""
    return min(bounds.max_expanded_bytes, max(_RATIO_MATTERS_FROM, int(packed * bounds.max_ratio)))


def _unzip(data: bytes, name: str, bounds: Bounds, repairs: Counter[str]) -> list[Member]:
    with _opened(io.BytesIO(data), len(data), bounds, repairs) as (archive, wanted):
        members = [(f"{name}/{info.filename}", b"".join(_pieces(archive, info))) for info in wanted]
    for member_name, plain in members:
        _no_archive_inside(plain, member_name)
    return members


@contextmanager
def _opened(
    source: IO[bytes], packed: int, bounds: Bounds, repairs: Counter[str]
) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]]:
    """A zip whose directory is in order, and its members that hold data."""
    try:
        archive = zipfile.ZipFile(source)
    except BROKEN_ZIP:
        raise Refused("FILE-013", "its list of files cannot be read") from None
    with archive:
        infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
        _check_directory(infos, packed, bounds)
        if archive.infolist() and min(info.header_offset for info in archive.infolist()) > 0:
            raise Refused("FILE-013", "something stands in front of what its list of files names")
        wanted = [info for info in infos if not _JUNK.search(info.filename) and not _PAPERS.search(info.filename)]
        if len(wanted) < len(infos):
            repairs["ignored_members"] += len(infos) - len(wanted)
        if not wanted:
            raise Refused("FILE-018")
        yield archive, wanted


def members_in_pieces(
    source: IO[bytes], packed: int, kind: str, name: str, bounds: Bounds, repairs: Counter[str]
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """As `unpack` of a `zip` or `gzip`: the name of each member and its bytes, piece by piece, one after the other."""
    if kind == "gzip":
        repairs["unpacked"] += 1
        yield _ungz(name), _inflate(source, packed, bounds)
        return
    with _opened(source, packed, bounds, repairs) as (archive, wanted):
        repairs["unpacked"] += len(wanted)
        for info in wanted:
            yield f"{name}/{info.filename}", _pieces(archive, info)


def _ungz(name: str) -> str:
    return re.sub(r"\.gz$", "", name, flags=re.IGNORECASE)


def _check_directory(infos: list[zipfile.ZipInfo], packed: int, bounds: Bounds) -> None:
    if len(infos) > bounds.max_members:
        raise Refused("FILE-015", f"{len(infos):,}, at most {bounds.max_members:,}")
    seen: set[str] = set()
    for info in infos:
        if unsafe_name(info.filename) or info.filename in seen or (info.external_attr >> 28) == 0xA:
            raise Refused("FILE-014", info.filename[:200])
        seen.add(info.filename)
        if info.flag_bits & 0x1:
            raise Refused("FILE-012")
    size = sum(info.file_size for info in infos)
    if size > _most(packed, bounds):
        raise Refused("FILE-016", f"{size:,} bytes from {packed:,}")


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    size = 0
    try:
        with archive.open(info) as stream:
            while size <= info.file_size and (piece := stream.read(min(_PIECE, info.file_size + 1 - size))):
                size += len(piece)
                yield piece
    except BROKEN_ZIP:
        raise Refused("FILE-013", f"{info.filename}: {_TORN}") from None
    if size != info.file_size:
        raise Refused("FILE-013", f"{info.filename}: its size is not the one written beside it")
