"""Public tables from restricted marts: every number shaped, decided, proved, and only then laid out for readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from contracts.policy.disclosure import Cells, Certificates, DisclosurePolicy, Proofs, Relations
from contracts.public import PUBLIC, Counts, Money
from transforms.s6_disclose import public_ladders, public_money, public_people
from transforms.s6_disclose.arrivals import arrived
from transforms.s6_disclose.blocks import of_state
from transforms.s6_disclose.decide import Decided, decide
from transforms.s6_disclose.layout import laid_out
from transforms.s6_disclose.past import Past
from transforms.s6_disclose.projected import projected
from transforms.s6_disclose.shape import numbered
from transforms.s6_disclose.utility import utility

NEEDED = (
    "designation",
    "educator_year",
    "leadership_role",
    "supervision_span",
    "sustainability",
    "funding_mix",
    "compensation",
    "program_pay",
    "cost_projection",
    "data_quality",
    "dim_district",
    "dim_school",
)


@dataclass(frozen=True)
class PublicSide:
    """The public tables by name, and what is behind them (restricted: it has the true values)."""

    marts: dict[str, pl.DataFrame]
    decided: Decided
    utility: pl.DataFrame


def blocks_of(marts: Mapping[str, pl.LazyFrame], steps: pl.DataFrame, *, money: bool = True) -> pl.DataFrame:
    """SHAPE rows of every district-year (school, lea and leaf), from the marts that NEEDED names; without `money`
    those of persons alone.

    `steps`: program_id, level, rank, leads, kind of every level, and `none` (rank 0) of every program.
    """
    numbers = numbered(
        pl.concat(
            [marts[name].select("staff_id") for name in ("educator_year", "designation", "program_pay", "compensation")]
        )
    )
    known = {
        name: _districts(marts[name]).collect()
        for name in NEEDED
        if name not in ("cost_projection", "data_quality", "dim_district")
    }
    for name in ("educator_year", "designation", "program_pay", "compensation"):
        known[name] = known[name].join(numbers, on="staff_id", how="left")
    designation, record, pay = known["designation"], known["educator_year"], known["program_pay"]
    years = public_ladders.program_years(designation, pay)
    kinds = steps.select("program_id", "kind").unique()
    leading = steps.filter("leads").select("program_id", "level")
    led = designation.join(leading, on=["program_id", "level"], how="semi").drop("print")
    secret = steps.filter(pl.col("leads") & (pl.col("kind") == "confidential")).select("program_id").unique()
    # Where a confidential level makes leaders, how many lead is a sensitive count; adoption itself is public.
    veiled = years.join(secret, on="program_id", how="semi").select("lea_id", "school_year").unique()
    holders = (
        designation.join(secret, on="program_id", how="semi")
        .group_by("lea_id", "school_year")
        .agg(pl.col("staff_id").n_unique().cast(pl.Int64).alias("holders"))
    )
    who = public_people.leaders_of(record, designation, known["leadership_role"], steps)
    rows = [
        public_ladders.held(designation, record, years, steps),
        public_ladders.moved(designation, years, steps),
        public_people.in_schools(who, known["dim_school"], known["supervision_span"], veiled),
        public_people.span_of(known["supervision_span"], veiled),
        public_people.access_of(who, known["dim_school"], veiled),
        public_people.retained(who, led, veiled, kinds, holders),
    ]
    if money:
        rows += [
            public_money.costed(known["sustainability"], known["funding_mix"], pay, years, kinds),
            public_money.compensated(known["compensation"], pay, kinds),
        ]
    return pl.concat(rows)


def _districts(mart: pl.LazyFrame) -> pl.LazyFrame:
    """Without rows of the whole state: the public side adds up the districts that it publishes itself."""
    has_places = "lea_id" in mart.collect_schema().names()
    return mart.filter(pl.col("lea_id").is_not_null()) if has_places else mart


def awards_of(designation: pl.LazyFrame) -> pl.DataFrame:
    """program_id, school_year, award: the largest entitlement of anybody, in cents."""
    amount = (pl.col("amount").cast(pl.Float64) * 100).round(0).cast(pl.Int64)
    return designation.group_by("program_id", "school_year").agg(amount.max().fill_null(0).alias("award")).collect()


def build_public(
    marts: Mapping[str, pl.LazyFrame],
    blocks: pl.DataFrame,
    policy: DisclosurePolicy,
    closed: pl.DataFrame,
    past: Past,
) -> PublicSide:
    """Public tables (contracts/public) of the blocks that are published.

    `closed`: program_id, school_year that may not be published yet (null program: what belongs to no program). `past`:
    what earlier releases showed. Raises DisclosureBlocked; nothing is returned then.
    """
    rows = pl.concat([blocks, of_state(blocks)])
    made = decide(rows, policy, closed, awards_of(marts["designation"]), past)
    counted = [name for name, mart in PUBLIC.items() if issubclass(mart.schema, Counts | Money)]
    public = {name: laid_out(made.rows, name) for name in counted}
    public["public_projection"] = projected(marts["cost_projection"], public["public_money"], policy)
    public["public_data_quality"] = arrived(marts["data_quality"], marts["dim_district"])
    for schema, frame in (
        (Cells, made.cells),
        (Relations, made.relations),
        (Certificates, made.movements),
        (Proofs, made.proofs),
    ):
        schema.validate(frame.select(list(schema.columns())), cast=True)
    return PublicSide({name: public[name] for name in PUBLIC}, made, utility(made.rows, policy.minimum_persons))
