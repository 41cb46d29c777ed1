"""Mended files: rows that came back to a district, corrected and sent again, put into the file that they came from.

A file is a mended one when it names a row and a submission (`_rung_row`, `_rung_submission`), whatever its form. A row
is known by the file and the line on which it was first sent. Cells that come back as they were shown stay as they were
first sent; a column that is not there changes nothing.
"""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl

from contracts.file_shape import Shape
from transforms.s1_conform.decode import Decoded, DecodeOptions, Refused, Table, decode_files, fold
from transforms.s1_conform.decode.archive import BROKEN_ZIP, unpack
from transforms.s1_conform.decode.model import SOURCE_ROW, cell_name
from transforms.s1_conform.decode.totals_rows import IS_TOTAL
from transforms.s1_conform.returned_cell import shown_cell, shown_name
from transforms.s1_conform.values import RETURNED

ROW, SUBMISSION, FILE = "_rung_row", "_rung_submission", "_rung_file"
MARKS = frozenset(fold(name) for name in RETURNED)
NEEDED = frozenset({fold(ROW), fold(SUBMISSION)})
_WRITTEN = tuple(SUBMISSION.encode(letters) for letters in ("ascii", "utf-16-le", "utf-16-be"))
_SHOWN_LINES = 5
# What a cell looks like that made its row break a rule: a formula's error, lost digits, a total.
_CAUSES = {"ROW-003": r"^#[A-Z]", "ROW-004": r"^\d{16,}(\.0+)?$|\d[eE]\+\d", "ROW-007": IS_TOTAL}
MARK_SCHEMA = {"line": pl.UInt32, "submission": pl.String, "file": pl.String, "row": pl.UInt32}


@dataclasses.dataclass(frozen=True)
class MendedRows:
    """The rows of a drop's mended files. `names`: those files; `others`: what came with them; `marks`: one line a row.

    `file` of a mark is null where the district took the column out.
    """

    names: tuple[str, ...]
    others: tuple[str, ...]
    tables: tuple[Table, ...]
    marks: tuple[pl.DataFrame, ...]

    @property
    def rows(self) -> pl.DataFrame:
        """The marks of all rows."""
        return pl.concat(self.marks)

    @property
    def submission(self) -> str:
        """The one submission that all rows name."""
        return str(self.marks[0]["submission"][0])


def find_mended(files: Mapping[str, bytes], options: DecodeOptions) -> MendedRows | None:
    """The mended files of a drop; None where it has none. Raises Refused FILE-060 where the marks do not fit together.

    How the district's own export is laid out does not matter: the file was written by Rung.
    """
    names, others, tables = [], [], []
    shape = Shape(decimal_comma=options.shape.decimal_comma)
    plain = options.model_copy(update={"known": options.known | MARKS, "required": NEEDED, "shape": shape})
    for name, data in files.items():
        found = decode_files({name: data}, plain).tables if _names_a_submission(data, name, options) else ()
        mended = [table for table in found if _is_mended(table)]
        if mended:
            names.append(name)
            tables += mended
        if not mended or len(mended) < len(found):
            others += [table.name for table in found if table not in mended] or [name]
    if not names:
        return None
    marks = tuple(_marks(table) for table in tables)
    _check_marks(marks)
    return MendedRows(tuple(names), tuple(others), tuple(tables), marks)


def _is_mended(table: Table) -> bool:
    """Whether most rows are marked: a whole file that some returned rows were put into is a whole file."""
    by_name = {fold(name): cell_name(at) for at, name in enumerate(table.header)}
    if not by_name.keys() >= NEEDED:
        return False
    marked = pl.any_horizontal(pl.col([by_name[each] for each in sorted(NEEDED)]).is_not_null())
    return bool(table.rows.select(marked.mean() >= 1 / 2).item())


def _names_a_submission(data: bytes, name: str, options: DecodeOptions) -> bool:
    """Whether the bytes hold the mark, packed or not."""
    try:
        members = unpack(data, name, options.bounds, Counter())
    except Refused:
        return False
    return any(mark in part for _, plain in members for part in _parts(plain, options) for mark in _WRITTEN)


