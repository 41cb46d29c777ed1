"""Reasons, reason codes and evidence years: each row's rule says them, with the evidence in the sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from contracts.policy.conditions import many
from contracts.policy.packs import NONE, Pack, Rule
from transforms.s3_designate.rows import RUN
from transforms.s3_designate.state_space import BANK_CASES, StateSpace

Years = Mapping[tuple[str, str], tuple[pl.Expr, ...]]
DEFAULTS = {
    "hold": "Nothing in {t} changes the level: {level} is held",
    "term_over": "Held {from_level} until {t1}; nothing in {t} renews it",
    "away": "Held {from_level} in {t1}; not on the roster of {lea_id} in {t}",
    "held_elsewhere": "Earned in {t} on the evidence of another district; {level} holds here too",
}
NOT_GIVEN = "not given"


def with_messages(rows: pl.DataFrame, pack: Pack, space: StateSpace, years_of: Years) -> pl.DataFrame:
    """Add `reason`, `reason_code`, `evidence_years` and `finding`, rule by rule, so that each row is written once."""
    rules = {rule.id: rule for rule in (*pack.placement, *pack.rules)}
    texts = names(pack)
    parts = []
    for (rule_id,), part in rows.group_by("rule_id", maintain_order=True):
        rule = rules.get(str(rule_id))
        template = rule.reason if rule else DEFAULTS.get(str(rule_id), pack.ended_reason)
        code = (rule.reason_code if rule else None) or str(rule_id)
        quoted = set(re.findall(r"{(\w+)}", template + code)) & set(texts)
        years = _years(rule, space, years_of)
        worded = part.with_columns(
            *(texts[name].alias(f"w_{name}") for name in sorted(quoted)),
            evidence_years=_joined(years, ";"),
            w_years=_joined(years, " and "),
        )
        worded = worded.with_columns(
            reason=render(template),
            reason_code=render(code),
            finding=pl.lit(rule.finding if rule else None, pl.String),
        )
        parts.append(worded.drop("w_years", *(f"w_{name}" for name in sorted(quoted))))
    return pl.concat(parts)


def names(pack: Pack) -> dict[str, pl.Expr]:
    """Every name that a sentence can quote, as text."""
    titles = {level.id: level.title for level in pack.levels}
    year = pl.col("school_year")
    built = {
        "t": year.cast(pl.String),
        "t1": (year - 1).cast(pl.String),
        "level": pl.col("level").replace(titles),
        "from_level": pl.col("from_level").replace(titles),
        "lea_id": pl.col("lea_id"),
        "school_id": pl.col("school_id"),
        "years_experience": pl.col("years_experience"),
        "fte": pl.col("fte"),
        "interval": pl.col("interval").cast(pl.String),
        "units": pl.col("bank_units"),
        "amount": pl.col("amount").cast(pl.Float64),
    }
    facts = {name: pl.col(f"f_{name}") for name in pack.facts}
    return {name: _text(expr) for name, expr in (built | facts).items()}


def _text(value: pl.Expr) -> pl.Expr:
    """As a reader writes it: 3.0 is 3; nothing is `not given`."""
    return value.cast(pl.String).str.replace(r"\.0+$", "").fill_null(NOT_GIVEN)


def render(template: str) -> pl.Expr:
    """The template with `{name}` replaced by the row's text."""
    pieces = re.split(r"{(\w+)}", template)
    parts = [pl.col(f"w_{piece}") if place % 2 else pl.lit(piece) for place, piece in enumerate(pieces) if piece]
    return pl.concat_str(parts)


def _years(rule: Rule | None, space: StateSpace, years_of: Years) -> list[pl.Expr]:
    """The school years of the evidence that the rule looked at; each may be null."""
    found: list[pl.Expr] = []
    for name, cases in rule.when.items() if rule else ():
        if name in space.runs and cases == "met":
            found += [pl.col(f"{RUN}{name}_{i}") for i in range(space.runs[name].n)]
        elif name == "bank" and set(many(cases)) & set(BANK_CASES[1:]):
            found.append(pl.col("school_year"))
        else:
            for case in many(cases):
                here = pl.col(f"i_{name}") == space.inputs[name].index(case) if (name, case) in years_of else None
                found += [pl.when(here).then(year) for year in years_of.get((name, case), ()) if here is not None]
    return [year.cast(pl.Int16) for year in found]


def _joined(years: list[pl.Expr], between: str) -> pl.Expr:
    """The different years in order, as text; null when there are none. Two at most need no lists, which cost more."""
    if not years:
        return pl.lit(None, pl.String)
    if len(years) <= 2:
        first, last = pl.min_horizontal(years), pl.max_horizontal(years)
        later = pl.when(last > first).then(pl.lit(between) + last.cast(pl.String)).otherwise(pl.lit(""))
        return first.cast(pl.String) + later
    listed = pl.concat_list(years).list.drop_nulls().list.unique().list.sort()
    return pl.when(listed.list.len() > 0).then(listed.cast(pl.List(pl.String)).list.join(between))


__all__ = ["NONE", "render", "with_messages"]
