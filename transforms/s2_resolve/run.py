"""Stage 2: accepted extracts become one truth per educator, LEA and year."""

from __future__ import annotations

import dataframely as dy

from contracts.extracts import AcceptedRoster
from contracts.keys import LEA_YEAR
from contracts.reference import Districts, Funds, PayCodes
from contracts.resolved import Frames, Materialize, Paid, Resolved, Service
from contracts.resolved.leaders import LeadershipEvents
from contracts.resolved.others import Rosters
from contracts.resolved.pay import PaySums, PayTotals, ResolvedPay
from contracts.resolved.ratings import Ratings
from contracts.resolved.roles import RoleYears
from contracts.resolved.service import Assignments, LeaYears, RecordYears
from contracts.tables import Tables
from transforms.s2_resolve.educators import lea_years_of_assignments, record_years
from transforms.s2_resolve.pay import classify_pay, pay_totals
from transforms.s2_resolve.ratings import usable_ratings
from transforms.s2_resolve.roles import role_years
from transforms.s2_resolve.service import clip_assignments


def as_they_are(frames: Frames) -> Frames:
    """The default `materialize`: leaves everything lazy."""
    return frames


def resolve(tables: Tables, materialize: Materialize = as_they_are) -> Resolved:
    """Stage 2 from the accepted extracts and reference tables of a state.

    `materialize` may collect what later steps share.
    """
    ratings = usable_ratings(tables["evaluation"], tables["rating_systems"])
    service = resolve_service(tables["roster"], tables["districts"], materialize)
    return {
        **service,
        **resolve_pay(tables["pay_sums"], tables["pay_codes"], tables["funds"], materialize),
        "ratings": Ratings.cast(materialize({"ratings": ratings})["ratings"]),
        "leadership": LeadershipEvents.cast(tables["leadership"]),
        "rosters": Rosters.cast(service["lea_years"].select(LEA_YEAR).unique()),
    }


def resolve_service(
    roster: dy.LazyFrame[AcceptedRoster], districts: dy.LazyFrame[Districts], materialize: Materialize = as_they_are
) -> Service:
    """What rosters say of each educator."""
    first = materialize({"assignments": clip_assignments(roster, districts)})
    assignments = Assignments.cast(first["assignments"])
    second = materialize(
        {
            "lea_years": lea_years_of_assignments(assignments),
            "record_years": record_years(assignments),
            "role_years": role_years(assignments),
        }
    )
    return {
        "assignments": assignments,
        "lea_years": LeaYears.cast(second["lea_years"]),
        "record_years": RecordYears.cast(second["record_years"]),
        "role_years": RoleYears.cast(second["role_years"]),
    }


def resolve_pay(
    pay_sums: dy.LazyFrame[PaySums],
    pay_codes: dy.LazyFrame[PayCodes],
    funds: dy.LazyFrame[Funds],
    materialize: Materialize = as_they_are,
) -> Paid:
    """What each educator is paid, and from which money."""
    pay = ResolvedPay.cast(materialize({"pay": classify_pay(pay_sums, pay_codes, funds)})["pay"])
    totals = materialize({"pay_totals": pay_totals(pay)})
    return {"pay": pay, "pay_totals": PayTotals.cast(totals["pay_totals"])}
