"""Types of columns, as Polars names and compares them: a class equals any of its instances."""

from __future__ import annotations

from typing import Any


class _Kind(type):
    def __eq__(cls, other: object) -> bool:
        return same(cls, other)

    def __hash__(cls) -> int:
        return hash(cls.__name__)


class DataType(metaclass=_Kind):
    """A type of column; `parameters` tell two of one kind apart (precision and scale, the type inside a list)."""

    def __init__(self, *parameters: Any) -> None:
        self.parameters = parameters

    def __eq__(self, other: object) -> bool:
        return same(self, other)

    def __hash__(self) -> int:
        return hash(type(self).__name__)

    def __repr__(self) -> str:
        inside = ", ".join(str(each) for each in self.parameters)
        return f"{type(self).__name__}({inside})" if inside else type(self).__name__

    @classmethod
    def is_integer(cls) -> bool:
        return cls.__name__ in INTEGERS

    @classmethod
    def is_float(cls) -> bool:
        return cls.__name__ in ("Float32", "Float64")

    @classmethod
    def is_numeric(cls) -> bool:
        return cls.is_integer() or cls.is_float() or cls.__name__ == "Decimal"

    @classmethod
    def is_nested(cls) -> bool:
        return cls.__name__ in ("List", "Struct")


def kind(dtype: Any) -> str:
    """The name of a type, given as a class or an instance."""
    return dtype.__name__ if isinstance(dtype, type) else type(dtype).__name__


def same(left: Any, right: Any) -> bool:
    """Whether two types are one; a class stands for all of its instances."""
    for each in (left, right):
        if not isinstance(each, (DataType, _Kind)):
            return False
    if kind(left) != kind(right):
        return False
    either = isinstance(left, type) or isinstance(right, type)
    return either or left.parameters == right.parameters


class String(DataType):
    """Text."""


class Boolean(DataType):
    """Yes or no."""


class Date(DataType):
    """A day."""


class Datetime(DataType):
    """A moment; no column of the check page has one."""


class Null(DataType):
    """A column of nothing."""


class Decimal(DataType):
    """An exact number: precision, scale."""


class List(DataType):
    """Lists of one type."""


class Struct(DataType):
    """Several values as one, held as a tuple."""


class Float64(DataType):
    """A binary number."""


class Float32(Float64):
    """A smaller binary number."""


class Int64(DataType):
    """A whole number."""


class Int32(DataType):
    """A whole number."""


class Int16(DataType):
    """A whole number."""


class Int8(DataType):
    """A whole number."""


class UInt64(DataType):
    """A whole number from nought."""


class UInt32(DataType):
    """A whole number from nought."""


class UInt16(DataType):
    """A whole number from nought."""


class UInt8(DataType):
    """A whole number from nought."""


class Categorical(DataType):
    """Words of a set; no column of the check page has one."""


class Enum(DataType):
    """Words of a set; no column of the check page has one."""


class Array(DataType):
    """Lists of one length; no column of the check page has one."""


class Binary(DataType):
    """Bytes; no column of the check page has one."""


class Time(DataType):
    """A time of day; no column of the check page has one."""


class Duration(DataType):
    """A span of time."""


INTEGERS = {
    **{f"Int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"UInt{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
}


class Schema(dict[str, Any]):
    """Columns and their types, in order."""

    def names(self) -> list[str]:
        return list(self)

    def dtypes(self) -> list[Any]:
        return list(self.values())


class PolarsError(Exception):
    """What stops a computation."""


class PanicException(BaseException):
    """Never raised here; named where Rung catches it."""


class exceptions:
    """The names under which Rung catches errors."""

    PolarsError = PolarsError
    PanicException = PanicException
    ColumnNotFoundError = PolarsError
