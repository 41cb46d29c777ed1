"""The peers make the same marts as Rung, by code that shares nothing with it; a difference is found."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from benchmarks.peers import MARTS, duckdb_peer, pandas_peer, rung_peer
from benchmarks.peers.agree import must_agree
from rung.core.errors import GateFailed
from rung.demo import write_demo


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small state taken in, and the marts of Rung and DuckDB."""
    from rung.core.progress import Progress
    from rung.intake.run import run_intake
    from rung.lake.reference import load_reference
    from rung.lake.workspace import open_workspace

    home = tmp_path_factory.mktemp("peers") / "state"
    write_demo(home, leas=4, educators=80, years=4, seed=8)
    work = open_workspace(home / "rung.toml")
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    rung_peer.build(home / "rung.toml", home / "rung_made")
    duckdb_peer.build(home / "lake", home / "reference", home / "duckdb_made")
    return home


def test_duckdb_makes_the_same_marts(made: Path) -> None:
    must_agree(made / "rung_made", made / "duckdb_made", "DuckDB")
    ladder = pl.read_parquet(made / "rung_made" / "ladder.parquet")
    assert {*ladder["level"]} >= {"teacher", "established", "advanced", "distinguished"}
    assert pl.read_parquet(made / "rung_made" / "compensation.parquet").height > 1_000


@pytest.mark.slow
def test_pandas_with_a_suite_a_file_makes_the_same_marts(made: Path) -> None:
    leas = sorted(path.name for path in (made / "landing").iterdir())
    pandas_peer.build(made / "landing", made / "reference", made / "pandas_made", leas)
    must_agree(made / "rung_made", made / "pandas_made", "pandas")


@pytest.mark.parametrize(
    ("mart", "change"),
    [
        ("ladder", pl.lit("expert").alias("level")),
        ("compensation", (pl.col("increment") + pl.lit("0.02").cast(pl.Decimal(14, 2))).alias("increment")),
        ("ladder_flow", (pl.col("hazard") + 0.00001).alias("hazard")),
        ("educator_year", pl.col("staff_id").str.reverse().alias("staff_id")),
    ],
)
def test_a_difference_is_found(made: Path, tmp_path: Path, mart: str, change: pl.Expr) -> None:
    for name in MARTS:
        shutil.copy(made / "duckdb_made" / f"{name}.parquet", tmp_path)
    pl.read_parquet(made / "rung_made" / f"{mart}.parquet").with_columns(change).write_parquet(
        tmp_path / f"{mart}.parquet"
    )
    with pytest.raises(GateFailed, match=mart):
        must_agree(made / "rung_made", tmp_path, "DuckDB")


def test_a_lost_row_is_found(made: Path, tmp_path: Path) -> None:
    for name in MARTS:
        shutil.copy(made / "duckdb_made" / f"{name}.parquet", tmp_path)
    pl.read_parquet(tmp_path / "ladder.parquet").slice(1).write_parquet(tmp_path / "ladder.parquet")
    with pytest.raises(GateFailed, match="ladder: Rung makes"):
        must_agree(made / "rung_made", tmp_path, "DuckDB")
