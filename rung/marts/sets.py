"""Runs the person stages over sets of educators, and keeps what they make by content (DESIGN 10.1).

A set is a bucket of the hash of `staff_id`; or, where a bucket was made from other submissions before, those educators
of it whom the changed submissions touch: their rows alone are read and made again, and spliced into what was kept. A
full run is the run over all sets, by the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import dataframely as dy
import polars as pl

from contracts.keys import LEA_YEAR
from contracts.marts.designation import Designation
from contracts.resolved import Frames, Resolved
from contracts.resolved.findings import CrossFileFindings
from contracts.resolved.leaders import LeadershipEvents
from contracts.resolved.pay import PayTotals, ResolvedPay
from contracts.resolved.ratings import Ratings
from contracts.resolved.roles import RoleYears
from contracts.resolved.service import Assignments, LeaYears, RecordYears
from contracts.tables import Tables
from rung.core.code import code_of, versions_of
from rung.core.errors import RungError
from rung.lake.accepted import scan_accepted
from rung.lake.pay_sums import PAYROLL
from rung.lake.results import Inputs, Result, fill
from rung.lake.submissions import Submission
from rung.marts.district_facts import (
    LIBRARIES,
    MOST_TOUCHED,
    DistrictFacts,
    changed_places,
    district_facts,
    places_frame,
    rows_of,
    scan_results,
)
from rung.marts.person_stages import STAGES, PersonStage
from rung.marts.set_plan import SetPlan
from transforms.s3_designate.run import KEY

SEED = 7
DESIGNATIONS = ("designation", "designation_shared")
RESOLVED: dict[str, type[dy.Schema]] = {
    "assignments": Assignments,
    "lea_years": LeaYears,
    "record_years": RecordYears,
    "role_years": RoleYears,
    "ratings": Ratings,
    "leadership": LeadershipEvents,
    "pay": ResolvedPay,
    "pay_totals": PayTotals,
}
Task = tuple[str, int]
"""A stage, and the number of one of its sets."""
RunTasks = Callable[[SetPlan, Sequence[Task], DistrictFacts], list[list[str]]]
"""Makes every set of the tasks, in this process or elsewhere; the keys of each, in order."""


@dataclass(frozen=True)
class PersonFrames:
    """What the person stages made of all sets: frames of stage 2 by name, designations, findings across files; `keys`:
    the kept results behind them."""

    frames: Mapping[str, pl.LazyFrame]
    designation: dy.LazyFrame[Designation]
    keys: frozenset[str]

    @property
    def cross_file(self) -> pl.LazyFrame:
        return self.frames["cross_file"].sort(CrossFileFindings.column_names(), nulls_last=True)

    @property
    def resolved(self) -> Frames:
        """Stage 2's frames."""
        return {name: self.frames[name] for name in RESOLVED}


def as_resolved(frames: Frames, facts: DistrictFacts) -> Resolved:
    """Stage 2's frames, each of its contract, with the facts that it has of the whole state."""
    typed: Mapping[str, Any] = {name: RESOLVED[name].cast(frames[name]) for name in RESOLVED}
    return cast(Resolved, {**typed, "rosters": facts.others["rosters"]})


def run_sets(plan: SetPlan, facts: DistrictFacts, run: RunTasks | None = None) -> PersonFrames:
    """Every set of every stage, in this process or by `run`; what the lake has is not made again."""
    return scan_persons(plan, facts, _make(plan, tuple(STAGES), facts, run or in_process))


def kept_persons(plan: SetPlan, facts: DistrictFacts) -> PersonFrames:
    """What the person stages made, where all of it is in the lake."""
    keys: dict[str, list[str]] = {}
    for name, bucket in _tasks(plan, tuple(STAGES)):
        for part, result in _results(plan, STAGES[name], name, bucket, facts).items():
            keys.setdefault(part, []).append(result.key)
    return scan_persons(plan, facts, keys)


def scan_persons(plan: SetPlan, facts: DistrictFacts, keys: Mapping[str, list[str]]) -> PersonFrames:
    """The rows of results by part."""
    designation = _designation(plan, keys)
    used = frozenset([*facts.keys, *(key for of_part in keys.values() for key in of_part)])
    packs = {pack.program_id for pack in plan.packs}
    frames = {part: scan_results(plan, of_part) for part, of_part in keys.items() if part not in packs}
    return PersonFrames(frames, designation, used)


def designations(plan: SetPlan) -> dy.LazyFrame[Designation]:
    """The designations of the plan's packs alone, sorted by key; what the lake has is not made again."""
    made = _designation(plan, _make(plan, DESIGNATIONS, district_facts(plan), in_process))
    return Designation.cast(made.sort(KEY))


def _make(plan: SetPlan, stages: Sequence[str], facts: DistrictFacts, run: RunTasks) -> dict[str, list[str]]:
    """Every set of some stages: the keys of its results, by part."""
    tasks = _tasks(plan, stages)
    keys: dict[str, list[str]] = {}
    for (name, bucket), of_set in zip(tasks, run(plan, tasks, facts), strict=True):
        results = _results(plan, STAGES[name], name, bucket, facts)
        must_be(of_set, results)
        for part, key in zip(results, of_set, strict=True):
            keys.setdefault(part, []).append(key)
    return keys


def must_be(keys: Sequence[str], results: Mapping[str, Result]) -> None:
    """Raises RungError where what a worker has made lies under other keys than this process expects."""
    if list(keys) != [result.key for result in results.values()]:
        raise RungError("a worker makes other results than this process: give it the same Rung and the same libraries")


