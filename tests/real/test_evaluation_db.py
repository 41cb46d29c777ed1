"""Real district-years of ten states: our suppression leaves nothing to recover, a naive one does (issue 8, 1)."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import yaml

from contracts.disclosure import DisclosurePolicy
from transforms.s6_disclose.suppress import Suppression, suppress

CATEGORIES = ["count_not_evaluated", "count_suppressed"] + [f"count_level{n}" for n in range(1, 5)]


def state_years(path: Path) -> pl.DataFrame:
    """Rows with every category counted; the group is their sum (the file's own total is missing or off in three states)."""
    counts = pl.read_csv(path, infer_schema=False).with_columns(
        pl.col(CATEGORIES).cast(pl.Float64, strict=False).cast(pl.Int64)
    )
    return counts.drop_nulls(CATEGORIES).with_columns(total=pl.sum_horizontal(CATEGORIES)).filter(pl.col("total") > 0)


def problem(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`Cells` and `Relations` of district x category with district totals, state rows and the state total, per state-year."""
    districts = rows.select("state", "year", district="localid", **{c: c for c in [*CATEGORIES, "total"]})
    states = districts.group_by("state", "year").agg(pl.col([*CATEGORIES, "total"]).sum(), district=pl.lit("(state)"))
    long = (
        pl.concat([districts, states], how="diagonal")
        .unpivot([*CATEGORIES, "total"], index=["state", "year", "district"], variable_name="category")
        .sort("state", "year", "district", "category")
        .with_row_index("cell")
    )
    keys = ["state", "year", "district"]
    total = pl.col("category") == "total"
    cells = long.select(
        "cell",
        name=pl.concat_str([*keys, "category"], separator="|"),
        unit=pl.lit("persons"),
        value="value",
        persons="value",
        is_part=~total,
        residual=pl.lit(False),
        group=pl.struct(keys).rank("dense").cast(pl.UInt32) - 1,
        group_persons=pl.col("value").filter(total).first().over(keys),
        largest=pl.lit(None, pl.Int64),
        two_largest=pl.lit(None, pl.Int64),
        forced=pl.lit(None, pl.String),
        empty_everywhere=pl.col("value").max().over("state", "year", "category") == 0,
        floor=pl.lit(0, pl.Int64),
        known_low=pl.lit(None, pl.Int64),
        known_high=pl.lit(None, pl.Int64),
        last_exact=pl.lit(None, pl.Int64),
    )
    across = long.select(*keys, "cell", by=pl.concat_str([pl.lit("row"), *keys], separator="|"), whole=total)
    down = long.select(
        *keys,
        "cell",
        by=pl.concat_str([pl.lit("column"), "state", "year", "category"], separator="|"),
        whole=pl.col("district") == "(state)",
    )
    relations = pl.concat([across, down]).select(
        (pl.col("by").rank("dense") - 1).cast(pl.UInt32).alias("relation"),
        "cell",
        pl.when("whole").then(-1).otherwise(1).cast(pl.Int8).alias("coefficient"),
        (pl.struct("state", "year").rank("dense") - 1).cast(pl.UInt32).alias("table"),
    )
    return cells, relations


@pytest.fixture(scope="module")
def policy() -> DisclosurePolicy:
    root = Path(__file__).parents[2]
    return DisclosurePolicy.model_validate(yaml.safe_load((root / "programs/disclosure.yaml").read_text()))


def _outcome(path: Path, policy: DisclosurePolicy, rows: pl.Expr) -> Suppression:
    return suppress(*problem(state_years(path).filter(rows)), policy, compare=True)
