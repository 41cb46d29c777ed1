"""What became of a submission's rows and dollars: the counts that the accounting identity of DESIGN 5 adds up."""

from __future__ import annotations

from typing import Any

import polars as pl

from transforms.s1_conform.judge import DUPLICATE, ERRORS, WARNINGS


def count_rows(rows: pl.DataFrame, extract: str, cents_set_aside: int) -> dict[str, Any]:
    """Rows (and, of payroll, cents) by fate, from one submission's judged rows.

    `cents_read` is summed over all rows before they are parted, so that it can be held against the parts.
    `cents_set_aside` are the dollars of rows that a layout kept out before (vacant positions).
    """
    if not rows.height:
        rows = rows.select(pl.all()).with_columns(
            pl.lit(False).alias(DUPLICATE),
            *(pl.lit(None, dtype=pl.List(pl.String)).alias(name) for name in (ERRORS, WARNINGS)),
        )
    duplicate = pl.col(DUPLICATE)
    quarantined = pl.col(ERRORS).is_not_null() & ~duplicate
    fates = {"accepted": ~duplicate & ~quarantined, "quarantined": quarantined, "duplicate": duplicate}
    counts = [fate.sum().alias(f"rows_{name}") for name, fate in fates.items()]
    counts.append((pl.col(WARNINGS).is_not_null() & fates["accepted"]).sum().alias("rows_warned"))
    if extract == "payroll" and "amount" in rows.columns:
        cents = (pl.col("amount") * 100).cast(pl.Int64)
        counts.append((cents.sum() + cents_set_aside).alias("cents_read"))
        counts += [cents.filter(fate).sum().alias(f"cents_{name}") for name, fate in fates.items()]
    found: dict[str, Any] = rows.lazy().select(counts).collect().row(0, named=True)
    nothing = 0 if extract == "payroll" else None
    found["cents_set_aside"] = cents_set_aside if extract == "payroll" else None
    return {f"cents_{fate}": nothing for fate in ("read", *fates)} | found
