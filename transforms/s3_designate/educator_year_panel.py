"""One pack's grid: educator-years of its LEAs, each input's case, the facts its reasons quote, the year's symbol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from contracts.policy.conditions import Condition, EventTest
from contracts.policy.packs import BankUnits, Fact, Pack
from transforms.adoption import reaches
from transforms.s3_designate.condition_compiler import CompiledCondition, ConditionCompiler
from transforms.s3_designate.event_conditions import event_keys, events_of
from transforms.s3_designate.evidence import KEY, Evidence
from transforms.s3_designate.state_space import FIRST, OFF, StateSpace

NO_CASE = 255


@dataclass(frozen=True)
class EducatorYearPanel:
    """`frame`: one row per lea_id x staff_id x school_year, sorted by person (`person` is its number) and year.

    Columns: those of the educator-year, `in_force`, `i_<input>` (number of the case), `f_<fact>`, `units`, `person`,
    `symbol`. `in_force` has the LEAs and years in which the program is in force, whoever is there. `years_of` gives,
    for each input and case, the expressions whose years are its evidence.
    """

    frame: pl.DataFrame
    in_force: pl.DataFrame
    years_of: Mapping[tuple[str, str], tuple[pl.Expr, ...]]


def build_panel(evidence: Evidence, pack: Pack, space: StateSpace) -> EducatorYearPanel | None:
    """The panel, or None where no LEA ever adopted the program or none that did has a roster."""
    adopted_lf = adopted_years(evidence, pack)
    leas_lf = adopted_lf.select("lea_id").unique()
    if leas_lf.collect().is_empty():
        return None
    people_lf = evidence.educators.join(leas_lf, on="lea_id", how="semi")
    if pack.rows == "everywhere":  # whoever was ever in an adopting LEA, wherever they go
        ever_lf = people_lf.select("staff_id").unique()
        people_lf = evidence.educators.join(ever_lf, on="staff_id", how="semi")
    people_lf = people_lf.join(
        adopted_lf, on=["lea_id", "school_year"], how="left", maintain_order="left"
    ).with_columns(pl.col("in_force").fill_null(False))
    people = people_lf.sort(KEY).collect()  # joins keep this order
    if people.is_empty():  # adopting districts, none of which has sent a roster yet
        return None
    people_lf = people.lazy()
    compiler = ConditionCompiler(evidence.about(people_lf), pack, people_lf, years=people_lf.select(KEY))
    years_of: dict[tuple[str, str], tuple[pl.Expr, ...]] = {}
    for name, cases in pack.inputs.items():
        seen = {case: compiler.read(condition) for case, condition in cases.items()}
        years_of |= {(name, case): part.years for case, part in seen.items()}
        compiler.panel = compiler.panel.with_columns(_case_number(list(seen.values())).alias(f"i_{name}"))
    for name, fact in pack.facts.items():
        _add_fact(compiler, f"f_{name}", fact)
    if pack.bank:
        _add_units(compiler, pack.bank.units)
    if pack.scope == "state":
        compiler.attribute("of_record")
        if any(pay.award_lea_only for pay in pack.pay):
            compiler.attribute("paid_here")
        _add_own_event(compiler)
    person = ["lea_id", "staff_id"] if pack.scope == "lea" else ["staff_id"]
    frame = compiler.panel.select(_needed(compiler, years_of)).sort(*person, "school_year", "lea_id").collect()
    frame = frame.with_columns(person=pl.struct(person).rle_id().cast(pl.Int32), symbol=_symbol(pack, space))
    return EducatorYearPanel(frame, adopted_lf.select("lea_id", "school_year").collect(), years_of)


def _needed(compiler: ConditionCompiler, years_of: Mapping[tuple[str, str], tuple[pl.Expr, ...]]) -> list[str]:
    """Columns that later steps read; the many that conditions were made of stay out of memory."""
    quoted = {root for years in years_of.values() for year in years for root in year.meta.root_names()}
    fixed = {*KEY, "school_id", "is_teacher", "fte", "years_experience", "in_force"}
    fixed |= {"of_record", "paid_here", "own_event", "units"}
    names = compiler.panel.collect_schema().names()
    return [name for name in names if name in fixed | quoted or name.startswith(("i_", "f_"))]


def adopted_years(evidence: Evidence, pack: Pack) -> pl.LazyFrame:
    """One row per LEA and school year in which the program is in force there: adopted, and some version holds."""
    years_lf = evidence.rosters.select("school_year").unique()
    return (
        evidence.adoption.filter(pl.col("program_id") == pack.program_id)
        .join(years_lf, how="cross")
        .filter(reaches() & _some_version(pack))
        .select("lea_id", "school_year", in_force=pl.lit(True))
        .unique()
    )


def _case_number(seen: list[CompiledCondition]) -> pl.Expr:
    """Number of the first case that holds; 0 = none."""
    number = pl.lit(0, pl.UInt8)
    for place, part in reversed(list(enumerate(seen, start=1))):
        number = pl.when(pl.col(part.column)).then(pl.lit(place, pl.UInt8)).otherwise(number)
    return number


def _symbol(pack: Pack, space: StateSpace) -> pl.Expr:
    """The symbol of each grid row by itself."""
    total = pl.col("is_teacher").cast(pl.Int32) * space.strides["presence"] + FIRST
    for name in pack.inputs:
        total = total + pl.col(f"i_{name}").cast(pl.Int32) * space.strides[name]
    counts = pl.col("in_force") if pack.rows == "adopting" else _some_version(pack)
    return pl.when(counts).then(total).otherwise(OFF).cast(pl.Int32)


def _some_version(pack: Pack) -> pl.Expr:
    year = pl.col("school_year")
    return pl.any_horizontal([year.is_between(pack.begins(v), v.to_year or 9999) for v in pack.versions])


def _add_fact(compiler: ConditionCompiler, name: str, fact: Fact) -> None:
    """A column that reasons and amounts quote."""
    if fact.attribute is not None:
        compiler.attribute(fact.attribute)
        compiler.panel = compiler.panel.with_columns(pl.col(fact.attribute).alias(name))
    elif fact.school is not None:
        compiler.school()
        compiler.panel = compiler.panel.with_columns(pl.col(fact.school).alias(name))
    elif fact.rating is not None:
        prefix = compiler.ratings(None, "own", fact.lag)
        value = pl.col(prefix + fact.rating)
        if fact.rating == "rating_reason":
            value = pl.when(pl.col(f"{prefix}band").is_null()).then(value.fill_null("absent"))
        compiler.panel = compiler.panel.with_columns(value.alias(name))
    elif fact.event is not None:
        keys = event_keys(fact.event)
        events_lf = events_of(compiler.evidence, compiler.pack, fact.event)
        codes = pl.col("event_code")
        values = {
            "quantity": pl.col("quantity").max(),
            "codes": codes.n_unique(),
            "code": codes.unique().sort().str.join(", "),
        }
        if fact.event.within == "ever":
            asked_lf = compiler.years.select(keys).unique()
            events_lf = asked_lf.join(
                events_lf.select(*keys[:-1], "event_code", "quantity", on="school_year"), on=keys[:-1]
            )
            events_lf = events_lf.filter(pl.col("on") <= pl.col("school_year"))
        else:
            events_lf = events_lf.with_columns(pl.col("school_year") + pl.lit(fact.event.lag, pl.Int16))
        value_lf = events_lf.group_by(keys).agg(values[fact.value].alias(name))
        compiler.panel = compiler.panel.join(value_lf, on=keys, how="left", maintain_order="left")


def _add_own_event(compiler: ConditionCompiler) -> None:
    """`own_event`: the LEA itself sent an event of t of a kind that the pack reads (its evidence wins, MARTS 5)."""
    kinds = {test.type for cases in compiler.pack.inputs.values() for test in _event_tests(tuple(cases.values()))}
    own_lf = compiler.evidence.events.filter(pl.col("event_type").is_in(sorted(kinds))).select(KEY).unique()
    compiler.panel = compiler.panel.join(
        own_lf.with_columns(own_event=pl.lit(True)), on=KEY, how="left", maintain_order="left"
    ).with_columns(pl.col("own_event").fill_null(False))


def _event_tests(conditions: tuple[Condition, ...]) -> list[EventTest]:
    own = [condition.event for condition in conditions if condition.event]
    return own + [test for condition in conditions for test in _event_tests(condition.children())]


def _add_units(compiler: ConditionCompiler, units: BankUnits) -> None:
    """The year's points: by the case of an input, plus what events say."""
    names = list(compiler.pack.inputs[units.input])
    number = pl.col(f"i_{units.input}")
    total = pl.sum_horizontal(
        [pl.when(number == names.index(case) + 1).then(value).otherwise(0.0) for case, value in units.by_case.items()]
    )
    if units.event is not None:
        keys = event_keys(units.event)
        earned_lf = events_of(compiler.evidence, compiler.pack, units.event)
        compiler.panel = compiler.panel.join(
            earned_lf.group_by(keys).agg(units_of_events=pl.col("quantity").sum()), on=keys, how="left"
        )
        total = total + pl.col("units_of_events").fill_null(0.0)
    compiler.panel = compiler.panel.with_columns(units=total)


__all__ = ["KEY", "NO_CASE", "EducatorYearPanel", "adopted_years", "build_panel"]
