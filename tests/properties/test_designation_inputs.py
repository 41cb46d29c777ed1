"""How the inputs arrive changes no designation: order of rows, splitting into files, submissions sent again."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from rung.packs.golden_cases import Case, read_case
from rung.packs.load import PROGRAMS, load_pack
from transforms.s3_designate.run import build_designation

CASES = Path(__file__).resolve().parent.parent / "golden" / "packs"
FOLDERS = [
    "dc_lift__entry_gap_transfer",
    "dc_impactplus",
    "denver_teacher_leader",
    "denver_tlc",
    "baltimore_pathways",
    "boston_t3",
    "cms_opportunity_culture__cut_set",
    "texas_tia",
    "louisiana_mentor",
    "arkansas_professional_educator",
    "maryland_nbct",
    "singapore",
]


@cache
def expected_of(folder: str) -> tuple[Case, pl.DataFrame]:
    case = read_case(CASES / folder)
    return case, designations(case)


def designations(case: Case) -> pl.DataFrame:
    pack = load_pack(PROGRAMS / f"{case.program_id}.yaml", case.knobs, check=False)
    return build_designation(packs=[pack], **dict(case.tables)).collect()


def shuffled(frame: pl.LazyFrame, seed: int) -> pl.LazyFrame:
    return frame.collect().sample(fraction=1.0, shuffle=True, seed=seed).lazy()


def sent_in_pieces(frame: pl.LazyFrame, cut: int) -> pl.LazyFrame:
    """The same rows from several files of several submissions, the later piece first."""
    rows = frame.collect()
    if "submission_id" not in rows.columns:
        return rows.lazy()
    place = min(cut, rows.height)
    first, second = rows[:place], rows[place:]
    first = first.with_columns(submission_id=pl.lit("again"), source_file=pl.lit("a.csv"))
    return pl.concat([second, first]).lazy()


@pytest.mark.parametrize("folder", FOLDERS)
@settings(max_examples=2, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**31), cut=st.integers(0, 60))
def test_order_and_splitting_of_inputs_change_nothing(folder: str, seed: int, cut: int) -> None:
    case, expected = expected_of(folder)
    tables = {name: sent_in_pieces(shuffled(frame, seed), cut) for name, frame in case.tables.items()}
    assert_frame_equal(designations(replace(case, tables=tables)), expected)


@pytest.mark.parametrize("folder", FOLDERS[::2])
def test_one_educator_alone_has_the_same_designations(folder: str) -> None:
    """Nobody's level depends on who else is in the state, but for teams and shared appropriations."""
    case, everybody = expected_of(folder)
    for person in sorted(everybody["staff_id"].unique())[:2]:
        mine = pl.col("staff_id") == person
        roster = case.tables["roster"].filter(mine | (pl.col("staff_classification") == "principal"))
        others = pl.col("staff_id") == "nobody"
        rosters = case.tables["roster"].with_columns(staff_id=pl.lit("nobody"), role_code=pl.lit(None, pl.String))
        filler = rosters.unique(["lea_id", "school_year"], keep="first")  # every LEA keeps a roster of every year
        events = case.tables["leadership"].filter(mine)
        evaluation = case.tables["evaluation"].filter(mine)
        tables = dict(case.tables) | {
            "roster": pl.concat([roster, filler]),
            "leadership": events,
            "evaluation": evaluation,
        }
        alone = designations(replace(case, tables=tables)).filter(~others & mine)
        assert_frame_equal(alone, everybody.filter(mine))
