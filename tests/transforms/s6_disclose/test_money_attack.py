"""An outsider with an integer program and every sum of the money table works out no hidden amount."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from contracts.public import WHOLE
from tests.disclosed import decided, policy, streams

PARTS = ("a", "b", "c", "d")
FAR = 10**10  # cents: more than an outsider would believe


def state(seed: int) -> pl.DataFrame:
    """Four districts with four streams; some of few persons, some that one person dominates."""
    chance = np.random.default_rng(seed)
    people = chance.choice([3, 6, 9, 12, 40, 90], size=(4, len(PARTS)))
    paid = people * chance.integers(900, 1_100, size=people.shape)
    rows = {
        f"{lea:05d}": {part: (int(paid[lea, at]), int(people[lea, at])) for at, part in enumerate(PARTS)}
        for lea in range(4)
    }
    blocks = streams(rows)
    largest = pl.when(pl.col("persons") == 12).then((pl.col("value") * 8) // 10).otherwise(pl.col("largest"))
    return blocks.with_columns(largest=largest)


def ranges(rows: pl.DataFrame, hidden: pl.Series) -> dict[int, int]:
    """By hidden row how far apart the least and the largest amount are that the sums of districts and parts leave."""
    value, known = rows["value"].to_numpy(), ~hidden.to_numpy()
    places = [group for _, group in rows.group_by(pl.col("lea_id").fill_null("state"))]
    parts = [group for _, group in rows.group_by("part")]
    sums = np.zeros((len(places) + len(parts), rows.height))
    for at, group in enumerate(places):
        sums[at, group["at"].to_list()] = [-1 if part == WHOLE else 1 for part in group["part"]]
    for at, group in enumerate(parts):
        sums[len(places) + at, group["at"].to_list()] = [-1 if lea is None else 1 for lea in group["lea_id"]]
    assert not (sums @ value).any()
    bounds = Bounds(np.where(known, value, 0), np.where(known, value, FAR))
    found = {}
    for at in np.flatnonzero(~known).tolist():
        aim = np.zeros(rows.height)
        aim[at] = 1
        told = [
            milp(
                sign * aim,
                constraints=LinearConstraint(sums, 0, 0),
                bounds=bounds,
                integrality=np.ones(rows.height),
            )
            for sign in (1, -1)
        ]
        assert all(each.success for each in told)
        found[at] = round(-told[1].fun - told[0].fun)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_no_hidden_amount_is_worked_out(seed: int) -> None:
    rows = decided(state(seed)).rows.filter(pl.col("table") == "public_money").with_row_index("at")
    found = ranges(rows, rows["mask"] == "suppressed")
    assert found
    for at, width in found.items():
        rule, value = rows["rule"][at], rows["value"][at]
        assert width >= (1 if rule == "complementary" else value * policy().width.money_share), (at, rule)


def test_the_same_program_works_out_amounts_that_stand_alone() -> None:
    """Without the complements it finds some to the cent: it is no weak attacker."""
    broken, rules = 0, set[str]()
    for seed in range(6):
        rows = decided(state(seed)).rows.filter(pl.col("table") == "public_money").with_row_index("at")
        rules |= set(rows["rule"].drop_nulls())
        own = (rows["mask"] == "suppressed") & (rows["rule"] != "complementary").fill_null(False)
        broken += sum(width == 0 for width in ranges(rows, own).values())
    assert broken > 0
    assert {"few_persons", "dominance", "complementary"} <= rules
