"""What a set of educators must know of the others: facts of district-years, made from all of a state's rosters.

A stage that is a function of a set of educators reads its own rows, the reference tables and these. Each is a fact of
one district-year: the roster of another district-year changes nothing in it.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.extracts import AcceptedRoster
from contracts.keys import LEA_YEAR, PERSON
from contracts.reference import Districts
from contracts.resolved.others import Arrived, Listed, Principals, Rosters, Sent, Statewide, Teams
from contracts.resolved.pay import PaySums
from contracts.resolved.service import Stays
from contracts.school_year import first_day, last_day
from transforms.s2_resolve.service import clip_assignments


def statewide(
    roster: dy.LazyFrame[AcceptedRoster], districts: dy.LazyFrame[Districts], pay_sums: dy.LazyFrame[PaySums] | None
) -> Statewide:
    """Facts of district-years from rosters in force; without `pay_sums`, as if nobody had sent payroll."""
    stays = Stays.cast(clip_assignments(roster, districts))
    return {
        **arrived(roster, pay_sums),
        "rosters": Rosters.cast(stays.select(LEA_YEAR).unique()),
        "teams": teams(stays),
        "principals": Principals.cast(
            stays.filter(pl.col("staff_classification") == "principal")
            .select(*LEA_YEAR, "staff_id", "school_id")
            .unique()
        ),
    }


def arrived(roster: dy.LazyFrame[AcceptedRoster], pay_sums: dy.LazyFrame[PaySums] | None) -> Arrived:
    """Which district-years sent a roster or payroll, and who is on the roster: with a day in the year (1 July to 30
    June)."""
    sent = [roster.select(*LEA_YEAR, extract=pl.lit("roster")).unique()]
    if pay_sums is not None:
        sent.append(pay_sums.select(*LEA_YEAR, extract=pl.lit("payroll")).unique())
    listed = roster.filter(in_year()).select(PERSON).unique()
    return {"sent": Sent.cast(pl.concat(sent)), "listed": Listed.cast(listed)}


def teams(stays: dy.LazyFrame[Stays]) -> dy.LazyFrame[Teams]:
    """One row per LEA, year and educator whom a teacher's `supervisor_staff_id` names: `team_size`, those teachers."""
    led = pl.col("supervisor_staff_id").is_not_null() & (pl.col("supervisor_staff_id") != pl.col("staff_id"))
    return (
        stays.filter((pl.col("staff_classification") == "teacher") & led)
        .group_by("lea_id", "school_year", staff_id="supervisor_staff_id")
        .agg(team_size=pl.col("staff_id").n_unique().cast(pl.Float64))
        .pipe(Teams.cast)
    )


def in_year() -> pl.Expr:
    """Whether a roster row has a day in its school year."""
    begun = pl.col("begin_date") <= last_day()
    return begun & (pl.col("end_date").is_null() | (pl.col("end_date") >= first_day()))
