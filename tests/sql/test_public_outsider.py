"""The demo's published files against an outsider with relations of the outsider's own."""

from __future__ import annotations

import polars as pl

from rung.lake.workspace import Workspace
from tests.sql.test_public_side import decisions, public_folder
from tests.transforms.s6_disclose.test_outsider import COUNTS, attacked


def test_nothing_hidden_of_the_demo_can_be_worked_out(released: Workspace) -> None:
    folder = public_folder(released)
    csv = {name: pl.read_parquet(folder / f"{name}/{name}.parquet").write_csv() for name in COUNTS}
    assert attacked(csv, decisions(released)) > 20
