"""All restricted marts by DuckDB SQL. Run as `python -m benchmarks.peers.duckdb_all LAKE REFERENCE INPUTS OUT`.

`INPUTS` is what `inputs.write_inputs` wrote: designations, counts of broken rules, packs' terms and knobs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from benchmarks.peers import ALL_MARTS
from benchmarks.peers.duckdb_peer import facts_sql, mart_sql, read_tables, write_mart

FACTS = (
    *("macros", "service", "ratings", "pay_sums", "pay", "loads", "roles", "leaders", "costs", "awards", "cohort"),
    *("projection", "bands", "unused"),
)
SHARED = (
    *("educator_year", "leadership_role", "access", "supervision_span", "leadership_activity", "leadership_staffing"),
    *("coverage", "program_comparison", "sustainability", "unused_designation"),
)  # marts that other marts read


def build(lake: Path, reference: Path, inputs: Path, out: Path) -> None:
    """Reads accepted Parquet, reference CSV and the inputs, writes each mart as Parquet."""
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        read_tables(connection, lake, reference)
        for file in sorted(inputs.glob("*.parquet")):
            connection.execute(f"CREATE VIEW {file.stem} AS SELECT * FROM read_parquet('{file}')")
        for script in FACTS:
            connection.execute(facts_sql(script))
        for mart in SHARED:
            connection.execute(f"CREATE TEMP TABLE {mart} AS {mart_sql(mart)}")
        for mart in ALL_MARTS:
            query = f"FROM {mart}" if mart in SHARED else mart_sql(mart)
            write_mart(connection, query, out / f"{mart}.parquet")


if __name__ == "__main__":
    build(*(Path(argument) for argument in sys.argv[1:5]))