def _tasks(plan: SetPlan, stages: Sequence[str]) -> list[Task]:
    return [(name, n) for name in stages for n in range(1 if STAGES[name].whole else plan.buckets)]


def _designation(plan: SetPlan, keys: Mapping[str, list[str]]) -> dy.LazyFrame[Designation]:
    rows = [scan_results(plan, keys[pack.program_id]) for pack in plan.packs]
    return Designation.cast(pl.concat([Designation.create_empty().lazy(), *rows]))


def in_process(plan: SetPlan, tasks: Sequence[Task], facts: DistrictFacts) -> list[list[str]]:
    """One set after the other, here."""
    return [make_set(plan, task, facts) for task in tasks]


def make_set(plan: SetPlan, task: Task, facts: DistrictFacts) -> list[str]:
    """Make what the lake lacks of one set; returns the keys of its results, in order of the stage's parts."""
    name, bucket = task
    stage = STAGES[name]
    results = _results(plan, stage, name, bucket, facts)

    def make(parts: Sequence[str], touched: pl.DataFrame | None) -> Mapping[str, pl.LazyFrame]:
        return stage.make(plan, parts, _tables(plan, stage, bucket, touched, facts), facts.others)

    def touched_of(base: Inputs, now: Inputs) -> pl.DataFrame | None:
        found = _touched_educators(plan, base, now, facts)
        return None if stage.whole else found

    fill(results, touched_of, make)
    return [result.key for result in results.values()]


def _results(plan: SetPlan, stage: PersonStage, name: str, bucket: int, facts: DistrictFacts) -> dict[str, Result]:
    """Where the lake keeps, or will keep, each part of a set."""
    rosters = facts.others["rosters"].collect().iter_rows() if stage.asks_others else ()
    inputs = Inputs.of(plan.submissions(stage.extracts), rosters)
    which = None if stage.whole or plan.buckets == 1 else [bucket, plan.buckets, SEED]
    fixed = {"code": code_of(stage.code, "rung.lake.pay_sums"), "libraries": versions_of(*LIBRARIES), "set": which}
    return {
        part: Result(
            plan.lake, name, plan.family(stage.references, part=part, knobs=made.knobs, **fixed), inputs, made.order
        )
        for part, made in stage.parts(plan).items()
    }


def _touched_educators(plan: SetPlan, base: Inputs, now: Inputs, facts: DistrictFacts) -> pl.DataFrame | None:
    """The educators to make again; None for all of them.

    That is whoever has rows in a changed district-year, in its old or its new version: what one's results take from
    others is of district-years where one has rows. And whoever was ever in a district of which a year's roster came or
    went: who has left it may have lost a level there. School years that come or go touch everybody.
    """
    plan.again.changed |= {lea_id for lea_id, _ in changed_places(base, now)}
    if {year for _, year in base.rosters} != {year for _, year in now.rosters}:
        return None
    changed, gone = places_frame(changed_places(base, now)), base.submissions - now.submissions
    districts = sorted({lea_id for lea_id, _ in base.rosters ^ now.rosters})
    presence = facts.presence
    found = [
        presence.join(changed.lazy(), on=LEA_YEAR, how="semi").select("staff_id"),
        presence.filter(pl.col("lea_id").is_in(districts)).select("staff_id"),
        *(_old_rows(plan, *each).select("staff_id") for each in sorted(gone)),
    ]
    touched = pl.concat(found).unique().collect()
    everybody = presence.select(pl.col("staff_id").n_unique()).collect().item()
    return None if touched.height > MOST_TOUCHED * everybody else touched


def _old_rows(plan: SetPlan, submission_id: str, extract: str, lea_id: str, school_year: int) -> pl.LazyFrame:
    """Rows of a submission that is in force no more; it stays in the lake."""
    empty: dict[str, Any] = {n: 0 if n.startswith(("rows", "cents")) else "" for n in Submission.__dataclass_fields__}
    named = {"submission_id": submission_id, "extract": extract, "lea_id": lea_id, "school_year": school_year}
    named["kept_in"] = plan.replaced.get(submission_id, "")
    return scan_accepted(plan.lake, extract, [Submission(**(empty | named))])


def _tables(
    plan: SetPlan, stage: PersonStage, bucket: int, touched: pl.DataFrame | None, facts: DistrictFacts
) -> Tables:
    """The rows of a set's educators by extract, and the reference tables. Files without such rows are not opened."""
    files = None
    if touched is not None:
        theirs = facts.presence.filter(pl.col("staff_id").is_in(touched["staff_id"].implode()))
        files = set(theirs.select("extract", *LEA_YEAR).unique().collect().iter_rows())
    frames: dict[str, pl.LazyFrame] = {name: frame.lazy() for name, frame in plan.reference.items()}
    for extract in stage.extracts:
        there = [s for s in plan.submissions([extract]) if files is None or (extract, s.lea_id, s.school_year) in files]
        rows = rows_of(plan, extract, there)
        if plan.buckets > 1 and not stage.whole:
            rows = rows.filter(pl.col("staff_id").hash(SEED) % plan.buckets == bucket)
        if touched is not None:
            rows = rows.filter(pl.col("staff_id").is_in(touched["staff_id"].implode()))
        frames["pay_sums" if extract == PAYROLL else extract] = rows
    return cast(Tables, frames)
