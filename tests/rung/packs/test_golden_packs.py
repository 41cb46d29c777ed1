"""Every golden case of every pack: the rows that an analyst expects, all of them and no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from rung.packs.golden_cases import differences, read_case
from rung.packs.load import PROGRAMS, load_pack
from rung.packs.pack_files import pack_files
from transforms.s3_designate.run import build_designation

CASES = Path(__file__).resolve().parents[2] / "golden" / "packs"
FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_golden_case_comes_out_as_expected(folder: Path) -> None:
    case = read_case(folder)
    pack = load_pack(PROGRAMS / f"{case.program_id}.yaml", case.knobs, check=False)
    assert differences(case, pack) == []


@pytest.mark.parametrize("path", pack_files(), ids=lambda path: path.stem)
def test_every_pack_has_golden_cases(path: Path) -> None:
    assert any(folder.name.split("__")[0] == path.stem for folder in FOLDERS)


def test_a_wrong_expectation_is_told_row_by_row() -> None:
    case = read_case(CASES / "dc_lift__rules_vectors")
    pack = load_pack(PROGRAMS / "dc_lift.yaml")
    last = case.expected.height - 1
    wrong = case.expected.with_row_index().with_columns(
        level=pl.when(pl.col("index") == 0).then(pl.lit("expert")).otherwise("level"),
        school_year=pl.when(pl.col("index") == last).then(pl.lit("1999")).otherwise("school_year"),
    )
    found = differences(replace(case, expected=wrong.drop("index")), pack)
    assert len(found) == 3  # one other level, one row missing, one row too many
    assert sum("expected expert" in line for line in found) == 1
    assert sum("nobody expected" in line for line in found) == 1
    assert sum("no row" in line for line in found) == 1


@pytest.mark.parametrize(
    ("folder", "note"),
    [
        ("north_carolina_atr", "; appropriation not configured: the full amount"),
        ("north_carolina_atr__appropriation_short", ""),
    ],
)
def test_an_amount_that_no_appropriation_divides_says_so(folder: str, note: str) -> None:
    """Behind the reason of every level and of nothing else."""
    case = read_case(CASES / folder)
    pack = load_pack(PROGRAMS / f"{case.program_id}.yaml", case.knobs, check=False)
    rows = build_designation(packs=[pack], **dict(case.tables)).select("level", "reason").collect()
    plain = rows.with_columns(pl.col("reason").str.strip_suffix("; appropriation not configured: the full amount"))
    noted = plain.with_columns(pl.when(pl.col("level").is_not_null()).then("reason") + pl.lit(note))
    assert rows.filter(pl.col("level").is_not_null()).equals(noted.filter(pl.col("level").is_not_null()))
    assert rows.filter(pl.col("level").is_null()).equals(plain.filter(pl.col("level").is_null()))
    assert rows["level"].null_count() < rows.height
