"""`rung programs --plan FILE`: what an edited pack moves, before it is merged.

The pack in force and the edited one run over the same accepted rows, through the engine and the kept results of
`rung run`: the pack in force is read and not run again, and a run after the merge finds the edited one done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl

from contracts.keys import LEA_YEAR, PROGRAM
from contracts.marts.designation import Designation
from contracts.policy.packs import Pack
from contracts.policy.parameters import MetricParameters
from contracts.resolved.others import Rosters
from contracts.tables import designation_tables
from rung.core.errors import RungError
from rung.core.overlay import overlay_path
from rung.core.project import PROGRAMS
from rung.lake.accepted import accepted_tables
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace
from rung.marts.set_plan import SetPlan
from rung.marts.sets import designations
from rung.packs.load import load_pack, packs_of, read_districts
from rung.packs.names import Names
from transforms.s2_resolve.educators import lea_years
from transforms.s4_sustain.terms import in_force as in_force_years
from transforms.s5_marts.program_comparison import build_program_comparison

SIDES = ("before", "after")
MOST = 20  # lines of a list in the text; all are in the JSON
NO_LEVEL = "no level"
KEY = ("lea_id", "staff_id", "school_year")
TERMS = ("place", "leader", "leads", "roles", "position_units", "compliance", "certifies", "travels", "first_year")


@dataclass(frozen=True)
class Plan:
    """What an edit moves. People are counted by district, as `rung simulate` counts them; no person is in it.

    `edits`: place in the pack → (in force, edited). `levels`: school_year, level, before, after. `moves`: school_year,
    lea_id, level_before, level_after (null: no level), persons, those only whose level differs. `awards`: lea_id,
    school_year, persons who keep their level and get another amount. `districts`: lea_id, school_year, designees and
    dollars before and after, as in the mart program_comparison (null: not configured). `beyond`: what else the edit
    changes in marts, which only a run computes. `adopted`: whether any district runs the program.
    """

    pack: Pack
    is_new: bool
    adopted: bool
    edits: dict[str, tuple[Any, Any]]
    levels: pl.DataFrame
    moves: pl.DataFrame
    awards: pl.DataFrame
    districts: pl.DataFrame
    beyond: tuple[str, ...]


def plan_edit(work: Workspace, path: Path) -> Plan:
    """Raises RungError for a pack that is not sound, each error with its line; for the file that runs read; and where
    nothing has been accepted yet."""
    after = _edited(work, path)
    before = next((pack for pack in packs_of(work.settings) if pack.program_id == after.program_id), None)
    submissions = work.ledger.in_force(None)
    if not submissions:
        raise RungError("no submission has been accepted yet; run `rung intake` and read the receipts")
    reference = load_reference(work.reference)
    tables = accepted_tables(work.lake, submissions) | {n: f.lazy() for n, f in reference.tables.items()}

    def rows(pack: Pack | None) -> dy.LazyFrame[Designation]:
        packs = [pack] if pack else []
        return designations(SetPlan.of(work, submissions, reference, packs))

    was, will = rows(before), rows(after)
    read = designation_tables(tables)
    people = lea_years(read["roster"], read["districts"])
    adopted = in_force_years(read["program_adoption"], Rosters.cast(people.select(LEA_YEAR).unique()))
    parameters = MetricParameters.model_validate(work.settings.metrics)
    costs = [build_program_comparison(each, people, adopted, parameters).collect() for each in (was, will)]
    both = _side_by_side(was, will)
    ids = reference.tables["program_adoption"]["program_id"]
    return Plan(
        pack=after,
        is_new=before is None,
        adopted=after.program_id in ids.to_list(),
        edits=dict(_edits(before.model_dump(by_alias=True) if before else {}, after.model_dump(by_alias=True))),
        levels=_levels(both, after),
        moves=_counted(both.filter(_differs("level")), "school_year", "lea_id", "level_before", "level_after"),
        awards=_counted(both.filter(~_differs("level") & _differs("amount")), "lea_id", "school_year"),
        districts=_by_district(*costs),
        beyond=_beyond(before, after) if before else (),
    )


def _beyond(before: Pack, after: Pack) -> tuple[str, ...]:
    was, will = before.terms().model_dump(), after.terms().model_dump()
    tiers = [{level.id: level.tier for level in pack.levels} for pack in (before, after)]
    return (*(name for name in TERMS if was[name] != will[name]), *(["tiers"] if tiers[0] != tiers[1] else []))


def _edited(work: Workspace, path: Path) -> Pack:
    own = overlay_path(work.settings, "programs")
    for folder in (PROGRAMS, own):
        if folder and path.resolve() == (folder / path.name).resolve():
            raise RungError(
                f"{path}: this is the file that runs read, there is nothing to hold it against; put the edit"
                f" into a file of the same name in another folder, and the old text back here"
            )
    knobs = work.settings.programs.get(path.stem, {})
    return load_pack(path, knobs, True, read_districts(own).get(path.stem, {}) if own else {})


def _side_by_side(was: pl.LazyFrame, will: pl.LazyFrame) -> pl.DataFrame:
    """A row per KEY that either has: level and amount before and after."""
    columns = [*KEY, "level", "amount"]
    return (
        was.select(columns)
        .join(will.select(columns), on=KEY, how="full", coalesce=True, suffix="_after")
        .rename({"level": "level_before", "amount": "amount_before"})
        .collect()
    )


def _differs(name: str) -> pl.Expr:
    return pl.col(f"{name}_before").ne_missing(pl.col(f"{name}_after"))


def _counted(rows: pl.DataFrame, *by: str) -> pl.DataFrame:
    return rows.group_by(by).agg(pl.len().alias("persons")).sort(by, nulls_last=True)


def _levels(both: pl.DataFrame, pack: Pack) -> pl.DataFrame:
    """Persons by school year and level, lowest level first; a level that the edit takes away comes last."""
    rank = {level.id: place for place, level in enumerate(pack.levels)}
    sides = [
        both.filter(pl.col(f"level_{side}").is_not_null())
        .group_by("school_year", pl.col(f"level_{side}").alias("level"))
        .agg(pl.len().alias(side))
        for side in SIDES
    ]
    joined = sides[0].join(sides[1], on=["school_year", "level"], how="full", coalesce=True)
    order = pl.col("level").replace_strict(rank, default=len(rank), return_dtype=pl.Int32)
    return joined.with_columns(pl.col("before", "after").fill_null(0)).sort("school_year", order, "level")


def _by_district(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    key = [name for name in PROGRAM if name != "program_id"]
    sides = [
        each.select(*key, pl.col("designees", "cost", "cost_status").name.suffix(f"_{side}"))
        for each, side in ((before, "before"), (after, "after"))
    ]
    joined = sides[0].join(sides[1], on=key, how="full", coalesce=True)
    nobody = [
        pl.when(pl.col(f"designees_{side}").is_null()).then(0).otherwise(f"cost_{side}").alias(f"cost_{side}")
        for side in SIDES
    ]
    counts = pl.col("designees_before", "designees_after").fill_null(0)
    return joined.with_columns(nobody).with_columns(counts).sort(key)


def _edits(before: Any, after: Any, place: str = "") -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Each value that differs, with its place; parts of a list go by their id, or by their number."""
    if before == after:
        return
    sides = [_parts(before), _parts(after)]
    if not all(isinstance(side, Mapping) for side in sides):
        yield place, (before, after)
        return
    for name in dict.fromkeys([*sides[0], *sides[1]]):
        yield from _edits(sides[0].get(name), sides[1].get(name), f"{place}.{name}" if place else str(name))


