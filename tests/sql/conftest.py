"""A released synthetic state, small enough to make in a few seconds, large enough to have something to publish."""

from __future__ import annotations

from pathlib import Path

import pytest

from rung.core.progress import Progress
from rung.demo import write_demo
from rung.lake.workspace import Workspace, open_workspace
from rung.pipeline import run_all


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three districts of 240 educators over two years, run and released."""
    root = tmp_path_factory.mktemp("released")
    write_demo(root, leas=3, educators=240, years=2, seed=7, dirty=0.0, scale=None)
    work = open_workspace(root / "rung.toml")
    run_all(work, Progress(quiet=True))
    return work


@pytest.fixture
def root(released: Workspace) -> Path:
    return released.settings.root
