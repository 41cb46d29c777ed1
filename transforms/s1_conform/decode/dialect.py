"""The dialect of a delimited text, told by scoring: separator, quotation mark, blanks before quotes, escapes.

Every dialect that the text could be written in is tried on windows from its begin, middle and end. A dialect is better
the more known column names it finds on one line, then the more records it splits strictly and to one width, then the
more of its cells are whole values (numbers, dates, words without separators in them). Beside `clevercsv` on the corpus
in docs/decisions/dialects.md.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from transforms.s1_conform.decode.model import DecodeOptions, fold

# The repair that a separator counts as; the usual ones first, they win where nothing else speaks.
DELIMITERS = {
    ",": None,
    "\t": "delimiter_tab",
    "|": "delimiter_pipe",
    ";": "delimiter_semicolon",
    "^": "delimiter_other",
    "~": "delimiter_other",
    "\x1f": "delimiter_other",
    "\x01": "delimiter_other",
}
_RARE = frozenset("^~\x1f\x01")
_WINDOW, _RECORDS = 40_000, 60
_VALUE = re.compile(
    r"[+-]?[$€£]?\(?[\d.,]*\d\)?%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T][\d:.]+Z?)?|[\w ,.&#'’()/:+*<%@$-]*"
)
_MARKS = ('"', "'")


@dataclass(frozen=True)
class Dialect:
    """How cells are parted. `skip_blanks`: a quotation mark may follow a separator and blanks."""

    delimiter: str = ","
    quote: str = '"'
    skip_blanks: bool = False
    escape: str | None = None

    def records(self, lines: Iterator[str]) -> Iterator[list[str]]:
        """A strict reader over lines; raises csv.Error where a record does not split."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            skipinitialspace=self.skip_blanks,
            escapechar=self.escape,
            doublequote=True,
            strict=True,
        )

    def repairs(self, declared: str | None) -> list[str]:
        """What a receipt counts of it; a declared separator by its own word."""
        signs = DELIMITERS.get(self.delimiter, "delimiter_other") if declared is None else None
        words = (
            signs,
            "single_quotes" if self.quote == "'" else None,
            "blanks_before_quotes" if self.skip_blanks else None,
            "escaped_quotes" if self.escape else None,
        )
        return [word for word in words if word]


def find_dialect(text: str, options: DecodeOptions, delimiter: str | None = None) -> Dialect:
    """The dialect that fits best; a declared delimiter is not put to the question."""
    windows = _windows(text)
    best, best_score = Dialect(delimiter or ","), (-1, -1.0)
    for dialect in _candidates("".join(windows), delimiter):
        score = _score(windows, dialect, options)
        if score > best_score:
            best, best_score = dialect, score
    return best


def _windows(text: str) -> list[str]:
    """The begin, the middle and the end of a text, each of whole lines."""
    if len(text) <= 3 * _WINDOW:
        return [text]
    middle = text.find("\n", len(text) // 2) + 1
    end = text.find("\n", len(text) - _WINDOW) + 1
    return [text[:_WINDOW], text[middle : middle + _WINDOW] if middle else "", text[end:] if end else ""]


def _candidates(sample: str, declared: str | None) -> Iterator[Dialect]:
    """The plain dialect of each separator that occurs, then those whose signs occur."""
    for delimiter in [declared] if declared else DELIMITERS:
        if delimiter in _RARE and sample.count(delimiter) < 2 and declared is None:
            continue
        sign = re.escape(delimiter)
        blanks = [False] + [True] * bool(re.search(sign + r' +["\']', sample) and delimiter != " ")
        singles = re.search(rf"(?:^|{sign})[ ]*'[^'\r\n]*'[ ]*(?={sign}|$)", sample, re.MULTILINE)
        for quote in ['"'] + ["'"] * bool(singles):
            for skip in blanks:
                for escape in [None] + ["\\"] * (f"\\{quote}" in sample):
                    yield Dialect(delimiter, quote, skip, escape)


def _score(windows: list[str], dialect: Dialect, options: DecodeOptions) -> tuple[int, float]:
    """Known names on one line; share of records of the usual width times share of cells that are one value each."""
    known, broken, whole, cells = 0, 0, 0, 0
    widths: Counter[int] = Counter()
    for window in windows:
        for row in _sampled(window, dialect):
            if row is None:
                broken += 1
                continue
            if row and any(row):
                known = max(known, len({fold(cell) for cell in row} & options.known))
                widths[len(row)] += 1
                cells += len(row)
                whole += sum(1 for cell in row if _is_whole(cell))
    width, lines = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]), default=(1, 0))
    if width < 2:
        return (0, 0.0)
    alike = lines / (widths.total() + broken)
    return (known if known > 1 else 0, alike * (whole / cells) * (1 + min(width, 50) / 1000))


def _sampled(window: str, dialect: Dialect) -> Iterator[list[str] | None]:
    """Records of a window, None for one that does not split; the last, which the window may cut, is left out."""
    lines = window.splitlines(keepends=True)
    reader = dialect.records(iter(lines))
    for _ in range(_RECORDS):
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" not in str(error) or len(window) < _WINDOW:
                yield None


def _is_whole(cell: str) -> bool:
    """Whether a cell is one value: no quotation mark begins or ends it that this dialect does not take off."""
    bare = cell.strip()
    return bare[:1] not in _MARKS and bare[-1:] not in _MARKS and bool(_VALUE.fullmatch(bare))
