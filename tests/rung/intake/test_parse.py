"""Texts as districts write them become the values they mean, and what means nothing for certain stays as sent."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.extracts import Payroll
from contracts.ssn import IN_IDENTIFIERS, IN_TEXT
from expectations.suites import load_suite
from rung.core.project import SUITES
from rung.intake.safe_csv import safe_csv
from transforms.s1_conform.parse import ParseOptions, parse_columns
from transforms.s1_conform.parse.cell_text import looks_like_ssn, mask_columns, mask_ssn, mask_text, plain_text
from transforms.s1_conform.parse.days import orders
from transforms.s1_conform.parse.numbers import tidy_money, tidy_number, tidy_percent
from transforms.s1_conform.parse.words import tidy_school_year
from transforms.s1_conform.values import type_columns


def one(expression: pl.Expr, text: str | None) -> str | None:
    return pl.DataFrame({"x": [text]}, schema={"x": pl.String}).select(expression).to_series()[0]


MONEY = [
    ("$1,234.56", "1234.56"),
    ("(123.45)", "-123.45"),
    ("($1,234.56)", "-1234.56"),
    ("-$5", "-5"),
    ("123.45-", "-123.45"),
    ("USD 7", "7"),
    ("+5.10", "5.10"),
    (".5", ".5"),
    ("1,23", "1,23"),  # neither grouping nor, undeclared, a decimal comma
    ("1.234,56", "1.234,56"),
    ("12,3456", "12,3456"),
    ("--5", "--5"),
    ("(-5)", "(-5)"),
    ("-5-", "-5-"),
    ("ten", "ten"),
    ("1 234", "1 234"),
]


@pytest.mark.parametrize(("sent", "read"), MONEY)
def test_money(sent: str, read: str) -> None:
    assert one(tidy_money(pl.col("x"), False).text, sent) == read


@pytest.mark.parametrize(
    ("sent", "read"),
    [("1.234,56", "1234.56"), ("1234,5", "1234.5"), ("-1.000", "-1000"), ("1,000.50", "1,000.50"), ("5", "5")],
)
def test_decimal_comma_where_declared(sent: str, read: str) -> None:
    assert one(tidy_money(pl.col("x"), True).text, sent) == read


@pytest.mark.parametrize(
    ("sent", "of_one", "read"), [("85%", False, "85"), ("85 %", True, "0.85"), ("0.5", True, "0.5"), ("x%", True, "x%")]
)
def test_percent(sent: str, of_one: bool, read: str) -> None:
    assert one(tidy_percent(pl.col("x"), False, of_one).text, sent) == read


@pytest.mark.parametrize(
    ("sent", "read"),
    [("2025-26", "2026"), ("2025-2026", "2026"), ("1999-00", "2000"), ("SY2026", "2026"), ("2025-27", "2025-27")],
)
def test_school_year(sent: str, read: str) -> None:
    assert one(tidy_school_year(pl.col("x")).text, sent) == read


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["1/31/2026", "2/1/2026"], "mdy"),
        (["31.1.2026", "1.2.2026"], "dmy"),
        (["1/2/2026"], "ambiguous"),
        (["5/5/2026"], "iso"),
        (["1/31/2026", "31/1/2026"], "mixed"),
        (["2026-01-31", None], "iso"),
    ],
)
def test_order_of_day_and_month(values: list[str | None], order: str) -> None:
    assert orders(pl.DataFrame({"d": values}, schema={"d": pl.String}), ["d"]) == {"d": order}


def pay(column: str, values: list[str], **options: object) -> pl.DataFrame:
    rows = pl.DataFrame(
        {column: values, "source_row": range(2, len(values) + 2)},
        schema_overrides={column: pl.String, "source_row": pl.UInt32},
    )
    parsed = parse_columns(rows, Payroll, ParseOptions(**options))  # type: ignore[arg-type]
    return type_columns(parsed.rows.lazy(), Payroll).collect()


amounts = st.decimals(min_value=-9_999_999, max_value=9_999_999, places=2, allow_nan=False)


@settings(deadline=None)
@given(amounts, st.booleans(), st.booleans(), st.sampled_from(["minus", "brackets", "trailing"]))
def test_every_writing_of_an_amount_means_the_amount(value: Decimal, grouped: bool, sign: bool, negative: str) -> None:
    written = f"{abs(value):,.2f}" if grouped else f"{abs(value):.2f}"
    written = f"${written}" if sign else written
    if value < 0:
        written = {"minus": f"-{written}", "brackets": f"({written})", "trailing": f"{written}-"}[negative]
    assert pay("amount", [written])["amount"][0] == value


@settings(deadline=None)
@given(st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31)))
def test_every_unambiguous_writing_of_a_date_means_the_date(day: dt.date) -> None:
    written = [
        day.isoformat(),
        f"{day.isoformat()} 00:00:00",
        f"{day:%Y%m%d}",
        f"{day:%d-%b-%Y}",
        f"{day:%B} {day.day}, {day.year}",
        f"{day.year}/{day.month}/{day.day}",
    ]
    assert pay("pay_date", written)["pay_date"].to_list() == [day] * len(written)
    proof = dt.date(2026, 1, 31)
    american = [f"{each.month}/{each.day}/{each.year}" for each in (day, proof)]
    assert pay("pay_date", american)["pay_date"].to_list() == [day, proof]


@settings(deadline=None)
@given(st.text(max_size=12))
def test_no_text_is_read_as_another_number_than_python_reads(text: str) -> None:
    """Whatever is not written plainly stays as sent; what is read has exactly the digits that were sent."""
    read = one(tidy_number(pl.col("x"), False).text, text)
    assert read == text or [c for c in read or "" if c.isdigit()] == [c for c in text if c.isdigit()]


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        (["14611"], dt.date(1940, 1, 1)),
        (["51136"], dt.date(2040, 1, 1)),
        (["14610"], None),
        (["51137"], None),
        (["46053", "2026-01-31"], dt.date(2026, 1, 31)),  # written dates do not speak against it
        (["46053", "310126"], None),  # a number that is no day number does
        (["46053.0"], dt.date(2026, 1, 31)),
    ],
)
def test_day_numbers_in_text_files_lie_in_a_plausible_span(sent: list[str], day: dt.date | None) -> None:
    assert pay("pay_date", sent)["pay_date"][0] == day


def test_workbooks_that_count_from_1904() -> None:
    assert pay("pay_date", ["44591"], excel=True, from_1904=True)["pay_date"][0] == dt.date(2026, 1, 31)


def test_the_states_order_of_day_and_month_holds_where_nothing_tells() -> None:
    assert pay("pay_date", ["1/2/2026"], date_order="mdy")["pay_date"][0] == dt.date(2026, 1, 2)
    assert pay("pay_date", ["1/2/2026"], date_order="dmy")["pay_date"][0] == dt.date(2026, 2, 1)
    assert pay("pay_date", ["1/2/2026", "13/2/2026"], date_order="mdy")["pay_date"][0] == dt.date(2026, 2, 1)


def test_excel_day_numbers_from_workbooks() -> None:
    assert pay("pay_date", ["46053"], excel=True)["pay_date"][0] == dt.date(2026, 1, 31)
    assert pay("pay_date", ["10000"], excel=True)["pay_date"][0] == dt.date(1927, 5, 18)


def test_zeros_only_to_a_declared_width() -> None:
    assert pay("staff_id", ["123", "A12"], widths={"staff_id": 6})["staff_id"].to_list() == ["000123", "A12"]
    assert pay("staff_id", ["123"])["staff_id"].to_list() == ["123"]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("123-45-6789", True),
        ("SSN 123 45 6789.", True),
        ("000-45-6789", False),
        ("666-45-6789", False),
        ("912-45-6789", False),
        ("123-00-6789", False),
        ("123-45-0000", False),
        ("123456789", False),
        ("2123-45-67890", False),
        ("name_123-45-6789_old", True),
        ("SSN123-45-6789X", True),
        ("123\u201345\u20136789", True),
        ("123\u201145\u20116789", True),
        ("123\u00a045\u00a06789", True),
        ("123.45.6789", True),
        ("123/45/6789", True),
        ("2026-01-31", False),
    ],
)
def test_social_security_numbers(text: str, is_one: bool) -> None:
    frame = pl.DataFrame({"x": [text]})
    assert frame.select(looks_like_ssn(pl.col("x")))["x"][0] is is_one
    assert ("***-**-****" in frame.select(mask_ssn(pl.col("x")))["x"][0]) is is_one
    assert ("***-**-****" in mask_text(text)) is is_one
    assert (re.search(IN_IDENTIFIERS, text) is not None) is is_one


def test_numbers_side_by_side_and_bare_ones_are_masked() -> None:
    frame = pl.DataFrame({"position_title": ["123-45-6789 234-56-7890", "id 123456789"], "staff_id": ["123456789"] * 2})
    masked = mask_columns(frame)
    assert masked["position_title"].to_list() == ["***-**-**** ***-**-****", "id ***-**-****"]
    assert masked["staff_id"].to_list() == ["123456789"] * 2
    assert mask_text("123-45-6789,234-56-7890") == "***-**-****,***-**-****"


def test_every_rule_about_such_numbers_holds_the_one_pattern() -> None:
    found = [
        (rule.columns[0], rule.kwargs["regex"])
        for path in SUITES.glob("*.json")
        for rule in load_suite(path.stem, SUITES).expectations
        if "Social Security" in rule.meta.message
    ]
    assert len(found) == 33
    for column, pattern in found:
        assert pattern == (IN_TEXT if plain_text(column) else IN_IDENTIFIERS), column


@pytest.mark.parametrize(
    "cell", ["=1+1", "\n=1+1", "\uff1d1+1", "\u200b=1+1", "\ufeff=1+1", " =1+1", "\u200e\u200b@x", "\uff0b1+A1"]
)
def test_a_cell_that_a_spreadsheet_would_run_is_guarded(cell: str) -> None:
    text = safe_csv(pl.DataFrame({"note": [cell]})).decode("utf-8-sig")
    assert "'" + cell in text


@pytest.mark.parametrize("cell", ["-12.50", "+3", "plain", "a=b"])
def test_a_cell_that_it_would_not_run_stays(cell: str) -> None:
    assert "'" not in safe_csv(pl.DataFrame({"note": [cell]})).decode("utf-8-sig")
