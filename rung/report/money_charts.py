"""Charts about the money of programs: cost, who pays, what ends, ten years of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from contracts.public import RECURS, WHOLE
from contracts.school_year import year_name
from contracts.vocabulary import SOFT_STREAMS
from rung.report import charts, theme
from rung.report.cell_format import (
    Chart,
    Missing,
    capital,
    dollars,
    money_text,
    money_value,
    percent,
    plural,
    readable,
    short_dollars,
    why_hidden,
)
from rung.report.facts import Facts, Program, Row
from transforms.s4_sustain.revenue import first_year_without

COST_PARTS = {
    "pay": "extra pay",
    "release": "released time",
    "training": "training",
    "administration": "administration",
    "all": "whole, no parts shown",
    "hidden": "hidden",
}
COST_COLOURS = {
    "pay": theme.BLUE,
    "release": theme.SKY,
    "training": "#8c6bb1",
    "administration": theme.GREY,
    "all": theme.PURPLE,
    "hidden": theme.HIDDEN,
}
STREAMS = {stream: readable(stream) for stream in theme.STREAMS}
SCENARIO, AHEAD = "base", 10
OWN = ("public_money",)


def divided(facts: Facts, dimension: str, lea_id: str | None, program: Program | None = None) -> list[Row]:
    """Cells of the cost of a program, or of all, by year and part; rows: x, year, part, value.

    What a published whole leaves over its shown parts is the part `hidden`.
    """
    rows = facts.rows("public_money", lea_id, program.program_id if program else None)
    shown: dict[tuple[int, str], float] = defaultdict(float)
    seen: dict[tuple[int, str], float] = defaultdict(float)
    for row in rows:
        if row["dimension"] == dimension and row["part"] != WHOLE and (value := money_value(row)):
            shown[row["school_year"], row["part"]] += value
            seen[row["school_year"], row["program_id"]] += value
    cells = [{"year": year, "part": part, "value": value} for (year, part), value in sorted(shown.items())]
    for year in sorted({row["school_year"] for row in rows}):
        whole = facts.costs(lea_id, year)
        left = 0.0
        for program_id, row in whole.items():
            if program is None or program_id == program.program_id:
                # Rounded parts do not add up to their rounded whole: what is less than that is no hidden part.
                over = (money_value(row) or 0) - seen[year, program_id]
                left += over if over > 0.02 * abs(money_value(row) or 0) else 0
        if left > 0:
            cells.append({"year": year, "part": "hidden", "value": left})
    return [{**cell, "x": year_name(int(str(cell["year"])))} for cell in cells]


def cost(
    facts: Facts, program: Program | None = None, lea_id: str | None = None, *, height: int = 230
) -> Chart | Missing:
    """What a program, or all together, cost each year, by its parts."""
    key = "cost-by-year"
    cells = divided(facts, "cost_part", lea_id, program)
    rows = facts.rows("public_money", lea_id, program.program_id if program else None)
    if not cells:
        why = "the program's cost is not configured: training and administration are needed"
        return Missing(key, "Yearly cost", why_hidden(rows, why))
    by_year: dict[int, float] = defaultdict(float)
    for cell in cells:
        by_year[cell["year"]] += cell["value"]
    first, last = min(by_year), max(by_year)
    title = f"{short_dollars(by_year[last])} in {year_name(last)}"
    if first != last and by_year[first] > 0:
        title += f", {short_dollars(by_year[first])} in {year_name(first)}"
    parts = [r for r in rows if r["dimension"] in ("cost_part", WHOLE)]
    return Chart(
        key,
        title,
        "Cost of the program, dollars by school year" if program else "Cost of all programs, dollars by school year",
        charts.stacked(cells, COST_COLOURS, COST_PARTS, "dollars", height=height),
        f"Stacked columns of cost by year. In {year_name(last)}: {short_dollars(by_year[last])}.",
        ("year", "part", "dollars") if program else ("year", "program", "part", "dollars"),
        [
            (year_name(r["school_year"]), *_of(facts, r, program), COST_PARTS[r["part"]].split(",")[0], money_text(r))
            for r in sorted(parts, key=lambda r: (r["school_year"], r["program_id"], r["part"]))
        ],
        OWN,
        "Extra pay with the benefits on it, released time, training, administration.",
    )


def funding(
    facts: Facts, program: Program | None = None, lea_id: str | None = None, *, height: int = 230
) -> Chart | Missing:
    """Who pays that cost: money that comes back each year in blue, money that ends in orange."""
    key = "who-pays"
    cells = divided(facts, "stream", lea_id, program)
    rows = facts.rows("public_money", lea_id, program.program_id if program else None)
    if not cells:
        return Missing(key, "Who pays", why_hidden(rows, "no pay stands on this program's codes"))
    last = max(cell["year"] for cell in cells)
    parts: dict[str, float] = defaultdict(float)
    for cell in cells:
        if cell["year"] == last:
            parts[cell["part"]] += cell["value"]
    whole = sum(parts.values())
    soft, hidden = sum(parts[stream] for stream in SOFT_STREAMS), parts.get("hidden", 0)
    ends = percent(soft, whole) + (" or more" if hidden else "")
    note = f"Orange is money that ends (grants, gifts, timed levies): {ends} in {year_name(last)}."
    note += (
        f" Hatched: {percent(hidden, whole)} of the cost whose payer is hidden to protect persons." if hidden else ""
    )
    streams = [r for r in rows if r["dimension"] == "stream"]
    return Chart(
        key,
        f"{ends} of it is money that ends",
        "The same cost by who pays it, dollars by school year",
        charts.stacked(cells, theme.STREAMS, STREAMS, "dollars", height=height),
        f"Stacked columns of cost by funding stream. {year_name(last)}: {ends} is money that ends.",
        ("year", "stream", "dollars") if program else ("year", "program", "stream", "dollars"),
        [
            (year_name(r["school_year"]), *_of(facts, r, program), readable(r["part"]), money_text(r))
            for r in sorted(streams, key=lambda r: (r["school_year"], r["program_id"], r["part"]))
        ],
        OWN,
        note,
    )


def _of(facts: Facts, row: Row, program: Program | None) -> tuple[str, ...]:
    if program is not None:
        return ()
    named = facts.programs.get(row["program_id"])
    return (named.short if named else row["program_id"],)


@dataclass(frozen=True)
class Ending:
    """Dollars a year that end, by the first school year without them.

    `hidden`: amounts that are not shown. `shared`: awards that pay several programs, and are in none of them.
    """

    gone: dict[int, float]
    hidden: int = 0
    shared: int = 0

    @property
    def least(self) -> str:
        """What stands before the sum where it is a least amount."""
        return "at least " if self.hidden or self.shared else ""


def ending(facts: Facts, lea_id: str | None = None, program: Program | None = None) -> Ending:
    """Money that ends: public, program pay by the end of its money; restricted, the awards of `sunset`."""
    gone: dict[int, float] = defaultdict(float)
    program_id = program.program_id if program else None
    if facts.restricted:
        awards = facts.frame("sunset", lea_id, program_id)
        sole = pl.col("programs") == 1
        shared = 0 if program is None or awards.is_empty() else awards.filter(~sole).height
        awards = awards.filter(sole) if shared else awards
        for year, amount in awards.select(first_year_without(), "recurring_amount").drop_nulls().iter_rows():
            gone[year] += float(amount)
        return Ending(dict(gone), shared=shared)
    ends = [r for r in facts.rows("public_money", lea_id, program_id) if r["dimension"] == "ends"]
    rows = [row for row in ends if row["part"].isdigit()]
    for row in rows:
        if amount := money_value(row):
            gone[int(row["part"])] += amount
    return Ending(dict(gone), hidden=sum(money_value(row) is None for row in rows))


def cliff(
    facts: Facts, lea_id: str | None = None, program: Program | None = None, *, height: int = 230
) -> Chart | Missing:
    """Pay whose money will have ended, by future year, with each end marked; of a program, or of all added up."""
    key = "money-that-ends"
    found = ending(facts, lea_id, program)
    gone = found.gone
    if not gone:
        rows = [r for r in facts.rows("public_money", lea_id) if r["dimension"] == "ends" and r["part"] != RECURS]
        rows = [r for r in rows if program is None or r["program_id"] == program.program_id]
        why = "no program pay stands on money with an end on file"
        why = "its awards that end pay other programs too" if found.shared else why
        return Missing(key, "Money that ends", why_hidden(rows, why))
    years = range(facts.latest + 1, facts.latest + 1 + AHEAD)
    ended = {year: sum(amount for end, amount in gone.items() if end <= year) for year in years}
    cells = [{"x": year_name(year), "part": "ended", "value": amount} for year, amount in ended.items()]
    note = f"Program pay of {year_name(facts.latest)} held as it is, before any match. A line: the first year without."
    if found.hidden:
        note += f" {plural(found.hidden, 'amount is', 'amounts are')} hidden to protect persons."
    if found.shared:
        note += f" {plural(found.shared, 'award that pays', 'awards that pay')} other programs too, not in it."
    first, whole = min(gone), sum(gone.values())
    marks = [{"x": year_name(year), "text": "ends"} for year in sorted(gone) if year in years]
    return Chart(
        key,
        capital(f"{found.least}{short_dollars(whole)} a year ends, the first of it in {year_name(first)}"),
        "Yearly program pay whose money will have ended, dollars by future school year",
        charts.stacked(
            cells, {"ended": theme.ORANGE}, {"ended": "pay without its money"}, "dollars", marks=marks, height=height
        ),
        f"Columns by future year. {dollars(whole)} a year ends, the first of it in {year_name(first)}.",
        ("first year without", "dollars a year"),
        [(year_name(end), dollars(amount)) for end, amount in sorted(gone.items())],
        ("sunset",) if facts.restricted else OWN,
        note,
    )


def projection(facts: Facts, program: Program, lea_id: str | None = None) -> Chart | Missing:
    """Ten years of cost in the base scenario, as a fan: of the state; restricted: of a district, with its revenue."""
    key = f"ten-years-{program.program_id}"
    if lea_id is None:
        rows = facts.rows("public_projection", None, program.program_id)
    else:
        rows = facts.extra("cost_projection", lea_id, program.program_id)
    points = [_fan_point(r) for r in rows if r["scenario"] == SCENARIO and r["p50"] is not None]
    if len(points) < 2:
        return Missing(
            key, f"{program.short}: cost in ten years", why_hidden(rows, "the cost or the history is not enough")
        )
    keys = ["p10", "p50", "p90", "expected"]
    headers = ["year", "1 in 10 under", "half under", "9 in 10 under", "expected"]
    note = "Band: eight of ten simulated runs" + ("." if lea_id else " of each district, added up.")
    note += " Dot: the latest year as it was."
    if any(point["revenue"] is not None for point in points):
        keys, headers = [*keys, "revenue"], [*headers, "money that recurs"]
        note += " Dashed orange: revenue that recurs."
    first, last = points[0], points[-1]
    path = f"from {short_dollars(first['p50'])} to {short_dollars(last['p50'])} in {last['x']}"
    return Chart(
        key,
        f"{program.short}: {path}, in half of the runs",
        "Projected cost, dollars by school year",
        charts.fan(points, [{"x": first["x"], "value": first["p50"]}], "dollars a year"),
        f"Fan of cost: {dollars(first['p50'])} in {first['x']}; half of the runs under "
        f"{dollars(last['p50'])} in {last['x']}.",
        tuple(headers),
        [(point["x"], *(dollars(point[key]) for key in keys)) for point in points],
        ("cost_projection",) if lea_id else ("public_projection",),
        note,
    )


def _fan_point(row: Row) -> Row:
    values = {key: row.get(key) for key in ("p10", "p50", "p90", "expected", "revenue")}
    return {
        "x": year_name(row["future_year"]),
        **{key: float(value) if value is not None else None for key, value in values.items()},
    }
