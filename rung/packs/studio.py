"""What `rung studio` puts into its page: a program under every setting of its rules, as counts of the whole state.

The automaton runs here, once for each setting, over every district's own history as `rung simulate` runs it. The page
holds the results (persons by year and level, moves between levels, sums of awards) and no person; it looks the setting
up and computes money and the ten years to come from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import polars as pl

from contracts.policy.conditions import AttributeTest, KnobRef, MeanOfYears, PackPart, RatingTest, ScoreTest
from contracts.policy.packs import Pack
from contracts.policy.parameters import MetricParameters
from contracts.tables import designation_tables
from rung.core.errors import RungError
from rung.packs.simulate import as_if_adopted
from transforms.money import cents
from transforms.s3_designate.evidence import Evidence, materialize
from transforms.s3_designate.run import by_variant, designate

MOST_SETTINGS = 96  # an engine run each; what does not fit keeps today's value, and the page says so
Value = float | str | bool


@dataclass(frozen=True)
class Axis:
    """One thing of the rules that the page can move.

    `kind`: cut (all bounds on a score, by a factor), least (a bound on an attribute, by a difference), knob, years (a
    run of years), term. `today`: the place of the value in force.
    """

    kind: str
    name: str
    title: str
    values: tuple[Value, ...]
    today: int


def axes(pack: Pack) -> tuple[list[Axis], list[str]]:
    """What of the pack's rules can be moved, and what cannot and why; amounts are moved by the page itself."""
    asked = _knobs_in([*pack.inputs.values(), *pack.memory.values()])
    found = _bounds(pack)
    fixed: list[str] = []
    for name, knob in pack.knobs.items():
        value = pack.knob(name)
        if name not in asked:
            continue
        if value is None:
            fixed.append(f"{knob.meaning}: not configured ({name})")
        elif knob.choices:
            found.append(Axis("knob", name, knob.meaning, knob.choices, knob.choices.index(str(value))))
        elif isinstance(value, bool):
            found.append(Axis("knob", name, knob.meaning, (False, True), int(value)))
        elif isinstance(value, float | int):
            values = tuple(round(float(value) * factor, 6) for factor in (0.8, 0.9, 1.0, 1.1, 1.2))
            found.append(Axis("knob", name, knob.meaning, values, 2))
        else:
            fixed.append(f"{knob.meaning}: a list, which no slider moves ({name})")
    for name, memory in pack.memory.items():
        if (run := memory.consecutive) is not None:
            values = tuple(float(n) for n in range(max(1, run.n - 1), run.n + 2))
            asks = f"Years in a row of {run.input.replace('_', ' ')} ({name})"
            found.append(Axis("years", name, asks, values, values.index(float(run.n))))
    if pack.term is not None:
        values = tuple(float(n) for n in range(max(1, pack.term - 1), pack.term + 2))
        found.append(Axis("term", "term", "Years a level lasts", values, values.index(float(pack.term))))
    kept, size = list[Axis](), 1
    for axis in found:
        few = Axis(axis.kind, axis.name, axis.title, (axis.values[0], axis.values[axis.today], axis.values[-1]), 1)
        fits = [each for each in (axis, few) if size * len(each.values) <= MOST_SETTINGS]
        if fits:
            kept.append(fits[0])
            size *= len(fits[0].values)
        else:
            fixed.append(f"{axis.title}: kept as it is, as more settings would take too long")
    return kept, fixed


def _bounds(pack: Pack) -> list[Axis]:
    """An axis for each score and attribute that some input bounds from below by a number."""
    scores, attributes = set[str](), set[str]()
    for part in _parts([*pack.inputs.values()]):
        if isinstance(part, RatingTest | ScoreTest | MeanOfYears) and _bounded(part):
            scores.add(str(part.column))
        if isinstance(part, AttributeTest) and isinstance(part.at_least, float):
            (attributes if part.at_least >= 2 else scores).add(str(part.column))
    factors, steps = (0.9, 0.95, 1.0, 1.05, 1.1), (-1.0, 0.0, 1.0)
    cuts = [Axis("cut", name, f"Cuts on {name.replace('_', ' ')}", factors, 2) for name in sorted(scores)]
    return cuts + [Axis("least", name, f"Least {name.replace('_', ' ')}", steps, 1) for name in sorted(attributes)]


