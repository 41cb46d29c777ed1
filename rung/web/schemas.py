"""The part of dataframely that contracts use, for the check page: columns with their types, by the name they have.

`rung kit` puts this module in the page under the name `dataframely`. Frames are not validated by it: the state's
reference tables were, before they came into a kit, and rows are judged by the rules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import polars as pl

Frame = TypeVar("Frame")


class Column:
    """A column of a contract."""

    def __init__(
        self,
        dtype: Any,
        nullable: bool = True,
        primary_key: bool = False,
        description: str | None = None,
        metadata: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        self.dtype = dtype
        self.nullable = nullable and not primary_key
        self.primary_key = primary_key
        self.description = description
        self.metadata = metadata


def _plain(dtype: Any) -> Callable[..., Column]:
    return lambda **given: Column(dtype, **given)


String = _plain(pl.String())
Bool = _plain(pl.Boolean())
Date = _plain(pl.Date())
Datetime = _plain(pl.Datetime())
Float64 = _plain(pl.Float64())
Int8, Int16, Int32, Int64 = (_plain(dtype()) for dtype in (pl.Int8, pl.Int16, pl.Int32, pl.Int64))
UInt8, UInt16, UInt32, UInt64 = (_plain(dtype()) for dtype in (pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64))


def Decimal(*, precision: int, scale: int, **given: Any) -> Column:
    """An exact number."""
    return Column(pl.Decimal(precision, scale), **given)


def List(inner: Column, **given: Any) -> Column:
    """Lists of one type."""
    return Column(pl.List(inner.dtype), **given)


class Schema:
    """A contract: its class attributes are its columns."""

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """Columns by name: those of the classes that it stands on first."""
        return {
            name: column
            for each in reversed(cls.__mro__)
            for name, column in vars(each).items()
            if isinstance(column, Column)
        }

    @classmethod
    def column_names(cls) -> list[str]:
        return list(cls.columns())

    @classmethod
    def create_empty(cls) -> pl.DataFrame:
        return pl.DataFrame(schema={name: column.dtype for name, column in cls.columns().items()})


class LazyFrame(Generic[Frame]):
    """Named in signatures only."""


class DataFrame(Generic[Frame]):
    """Named in signatures only."""


def rule(**_: Any) -> Callable[[Any], Any]:
    """Rules of contracts are not asked here."""
    return lambda method: None
