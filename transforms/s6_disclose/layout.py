"""From decisions to the columns that readers see. Nothing that is hidden passes this module."""

from __future__ import annotations

import polars as pl

from contracts.public import PUBLIC, Counts
from transforms.money import money_from_cents
from transforms.s6_disclose.counts import ARROW
from transforms.s6_disclose.hierarchy import HIERARCHY, PLACE, WHOLE

GROUP = [*HIERARCHY, *PLACE]
# The column that each mart's parts are published under; None: a mart of wholes only.
SPAN_MEASURE = {"leaders": "evaluators_who_lead", "others": "evaluators_without_leaders"}
CUT_COLUMN = {"public_retention": "group", "public_grant_cliff": "stream"}
PART_COLUMN = {
    "public_designation": "level",
    "public_retention": "outcome",
    "public_access": "poverty_quartile",
    "public_funding_mix": "stream",
    "public_grant_cliff": "ends",
    "public_sustainability": "cost_part",
    "public_compensation": "pay_group",
}


def laid_out(cells: pl.DataFrame, decisions: pl.DataFrame, mart: str) -> pl.DataFrame:
    """One public mart in its contract's columns, sorted by key; validated against the contract."""
    schema = PUBLIC[mart].schema
    seen = (
        cells.filter((pl.col("mart") == mart) & ~pl.col("residual"))
        .select(*GROUP, "part", "cell")
        .join(decisions.select("cell", "mask", "rule", "shown_low", "shown_high"), on="cell")
        .with_columns(reason=public_reason())
    )
    shown = _counted(seen) if issubclass(schema, Counts) else _summed(seen)
    named = _named(shown, mart)
    columns = list(schema.columns())
    keys = [key for key in PUBLIC[mart].key if key in columns]
    ordered = [*keys, *(name for name in columns if name not in keys)]
    return schema.validate(named.select(ordered).sort(keys, nulls_last=True), cast=True)


def public_reason() -> pl.Expr:
    """The reason that readers see; the rule itself stays behind, as it would tell what the cell holds."""
    rule = pl.col("rule")
    told = pl.when(rule.is_in(["not_released", "confidential_pay"])).then(rule).otherwise(pl.lit("protects_persons"))
    return pl.when(pl.col("mask") == "suppressed").then(told)


def _whole() -> pl.Expr:
    """The whole of the row's place, where it is published exactly."""
    exact = (pl.col("part") == WHOLE) & (pl.col("mask") == "published")
    return pl.col("shown_low").filter(exact).first().over(GROUP)


def _counted(seen: pl.DataFrame) -> pl.DataFrame:
    exact = pl.col("mask") == "published"
    percent = [
        pl.when(_whole() > 0).then((100.0 * pl.col(bound) / _whole()).round(2)).alias(name)
        for bound, name in (("shown_low", "percent_low"), ("shown_high", "percent_high"))
    ]
    return seen.with_columns(percent).with_columns(
        persons=pl.when(exact).then("shown_low"), persons_low="shown_low", persons_high="shown_high"
    )


def _summed(seen: pl.DataFrame) -> pl.DataFrame:
    exact = pl.col("mask") == "published"
    return seen.with_columns(
        amount=pl.when(exact).then(money_from_cents(pl.col("shown_low"))),
        amount_low=money_from_cents(pl.col("shown_low")),
        amount_high=money_from_cents(pl.col("shown_high")),
        share=pl.when(exact & (_whole() > 0)).then((pl.col("shown_low") / _whole()).round(6)),
    )


def _named(rows: pl.DataFrame, mart: str) -> pl.DataFrame:
    if mart == "public_ladder_flow":
        steps = pl.col("part").str.split(ARROW)
        return rows.with_columns(from_level=steps.list.first(), to_level=steps.list.last())
    if mart == "public_supervision_span":
        return rows.with_columns(measure=pl.col("part").replace_strict(SPAN_MEASURE, default=pl.col("measure")))
    rows = rows.rename({"cut": CUT_COLUMN[mart]}) if mart in CUT_COLUMN else rows
    return rows.rename({"part": PART_COLUMN[mart]}) if mart in PART_COLUMN else rows
