"""The accepted rows of the lake: where a submission's lie, and reading many as one table by the extract's contract.

A column that came into the contract later is empty in older files; one that left it is not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from contracts.extracts import EXTRACTS
from rung.lake.place import Place
from rung.lake.submissions import Submission

FOLDER = "accepted"
# The order of rows in accepted files: as they were sent.
ORDER = ("source_file", "source_row")


def accepted_of(each: Submission) -> str:
    """The object that holds a submission's accepted rows."""
    return f"{FOLDER}/{each.extract}/{each.school_year}/{each.lea_id}/{each.submission_id}.parquet"


def quarantined_of(each: Submission) -> str:
    """The object that holds a submission's quarantined rows."""
    return f"quarantined/{each.extract}/{each.school_year}/{each.lea_id}/{each.submission_id}.parquet"


def accepted_schema(extract: str) -> pl.Schema:
    """Columns and types of an extract's accepted rows, as the contract has them."""
    return pl.Schema({name: column.dtype for name, column in EXTRACTS[extract].accepted.columns().items()})


def scan_accepted(lake: Place, extract: str, submissions: Iterable[Submission]) -> pl.LazyFrame:
    """The accepted rows of submissions of one extract; no rows without any. Polars raises SchemaError, when collected,
    where a file's type is not the contract's: `rung upgrade` mends that."""
    uris = [lake.uri(accepted_of(each)) for each in submissions]
    schema = accepted_schema(extract)
    if not uris:
        return pl.LazyFrame(schema=schema)
    return pl.scan_parquet(
        uris,
        schema=schema,
        missing_columns="insert",
        extra_columns="ignore",
        storage_options=lake.options,
        glob=False,
    )


def accepted_tables(lake: Place, in_force: Sequence[Submission]) -> dict[str, pl.LazyFrame]:
    """The accepted rows of the submissions in force, one statewide frame per extract (contracts/extracts). Of payroll,
    what is asked of sums is asked of `rung.lake.pay_sums`."""
    return {name: scan_accepted(lake, name, [s for s in in_force if s.extract == name]) for name in EXTRACTS}
