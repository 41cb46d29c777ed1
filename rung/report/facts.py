"""What the pages are made from: the public tables of one release (or the same tables exact, when restricted)."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from contracts.extracts import EXTRACTS
from contracts.policy.packs import Pack
from contracts.public import NO_PERSONS, PUBLIC, WHOLE
from expectations.suites import Suite
from rung.core.errors import RungError
from rung.core.rules import suite_of
from rung.lake.pointer import current_release
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace
from rung.packs.load import packs_of
from rung.report.cell_format import Total, added_up, money_value, total
from rung.report.restricted import MORE, exact_tables

Row = dict[str, Any]
DIMENSIONS = ("dim_district", "dim_level", "dim_school")


@dataclass(frozen=True)
class Program:
    """A program's names and its levels from the lowest up: (id, title, state tier)."""

    program_id: str
    title: str
    summary: str
    levels: tuple[tuple[str, str, int], ...]
    pack: Pack | None = None  # its rules, where the page shows them

    @cached_property
    def short(self) -> str:
        """The title without what stands in brackets, at most 34 characters."""
        name = self.title.split(" (")[0]
        return name if len(name) <= 34 else name[:33] + "…"

    @cached_property
    def titles(self) -> dict[str, str]:
        return {"none": "no level", **{level: title for level, title, _ in self.levels}}


@dataclass(frozen=True, eq=False)
class Facts:
    """One release as the pages need it. `more` has restricted marts; it is empty in the public report.

    `package`: the data package beside the tables, which explains them. `suites`: what the state asks of rows.
    `gate`: link to what the gate found, in the restricted report of files.
    """

    state: str
    release_id: str
    restricted: bool
    districts: Mapping[str, str]
    programs: Mapping[str, Program]
    tables: Mapping[str, pl.DataFrame]
    more: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    package: Mapping[str, Any] = field(default_factory=lambda: {"resources": []})
    suites: Mapping[str, Suite] = field(default_factory=dict)
    gate: str = ""

    @cached_property
    def _parts(self) -> dict[str, dict[tuple[Any, ...], pl.DataFrame]]:
        by = ["grain", "lea_id"]
        placed = {name: table for name, table in self.tables.items() if "grain" in table.columns}
        return {name: t.partition_by(by, as_dict=True, maintain_order=True) for name, t in placed.items()}

    def rows(self, table: str, lea_id: str | None = None, program_id: str | None = None) -> list[Row]:
        """Rows of a public table for a district, or for the state when `lea_id` is None."""
        key = ("state", None) if lea_id is None else ("lea", lea_id)
        found = self._parts[table].get(key)
        if found is None:
            return []
        if program_id is not None:
            found = found.filter(pl.col("program_id") == program_id)
        return found.to_dicts()

    def retention_rows(self, program_id: str | None, lea_id: str | None = None) -> list[Row]:
        """Retention of a place: leaders of the program where only the state tells of it, else of any program."""
        rows = self.rows("public_retention", lea_id)
        mine = [r for r in rows if program_id is not None and r["program_id"] == program_id]
        return mine + [r for r in rows if r["program_id"] is None and not (mine and r["comparison_group"] == "leaders")]

    @cached_property
    def _costs(self) -> dict[tuple[str | None, int], dict[str, Row]]:
        """The cost of each program, by (district, school year): with all its parts, or its pay where that is all that
        is known."""
        found: dict[tuple[str | None, int], dict[str, Row]] = {}
        whole = self.tables["public_money"].filter(
            pl.col("part") == WHOLE, pl.col("dimension").is_in([WHOLE, "stream"])
        )
        for row in whole.sort("dimension", descending=True).iter_rows(named=True):  # the cost after the pay, over it
            found.setdefault((row["lea_id"], row["school_year"]), {})[row["program_id"]] = row
        return found

    def costs(self, lea_id: str | None, year: int) -> dict[str, Row]:
        """What each program cost in a year, by program; the row may be hidden."""
        return self._costs.get((lea_id, year), {})

    def cost(self, lea_id: str | None, year: int) -> Total | None:
        """What all programs cost together; None where no cost is on file."""
        rows = list(self.costs(lea_id, year).values())
        return total(rows, "amount") if any(money_value(row) is not None for row in rows) else None

    @cached_property
    def years(self) -> list[int]:
        """School years with rows, up to the latest of which anything is shown."""
        found = self.tables["public_access"]["school_year"].unique().sort().to_list()
        return [year for year in found if year <= self.latest]

    def schools(self, lea_id: str | None, year: int) -> pl.DataFrame:
        """Schools of a district or the state in a year (`dim_school`)."""
        found = self.tables["dim_school"].filter(pl.col("school_year") == year)
        return found if lea_id is None else found.filter(pl.col("lea_id") == lea_id)

    def pupils(self, lea_id: str | None, year: int) -> int | None:
        """Pupils enrolled; None where a school has no number on file."""
        enrolled = self.schools(lea_id, year)["enrollment"]
        return int(enrolled.sum()) if enrolled.len() and not enrolled.has_nulls() else None

    def people(self, measure: str, lea_id: str | None, year: int) -> Row | None:
        """Teachers or leaders of a year, over schools of every poverty."""
        rows = [r for r in self.rows("public_access", lea_id) if r["school_year"] == year and r["measure"] == measure]
        return added_up(rows, "persons")

    def frame(self, mart: str, lea_id: str | None = None, program_id: str | None = None) -> pl.DataFrame:
        """Rows of a restricted mart, of a district and a program where they are named; empty in the public report."""
        found = self.more.get(mart, pl.DataFrame())
        for name, value in (("lea_id", lea_id), ("program_id", program_id)):
            if value is not None and name in found.columns:
                found = found.filter(pl.col(name) == value)
        return found

    def extra(self, mart: str, lea_id: str | None = None, program_id: str | None = None) -> list[Row]:
        """The same as rows."""
        return self.frame(mart, lea_id, program_id).to_dicts()

    @cached_property
    def latest(self) -> int:
        """The latest school year of which anything is shown."""
        years = self.tables["public_designation"].filter(pl.col("mask") != "suppressed")["school_year"]
        every = self.tables["public_designation"]["school_year"]
        found = years.max() if years.len() else every.max()
        return int(str(found)) if found is not None else 0

    def programs_of(self, lea_id: str | None) -> list[Program]:
        """Programs with rows in a district (anywhere, when `lea_id` is None), in the packs' order."""
        if lea_id is None:
            present = set(self.tables["public_designation"]["program_id"].unique())
        else:
            present = {row["program_id"] for row in self.rows("public_designation", lea_id)}
        return [program for program in self.programs.values() if program.program_id in present]

    @cached_property
    def reported(self) -> dict[str, str]:
        """Districts with rows, each with its name: those that have a page."""
        names = ("public_compensation", "public_designation", "public_access")
        present = set().union(*(self.tables[name]["lea_id"].drop_nulls().unique() for name in names))
        return {lea_id: name for lea_id, name in self.districts.items() if lea_id in present}


