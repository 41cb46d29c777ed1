"""Findings across files, with the marts: kept in the lake beside them, and told to each district they are about."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import polars as pl

from contracts.keys import LEA_YEAR
from contracts.rules import CROSS_FILE_RULES
from rung.intake.safe_csv import safe_csv, safe_csv_by
from rung.lake.ledger import Submission
from rung.lake.parquet import write_parquet
from rung.lake.workspace import Workspace

WRITERS = 8
WORDED = ("extract", "source_file", "source_row", "staff_id", "severity", "rule_id", "evidence", "message", "fix")


def across_files(work: Workspace, found: pl.DataFrame, in_force: list[Submission], folder: str) -> None:
    """Tell what the cross-file rules found: write `<folder>/cross_file.parquet` into the lake and
    `<lea_id>/<school_year>/across_files.csv` for every district-year (no rows: nothing was found)."""
    write_parquet(work.lake, f"{folder}/cross_file.parquet", found, found.columns)
    messages = pl.DataFrame(
        [(rule.rule_id, rule.message, rule.fix) for rule in CROSS_FILE_RULES],
        schema=["rule_id", "message", "fix"],
        orient="row",
    )
    worded = found.join(messages, on="rule_id", how="left", maintain_order="left")
    ordered = worded.sort(*LEA_YEAR, "extract", "source_file", "source_row", "rule_id", maintain_order=True)
    by_district = safe_csv_by(ordered.select(*LEA_YEAR, *WORDED), LEA_YEAR)
    nothing = safe_csv(worded.clear().select(WORDED))  # most district-years: written once, not judged once each

    def write_findings(place: tuple[str, int]) -> None:
        data = by_district.get(place, nothing)
        key = f"{place[0]}/{place[1]}/across_files.csv"
        if kept(key) != data:
            work.receipts.write(key, data)

    def kept(key: str) -> bytes | None:
        try:
            return work.receipts.read(key)
        except FileNotFoundError:
            return None

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write_findings, sorted({(each.lea_id, each.school_year) for each in in_force})))
