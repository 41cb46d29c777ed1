"""The marts of one set of inputs: the accepted lake read and resolved, every mart checked against its contract, its
suite and the identities, and written to the lake.

Only runs that find something new import this; what is there is found by `build.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import dataframely as dy
import polars as pl

from contracts.extracts import EXTRACTS
from contracts.marts import MARTS
from contracts.marts.dimensions import DIMENSIONS
from contracts.marts.educator_year import EducatorYear
from contracts.policy.parameters import MetricParameters
from contracts.resolved import Frames
from contracts.resolved.findings import CrossFileFindings, RuleCounts
from contracts.tables import as_references
from expectations.identities import broken_rows
from rung.audit.merkle import tree_of
from rung.core.errors import GateFailed
from rung.core.rules import row_rules_for
from rung.intake.explanations import Answers, footnote_of
from rung.lake.parquet import scan, to_parquet
from rung.lake.pay_sums import pay_sums
from rung.lake.place import Place
from rung.lake.reference import ReferenceTables
from rung.lake.results import forget_others
from rung.lake.submissions import Submission
from rung.lake.workspace import Workspace
from rung.marts.cross_file import across_files
from rung.marts.district_facts import DistrictFacts, district_facts
from rung.marts.district_sets import ORDER, DistrictFrames, run_districts
from rung.marts.gate import gate_marts
from rung.marts.gate_results import GateResults
from rung.marts.runner import least_buckets, runner_of
from rung.marts.set_plan import SetPlan
from rung.marts.sets import PersonFrames, as_resolved, run_sets
from rung.marts.summary import summarise
from rung.packs.load import packs_of
from transforms.s2_resolve.cross_file import with_cross_file
from transforms.s5_marts.data_quality import build_data_quality
from transforms.s5_marts.dimensions import build_dimensions
from transforms.s5_marts.whole_state import OF_STATE, build_state_rows

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
    plan = SetPlan.of(work, in_force, reference, packs_of(work.settings), least_buckets(work.settings))
    run, facts = runner_of(work), district_facts(plan)
    persons = run_sets(plan, facts, run)
    districts = run_districts(plan, persons, facts, run)
    found = persons.cross_file.collect()
    across_files(work, found, in_force, folder)
    counts = with_cross_file(rule_counts(work, in_force, answers), CrossFileFindings.cast(found.lazy()))
    plans = mart_plans(plan, persons, districts, facts, counts)
    try:
        alone = {name: key for name, key in districts.alone.items() if name in plans and name not in OF_STATE}
        marts, hashes = write_marts(work.lake, folder, plans, alone)
        deflator = MetricParameters.model_validate(work.settings.metrics).deflator
        _check_identities(marts, pay_sums(work.lake, in_force), nominal=not deflator)
        gated = GateResults.of(work, hashes)
        gate_marts(work, marts, gated)
        summary = summarise(in_force, marts)
    except GateFailed:  # what breaks a rule is not there, and what it was made from is made anew by the next run
        work.lake.remove(folder)
        forget_others(work.lake, ())
        raise
    made_from: dict[str, Any] = {
        "submissions": [s.submission_id for s in in_force],
        "reference_sha256": reference.sha256,
    }
    made_from["root"] = tree_of(hashes)[""]
    made_from["marts"] = [name for name in plans if name in MARTS]
    if not keep_others:
        forget_others(work.lake, persons.keys | districts.keys | set(gated.keys.values()))
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
    plan: SetPlan,
    persons: PersonFrames,
    districts: DistrictFrames,
    facts: DistrictFacts,
    counts: dy.LazyFrame[RuleCounts],
) -> Frames:
    """Every mart by name; `program_pay`, for the disclosure step; the dimensions."""
    tables, parameters = as_references(plan.reference), MetricParameters.model_validate(plan.metrics)
    marts: Frames = {"designation": persons.designation, "data_quality": build_data_quality(counts, tables["calendar"])}
    marts |= {name: districts.frames[name] for name in ORDER if name in MARTS or name == "program_pay"}
    of_state = build_state_rows(districts.rows, as_resolved(persons.resolved, facts), tables, parameters)
    marts |= {name: pl.concat([marts[name], rows]) if name in marts else rows for name, rows in of_state.items()}
    return marts | build_dimensions(tables, EducatorYear.cast(marts["educator_year"]), plan.packs)


def write_marts(
    lake: Place, folder: str, plans: Mapping[str, pl.LazyFrame], alone: Mapping[str, str]
) -> tuple[dict[str, pl.LazyFrame], dict[str, str]]:
    """Make every mart, check it against its contract and write it, one after the other; the marts by name, and SHA-256
    of their files. Raises GateFailed naming the mart that breaks its contract.

    `alone`: kept results that hold a mart's rows, all of them and in its order: their bytes are its bytes.
    """
    marts: dict[str, pl.LazyFrame] = {}
    hashes: dict[str, str] = {}
    for name, plan in plans.items():
        key, data = f"{folder}/{name}.parquet", lake.read(alone[name]) if name in alone else None
        frame = plan.collect(engine="streaming") if data is None else pl.read_parquet(data)
        _check_contract(name, frame)
        data = to_parquet(frame, _order(name, frame)) if data is None else data
        lake.write(key, data)
        hashes[name] = hashlib.sha256(data).hexdigest()
        marts[name] = scan(lake, [key])
        del frame, data  # before the next one is made
    return marts, hashes


def _check_contract(name: str, frame: pl.DataFrame) -> None:
    try:
        if name in MARTS:
            MARTS[name].schema.validate(frame)
    except dy.exc.ValidationError as error:
        broken_text = "; ".join(line.strip() for line in str(error).splitlines())
        raise GateFailed(f"mart {name} breaks its contract: {broken_text}") from None


def rule_counts(work: Workspace, in_force: list[Submission], answers: Answers) -> dy.LazyFrame[RuleCounts]:
    """One row per submission in force and rule valid in its year, with the rows that break it; see `data_quality`."""
    sent = pl.LazyFrame(
        [
            (
                *(s.submission_id, s.lea_id, s.extract, s.school_year, s.rows_accepted + s.rows_quarantined),
                datetime.fromisoformat(s.received_at).astimezone(UTC).replace(tzinfo=None),
            )
            for s in in_force
        ],
        schema=["submission_id", "lea_id", "extract", "school_year", "rows", "submitted_at"],
        orient="row",
    )
    places = sorted({(s.extract, s.school_year) for s in in_force})
    rules = pl.LazyFrame(
        [(*place, rule.rule_id, rule.severity) for place in places for rule in row_rules_for(*place, work.settings)],
        schema=["extract", "school_year", "rule_id", "severity"],
        orient="row",
    )
    broken = {"submission_id": pl.String, "rule_id": pl.String, "failed": pl.Int64}
    failed = [(submission, rule, rows) for submission, rule, _, rows in work.ledger.broken_rules()]
    given = {"submission_id": pl.String, "rule_id": pl.String, "answered": pl.Int64, "footnote": pl.String}
    answered = [(name, each.rule_id, *footnote_of(each)) for name, counts in answers.items() for each in counts]
    of_rule = ["submission_id", "rule_id"]
    return (
        sent.join(rules, on=["extract", "school_year"])
        .join(pl.LazyFrame(failed, schema=broken, orient="row"), on=of_rule, how="left")
        .join(pl.LazyFrame(answered, schema=given, orient="row"), on=of_rule, how="left")
        .with_columns(pl.col("failed", "answered").fill_null(0))
        .pipe(RuleCounts.cast)
    )


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
