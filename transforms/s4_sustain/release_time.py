"""M12 by program: the time that holders of a program's own roles are released, and what covering it costs."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_YEAR, PROGRAM
from contracts.policy.parameters import MetricParameters
from contracts.resolved.costs import ProgramKeys, ProgramRelease
from contracts.resolved.leaders import ProgramRoles
from contracts.resolved.roles import MedianTeacherBase, PricedPositions, RolePositions
from transforms.s4_sustain.terms import with_loads


def with_release_cost(
    positions: dy.LazyFrame[RolePositions], median_base: dy.LazyFrame[MedianTeacherBase], parameters: MetricParameters
) -> dy.LazyFrame[PricedPositions]:
    """Add `release_dollars` (unrounded): release FTE x the LEA's median teacher base x (1 + average load) (MARTS 4.5).

    Null where the release is not known, or is above 0 in an LEA without teacher base pay.
    """
    backfill = pl.col("median_base_cents") / 100 * (1 + pl.col("average_load"))
    return (
        with_loads(positions.join(median_base, on=LEA_YEAR, how="left"), parameters)
        .with_columns(
            pl.when(pl.col("release_fte") == 0)
            .then(0.0)
            .otherwise(pl.col("release_fte") * backfill)
            .alias("release_dollars")
        )
        .pipe(PricedPositions.cast)
    )


def program_release(
    positions: dy.LazyFrame[PricedPositions],
    role_lf: dy.LazyFrame[ProgramRoles],
    programs_there: dy.LazyFrame[ProgramKeys],
) -> dy.LazyFrame[ProgramRelease]:
    """One row per PROGRAM with holders of its own roles: `release_fte`, `release_dollars`, `release_unknown`.

    A role counts for the programs that own it and are at work in the LEA and year (`programs_there`, PROGRAM rows).
    A holder without a release share adds nothing and is counted in `release_unknown`; `release_unpriced` counts
    released time that no base pay prices. Sums are taken in sorted order, so that they do not depend on the engine.
    """
    unpriced = (pl.col("release_fte") > 0) & pl.col("release_dollars").is_null()
    return (
        positions.join(role_lf.select("program_id", "role_code"), on="role_code")
        .join(programs_there, on=PROGRAM, how="semi")
        .group_by(PROGRAM)
        .agg(
            _exact_sum("release_fte"),
            _exact_sum("release_dollars"),
            pl.col("release_fte").is_null().sum().alias("release_unknown"),
            unpriced.sum().alias("release_unpriced"),
        )
        .pipe(ProgramRelease.cast)
    )


def _exact_sum(name: str) -> pl.Expr:
    """Sum as whole hundred-millionths: the same in whatever order the rows come."""
    return ((pl.col(name) * 100_000_000).round(0).cast(pl.Int64).sum() / 100_000_000).alias(name)