def _parts(value: Any) -> Any:
    """A list of mappings as one mapping; nothing as an empty one; everything else as it is."""
    if value is None or (isinstance(value, list | tuple) and value and all(isinstance(v, Mapping) for v in value)):
        parts = value or ()
        ids = [str(part.get("id") or part.get("version") or part.get("rule_id") or n) for n, part in enumerate(parts)]
        return dict(zip(ids, parts, strict=True))
    return value


def plan_data(plan: Plan) -> dict[str, Any]:
    """For `--json`."""
    return {
        "program_id": plan.pack.program_id,
        "new": plan.is_new,
        "adopted": plan.adopted,
        "edits": [{"place": place, "before": was, "after": will} for place, (was, will) in plan.edits.items()],
        "levels": plan.levels.to_dicts(),
        "moves": plan.moves.to_dicts(),
        "awards": plan.awards.to_dicts(),
        "districts": plan.districts.to_dicts(),
        "beyond": list(plan.beyond),
    }


def plan_text(plan: Plan, names: Names) -> str:
    """What is edited; people by level; moves; dollars; districts. Years in which nothing moves are left out."""
    program = names.program(plan.pack.program_id)
    lines = [f"{program}: a new program" if plan.is_new else f"{program}: what is edited"]
    if not plan.is_new:
        lines += [f"  {place}: {_short(was)} -> {_short(will)}" for place, (was, will) in [*plan.edits.items()][:MOST]]
        lines += _rest(len(plan.edits))
    moved = _moved(plan)
    if not plan.adopted:
        lines.append(
            "no district runs it (reference table program_adoption), so nobody moves; what it would do everywhere is"
            " what `rung simulate` shows, with the file in the folder of `[overlay] programs`"
        )
    elif moved.is_empty():
        lines.append("nobody moves: no level, no award and no cost of any year differs")
    else:
        shown = pl.col("school_year").is_in(moved["school_year"].unique().to_list())
        lines += _people(plan, shown, names) + _dollars(plan.districts.filter(shown)) + _places(moved, names)
    if plan.beyond:
        lines.append(
            f"beyond this: {', '.join(plan.beyond)} differ, which decide who counts as a leader, how increments are"
            " shared and what compliance asks; only a run tells those marts"
        )
    return "\n".join(lines)


