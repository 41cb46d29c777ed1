"""Runs the stages about districts over sets of districts, and keeps what they make by content (DESIGN 10.1).

A district reads the rows that the person stages made of everybody who has a row in it, or at a school that its rows
name, and of who evaluates these: all their rows, of the whole state. Beside them it reads the reference tables, and
which district-years have a roster. A set is a bucket of the hash of `lea_id`; or, where a bucket was made from other
rows before, those districts of it that read a changed row. A full run is the run over all sets, by the same code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import dataframely as dy
import polars as pl

from contracts.marts import MARTS
from contracts.marts.designation import Designation
from contracts.policy.parameters import MetricParameters
from contracts.resolved import DistrictRows, Frames
from contracts.resolved.others import DistrictsAsked
from contracts.tables import as_references
from rung.core.code import code_of, versions_of
from rung.lake.results import Inputs, Result, fill
from rung.lake.workspace import LakeAddress
from rung.marts.district_facts import LIBRARIES, MOST_TOUCHED, DistrictFacts, district_facts, scan_results
from rung.marts.person_stages import in_memory
from rung.marts.set_plan import SetPlan, pack_data
from rung.marts.sets import PersonFrames, RunTasks, Task, as_resolved, kept_persons, make_set, must_be
from transforms.s4_sustain.run import sustain
from transforms.s5_marts.program_pay import KEY as PROGRAM_PAY
from transforms.s5_marts.program_pay import program_pay
from transforms.s5_marts.run import build_marts, rows_of_programs
from transforms.s5_marts.whole_state import WHOLLY_OF_STATE

STAGE = "districts"
SEED = 11
CODE = ("transforms.s4_sustain.run", "transforms.s5_marts.run", "transforms.s5_marts.program_pay")
# What a mart is made of that no other mart shows; by the key that it is sorted by.
BESIDE_MARTS = {
    "leaders": ("lea_id", "program_id", "school_year", "staff_id"),
    "leader_pay": ("lea_id", "program_id", "school_year", "staff_id"),
    "program_rows": ("lea_id", "program_id", "school_year"),
    "program_pay": PROGRAM_PAY,
}
ELSEWHERE = ("designation", "data_quality", *WHOLLY_OF_STATE)
ORDER = {name: mart.order for name, mart in MARTS.items() if name not in ELSEWHERE} | BESIDE_MARTS


@dataclass(frozen=True)
class DistrictRowsRead:
    """`reads`: whom each district reads (lea_id, staff_id). `digests`: by lea_id, a digest of all the rows of these.
    `keys`: the results that hold them."""

    reads: pl.LazyFrame
    digests: pl.DataFrame
    keys: tuple[str, ...]


@dataclass(frozen=True)
class DistrictFrames:
    """What the sets of districts made, by name: the rows of every district. `keys`: the kept results behind them;
    `alone`: of each frame, where one result holds all of it."""

    frames: Mapping[str, pl.LazyFrame]
    keys: frozenset[str]
    alone: Mapping[str, str]

    @property
    def rows(self) -> DistrictRows:
        """What rows about the whole state are made from."""
        return cast(DistrictRows, {name: self.frames[name] for name in DistrictRows.__annotations__})


def run_districts(
    plan: SetPlan, persons: PersonFrames, facts: DistrictFacts, run: RunTasks | None = None
) -> DistrictFrames:
    """Every set of districts, in this process or by `run`; what the lake has is not made again."""
    read = rows_read(plan, persons)
    buckets = range(plan.district_buckets)
    if run is None:
        keys = [make_district_set(plan, bucket, persons, read, facts) for bucket in buckets]
    else:
        keys = run(plan, [(STAGE, bucket) for bucket in buckets], facts)
        for bucket, of_set in zip(buckets, keys, strict=True):
            must_be(of_set, district_results(plan, bucket, read, facts))
    by_name = {name: [of_set[place] for of_set in keys] for place, name in enumerate(ORDER)}
    used = frozenset([*read.keys, *(key for of_set in keys for key in of_set)])
    frames = {name: scan_results(plan, of_name) for name, of_name in by_name.items()}
    return DistrictFrames(frames, used, {name: key for name, (key, *more) in by_name.items() if not more})


def make_set_at(lake: LakeAddress, plan_key: str, task: Task) -> list[str]:
    """One set of educators or of districts, by a worker that shares nothing but the lake; the keys of its results."""
    plan = _plan_at(lake, plan_key)
    facts = district_facts(plan)
    stage, bucket = task
    if stage != STAGE:
        return make_set(plan, task, facts)
    persons = kept_persons(plan, facts)
    return make_district_set(plan, bucket, persons, rows_read(plan, persons), facts)


@lru_cache(maxsize=2)
def _plan_at(lake: LakeAddress, plan_key: str) -> SetPlan:
    return SetPlan.read(lake.open(), plan_key)


def rows_read(plan: SetPlan, persons: PersonFrames) -> DistrictRowsRead:
    """Whom each district reads, and a digest of their rows; the kept ones where no person's rows have changed."""
    family = plan.family((), persons=sorted(persons.keys), code=code_of(__name__), libraries=versions_of(*LIBRARIES))
    order = {"reads": ("lea_id", "staff_id"), "digests": ("lea_id",)}
    results = {name: Result(plan.lake, f"district_{name}", family, Inputs.of(()), order[name]) for name in order}
    frames = person_frames(persons)

    def make(_: Sequence[str], __: pl.DataFrame | None) -> Frames:
        reads = read_by_districts(frames).collect(engine="streaming").lazy()
        return {"reads": reads, "digests": digests_of(frames, reads)}

    fill(results, lambda *_: None, make)
    digests = scan_results(plan, [results["digests"].key]).collect()
    reads = scan_results(plan, [results["reads"].key])
    return DistrictRowsRead(reads, digests, tuple(result.key for result in results.values()))


