"""The same marts made in other ways: by Rung and DuckDB SQL from the accepted lake, by pandas with a suite a file.

What every peer makes (`MARTS`): `educator_year` (but for who leads), `compensation`, and the levels of
one ladder with its `ladder_flow`. What Rung and DuckDB make besides (`ALL_MARTS`): the restricted marts, from the lake
and from Rung's designations, but for what `NOT_IN_SQL` names. What they make must agree, or the bench stops: a peer
that does less is no peer.
"""

from pathlib import Path

MARTS = ("educator_year", "compensation", "ladder", "ladder_flow")
"""Names of the files that every peer writes."""

ORACLE = Path(__file__).parents[2] / "tests" / "oracle"
"""The DuckDB twin of every mart, one SELECT a file; `facts/` makes the tables that they share."""

ALL_MARTS = tuple(sorted(file.stem for file in ORACLE.glob("*.sql")))
"""Names of the files that the peers of all marts write."""

NOT_IN_SQL = {
    "designation": "packs are YAML that an automaton reads; both sides start from Rung's file of it, and the marts of "
    "one ladder are also compared with its levels made in SQL",
    "cost_projection.p10": "simulated by lot with numpy's generator, which SQL has not; Rung's side draws nothing "
    "either",
    "cost_projection.p50": "as p10",
    "cost_projection.p90": "as p10",
    "data_quality.failed": "the rules are asked at intake and across files; both sides start from those counts",
}
"""What of the restricted marts the SQL does not make, and why: a mart, or a column of one."""
