"""A program's cost before rounding, taken apart: pay on its own codes and increments by stream (M03, M06; 5.S5)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEADER, PERSON, PROGRAM
from contracts.reference import ProgramFinance
from contracts.resolved.costs import BaseStream, CodePay, CostByStream, Costs, OtherByStream
from contracts.resolved.leaders import LeaderPay
from contracts.resolved.pay import ResolvedPay
from contracts.vocabulary import SOFT_STREAMS, UNSTATED
from transforms.money import cents, dollars, fine_from_cents, ratio


def code_pay(pay: dy.LazyFrame[ResolvedPay], leader_pay: dy.LazyFrame[LeaderPay]) -> dy.LazyFrame[CodePay]:
    """One row per PROGRAM with pay lines: `code_cents`, all net pay on the program's own codes, whoever holds it;
    `schedule_cents` and `benefit_cents`, its parts that are base pay and benefits; `twice_fine`, the base pay of its
    leaders on these codes that is in their increments too, for an increment is taken over all base pay.
    """
    own = pay.filter(pl.col("program_id").is_not_null())
    is_base = pl.col("pay_type") == "base"
    on_codes = fine_from_cents(pl.col("base_on_codes")).clip(lower_bound=0)
    twice = (
        own.filter(is_base)
        .group_by(LEADER)
        .agg(pl.col("cents").sum().alias("base_on_codes"))
        .join(leader_pay.select(*LEADER, "increment_fine"), on=LEADER)
        .group_by(PROGRAM)
        .agg(pl.min_horizontal(on_codes, pl.col("increment_fine").clip(lower_bound=0)).sum().alias("twice_fine"))
    )
    return (
        own.group_by(PROGRAM)
        .agg(
            pl.col("cents").sum().alias("code_cents"),
            pl.col("cents").filter(is_base).sum().alias("schedule_cents"),
            pl.col("cents").filter(pl.col("pay_type") == "benefit").sum().alias("benefit_cents"),
        )
        .join(twice, on=PROGRAM, how="left")
        .with_columns(pl.col("twice_fine").fill_null(0))
        .pipe(CodePay.cast)
    )


def cost_by_stream(
    costs: dy.LazyFrame[Costs],
    pay: dy.LazyFrame[ResolvedPay],
    leader_pay: dy.LazyFrame[LeaderPay],
    finance: dy.LazyFrame[ProgramFinance],
) -> dy.LazyFrame[CostByStream]:
    """One row per PROGRAM x stream: `dollars`, `soft_dollars` and `other_dollars` (release and finance parts).

    Pay on the program's codes by its fund; a leader's increment by the largest stream of his or her base pay; both
    with the marginal load. Training and administration by `program_finance.stream`; release in the proportions of the
    rows of kind `release`. What names no stream is `unstated`. Dollars are unrounded.
    """
    on_codes = pay.filter(pl.col("program_id").is_not_null()).select(
        *PROGRAM, "stream", "is_soft", fine_from_cents(pl.col("cents")).alias("fine")
    )
    increments = (
        leader_pay.filter(pl.col("increment_fine") != 0)
        .select(*PROGRAM, "staff_id", pl.col("increment_fine").alias("fine"))
        .join(base_stream(pay), on=PERSON, how="left")
        .select(*PROGRAM, pl.col("stream").fill_null(UNSTATED), pl.col("is_soft").fill_null(False), "fine")
    )
    key = [*PROGRAM, "stream"]
    paid = (
        pl.concat([on_codes, increments])
        .group_by(key)
        .agg(pl.col("fine").sum(), pl.col("fine").filter("is_soft").sum().alias("soft_fine"))
        .join(costs.select(*PROGRAM, "marginal_load"), on=PROGRAM)
        .select(
            *key,
            (dollars(pl.col("fine")) * (1 + pl.col("marginal_load"))).alias("pay_dollars"),
            (dollars(pl.col("soft_fine")) * (1 + pl.col("marginal_load"))).alias("soft_pay"),
        )
    )
    other = other_by_stream(costs, finance)
    soft_other = pl.when(pl.col("stream").is_in(SOFT_STREAMS)).then("other_dollars").otherwise(0.0)
    return (
        paid.join(other, on=key, how="full", coalesce=True)
        .with_columns(pl.col("pay_dollars", "soft_pay", "other_dollars").fill_null(0.0))
        .select(
            *key,
            (pl.col("pay_dollars") + pl.col("other_dollars")).alias("dollars"),
            (pl.col("soft_pay") + soft_other).alias("soft_dollars"),
            "other_dollars",
        )
        .pipe(CostByStream.cast)
    )


def other_by_stream(costs: dy.LazyFrame[Costs], finance: dy.LazyFrame[ProgramFinance]) -> dy.LazyFrame[OtherByStream]:
    """One row per PROGRAM x stream: `other_dollars`, its training, administration and release parts of M03."""
    stated = finance.select(
        *PROGRAM, "kind", pl.col("stream").fill_null(UNSTATED), pl.col("amount").pipe(cents).alias("cents")
    )
    financed = (
        stated.filter(pl.col("kind").is_in(["training", "administration"]))
        .join(costs.select(PROGRAM), on=PROGRAM, how="semi")
        .group_by(*PROGRAM, "stream")
        .agg((pl.col("cents").sum() / 100).alias("other_dollars"))
    )
    payers = (
        stated.filter(pl.col("kind") == "release")
        .group_by(*PROGRAM, "stream")
        .agg(pl.col("cents").sum())
        .with_columns(ratio(pl.col("cents"), pl.col("cents").sum().over(PROGRAM)).alias("part"))
        .filter(pl.col("part") > 0)
    )
    released = (
        costs.filter(pl.col("release_dollars") > 0)
        .select(*PROGRAM, "release_dollars")
        .join(payers, on=PROGRAM, how="left")
        .select(
            *PROGRAM,
            pl.col("stream").fill_null(UNSTATED),
            (pl.col("release_dollars") * pl.col("part").fill_null(1.0)).alias("other_dollars"),
        )
    )
    key = [*PROGRAM, "stream"]
    return (
        pl.concat([financed, released.select(*key, "other_dollars")])
        .group_by(key)
        .agg(pl.col("other_dollars").sum())
        .pipe(OtherByStream.cast)
    )


def base_stream(pay: dy.LazyFrame[ResolvedPay]) -> dy.LazyFrame[BaseStream]:
    """One row per PERSON with base pay: the stream that pays most of it, then the first by name, and whether it is
    soft (every fund of it): where `compensation` puts the increment.
    """
    return (
        pay.filter(pl.col("pay_type") == "base")
        .group_by(*PERSON, "stream")
        .agg(pl.col("cents").sum(), pl.col("is_soft").all())
        .sort(*PERSON, -pl.col("cents"), "stream")
        .unique(PERSON, keep="first", maintain_order=True)
        .select(*PERSON, "stream", "is_soft")
        .pipe(BaseStream.cast)
    )
