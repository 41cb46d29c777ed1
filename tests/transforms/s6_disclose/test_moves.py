"""Moves on a confidential ladder beside its levels: neither tells the other."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from contracts.public import NOBODY
from tests.disclosed import NO_YEARS, files_of, holds, policy
from transforms.s6_disclose.blocks import of_state
from transforms.s6_disclose.decide import Decided, decide
from transforms.s6_disclose.past import nothing_before
from transforms.s6_disclose.public_ladders import held, moved
from transforms.s6_disclose.shape import numbered

LADDER = pl.DataFrame(
    {
        "program_id": ["lift"] * 3,
        "level": [NOBODY, "l1", "l2"],
        "rank": [0, 1, 2],
        "leads": [False, False, True],
        "kind": ["confidential"] * 3,
    }
)
AWARDS = pl.DataFrame(schema={"program_id": pl.String, "school_year": pl.Int16, "award": pl.Int64})
RECORD = {"staff_id": pl.String, "school_year": pl.Int16, "lea_id": pl.String, "school_id": pl.String}


def judged(levels: Sequence[Sequence[str | None]]) -> Decided:
    """The decision on one district whose persons held these levels, one list for each year from 2024 on."""
    rows = [(f"{who}", 2024 + at, level) for at, year in enumerate(levels) for who, level in enumerate(year)]
    kinds = {"staff_id": pl.String, "school_year": pl.Int16, "level": pl.String}
    persons = pl.DataFrame(rows, schema=kinds, orient="row").with_columns(
        lea_id=pl.lit("00001"), program_id=pl.lit("lift")
    )
    persons = persons.join(numbered(persons.lazy()), on="staff_id")
    years = persons.select("lea_id", "program_id", "school_year").unique().sort("school_year")
    blocks = pl.concat([held(persons, pl.DataFrame(schema=RECORD), years, LADDER), moved(persons, years, LADDER)])
    return decide(pl.concat([blocks, of_state(blocks)]), policy(), NO_YEARS, AWARDS, nothing_before())


@pytest.mark.parametrize(
    "levels",
    [
        [[None] * 12, [None] * 12],  # nobody holds a level, nobody moved
        [["l1"] * 12, ["l1"] * 12],
        [[None] * 12, [None] * 11 + ["l1"]],
        [["l2"] * 3, [None] * 3],
    ],
)
def test_which_level_all_hold_stays_open_by_the_width_beside_the_moves(levels: list[list[str | None]]) -> None:
    """How many moved is told nowhere: that nobody did, must not say that nobody holds a level."""
    made = judged(levels)
    assert holds(files_of(made))
    held_now = made.rows.filter(
        (pl.col("table") == "public_designation") & (pl.col("school_year") == 2025) & (pl.col("part") != "all")
    )
    assert set(held_now["mask"]) == {"suppressed"}
    width = min(policy().width.persons, len(levels[0]))
    assert (held_now["need"] >= width).all()
    moves = made.rows.filter((pl.col("table") == "public_ladder_flow") & (pl.col("grain") == "state"))
    assert "suppressed" in moves["mask"].to_list()
    assert "not_available" not in moves["rule"].to_list(), "moves that are missing would say that there were none"
