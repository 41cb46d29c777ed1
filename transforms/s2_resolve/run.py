"""Stage 2: accepted extracts become one truth per educator, LEA and year."""

from __future__ import annotations

from contracts.resolved import Frames, Materialize, Resolved
from contracts.resolved.pay import PayTotals, ResolvedPay
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
    """Stage 2 from the accepted extracts and reference tables. `materialize` may collect what later steps share."""
    first = materialize(
        {
            "assignments": clip_assignments(tables["roster"], tables["districts"]),
            "pay": classify_pay(tables["pay_sums"], tables["pay_codes"], tables["funds"]),
            "ratings": usable_ratings(tables["evaluation"], tables["rating_systems"]),
        }
    )
    assignments, pay = Assignments.cast(first["assignments"]), ResolvedPay.cast(first["pay"])
    second = materialize(
        {
            "lea_years": lea_years_of_assignments(assignments),
            "record_years": record_years(assignments),
            "role_years": role_years(assignments),
            "pay_totals": pay_totals(pay),
        }
    )
    return {
        "assignments": assignments,
        "pay": pay,
        "ratings": Ratings.cast(first["ratings"]),
        "lea_years": LeaYears.cast(second["lea_years"]),
        "record_years": RecordYears.cast(second["record_years"]),
        "role_years": RoleYears.cast(second["role_years"]),
        "pay_totals": PayTotals.cast(second["pay_totals"]),
    }
