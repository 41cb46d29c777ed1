"""Questions that a legislature asks, each with its SQL over a release's restricted marts and the answer.

`python -m rung.report.questions CONFIG > docs/questions.md` writes the page of a released state.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from contracts.marts import MARTS
from rung.core.errors import RungError
from rung.core.project import SQL
from rung.lake.pointer import current_release
from rung.lake.workspace import Workspace, open_workspace

QUESTIONS = SQL / "questions"
HEAD = """# Twelve questions a legislature asks

Each with its SQL (`sql/questions/`, for DuckDB over the restricted marts of a release) and its answer on
the synthetic demo state. A test makes this page; what it says is of invented people. An empty cell is not known.
"""


def questions_page(work: Workspace) -> str:
    """The page over the current release. Raises RungError without one."""
    release = current_release(work.releases)
    if release is None:
        raise RungError("there is no release yet; run `rung run`")
    parts = [HEAD]
    with duckdb.connect() as connection:
        for file in sorted(QUESTIONS.glob("*.sql")):
            title, _, query = file.read_text(encoding="utf-8").removeprefix("-- ").partition("\n")
            _register(connection, work, release, query)
            answer = connection.execute(query)
            names = [str(column[0]) for column in answer.description]
            table = _table(names, answer.fetchall())
            parts.append(f"## {int(file.stem[:2])}. {title}\n\n```sql\n{query.strip()}\n```\n\n{table}\n")
    return "\n".join(parts)


def question_titles() -> list[str]:
    """The twelve questions, in order."""
    files = sorted(QUESTIONS.glob("*.sql"))
    return [file.read_text(encoding="utf-8").removeprefix("-- ").partition("\n")[0] for file in files]


def _register(connection: duckdb.DuckDBPyConnection, work: Workspace, release: str, query: str) -> None:
    """Give the connection the marts that the query names."""
    for name in set(re.findall(r"\bFROM (\w+)", query)) & MARTS.keys():
        frame = pl.read_parquet(io.BytesIO(work.releases.read(f"{release}/restricted/{name}/{name}.parquet")))
        connection.register(name, frame.to_arrow())


def _table(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    """A Markdown table; numbers as they are, nothing for null."""
    lines = [names, ["---"] * len(names), *[["" if value is None else str(value) for value in row] for row in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(questions_page(open_workspace(Path(sys.argv[1]))))
