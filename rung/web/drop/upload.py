"""An upload, streamed from the request into the landing: under safe names, whole or not at all, within a bound.

Of a form the fields come first, so that the folder is known, and the form's secret checked, before the first byte of a
file is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from rung.lake.place import Place

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".parquet", ".xml", ".zip", ".gz")
LONGEST_NAME = 120
LONGEST_FIELD = 2_000
MOST_PARTS = 250


class Refused(Exception):
    """An upload that is not taken, and why, for the person who sends it."""


@dataclass
class Upload:
    """What was written: names in the folder, and bytes."""

    folder: str
    names: list[str] = field(default_factory=list)
    size: int = 0


def safe_name(sent: str) -> str:
    """A file's name without folders and without what means something to a shell, a browser or a disk.

    Raises Refused for one that is no file of data.
    """
    name = unicodedata.normalize("NFC", re.split(r"[\\/]", sent)[-1]).strip()
    if name.startswith(("~$", ".~")):
        raise Refused(f"{name[:60]} is a lock file of an office program; close the file there and send the other one")
    name = re.sub(r"[^\w .()+-]", "_", name).strip(" .")
    stem, dot, suffix = name.rpartition(".")
    if not stem or f"{dot}{suffix}".lower() not in SUFFIXES:
        raise Refused(f"{name[:60] or 'A file without a name'} is not one of {', '.join(SUFFIXES)}")
    while len(f"{stem}.{suffix}".encode()) > LONGEST_NAME:
        stem = stem[:-1]
    return f"{stem.rstrip(' .')}.{suffix}"


class Receiving:
    """The parts of one form as they come. `check` gets the fields and returns the landing folder, or raises Refused."""

    def __init__(self, place: Place, check: Callable[[dict[str, str]], str], files: ExitStack) -> None:
        self._place, self._check, self._files = place, check, files
        self.fields: dict[str, str] = {}
        self.upload: Upload | None = None
        self._parts = 0
        self._header, self._value = b"", b""
        self._headers: dict[str, str] = {}
        self._field: str | None = None
        self._text = b""
        self._file: IO[bytes] | None = None

    def on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise Refused("These are too many files at once")
        self._headers, self._field, self._text, self._file = {}, None, b"", None

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        self._headers[self._header.decode("latin-1").lower()] = self._value.decode("utf-8", "replace")
        self._header, self._value = b"", b""

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get("content-disposition", ""))
        if b"filename" not in options:
            self._field = options.get(b"name", b"").decode("utf-8", "replace")
            return
        sent = options[b"filename"].decode("utf-8", "replace")
        if not sent:
            return  # a file field that was left empty
        if self.upload is None:
            self.upload = Upload(self._check(self.fields))
        name = safe_name(sent)
        if name in self.upload.names:
            raise Refused(f"Two files have the name {name}")
        self._file = self._files.enter_context(self._place.incoming(f"{self.upload.folder}/{name}"))
        self.upload.names.append(name)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None and self.upload is not None:
            self._file.write(data[start:end])
            self.upload.size += end - start
        elif self._field is not None:
            self._text += data[start:end]
            if len(self._text) > LONGEST_FIELD:
                raise Refused("A field of the form is too long")

    def on_part_end(self) -> None:
        if self._field is not None:
            self.fields[self._field] = self._text.decode("utf-8", "replace")


async def receive(
    place: Place,
    content_type: str,
    body: AsyncIterator[bytes],
    check: Callable[[dict[str, str]], str],
    *,
    most: int,
) -> Upload:
    """Write the files of a form into a landing place; all of them appear at the end, or none.

    Raises Refused for a form that is none, too large, without files, broken off, or refused by `check`.
    """
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise Refused("This is no form with files")
    size, ended = 0, False

    def on_end() -> None:
        nonlocal ended
        ended = True

    with ExitStack() as files:
        form = Receiving(place, check, files)
        names = (
            "part_begin",
            "header_field",
            "header_value",
            "header_end",
            "headers_finished",
            "part_data",
            "part_end",
        )
        callbacks = {f"on_{name}": getattr(form, f"on_{name}") for name in names}
        parser = MultipartParser(options[b"boundary"], {**callbacks, "on_end": on_end})  # type: ignore[arg-type]
        try:
            async for chunk in body:
                size += len(chunk)
                if size > most:
                    raise Refused(f"This is more than {most / 1e6:,.0f} MB at once")
                await run_in_threadpool(parser.write, chunk)
        except FormParserError:
            raise Refused("The form could not be read") from None
        if not ended:
            raise Refused("The upload broke off; nothing was kept")
        if form.upload is None:
            raise Refused("No file was chosen")
    return form.upload
