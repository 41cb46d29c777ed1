"""Ways to spoil a file: bytes flipped, cut, doubled and moved; lines and cells changed; two files spliced; repacked."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable

Mutator = Callable[[random.Random, bytes, bytes], bytes]
# What has broken readers of tables: separators, marks, numbers at their limits, letters of other encodings.
TOKENS = [
    *(
        b'"',
        b"'",
        b",",
        b";",
        b"\t",
        b"|",
        b"\r",
        b"\n",
        b"\0",
        b"\x1a",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xff",
        b"\xc3",
    ),
    *(b"=1+1", b"#REF!", b"1e309", b"-0", b"99999999999999999999", b"0001-01-01", b"9999-12-31", b"2958466", b"NaN"),
    *(b"total", b"n/a", b"_rung_row", b"_rung_submission", b"^.*$", b"*", b"078-05-1120", b"1,234.56", b"(12)"),
    *(
        b"\xe2\x80\xae",
        b"\xef\xbc\x9d",
        b"\xed\xa0\x80",
        b"PK\x03\x04",
        b"<!DOCTYPE a>",
        b"&a;",
        b"sep=;\n",
        b" " * 300,
    ),
]
BIGGEST = 200_000


def flip(rng: random.Random, data: bytes, _: bytes) -> bytes:
    changed = bytearray(data)
    for _n in range(rng.choice((1, 1, 2, 8, 64))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def cut(rng: random.Random, data: bytes, _: bytes) -> bytes:
    begin, end = sorted(rng.randrange(len(data) + 1) for _n in range(2))
    return rng.choice((data[:begin], data[begin:], data[:begin] + data[end:]))


def put_in(rng: random.Random, data: bytes, _: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(TOKENS) * rng.choice((1, 1, 1, 3, 1000)) + data[at:]


def double(rng: random.Random, data: bytes, _: bytes) -> bytes:
    begin, end = sorted(rng.randrange(len(data) + 1) for _n in range(2))
    return data[:end] + data[begin:end] * rng.choice((1, 2, 20)) + data[end:]


def splice(rng: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


def lines(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Lines moved, dropped, doubled, or taken from another file."""
    parts = data.split(b"\n")
    for _n in range(rng.choice((1, 2, 5))):
        at = rng.randrange(len(parts))
        match rng.randrange(4):
            case 0:
                parts.insert(rng.randrange(len(parts) + 1), parts[at])
            case 1 if len(parts) > 1:
                del parts[at]
            case 2:
                parts[at] = rng.choice(other.split(b"\n"))
            case _:
                to = rng.randrange(len(parts))
                parts[at], parts[to] = parts[to], parts[at]
    return b"\n".join(parts)


def cells(rng: random.Random, data: bytes, _: bytes) -> bytes:
    """Cells of a line exchanged, emptied, or filled with something odd; separators lost or doubled."""
    parts = data.split(b"\n")
    at = rng.randrange(len(parts))
    row = parts[at].split(rng.choice((b",", b";", b"\t")))
    cell = rng.randrange(len(row))
    row[cell] = rng.choice((b"", rng.choice(TOKENS), row[rng.randrange(len(row))], row[cell] + b",", b'"' + row[cell]))
    parts[at] = b",".join(row)
    return b"\n".join(parts)


def repack(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """One member of an archive or a workbook spoiled and packed again; a plain file packed."""
    if not data.startswith(b"PK"):
        return gzip.compress(data) if rng.random() < 0.5 else _zip({"a.csv": data, "b.csv": other[:BIGGEST]})
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()[:30]}
    except Exception:  # spoiled before: there is nothing to pack
        return flip(rng, data, other)
    if not members:
        return data
    name = rng.choice(sorted(members))
    spoil = rng.choice((flip, cut, put_in, double, splice))
    members[name] = spoil(rng, members[name] or b" ", other)
    return _zip(members)


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


MUTATORS: tuple[Mutator, ...] = (flip, cut, put_in, double, splice, lines, lines, cells, cells, repack, repack)


def mutate(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """The file spoiled once to five times, never longer than the bound; the same from the same generator."""
    for _n in range(rng.choice((1, 1, 1, 2, 3, 5))):
        data = rng.choice(MUTATORS)(rng, data or b" ", other or b" ")[:BIGGEST]
    return data