def _bounded(part: RatingTest | ScoreTest | MeanOfYears) -> bool:
    bounds = (part.mean, part.floor) if isinstance(part, MeanOfYears) else (part.at_least,)
    return part.column is not None and any(isinstance(bound, float) for bound in bounds)


def _moved(part: Any, axis: Axis, value: float) -> Any:
    """The part of a pack with the bounds of the axis moved."""
    if isinstance(part, Mapping):
        return {name: _moved(each, axis, value) for name, each in part.items()}
    if isinstance(part, list | tuple):
        return type(part)(_moved(each, axis, value) for each in part)
    if not isinstance(part, PackPart):
        return part
    update = {name: _moved(getattr(part, name), axis, value) for name in part.model_fields_set}
    if isinstance(part, RatingTest | ScoreTest | MeanOfYears | AttributeTest) and part.column == axis.name:
        for name in ("at_least", "below", "mean", "floor"):
            if isinstance(bound := getattr(part, name, None), float):
                update[name] = round(bound * value, 6) if axis.kind == "cut" else bound + value
    return part.model_copy(update=update)


def _parts(tree: Any) -> Iterator[PackPart]:
    """Every part of a pack below this one."""
    if isinstance(tree, Mapping):
        tree = list(tree.values())
    if isinstance(tree, list | tuple):
        for each in tree:
            yield from _parts(each)
    if isinstance(tree, PackPart):
        yield tree
        yield from _parts([getattr(tree, name) for name in tree.model_fields_set])


def _knobs_in(tree: Any) -> set[str]:
    """Names of the knobs that inputs and memories refer to."""
    return {part.knob for part in _parts(tree) if isinstance(part, KnobRef)}


def set_to(pack: Pack, chosen: Iterable[tuple[Axis, Value]]) -> Pack:
    """The pack with these values; every district has them, also those with knobs of their own."""
    settings, memory, update = dict(pack.settings), dict(pack.memory), dict[str, Any]()
    for axis, value in chosen:
        if value == axis.values[axis.today]:
            continue
        if axis.kind in ("cut", "least"):
            update["inputs"] = _moved(update.get("inputs", pack.inputs), axis, float(value))
        elif axis.kind == "knob":
            settings[axis.name] = value
            update["districts"] = {
                lea_id: {name: own for name, own in values.items() if name != axis.name}
                for lea_id, values in pack.districts.items()
            }
        elif axis.kind == "years":
            run = memory[axis.name].consecutive
            assert run is not None
            memory[axis.name] = memory[axis.name].model_copy(
                update={"consecutive": run.model_copy(update={"n": int(value)})}
            )
        else:
            update["term"] = int(value)
    return pack.model_copy(update={**update, "settings": settings, "memory": memory})


