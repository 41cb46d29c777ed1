"""Do two peers' marts agree? Text, whole numbers and money exactly, other numbers within a billionth of themselves.

pandas keeps money and shares as binary fractions, so there one unit of the last digit kept may differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from benchmarks.peers import ALL_MARTS, MARTS, NOT_IN_SQL
from contracts.marts import MARTS as RESTRICTED
from rung.core.errors import GateFailed

KEYS = {
    "educator_year": ["staff_id", "school_year"],
    "compensation": ["staff_id", "lea_id", "school_year", "pay_type", "stream"],
    "ladder": ["lea_id", "staff_id", "school_year"],
    "ladder_flow": ["lea_id", "school_year", "from_level", "to_level"],
}
# one unit of the last digit kept: half of it may be rounded either way where binary fractions stand on the edge
LAST_DIGIT = {"fte": 1.01e-6, "share": 1.01e-6, "hazard": 1.01e-6, "base_counterfactual": 0.0101, "increment": 0.0101}
RELATIVE, NEAR_ZERO = 1e-9, 1e-12


def must_agree(ours: Path, theirs: Path, peer: str) -> None:
    """Raises GateFailed that names the mart and the column in which the peer's marts differ from Rung's."""
    for mart in MARTS:
        left, right = pl.read_parquet(ours / f"{mart}.parquet"), pl.read_parquet(theirs / f"{mart}.parquet")
        _same_mart(left, right, mart, KEYS[mart], LAST_DIGIT, peer)


def all_must_agree(ours: Path, theirs: Path, peer: str) -> None:
    """The same over all restricted marts and all their columns but those in `NOT_IN_SQL`, to the last digit."""
    for mart in ALL_MARTS:
        left, right = pl.read_parquet(ours / f"{mart}.parquet"), pl.read_parquet(theirs / f"{mart}.parquet")
        left = left.drop([name for name in left.columns if f"{mart}.{name}" in NOT_IN_SQL])
        _same_mart(left, right, mart, list(RESTRICTED[mart].order), {}, peer)


def _same_mart(
    left: pl.DataFrame, right: pl.DataFrame, mart: str, keys: list[str], digits: Mapping[str, float], peer: str
) -> None:
    """Both have the same keys, and under them the same values in every column of `left`."""
    if left.height != right.height:
        raise GateFailed(f"{mart}: Rung makes {left.height} rows, {peer} {right.height}")
    lacking = [name for name in left.columns if name not in right.columns]
    if lacking:
        raise GateFailed(f"{mart}: {peer} lacks {', '.join(lacking)}")
    right = right.select(pl.col(name).cast(dtype) for name, dtype in left.schema.items())
    if left.join(right, on=keys, how="anti", nulls_equal=True).height:
        raise GateFailed(f"{mart}: Rung and {peer} have other keys")
    both = left.join(right, on=keys, how="left", nulls_equal=True, suffix="__peer", coalesce=True)
    for column in left.columns:
        if column not in keys:
            _same(both, mart, column, keys, digits, peer)


def _same(both: pl.DataFrame, mart: str, column: str, keys: list[str], digits: Mapping[str, float], peer: str) -> None:
    left, right = pl.col(column), pl.col(f"{column}__peer")
    other = left.ne_missing(right)
    apart = (left.cast(pl.Float64, strict=False) - right.cast(pl.Float64, strict=False)).abs()
    if column in digits:
        other = other & ~(apart < digits[column]).fill_null(False)
    elif both.schema[column].is_float():
        other = other & ~(apart <= RELATIVE * left.abs() + NEAR_ZERO).fill_null(False)
    unlike = both.filter(other)
    if unlike.height:
        example = unlike.select(*keys, left, right).row(0)
        raise GateFailed(f"{mart}.{column}: Rung and {peer} differ in {unlike.height} rows, first {example}")
