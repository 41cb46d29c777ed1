"""The state's reference tables against their suites: a broken error-rule stops the run, a warning is counted.

Great Expectations judges them once for each content and suites: that is noted at `<receipts>/gate/reference/`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import polars as pl

from contracts.reference import REFERENCES
from contracts.row_rules import RowRule
from expectations.masks import row_rules
from rung.core.errors import RungError
from rung.core.overlay import overlay_sha256
from rung.core.project import code_version
from rung.core.rules import suite_of
from rung.intake.gate import IntakeGate
from rung.lake.reference import ReferenceTables
from rung.lake.workspace import Workspace
from rung.packs.pack_files import program_ids
from transforms.s1_conform.reference_lookup import KNOWN
from transforms.s1_conform.values import UNREADABLE

FIRST_ROW = 2  # the header is row 1


def validate_reference(work: Workspace, reference: ReferenceTables, gate: IntakeGate) -> Callable[[], None]:
    """Ask every rule of every reference table that has rows, and let the gate observe them.

    Returns what to call once the gate has settled: it notes that this content has been judged. Raises RungError: file,
    row, what is wrong, the mend.
    """
    own = overlay_sha256(work.settings, "expectations", "programs")
    content = hashlib.sha256(f"{reference.sha256} {code_version()} {own}".encode()).hexdigest()
    note = f"gate/reference/{content[:20]}.json"
    if work.receipts.tag(note) is not None:
        return lambda: None
    warned: dict[str, int] = {}
    programs = program_ids(work.settings)
    for name in (name for name in REFERENCES if reference.tables[name].height):
        rows = conformed(name, reference.tables, programs)
        rules = row_rules(suite_of(name, work.settings))
        marks = rows.select(rule.breaks.alias(rule.rule_id) for rule in rules)
        counts: dict[str, int] = marks.sum().row(0, named=True)
        for rule in rules:
            if counts[rule.rule_id] and rule.severity != "warn":
                raise RungError(_rule_error(name, rule, marks[rule.rule_id], counts[rule.rule_id]))
        warned |= {rule_id: count for rule_id, count in counts.items() if count}
        gate.observe(name, rows, counts)
    record = json.dumps({"sha256": reference.sha256, "warned": warned}, sort_keys=True).encode()
    return lambda: work.receipts.write(note, record)


def conformed(name: str, tables: dict[str, pl.DataFrame], programs: list[str]) -> pl.DataFrame:
    """A reference table with the companions that its rules read. What could not be read has stopped the run before."""
    rows = tables[name]
    known: dict[str, list[str]] = {
        "program_id": programs,
        "rating_system": tables["rating_systems"]["rating_system"].unique().to_list(),
    }
    if name != "districts":
        known["lea_id"] = tables["districts"]["lea_id"].to_list()
    return rows.with_columns(
        *(
            pl.lit(None, dtype=pl.String).alias(column + UNREADABLE)
            for column, dtype in rows.schema.items()
            if dtype != pl.String
        ),
        *(pl.col(column).is_in(values).alias(column + KNOWN) for column, values in known.items() if column in rows),
    )


def _rule_error(name: str, rule: RowRule, broken: pl.Series, count: int) -> str:
    row = broken.arg_true()[0] + FIRST_ROW
    more = f" ({count} rows)" if count > 1 else ""
    return f"reference/{name}: row {row}{more}: {rule.rule_id} {rule.message} {rule.fix}"
