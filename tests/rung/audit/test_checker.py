"""The checker finds each of 200 planted faults, and holds for what is right."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from rung.audit.checker import FOLDER, check
from rung.cli.main import app
from rung.release.contents import Rendered, manifest_of
from tests.disclosed import Files, changed, decided, files_of, holds, levels, streams

ROOT = Path(__file__).parents[3]


@cache
def release() -> Files:
    people = levels({f"{n:05d}": [40 + n, 3 + n, 25 - n, 60] for n in range(1, 7)})
    paid = streams({f"{n:05d}": {"a": (9_000 + n, n), "b": (80_000, 50), "c": (70_000, 40)} for n in range(1, 7)})
    return files_of(decided(pl.concat([people, paid])))


def frame(name: str) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(release()[f"{FOLDER}/{name}.parquet"]))


def at(rows: pl.DataFrame, row: int, **values: object) -> pl.DataFrame:
    here = pl.int_range(pl.len()) == row
    return rows.with_columns(
        pl.when(here).then(pl.lit(v)).otherwise(c).cast(rows[c].dtype).alias(c) for c, v in values.items()
    )


def faults() -> list[tuple[str, int]]:
    kinds = (
        "shown_moved",
        "change",
        "relation_entry",
        "public_value",
        "hash",
        "value",
        "proof_gone",
        "need",
        "leak",
        "bound",
    )
    return [(kind, n) for n in range(20) for kind in kinds]


def planted(kind: str, n: int) -> Files:
    files = release()
    cells, relations, movements = (frame(name) for name in ("cells", "relations", "movements"))
    path = {name: f"{FOLDER}/{name}.parquet" for name in ("cells", "relations", "movements", "proofs")}
    hidden = cells.with_row_index().filter((pl.col("mask") == "suppressed") & (pl.col("rule") != "complementary"))
    own = int(hidden["index"][n % hidden.height])
    if kind == "shown_moved":
        shown = cells.filter(pl.col("mask") == "published")["cell"][n]
        row = pl.DataFrame({"movement": [n % 3], "cell": [shown], "change": [1]}, schema=movements.schema)
        return changed(files, path["movements"], lambda f: pl.concat([f, row]), certified=True)
    if kind == "change":
        row = n % movements.height
        return changed(files, path["movements"], lambda f: at(f, row, change=f["change"][row] + 1), certified=True)
    if kind == "relation_entry":
        moved = relations.with_row_index().join(movements.select("cell").unique(), on="cell", how="semi")
        row = int(moved["index"][(7 * n) % moved.height])
        return changed(files, path["relations"], lambda f: at(f, row, coefficient=2), certified=True)
    if kind == "public_value":
        table = "public/public_designation/public_designation.parquet"
        rows = pl.read_parquet(io.BytesIO(files[table])).with_row_index().drop_nulls("persons")
        row = int(rows["index"][n % rows.height])
        return changed(files, table, lambda f: at(f, row, persons=f["persons"][row] + 1), certified=True)
    if kind == "hash":
        listed = sorted(p for p in files if p.endswith(".parquet"))
        return changed(files, listed[n % len(listed)], lambda f: f.with_columns(extra=pl.lit(n)), certified=False)
    if kind == "value":
        inside = cells.with_row_index().join(relations.select("cell").unique(), on="cell", how="semi")
        row = int(inside["index"][n % inside.height])
        return changed(files, path["cells"], lambda f: at(f, row, value=f["value"][row] + 1), certified=True)
    if kind == "proof_gone":
        gone = int(cells["cell"][own])
        return changed(files, path["proofs"], lambda f: f.filter(pl.col("cell") != gone), certified=True)
    if kind == "need":
        return changed(files, path["cells"], lambda f: at(f, own, need=f["need"][own] - 1), certified=True)
    if kind == "leak":
        table = f"public/{cells['name'][own].split('|')[0]}"
        name = table.split("/")[1]
        column = "persons" if name == "public_designation" else "amount"
        table = f"{table}/{name}.parquet"
        rows = pl.read_parquet(io.BytesIO(files[table])).with_row_index().filter(pl.col("mask") == "suppressed")
        row = int(rows["index"][n % rows.height])
        return changed(files, table, lambda f: at(f, row, **{column: 7}), certified=True)
    moved_cells = movements.filter(pl.col("change") > 0)["cell"].unique().sort()
    row = int(moved_cells[n % len(moved_cells)])
    row = cells["cell"].to_list().index(row)
    return changed(files, path["cells"], lambda f: at(f, row, high=f["value"][row]), certified=True)


def test_what_is_right_holds() -> None:
    verdict = check(lambda path: release()[path])
    assert verdict.problems == ()
    assert verdict.counts["hidden"] > 10


@pytest.mark.parametrize(("kind", "n"), faults())
def test_each_planted_fault_is_found(kind: str, n: int) -> None:
    assert not holds(planted(kind, n)), kind


def test_a_dropped_relation_is_found_by_its_absence_and_by_the_names() -> None:
    """Without the relation a certificate could make the state another sum than its districts; the names tell."""
    relations, movements = frame("relations"), frame("movements")
    name = relations.filter(pl.col("name").str.starts_with("state is the sum|public_money"))["name"][0]
    cell = int(relations.filter(pl.col("name") == name)["cell"][0])
    hidden = frame("cells").filter(pl.col("mask") == "suppressed")["cell"].to_list()
    assert cell in hidden or any(c in hidden for c in relations.filter(pl.col("name") == name)["cell"])
    dropped = changed(
        release(), f"{FOLDER}/relations.parquet", lambda f: f.filter(pl.col("name") != name), certified=False
    )
    assert not holds(dropped)
    free = next(c for c in relations.filter(pl.col("name") == name)["cell"] if c in hidden)
    row = pl.DataFrame({"movement": [0], "cell": [free], "change": [1]}, schema=movements.schema)
    both = changed(dropped, f"{FOLDER}/relations.parquet", lambda f: f, certified=True)
    both = changed(both, f"{FOLDER}/movements.parquet", lambda f: pl.concat([f, row]), certified=True)
    assert any("another sum" in problem for problem in check(lambda path: both[path]).problems)


def test_the_command_reads_files_alone(tmp_path: Path) -> None:
    for path, data in release().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    _, manifest = manifest_of([Rendered(path, data) for path, data in release().items()], {})
    (tmp_path / "manifest.json").write_bytes(manifest)
    runner = CliRunner()
    good = runner.invoke(app, ["audit", str(tmp_path)])
    assert good.exit_code == 0
    assert good.output.startswith("holds:")
    told = json.loads(runner.invoke(app, ["audit", str(tmp_path), "--json"]).output)
    assert told["holds"] is True
    (tmp_path / f"{FOLDER}/proofs.parquet").unlink()
    assert runner.invoke(app, ["audit", str(tmp_path)]).exit_code == 2


def test_the_checker_knows_neither_engine_nor_solver_and_is_small() -> None:
    text = (ROOT / "rung/audit/checker.py").read_text()
    assert not any(word in text for word in ("s6_disclose", "highspy", "import numpy", "from rung"))
    assert text.count("\n") <= 200
