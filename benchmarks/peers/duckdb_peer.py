"""The peers' marts by DuckDB SQL. Run as `python -m benchmarks.peers.duckdb_peer LAKE REFERENCE OUT`.

`sql/facts` holds scripts that make shared tables, `sql/marts` one SELECT a mart. Nothing of Rung is imported: what its
modules take to load is not DuckDB's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from benchmarks.peers import MARTS, ORACLE

EXTRACTS = ("evaluation", "roster", "payroll", "leadership")
FACTS = ("macros", "service", "ratings", "pay_sums_narrow", "pay", "no_leaders", "ladder")
MONEY = "DECIMAL(14, 2)"
# columns of the reference tables that are not text
TYPED = {
    "rating_systems": {"from_year": "SMALLINT", "band": "TINYINT", "is_top": "BOOLEAN"},
    "program_adoption": {"from_year": "SMALLINT", "to_year": "SMALLINT"},
    "funds": {"recurring": "BOOLEAN", "award_end": "DATE"},
    "schools": {"school_year": "SMALLINT", "enrollment": "INTEGER", "poverty_percent": "DOUBLE"},
    "pay_codes": {},
    "districts": {},
}
PROGRAM_YEAR = {"lea_id": "VARCHAR", "program_id": "VARCHAR", "school_year": "SMALLINT"}
# reference tables that a state may lack, with every column that is read
OPTIONAL = {
    "salary_schedules": {"lea_id": "VARCHAR", "school_year": "SMALLINT"}
    | {"lane": "VARCHAR", "step": "INTEGER", "amount": MONEY},
    "offsets": PROGRAM_YEAR | {"amount": MONEY},
    "program_finance": PROGRAM_YEAR | {"kind": "VARCHAR", "award_id": "VARCHAR", "stream": "VARCHAR", "amount": MONEY},
    "minimum_wage": {"school_year": "SMALLINT", "hourly": MONEY},
    "program_goals": {"lea_id": "VARCHAR", "program_id": "VARCHAR", "measure": "VARCHAR", "by_year": "SMALLINT"}
    | {"baseline": "DOUBLE", "target": "DOUBLE", "declared_on": "DATE"},
    "school_outcomes": {"school_id": "VARCHAR", "school_year": "SMALLINT", "measure": "VARCHAR"}
    | {"value": "DOUBLE", "n": "BIGINT"},
    "calendar": {"school_year": "SMALLINT", "extract": "VARCHAR", "due": "DATE"},
}


def build(lake: Path, reference: Path, out: Path) -> None:
    """Reads accepted Parquet and reference CSV, writes each mart as Parquet."""
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        read_tables(connection, lake, reference)
        for script in FACTS:
            connection.execute(facts_sql(script))
        for mart in MARTS:
            query = "FROM ladder ORDER BY ALL" if mart == "ladder" else mart_sql(mart)
            write_mart(connection, query, out / f"{mart}.parquet")


def read_tables(connection: duckdb.DuckDBPyConnection, lake: Path, reference: Path) -> None:
    """A view of each extract's accepted rows, a table of each reference file; without its file a table is empty."""
    for extract in EXTRACTS:
        files = f"{lake}/accepted/{extract}/**/*.parquet"
        connection.execute(f"CREATE VIEW {extract} AS SELECT * FROM read_parquet('{files}')")
    for table, typed in {**TYPED, **OPTIONAL}.items():
        file = reference / f"{table}.csv"
        casts = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in typed.items())
        columns = ", ".join(f"{name} {kind}" for name, kind in typed.items())
        read = f"SELECT * REPLACE ({casts})" if casts else "SELECT *"
        read += f" FROM read_csv('{file}', all_varchar=true, nullstr='')"
        there = file.exists() or table not in OPTIONAL
        connection.execute(f"CREATE TABLE {table} AS {read}" if there else f"CREATE TABLE {table} ({columns})")


def facts_sql(name: str) -> str:
    """A script that makes tables that several marts share."""
    return (ORACLE / "facts" / f"{name}.sql").read_text(encoding="utf-8")


def mart_sql(name: str) -> str:
    """The SELECT of one mart."""
    return (ORACLE / f"{name}.sql").read_text(encoding="utf-8")


def write_mart(connection: duckdb.DuckDBPyConnection, query: str, place: Path) -> None:
    """Writes one query's rows as Parquet, in its order."""
    connection.execute(f"COPY ({query}) TO '{place}' (COMPRESSION zstd)")


if __name__ == "__main__":
    build(*(Path(argument) for argument in sys.argv[1:4]))
