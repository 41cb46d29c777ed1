"""Charts about educators' pay: by kind; restricted: pay per hour of a role beside the minimum wage."""

from __future__ import annotations

from collections import defaultdict
from statistics import median

from contracts.public import WHOLE
from contracts.school_year import year_name
from rung.report import charts, theme
from rung.report.cell_format import (
    Chart,
    Missing,
    dollars,
    in_restricted,
    money_text,
    money_value,
    plural,
    short_dollars,
    why_hidden,
)
from rung.report.facts import Facts

PAY_GROUPS = {"base": "base pay", "supplement": "all other pay", "benefit": "benefits"}
PAY_COLOURS = {"base": "#08306b", "supplement": "#e6702e", "benefit": "#8dbfe2"}


def compensation(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """All pay by base, benefits and the rest."""
    key = "pay-by-kind"
    rows = facts.rows("public_compensation", lea_id)
    drawn = [r for r in rows if r["pay_group"] != WHOLE and money_value(r) is not None]
    if not drawn:
        return Missing(key, "Educators' pay by kind", why_hidden(rows, "no payroll is on file"))
    cells = [{"x": year_name(r["school_year"]), "part": r["pay_group"], "value": money_value(r)} for r in drawn]
    last = max(r["school_year"] for r in drawn)
    base = next((r for r in drawn if r["school_year"] == last and r["pay_group"] == "base"), None)
    title = f"{short_dollars(money_value(base))} of base pay in {year_name(last)}" if base else "Educators' pay by kind"
    ordered = sorted(rows, key=lambda r: (r["school_year"], r["pay_group"]))
    return Chart(
        key,
        title,
        "Educators' pay by kind, dollars by school year",
        charts.stacked(cells, PAY_COLOURS, PAY_GROUPS, "dollars"),
        "Stacked columns of pay by year: base pay, all other pay, benefits.",
        ("year", "kind", "dollars"),
        [(year_name(r["school_year"]), PAY_GROUPS.get(r["pay_group"], "all"), money_text(r)) for r in ordered],
        ("public_compensation",),
    )


def pay_per_hour(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Restricted: what a leadership role pays an hour, beside the minimum wage."""
    key, name = "pay-per-hour", "Pay per hour of a leadership role"
    if not facts.restricted:
        return in_restricted(key, name)  # a median is the pay of one person
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in facts.extra("leadership_role", lea_id):
        if row["school_year"] == facts.latest and row["pay_per_hour"] is not None and row["ratio_to_minimum_wage"]:
            paid = float(row["pay_per_hour"])
            found[row["role_code"] or "no role"].append((paid, paid / row["ratio_to_minimum_wage"]))
    if not found:
        return Missing(key, name, "no payroll hours stand on role pay, or no minimum wage is on file")
    wage = median(wage for pairs in found.values() for _, wage in pairs)
    middle = {f"{role} ({len(pairs)})": median(paid for paid, _ in pairs) for role, pairs in found.items()}
    ordered = sorted(middle, key=lambda role: -middle[role])
    bars = [{"label": r, "value": middle[r], "text": f"${middle[r]:,.2f}", "colour": theme.BLUE} for r in ordered]
    bars.append({"label": "minimum wage", "value": wage, "text": f"${wage:,.2f}", "colour": theme.ORANGE})
    low = sum(1 for value in middle.values() if value < wage)
    return Chart(
        key,
        f"{plural(low, 'role pays', 'roles pay')} less an hour than the minimum wage"
        if low
        else f"Roles pay {dollars(min(middle.values()))} an hour or more; the minimum wage is ${wage:,.2f}",
        f"Role pay per payroll hour, dollars, median of persons, {year_name(facts.latest)}",
        charts.bars(bars, [str(bar["label"]) for bar in bars], "dollars an hour, median", fmt="$,.0f"),
        f"Bars by role beside the minimum wage of ${wage:,.2f}.",
        ("role (persons)", "dollars an hour, median"),
        [(str(bar["label"]), str(bar["text"])) for bar in bars],
        ("leadership_role",),
        "Role pay over payroll hours on its lines.",
    )
