"""A mart that loses a dollar stops the release, which names the identity; what was released before stays in force."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import transforms.s5_marts.run as marts
from rung.core.errors import GateFailed
from rung.core.progress import Progress
from rung.lake.workspace import open_workspace
from rung.pipeline import run_all
from tests import small_state as small


def test_a_lost_dollar_stops_the_release_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small.write_state(tmp_path)
    honest = marts.build_compensation

    def loses_the_stipends(pay: pl.LazyFrame, base_lf: pl.LazyFrame) -> pl.LazyFrame:
        return honest(pay, base_lf).filter(pl.col("pay_type") != "stipend")

    monkeypatch.setattr(marts, "build_compensation", loses_the_stipends)
    with pytest.raises(GateFailed, match=r"payroll_is_in_compensation_once \(\d+ rows\)"):
        run_all(open_workspace(tmp_path / "rung.toml"), Progress(quiet=True))
    assert not (tmp_path / "releases" / "current.json").exists()
    monkeypatch.undo()
    mended = run_all(open_workspace(tmp_path / "rung.toml"), Progress(quiet=True))
    assert mended.release.made
    assert (tmp_path / "releases" / "current.json").exists()
