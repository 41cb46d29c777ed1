"""What a column's cells speak for: dates, amounts, names, and the tables and vocabularies in which they are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import dataframely as dy
import polars as pl

from contracts.extracts import EXTRACTS
from rung.lake.reference import ReferenceTables
from rung.layouts.known_names import FULL_NAME, NOT_READ, PAY, UNSURE
from transforms.s1_conform.decode import Table, fold
from transforms.s1_conform.parse.cell_text import looks_like_ssn
from transforms.s1_conform.parse.days import orders

# Shares of a column's filled cells. Below MOST a column is not of a kind; from FOUND on it is taken from a table.
MOST, FOUND = 0.8, 0.95
# More different values are no vocabulary.
MANY_VALUES = 5000
IDENTIFIERS = ("staff_id", "school_id", "position_id", "license_id", "evaluator_staff_id", "supervisor_staff_id")
_DATE = (
    r"^(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})|(19|20)\d{6}|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}"
    r"|[A-Za-z]{3,9} \d{1,2},? \d{4})([ T].*)?$"
)
_NUMBER = r"^\(?[-+]?\$? ?[\d,]*\.?\d+\)?-?%?$"


@dataclass(frozen=True)
class ColumnFacts:
    """One column: shares of its filled cells that are dates, numbers, text with letters, Social Security numbers.

    `order`: of day and month, as `orders` tells it. `values`: its different values, where they are few.
    """

    filled: int
    empty: int
    dates: float
    numbers: float
    letters: float
    commas: float
    ssns: float
    short_years: float
    greatest: float | None
    order: str
    values: tuple[str, ...]


def column_facts(table: Table) -> dict[str, ColumnFacts]:
    """The facts of every column of a table, by the district's name."""
    return {name: _facts(table.column(name).str.strip_chars()) for name in table.header}


def _facts(cells: pl.Series) -> ColumnFacts:
    filled = cells.filter(cells.is_not_null() & (cells != ""))
    frame = filled.to_frame("cell")
    text = pl.col("cell")
    bare = text.str.replace_all(r"[$, %]", "").cast(pl.Float64, strict=False)
    row = frame.select(
        text.str.contains(_DATE).mean().alias("dates"),
        text.str.contains(_NUMBER).mean().alias("numbers"),
        text.str.contains(r"\p{L}").mean().alias("letters"),
        text.str.contains(r"^[^,]+,\s*\S").mean().alias("commas"),
        looks_like_ssn(text).mean().alias("ssns"),
        text.str.contains(r"^\d{1,2}[/.-]\d{1,2}[/.-]\d{2}$").mean().alias("short_years"),
        bare.max().alias("greatest"),
        text.n_unique().alias("distinct"),
    ).row(0, named=True)
    share = {name: row[name] or 0.0 for name in ("dates", "numbers", "letters", "commas", "ssns", "short_years")}
    values = tuple(filled.unique().sort().to_list()) if row["distinct"] <= MANY_VALUES else ()
    order = orders(frame, ["cell"])["cell"] if filled.len() and share["dates"] >= MOST else "iso"
    return ColumnFacts(
        filled.len(), cells.len() - filled.len(), **share, greatest=row["greatest"], order=order, values=values
    )


@dataclass(frozen=True)
class Evidence:
    """Scores with what the cells say, and for each column the target in whose table its values were found."""

    scores: Mapping[str, Mapping[str, float]]
    found: Mapping[str, tuple[str, float]]


def weigh(
    names: Mapping[str, Mapping[str, float]],
    facts: Mapping[str, ColumnFacts],
    extract: str,
    lists: Mapping[str, frozenset[str]],
) -> Evidence:
    """Scores by name, corrected by the cells. `lists`: target → folded values that it may have.

    A column of another kind than the target's loses half; one whose values are all unknown to the target's table is
    asked; one whose values are found there gains, and is a candidate whatever its name.
    """
    columns = EXTRACTS[extract].sent.columns()
    scores: dict[str, dict[str, float]] = {}
    found: dict[str, tuple[str, float]] = {}
    for name, by_name in names.items():
        fact = facts[name]
        if not fact.filled:
            scores[name] = {NOT_READ: 1.0}
            continue
        own = {t: s if fits(t, columns.get(t), fact) else s / 2 for t, s in by_name.items()}
        for target, known in lists.items():
            share = found_share(fact.values, known)
            if share is None:
                continue
            if share >= FOUND and (len(fact.values) >= 3 or own.get(target, 0.0) >= UNSURE):
                own[target] = min(1.0, max(own.get(target, 0.0) + 0.1, 0.86))
                found[name] = (target, share)
            elif share == 0 and target not in TRANSLATED:
                own[target] = min(own.get(target, 0.0), UNSURE)
        scores[name] = own
    return Evidence(scores, found)


TRANSLATED = frozenset({"staff_classification", "status", "highest_degree", "event_type", "outcome", "rating_level"})


def found_share(values: tuple[str, ...], known: frozenset[str]) -> float | None:
    """Share of a column's different values that a list has; None where either is empty."""
    return sum(fold(value) in known for value in values) / len(values) if values and known else None


def fits(target: str, column: dy.Column | None, fact: ColumnFacts) -> bool:
    """Whether the cells are of the target's kind."""
    if target == PAY or isinstance(column, dy.Decimal):
        return fact.numbers >= MOST
    if isinstance(column, dy.Date):
        return fact.dates >= MOST
    if target == "full_time_equivalency":
        return fact.numbers >= MOST and (fact.greatest or 0) <= 150
    if column is not None and column.dtype.is_numeric():
        return fact.numbers >= MOST
    if target in ("first_name", "last_name", FULL_NAME, "position_title"):
        return fact.letters >= MOST
    if target in IDENTIFIERS:
        return fact.dates < MOST and fact.ssns < 0.5
    return True


def value_lists(reference: ReferenceTables, extract: str, lea_id: str) -> dict[str, frozenset[str]]:
    """For each column whose values stand in a table or a vocabulary, those values, folded."""
    lists: dict[str, frozenset[str]] = {}
    columns = EXTRACTS[extract].sent.columns()
    for name, column in columns.items():
        closed = (column.metadata or {}).get("values")
        if closed:
            lists[name] = frozenset(fold(value) for value in closed)
    for name, table in (("school_id", "schools"), ("pay_code", "pay_codes"), ("fund_code", "funds")):
        if name in columns:
            own = reference.tables[table].filter(pl.col("lea_id") == lea_id)
            lists[name] = frozenset(fold(value) for value in own[name].unique().to_list())
    if "rating_level" in columns:
        lists["rating_level"] = frozenset(fold(label) for label in rating_labels(reference, lea_id))
        systems = reference.tables["rating_systems"]["rating_system"].unique().to_list()
        lists["rating_system"] = frozenset(fold(value) for value in systems)
    return {name: values for name, values in lists.items() if values}


def rating_labels(reference: ReferenceTables, lea_id: str) -> list[str]:
    """The labels of the district's rating system, in any version; of every system where it has none."""
    systems = reference.tables["rating_systems"]
    own = reference.tables["districts"].filter(pl.col("lea_id") == lea_id)["rating_system"].drop_nulls().to_list()
    chosen = systems.filter(pl.col("rating_system").is_in(own)) if own else systems
    labels: list[str] = chosen["rating_level"].unique().sort().to_list()
    return labels
