"""A clean and a dirty synthetic state, small, written once for all tests of the demo."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from rung.demo import write_demo

SMALL = {"leas": 10, "educators": 120, "years": 4, "seed": 3}


def scan(demo: Path, extract: str) -> pl.DataFrame:
    """All rows of an extract as text, with the landing key as `at_lea` and `at_year`."""
    files = sorted((demo / "landing").glob(f"*/*/{extract}/*.csv"))
    return (
        pl.scan_csv(files, infer_schema=False, include_file_paths="path")
        .with_columns(
            at_lea=pl.col("path").str.extract(r"landing/(\d+)/"),
            at_year=pl.col("path").str.extract(r"landing/\d+/(\d+)/").cast(pl.Int64),
        )
        .drop("path")
        .collect()
    )


@pytest.fixture(scope="session")
def clean_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("demo") / "clean"
    write_demo(directory, **SMALL)
    return directory


@pytest.fixture(scope="session")
def extracts(clean_demo: Path) -> dict[str, pl.DataFrame]:
    return {name: scan(clean_demo, name) for name in ("evaluation", "roster", "payroll", "leadership")}


@pytest.fixture(scope="session")
def dirty_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("demo") / "dirty"
    write_demo(directory, leas=8, educators=300, years=3, seed=5, dirty=0.03)
    return directory