def _parts(data: bytes, options: DecodeOptions) -> Sequence[bytes]:
    """The bytes of a plain file, or those of the parts of a workbook that hold text."""
    if not data.startswith(b"PK"):
        return [data]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            infos = [
                info for info in book.infolist() if info.filename.startswith("xl/") or info.filename == "content.xml"
            ]
            if sum(info.file_size for info in infos) > options.bounds.max_expanded_bytes:
                return []
            return [book.read(info) for info in infos]
    except BROKEN_ZIP:
        return []


def _marks(table: Table) -> pl.DataFrame:
    """Line, submission, file and row of each row. Raises Refused FILE-060 where one cannot be read."""
    by_name = {fold(name): cell_name(at) for at, name in enumerate(table.header)}
    file = by_name.get(fold(FILE))
    marks = table.rows.select(
        pl.col(SOURCE_ROW).alias("line"),
        pl.col(by_name[fold(SUBMISSION)]).str.strip_chars().alias("submission"),
        (pl.lit(None, dtype=pl.String) if file is None else pl.col(file).str.strip_chars()).alias("file"),
        # A spreadsheet may write 12 as 12.0.
        pl.col(by_name[fold(ROW)]).str.strip_chars().str.extract(r"^(\d{1,9})(\.0+)?$").cast(pl.UInt32).alias("row"),
    )
    split = table.broken.filter(pl.col("rule_id").is_in(["ROW-001", "ROW-002"]))[SOURCE_ROW]
    if split.len():
        raise Refused("FILE-060", f"{_lines(split)} cannot be taken apart into cells")
    unmarked = marks.filter(pl.col("row").is_null() | pl.col("submission").is_null())["line"]
    if unmarked.len():
        raise Refused("FILE-060", f"{_lines(unmarked)} does not say which row it mends (`{ROW}`, `{SUBMISSION}`)")
    return marks


def _check_marks(marks: Sequence[pl.DataFrame]) -> None:
    together = pl.concat(marks)
    if together["submission"].n_unique() > 1:
        raise Refused("FILE-060", "its rows come from several submissions")
    twice = together.filter(pl.struct("file", "row").is_duplicated())
    if twice.height:
        raise Refused("FILE-060", f"{_lines(twice['line'])} say that they mend the same row")


def mend(decoded: Decoded, mended: MendedRows) -> Decoded:
    """The decoded files with the mended rows in place of those that they mend.

    Raises Refused FILE-060 where a row or a column is not in the file that is mended.
    """
    tables = list(decoded.tables)
    repairs = Counter(decoded.repairs)
    targets = {shown_name(table.name): at for at, table in enumerate(tables)}
    for source, marks in zip(mended.tables, mended.marks, strict=True):
        if marks["file"].null_count() and len(tables) > 1:
            raise Refused("FILE-060", f"the column `{FILE}` is missing, and several files were sent")
        named = marks["file"].fill_null(next(iter(targets)))
        strange = sorted(set(named) - set(targets))
        if strange:
            raise Refused("FILE-060", f"no file {strange[0]} was sent")
        _refuse_new_columns(source, [tables[targets[name]] for name in named.unique(maintain_order=True)])
        for name in named.unique(maintain_order=True):
            at = targets[name]
            tables[at] = _mend_table(tables[at], source, marks.filter(named == name), repairs)
    return Decoded(tuple(tables), repairs, decoded.problems)


