"""What is wrong in the reference tables: each table by itself, and one against another."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from contracts.reference import REFERENCES
from expectations.masks import row_rules
from rung.core.errors import RungError
from rung.core.rules import suite_of
from rung.intake.reference_rules import FIRST_ROW, conformed
from rung.lake.reference import TableProblems, load_table
from rung.lake.workspace import Workspace
from rung.packs.pack_files import program_ids
from transforms.s1_conform.reference_lookup import KNOWN

# Whose rows decide whether a code of another table is known.
OWNERS = {"lea_id": "districts", "rating_system": "rating_systems"}


def table_findings(work: Workspace) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """The tables that can be read, and a sentence for everything that is wrong with any."""
    keys = {entry.key for entry in work.reference.entries()}
    tables: dict[str, pl.DataFrame] = {}
    found: list[str] = []
    for name in REFERENCES:
        try:
            tables[name] = load_table(name, keys, work.reference.read, work.reference.uri(f"{name}.csv"))
        except TableProblems as error:
            found += error.problems
        except RungError as error:
            found.append(str(error))
    found += [
        f"reference/{name}: has no rows; fill it in"
        for name, table in tables.items()
        if REFERENCES[name].needed and table.is_empty()
    ]
    programs = program_ids(work.settings)
    for name, table in tables.items():
        if table.height:
            found += _broken(work, name, tables, programs)
    return tables, found


def _broken(work: Workspace, name: str, tables: dict[str, pl.DataFrame], programs: list[str]) -> Iterator[str]:
    """A sentence for each error-rule that a table breaks; rules about a table that cannot be read wait for it."""
    absent = {column + KNOWN for column, owner in OWNERS.items() if owner not in tables}
    there = {owner: REFERENCES[owner].schema.create_empty() for owner in OWNERS.values()} | tables
    rows = conformed(name, there, programs)
    try:
        suite = suite_of(name, work.settings)
    except RungError:
        return  # said of the overlay already
    reads = {rule.rule_id: set(rule.reads) for rule in suite.expectations}
    for rule in row_rules(suite):
        if rule.severity == "warn" or reads[rule.rule_id] & absent:
            continue
        broken = rows.select(rule.breaks.alias("broken"))["broken"]
        if broken.any():
            count = int(broken.sum())
            more = f" ({count} rows)" if count > 1 else ""
            row = broken.arg_true()[0] + FIRST_ROW
            yield f"reference/{name}: row {row}{more}: {rule.rule_id} {rule.message} {rule.fix}"
