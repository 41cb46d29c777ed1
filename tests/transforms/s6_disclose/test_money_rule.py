"""Money that one or two persons make up is hidden: exactly at each share it is shown, a cent above it is not."""

from __future__ import annotations

import polars as pl
import pytest

from tests.disclosed import policy
from transforms.s6_disclose.cells import _money_rule

WHOLE = 1_000_000
SHARES = policy().dominance
ONE, TWO = round(SHARES.largest_share * WHOLE), round(SHARES.two_largest_share * WHOLE)
K = policy().minimum_persons


@pytest.mark.parametrize(
    ("persons", "largest", "two_largest", "rule"),
    [
        (K, ONE, TWO, None),
        (K, ONE + 1, TWO, "dominance"),
        (K, 1, TWO + 1, "dominance"),  # the largest alone is harmless: the second could subtract himself
        (K - 1, 1, 2, "few_persons"),
        (0, 1, 2, None),
    ],
)
def test_the_second_largest_contributor_counts(persons: int, largest: int, two_largest: int, rule: str | None) -> None:
    row = pl.DataFrame({"value": [-WHOLE], "persons": [persons], "largest": [largest], "two_largest": [two_largest]})
    assert row.select(_money_rule(policy())).item() == rule
