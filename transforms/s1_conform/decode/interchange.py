"""Reads Ed-Fi interchange XML as a stream of records; document types and entities are refused.

A record is a child of the interchange. Its leaves are kept by path (`Name/FirstName`), namespaces and descriptor
addresses taken off, each with the line on which the record begins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from transforms.s1_conform.decode.model import Refused

CHUNK = 256 * 1024


@dataclass
class InterchangeRecord:
    """A record: its element's name, its line, and the texts of its leaves by path."""

    name: str
    line: int
    leaves: dict[str, list[str]] = field(default_factory=dict)

    def first(self, *endings: str) -> str | None:
        """The first text whose path ends so; earlier endings win."""
        for ending in endings:
            for path, texts in self.leaves.items():
                if path == ending or path.endswith("/" + ending):
                    return texts[0]
        return None

    def all(self, ending: str) -> list[str]:
        return [text for path, texts in self.leaves.items() if path.endswith(ending) for text in texts]


def local(tag: str) -> str:
    """The name of an XML element without its namespace."""
    return tag.rpartition("}")[2].rpartition(":")[2]


def descriptor(text: str) -> str:
    """`uri://ed-fi.org/StaffClassificationDescriptor#Teacher` → `Teacher`."""
    return re.sub(r"^uri://[^#]*#", "", text)


class _Target:
    """Receives the parser's events; hands each finished record on and forgets it."""

    def __init__(self, done: Callable[[InterchangeRecord], None]) -> None:
        self.done = done
        self.root: str | None = None
        self.line: Callable[[], int] = lambda: 0
        self.path: list[str] = []
        self.text: list[str] = []
        self.record: InterchangeRecord | None = None

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        name = local(tag)
        if not self.path:
            self.root = name
        elif len(self.path) == 1:
            self.record = InterchangeRecord(name, self.line())
        self.path.append(name)
        self.text.clear()
        if len(self.path) > 100:
            raise Refused("FILE-025", "its elements are nested too deep")

    def data(self, text: str) -> None:
        self.text.append(text)

    def end(self, tag: str) -> None:
        if self.record is not None and len(self.path) > 2:
            text = "".join(self.text).strip()
            if text:
                path = "/".join(self.path[2:])
                self.record.leaves.setdefault(path, []).append(descriptor(text))
        self.text.clear()
        self.path.pop()
        if len(self.path) == 1 and self.record is not None:
            self.done(self.record)
            self.record = None

    def close(self) -> None:
        return None


def stream_records(data: bytes) -> tuple[str, Iterator[InterchangeRecord]]:
    """The interchange's name and its records one after the other. Raises Refused FILE-024 or FILE-025."""
    found: list[InterchangeRecord] = []
    target = _Target(found.append)
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    target.line = lambda: int(parser.parser.CurrentLineNumber)

    def feed(at: int) -> None:
        try:
            parser.feed(data[at : at + CHUNK])
            if at + CHUNK >= len(data):
                parser.close()
        except DefusedXmlException:
            raise Refused("FILE-024") from None
        except LookupError:
            raise Refused("FILE-025", "it is in an encoding that nobody knows") from None
        except (ParseError, ValueError) as error:
            line = f"line {error.position[0]}" if isinstance(error, ParseError) else "its first line"
            raise Refused("FILE-025", f"it is broken on {line}") from None

    def records() -> Iterator[InterchangeRecord]:
        yield from found
        found.clear()
        for at in range(CHUNK, len(data), CHUNK):
            feed(at)
            yield from found
            found.clear()

    feed(0)
    return target.root or "", records()
