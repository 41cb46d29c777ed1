"""The stages that are functions of a set of educators and the reference tables: what each reads, makes and depends on.

`service`, `ratings`, `events` and `pay` are stage 2; `designation` is stage 3, a pack at a time; `cross_file` asks the
cross-file rules. A pack that shares an appropriation among all educators is a stage of its own, of one set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import polars as pl

from contracts.extracts import EXTRACTS
from contracts.keys import PERSON
from contracts.policy.packs import Pack
from contracts.resolved import Frames
from contracts.resolved.findings import CrossFileFindings
from contracts.resolved.leaders import LeadershipEvents
from contracts.resolved.others import Statewide
from contracts.tables import DesignationTables, Tables, designation_tables
from rung.marts.set_plan import SetPlan, pack_data
from transforms.s2_resolve.cross_file import findings
from transforms.s2_resolve.pay import PAY_KEY, PLACE
from transforms.s2_resolve.ratings import usable_ratings
from transforms.s2_resolve.run import resolve_pay, resolve_service
from transforms.s3_designate.run import KEY, build_designation, shares_pay

PACKS = "packs"
SENT = tuple(EXTRACTS)
Make = Callable[[SetPlan, Sequence[str], Tables, Statewide], Mapping[str, pl.LazyFrame]]


@dataclass(frozen=True)
class Part:
    """One frame of a stage: the key that it is sorted by, and the knobs that it is made with."""

    order: tuple[str, ...]
    knobs: Any = None


@dataclass(frozen=True)
class PersonStage:
    """`extracts`, `references`: what it reads. `code`: the module whose code, with all it imports, makes its results.
    `parts`: its frames by name; `make`: those that are asked for, from the rows of a set. `whole`: of all educators.
    `asks_others`: whether it reads facts of other educators (transforms/s2_resolve/district_years.py)."""

    extracts: tuple[str, ...]
    references: tuple[str, ...]
    code: str
    parts: Callable[[SetPlan], dict[str, Part]]
    make: Make
    whole: bool = False
    asks_others: bool = False


def _service(_plan: SetPlan, _names: Sequence[str], tables: Tables, _others: Statewide) -> Frames:
    return cast(Frames, dict(resolve_service(tables["roster"], tables["districts"], in_memory)))


def _ratings(_plan: SetPlan, _names: Sequence[str], tables: Tables, _others: Statewide) -> Frames:
    return {"ratings": usable_ratings(tables["evaluation"], tables["rating_systems"])}


def _events(_plan: SetPlan, _names: Sequence[str], tables: Tables, _others: Statewide) -> Frames:
    return {"leadership": LeadershipEvents.cast(tables["leadership"])}


def _pay(_plan: SetPlan, _names: Sequence[str], tables: Tables, _others: Statewide) -> Frames:
    return cast(Frames, dict(resolve_pay(tables["pay_sums"], tables["pay_codes"], tables["funds"], in_memory)))


def _designation(plan: SetPlan, names: Sequence[str], tables: Tables, others: Statewide) -> Frames:
    chosen = [pack for pack in plan.packs if pack.program_id in names]
    made = build_designation(packs=chosen, **designation_tables(tables), others=others)
    return {name: made.filter(pl.col("program_id") == name) for name in names}


def _cross_file(_plan: SetPlan, _names: Sequence[str], tables: Tables, others: Statewide) -> Frames:
    # Several rules read each of these; pay sums, the largest, stay on disk.
    narrow = {name: tables[name].select(columns) for name, columns in CROSS_FILE_READS.items()}  # type: ignore[literal-required]
    return {"cross_file": findings(cast(Tables, {**tables, **in_memory(narrow)}), others)}


def in_memory(frames: Frames) -> Frames:
    """Frames that several steps share, all at once."""
    collected = pl.collect_all(list(frames.values()), engine="streaming")
    return {name: frame.lazy() for name, frame in zip(frames, collected, strict=True)}


def _packs(plan: SetPlan, wanted: Callable[[Pack], bool]) -> dict[str, Part]:
    return {pack.program_id: Part(KEY, pack_data(pack)) for pack in plan.packs if wanted(pack)}


CROSS_FILE_READS = {
    "roster": (*PERSON, *PLACE, "begin_date", "end_date", "full_time_equivalency", "role_code", "license_id"),
    "evaluation": (*PERSON, *PLACE, "rating_system", "evaluator_staff_id"),
}
EVENT = tuple(name for name in LeadershipEvents.column_names() if name not in PERSON)  # rows that differ in it only
PERSON_YEAR_ROSTER = (*PERSON, *(name for name in EXTRACTS["roster"].key if name not in PERSON))
DESIGNATION = {
    "extracts": ("roster", "evaluation", "leadership"),
    "references": tuple(name for name in DesignationTables.__annotations__ if name not in EXTRACTS),
    "code": "transforms.s3_designate.run",
    "make": _designation,
    "asks_others": True,
}

STAGES: dict[str, PersonStage] = {
    "service": PersonStage(
        ("roster",),
        ("districts",),
        "transforms.s2_resolve.run",
        lambda _: {
            "assignments": Part(PERSON_YEAR_ROSTER),
            "lea_years": Part(PERSON),
            "record_years": Part(("staff_id", "school_year")),
            "role_years": Part((*PERSON, "role_code")),
        },
        _service,
    ),
    "ratings": PersonStage(
        ("evaluation",),
        ("rating_systems",),
        "transforms.s2_resolve.run",
        lambda _: {"ratings": Part((*PERSON, "rating_system"))},
        _ratings,
    ),
    "events": PersonStage(
        ("leadership",),
        (),
        "contracts.resolved.leaders",
        lambda _: {"leadership": Part((*PERSON, *EVENT))},
        _events,
    ),
    "pay": PersonStage(
        ("payroll",),
        ("pay_codes", "funds"),
        "transforms.s2_resolve.run",
        lambda _: {"pay": Part(PAY_KEY), "pay_totals": Part(PERSON)},
        _pay,
    ),
    "designation": PersonStage(parts=lambda plan: _packs(plan, lambda pack: not shares_pay(pack)), **DESIGNATION),  # type: ignore[arg-type]
    "designation_shared": PersonStage(parts=lambda plan: _packs(plan, shares_pay), whole=True, **DESIGNATION),  # type: ignore[arg-type]
    "cross_file": PersonStage(
        SENT,
        ("pay_codes",),
        "transforms.s2_resolve.cross_file",
        lambda _: {"cross_file": Part(tuple(CrossFileFindings.column_names()))},
        _cross_file,
        asks_others=True,
    ),
}
