"""Do two peers' marts agree? Numbers to their last published digit, everything else exactly."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.bench.peers import MARTS
from flows.errors import GateFailed

KEYS = {
    "educator_year": ["staff_id", "school_year"],
    "compensation": ["staff_id", "lea_id", "school_year", "pay_type", "stream"],
    "funding_mix": ["lea_id", "program_id", "school_year", "stream"],
    "ladder": ["lea_id", "staff_id", "school_year"],
    "ladder_flow": ["lea_id", "school_year", "from_level", "to_level"],
}
# one unit of the last digit kept: half of it may be rounded either way where binary fractions stand on the edge
LAST_DIGIT = {"fte": 1.01e-6, "share": 1.01e-6, "hazard": 1.01e-6, "base_counterfactual": 0.0101, "increment": 0.0101}


def must_agree(ours: Path, theirs: Path, peer: str) -> None:
    """Raises GateFailed that names the mart and the column in which the peer's marts differ from Rung's."""
    for mart in MARTS:
        left, right = pl.read_parquet(ours / f"{mart}.parquet"), pl.read_parquet(theirs / f"{mart}.parquet")
        if left.height != right.height:
            raise GateFailed(f"{mart}: Rung makes {left.height} rows, {peer} {right.height}")
        right = right.select(pl.col(name).cast(dtype) for name, dtype in left.schema.items())
        both = left.join(right, on=KEYS[mart], how="left", nulls_equal=True, suffix="__peer", coalesce=True)
        for column in left.columns:
            if column not in KEYS[mart]:
                _same(both, mart, column, peer)
        if left.join(right, on=KEYS[mart], how="anti", nulls_equal=True).height:
            raise GateFailed(f"{mart}: Rung and {peer} have other keys")


def _same(both: pl.DataFrame, mart: str, column: str, peer: str) -> None:
    left, right = pl.col(column), pl.col(f"{column}__peer")
    other = left.ne_missing(right)
    if column in LAST_DIGIT:
        near = (left.cast(pl.Float64) - right.cast(pl.Float64)).abs() < LAST_DIGIT[column]
        other = other & ~near.fill_null(False)
    unlike = both.filter(other)
    if unlike.height:
        example = unlike.select(*KEYS[mart], left, right).row(0)
        raise GateFailed(f"{mart}.{column}: Rung and {peer} differ in {unlike.height} rows, first {example}")
