"""Public marts from restricted ones: every number shaped, linked, decided, and only then laid out for readers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from contracts.policy.disclosure import DisclosurePolicy
from contracts.public import PUBLIC, Counts, Money
from transforms.s6_disclose import counts, sums
from transforms.s6_disclose.arrivals import arrived
from transforms.s6_disclose.layout import laid_out
from transforms.s6_disclose.linkage import as_cells, as_relations
from transforms.s6_disclose.projected import projected
from transforms.s6_disclose.suppress import Suppression, suppress

NEEDED = (
    "designation",
    "educator_year",
    "ladder_flow",
    "retention",
    "access",
    "supervision_span",
    "sustainability",
    "compensation",
    "program_pay",
    "cost_projection",
    "data_quality",
    "dim_district",
)


@dataclass(frozen=True)
class PublicSide:
    """The public marts by name, and the suppression behind them (restricted: it has the true values)."""

    marts: dict[str, pl.DataFrame]
    suppression: Suppression


def build_public(
    marts: Mapping[str, pl.LazyFrame],
    policy: DisclosurePolicy,
    registries: Collection[str],
    closed: pl.DataFrame,
    previous: pl.DataFrame | None,
) -> PublicSide:
    """Public marts (contracts/public) from the marts and dimensions that NEEDED names.

    `registries`: programs whose designations are a public registry; all others are confidential.
    `closed`: program_id, school_year that may not be published yet (null program: what belongs to no program).
    `previous`: decisions of the release before. Raises DisclosureBlocked or EngineFailure; nothing is returned then.
    """
    shape = pl.concat([part.collect(engine="streaming") for part in _shapes(marts)])
    designation = marts["designation"]
    cells = as_cells(shape, closed, _confidential(shape, registries), previous)
    relations = as_relations(cells, _tiers(designation))
    compare = len(cells) <= policy.compare_up_to_cells
    done = suppress(cells, relations, policy, compare, naive=compare)
    decided = (name for name, mart in PUBLIC.items() if issubclass(mart.schema, Counts | Money))
    public = {name: laid_out(cells, done.decisions, name) for name in decided}
    cost = public["public_sustainability"]
    public["public_cost_projection"] = projected(marts["cost_projection"], cost, policy.dominance)
    public["public_data_quality"] = arrived(marts["data_quality"], marts["dim_district"])
    return PublicSide({name: public[name] for name in PUBLIC}, done)


def _shapes(marts: Mapping[str, pl.LazyFrame]) -> list[pl.LazyFrame]:
    return [
        counts.designations(marts["designation"], marts["educator_year"]),
        counts.flows(marts["ladder_flow"]),
        counts.retained(marts["retention"], marts["sustainability"]),
        counts.accessible(marts["access"]),
        counts.supervised(marts["supervision_span"]),
        counts.led(marts["sustainability"]),
        sums.funded(marts["program_pay"]),
        sums.ending(marts["program_pay"]),
        sums.costed(marts["sustainability"], marts["program_pay"], marts["compensation"]),
        sums.compensated(marts["compensation"]),
    ]


def _confidential(shape: pl.DataFrame, registries: Collection[str]) -> pl.DataFrame:
    """Programs that are not a public registry; one that nobody describes counts as confidential."""
    named = shape.select(pl.col("program_id").drop_nulls().unique()).sort("program_id")
    return named.filter(~pl.col("program_id").is_in(list(registries)))


def _tiers(designation: pl.LazyFrame) -> pl.DataFrame:
    """Levels that stand on a state tier of 1 or more."""
    return (
        designation.filter(pl.col("level").is_not_null() & (pl.col("state_tier") >= 1))
        .select("program_id", pl.col("level").alias("part"))
        .unique()
        .collect()
    )
