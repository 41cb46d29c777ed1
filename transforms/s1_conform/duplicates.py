"""Which rows repeat a key: exact, and cheap where nothing does, which is nearly always."""

from __future__ import annotations

import polars as pl


def repeated(keys: pl.DataFrame) -> pl.Series:
    """True on every row whose values in all columns stand on another row too; nulls equal each other.

    Equal rows have equal hashes, so only rows whose hash stands twice are compared whole.
    """
    mixed = [pl.col(name).hash(seed) for seed, name in enumerate(keys.columns, start=1)]
    hashes = keys.select(pl.fold(pl.lit(0, dtype=pl.UInt64), lambda left, right: left ^ right, mixed))[:, 0]
    if hashes.n_unique() == keys.height:
        return pl.repeat(False, keys.height, eager=True, dtype=pl.Boolean)
    candidates = keys.with_row_index("_row").filter(hashes.is_duplicated())
    rows = candidates.filter(candidates.select(keys.columns).is_duplicated())["_row"]
    return pl.repeat(False, keys.height, eager=True, dtype=pl.Boolean).scatter(rows, True)
