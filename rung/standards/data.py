"""The data files of this room, as text."""

from __future__ import annotations

from pathlib import Path


def data_file(name: str) -> str:
    """The text of `ceds.yaml` or `column_lineage.json`."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
