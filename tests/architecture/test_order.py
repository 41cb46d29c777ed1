"""No number depends on the order of rows that an engine happens to give: what takes one row sorts first, in one chain.

The bytes of marts are the same whatever the runner, threads and history (DESIGN 10.1). A value that is the same in all
rows of a group is taken by `max()`, not by `first()`.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TRANSFORMS = Path(__file__).parents[2] / "transforms"
STAGES = ("s2_resolve", "s3_designate", "s4_sustain", "s5_marts")
ONE_ROW = ("first", "last", "head", "tail", "with_row_index", "gather_every", "sample")
# Sorted by a total key in the statement before, which the chain does not show.
SORTED_BEFORE = {
    ("s5_marts/ladder_flow.py", "years.filter(below >= (total + 1) // 2).first()"),
    ("s5_marts/ladder_flow.py", "years.filter(below >= total // 2 + 1).first()"),
    ("s4_sustain/revenue.py", "pl.col('program_id').first()"),
}


def unsorted_picks(source: str, name: str) -> list[tuple[str, str]]:
    """Calls that take one row, or number rows, of a chain that does not sort."""
    return [
        (name, ast.unparse(node))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ONE_ROW
        and not any(sort in ast.unparse(node.func.value) for sort in (".sort(", ".sort_by("))
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_what_takes_one_row_sorts_first(stage: str) -> None:
    found = {
        pick
        for path in sorted((TRANSFORMS / stage).glob("*.py"))
        for pick in unsorted_picks(path.read_text(encoding="utf-8"), f"{stage}/{path.name}")
    }
    allowed = {pick for pick in SORTED_BEFORE if pick[0].startswith(stage)}
    assert found - allowed == set()
    assert allowed - found == set(), "no longer there: take it out of the list"


def test_the_test_sees_an_unsorted_pick() -> None:
    assert unsorted_picks("x.group_by('a').agg(pl.col('b').first())", "m.py") == [("m.py", "pl.col('b').first()")]
    assert unsorted_picks("pl.col('b').sort_by('a', 'b').last()", "m.py") == []


WRITER = Path("rung/lake/parquet.py")
WRITES = ("write_parquet", "sink_parquet", "write_table", "write_dataset", "ParquetWriter")


def parquet_writers(source: str) -> list[str]:
    """Calls of a library's own way to write Parquet."""
    return [
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
    ]


@pytest.mark.parametrize("package", ["flows", "rung", "expectations", "transforms", "contracts"])
def test_one_module_writes_parquet(package: str) -> None:
    """Bytes depend on the rows alone because one function sorts, groups and compresses them."""
    root = TRANSFORMS.parent
    found = {
        path.relative_to(root)
        for path in sorted((root / package).rglob("*.py"))
        if parquet_writers(path.read_text(encoding="utf-8"))
    }
    assert found == ({WRITER} if package == "rung" else set())


def test_the_test_sees_another_writer() -> None:
    assert parquet_writers("frame.lazy().sink_parquet(path)") == ["frame.lazy().sink_parquet"]
    assert parquet_writers("write_parquet(place, key, frame, order)") == []


def test_nothing_is_written_by_the_format_of_polars() -> None:
    """It panics on a frame with an empty chunk (2.1), which a drop of several files has; `concat_str` does not."""
    root = TRANSFORMS.parent
    sources = [path for folder in ("transforms", "rung", "expectations") for path in (root / folder).rglob("*.py")]
    assert [str(path) for path in sources if "pl.format(" in path.read_text(encoding="utf-8")] == []