def studio_data(tables: Mapping[str, pl.LazyFrame], pack: Pack, parameters: MetricParameters) -> dict[str, Any]:
    """Everything the page of one program needs, as JSON. Raises RungError where nobody has a row under today's rules.

    `settings`: by the places of the values on the axes, joined by `-`. Counts are persons of the whole state; one
    person in two districts counts in each, as in `rung simulate`. Sums are dollars without benefits.
    """
    evidence = materialize(**designation_tables(as_if_adopted(tables, [pack])))
    moved, fixed = axes(pack)
    today = _rows(evidence, pack)
    if today is None:
        raise RungError(f"{pack.program_id}: nobody has a row under today's rules; the studio has nothing to move")
    settings = {}
    for places in product(*(range(len(axis.values)) for axis in moved)):
        chosen = [(axis, axis.values[place]) for axis, place in zip(moved, places, strict=True)]
        rows = today if places == tuple(a.today for a in moved) else _rows(evidence, set_to(pack, chosen))
        settings["-".join(map(str, places))] = _counted(rows, today)
    tiers = {level.id: level.tier for level in pack.levels}
    return {
        "program": pack.program_id,
        "title": pack.title,
        "summary": pack.summary,
        "levels": [{"id": level.id, "title": level.title, "tier": tiers[level.id]} for level in pack.levels],
        "axes": [{"title": a.title, "values": [_text(a, v) for v in a.values], "today": a.today} for a in moved],
        "fixed": fixed,
        "load": parameters.loads.marginal,
        "years": sorted(today["school_year"].unique().to_list()),
        "settings": settings,
    }


def _text(axis: Axis, value: Value) -> str:
    if axis.kind == "cut":
        return f"{100 * (float(value) - 1):+.0f} %"
    if axis.kind == "least":
        return f"{float(value):+.0f}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else value.replace("_", " ")


def _rows(evidence: Evidence, pack: Pack) -> pl.DataFrame | None:
    """Designation rows of the pack, each of its districts as it runs it."""
    parts = [designate(part, each) for each, part in by_variant(evidence, pack)]
    known = [part for part in parts if part is not None]
    return pl.concat(known) if known else None


def _counted(rows: pl.DataFrame | None, today: pl.DataFrame) -> dict[str, Any]:
    """One setting: persons and award sums by year and level, moves between years, and who changed against today."""
    empty = today.clear() if rows is None else rows
    held = empty.filter(pl.col("level").is_not_null())
    by_level = held.group_by("school_year", "level").agg(
        pl.len().alias("persons"),
        pl.col("amount").pipe(cents).sum().alias("cents"),
        pl.col("amount").is_null().sum().alias("unpriced"),
    )
    return {
        "held": _nested(by_level.sort("school_year", "level")),
        "moves": list(_moves(empty)),
        "changed": list(_changed(empty, today)),
    }


def _nested(rows: pl.DataFrame) -> dict[str, dict[str, list[int]]]:
    found: dict[str, dict[str, list[int]]] = {}
    for year, level, *numbers in rows.iter_rows():
        found.setdefault(str(year), {})[level] = numbers
    return found


def _moves(rows: pl.DataFrame) -> Iterator[tuple[str | None, str | None, int]]:
    """(level, level a year later, persons), pooled over the years that have a year before; null: no level, or gone."""
    key = ["lea_id", "staff_id", "school_year"]
    now = rows.select(*key, to="level")
    before = rows.select(*key[:2], (pl.col("school_year") + 1).cast(pl.Int16).alias("school_year"), start="level")
    years = now["school_year"].unique().to_list()
    pairs = before.filter(pl.col("school_year").is_in(years)).join(now, on=key, how="full", coalesce=True)
    pairs = pairs.filter((pl.col("school_year") - 1).is_in(years))
    counted = pairs.group_by("start", "to").len().filter(pl.col("start").is_not_null() | pl.col("to").is_not_null())
    yield from counted.sort("start", "to", nulls_last=True).iter_rows()


def _changed(rows: pl.DataFrame, today: pl.DataFrame) -> Iterator[tuple[str | None, str | None, int]]:
    """(level today, level under the setting, persons) in the latest year, where they differ."""
    last = today["school_year"].max()
    key = ["lea_id", "staff_id"]
    latest = pl.col("school_year") == last
    both = (
        today.filter(latest)
        .select(*key, now="level")
        .join(rows.filter(latest).select(*key, then="level"), on=key, how="full", coalesce=True)
    )
    differ = both.filter(pl.col("now").ne_missing(pl.col("then")))
    yield from differ.group_by("now", "then").len().sort("now", "then", nulls_last=True).iter_rows()
