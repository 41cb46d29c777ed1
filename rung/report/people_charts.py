"""Charts about people: who leads, access by poverty, retention side by side, span of supervision."""

from __future__ import annotations

from itertools import cycle

from contracts.public import PLUS
from contracts.school_year import year_name
from rung.report import charts, theme
from rung.report.cell_format import Chart, Missing, added_up, percent, persons_text, persons_value, plural
from rung.report.facts import Facts, Program, Row

QUARTILES = {"1": "1 least poor", "2": "2", "3": "3", "4": "4 poorest"}
OUTCOMES = {
    "stay_school": "same school",
    "move_school": "other school",
    "move_lea": "other district",
    "leave_teaching": "left teaching",
    "left_state_schools": "left",
    "outcome_unknown": "not known yet",
}
AS_IT_IS, WITHOUT = "as it is", "without leaders"
GROUPS = {"leaders": "teacher leaders", "others": "other teachers", "top_rated": "top-rated"}


def leaders_by_year(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Share of teachers who lead, by year."""
    key = "teachers-who-lead"
    points: list[Row] = []
    table: list[tuple[str, ...]] = []
    for year in facts.years:
        leaders, teachers = (facts.people(measure, lea_id, year) for measure in ("leaders", "teachers"))
        if leaders is None or teachers is None:
            continue
        a, b = persons_value(leaders), persons_value(teachers)
        table.append((year_name(year), persons_text(leaders), persons_text(teachers), percent(a, b)))
        if a is not None and b:
            points.append({"x": year_name(year), "part": "lead", "value": a / b})
    if not points:
        return Missing(key, "Teachers who lead", "the numbers are hidden to protect persons")
    shown = {point["x"] for point in points}
    hidden = [year for year, *_ in table if year not in shown]
    first, last = points[0], points[-1]
    title = f"{percent(last['value'], 1)} of teachers lead in {last['x']}"
    if first is not last:
        title += f"; it was {percent(first['value'], 1)} in {first['x']}"
    return Chart(
        key,
        title,
        "Share of teachers who lead, by school year",
        charts.lines(points, {"lead": theme.GREEN}, "share of teachers", "%", hidden=hidden),
        f"Line by year. {title}.",
        ("year", "leaders", "teachers", "share"),
        table,
        ("public_access",),
        "A person who leads in two programs counts once. Principals and coaches are not teachers."
        + (" Hatched: hidden to protect persons." if hidden else ""),
    )


def holders_of(facts: Facts, program: Program, lea_id: str | None, year: int) -> Row | None:
    """Holders of the program's levels of state tier 1 or more: added up, or the whole less all the others."""
    rows = [r for r in facts.rows("public_designation", lea_id, program.program_id) if r["school_year"] == year]
    rows = [r for r in rows if r.get("school_id") is None]
    leading = {level for level, _, tier in program.levels if tier >= 1}
    found = added_up([r for r in rows if r["level"] in leading], "persons")
    whole = next((r for r in rows if r["level"] == "all"), None)
    rest = added_up([r for r in rows if r["level"] not in leading | {"all"}], "persons")
    known = whole is not None and rest is not None and None not in (whole["persons"], rest["persons"])
    if found is not None and found["persons"] is None and whole and rest and known:
        return {**whole, "persons": whole["persons"] - rest["persons"]}
    return found


def holders_by_program(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Holders of levels of each program, in the year that the reader chooses."""
    key = "holders-by-program"
    bars: list[Row] = []
    table: list[tuple[str, ...]] = []
    for year in facts.years:
        found = [(each, holders_of(facts, each, lea_id, year)) for each in facts.programs_of(lea_id)]
        for program, row in sorted(found, key=lambda each: -(persons_value(each[1]) or 0)):
            if row is None:
                continue
            table.append((year_name(year), program.title, persons_text(row)))
            if persons_value(row):
                label = {"label": program.short, "value": persons_value(row), "text": persons_text(row)}
                bars.append({"year": year_name(year), **label})
    latest = [bar for bar in bars if bar["year"] == year_name(facts.latest)]
    if not latest:
        return Missing(key, "Holders of a level, by program", "no program has holders whose number is shown")
    hidden = sum(1 for year, _, text in table if year == year_name(facts.latest) and not text[-1].isdigit())
    note = "Holders stand on state tier 1 or higher."
    note += (
        f" The numbers of {plural(hidden, 'program is', 'programs are')} hidden to protect persons." if hidden else ""
    )
    return Chart(
        key,
        f"Most hold a level of {latest[0]['label']}: {latest[0]['text']}",
        "Persons who hold a level of tier 1 or more, by program",
        charts.in_year(charts.bars(bars, [bar["label"] for bar in latest], "persons"), year_name(facts.latest)),
        f"Bars by program. Most: {'; '.join(' '.join((bar['label'], bar['text'])) for bar in latest[:5])}.",
        ("year", "program", "holders"),
        table,
        ("public_designation",),
        note,
        by_year=year_name(facts.latest),
    )


def access(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Teacher leaders per 100 teachers in schools from the least poor to the poorest quarter."""
    key = "leaders-by-poverty"
    bars: list[Row] = []
    table: list[tuple[str, ...]] = []
    for year in facts.years:
        rows = [r for r in facts.rows("public_access", lea_id) if r["school_year"] == year]
        by = {(r["measure"], r["poverty_quartile"]): r for r in rows}
        for quartile, name in QUARTILES.items():
            leaders, teachers = by.get(("leaders", quartile)), by.get(("teachers", quartile))
            if leaders is None or teachers is None:
                continue
            a, b = persons_value(leaders), persons_value(teachers)
            rate = 100 * a / b if a is not None and b else None
            shown = f"{rate:.1f}" if rate is not None else "–"
            table.append((year_name(year), name, persons_text(leaders), persons_text(teachers), shown))
            if rate is not None:
                bars.append({"year": year_name(year), "label": name, "value": rate, "text": shown})
    latest = {bar["label"]: bar for bar in bars if bar["year"] == year_name(facts.latest)}
    if not latest:
        return Missing(key, "Leaders by school poverty", "too few teachers in every quarter, or no poverty on file")
    poor, rich = latest.get(QUARTILES["4"]), latest.get(QUARTILES["1"])
    title = "Leaders by school poverty"
    if poor and rich:
        title = f"{poor['text']} leaders per 100 teachers in the poorest schools, {rich['text']} in the least poor"
    listed = "; ".join(f"quarter {label}: {bar['text']}" for label, bar in latest.items())
    drawn = charts.bars(bars, list(QUARTILES.values()), "leaders per 100 teachers", theme.GREEN)
    return Chart(
        key,
        title,
        "Teachers who lead per 100 teachers, by quarter of the state's schools",
        charts.in_year(drawn, year_name(facts.latest)),
        f"Leaders per 100 teachers by quarter of school poverty. {listed}.",
        ("year", "quarter of schools", "leaders", "teachers", "per 100"),
        table,
        ("public_access",),
        "Quarters of the state's schools by share of pupils in poverty.",
        by_year=year_name(facts.latest),
    )


def retention(facts: Facts, program: Program | None = None, lea_id: str | None = None) -> Chart | Missing:
    """What became of leaders (of a program, or of any), other teachers and the top-rated a year later, side by side."""
    key = "a-year-later"
    rows = facts.retention_rows(program.program_id if program else None, lea_id)
    known = [r for r in rows if r["outcome"] not in ("outcome_unknown", "all") and persons_value(r)]
    why = "no year has a following year on file, or the groups are too small to be shown"
    if not known:
        return Missing(key, "Where they were a year later", why)
    year = max(r["school_year"] for r in known)
    cells: list[Row] = []
    table: list[tuple[str, ...]] = []
    stayed: dict[str, str] = {}
    together: dict[str, str] = {}
    for group, name in GROUPS.items():
        mine = {r["outcome"]: r for r in rows if r["comparison_group"] == group and r["school_year"] == year}
        table += [(name, OUTCOMES[o], persons_text(mine[o])) for o in OUTCOMES if o in mine and o != "outcome_unknown"]
        sums = {o: " or ".join(OUTCOMES[part] for part in o.split(PLUS)) for o in mine if PLUS in o}
        table += [(name, label, persons_text(mine[o])) for o, label in sums.items()]
        whole = persons_value(mine.get("all"))
        parts = {o: persons_value(mine[o]) for o in (*OUTCOMES, *sums) if o in mine}
        together |= sums
        seen = sum(value or 0 for value in parts.values())
        if not whole or not seen:
            continue
        cells += [{"label": name, "part": o, "value": value / max(whole, seen)} for o, value in parts.items() if value]
        if whole > seen:
            cells.append({"label": name, "part": "hidden", "value": (whole - seen) / whole})
        stayed[name] = percent(parts.get("stay_school"), whole)
    if not cells:
        return Missing(key, "Where they were a year later", "the groups are too small to be shown")
    paints = dict(zip(together, cycle(theme.SUMS), strict=False))
    colours = {o: c for o, c in theme.OUTCOMES.items() if o != "hidden"} | paints
    colours["hidden"] = theme.HIDDEN
    listed = "; ".join(f"{name}: {share} in the same school" for name, share in stayed.items())
    first = next(iter(stayed.items()))
    return Chart(
        key,
        f"{first[1]} of {first[0]} were in the same school a year later" if first[1] != "–" else "A year later",
        f"Where teachers of {year_name(year)} were a year later, share of each group",
        charts.shares(cells, colours, {**OUTCOMES, **together, "hidden": "hidden"}, list(GROUPS.values())),
        f"After {year_name(year)}: {listed}.",
        ("group", "a year later", "persons"),
        table,
        ("public_retention",),
        "Plain counts: the groups differ in experience and school."
        + ("" if facts.restricted else " Like for like stands in the restricted report."),
    )


def span(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Teachers per evaluator by year: as it is, and without the teacher leaders among the evaluators."""
    key = "span-of-supervision"
    by = {(r["school_year"], r["measure"]): r for r in facts.rows("public_span", lea_id) if r.get("school_id") is None}
    points: list[Row] = []
    table: list[tuple[str, ...]] = []
    for year in sorted({year for year, _ in by}):
        teachers, evaluators = by.get((year, "teachers")), by.get((year, "evaluators"))
        a, b = persons_value(teachers), persons_value(evaluators)
        if teachers is None or evaluators is None or a is None or not b:
            continue
        points.append({"x": year_name(year), "part": AS_IT_IS, "value": a / b})
        others = by.get((year, "evaluators_without_leaders"))
        without = persons_value(others)
        if without:
            points.append({"x": year_name(year), "part": WITHOUT, "value": a / without})
        shown = f"{a / without:.1f}" if without else persons_text(others) if others is not None else "–"
        table.append((year_name(year), persons_text(teachers), persons_text(evaluators), f"{a / b:.1f}", shown))
    if not points:
        return Missing(key, "Span of supervision", "no evaluator of a teacher is on file, or the numbers are hidden")
    both = any(point["part"] == WITHOUT for point in points)
    note = "" if both else " What it would be without teacher leaders is hidden, or none of them evaluates."
    paint = {AS_IT_IS: theme.BLUE} | ({WITHOUT: theme.ORANGE} if both else {})
    last = table[-1]
    title = f"An evaluator has {last[3]} teachers"
    title += f"; without teacher leaders {last[4]}" if last[4][0].isdigit() else ""
    return Chart(
        key,
        title,
        "Teachers per evaluator, by school year",
        charts.lines(points, paint, "teachers per evaluator"),
        f"Line by year. {last[0]}: {last[3]} teachers per evaluator; without leaders: {last[4]}.",
        ("year", "teachers", "evaluators", "teachers per evaluator", "without teacher leaders"),
        table,
        ("public_span",),
        f"A span of 3 to 8 is what the programs aim at.{note}",
    )
