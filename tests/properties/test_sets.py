"""A stage is a function of a set of educators: results of sets, put together, are those of all educators at once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.tables import designation_tables
from rung.packs.golden_cases import Case, read_case
from rung.packs.load import PROGRAMS, load_pack
from transforms.s2_resolve.district_years import statewide
from transforms.s3_designate.run import KEY, build_designation, shares_pay

CASES = Path(__file__).resolve().parent.parent / "golden" / "packs"
PERSONS = ("evaluation", "roster", "leadership")


@cache
def case_of(folder: str) -> Case:
    return read_case(CASES / folder)


def split(tables: dict[str, pl.LazyFrame], sets: int) -> list[dict[str, pl.LazyFrame]]:
    """The rows of each set of educators, beside the whole reference tables."""
    here = pl.col("staff_id").hash(7) % sets
    names = [name for name in tables if name in PERSONS or name == "pay_sums"]
    return [tables | {name: tables[name].filter(here == number) for name in names} for number in range(sets)]


@pytest.mark.parametrize("sets", [5])
@pytest.mark.parametrize("folder", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_designations_of_sets_are_those_of_all(folder: str, sets: int) -> None:
    case = case_of(folder)
    pack = load_pack(PROGRAMS / f"{case.program_id}.yaml", case.knobs, check=False)
    if shares_pay(pack):
        pytest.skip(f"{pack.program_id} shares an appropriation among all educators: there is no smaller set")
    tables = dict(case.tables)
    others = statewide(tables["roster"], tables["districts"], None)
    parts = [
        build_designation(packs=[pack], **designation_tables(part), others=others).collect()
        for part in split(tables, sets)
    ]
    whole = build_designation(packs=[pack], **designation_tables(tables)).collect()
    assert whole.height
    assert_frame_equal(pl.concat(parts).sort(KEY), whole)
