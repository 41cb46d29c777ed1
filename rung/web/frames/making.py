"""What a frame may be made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .series import Series


def columns_of(data: Any, types: dict[str, Any], orient: str | None) -> list[tuple[str, Any]]:
    """Names and values out of what a frame may be made of."""
    if data is None:
        return []
    if hasattr(data, "get_columns"):
        return [(each.name, each) for each in data.get_columns()]
    if isinstance(data, Mapping):
        return list(data.items())
    data = list(data)
    if data and isinstance(data[0], Series):
        return [(each.name, each) for each in data]
    names = list(types)
    if data and isinstance(data[0], Mapping):
        return [(name, [row.get(name) for row in data]) for name in names]
    if orient == "row":
        return list(zip(names, zip(*data, strict=True) if data else ([] for _ in names), strict=True))
    return list(zip(names, data, strict=True))
