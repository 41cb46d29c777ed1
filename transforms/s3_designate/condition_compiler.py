"""Turns a pack's conditions into columns of its grid (one row per lea_id x staff_id x school_year).

A condition's column is three-valued: true, false, or null where data or a knob that could decide it is missing; `all`,
`any`, `not` and `k_of` combine as in Kleene's logic, so one false part makes `all` false (MARTS 5.S8).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce

import polars as pl

from contracts.policy.conditions import (
    AttributeTest,
    Condition,
    EventTest,
    HoldsRole,
    KnobIs,
    KOf,
    LastRatings,
    LatestWithin,
    MeanOfYears,
    Number,
    RatingTest,
    SchoolTest,
    ScoreTest,
    many,
)
from contracts.policy.packs import Pack
from transforms.s3_designate import rating_conditions
from transforms.s3_designate.attributes import MAKERS, PERSON
from transforms.s3_designate.event_conditions import event_holds, event_keys
from transforms.s3_designate.evidence import KEY, Evidence

Read = tuple[pl.Expr, tuple[pl.Expr, ...]]  # a Boolean expression, and the years that are its evidence
UNKNOWN = rating_conditions.UNKNOWN
SCHOOL = ("poverty_percent", "low_performing", "need_points", "title_i", "rural", "partner_lists")


@dataclass(frozen=True)
class CompiledCondition:
    """A condition as a column (null = unknown), and the expressions whose years are its evidence (null = none)."""

    column: str
    years: tuple[pl.Expr, ...] = ()


@dataclass
class ConditionCompiler:
    """Adds columns to `panel` as conditions ask for them; the same source is joined once."""

    evidence: Evidence
    pack: Pack
    panel: pl.LazyFrame
    years: pl.LazyFrame  # the grid's keys alone: joining the grid to itself would double the plan each time
    joined: set[str] = field(default_factory=set)
    known: dict[Condition, CompiledCondition] = field(default_factory=dict)
    count: int = 0

    def read(self, condition: Condition) -> CompiledCondition:
        """Add the condition as a column of the grid."""
        if condition in self.known:
            return self.known[condition]
        expr, years = getattr(self, f"_{condition.kind.rstrip('_')}")(getattr(condition, condition.kind))
        self.known[condition] = self._keep(expr, years)
        return self.known[condition]

    def _keep(self, expr: pl.Expr, years: tuple[pl.Expr, ...]) -> CompiledCondition:
        self.count += 1
        column = f"c{self.count}"
        self.panel = self.panel.with_columns(expr.alias(column))
        return CompiledCondition(column, tuple(pl.when(pl.col(column)).then(year) for year in years))

    def _attach(self, frame: pl.LazyFrame, keys: list[str], **named: str) -> None:
        """Left-join columns of `frame` under new names."""
        columns = [pl.col(old).alias(new) for new, old in named.items()]
        self.panel = self.panel.join(frame.select(*keys, *columns), on=keys, how="left", maintain_order="left")

    # --- ratings --------------------------------------------------------------------------------------------------
    def ratings(self, system: str | None, lea: str, lag: int) -> str:
        """Join one year's rating; returns the prefix of its columns."""
        system = system or self.pack.rating_system
        prefix = f"{system}_{lea}_{lag}_"
        if prefix not in self.joined:
            self.joined.add(prefix)
            frame = rating_conditions.ratings_of(self.evidence, system, lea).with_columns(
                pl.col("school_year") + pl.lit(lag, pl.Int16)
            )
            self._attach(
                frame, rating_conditions.rating_keys(lea), **{prefix + name: name for name in rating_conditions.VALUES}
            )
        return prefix

    def _rating(self, test: RatingTest) -> Read:
        prefix = self.ratings(test.system, test.lea, test.lag)
        if test.gap is not None:
            return self._is_gap(test, prefix) == test.gap, ()
        return rating_conditions.rating_holds(test, self.pack, prefix), (_back(test.lag),)

    def _is_gap(self, test: RatingTest, prefix: str) -> pl.Expr:
        system = test.system or self.pack.rating_system
        gap_lf = self.evidence.gaps.filter(pl.col("rating_system") == system).select(
            pl.col("school_year") + pl.lit(test.lag, pl.Int16), **{f"{prefix}gap": pl.lit(True)}
        )
        self.panel = self.panel.join(gap_lf, on="school_year", how="left", maintain_order="left")
        return pl.col(f"{prefix}gap").fill_null(False) & pl.col(f"{prefix}band").is_null()

    def _score_at_least(self, test: ScoreTest) -> Read:
        prefix = self.ratings(test.system, test.lea, test.lag)
        return rating_conditions.score_holds(test, self.pack, prefix), (_back(test.lag),)

    def _latest_within(self, test: LatestWithin) -> Read:
        frame = rating_conditions.newest(self.evidence, self.pack, test, self.years)
        passes, seen = self._new("passes"), self._new("seen")
        self._attach(frame, rating_conditions.rating_keys(test.lea), **{passes: "passes", seen: "seen"})
        return pl.col(passes), (pl.col(seen),)

    def _all_of_last(self, test: LastRatings) -> Read:
        return self._k_of_last_n(test.model_copy(update={"k": test.n}))

    def _k_of_last_n(self, test: LastRatings) -> Read:
        frame = rating_conditions.last_ratings(self.evidence, self.pack, test, self.years)
        passes, seen = self._new("passes"), self._new("seen")
        self._attach(frame, rating_conditions.rating_keys(test.lea), **{passes: "passes", seen: "seen"})
        years = tuple(pl.col(seen).list.get(i, null_on_oob=True) for i in range(test.n))
        return pl.col(passes), years

    def _mean_of_years(self, test: MeanOfYears) -> Read:
        passes = self._new("passes")
        self._attach(rating_conditions.mean_of_years(self.evidence, self.pack, test), KEY, **{passes: "passes"})
        return pl.col(passes).fill_null(False), tuple(_back(i) for i in range(test.years))

    # --- events, roles, people, schools ---------------------------------------------------------------------------
    def _event(self, test: EventTest) -> Read:
        seen = self._new("seen")
        keys = KEY if test.issuers is not None else event_keys(test)
        self._attach(event_holds(self.evidence, self.pack, test, self.years), keys, **{seen: "seen"})
        found = pl.col(seen).is_not_null()
        if test.quantity_at_least is not None:  # an event whose quantity is not given, or not known to be enough
            open_seen = self._new("open")
            maybe_lf = event_holds(self.evidence, self.pack, test, self.years, undecided=True)
            self._attach(maybe_lf, keys, **{open_seen: "seen"})
            found = pl.when(found | pl.col(open_seen).is_null()).then(found)
        return found, (pl.col(seen),)

    def _holds_role(self, test: HoldsRole) -> Read:
        roles_lf = self.evidence.roles if test.touched else self.evidence.roles.filter("is_held")
        if test.codes:
            roles_lf = roles_lf.filter(pl.col("role_code").is_in(list(many(test.codes))))
        name = self._new("role")
        self.panel = self.panel.join(
            roles_lf.select(KEY).unique().with_columns(**{name: pl.lit(True)}), on=KEY, how="left"
        )
        return pl.col(name).fill_null(False), (_back(0),)

    def attribute(self, name: str) -> None:
        """Make the column if it is not there yet."""
        if name in MAKERS and name not in self.joined:
            self.joined.add(name)
            self.panel = MAKERS[name](self.evidence, self.pack, self.panel)

    def _attribute(self, test: AttributeTest) -> Read:
        self.attribute(test.column)
        column = pl.col(test.column)
        if test.missing:
            return column.is_null(), ()
        parts = []
        if test.is_ is not None:
            parts.append(column == test.is_)
        if test.among is not None:
            parts.append(column.is_in(list(many(test.among))))
        parts += self._bounded(column, test.at_least, pl.Expr.ge) + self._bounded(column, test.at_most, pl.Expr.le)
        parts += self._bounded(column, test.below, pl.Expr.lt)
        return pl.all_horizontal(parts or [column.is_not_null()]), ()

    def _bounded(
        self, column: pl.Expr, bound: Number | None, compare: Callable[[pl.Expr, float], pl.Expr]
    ) -> list[pl.Expr]:
        if bound is None:
            return []
        value = self.pack.number(bound)
        return [UNKNOWN if value is None else compare(column, value)]

    def school(self) -> None:
        """Join the school of record's columns of t."""
        if "school" not in self.joined:
            self.joined.add("school")
            named = {name: name for name in SCHOOL}
            self._attach(self.evidence.schools, ["school_id", "school_year"], **named)

    def _school(self, test: SchoolTest) -> Read:
        self.school()
        if test.on_list is not None:
            names = pl.col("partner_lists").str.split(";").list.eval(pl.element().str.strip_chars())
            return names.list.contains(test.on_list), (_back(0),)
        column = pl.col(str(test.column))
        parts = [] if test.is_ is None else [column == test.is_]
        parts += self._bounded(column, test.at_least, pl.Expr.ge) + self._bounded(column, test.below, pl.Expr.lt)
        return pl.all_horizontal(parts or [column.is_not_null()]), ()

    # --- knobs and combinations -----------------------------------------------------------------------------------
    def _not_set(self, name: str) -> Read:
        return pl.lit(self.pack.knob(name) is None), ()

    def _knob_is(self, test: KnobIs) -> Read:
        return pl.lit(self.pack.knob(test.name) == test.value), ()

    def _last_year(self, condition: Condition) -> Read:
        """By the row before: the grid is sorted by its key, and every join keeps its order."""
        inner = pl.col(self.read(condition).column)
        same = pl.all_horizontal([pl.col(name) == pl.col(name).shift(1) for name in PERSON])
        year = pl.col("school_year").shift(1)
        there = (same & (year == pl.col("school_year") - 1)).fill_null(False)
        return inner.shift(1) & there, (_back(1),)

    def _here_since(self, condition: Condition) -> Read:
        """Also years before the program ran count: the grid has every year on the district's rosters."""
        held = pl.col(self.read(condition).column)
        self.attribute("same_school")
        stay, seen = self._new("stay"), self._new("seen")
        begins = (~pl.col("same_school")).cast(pl.Int32)
        self.panel = self.panel.with_columns(begins.cum_sum().alias(stay)).with_columns(
            pl.when(held).then("school_year").forward_fill().over(stay, order_by="school_year").alias(seen)
        )
        return pl.col(seen).is_not_null(), (pl.col(seen),)

    def _all(self, parts: tuple[Condition, ...]) -> Read:
        seen = [self.read(part) for part in parts]
        return pl.all_horizontal([part.column for part in seen]), _years(seen)

    def _any(self, parts: tuple[Condition, ...]) -> Read:
        seen = [self.read(part) for part in parts]
        return pl.any_horizontal([part.column for part in seen]), _years(seen)

    def _k_of(self, test: KOf) -> Read:
        seen = [self.read(part) for part in test.of]
        columns = [pl.col(part.column) for part in seen]
        surely = pl.sum_horizontal([column.fill_null(False).cast(pl.Int32) for column in columns])
        perhaps = pl.sum_horizontal([column.fill_null(True).cast(pl.Int32) for column in columns])
        return rating_conditions.at_least_k(surely, perhaps, test.k), _years(seen)

    def _not(self, condition: Condition) -> Read:
        return ~pl.col(self.read(condition).column), ()

    def _unknown(self, condition: Condition) -> Read:
        return pl.col(self.read(condition).column).is_null(), ()

    def _new(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"


def _back(lag: int) -> pl.Expr:
    return pl.col("school_year") - pl.lit(lag, pl.Int16)


def _years(seen: list[CompiledCondition]) -> tuple[pl.Expr, ...]:
    return reduce(lambda years, part: years + part.years, seen, ())