def _moved(plan: Plan) -> pl.DataFrame:
    """`districts` with `persons` who changed level or award, where anything differs."""
    changed = pl.concat([plan.moves.select("lea_id", "school_year", "persons"), plan.awards])
    people = changed.group_by("lea_id", "school_year").agg(pl.col("persons").sum())
    rows = plan.districts.join(people, on=["lea_id", "school_year"], how="full", coalesce=True)
    rows = rows.with_columns(pl.col("persons", "designees_before", "designees_after").fill_null(0))
    return rows.filter((pl.col("persons") > 0) | _differs("cost") | _differs("cost_status"))


def _short(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _rest(count: int) -> list[str]:
    return [f"  and {count - MOST} more, in --json"] if count > MOST else []


def _people(plan: Plan, shown: pl.Expr, names: Names) -> list[str]:
    name = plan.pack.program_id
    lines = ["", f"  {'year':6}{'people at level':44}{'now':>9}{'then':>9}{'change':>9}"]
    for year, level, was, will in plan.levels.filter(shown).iter_rows():
        lines.append(f"  {year:<6}{names.level(name, level)[:43]:44}{was:>9,}{will:>9,}{will - was:>+9,}")
    moves = plan.moves.group_by("school_year", "level_before", "level_after").agg(pl.col("persons").sum())
    moves = moves.sort("school_year", "level_before", "level_after", nulls_last=True)
    lines += ["", f"  {'year':6}{'moves':62}{'people':>9}"] if moves.height else []
    for year, was, will, persons in moves.iter_rows():
        lines.append(f"  {year:<6}{f'{was or NO_LEVEL} -> {will or NO_LEVEL}':62}{persons:>9,}")
    awards = plan.awards.group_by("school_year").agg(pl.col("persons").sum()).sort("school_year")
    lines += ["", f"  {'year':6}{'awards':62}{'people':>9}"] if awards.height else []
    for year, persons in awards.iter_rows():
        lines.append(f"  {year:<6}{'same level, another award':62}{persons:>9,}")
    return lines


def _dollars(districts: pl.DataFrame) -> list[str]:
    lines = ["", f"  {'year':6}{'awards with benefits, $':26}{'now':>16}{'then':>16}{'change':>16}"]
    for (year,), rows in districts.sort("school_year").group_by("school_year", maintain_order=True):
        was, will = (_sum(rows[f"cost_{side}"].to_list()) for side in SIDES)
        lines.append(f"  {year!s:6}{'':26}{_money(was)}{_money(will)}{_money(_minus(was, will))}")
    return lines


def _places(moved: pl.DataFrame, names: Names) -> list[str]:
    """Districts of the latest year in which something moves, the most dollars first, then the most people."""
    latest = moved.filter(pl.col("school_year") == pl.col("school_year").max())
    dollars = (pl.col("cost_after") - pl.col("cost_before")).abs()
    rows = latest.sort(dollars, "persons", descending=True, nulls_last=True, maintain_order=True).to_dicts()
    year = rows[0]["school_year"]
    lines = ["", f"  {year}, by district{'':27}{'designees now':>14}{'then':>8}{'people changed':>16}{'dollars':>16}"]
    for row in rows[:MOST]:
        change = _money(_minus(row["cost_before"], row["cost_after"]))
        counts = f"{row['designees_before']:>14,}{row['designees_after']:>8,}{row['persons']:>16,}"
        lines.append(f"  {names.district(row['lea_id'])[:43]:44}{counts}{change}")
    return lines + _rest(len(rows))


def _sum(values: list[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if len(known) == len(values) else None


def _minus(was: Decimal | None, will: Decimal | None) -> Decimal | None:
    return None if was is None or will is None else will - was


def _money(value: Decimal | None) -> str:
    return f"{'not configured' if value is None else f'{value:,.0f}':>16}"
