"""State rows that tell adjacent outcomes together, so that a small number costs no large one (DISCLOSURE 3).

One small outcome of a state's distribution takes another with it by arithmetic, because the whole is shown. Told as
their sum, nothing is lost but which persons of the sum had which outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from contracts.public import PLUS
from contracts.vocabulary import NEXT_YEAR_OUTCOMES
from transforms.s6_disclose.past import Past
from transforms.s6_disclose.shape import is_sum

ORDER = NEXT_YEAR_OUTCOMES[:-1]  # adjacent ones are told together; whose next year is not on file is no outcome
AT = ["table", "program_id", "school_year", "cut"]


@dataclass
class _Span:
    first: int
    last: int
    persons: int


def sum_together(rows: pl.DataFrame, k: int, past: Past) -> pl.DataFrame:
    """`rows` (SHAPE with rule) with a row for each sum, and rule `complementary` for the parts that it takes along.

    In a year that readers have from an earlier release, the sums are those that they have: another choice would be a
    difference of two releases.
    """
    mine = rows.filter((pl.col("grain") == "state") & (pl.col("table") == "public_retention"))
    before = past.masks.filter((pl.col("grain") == "state") & (pl.col("table") == "public_retention"))
    had = before.filter(is_sum() & (pl.col("mask") != "suppressed"))
    old = {*before["school_year"], *past.fresh["school_year"], *(year for year, sets in past.anchors.items() if sets)}
    found = []
    for key, group in mine.group_by(AT, maintain_order=True):
        values = dict(zip(group["part"].to_list(), group["value"].to_list(), strict=True))
        rules = dict(zip(group["part"].to_list(), group["rule"].to_list(), strict=True))
        if key[2] not in old:
            found += [(*key, PLUS.join(span)) for span in spans(values, rules, k)]
    fresh = pl.DataFrame(found, schema={name: rows.schema[name] for name in [*AT, "part"]}, orient="row")
    sums = pl.concat([had.select(fresh.columns), fresh]).rename({"part": "sum"})
    parts_of = sums.with_columns(part=pl.col("sum").str.split(PLUS)).explode("part")
    held = mine.join(parts_of, on=[*AT, "part"], nulls_equal=True)
    whole = held.group_by([*AT, "sum"], maintain_order=True).agg(
        pl.col("unit", "grain", "lea_id", "school_id").first(), pl.col("value", "persons", "print").sum()
    )
    told = whole.rename({"sum": "part"}).with_columns(floor=pl.lit(0), sensitive=False, confidential=False)
    taken = parts_of.select(*AT, "part", grain=pl.lit("state"), taken=pl.lit(True))
    marked = rows.join(taken, on=[*AT, "part", "grain"], how="left", nulls_equal=True, maintain_order="left")
    along = pl.col("taken").fill_null(False) & pl.col("rule").is_null()
    marked = marked.with_columns(rule=pl.when(along).then(pl.lit("complementary")).otherwise("rule")).drop("taken")
    return pl.concat([marked, told.cast({"floor": pl.Int64})], how="diagonal")


def spans(values: dict[str, int], rules: dict[str, str | None], k: int) -> list[tuple[str, ...]]:
    """Adjacent outcomes to tell together, from each part's number and the rule that hides it.

    Every hidden one is in a span, each span has k persons or more, takes the fewest large outcomes along, and is not
    the whole group or all but one; none where that cannot be.
    """
    value = {name: values[name] for name in ORDER if name in values}
    hidden = {name for name in value if rules[name] is not None}
    closed = {rules[name] for name in hidden} & {"not_released", "not_available"}
    if not hidden or closed or len(value) < len(ORDER):
        return []
    counts = [value[name] for name in ORDER]
    found = [_Span(at, at, counts[at]) for at, name in enumerate(ORDER) if name in hidden]
    while True:
        narrow = next((s for s in found if s.persons < k or s.first == s.last), None)
        if narrow is None:
            break
        reach = [at for at in (narrow.first - 1, narrow.last + 1) if 0 <= at < len(counts)]
        if not reach:
            return []
        # A part that is hidden already costs nothing; of the others the smaller.
        at = min(reach, key=lambda n: (ORDER[n] not in hidden, counts[n], n))
        other = next((s for s in found if s.first <= at <= s.last), narrow)
        narrow.first, narrow.last = min(narrow.first, at, other.first), max(narrow.last, at, other.last)
        narrow.persons = sum(counts[narrow.first : narrow.last + 1])
        found = [s for s in found if s is narrow or s is not other]
    if any(s.persons >= sum(counts) - 1 for s in found):
        return []
    return [ORDER[s.first : s.last + 1] for s in found]
