"""The clean way and the careful way read a clean file alike; what is not clean is seen."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.columns import MONEY
from contracts.extracts import EXTRACTS
from transforms.s1_conform.column_matching import known_names
from transforms.s1_conform.decode import DecodeOptions, decode
from transforms.s1_conform.derived import overfull
from transforms.s1_conform.fast_reader import inspect_fast, read_fast
from transforms.s1_conform.validate import DUPLICATE, mark_duplicates
from transforms.s1_conform.values import BROKEN, read_as

PAYROLL = EXTRACTS["payroll"]
KNOWN = {*PAYROLL.sent.columns(), *PAYROLL.folder_columns}
HEADER = "staff_id,pay_date,pay_code,fund_code,amount"


def clean(data: bytes) -> pl.DataFrame | None:
    shape = inspect_fast(data, KNOWN, PAYROLL.required)
    if shape is None:
        return None
    return read_fast([data[shape.body_start :]], shape.header, [shape.rows])


UNCLEAN = {
    "mark inside a value": f'{HEADER}\n1"2"3,2025-01-01,A,01,5\n',
    "mark never closed": f'{HEADER}\n"1,2025-01-01,A,01,5\n',
    "doubled mark": f'{HEADER}\n"1""2",2025-01-01,A,01,5\n',
    "quoted newline": f'{HEADER}\n"1\n2",2025-01-01,A,01,5\n',
    "quoted and padded": f'{HEADER}\n"1 ",2025-01-01,A,01,5\n',
    "padded after a quoted cell": f'{HEADER}\n"1,2", 2025-01-01,A,01,5\n',
    "quoted header": '"staff_id",pay_date,pay_code,fund_code,amount\n1,2025-01-01,A,01,5\n',
    "short row": f"{HEADER}\n1,2025-01-01,A,01\n",
    "long and short row": f"{HEADER}\n1,2025-01-01,A,01,5,6\n1,2025-01-01,A,01\n",
    "blank and long row": f"{HEADER}\n\n1,2025-01-01,A,01,5,,,,\n",
    "padded value": f"{HEADER}\n1, 2025-01-01,A,01,5\n",
    "bare return": f"{HEADER}\r1,2025-01-01,A,01,5\r",
    "mixed line ends": f"{HEADER}\r\n1,2025-01-01,A,01,5\n",
    "title line": f"Payroll\n{HEADER}\n1,2025-01-01,A,01,5\n",
    "other header": "Employee,pay_date,pay_code,fund_code,amount\n1,2025-01-01,A,01,5\n",
    "no rows": f"{HEADER}\n",
    "empty": "",
}


@pytest.mark.parametrize("ailment", UNCLEAN)
def test_what_is_not_clean_takes_the_careful_way(ailment: str) -> None:
    assert clean(UNCLEAN[ailment].encode()) is None


def test_other_encodings_take_the_careful_way() -> None:
    assert clean(f"{HEADER}\nJosé,2025-01-01,A,01,5\n".encode("cp1252")) is None
    assert clean(f"{HEADER}\nJosé,2025-01-01,A,01,5\n".encode("utf-16")) is None
    assert clean(f"{HEADER}\nJosé,2025-01-01,A,01,5\n".encode()) is not None


CELL = st.text(st.characters(codec="utf-8", exclude_characters='",\n\r\t\0', exclude_categories=("Z", "C")), max_size=6)


WRAPPED = st.tuples(CELL.filter(bool), CELL.filter(bool)).map(lambda parts: f'"{parts[0]},{parts[1]}"')


@settings(deadline=None)
@given(st.lists(st.tuples(CELL.filter(bool), CELL, CELL | WRAPPED, CELL, CELL), min_size=1, max_size=8), st.booleans())
def test_clean_and_careful_read_alike(rows: list[tuple[str, ...]], returns: bool) -> None:
    end = "\r\n" if returns else "\n"
    data = (end.join([HEADER, *(",".join(row) for row in rows)]) + end).encode()
    quick = clean(data)
    assert quick is not None
    slow = decode(data, "payroll.csv", DecodeOptions(extract="payroll", known=known_names("payroll", None)))
    if slow.problems or slow.tables[0].aside.height or slow.tables[0].rows.height != len(rows):
        return  # the careful way also sees totals and footers, which no byte count can
    columns = HEADER.split(",")
    careful = pl.DataFrame([slow.tables[0].column(name).alias(name) for name in columns])
    empty_is_null = [pl.when(pl.col(name) != "").then(pl.col(name)) for name in columns]
    assert quick.select(columns).equals(careful.select(empty_is_null))
    assert quick["source_row"].to_list() == slow.tables[0].rows["source_row"].cast(pl.UInt32).to_list()


def test_files_read_together_keep_their_own_line_numbers() -> None:
    bodies = [b"1,2,3,4,5\n1,2,3,4,6\n", b"7,2,3,4,5"]
    frame = read_fast(bodies, tuple(HEADER.split(",")), [2, 1])
    assert frame is not None
    assert frame["file_no"].to_list() == [0, 0, 1]
    assert frame["source_row"].to_list() == [2, 3, 2]


@pytest.mark.parametrize(
    ("text", "value"),
    [("12.34", "12.34"), ("-5", "-5.00"), ("12.345", None), ("ten", None), ("", None), ("1,000", None), ("$5", None)],
)
def test_money_is_dollars_and_cents_or_unreadable(text: str, value: str | None) -> None:
    read = pl.DataFrame({"x": [text]}).select(read_as(pl.col("x"), MONEY)).item()
    assert read == (Decimal(value) if value is not None else None)


def test_numbers_that_are_no_numbers_are_unreadable() -> None:
    read = pl.DataFrame({"x": ["nan", "inf", "1.5", "1e2"]}).select(read_as(pl.col("x"), pl.Float64())).to_series()
    assert read.to_list() == [None, None, 1.5, 100.0]


def test_only_rows_that_repeat_in_every_column_are_duplicates() -> None:
    batch = pl.DataFrame(
        {
            "submission_id": ["a", "a", "a", "b"],
            "key": ["1", "1", "1", "1"],
            "amount": ["5", "5", "6", "5"],
            BROKEN: pl.Series([None] * 4, dtype=pl.String),
        }
    )
    twice = pl.Series([True, True, True, False])
    marked = mark_duplicates(batch, twice, ["key"], ["key", "amount"])
    assert marked[DUPLICATE].to_list() == [False, True, False, False]


def test_peak_fte_counts_days_that_overlap_and_both_end_days() -> None:
    day = dt.date
    rows = pl.DataFrame(
        {
            "submission_id": ["s"] * 6,
            "staff_id": ["joint", "joint", "after", "after", "touch", "touch"],
            "begin_date": [day(2025, 8, 1), day(2025, 9, 1), day(2025, 8, 1), day(2026, 1, 2)] + [day(2025, 8, 1)] * 2,
            "end_date": [None, day(2026, 6, 1), day(2026, 1, 1), None, day(2025, 8, 1), day(2025, 9, 1)],
            "full_time_equivalency": [1.0, 0.6, 1.0, 1.0, 0.8, 0.8],
        }
    )
    found = dict(overfull(rows.lazy()).select("staff_id", "peak_fte").collect().iter_rows())
    assert found == {"joint": 1.6, "after": 1.0, "touch": 1.6}