def _mend_table(table: Table, source: Table, marks: pl.DataFrame, repairs: Counter[str]) -> Table:
    unknown = marks.join(table.rows, left_on="row", right_on=SOURCE_ROW, how="anti")["row"]
    if unknown.len():
        raise Refused("FILE-060", f"{shown_name(table.name)} has no row on {_lines(unknown)}")
    if not table.rows[SOURCE_ROW].is_unique().all():
        raise Refused("FILE-064", f"several rows come from one line of {shown_name(table.name)}")
    places = {name: cell_name(at) for at, name in enumerate(source.header) if fold(name) not in MARKS}
    pairs = {
        cell_name(at): (name, "new" + places[shown_name(name)])
        for at, name in enumerate(table.header)
        if shown_name(name) in places
    }
    new = source.rows.join(marks.select("line", "row"), left_on=SOURCE_ROW, right_on="line", how="inner")
    new = new.select(pl.col("row").alias(SOURCE_ROW), pl.col("^·.*$").name.prefix("new"), mends=pl.lit(True))
    joined = table.rows.join(new, on=SOURCE_ROW, how="left", maintain_order="left")
    mends = pl.col("mends").fill_null(False)
    changed = {cell: mends & ~_unchanged(pl.col(cell), name, pl.col(at)) for cell, (name, at) in pairs.items()}
    zeros = [mends & _lost_zeros(pl.col(cell), pl.col(at)) for cell, (_, at) in pairs.items()]
    repairs["zeros_kept"] += joined.select(pl.sum_horizontal(pl.lit(0), *zeros).sum()).item()
    faulty = joined.join(
        table.broken.unique(SOURCE_ROW, keep="first"), on=SOURCE_ROW, how="left", maintain_order="left"
    )
    left = [~change & pl.col(cell).str.contains(pl.col("cause")) for cell, change in changed.items()]
    still = faulty.with_columns(cause=pl.col("rule_id").replace_strict(_CAUSES, default=None, return_dtype=pl.String))
    joined = joined.with_columns(still.select(still=pl.any_horizontal(pl.lit(False), *left).fill_null(False)))
    rows = joined.with_columns(
        *(
            pl.when(changed[cell]).then(pl.col(at)).otherwise(pl.col(cell)).alias(cell)
            for cell, (_, at) in pairs.items()
        ),
        touched=pl.any_horizontal(pl.lit(False), *changed.values()),
    )
    # A row that came back as it was shown is as broken as it was, and so is one of which the cause was left.
    touched = rows.filter(pl.col("touched") & ~pl.col("still")).select(SOURCE_ROW)
    again = source.broken.join(marks.select("line", "row"), left_on=SOURCE_ROW, right_on="line", how="inner")
    again = again.select(pl.col("row").alias(SOURCE_ROW), "rule_id", "text").join(touched, on=SOURCE_ROW, how="semi")
    broken = pl.concat([table.broken.join(touched, on=SOURCE_ROW, how="anti"), again])
    return dataclasses.replace(table, rows=rows.select(table.rows.columns), broken=broken)


def _unchanged(sent: pl.Expr, name: str, back: pl.Expr) -> pl.Expr:
    """Whether a cell came back as it was shown, blanks at its ends apart."""
    same = _bare(shown_cell(sent, name)).eq_missing(_bare(back))
    return same | _lost_zeros(sent, back)


def _lost_zeros(sent: pl.Expr, back: pl.Expr) -> pl.Expr:
    """Whether a spreadsheet took the leading zeros off digits."""
    digits = _bare(sent).str.extract(r"^0+([1-9]\d*)$")
    return (digits == _bare(back)).fill_null(False)


def _bare(text: pl.Expr) -> pl.Expr:
    trimmed = text.str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


def _refuse_new_columns(source: Table, targets: Sequence[Table]) -> None:
    """A column with something in it that none of the mended files has."""
    known = {shown_name(name) for table in targets for name in table.header}
    for at, name in enumerate(source.header):
        new = name not in known and fold(name) not in MARKS
        if new and source.rows[cell_name(at)].str.strip_chars().fill_null("").ne("").any():
            raise Refused("FILE-060", f"the column `{name}` was not in the file that it mends")


def _lines(lines: pl.Series) -> str:
    """`line 3`, `lines 3, 7 and 2 more`."""
    shown = ", ".join(str(line) for line in lines.head(_SHOWN_LINES))
    more = f" and {lines.len() - _SHOWN_LINES} more" if lines.len() > _SHOWN_LINES else ""
    return f"line {shown}" if lines.len() == 1 else f"lines {shown}{more}"
