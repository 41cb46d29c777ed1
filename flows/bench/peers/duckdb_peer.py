"""The peers' marts by DuckDB SQL. Run as `python -m flows.bench.peers.duckdb_peer LAKE REFERENCE OUT`."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from contracts.extracts import EXTRACTS
from flows.bench.peers import MARTS

# columns of the reference tables that are not text
TYPED = {
    "salary_schedules": {"school_year": "SMALLINT", "step": "INTEGER", "amount": "DECIMAL(14, 2)"},
    "rating_systems": {"from_year": "SMALLINT", "band": "TINYINT", "is_top": "BOOLEAN"},
    "program_adoption": {"from_year": "SMALLINT", "to_year": "SMALLINT"},
    "funds": {"recurring": "BOOLEAN"},
    "pay_codes": {},
    "districts": {},
}


def build(lake: Path, reference: Path, out: Path) -> None:
    """Reads accepted Parquet and reference CSV, writes each mart as Parquet."""
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for extract in EXTRACTS:
            files = f"{lake}/accepted/{extract}/*/*/*.parquet"
            connection.execute(f"CREATE VIEW {extract} AS SELECT * FROM read_parquet('{files}')")
        for table, typed in TYPED.items():
            casts = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in typed.items())
            chosen = f"* REPLACE ({casts})" if casts else "*"
            read = f"read_csv('{reference}/{table}.csv', all_varchar=true, nullstr='')"
            connection.execute(f"CREATE TABLE {table} AS SELECT {chosen} FROM {read}")
        connection.execute(Path(__file__).with_name("marts.sql").read_text(encoding="utf-8"))
        for mart in MARTS:
            connection.execute(f"COPY (SELECT * FROM {mart} ORDER BY ALL) TO '{out / mart}.parquet' (COMPRESSION zstd)")


if __name__ == "__main__":
    build(*(Path(argument) for argument in sys.argv[1:4]))
