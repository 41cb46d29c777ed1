"""`rung simulate`: packs over districts' own history, also where they were never adopted, side by side.

Ratings under another system count only through a crosswalk that the state declares (a CSV with from_system, from_level,
to_system, to_level); what came through it is counted and said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from contracts.keys import LEA_YEAR, PROGRAM
from contracts.marts.designation import Designation
from contracts.policy.packs import Pack
from contracts.policy.parameters import MetricParameters
from contracts.reference import ProgramAdoption
from contracts.resolved.others import Rosters
from contracts.tables import designation_tables
from rung.core.errors import RungError
from rung.lake.parquet import write_parquet
from rung.lake.places import open_place
from rung.packs.names import Names
from transforms.s2_resolve.educators import lea_years
from transforms.s3_designate.run import READS, build_designation
from transforms.s4_sustain.terms import in_force
from transforms.s5_marts.program_comparison import build_program_comparison

CROSSWALK = ("from_system", "from_level", "to_system", "to_level")


@dataclass(frozen=True)
class Simulation:
    """`comparison`: contracts/program_comparison.py. `levels`: persons by LEA, program, year and level. `crosswalked`:
    ratings by LEA, year and system that counted only through the declared crosswalk. `unread`: programs whose rating
    system nobody in the history was rated under."""

    designation: pl.DataFrame
    comparison: pl.DataFrame
    levels: pl.DataFrame
    crosswalked: pl.DataFrame
    unread: tuple[str, ...]


def simulate(
    tables: Mapping[str, pl.LazyFrame],
    packs: Sequence[Pack],
    program_ids: Sequence[str],
    *,
    lea_id: str | None = None,
    years: tuple[int, int] | None = None,
    crosswalk: pl.DataFrame | None = None,
    knobs: MetricParameters | None = None,
) -> Simulation:
    """Run the named packs over the accepted tables; an LEA that adopted a program keeps its own years of it.

    A program under whose rating system nobody was rated is not run: it is in `unread`. `years` cuts the output, never
    the history that ladders need. Raises RungError for unknown programs and districts.
    """
    chosen = _chosen(packs, program_ids)
    cut = {name: tables[name] for name in READS}
    if lea_id is not None:
        here = pl.col("lea_id") == lea_id
        cut |= {name: cut[name].filter(here) for name in ("evaluation", "roster", "leadership")}
        if cut["roster"].head(1).collect().is_empty():
            raise RungError(f"{lea_id}: no accepted roster of that district")
    before = designation_tables(cut)
    people = lea_years(before["roster"], before["districts"])
    adopted = in_force(before["program_adoption"], Rosters.cast(people.select(LEA_YEAR).unique()))
    cut = as_if_adopted(cut, chosen)
    moved = pl.DataFrame(schema={"lea_id": pl.String, "school_year": pl.Int16, "rating_system": pl.String})
    if crosswalk is not None:
        cut["evaluation"], moved = with_crosswalk(cut["evaluation"], crosswalk)
    rated = set(cut["evaluation"].select("rating_system").unique().collect()["rating_system"])
    unread = tuple(p.program_id for p in chosen if p.names_a_system() and p.rating_system not in rated)
    read = [pack for pack in chosen if pack.program_id not in unread]
    designation: pl.DataFrame = build_designation(packs=read, **designation_tables(cut)).collect()
    if years is not None:
        designation = designation.filter(pl.col("school_year").is_between(*years))
        if designation.is_empty():
            raise RungError(f"--years {years[0]}-{years[1]}: nobody is on a roster of those years; see `rung status`")
    comparison = build_program_comparison(
        Designation.cast(designation.lazy()), people, adopted, knobs or MetricParameters()
    ).collect()
    levels = designation.filter(pl.col("level").is_not_null()).group_by(*PROGRAM, "level", "state_tier").len("persons")
    counted = moved.group_by("lea_id", "school_year", "rating_system").len("ratings").sort(pl.all())
    levels = levels.sort(*PROGRAM, "state_tier", "level")
    return Simulation(designation, comparison.sort(PROGRAM), levels, counted, unread)


def _chosen(packs: Sequence[Pack], program_ids: Sequence[str]) -> list[Pack]:
    known = {pack.program_id: pack for pack in packs}
    unknown = [name for name in program_ids if name not in known]
    if unknown or not program_ids:
        raise RungError(f"{', '.join(unknown) or 'no program named'}; there are: {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(program_ids)]


def as_if_adopted(tables: Mapping[str, pl.LazyFrame], packs: Sequence[Pack]) -> dict[str, pl.LazyFrame]:
    """The tables that designations read, with the packs adopted by every district that never adopted them."""
    read = {name: tables[name] for name in READS}
    return read | {"program_adoption": _adopted_by_all(read["program_adoption"], read["roster"], packs)}


def _adopted_by_all(real: pl.LazyFrame, roster: pl.LazyFrame, packs: Sequence[Pack]) -> pl.LazyFrame:
    """The adoption table, with every LEA that never adopted a program as if it always had."""
    named = pl.LazyFrame({"program_id": [pack.program_id for pack in packs]})
    everywhere = roster.select("lea_id").unique().join(named, how="cross")
    schema = real.collect_schema()
    always = {"from_year": pl.lit(1990, schema["from_year"])}
    rest = everywhere.join(real, on=["lea_id", "program_id"], how="anti").with_columns(**always)
    return pl.concat([real, rest], how="diagonal").pipe(ProgramAdoption.cast)


def with_crosswalk(evaluation: pl.LazyFrame, crosswalk: pl.DataFrame) -> tuple[pl.LazyFrame, pl.DataFrame]:
    """Add ratings under other systems by the crosswalk, where the educator has none of that system and year.

    Returns the evaluation with them, and one row per rating that was added.
    """
    key = ["lea_id", "staff_id", "school_year", "rating_system"]
    to = crosswalk.lazy().select(
        rating_system="from_system", rating_level="from_level", to="to_system", label="to_level"
    )
    added = (
        evaluation.sort(*key, "rating_level")  # of two systems that lead to one, the first by name
        .join(to, on=["rating_system", "rating_level"], maintain_order="left")
        .with_columns(rating_system="to", rating_level="label")
        .drop("to", "label")
        .unique(key, keep="first", maintain_order=True)
        .join(evaluation.select(key), on=key, how="anti")
        .select(evaluation.collect_schema().names())
        .collect()
    )
    return pl.concat([evaluation, added.lazy()]), added.select("lea_id", "school_year", "rating_system")


def read_crosswalk(path: Path) -> pl.DataFrame:
    """Read and check a crosswalk file. Raises RungError naming what is wrong."""
    if not path.is_file():
        raise RungError(f"{path}: no such crosswalk file")
    frame = pl.read_csv(path, infer_schema=False)
    missing = [name for name in CROSSWALK if name not in frame.columns]
    if missing:
        raise RungError(f"{path.name}: column {', '.join(missing)} is missing; it has to have {', '.join(CROSSWALK)}")
    frame = frame.select(CROSSWALK)
    twice = frame.filter(frame.select("from_system", "from_level", "to_system").is_duplicated())
    if frame.null_count().sum_horizontal().item() or not twice.is_empty():
        raise RungError(f"{path.name}: every row needs four values, and a label leads to one label of a system only")
    return frame


def simulation_text(result: Simulation, names: Names | None = None) -> str:
    """Programs side by side by district, and what came through the crosswalk. `names` stand beside the ids."""
    named, place = names or Names(), ""
    lines = []
    for row in result.comparison.sort("program_id", "lea_id", "school_year").to_dicts():
        where = f"{named.program(row['program_id'])} in {named.district(row['lea_id'])}"
        if where != place:
            place = where
            lines += [
                place,
                f"  {'year':6}{'designees':>10}{'share':>8}{'cost':>18}{'a designee':>14}{'stability':>11}",
            ]
        cost = f"{row['cost']:,}" if row["cost"] is not None else row["cost_status"]
        each = f"{row['cost_per_designee']:,}" if row["cost_per_designee"] is not None else "-"
        share = "-" if row["share_of_teachers"] is None else f"{row['share_of_teachers']:.1%}"
        stable = "-" if row["stability"] is None else f"{row['stability']:.1%}"
        adopted = "adopted" if row["adopted"] else "simulated"
        lines.append(
            f"  {row['school_year']:<6}{row['designees']:>10,}{share:>8}{cost:>18}{each:>14}{stable:>11}  {adopted}"
        )
    through = int(result.crosswalked["ratings"].sum()) if result.crosswalked.height else 0
    lines.append(f"ratings read through the declared crosswalk: {through:,}")
    for program in result.unread:
        lines.append(
            f"{named.program(program)}: nobody here was rated under its rating system;"
            " declare a crosswalk (--crosswalk FILE)"
        )
    return "\n".join(lines)


def why_empty(result: Simulation) -> str:
    """Why a simulation has no row."""
    if result.unread:
        return f"nobody was rated under the rating system of {', '.join(result.unread)}; declare a crosswalk"
    return "nobody of these districts and years meets what it looks at"


def write_simulation(result: Simulation, folder: Path) -> list[Path]:
    """Write the frames as Parquet; returns their paths. Person-level rows are not written."""
    place = open_place(str(folder.resolve()), Path.cwd())
    frames: dict[str, pl.DataFrame] = {
        "program_comparison": result.comparison,
        "levels": result.levels,
        "crosswalked": result.crosswalked,
    }
    for name, frame in frames.items():
        write_parquet(place, f"{name}.parquet", frame, frame.columns)
    return [folder / f"{name}.parquet" for name in frames]


def simulation_data(result: Simulation) -> dict[str, Any]:
    """For `--json`."""
    return {
        "program_comparison": result.comparison.to_dicts(),
        "levels": result.levels.to_dicts(),
        "crosswalked": result.crosswalked.to_dicts(),
        "unread": list(result.unread),
    }
