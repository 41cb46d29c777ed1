"""What each program may cost the state in ten years: `cost_projection` added up, shown where its first year is."""

from __future__ import annotations

import polars as pl

from contracts.policy.disclosure import DisclosurePolicy
from contracts.public import WHOLE, PublicProjection
from transforms.money import cents, money_from_cents

PROGRAM = ["program_id", "school_year"]
ROW = [*PROGRAM, "scenario", "future_year"]
AMOUNTS = ["expected", "p10", "p50", "p90"]


def added_up(cost_projection: pl.LazyFrame) -> pl.LazyFrame:
    """One row per program_id x school_year (the base year) x scenario x future_year: cents over LEAs, by AMOUNTS.

    LEAs whose base year is the program's latest; summed are those whose cost in it is known. `is_whole`: there are such
    LEAs, and each has every number, so that none can be seen to drop out. `largest`, `two_largest`: of the LEAs'
    expectations. Quantiles are the LEAs' own, added up: wider than the state's, as not all fare badly in the same run.
    """
    lea = ["lea_id", "program_id", "scenario"]
    known = pl.col("expected").sort_by("future_year").first().over(lea).is_not_null()
    rows = cost_projection.with_columns(
        *[cents(pl.col(name)).alias(name) for name in AMOUNTS],
        school_year=pl.col("future_year").min().over(lea),
        known=known,
    ).filter(pl.col("school_year") == pl.col("school_year").max().over("program_id"))
    size = pl.col("expected").abs().filter("known")
    lacking = pl.any_horizontal(pl.col(name).is_null() for name in AMOUNTS) & pl.col("known")
    return (
        rows.group_by(ROW)
        .agg(
            pl.col(AMOUNTS).filter("known").sum(),
            is_whole=pl.col("known").any() & ~lacking.any(),
            largest=size.max(),
            two_largest=size.top_k(2).sum(),
        )
        .with_columns(pl.col("is_whole").all().over("program_id"))
    )


def projected(cost_projection: pl.LazyFrame, money: pl.DataFrame, policy: DisclosurePolicy) -> pl.DataFrame:
    """`PublicProjection`, from the restricted mart and `public_money` of this same release.

    Why it tells of no LEA and of no person beyond what that table tells: a program is shown only where its state whole
    cost of the base year is (so enough persons stand behind it, nobody dominates it, and the audit has covered every
    other cell against it), and year 0 is that very number, rounded where it is. Every later number is a function of
    whole districts: it is shown only where no LEA, and no two LEAs, make up most of any year, by the shares of the
    policy's dominance rule (two LEAs alone never pass: each could take itself away), only for all LEAs together, and
    rounded, so that neither a level of few persons can be worked back from cents, nor a person's correction be seen
    from one release to the next. Otherwise all numbers of the program are hidden, with the reason.
    """
    whole_cost = money.filter((pl.col("grain") == "state") & (pl.col("dimension") == WHOLE)).select(
        *PROGRAM, "mask", "reason", whole_cost=cents(pl.col("amount"))
    )
    rows = added_up(cost_projection).collect().join(whole_cost, on=PROGRAM, how="left")
    first = pl.col("future_year") == pl.col("school_year")
    shares = policy.dominance
    apart = (pl.col("largest") <= shares.largest_share * pl.col("expected")) & (
        pl.col("two_largest") <= shares.two_largest_share * pl.col("expected")
    )
    same = pl.all_horizontal(pl.col(AMOUNTS) == pl.col("whole_cost")) | ~first | (pl.col("mask") == "rounded")
    of_program = [
        (pl.col("is_whole") & same).fill_null(False).all().over("program_id").alias("is_there"),
        apart.fill_null(False).all().over("program_id").alias("is_apart"),
    ]
    rule = (
        pl.when(pl.col("mask") == "suppressed")
        .then("reason")
        .when(pl.col("mask").is_null() | ~pl.col("is_there"))
        .then(pl.lit("not_available"))
        .when(~pl.col("is_apart"))
        .then(pl.lit("protects_persons"))
    )
    shown = rows.with_columns(of_program).with_columns(reason=rule)
    hidden = pl.col("reason").is_not_null()
    amounts = [
        money_from_cents(
            pl.when(~hidden).then(pl.when(first).then("whole_cost").otherwise(_rounded(name, policy)))
        ).alias(name)
        for name in AMOUNTS
    ]
    exact = first & (pl.col("mask") == "published")
    mask = pl.when(hidden).then(pl.lit("suppressed")).when(exact).then(pl.lit("published")).otherwise(pl.lit("rounded"))
    made = shown.with_columns(*amounts, grain=pl.lit("state"), lea_id=pl.lit(None, pl.String), mask=mask).select(
        list(PublicProjection.columns())
    )
    return PublicProjection.validate(made.sort(ROW), cast=True)


def _rounded(name: str, policy: DisclosurePolicy) -> pl.Expr:
    """Cents to the policy's significant figures, half up."""
    value = pl.col(name)
    power = (value.abs().clip(1).cast(pl.Float64).log10().floor() + 1 - policy.rounded_figures).clip(0)
    step = pl.lit(10.0).pow(power).cast(pl.Int64)
    return (value + step // 2) // step * step
