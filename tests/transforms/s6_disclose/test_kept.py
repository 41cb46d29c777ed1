"""What is kept from the release before: its movements, each asked again whether it still holds."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from tests.disclosed import files_of, holds
from tests.transforms.s6_disclose.test_attacks import FIRST, release, remembered
from transforms.s6_disclose.shape import KEY, PLACE

LOOKED_FOR = ("together", "network", "programs")
CHANGED = {**FIRST, "00002": [61, 8, 45]}


def test_what_still_holds_is_not_looked_for_again() -> None:
    _, first = release(FIRST, None)
    _, again = release(FIRST, remembered(*release(FIRST, None)))
    assert sum(first.ways[way] for way in LOOKED_FOR) > 0
    assert [again.ways[way] for way in LOOKED_FOR] == [0, 0, 0]
    at = [*KEY, *PLACE, "mask", "shown"]
    assert again.rows.select(at).sort(at).equals(first.rows.select(at).sort(at))
    assert holds(files_of(again))


def test_one_district_sent_again_is_decided_the_same_every_time() -> None:
    one, two = (release(CHANGED, remembered(*release(FIRST, None)))[1] for _ in range(2))
    for name in ("rows", "cells", "relations", "movements", "proofs"):
        assert getattr(one, name).equals(getattr(two, name)), name
    assert holds(files_of(one))


def test_a_kept_movement_that_does_not_hold_is_left_out() -> None:
    """One that breaks a sum, one that leaves a number's bounds: neither becomes a proof."""
    memory = remembered(*release(FIRST, None))
    assert memory.moves.height > 0
    for fault in (pl.col("change") + 1, pl.col("change") * 1_000):
        _, made = release(CHANGED, replace(memory, moves=memory.moves.with_columns(change=fault)))
        assert holds(files_of(made))
        assert made.movements["change"].abs().max() < 1_000
