"""Everything that Rung says of itself in a standard, as files of a folder (`rung standards DIR`)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import yaml

from expectations.suites import Suite, load_suite
from rung.core.project import SUITES
from rung.core.rules import suite_of
from rung.core.settings import Settings
from rung.release.dictionary import Table
from rung.standards.ceds import COLUMNS, DATA, ceds_rows
from rung.standards.data import data_file
from rung.standards.odcs import data_contract, extract_tables, release_tables
from rung.standards.semantic import TIME_SPINE_SQL, semantic_documents


def standard_files(settings: Settings | None) -> Iterator[tuple[str, str]]:
    """Path and text of each file that needs no release. `settings`: a state's, whose own rules then count."""
    state = settings.state.name if settings is not None else "any state"
    for table in [*extract_tables(), *release_tables()]:
        contract = data_contract(table, _suite(table, settings), state)
        yield f"odcs/{table.side}/{table.name}.odcs.yaml", as_yaml(contract)
    yield "ceds/ceds.yaml", data_file(DATA)
    yield "ceds/ceds.csv", _csv()
    documents = "---\n".join(as_yaml(document) for document in semantic_documents())
    yield "metricflow/semantic_manifest.yaml", documents
    yield "metricflow/time_spine.sql", TIME_SPINE_SQL


def as_yaml(content: dict[str, Any]) -> str:
    """YAML in the order in which it was said, without aliases."""
    plain = json.loads(json.dumps(content, default=str))
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=120)


def _suite(table: Table, settings: Settings | None) -> Suite | None:
    """The rules of a table's contract; public tables and dimensions are made from what was judged and have none."""
    if table.side == "public" or not (SUITES / f"{table.name}.json").is_file():
        return None
    return suite_of(table.name, settings) if settings is not None else load_suite(table.name, SUITES)


def _csv() -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(ceds_rows())
    return out.getvalue()
