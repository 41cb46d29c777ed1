"""What a kit knows of a district: its own codes, schools, mapping, crosswalk, and the state's rules; not of others."""

from __future__ import annotations

from typing import Any

import polars as pl

from contracts.extracts import EXTRACTS
from rung.core.errors import RungError
from rung.core.project import code_version
from rung.core.rules import suite_of
from rung.core.settings import Settings
from rung.lake.reference import ReferenceTables

# Reference tables that judging a file reads. Those of districts are cut to the one; the others name nobody.
OWN = ("districts", "schools", "pay_codes", "funds")
COMMON = ("rating_systems", "calendar")


def kit_data(lea_id: str, reference: ReferenceTables, settings: Settings) -> dict[str, Any]:
    """Everything that the page needs beside the code. Raises RungError for a district that the state does not have."""
    known = reference.tables["districts"]["lea_id"].to_list()
    if lea_id not in known:
        raise RungError(f"no district {lea_id} in reference/districts; it has {', '.join(known[:5])} …")
    mapping = reference.mappings.get(lea_id)
    crosswalk = reference.crosswalks.get(lea_id)
    tables = {name: reference.tables[name].filter(pl.col("lea_id") == lea_id) for name in OWN}
    tables |= {name: reference.tables[name] for name in COMMON}
    return {
        "lea_id": lea_id,
        "district": reference.district(lea_id),
        "state": settings.state.name,
        "version": code_version(),
        "years": sorted(reference.tables["schools"]["school_year"].unique().to_list()),
        "tables": {name: _as_text(frame) for name, frame in tables.items()},
        "mapping": None if mapping is None else mapping.model_dump_json(exclude_defaults=True),
        "crosswalk": None if crosswalk is None else [list(row) for row in crosswalk.iter_rows()],
        "reference_sha256": reference.sha256,
        "settings": {"gate": settings.gate.model_dump(), "intake": settings.intake.model_dump()},
    }


def suites(settings: Settings) -> dict[str, str]:
    """The suites of the extracts as JSON, the state's own laid over the shipped ones."""
    return {name: suite_of(name, settings).model_dump_json(indent=1) for name in EXTRACTS}


def _as_text(frame: pl.DataFrame) -> dict[str, Any]:
    text = frame.with_columns(pl.all().cast(pl.String))
    return {"columns": text.columns, "rows": [list(row) for row in text.iter_rows()]}
