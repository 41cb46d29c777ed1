"""The floor: Polars reads the same CSV files with their types given and writes them as Parquet, nothing else.

Run as `python -m benchmarks.floor LANDING OUT`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from contracts.extracts import EXTRACTS

FOLDER_COLUMNS = {"lea_id": pl.String(), "school_year": pl.Int16()}


def typed_schema(extract: str, header: list[str]) -> dict[str, pl.DataType]:
    """Types of a file's columns by the contract (money as float: what reading a CSV gives)."""
    sent = {name: column.dtype for name, column in EXTRACTS[extract].sent.columns().items()}
    known: dict[str, pl.DataType] = {**FOLDER_COLUMNS, **sent}
    return {name: pl.Float64() if known[name].is_decimal() else known[name] for name in header}


def read_and_write(landing: Path, out: Path) -> None:
    """All files of each extract in one scan, to one Parquet file."""
    out.mkdir(parents=True, exist_ok=True)
    for extract in EXTRACTS:
        files = sorted(landing.glob(f"*/*/{extract}/*.csv"))
        with files[0].open(encoding="utf-8") as first:
            header = first.readline().strip().split(",")
        pl.scan_csv(files, schema=typed_schema(extract, header)).sink_parquet(out / f"{extract}.parquet")


if __name__ == "__main__":
    read_and_write(Path(sys.argv[1]), Path(sys.argv[2]))
