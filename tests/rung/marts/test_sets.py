"""Stages over sets of educators and of districts: the number of buckets and the history of a lake change no byte of
what they make."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import pytest

import rung.marts.person_stages as stages
from contracts.marts import MARTS
from contracts.marts.designation import Designation
from contracts.policy.parameters import MetricParameters
from contracts.resolved.others import DistrictsAsked
from contracts.tables import as_references
from rung.core.progress import Progress
from rung.demo import write_demo
from rung.intake.run import run_intake
from rung.lake.ledger import Submission
from rung.lake.parquet import to_parquet
from rung.lake.reference import load_reference
from rung.lake.results import forget_others
from rung.lake.workspace import Workspace, open_workspace
from rung.marts.district_facts import district_facts
from rung.marts.district_sets import (
    ORDER,
    DistrictFrames,
    build_districts,
    person_frames,
    read_by_districts,
    run_districts,
)
from rung.marts.person_stages import in_memory
from rung.marts.set_plan import SetPlan, pack_data, pack_from
from rung.marts.sets import PersonFrames, as_resolved, run_sets
from rung.packs.load import load_packs, packs_of
from transforms.s4_sustain.run import sustain
from transforms.s5_marts.run import build_marts
from transforms.s5_marts.whole_state import build_state_rows

Frames = dict[str, bytes]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A state whose people move between districts; accepted, no marts made."""
    root = tmp_path_factory.mktemp("state") / "demo"
    write_demo(root, leas=4, educators=90, years=4, seed=5)
    work = open_workspace(root / "rung.toml")
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    return work


def plan_of(work: Workspace, in_force: Sequence[Submission], buckets: int = 1) -> SetPlan:
    return SetPlan.of(work, in_force, load_reference(work.reference), packs_of(work.settings), buckets)


def run_all(plan: SetPlan) -> tuple[PersonFrames, DistrictFrames]:
    facts = district_facts(plan)
    persons = run_sets(plan, facts)
    return persons, run_districts(plan, persons, facts)


def rows_of(made: tuple[PersonFrames, DistrictFrames]) -> Frames:
    """Each frame as bytes, in one order of rows."""
    persons, districts = made
    frames = {**persons.frames, "designation": persons.designation, **districts.frames}
    collected = {name: frame.collect() for name, frame in frames.items()}
    return {name: to_parquet(frame, frame.columns) for name, frame in collected.items()}


def made_anew(work: Workspace, in_force: Sequence[Submission]) -> Frames:
    """What a lake makes that has kept nothing."""
    shutil.rmtree(work.settings.root / "lake" / "results", ignore_errors=True)
    return rows_of(run_all(plan_of(work, in_force)))


