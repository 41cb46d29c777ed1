"""Files and rows that the check page and `rung check` must judge alike: spoiled files, each rule's examples."""

from __future__ import annotations

import base64
import json
from typing import Any

from contracts.extracts import EXTRACTS
from contracts.policy.mapping import Layout
from expectations.suites import load_suite
from rung.core.project import SUITES
from rung.core.settings import Gate, Intake
from tests.spoiled.ailment import Ailment
from tests.spoiled.corpus import SPOILED

LEA, YEAR = "0100", 2026
TABLES = {
    "districts": (("lea_id", "name"), (("0100", "Oak"),)),
    "schools": (
        ("school_id", "school_year", "lea_id", "name"),
        (("S01", "2026", "0100", "Elm School"), ("S02", "2026", "0100", "Ash School")),
    ),
    "pay_codes": (("lea_id", "pay_code", "pay_type"), (("0100", "BASE", "base"), ("0100", "STIP", "stipend"))),
    "funds": (("lea_id", "fund_code", "stream", "recurring"), (("0100", "100", "general", "true"),)),
    "rating_systems": (
        ("rating_system", "version", "from_year", "rating_level", "band", "is_top", "is_positive"),
        (("STATE", "1", "2015", "Effective", "4", "false", "true"),),
    ),
}
BASE: dict[str, Any] = {
    "lea_id": LEA,
    "version": "test",
    "tables": {
        name: {"columns": list(columns), "rows": [list(row) for row in rows]}
        for name, (columns, rows) in TABLES.items()
    },
    "mapping": None,
    "crosswalk": None,
    "reference_sha256": "",
    "settings": {"gate": Gate().model_dump(), "intake": Intake(readers=1).model_dump()},
}


def kit_for(ailment: Ailment) -> dict[str, Any]:
    """A kit of a small district whose mapping and bounds are the ailment's."""
    layout = Layout(extract=ailment.extract, from_year=2026, columns=dict(ailment.columns), shape=ailment.shape)
    bounds = {
        "max_file_bytes": ailment.bounds.max_bytes,
        "max_members": ailment.bounds.max_members,
        "max_expanded_bytes": ailment.bounds.max_expanded_bytes,
        "max_columns": ailment.bounds.max_columns,
        "max_cell_characters": ailment.bounds.max_cell_characters,
        "max_cells": ailment.bounds.max_cells,
    }
    mapped = ailment.columns or ailment.shape != type(ailment.shape)()
    mapping = json.dumps({"layouts": [layout.model_dump(mode="json", exclude_defaults=True)]}) if mapped else None
    settings = {"gate": BASE["settings"]["gate"], "intake": BASE["settings"]["intake"] | bounds}
    return BASE | {"mapping": mapping, "settings": settings}


def spoiled() -> list[dict[str, Any]]:
    """Every spoiled drop as the page gets it."""
    return [
        {
            "name": each.name,
            "extract": each.extract,
            "kit": kit_for(each),
            "files": {name: base64.b64encode(data).decode() for name, data in each.files.items()},
        }
        for each in SPOILED
    ]


def examples() -> list[dict[str, Any]]:
    """Every rule of the extracts with the rows of its examples."""
    return [
        {"rule_id": rule.rule_id, "extract": extract, "rows": [*rule.meta.examples.passes, *rule.meta.examples.fails]}
        for extract in EXTRACTS
        for rule in load_suite(extract, SUITES).expectations
    ]
