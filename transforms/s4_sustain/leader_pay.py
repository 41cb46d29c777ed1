"""M01 person by person: what a leader is paid for leading, unloaded, and to which program the base increment goes."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEADER, PERSON
from contracts.resolved.leaders import Adopted, IncrementTakers, LeaderPay, Leaders, Programs
from contracts.resolved.pay import BasePay, ResolvedPay
from contracts.resolved.service import LeaYears, RecordYears
from transforms.money import fine_from_cents


def leader_pay(
    leaders: dy.LazyFrame[Leaders],
    pay: dy.LazyFrame[ResolvedPay],
    base_lf: dy.LazyFrame[BasePay],
    lea_years: dy.LazyFrame[LeaYears],
    record_years: dy.LazyFrame[RecordYears],
    adopted: dy.LazyFrame[Adopted],
    program_lf: dy.LazyFrame[Programs],
) -> dy.LazyFrame[LeaderPay]:
    """One row per leader of a program (LEADER): `level`, `state_tier`, `school_id` of record in the LEA, `role_cents`
    (stipend, hourly and bonus on the program's own codes), `increment_fine` (0 where it goes to another program or is
    not known), `increment_status`, `base_cents`, `pay_fine` = role pay + increment, unloaded (MARTS 5, metrics 3).
    """
    own = pay.filter("is_role_pay").group_by(LEADER).agg(pl.col("cents").sum().alias("role_cents"))
    takes = pl.col("takes_increment").fill_null(False)
    return (
        leaders.join(own, on=LEADER, how="left")
        .join(base_lf, on=PERSON, how="left")
        .join(increment_takers(leaders, record_years, adopted, program_lf), on=LEADER, how="left")
        .join(lea_years.select(*PERSON, "school_id"), on=PERSON, how="left")
        .with_columns(
            pl.col("role_cents").fill_null(0),
            pl.when(takes).then(pl.col("increment_fine")).otherwise(0).fill_null(0).alias("increment_fine"),
            pl.col("increment_status").fill_null("no_base_pay"),
        )
        .with_columns((fine_from_cents(pl.col("role_cents")) + pl.col("increment_fine")).alias("pay_fine"))
        .select(
            *LEADER,
            "level",
            "state_tier",
            "school_id",
            "role_cents",
            "increment_fine",
            "increment_status",
            "base_cents",
            "pay_fine",
        )
        .pipe(LeaderPay.cast)
    )


def increment_takers(
    leaders: dy.LazyFrame[Leaders],
    record_years: dy.LazyFrame[RecordYears],
    adopted: dy.LazyFrame[Adopted],
    program_lf: dy.LazyFrame[Programs],
) -> dy.LazyFrame[IncrementTakers]:
    """Rows of LEADER that get the increment, with `takes_increment` true: one program per person, LEA and year.

    The highest tier; then the program adopted earlier; then the packs' order. Each LEA's increment stays in that LEA;
    only of a designation that travels (`travels`) and stands in several LEAs of the year does the LEA of record's row
    alone take part (MARTS 5, metrics 3 and 10; 5.S6).
    """
    at_record = pl.col("lea_id") == pl.col("record_lea_id")
    one_award = ["staff_id", "program_id", "school_year"]
    return (
        leaders.join(
            record_years.select("staff_id", "school_year", pl.col("lea_id").alias("record_lea_id")),
            on=["staff_id", "school_year"],
            how="left",
        )
        .join(program_lf.select("program_id", "travels"), on="program_id")
        .filter(~pl.col("travels") | at_record | ~at_record.fill_null(False).any().over(one_award))
        .join(adopted, on=["lea_id", "program_id", "school_year"], how="left")
        .sort(
            *PERSON,
            "state_tier",
            "adopted_from",
            "place",
            descending=[*[False] * 3, True, False, False],
            nulls_last=True,
        )
        .unique(PERSON, keep="first", maintain_order=True)
        .select(*LEADER, pl.lit(True).alias("takes_increment"))
        .pipe(IncrementTakers.cast)
    )
