"""Names beside ids in the views of the SQL side, so that a reader joins nothing.

A view over a table with `lea_id` also has the district's name, and so for schools, programs, levels and school years,
where the release has the dimension.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlglot
from sqlglot import exp

OF = "labelled"  # the alias of what is labelled


@dataclass(frozen=True)
class Label:
    """A name: `column` is what views call it, `shown` what friendly views do; from `source` of `dimension` by `key`."""

    column: str
    shown: str
    dimension: str
    source: str
    key: tuple[str, ...]


LABELS = (
    Label("district_name", "District name", "dim_district", "name", ("lea_id",)),
    Label("school_name", "School name", "dim_school", "name", ("school_id", "school_year")),
    Label("program_name", "Program name", "dim_program", "title", ("program_id",)),
    Label("level_name", "Level name", "dim_level", "title", ("program_id", "level")),
    Label("year_label", "School year label", "dim_year", "label", ("school_year",)),
)


def labels_of(table: str, columns: set[str], tables: set[str]) -> list[Label]:
    """The labels that a table with these columns can have; a dimension does not label itself."""
    return [
        each
        for each in LABELS
        if each.dimension in tables
        and each.dimension != table
        and set(each.key) <= columns
        and each.column not in columns
    ]


def joins(labels: list[Label]) -> str:
    """The joins to the dimensions, each row of which has its key once."""
    return "\n".join(
        f'LEFT JOIN "{each.dimension}" AS "{each.column}" ON '
        + " AND ".join(f'"{OF}"."{key}" = "{each.column}"."{key}"' for key in each.key)
        for each in labels
    )


def labelled(statement: str, tables: set[str], table: str, columns: set[str]) -> str:
    """A `CREATE VIEW … AS SELECT` with the names beside its ids. `columns`: those of the view's table."""
    tree = sqlglot.parse_one(statement, read="duckdb")
    select = tree.expression
    assert isinstance(tree, exp.Create) and isinstance(select, exp.Select)
    named = {each.alias_or_name for each in select.expressions}
    found = labels_of(table, columns | named if "*" in named else named, tables)
    if not found:
        return statement
    names = ", ".join(f'"{each.column}"."{each.source}" AS "{each.column}"' for each in found)
    wrapped = f'SELECT "{OF}".*, {names} FROM ({select.sql("duckdb")}) AS "{OF}" {joins(found)}'
    tree.set("expression", sqlglot.parse_one(wrapped, read="duckdb"))
    return tree.sql("duckdb")
