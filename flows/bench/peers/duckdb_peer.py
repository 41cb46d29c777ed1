"""The peers' marts by DuckDB SQL. Run as `python -m flows.bench.peers.duckdb_peer LAKE REFERENCE OUT`.

`sql/facts` holds scripts that make shared tables, `sql/marts` one SELECT a mart.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from contracts.extracts import EXTRACTS
from contracts.reference import REFERENCES
from flows.bench.peers import MARTS

SQL = Path(__file__).with_name("sql")
FACTS = ("macros", "service", "ratings", "pay_sums_narrow", "pay", "no_leaders", "ladder")
# columns of the reference tables that are not text
TYPED = {
    "salary_schedules": {"school_year": "SMALLINT", "step": "INTEGER", "amount": "DECIMAL(14, 2)"},
    "rating_systems": {"from_year": "SMALLINT", "band": "TINYINT", "is_top": "BOOLEAN"},
    "program_adoption": {"from_year": "SMALLINT", "to_year": "SMALLINT"},
    "funds": {"recurring": "BOOLEAN", "award_end": "DATE"},
    "schools": {"school_year": "SMALLINT", "enrollment": "INTEGER", "poverty_percent": "DOUBLE"},
    "offsets": {"school_year": "SMALLINT", "amount": "DECIMAL(14, 2)"},
    "program_finance": {"school_year": "SMALLINT", "amount": "DECIMAL(14, 2)"},
    "minimum_wage": {"school_year": "SMALLINT", "hourly": "DECIMAL(14, 2)"},
    "calendar": {"school_year": "SMALLINT", "due": "DATE"},
    "pay_codes": {},
    "districts": {},
}


def build(lake: Path, reference: Path, out: Path) -> None:
    """Reads accepted Parquet and reference CSV, writes each mart as Parquet."""
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        read_tables(connection, lake, reference)
        for script in FACTS:
            connection.execute(facts_sql(script))
        for mart in MARTS:
            query = "SELECT * FROM ladder" if mart == "ladder" else mart_sql(mart)
            write_mart(connection, query, out / f"{mart}.parquet", "ALL")


def read_tables(connection: duckdb.DuckDBPyConnection, lake: Path, reference: Path) -> None:
    """A view of each extract's accepted rows, a table of each reference file; without its file a table is empty."""
    for extract in EXTRACTS:
        files = f"{lake}/accepted/{extract}/*/*/*.parquet"
        connection.execute(f"CREATE VIEW {extract} AS SELECT * FROM read_parquet('{files}')")
    for table, typed in TYPED.items():
        casts = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in typed.items())
        chosen = f"* REPLACE ({casts})" if casts else "*"
        file = reference / f"{table}.csv"
        nothing = ", ".join(f"CAST(NULL AS VARCHAR) AS {name}" for name in REFERENCES[table].schema.columns())
        read = f"read_csv('{file}', all_varchar=true, nullstr='')" if file.exists() else f"(SELECT {nothing} LIMIT 0)"
        connection.execute(f"CREATE TABLE {table} AS SELECT {chosen} FROM {read}")


def facts_sql(name: str) -> str:
    """A script that makes tables that several marts share."""
    return (SQL / "facts" / f"{name}.sql").read_text(encoding="utf-8")


def mart_sql(name: str) -> str:
    """The SELECT of one mart."""
    return (SQL / "marts" / f"{name}.sql").read_text(encoding="utf-8")


def write_mart(connection: duckdb.DuckDBPyConnection, query: str, place: Path, order: str) -> None:
    """Writes one query's rows, in order, as Parquet."""
    connection.execute(f"COPY (SELECT * FROM ({query}) ORDER BY {order}) TO '{place}' (COMPRESSION zstd)")


if __name__ == "__main__":
    build(*(Path(argument) for argument in sys.argv[1:4]))
