"""Which rows are totals: by label and by sum, and never a person who happens to look like one."""

from __future__ import annotations

import polars as pl
import pytest

from contracts.extracts import EXTRACTS
from transforms.s1_conform.decode import Bounds
from transforms.s1_conform.needs_tolerant_reader import need_tolerant_reader
from transforms.s1_conform.tolerant_reader import read_tolerantly
from transforms.s1_conform.values import type_columns

HEAD = "staff_id,pay_date,pay_code,fund_code,amount,school_id\n"
ROSTER = "staff_id,school_id,begin_date,staff_classification,position_title,full_time_equivalency\n"


def lines_left(text: str, extract: str = "payroll") -> list[int]:
    (table,) = read_tolerantly({"a.csv": text.encode()}, extract, 2026, None, Bounds()).tables
    return table.text["source_row"].to_list()


def pay(*lines: str) -> str:
    return HEAD + "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize(("amount", "left"), [("30.00", [2, 3]), ("30.01", [2, 3, 4]), ("29.99", [2, 3, 4])])
def test_a_total_is_the_sum_to_the_cent(amount: str, left: list[int]) -> None:
    rows = ("1,2026-01-31,A,B,10.00,S", "2,2026-01-31,A,B,20.00,S", f"All,2026-01-31,A,B,{amount},S")
    assert lines_left(pay(*rows)) == left


def test_totals_of_each_person_are_set_aside() -> None:
    rows = [
        f"{who},2026-01-31,{code},B,{amount},S"
        for who in "12"
        for code, amount in (("BASE", "100.00"), ("BEN", "20.00"), ("Total", "120.00"))
    ]
    assert lines_left(pay(*rows)) == [2, 3, 5, 6]


def test_the_sum_of_one_row_is_no_total() -> None:
    rows = (
        "1,2026-01-31,A,B,10.00,S",
        "1,2026-01-31,Total,B,10.00,S",
        "2,2026-01-31,A,B,5.00,S",
        "3,2026-01-31,A,B,1,S",
    )
    assert lines_left(pay(*rows)) == [2, 3, 4, 5]


def test_a_person_of_the_county_office_is_a_person() -> None:
    rows = "".join(
        f"{at},{school},2025-08-01,teacher,T,{fte}\n"
        for at, school, fte in ((1, "S", "0.5"), (2, "S", "0.5"), (3, "County", "1.0"), (4, "S", "1.0"))
    )
    assert lines_left(ROSTER + rows, "roster") == [2, 3, 4, 5]


def test_a_code_that_every_row_has_is_no_label() -> None:
    rows = ("1,2026-01-31,Total,B,10.00,S", "2,2026-01-31,Total,B,20.00,S", "3,2026-01-31,Total,B,30.00,S")
    assert lines_left(pay(*rows)) == [2, 3, 4]


def test_a_clean_file_with_a_full_totals_row_is_read_with_care() -> None:
    text = pl.read_csv(pay("1,2026-01-31,A,B,10.00,S", "TOTAL,2026-01-31,A,B,10.00,S").encode(), infer_schema=False)
    typed = type_columns(text.lazy().with_columns(drop_no=pl.lit(0)), EXTRACTS["payroll"].sent).collect()
    assert need_tolerant_reader(typed, EXTRACTS["payroll"].sent) == {0}
    assert need_tolerant_reader(typed.head(1), EXTRACTS["payroll"].sent) == set()


@pytest.mark.parametrize(("amount", "left"), [("30.00", [2, 3]), ("30.01", [2, 3, 4])])
def test_numbers_that_name_nobody_are_a_total_where_they_are_the_sum(amount: str, left: list[int]) -> None:
    """Else they stay a row, which comes back for want of a person: no dollar is counted twice, no row dropped."""
    assert lines_left(pay("1,2026-01-31,A,B,10.00,S", "2,2026-01-31,A,B,20.00,S", f",,,,{amount},")) == left


def test_a_row_that_names_nobody_and_says_more_than_numbers_stays() -> None:
    rows = ("1,2026-01-31,A,B,10.00,S", "2,2026-01-31,A,B,20.00,S", ",2026-01-31,A,B,30.00,S")
    assert lines_left(pay(*rows)) == [2, 3, 4]
