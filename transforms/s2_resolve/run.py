"""Stage 2: accepted extracts become one truth per educator, LEA and year."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from transforms.s2_resolve.educators import lea_years_of_assignments, record_years
from transforms.s2_resolve.pay import classify_pay, pay_totals, sum_payroll
from transforms.s2_resolve.ratings import usable_ratings
from transforms.s2_resolve.roles import role_years
from transforms.s2_resolve.service import clip_assignments

Frames = dict[str, pl.LazyFrame]
Materialize = Callable[[Frames], Frames]


def as_they_are(frames: Frames) -> Frames:
    """The default `materialize`: leaves everything lazy."""
    return frames


# roster columns that no mart may need: names and licences stay in the lake, provenance is `rung explain`'s
NOT_FOR_MARTS = (
    "first_name",
    "last_name",
    "license_id",
    "submission_id",
    "source_file",
    "source_row",
)


def resolve(tables: Mapping[str, pl.LazyFrame], materialize: Materialize = as_they_are) -> Frames:
    """Stage 2 by name: `assignments`, `lea_years`, `record_years`, `ratings`, `role_years`, `pay`, `pay_totals`.

    `tables`: the accepted extracts and reference tables by name. `materialize` may materialise what later steps share.
    """
    first = materialize(
        {
            "assignments": clip_assignments(tables["roster"].drop(NOT_FOR_MARTS), tables["districts"]),
            "pay": classify_pay(sum_payroll(tables["payroll"]), tables["pay_codes"], tables["funds"]),
            "ratings": usable_ratings(tables["evaluation"], tables["rating_systems"]).drop("source_file", "source_row"),
        }
    )
    second = materialize(
        {
            "lea_years": lea_years_of_assignments(first["assignments"]),
            "record_years": record_years(first["assignments"]),
            "role_years": role_years(first["assignments"]),
            "pay_totals": pay_totals(first["pay"]),
        }
    )
    return {**first, **second}