def test_buckets_change_nothing(state: Workspace) -> None:
    in_force = state.ledger.in_force()
    whole = made_anew(state, in_force)
    assert rows_of(run_all(plan_of(state, in_force, 3))) == whole
    assert all(len(rows) > 500 for rows in whole.values())


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 12))])
def test_what_submissions_touch_is_spliced_into_what_was_kept(
    state: Workspace, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Submissions come and go, as `--as-of` and superseding make them; one by one and several at once."""
    dice = random.Random(seed)
    everything = state.ledger.in_force()
    made_anew(state, everything)
    seen: list[int] = []
    real = stages.build_designation

    def counted(**tables: object) -> object:
        seen.append(tables["roster"].collect().height)  # type: ignore[attr-defined]
        return real(**tables)  # type: ignore[arg-type]

    monkeypatch.setattr(stages, "build_designation", counted)
    gone = dice.sample(everything, dice.choice([1, 1, 2, 4]))
    left = [each for each in everything if each not in gone]
    incremental = rows_of(run_all(plan_of(state, left)))
    rosters = sum(each.rows_accepted for each in everything if each.extract == "roster")
    # Several submissions together may touch everybody; one never does.
    assert len(gone) > 1 or all(rows < rosters for rows in seen), "only who is touched was read"
    assert incremental == made_anew(state, left)
    back = rows_of(run_all(plan_of(state, everything)))
    assert back == made_anew(state, everything)


def test_who_left_a_district_is_touched_by_its_roster(state: Workspace) -> None:
    """A roster of a year in which nobody of them is on it may end the levels of those who have left."""
    everything = state.ledger.in_force()
    last = max(each.school_year for each in everything)
    for lea_id in sorted({each.lea_id for each in everything})[:2]:
        left = [s for s in everything if (s.lea_id, s.school_year, s.extract) != (lea_id, last, "roster")]
        made_anew(state, left)
        assert rows_of(run_all(plan_of(state, everything))) == made_anew(state, everything), lea_id


def test_what_no_result_needs_any_more_is_forgotten(state: Workspace) -> None:
    everything = state.ledger.in_force()
    made_anew(state, everything)
    persons, districts = run_all(plan_of(state, everything[1:]))
    keys = persons.keys | districts.keys
    forget_others(state.lake, keys)
    there = {entry.key for entry in state.lake.entries("results")}
    assert keys <= there
    inputs = {key.rpartition("/")[2].partition(".")[0] for key in keys}
    assert {key for key in there if key not in keys} <= {f"results/inputs/{name}.json" for name in inputs}


def test_rows_about_the_state_are_those_of_all_districts_made_at_once(state: Workspace) -> None:
    """The state's rows are made from districts' results; beside them, every mart from the whole state's facts."""
    plan = plan_of(state, state.ledger.in_force(), 3)
    facts = district_facts(plan)
    persons, districts = run_all(plan)
    resolved, tables = as_resolved(persons.resolved, facts), as_references(plan.reference)
    parameters, terms = MetricParameters.model_validate(plan.metrics), [pack.terms() for pack in plan.packs]
    sustained = sustain(resolved, tables, persons.designation, terms, parameters, in_memory)
    at_once = build_marts(sustained, tables, persons.designation, terms, parameters, in_memory)
    of_state = build_state_rows(districts.rows, resolved, tables, parameters)
    for name, rows in of_state.items():
        parts = [districts.frames[name], rows] if name in districts.frames else [rows]
        made, expected = pl.concat(parts).collect(), at_once[name].collect()
        order = MARTS[name].order
        assert not rows.collect().is_empty() or name == "school_outcome_association", name
        assert to_parquet(made, order) == to_parquet(expected, order), name


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))])
def test_a_district_apart_is_the_district_among_all_where_schools_and_evaluators_are_anybodys(
    state: Workspace, seed: int
) -> None:
    """Rosters of several districts name one school, and people evaluate and supervise across districts."""
    dice = random.Random(seed)
    plan = plan_of(state, state.ledger.in_force())
    facts = district_facts(plan)
    persons = run_sets(plan, facts)
    frames = in_memory({**persons.frames, "designation": persons.designation})
    schools = frames["assignments"].select("school_id").unique().collect()["school_id"].sort().to_list()
    people = frames["lea_years"].select("staff_id").unique().collect()["staff_id"].sort().to_list()
    school_of = {school: dice.choice(schools[: len(schools) // 2]) for school in schools}
    who = {person: dice.choice(people) for person in people}
    mixed = {
        name: frame.with_columns(
            pl.col(column).replace(of)
            for column, of in (("school_id", school_of), ("evaluator_staff_id", who), ("supervisor_staff_id", who))
            if column in frame.collect_schema()
        )
        for name, frame in frames.items()
    }
    anybodys = PersonFrames(mixed, Designation.cast(mixed["designation"]), persons.keys)
    reads = read_by_districts(person_frames(anybodys)).collect().lazy()
    whole = build_districts(plan, list(ORDER), None, anybodys, reads, facts)
    some: set[str] = set()
    for lea_id in sorted({each.lea_id for each in state.ledger.in_force()}):
        asked = DistrictsAsked.cast(pl.LazyFrame({"lea_id": [lea_id]}))
        apart = build_districts(plan, list(ORDER), asked, anybodys, reads, facts)
        for name, order in ORDER.items():
            expected, made = whole[name].filter(pl.col("lea_id") == lea_id).collect(), apart[name].collect()
            assert to_parquet(made, order) == to_parquet(expected, order), (name, lea_id)
            some |= {name} if made.height else set()
    assert len(some) > 30


def test_a_worker_reads_the_plan_that_was_written(state: Workspace) -> None:
    plan = plan_of(state, state.ledger.in_force(), 7)
    read = SetPlan.read(state.lake, plan.write())
    assert replace(read, reference={}, packs=()) == replace(plan, reference={}, packs=())
    for name, frame in plan.reference.items():
        assert read.reference[name].equals(frame.sort(pl.all(), nulls_last=True)), name
    assert [pack_data(pack) for pack in read.packs] == [pack_data(pack) for pack in plan.packs]


def test_a_pack_with_knobs_goes_through_the_lake_unchanged() -> None:
    for pack in load_packs():
        knobs = {"settings": {"a.b": 1.5, "list": ("x", "y")}, "districts": {"0100": {"cap": 3}}}
        with_knobs = pack.model_copy(update=knobs)
        assert pack_data(pack_from(pack_data(pack))) == pack_data(pack)
        assert pack_from(pack_data(pack)) == pack
        assert with_knobs.settings["list"] == ("x", "y")
