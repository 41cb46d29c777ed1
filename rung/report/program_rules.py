"""A program's page in text: its rungs, its rules with their sources, its pay, and where a district may differ."""

from __future__ import annotations

from contracts.policy.conditions import many
from contracts.policy.packs import Pack
from rung.packs.describe import condition_text, when_text
from rung.report.cell_format import Table
from rung.report.facts import Program


def program_tables(program: Program) -> tuple[Table, ...]:
    """Rungs, rules, pay and knobs of the pack; nothing where the page has no pack."""
    pack = program.pack
    if pack is None:
        return ()
    return tuple(
        table for table in (_rungs(pack), _inputs(pack), _rules(pack), _pay(pack), _knobs(pack)) if table.lines
    )


def _rungs(pack: Pack) -> Table:
    leads = {None: "by its tier", True: "yes", False: "no"}
    lines = [(level.title, f"{level.tier}", leads[level.leads]) for level in reversed(pack.levels)]
    return Table("rungs", "The rungs, the highest first", ("rung", "state tier", "makes a teacher leader"), lines)


def _inputs(pack: Pack) -> Table:
    lines = [
        (name.replace("_", " "), case.replace("_", " "), condition_text(condition))
        for name, cases in pack.inputs.items()
        for case, condition in cases.items()
    ]
    return Table("looked-at", "What is looked at, each year", ("question", "answer", "where"), lines)


def _rules(pack: Pack) -> Table:
    lines = []
    for rule in (*pack.placement, *pack.rules):
        start = " or ".join(pack_title(pack, level) for level in many(rule.from_)) if rule.from_ else "any"
        goal = pack_title(pack, rule.to) if rule.to else str(rule.answer).replace("_", " ")
        lines.append((rule.id, start, when_text(pack, rule.when), goal, f"{rule.source} ({rule.provenance})"))
    title = "Rules, the first that applies decides"
    return Table("rules", title, ("rule", "from", "when", "to, or the answer", "source"), lines)


def _pay(pack: Pack) -> Table:
    lines = []
    for pay in pack.pay:
        number = pack.number(pay.amount)
        amount = "not configured" if number is None else f"${number:,.2f}"
        amount += f" plus {pay.times:,.0f} for each of {pay.per}" if pay.per else ""
        levels = " or ".join(pack_title(pack, level) for level in many(pay.levels)) or "any rung"
        lines.append((levels, amount, when_text(pack, pay.when), f"{pay.source} ({pay.provenance})"))
    return Table("pay", "Pay", ("rung", "amount", "when", "source"), lines)


def _knobs(pack: Pack) -> Table:
    lines = []
    for name, knob in pack.knobs.items():
        value = pack.knob(name)
        own = {lea: values[name] for lea, values in sorted(pack.districts.items()) if name in values}
        differ = ", ".join(f"{lea}: {each}" for lea, each in own.items()) or (
            "nobody" if knob.loose else "may not differ"
        )
        lines.append((name.replace("_", " "), "not configured" if value is None else str(value), differ))
    return Table(
        "knobs", "Numbers that the state sets, and districts that differ", ("number", "state", "differ"), lines
    )


def pack_title(pack: Pack, level: str | None) -> str:
    """The title of a level id of the pack."""
    return next((each.title for each in pack.levels if each.id == level), str(level))
