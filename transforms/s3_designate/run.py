"""The mart `designation`: every adopted pack over every educator (DESIGN section 7, MARTS sections 2 and 5).

From a mapping of tables: `build_designation(packs=packs, **designation_tables(tables))`. A program runs in the LEAs
and years that `program_adoption` names. Frames are collected inside, once a pack, for the automaton's step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import dataframely as dy
import polars as pl

from contracts.extracts import AcceptedEvaluation, AcceptedLeadership, AcceptedRoster
from contracts.marts.designation import Designation
from contracts.policy.packs import Pack
from contracts.reference import Districts, ProgramAdoption, RatingSystems, Schools
from contracts.resolved.others import Statewide
from contracts.tables import DesignationTables
from transforms.s3_designate.amounts import with_amounts
from transforms.s3_designate.automaton import compile_pack
from transforms.s3_designate.educator_year_panel import build_panel
from transforms.s3_designate.evidence import Evidence, materialize
from transforms.s3_designate.messages import with_messages
from transforms.s3_designate.rows import (
    LadderRun,
    rows_of_leas,
    rows_of_state,
    run_ladder,
    with_meaning,
    with_runs,
)
from transforms.s3_designate.state_space import StateSpace

READS = tuple(DesignationTables.__annotations__)
KEY = ("lea_id", "staff_id", "program_id", "school_year")


def build_designation(
    *,
    packs: Sequence[Pack],
    evaluation: dy.LazyFrame[AcceptedEvaluation],
    roster: dy.LazyFrame[AcceptedRoster],
    leadership: dy.LazyFrame[AcceptedLeadership],
    districts: dy.LazyFrame[Districts],
    schools: dy.LazyFrame[Schools],
    program_adoption: dy.LazyFrame[ProgramAdoption],
    rating_systems: dy.LazyFrame[RatingSystems],
    others: Statewide | None = None,
) -> dy.LazyFrame[Designation]:
    """One row per staff_id x lea_id x program_id x school_year that a program touches.

    `level` is held after the year's evidence; `amount` in US dollars; `evidence_years` joined by `;`. `finding` names
    the kind of exception that the row is, if any. Rules: PACKS.md as `programs/*.yaml`; sorted by its key.

    The tables may be a set of educators' rows: then `others` are the facts of the whole state, and the rows are the
    set's. A pack whose pay shares an appropriation (`shares_pay`) is a function of all educators alone.
    """
    evidence = materialize(
        evaluation=evaluation,
        roster=roster,
        leadership=leadership,
        districts=districts,
        schools=schools,
        program_adoption=program_adoption,
        rating_systems=rating_systems,
        others=others,
    )
    found = [designate(part, each) for pack in packs for each, part in by_variant(evidence, pack)]
    schema = Designation.create_empty().select(COLUMNS)
    frames = [schema, *(frame for frame in found if frame is not None)]
    return Designation.cast(pl.concat(frames).sort(KEY).lazy())


COLUMNS = list(Designation.columns())


def shares_pay(pack: Pack) -> bool:
    """Whether what one is paid depends on how many others are: an appropriation that is set, and shared out."""
    return any(pay.pro_rata_to is not None and pack.number(pay.pro_rata_to) is not None for pay in pack.pay)


def by_variant(evidence: Evidence, pack: Pack) -> list[tuple[Pack, Evidence]]:
    """The pack as each group of its districts runs it, with the evidence in which only those districts adopted it.

    Exact for a pack that runs in each district by itself; others have no loose knobs (`rung/packs/check.py`).
    """
    if not pack.districts:
        return [(pack, evidence)]
    own = pl.col("lea_id").is_in(sorted(pack.districts))
    return [
        (
            each,
            replace(
                evidence, adoption=evidence.adoption.filter(pl.col("lea_id").is_in(sorted(leas)) if leas else ~own)
            ),
        )
        for each, leas in pack.variants()
    ]


def designate(evidence: Evidence, pack: Pack) -> pl.DataFrame | None:
    """One pack's rows, as the contract has them; None where no LEA adopted it or nobody has a row."""
    ran = designated_run(evidence, pack)
    return None if ran is None else _finished(ran[0], pack)


def designated_run(evidence: Evidence, pack: Pack) -> tuple[pl.DataFrame, LadderRun] | None:
    """One pack's rows with everything that made them (states, inputs' cases, facts), and the walk itself."""
    space = StateSpace(pack)
    panel = build_panel(evidence, pack, space)
    if panel is None:
        return None
    rosters = evidence.rosters.collect()
    ladder_run = run_ladder(pack, space, panel, compile_pack(pack), rosters)
    rows_of = rows_of_state if pack.scope == "state" else rows_of_leas
    rows = rows_of(pack, panel, ladder_run, rosters)
    if rows.is_empty():
        return None
    rows = with_runs(with_meaning(rows, ladder_run), panel, space, ladder_run)
    if pack.scope == "state":
        rows = _won_elsewhere(rows)
    return with_messages(with_amounts(rows, pack, space), pack, space, panel.years_of), ladder_run


def _won_elsewhere(rows: pl.DataFrame) -> pl.DataFrame:
    """Of several LEAs, only the one whose evidence won says earned."""
    other = pl.col("status").is_in(["earned", "renewed"]) & ~pl.col("first").fill_null(True)
    return rows.with_columns(
        status=pl.when(other).then(pl.lit("held")).otherwise("status"),
        rule_id=pl.when(other).then(pl.lit("held_elsewhere")).otherwise("rule_id"),
    )


def _finished(rows: pl.DataFrame, pack: Pack) -> pl.DataFrame:
    """The contract's columns."""
    tiers = {level.id: level.tier for level in pack.levels}
    has_level = pl.col("level").is_not_null()
    unset = any(pay.pro_rata_to and pack.number(pay.pro_rata_to) is None for pay in pack.pay)
    note = pl.lit("; appropriation not configured: the full amount" if unset else "")
    return rows.with_columns(
        program_id=pl.lit(pack.program_id),
        state_tier=pl.col("level").replace_strict(tiers, default=0, return_dtype=pl.Int8),
        visibility=pl.lit(pack.visibility.kind),
        reason=pl.col("reason") + pl.when(has_level).then(note).otherwise(pl.lit("")),
        years_at_level=pl.when(has_level).then("years_at_level").cast(pl.Int32),
        pay_interval=pl.when(has_level & (pl.col("interval") > 0)).then("interval").cast(pl.Int32),
        school_year=pl.col("school_year").cast(pl.Int16),
    ).select(COLUMNS)
