"""Charts about money: cost, who pays, what ends, ten years of it, pay of the state; restricted: pay per hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import median

import polars as pl

from contracts.school_year import year_name
from rung.report import charts, theme
from rung.report.facts import Facts, Program, Row
from rung.report.people import Planned
from rung.report.shown import Missing, dollars, money_text, money_value, words
from transforms.s4_sustain.revenue import first_year_without

COST_PARTS = {
    "pay": "extra pay",
    "release": "released time",
    "training": "training",
    "administration": "administration",
    "all": "whole cost",
}
COST_COLOURS = {
    "pay": theme.BLUE,
    "release": theme.SKY,
    "training": "#8c6bb1",
    "administration": theme.GREY,
    "all": theme.PURPLE,
}
PAY_GROUPS = {"base": "base pay", "supplement": "all other pay", "benefit": "benefits"}
PAY_COLOURS = {"base": "#08306b", "supplement": "#e6702e", "benefit": "#8dbfe2"}
SCENARIO = "base"
CLIFF, CLIFF_YEARS = "The cliff: pay whose money will have ended", 10
SOFT = ("competitive_federal", "philanthropic", "time_limited_levy")


def cost(facts: Facts, program: Program, lea_id: str | None = None) -> Planned | Missing:
    """What the program cost each year."""
    title = "Yearly cost"
    money = facts.rows("public_money", lea_id, program.program_id)
    rows = [{**r, "cost_part": r["part"]} for r in money if r["dimension"] in ("all", "cost_part")]
    shown = [r for r in rows if money_value(r) is not None]
    in_parts = {r["school_year"] for r in shown if r["cost_part"] != "all"}
    # The whole where all its parts are hidden.
    drawn = [r for r in shown if (r["cost_part"] != "all") == (r["school_year"] in in_parts)]
    if not drawn:
        return Missing(
            title, _why(rows, "the program's cost is not configured: training and administration are needed")
        )
    cells = [{"x": year_name(r["school_year"]), "part": r["cost_part"], "value": money_value(r)} for r in drawn]
    ordered = sorted(rows, key=lambda r: (r["school_year"], r["cost_part"]))
    table = [(year_name(r["school_year"]), COST_PARTS[r["cost_part"]], money_text(r)) for r in ordered]
    whole = [r for r in rows if r["cost_part"] == "all" and money_value(r) is not None]
    said = f" In {year_name(whole[-1]['school_year'])}: {money_text(whole[-1])}." if whole else ""
    return (
        charts.stacked(cells, COST_COLOURS, COST_PARTS, "dollars", "$,~s"),
        title,
        f"Stacked columns of cost by year.{said}",
        ("year", "part", "dollars"),
        table,
        "Extra pay with the benefits on it."
        + (" Whole: its parts are not published." if any(r["cost_part"] == "all" for r in drawn) else ""),
    )


def funding(facts: Facts, program: Program, lea_id: str | None = None) -> Planned | Missing:
    """Who pays for the program: money that comes back each year in blue, money that ends in orange."""
    title = "Who pays"
    money = facts.rows("public_money", lea_id, program.program_id)
    rows = [{**r, "stream": r["part"]} for r in money if r["dimension"] == "stream"]
    drawn = [r for r in rows if r["stream"] != "all" and (money_value(r) or 0) > 0]
    if not drawn:
        return Missing(title, _why(rows, "no pay stands on this program's codes"))
    cells = [{"x": year_name(r["school_year"]), "part": r["stream"], "value": money_value(r)} for r in drawn]
    last = max(r["school_year"] for r in drawn)
    mine = [r for r in drawn if r["school_year"] == last]
    whole = sum(money_value(r) or 0 for r in mine)
    soft = sum(money_value(r) or 0 for r in mine if r["stream"] in SOFT)
    veiled = any(r["school_year"] == last and r["stream"] in SOFT and money_value(r) is None for r in rows)
    ends = f"{100 * soft / whole:.0f} %" + (" or more, as some of it is hidden," if veiled else "")
    ordered = sorted(rows, key=lambda r: (r["school_year"], r["stream"]))
    names = {stream: words(stream) for stream in theme.STREAMS}
    return (
        charts.stacked(cells, theme.STREAMS, names, "dollars", "$,~s"),
        title,
        f"Stacked columns of pay by funding stream. {year_name(last)}: {ends} is money that ends.",
        ("year", "stream", "dollars"),
        [(year_name(r["school_year"]), words(r["stream"]), money_text(r)) for r in ordered],
        f"Orange is money that ends (grants, gifts, timed levies): {ends} in {year_name(last)}.",
    )


def compensation(facts: Facts, lea_id: str | None = None) -> Planned | Missing:
    """All pay by base, benefits and the rest."""
    title = "Educators' pay by kind"
    rows = facts.rows("public_compensation", lea_id)
    drawn = [r for r in rows if r["pay_group"] != "all" and money_value(r) is not None]
    if not drawn:
        return Missing(title, _why(rows, "no payroll is on file"))
    cells = [{"x": year_name(r["school_year"]), "part": r["pay_group"], "value": money_value(r)} for r in drawn]
    ordered = sorted(rows, key=lambda r: (r["school_year"], r["pay_group"]))
    return (
        charts.stacked(cells, PAY_COLOURS, PAY_GROUPS, "dollars", "$,~s"),
        title,
        "Stacked columns of pay by year: base pay, all other pay, benefits.",
        ("year", "kind", "dollars"),
        [(year_name(r["school_year"]), PAY_GROUPS.get(r["pay_group"], "all"), money_text(r)) for r in ordered],
        "",
    )


def cliff(facts: Facts, lea_id: str | None = None, program: Program | None = None) -> Planned | Missing:
    """Pay whose money will have ended, by future year, with each end marked; of a program, or of all added up."""
    if facts.restricted:
        return _cliff_by_award(facts, lea_id)
    rows = [r for r in facts.rows("public_money", lea_id) if r["dimension"] == "ends" and r["part"] != "all"]
    rows = [r for r in rows if program is None or r["program_id"] == program.program_id]
    ends = [r for r in rows if r["part"].isdigit()]
    drawn = [r for r in ends if (money_value(r) or 0) > 0]
    if not drawn:
        return Missing(CLIFF, _why(rows, "no program pay stands on money with an end on file"))
    base = drawn[0]["school_year"]
    gone: dict[int, float] = defaultdict(float)
    for row in drawn:
        gone[int(row["part"])] += money_value(row) or 0
    years = range(base + 1, base + 1 + CLIFF_YEARS)
    ended = {year: sum(amount for end, amount in gone.items() if end <= year) for year in years}
    cells = [{"x": year_name(year), "part": "ended", "value": amount} for year, amount in ended.items()]
    hidden = sum(1 for r in ends if money_value(r) is None)
    note = f"Program pay of {year_name(base)} held as it is, before any match. A line marks the first year without."
    note += " One amount is hidden to protect persons." if hidden == 1 else ""
    note += f" {hidden} amounts are hidden to protect persons." if hidden > 1 else ""
    first = min(gone)
    marks = [{"x": year_name(year), "text": "ends"} for year in sorted(gone) if year in years]
    return (
        charts.stacked(cells, {"ended": theme.ORANGE}, {"ended": "pay without its money"}, "dollars", "$,~s", marks),
        CLIFF,
        f"Columns by future year. {dollars(sum(gone.values()))} a year ends, the first of it in {year_name(first)}.",
        ("first year without", "dollars a year"),
        [(year_name(end), dollars(amount)) for end, amount in sorted(gone.items())],
        note,
    )


def _marks(ends: Mapping[int, Sequence[str]]) -> list[Row]:
    return [{"x": year_name(y), "text": f"{len(e)} end" if len(e) > 1 else "ends"} for y, e in sorted(ends.items())]


def _cliff_by_award(facts: Facts, lea_id: str | None) -> Planned | Missing:
    """Restricted: award by award, less contracted match."""
    rows = facts.extra("grant_cliff", lea_id)
    exposed: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        exposed[row["future_year"]] += row["exposure"] or 0
    if not any(exposed.values()):
        return Missing(CLIFF, "no program pay stands on an award with an end on file")
    by_year: dict[int, list[str]] = defaultdict(list)
    last_days = pl.DataFrame({"award_end": [row["award_end"] for row in rows]}, schema={"award_end": pl.Date})
    ends = last_days.drop_nulls().unique().sort("award_end")
    for end, year in ends.with_columns(year=first_year_without()).iter_rows():
        if year in exposed:
            by_year[year].append(end.isoformat())
    cells = [{"x": year_name(y), "part": "exposed", "value": float(v)} for y, v in sorted(exposed.items())]
    top = max(exposed.items(), key=lambda each: each[1])
    names = {"exposed": "without an award"}
    return (
        charts.stacked(cells, {"exposed": theme.ORANGE}, names, "dollars", "$,~s", _marks(by_year)),
        CLIFF,
        f"Columns by future year; the most is {dollars(top[1])} in {year_name(top[0])}.",
        ("future year", "dollars exposed", "awards that end before it"),
        [(year_name(y), dollars(v), ", ".join(by_year.get(y, [])) or "–") for y, v in sorted(exposed.items())],
        "Latest year's program pay on awards that do not recur, less contracted match.",
    )


def projection(facts: Facts, program: Program, lea_id: str | None = None) -> Planned | Missing:
    """Ten years of cost in the base scenario, as a fan: of the state; restricted: of a district, with its revenue."""
    title = "Cost in ten years"
    if lea_id is None:
        rows = facts.rows("public_projection", None, program.program_id)
    else:
        rows = facts.extra("cost_projection", lea_id, program.program_id)
    points = [_fan_point(r) for r in rows if r["scenario"] == SCENARIO and r["p50"] is not None]
    if len(points) < 2:
        return Missing(title, _why(rows, "the cost or the history is not enough"))
    keys = ["p10", "p50", "p90", "expected"]
    headers = ["year", "1 in 10 under", "half under", "9 in 10 under", "expected"]
    note = "Band: eight of ten simulated runs" + ("." if lea_id else " of each district, added up.")
    note += " Dot: the latest year as it was."
    if any(point["revenue"] is not None for point in points):
        keys, headers = [*keys, "revenue"], [*headers, "money that recurs"]
        note += " Dashed orange: revenue that recurs."
    return (
        charts.fan(points, [{"x": points[0]["x"], "value": points[0]["p50"]}], "dollars a year"),
        title,
        f"Fan of cost: {dollars(points[0]['p50'])} in {points[0]['x']}; half of the runs under "
        f"{dollars(points[-1]['p50'])} in {points[-1]['x']}.",
        tuple(headers),
        [(point["x"], *(dollars(point[key]) for key in keys)) for point in points],
        note,
    )


def _fan_point(row: Row) -> Row:
    values = {key: row.get(key) for key in ("p10", "p50", "p90", "expected", "revenue")}
    return {
        "x": year_name(row["future_year"]),
        **{key: float(value) if value is not None else None for key, value in values.items()},
    }


def pay_per_hour(facts: Facts, lea_id: str | None = None) -> Planned | Missing:
    """Restricted: what a leadership role pays an hour, beside the minimum wage. The public page says why it is not."""
    title = f"Pay per hour of a leadership role, {year_name(facts.latest)}"
    if not facts.restricted:
        return Missing(title, "a median is the pay of one person; it stands in the restricted report")
    rows = facts.extra("leadership_role", lea_id)
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        if row["school_year"] == facts.latest and row["pay_per_hour"] is not None and row["ratio_to_minimum_wage"]:
            paid = float(row["pay_per_hour"])
            found[row["role_code"] or "no role"].append((paid, paid / row["ratio_to_minimum_wage"]))
    if not found:
        return Missing(title, "no payroll hours stand on role pay, or no minimum wage is on file")
    wage = median(wage for pairs in found.values() for _, wage in pairs)
    roles = sorted(found, key=lambda role: -median(p for p, _ in found[role]))
    bars = [
        {
            "label": f"{role} ({len(found[role])})",
            "value": (m := median(p for p, _ in found[role])),
            "text": f"${m:,.2f}",
        }
        for role in roles
    ]
    bars.append({"label": "minimum wage", "value": wage, "text": f"${wage:,.2f}", "colour": theme.ORANGE})
    for bar in bars[:-1]:
        bar["colour"] = theme.BLUE
    return (
        charts.bars(bars, [str(bar["label"]) for bar in bars], "dollars an hour, median"),
        title,
        f"Bars by role beside the minimum wage of ${wage:,.2f}.",
        ("role (persons)", "dollars an hour, median"),
        [(str(bar["label"]), str(bar["text"])) for bar in bars],
        "Role pay over payroll hours on its lines.",
    )


def _why(rows: list[Row], otherwise: str) -> str:
    reasons = {row["reason"] for row in rows if row.get("reason")}
    if "not_released" in reasons:
        return "not released yet"
    return "hidden to protect persons" if reasons else otherwise
