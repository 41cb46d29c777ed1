"""Small parts of reading, at their boundaries and by hand."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter

import polars as pl
import pytest

from transforms.s1_conform.column_matching import Matched
from transforms.s1_conform.decode import DecodeOptions
from transforms.s1_conform.decode.columnar import read_parquet
from transforms.s1_conform.decode.delimited import check_cells
from transforms.s1_conform.decode.model import Bounds, Refused
from transforms.s1_conform.decode.workbook_facts import SheetFacts, _note
from transforms.s1_conform.file_names import unsafe_name
from transforms.s1_conform.header_drift import drift_report


@pytest.mark.parametrize(
    "name",
    ["", "/pay.csv", "\\pay.csv", "a/../pay.csv", "..", "C:pay.csv", "z:pay.csv", "a\\pay.csv", "pay\x1f.csv"],
)
def test_a_name_that_leaves_its_folder_or_hides_is_unsafe(name: str) -> None:
    assert unsafe_name(name)


@pytest.mark.parametrize("name", ["pay.csv", "2026/pay.csv", "pay 1:2.csv", "pay..csv", "päy.csv"])
def test_a_plain_name_is_safe(name: str) -> None:
    assert not unsafe_name(name)


@pytest.mark.parametrize(("length", "fits"), [(10, True), (11, False)])
def test_a_cell_may_be_as_long_as_the_bound(length: int, fits: bool) -> None:
    grid = pl.DataFrame({"line": [1, 2], "·0": ["short", None], "·1": [None, "x" * length]})
    options = DecodeOptions(bounds=Bounds(max_cell_characters=10))
    if fits:
        check_cells(grid, options)
        return
    with pytest.raises(Refused) as refused:
        check_cells(grid, options)
    assert refused.value.problem.rule_id == "FILE-011"
    assert "line 2, at most 10 characters" in refused.value.problem.message


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (0.5, "[h]:mm:ss", "12:00:00"),
        (86_399 / 86_400, "[h]:mm:ss", "23:59:59"),
        (1.5, "[h]:mm:ss", "36:00:00"),
        (42.0, "00000", "00042"),
    ],
)
def test_a_workbook_cell_is_read_as_it_is_shown(value: float, form: str, shown: str) -> None:
    facts = SheetFacts()
    _note(facts, 3, 1, value, form)
    assert (facts.shown, facts.lost) == ({(3, 1): shown}, set())


def test_moments_of_a_parquet_file_are_text_to_the_second() -> None:
    data = io.BytesIO()
    pl.DataFrame({"pay_date": [dt.datetime(2025, 9, 5, 14, 7, 31)], "amount": [1.5]}).write_parquet(data)
    repairs = Counter[str]()
    table = read_parquet(data.getvalue(), "pay.parquet", DecodeOptions(), repairs)
    assert (table.name, table.kind, table.header) == ("pay.parquet", "parquet", ("pay_date", "amount"))
    assert table.rows.select("source_row", "·0", "·1").rows() == [(1, "2025-09-05 14:07:31", "1.5")]
    assert repairs["text_from_numbers"] == 1


def test_a_file_that_is_no_parquet_is_refused_in_words() -> None:
    with pytest.raises(Refused) as refused:
        read_parquet(b"PAR1 and no more PAR1", "pay.parquet", DecodeOptions(), Counter())
    assert refused.value.problem.rule_id == "FILE-030"
    assert "it is damaged, or not all of it arrived" in refused.value.problem.message


def test_a_stanza_has_what_is_suggested_and_what_nobody_can_tell() -> None:
    matched = Matched({}, ("amonut",), ("amount", "fund_code"), ())
    report = drift_report(["amonut"], matched, "payroll")
    assert report.stanza(2026) == (
        "layouts:\n  - extract: payroll\n    from_year: 2026\n    columns:\n"
        f'      amount: "amonut"  # {report.suggestions[0].score:.0f} % alike\n'
        "      fund_code: # which column, or {constant: …}?\n"
    )
    assert report.suggestions[0].score > 70
