"""The marts of one set of inputs: the accepted lake read and resolved, every mart checked against its contract, its
suite and the identities, and written to the lake.

Only runs that find something new import this; what is there is found by `build.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl

from contracts.extracts import EXTRACTS
from contracts.marts import MARTS
from contracts.marts.dimensions import DIMENSIONS
from contracts.marts.educator_year import EducatorYear
from contracts.policy.parameters import MetricParameters
from contracts.resolved import Frames, Materialize
from contracts.resolved.findings import CrossFileFindings, RuleCounts
from contracts.tables import Tables, as_tables
from expectations.identities import broken_rows
from rung.audit.merkle import tree_of
from rung.core.errors import GateFailed
from rung.core.rules import row_rules_for
from rung.intake.explanations import Answers, footnote_of
from rung.lake.accepted import accepted_tables
from rung.lake.parquet import scan, sink_scratch, to_parquet
from rung.lake.pay_sums import pay_sums
from rung.lake.place import Place
from rung.lake.reference import ReferenceTables
from rung.lake.results import forget_others
from rung.lake.scratch import ScratchFolder
from rung.lake.submissions import Submission
from rung.lake.workspace import Workspace
from rung.marts.cross_file import across_files
from rung.marts.gate import gate_marts
from rung.marts.gate_results import GateResults
from rung.marts.runner import least_buckets, runner_of
from rung.marts.set_plan import SetPlan
from rung.marts.sets import PersonFrames, run_sets
from rung.marts.summary import summarise
from rung.packs.load import packs_of
from transforms.s2_resolve.cross_file import with_cross_file
from transforms.s4_sustain.run import sustain
from transforms.s5_marts.data_quality import build_data_quality
from transforms.s5_marts.dimensions import build_dimensions
from transforms.s5_marts.program_pay import program_pay
from transforms.s5_marts.run import build_marts

# A state with more roster rows is large: what its marts share lies on disk, and they are made one after the other.
ROSTER_ROWS_IN_MEMORY = 500_000
# By extract, accepted rows of districts of which nothing has changed: read again, and all of them.
ReadAgain = dict[str, dict[str, int]]


def make_marts(
    work: Workspace,
    reference: ReferenceTables,
    in_force: list[Submission],
    answers: Answers,
    folder: str,
    *,
    keep_others: bool,
) -> tuple[dict[str, Any], str, ReadAgain]:
    """Make and write the marts of a folder of the lake: their summary, their root, and what was read again.

    `keep_others`: kept results that these marts are not made from stay. Raises GateFailed when a mart breaks its
    contract, a rule of its suite or an identity; what the disk has damaged as Polars says it.
    """
    forget_unfinished(work.lake, folder)
    read = accepted_tables(work.lake, in_force) | {n: f.lazy() for n, f in reference.tables.items()}
    read["pay_sums"] = pay_sums(work.lake, in_force)
    tables = as_tables(read)
    plan = SetPlan.of(work, in_force, reference, packs_of(work.settings), least_buckets(work.settings))
    persons = run_sets(plan, runner_of(work))
    found = persons.cross_file.collect()
    across_files(work, found, in_force, folder)
    counts = with_cross_file(rule_counts(work, in_force, answers), CrossFileFindings.cast(found.lazy()))
    try:
        with ScratchFolder() as scratch:
            materialize = on_disk(Path(scratch)) if is_large(in_force) else in_memory
            plans = mart_plans(work, tables, persons, counts, materialize)
            marts, hashes = write_marts(work.lake, folder, plans, one_by_one=is_large(in_force))
        deflator = MetricParameters.model_validate(work.settings.metrics).deflator
        _check_identities(marts, tables["pay_sums"], nominal=not deflator)
        gated = GateResults.of(work, hashes)
        gate_marts(work, marts, gated)
        summary = summarise(in_force, marts)
    except GateFailed:  # what breaks a rule is not there; without a summary, no run takes it for made
        work.lake.remove(folder)
        raise
    made_from: dict[str, Any] = {
        "submissions": [s.submission_id for s in in_force],
        "reference_sha256": reference.sha256,
    }
    made_from["root"] = tree_of(hashes)[""]
    made_from["marts"] = [name for name in plans if name in MARTS]
    if not keep_others:
        forget_others(work.lake, persons.keys | set(gated.keys.values()))
    work.lake.write(f"{folder}/inputs.json", json.dumps(made_from, sort_keys=True).encode())
    work.lake.write(f"{folder}/summary.json", json.dumps(summary, sort_keys=True).encode())
    again = {name: plan.again.of_others(name, in_force) for name in EXTRACTS}
    return summary, made_from["root"], again


def forget_unfinished(lake: Place, folder: str) -> None:
    """Remove the marts of runs that died over them: folders without a summary, but the one that is being made."""
    keys = {entry.key for entry in lake.entries("marts")}
    for name in sorted({"/".join(key.split("/")[:2]) for key in keys} - {folder}):
        if f"{name}/summary.json" not in keys:
            lake.remove(name)


def mart_plans(
    work: Workspace,
    tables: Tables,
    persons: PersonFrames,
    counts: dy.LazyFrame[RuleCounts],
    materialize: Materialize,
) -> dict[str, pl.LazyFrame]:
    """Every mart by name; `program_pay`, for the disclosure step; the dimensions."""
    packs = packs_of(work.settings)
    facts, designation = persons.resolved(materialize), persons.designation
    terms = [pack.terms() for pack in packs]
    parameters = MetricParameters.model_validate(work.settings.metrics)
    sustained = sustain(facts, tables, designation, terms, parameters, materialize)
    lazy: dict[str, pl.LazyFrame] = {"designation": designation}
    lazy |= build_marts(sustained, tables, designation, terms, parameters, materialize)
    lazy |= {"data_quality": build_data_quality(counts, tables["calendar"]).sort(MARTS["data_quality"].order)}
    lazy |= {"program_pay": program_pay(facts["pay"])}
    return lazy | build_dimensions(tables, EducatorYear.cast(lazy["educator_year"]), packs)


def write_marts(
    lake: Place, folder: str, plans: Mapping[str, pl.LazyFrame], *, one_by_one: bool = False
) -> tuple[dict[str, pl.LazyFrame], dict[str, str]]:
    """Make every mart, check it against its contract and write it; the marts by name, and SHA-256 of their files.

    `one_by_one`: no two of them are in memory, and each is streamed; else all are made at once, which takes less time.
    Raises GateFailed naming the mart that breaks its contract.
    """
    marts: dict[str, pl.LazyFrame] = {}
    hashes: dict[str, str] = {}
    made = _one_by_one(plans) if one_by_one else _at_once(plans)
    for name, frame in made:
        _check_contract(name, frame)
        key, data = f"{folder}/{name}.parquet", to_parquet(frame, _order(name, frame))
        lake.write(key, data)
        hashes[name] = hashlib.sha256(data).hexdigest()
        marts[name] = scan(lake, [key]) if one_by_one else frame.lazy()
        del frame, data  # before the next one is made
    return marts, hashes


def _one_by_one(plans: Mapping[str, pl.LazyFrame]) -> Iterator[tuple[str, pl.DataFrame]]:
    for name, plan in plans.items():
        yield name, plan.collect(engine="streaming")


def _at_once(plans: Mapping[str, pl.LazyFrame]) -> Iterator[tuple[str, pl.DataFrame]]:
    # The streaming engine of Polars 2.1 panics on all of these plans together (`assertion failed: i < self.len()`).
    frames = pl.collect_all(list(plans.values()), engine="in-memory")
    return zip(plans, frames, strict=True)


def _check_contract(name: str, frame: pl.DataFrame) -> None:
    try:
        if name in MARTS:
            MARTS[name].schema.validate(frame)
    except dy.exc.ValidationError as error:
        broken_text = "; ".join(line.strip() for line in str(error).splitlines())
        raise GateFailed(f"mart {name} breaks its contract: {broken_text}") from None


def rule_counts(work: Workspace, in_force: list[Submission], answers: Answers) -> dy.LazyFrame[RuleCounts]:
    """One row per submission in force and rule valid in its year, with the rows that break it; see `data_quality`."""
    answered = {(submission, each.rule_id): each for submission, counts in answers.items() for each in counts}
    failed = {(submission, rule): rows for submission, rule, _, rows in work.ledger.broken_rules()}
    places = {(s.extract, s.school_year) for s in in_force}
    rules = {place: row_rules_for(*place, work.settings) for place in places}
    rows = [
        (
            *(s.lea_id, s.extract, s.school_year, rule.rule_id, rule.severity),
            s.rows_accepted + s.rows_quarantined,
            failed.get((s.submission_id, rule.rule_id), 0),
            datetime.fromisoformat(s.received_at).astimezone(UTC).replace(tzinfo=None),
            *footnote_of(answered.get((s.submission_id, rule.rule_id))),
        )
        for s in in_force
        for rule in rules[s.extract, s.school_year]
    ]
    schema = {name: column.dtype for name, column in RuleCounts.columns().items()}
    return RuleCounts.cast(pl.LazyFrame(rows, schema=schema, orient="row"))


def _order(name: str, frame: pl.DataFrame) -> Sequence[str]:
    """The key by which a mart or dimension is written; all columns of what has none."""
    if name in MARTS:
        return MARTS[name].order
    return DIMENSIONS[name].key if name in DIMENSIONS else frame.columns


def _check_identities(frames: Mapping[str, pl.LazyFrame], sums: pl.LazyFrame, *, nominal: bool) -> None:
    """The identities of DESIGN 8 are gates. Raises GateFailed naming each that does not hold, and how often."""
    checks = broken_rows({**frames, "pay_sums": sums}, nominal=nominal)
    counts = [rows.select(pl.len()) for rows in checks.values()]
    # One at a time and streamed: the sums of pay are the largest table there is, and need not be in memory twice.
    broken = {
        name: rows
        for name, count in zip(checks, counts, strict=True)
        if (rows := count.collect(engine="streaming").item())
    }
    if broken:
        broken_text = ", ".join(f"{name} ({rows:,} rows)" for name, rows in broken.items())
        raise GateFailed(f"marts do not add up: {broken_text}; nothing was released")


def is_large(in_force: Sequence[Submission]) -> bool:
    """Whether the marts of these submissions are made with as little in memory as can be."""
    return sum(each.rows_accepted for each in in_force if each.extract == "roster") > ROSTER_ROWS_IN_MEMORY


def in_memory(frames: Frames) -> Frames:
    """Frames that several marts share, all at once."""
    collected = pl.collect_all(list(frames.values()), engine="streaming")
    return {name: frame.lazy() for name, frame in zip(frames, collected, strict=True)}


def on_disk(folder: Path) -> Materialize:
    """Writes frames that several marts share as files into a folder, and reads them there."""
    numbers = count()

    def write(frames: Frames) -> Frames:
        paths = {name: folder / f"{next(numbers)}-{name}.parquet" for name in frames}
        sink_scratch(paths, frames)
        return {name: pl.scan_parquet(path) for name, path in paths.items()}

    return write
