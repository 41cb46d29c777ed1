"""Column lineage of the marts, read off Polars' own plans: `python -m rung.standards.trace > …/column_lineage.json`.

Every mart is one lazy plan from the accepted extracts, the reference tables and the designations. Asked for one column,
the optimiser asks each table for the columns that the result needs, for its values or for joins and filters; a source
that only notes what it is asked for, and has no rows, says which. Where the optimiser cannot see through a step (a
Python function over a whole frame), the column depends on all that step reads: lineage may name too much, never too
little.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import dataframely as dy
import polars as pl
from polars.io.plugins import register_io_source

from contracts.extracts import AcceptedPayroll
from contracts.marts import MARTS
from contracts.marts.designation import Designation
from contracts.policy.parameters import MetricParameters
from contracts.tables import SCHEMAS, as_tables
from rung.packs.load import load_packs
from transforms.s2_resolve.pay import sum_payroll
from transforms.s2_resolve.run import resolve
from transforms.s4_sustain.run import sustain
from transforms.s5_marts.run import build_marts

Lineage = dict[str, dict[str, list[str]]]
# Built from the packs' automata and from the ledger, not by a plan over the tables.
NOT_PLANNED = ("designation", "data_quality")


class Tracer:
    """Sources that note what they are asked for, and what the frames made from them depend on."""

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._known: dict[str, set[str]] = {}

    def source(self, name: str, schema: pl.Schema) -> pl.LazyFrame:
        """A table without rows that notes every column it is asked for, as `table.column`."""
        empty = pl.DataFrame(schema=schema)

        def read(
            wanted: list[str] | None, _where: pl.Expr | None, _rows: int | None, _batch: int | None
        ) -> Iterator[pl.DataFrame]:
            names = empty.columns if wanted is None else wanted
            self._asked.update(f"{name}.{column}" for column in names)
            yield empty.select(names)

        return register_io_source(read, schema=empty.schema)

    def depends_on(self, frame: pl.LazyFrame, column: str) -> set[str]:
        """The columns of tables that a frame's column is made from, through the frames that were handed on."""
        self._asked.clear()
        frame.select(column).collect()
        return {base for name in self._asked for base in self._known.get(name, {name})}

    def hand_on(self, frames: Mapping[str, pl.LazyFrame]) -> dict[str, pl.LazyFrame]:
        """In place of frames that later steps share: sources under names of their own, so that plans stay short."""
        handed = {}
        for name, frame in frames.items():
            schema, own = frame.collect_schema(), f"@{len(self._known)}:{name}"
            self._known |= {f"{own}.{column}": self.depends_on(frame, column) for column in schema}
            handed[name] = self.source(own, schema)
        return handed


def column_lineage() -> Lineage:
    """For each planned mart and column the columns of tables that it depends on, sorted."""
    tracer = Tracer()

    def read(name: str, schema: type[dy.Schema]) -> pl.LazyFrame:
        return tracer.source(name, schema.create_empty().schema)

    sources = {name: read(name, schema) for name, schema in SCHEMAS.items()}
    summed = sum_payroll(AcceptedPayroll.cast(sources["payroll"]))
    tables = as_tables(sources | tracer.hand_on({"pay_sums": summed}))
    designation = Designation.cast(read("designation", Designation))
    terms, parameters = [pack.terms() for pack in load_packs()], MetricParameters()
    facts = sustain(resolve(tables, tracer.hand_on), tables, designation, terms, parameters, tracer.hand_on)
    marts = build_marts(facts, tables, designation, terms, parameters, tracer.hand_on)
    planned = [name for name in MARTS if name not in NOT_PLANNED]
    return {
        name: {column: sorted(tracer.depends_on(marts[name], column)) for column in MARTS[name].schema.column_names()}
        for name in planned
    }


def rendered(lineage: Lineage) -> str:
    """One line a column, so that a change shows as the lines that changed."""
    parts = []
    for mart, columns in lineage.items():
        lines = ",\n".join(f"  {json.dumps(column)}: {json.dumps(sources)}" for column, sources in columns.items())
        parts.append(f" {json.dumps(mart)}: {{\n{lines}\n }}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(out: Any = sys.stdout) -> None:
    """Write the lineage of every mart."""
    out.write(rendered(column_lineage()))


if __name__ == "__main__":
    main()
