"""Facts of district-years: what a set of educators needs to know of the others, and who is in which submission.

They are made from the district-year's submissions alone, and kept by content: where one is replaced, the facts of its
district-year are made again, and no others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import polars as pl

from contracts.keys import LEA_YEAR
from contracts.resolved.others import Statewide
from contracts.tables import SCHEMAS
from rung.core.code import code_of, versions_of
from rung.lake.accepted import scan_accepted
from rung.lake.parquet import scan
from rung.lake.pay_sums import PAYROLL, pay_sums
from rung.lake.results import Inputs, Result, fill
from rung.lake.submissions import Submission
from rung.marts.person_stages import SENT
from rung.marts.set_plan import SetPlan
from transforms.s2_resolve.district_years import statewide

# Where more than this share of educators or district-years is touched, everything is made again.
MOST_TOUCHED = 0.33
FACTS = {
    "rosters": ("lea_id", "school_year"),
    "teams": ("lea_id", "school_year", "staff_id"),
    "principals": ("lea_id", "school_year", "staff_id", "school_id"),
    "listed": ("lea_id", "school_year", "staff_id"),
}
PRESENCE = ("lea_id", "school_year", "extract", "staff_id")
LIBRARIES = ("polars", "numpy")


@dataclass(frozen=True)
class DistrictFacts:
    """Facts of district-years, the whole state's: `others`, what a set needs to know of the others; `presence`, who is
    in which submission (lea_id, school_year, extract, staff_id). `keys`: the results that hold them."""

    others: Statewide
    presence: pl.LazyFrame
    keys: tuple[str, ...]


def district_facts(plan: SetPlan) -> DistrictFacts:
    """The facts of district-years; of those that no submission has changed, the kept ones."""
    rosters = plan.submissions(["roster"])
    family = plan.family(
        ["districts"], code=code_of("transforms.s2_resolve.district_years"), libraries=versions_of(*LIBRARIES)
    )
    made_from = Inputs.of(rosters)
    results = {name: Result(plan.lake, f"facts_{name}", family, made_from, order) for name, order in FACTS.items()}
    presence = Result(plan.lake, "presence", family, Inputs.of(plan.in_force), PRESENCE)

    def make_facts(_: Sequence[str], touched: pl.DataFrame | None) -> Mapping[str, pl.LazyFrame]:
        rows = rows_of(plan, "roster", _of_places(rosters, touched))
        return cast(
            Mapping[str, pl.LazyFrame], statewide(cast(Any, rows), cast(Any, plan.reference["districts"].lazy()), None)
        )

    def make_presence(_: Sequence[str], touched: pl.DataFrame | None) -> Mapping[str, pl.LazyFrame]:
        parts = [
            rows_of(plan, extract, _of_places(plan.submissions([extract]), touched))
            .select(*LEA_YEAR, "staff_id", extract=pl.lit(extract))
            .unique()
            .select(PRESENCE)
            for extract in SENT
        ]
        return {"presence": pl.concat(parts)}

    fill(results, _touched_places, make_facts)
    fill({"presence": presence}, _touched_places, make_presence)
    frames = {name: scan_results(plan, [result.key]).collect().lazy() for name, result in results.items()}
    sent = [(s.lea_id, s.school_year, s.extract) for s in plan.submissions(["roster", PAYROLL]) if s.rows_accepted]
    schema = {"lea_id": pl.String, "school_year": pl.Int16, "extract": pl.String}
    frames["sent"] = pl.LazyFrame(sent, schema=schema, orient="row")
    keys = [result.key for result in (*results.values(), presence)]
    return DistrictFacts(cast(Statewide, frames), scan_results(plan, [presence.key]), tuple(keys))


def scan_results(plan: SetPlan, keys: Sequence[str]) -> pl.LazyFrame:
    """The rows of kept results of one kind."""
    return scan(plan.lake, keys)


def changed_places(base: Inputs, now: Inputs) -> set[tuple[str, int]]:
    """The district-years of which a submission came, went or was replaced."""
    return {(lea_id, school_year) for _, _, lea_id, school_year in base.submissions ^ now.submissions}


def places_frame(pairs: Collection[tuple[str, int]]) -> pl.DataFrame:
    """District-years as a frame of their keys."""
    return pl.DataFrame(sorted(pairs), schema={"lea_id": pl.String, "school_year": pl.Int16}, orient="row")


def _touched_places(base: Inputs, now: Inputs) -> pl.DataFrame | None:
    """The district-years to make again; None for all of them."""
    changed = changed_places(base, now)
    everywhere = {(lea_id, year) for _, _, lea_id, year in now.submissions}
    return None if len(changed) > MOST_TOUCHED * len(everywhere) else places_frame(changed)


def rows_of(plan: SetPlan, extract: str, submissions: Sequence[Submission]) -> pl.LazyFrame:
    """The accepted rows of submissions; of payroll their sums."""
    plan.again.opened |= {each.submission_id for each in submissions}
    if extract == PAYROLL:
        return pay_sums(plan.lake, submissions)
    return SCHEMAS[extract].cast(scan_accepted(plan.lake, extract, submissions))


def _of_places(submissions: Sequence[Submission], places: pl.DataFrame | None) -> list[Submission]:
    wanted = None if places is None else set(places.iter_rows())
    return [s for s in submissions if wanted is None or (s.lea_id, s.school_year) in wanted]