def read_by_districts(frames: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """lea_id x staff_id: whose rows a district's results are made from."""
    own = [frame.select("lea_id", "staff_id") for frame in frames.values()]
    schooled = [frame for frame in frames.values() if "school_id" in frame.collect_schema()]
    at_school = pl.concat([frame.select("lea_id", "school_id", "staff_id") for frame in schooled])
    at_school = at_school.filter(pl.col("school_id").is_not_null()).unique()
    places = at_school.select("lea_id", "school_id").unique()
    there = places.join(at_school.select("school_id", "staff_id").unique(), on="school_id")
    near = pl.concat([*own, there.select("lea_id", "staff_id")]).unique()
    evaluators = frames["ratings"].select("staff_id", "evaluator_staff_id").drop_nulls().unique()
    theirs = near.join(evaluators, on="staff_id").select("lea_id", staff_id="evaluator_staff_id")
    return pl.concat([near, theirs]).unique()


def digests_of(frames: Mapping[str, pl.LazyFrame], reads: pl.LazyFrame) -> pl.LazyFrame:
    """One row per lea_id: 64 bits over all rows of those whom it reads, whatever their order."""
    digest = pl.col("digest").sum()
    rows = []
    for number, name in enumerate(sorted(frames)):
        row = pl.struct(pl.col("staff_id").alias("of"), pl.all().exclude("staff_id"))
        digests = frames[name].select("staff_id", digest=row.hash(number))
        rows.append(digests.group_by("staff_id").agg(digest))
    persons = pl.concat(rows).group_by("staff_id").agg(digest)
    return reads.join(persons, on="staff_id").group_by("lea_id").agg(digest)


def district_results(plan: SetPlan, bucket: int, read: DistrictRowsRead, facts: DistrictFacts) -> dict[str, Result]:
    """Where the lake keeps, or will keep, each frame of a set of districts."""
    mine = read.digests.filter(pl.col("lea_id").hash(SEED) % plan.district_buckets == bucket)
    made_from = frozenset((str(digest), STAGE, lea_id, 0) for lea_id, digest in mine.iter_rows())
    inputs = Inputs(made_from, frozenset(facts.others["rosters"].collect().iter_rows()))
    fixed = {
        "code": code_of(*CODE, __name__),
        "libraries": versions_of(*LIBRARIES),
        "knobs": [plan.metrics, [pack_data(pack) for pack in plan.packs]],
        "set": [bucket, plan.district_buckets, SEED],
    }
    families = {name: plan.family(plan.reference, part=name, **fixed) for name in ORDER}
    return {name: Result(plan.lake, STAGE, families[name], inputs, ORDER[name]) for name in ORDER}


def make_district_set(
    plan: SetPlan, bucket: int, persons: PersonFrames, read: DistrictRowsRead, facts: DistrictFacts
) -> list[str]:
    """Make what the lake lacks of one set; returns the keys of its results, in the order of `ORDER`."""
    results = district_results(plan, bucket, read, facts)

    def touched_of(base: Inputs, now: Inputs) -> pl.DataFrame | None:
        return _touched_districts(base, now, read.reads)

    def make(names: Sequence[str], touched: pl.DataFrame | None) -> Frames:
        in_set = read.digests.select("lea_id").filter(pl.col("lea_id").hash(SEED) % plan.district_buckets == bucket)
        asked = in_set if touched is None else in_set.join(touched, on="lea_id", how="semi")
        of = None if asked.height == read.digests.height else DistrictsAsked.cast(asked.lazy())
        return build_districts(plan, names, of, persons, read.reads, facts)

    fill(results, touched_of, make)
    return [result.key for result in results.values()]


def build_districts(
    plan: SetPlan,
    names: Sequence[str],
    districts: dy.LazyFrame[DistrictsAsked] | None,
    persons: PersonFrames,
    reads: pl.LazyFrame,
    facts: DistrictFacts,
) -> Frames:
    """The frames named, of some districts (`lea_id`) or of all, each with the rows of these alone."""
    frames = person_frames(persons)
    if districts is not None:
        people = reads.join(districts, on="lea_id", how="semi").select("staff_id").unique().collect().lazy()
        frames = {name: frame.join(people, on="staff_id", how="semi") for name, frame in frames.items()}
    frames = in_memory(frames)
    designation = Designation.cast(frames["designation"])
    tables = as_references(plan.reference)
    resolved = as_resolved(frames, facts)
    terms, parameters = [pack.terms() for pack in plan.packs], MetricParameters.model_validate(plan.metrics)
    sustained = sustain(resolved, tables, designation, terms, parameters, in_memory, districts)
    made: Frames = build_marts(sustained, tables, designation, terms, parameters, in_memory)
    made |= {"leaders": sustained["leaders"], "leader_pay": sustained["leader_pay"]}
    made |= {"program_rows": rows_of_programs(sustained), "program_pay": program_pay(resolved["pay"])}
    here = pl.col("lea_id").is_not_null()
    rows = {name: made[name].filter(here) for name in names}
    if districts is not None:
        rows = {name: frame.join(districts, on="lea_id", how="semi") for name, frame in rows.items()}
    ordered = {name: frame.sort(ORDER[name], nulls_last=True) for name, frame in rows.items()}
    return {name: frame.collect(engine="streaming").lazy() for name, frame in ordered.items()}


def _touched_districts(base: Inputs, now: Inputs, reads: pl.LazyFrame) -> pl.DataFrame | None:
    """The districts to make again; None for all of them.

    That is those of whom they read a row has changed, come or gone; and who read somebody of a district of which a
    year's roster came or went, as what became of people is asked of all rosters. School years that come or go touch
    every district.
    """
    if {year for _, year in base.rosters} != {year for _, year in now.rosters}:
        return None
    changed = {lea_id for _, _, lea_id, _ in base.submissions ^ now.submissions}
    reported = sorted({lea_id for lea_id, _ in base.rosters ^ now.rosters})
    people = reads.filter(pl.col("lea_id").is_in(reported)).select("staff_id")
    near = reads.join(people, on="staff_id", how="semi").select("lea_id").unique().collect()["lea_id"]
    touched = sorted(changed | set(near))
    return None if len(touched) > MOST_TOUCHED * len(now.submissions) else pl.DataFrame({"lea_id": touched})


def person_frames(persons: PersonFrames) -> Frames:
    """Every frame of the person stages that the stages about districts read."""
    return {**persons.resolved, "designation": persons.designation}
