"""What errors cost: people and dollars that depend on the rows of each rule, and the fewest mends that lift a hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import comb
from typing import Any

import polars as pl

from contracts.row_rules import RowRule
from transforms.s1_conform.validate import DUPLICATE, ERRORS, WARNINGS

# So many sets of rules of one size are tried; where there are more, rules are taken one after the other.
MOST_TRIED = 20_000


def rule_costs(rows: pl.DataFrame, rules: Sequence[RowRule], extract: str) -> dict[str, dict[str, int | None]]:
    """For each broken rule: `people` whose rows break it, of payroll `cents` on them (else None).

    Exact repeats are left out, as everywhere in the counts. A row without a readable id is no person, one without a
    readable amount no dollars: `rows_without_amount` says how many.
    """
    costs: dict[str, dict[str, int | None]] = {}
    if ERRORS not in rows.columns:
        return costs
    for name in (ERRORS, WARNINGS):
        if rows[name].null_count() == rows.height:
            continue
        broken = rows.filter(pl.col(name).is_not_null() & ~pl.col(DUPLICATE))
        hit = set(broken[name].explode(empty_as_null=True).to_list())
        for rule in rules:
            if rule.rule_id in hit:
                costs[rule.rule_id] = _cost(broken.filter(pl.col(name).list.contains(rule.rule_id)), extract)
    return costs


def _cost(broken: pl.DataFrame, extract: str) -> dict[str, int | None]:
    people = broken["staff_id"].drop_nulls().n_unique()
    if extract != "payroll":
        return {"people": people, "cents": None, "rows_without_amount": None}
    cents = broken.select((pl.col("amount") * 100).cast(pl.Int64)).to_series()
    return {"people": people, "cents": int(cents.sum() or 0), "rows_without_amount": cents.null_count()}


def fewest_mends(rows: pl.DataFrame, counts: Mapping[str, int], limit: float) -> dict[str, Any] | None:
    """The fewest rules to mend so that at most the share `limit` of the rows still comes back; None below it.

    A row is lifted when every rule that it breaks is mended. `rules` in order of rows lifted one after the other;
    `rows_lifted`, `rows_left`, and `rows_allowed`, the most that may come back. `fewest` is False where so many rules
    are broken that they were taken one after the other instead of all sets being tried.
    """
    validated = counts["rows_accepted"] + counts["rows_quarantined"]
    returned = counts["rows_quarantined"]
    if not validated or returned / validated <= limit:
        return None
    bad = rows.filter(pl.col(ERRORS).is_not_null() & ~pl.col(DUPLICATE))
    joined = bad.select(pl.col(ERRORS).list.join(" ").alias("rules")).group_by("rules").len()
    sets = {frozenset(rules.split()): rows_of for rules, rows_of in joined.select("rules", "len").iter_rows()}
    allowed = int(limit * validated)
    while (allowed + 1) / validated <= limit:
        allowed += 1
    while allowed / validated > limit:
        allowed -= 1
    chosen, fewest = _smallest(sets, returned - allowed)
    lifted = _lifted(sets, chosen)
    return {
        "rules": _in_order(sets, chosen),
        "rows_lifted": lifted,
        "rows_left": returned - lifted,
        "rows_allowed": allowed,
        "fewest": fewest,
    }


def _lifted(sets: Mapping[frozenset[str], int], mended: frozenset[str]) -> int:
    return sum(rows for rules, rows in sets.items() if rules <= mended)


def _smallest(sets: Mapping[frozenset[str], int], need: int) -> tuple[frozenset[str], bool]:
    """The smallest set of rules that lifts `need` rows; of several the one that lifts most, then the first by name.

    The fewest tried out, or where they are too many, for each step the set of one row-group that lifts most per rule.
    """
    every = sorted({rule for rules in sets for rule in rules})
    for size in range(1, len(every) + 1):
        if comb(len(every), size) > MOST_TRIED:
            return _one_after_the_other(sets, need), False
        tried = ((-_lifted(sets, frozenset(chosen)), chosen) for chosen in combinations(every, size))
        lifted, best = min(tried)
        if -lifted >= need:
            return frozenset(best), True
    return frozenset(every), True


def _one_after_the_other(sets: Mapping[frozenset[str], int], need: int) -> frozenset[str]:
    mended: frozenset[str] = frozenset()
    while _lifted(sets, mended) < need:
        before = _lifted(sets, mended)
        gains = [
            (-(_lifted(sets, mended | rules) - before) / len(rules - mended), sorted(rules - mended), rules)
            for rules in sets
            if not rules <= mended
        ]
        mended |= min(gains, key=lambda gain: gain[:2])[2]
    return mended


def _in_order(sets: Mapping[frozenset[str], int], chosen: frozenset[str]) -> list[str]:
    """The chosen rules, each next one that which lifts most together with those before it, ties by rows and name."""
    order: list[str] = []
    while len(order) < len(chosen):
        left = sorted(chosen - set(order))
        done = frozenset(order)
        rows_of = {rule: sum(rows for rules, rows in sets.items() if rule in rules) for rule in left}
        order.append(min(left, key=lambda rule: (-_lifted(sets, done | {rule}), -rows_of[rule], rule)))
    return order
