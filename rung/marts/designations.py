"""The mart `designation`, a pack at a time, kept by content.

What changes in payroll, in another pack or in a table that packs do not read computes none of them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dataframely as dy
import polars as pl

from contracts.marts.designation import Designation
from contracts.policy.packs import Pack
from contracts.tables import DesignationTables, Tables, designation_tables
from rung.core.code import code_of, versions_of
from rung.lake.ledger import Submission
from rung.lake.place import Place
from rung.lake.reference import ReferenceTables
from rung.lake.results import content_id, kept_frames
from transforms.s3_designate.run import KEY, build_designation

STAGE = "designation"
READS = frozenset(DesignationTables.__annotations__)


def designations(
    lake: Place,
    packs: Sequence[Pack],
    tables: Mapping[str, pl.LazyFrame] | Tables,
    in_force: Sequence[Submission],
    reference: ReferenceTables,
) -> dy.LazyFrame[Designation]:
    """Every pack's rows, sorted by key (transforms/s3_designate/run.py); only packs without a kept result are run.

    `in_force`, `reference`: where `tables` come from.
    """
    sources = {
        "submissions": sorted(s.submission_id for s in in_force if s.extract in READS),
        "reference": {key: sha256 for key, sha256 in reference.hashes.items() if key.partition(".")[0] in READS},
    }
    code = code_of("transforms.s3_designate.run"), versions_of("polars", "numpy")
    ids = {pack.program_id: content_id(pack=_as_data(pack), code=code, **sources) for pack in packs}
    by_id = {pack.program_id: pack for pack in packs}

    def run(program_ids: Sequence[str]) -> dict[str, pl.DataFrame]:
        chosen = [by_id[program_id] for program_id in program_ids]
        made = build_designation(packs=chosen, **designation_tables(tables)).collect()
        return {program_id: made.filter(pl.col("program_id") == program_id) for program_id in program_ids}

    frames = kept_frames(lake, STAGE, ids, KEY, run)
    return Designation.cast(pl.concat([Designation.create_empty(), *frames.values()]).sort(KEY).lazy())


def _as_data(pack: Pack) -> dict[str, Any]:
    """All of a pack: a state's knobs and its districts' own are not among what a pack prints."""
    settings = {name: pack.settings[name] for name in sorted(pack.settings)}
    districts = {lea_id: dict(sorted(knobs.items())) for lea_id, knobs in sorted(pack.districts.items())}
    return {"pack": pack.model_dump(mode="json"), "settings": settings, "districts": districts}
