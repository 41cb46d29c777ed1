"""A simulation for the Prefect UI: programs side by side by year, counts and sums only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from contracts.policy.parameters import MetricParameters
from rung.lake.accepted import accepted_tables
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace
from rung.packs.load import packs_of


def compared_programs(
    work: Workspace, programs: Sequence[str], lea_id: str | None, years: tuple[int, int] | None
) -> list[dict[str, Any]]:
    """One line per program x year: districts, designees, cost where known. Raises RungError for an unknown program."""
    from rung.packs.simulate import simulate

    reference = load_reference(work.reference).tables
    tables = accepted_tables(work.lake, work.ledger.in_force()) | {name: t.lazy() for name, t in reference.items()}
    packs = packs_of(work.settings)
    parameters = MetricParameters.model_validate(work.settings.metrics)
    found = simulate(tables, packs, programs, lea_id=lea_id, years=years, knobs=parameters).comparison
    lines = (
        found.group_by("program_id", "school_year")
        .agg(
            pl.col("lea_id").n_unique().alias("districts"),
            pl.col("designees").sum(),
            pl.col("cost").sum().cast(pl.String),
            pl.col("cost").null_count().alias("districts_without_cost"),
        )
        .sort("program_id", "school_year")
    )
    return lines.to_dicts()
