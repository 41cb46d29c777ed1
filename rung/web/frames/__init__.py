"""The part of Polars that reading and judging a district's files uses, in plain Python, for the check page.

Polars cannot run in a browser. The check page runs Rung's own code over this package, which `rung kit` puts in its
place under the name `polars`; tests hold its verdicts against those of Polars. What is not here raises AttributeError.
"""

from __future__ import annotations

from typing import Any

from . import reduce, spaces  # noqa: F401  they give expressions their methods
from .expr import Expr, all_columns, col, lit
from .frame import DataFrame, concat
from .functions import (
    all_horizontal,
    any_horizontal,
    coalesce,
    collect_all,
    concat_list,
    concat_str,
    date,
    duration,
    element,
    fold,
    int_range,
    max_horizontal,
    repeat,
    struct,
    sum_horizontal,
    when,
)
from .functions import len_ as len
from .reading import read as read_csv
from .series import Series
from .types import (
    Array,
    Binary,
    Boolean,
    Categorical,
    DataType,
    Date,
    Datetime,
    Decimal,
    Duration,
    Enum,
    Float64,
    Int8,
    Int16,
    Int32,
    Int64,
    List,
    Null,
    Schema,
    String,
    Struct,
    Time,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    exceptions,
)

LazyFrame = DataFrame
# As in Polars, a column can do what an expression can.
Series.expression_of = lambda column: Expr(lambda _: [column], column.name)
Series.frame_of = DataFrame


def all(*_: Any) -> Expr:
    """Every column."""
    return all_columns()


def read_parquet(*_: Any, **__: Any) -> DataFrame:
    """Parquet is not read here."""
    raise exceptions.PolarsError("Parquet files cannot be read in the browser")


__all__ = [
    "Array",
    "Binary",
    "Boolean",
    "Categorical",
    "DataFrame",
    "DataType",
    "Date",
    "Datetime",
    "Decimal",
    "Duration",
    "Enum",
    "Expr",
    "Float64",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "LazyFrame",
    "List",
    "Null",
    "Schema",
    "Series",
    "String",
    "Struct",
    "Time",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "all",
    "all_horizontal",
    "any_horizontal",
    "coalesce",
    "col",
    "collect_all",
    "concat",
    "concat_list",
    "concat_str",
    "date",
    "duration",
    "element",
    "exceptions",
    "fold",
    "int_range",
    "len",
    "lit",
    "max_horizontal",
    "read_csv",
    "read_parquet",
    "repeat",
    "struct",
    "sum_horizontal",
    "when",
]