def read_facts(work: Workspace, restricted: bool) -> Facts:
    """The current release. Raises RungError when there is none, or none with public marts."""
    release_id = current_release(work.releases)
    if release_id is None:
        raise RungError(f"{work.releases.address}: there is no release yet; run `rung run` first")
    side = "restricted" if restricted else "public"
    manifest = json.loads(work.releases.read(f"{release_id}/manifest.json"))
    sides = (f"{side}/", *(f"public/{name}/" for name in (*DIMENSIONS, *NO_PERSONS)))
    paths = {f["path"].split("/")[1]: f["path"] for f in manifest["files"] if f["path"].startswith(sides)}

    def read(name: str) -> pl.DataFrame:
        return pl.read_parquet(io.BytesIO(work.releases.read(f"{release_id}/{paths[name]}")))

    lacking = sorted(set(NO_PERSONS if restricted else PUBLIC) - set(paths))
    if lacking:
        raise RungError(f"release {release_id} has no {lacking[0]}; make a release with this version: `rung release`")
    reference = load_reference(work.reference).tables["districts"]
    packs = packs_of(work.settings)
    return Facts(
        state=work.settings.state.name,
        release_id=release_id,
        restricted=restricted,
        districts=dict(reference.select("lea_id", "name").sort("lea_id").iter_rows()),
        programs={
            p.program_id: Program(p.program_id, p.title, p.summary, tuple((x.id, x.title, x.tier) for x in p.levels), p)
            for p in packs
        },
        tables={
            **(exact_tables(read) if restricted else {}),
            **{name: read(name) for name in (*DIMENSIONS, *(NO_PERSONS if restricted else PUBLIC))},
        },
        more={name: read(name) for name in MORE if name in paths} if restricted else {},
        package=json.loads(work.releases.read(f"{release_id}/{side}/datapackage.json")),
        suites={extract: suite_of(extract, work.settings) for extract in EXTRACTS},
    )
