"""Charts of the workforce behind the programs: coverage, survival, like for like, reach, staffing, ratings, careers.

Most stand on marts of single districts that are not published: the public page says so where the chart would be.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl

from contracts.school_year import year_name
from rung.report import charts, theme
from rung.report.cell_format import Chart, Missing, dollars, in_restricted, percent, plural, short_dollars
from rung.report.facts import Facts, Row
from rung.report.people_charts import QUARTILES

GROUPS = {"leaders": theme.GREEN, "others": theme.BLUE, "all": theme.GREY}


def _of_place(frame: pl.DataFrame, lea_id: str | None) -> pl.DataFrame:
    """Rows of a district, or the state's own (null district) of a mart that has them."""
    return frame if frame.is_empty() else frame.filter(pl.col("lea_id").eq_missing(pl.lit(lea_id)))


def _over_districts(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of districts, without those of the state."""
    return frame if frame.is_empty() else frame.filter(pl.col("lea_id").is_not_null())


def coverage(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Schools with a teacher leader, of all schools; public: leaders whose role is open to everybody."""
    key, name = "schools-with-a-leader", "Schools with a teacher leader"
    counted: dict[int, tuple[int, int]] = {}
    least = "" if facts.restricted else "At least "  # confidential roles are in no number of a school
    if facts.restricted:
        rows = _of_place(facts.frame("coverage"), lea_id).filter(
            pl.col("program_id").is_null() & pl.col("poverty_quartile").is_null()
        )
        for row in rows.sort("school_year").to_dicts():
            counted[row["school_year"]] = (row["schools_with_leader"], row["schools"])
    else:
        table = facts.tables.get("public_school", pl.DataFrame({"measure": []}, schema={"measure": pl.String}))
        led = table.filter(pl.col("measure") == "teachers_who_lead")
        led = led if lea_id is None or led.is_empty() else led.filter(pl.col("lea_id") == lea_id)
        for (year,), part in sorted(led.partition_by("school_year", as_dict=True).items()) if led.height else ():
            counted[int(str(year))] = (part.filter(pl.col("persons") > 0).height, part.height)
    if not counted:
        return Missing(key, name, "no school is on file")
    points = [{"x": year_name(y), "part": "schools", "value": a / b} for y, (a, b) in counted.items() if b]
    last = max(counted)
    a, b = counted[last]
    return Chart(
        key,
        "Every school has a teacher leader" if a == b else f"{least}{a:,} of {b:,} schools have a teacher leader",
        "Share of schools with at least one teacher who leads, by school year",
        charts.lines(points, {"schools": theme.GREEN}, "share of schools", "%"),
        f"Line by year. {year_name(last)}: {a:,} of {b:,} schools.",
        ("year", "schools with a leader", "schools", "share"),
        [(year_name(y), f"{a:,}", f"{b:,}", percent(a, b)) for y, (a, b) in counted.items()],
        ("coverage",) if facts.restricted else ("public_school",),
        ""
        if facts.restricted
        else "Leaders whose role or award is public; schools whose number is hidden count as none.",
    )


def coverage_by_poverty(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Restricted: the same by quarter of school poverty, in the reader's year."""
    key, name = "schools-with-a-leader-by-poverty", "Schools with a leader, by poverty"
    if not facts.restricted:
        return in_restricted(key, name)
    rows = _of_place(facts.frame("coverage"), lea_id)
    rows = rows.filter(pl.col("program_id").is_null() & pl.col("poverty_quartile").is_not_null())
    bars = [
        {
            "year": year_name(r["school_year"]),
            "label": QUARTILES[str(r["poverty_quartile"])],
            "value": r["coverage"] or 0.0,
            "text": f"{r['schools_with_leader']:,} of {r['schools']:,}",
        }
        for r in rows.sort("school_year", "poverty_quartile").to_dicts()
        if str(r["poverty_quartile"]) in QUARTILES
    ]
    latest = {bar["label"]: bar for bar in bars if bar["year"] == year_name(facts.latest)}
    if not latest:
        return Missing(key, name, "no school with its poverty is on file")
    poorest = latest.get(QUARTILES["4"])
    title = f"{poorest['text']} of the poorest schools have a leader" if poorest else name
    drawn = charts.bars(bars, list(QUARTILES.values()), "share of schools", theme.GREEN, "%")
    return Chart(
        key,
        title,
        "Share of schools with a teacher who leads, by quarter of school poverty",
        charts.in_year(drawn, year_name(facts.latest)),
        "Bars by quarter: " + "; ".join(f"{label}: {bar['text']}" for label, bar in latest.items()) + ".",
        ("year", "quarter of schools", "with a leader"),
        [(str(b["year"]), str(b["label"]), str(b["text"])) for b in bars],
        ("coverage",),
        by_year=year_name(facts.latest),
    )


def survival(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Restricted: share of an entry cohort still teaching in the state, leaders against others, with bounds."""
    key, name = "survival", "How long new teachers stay"
    if not facts.restricted:
        return in_restricted(key, name)
    rows = _of_place(facts.frame("survival"), lea_id).filter(pl.col("survival").is_not_null())
    if rows.is_empty():
        return Missing(key, name, "no cohort of new teachers has a following year on file")
    # The cohort that can be followed longest.
    cohort = rows.group_by("cohort_year").agg(pl.col("years_after").max()).sort("years_after", "cohort_year")
    year = int(cohort["cohort_year"][-1])
    mine = rows.filter(pl.col("cohort_year") == year).sort("comparison_group", "years_after").to_dicts()
    points = [
        {
            "x": r["years_after"],
            "part": r["comparison_group"],
            "value": r["survival"],
            "low": r["survival_low"],
            "high": r["survival_high"],
        }
        for r in mine
    ]
    last = [r for r in mine if r["comparison_group"] == "all"][-1:]
    title = name
    if last:
        after = plural(last[0]["years_after"], "year")
        title = f"{percent(last[0]['survival'], 1)} of new teachers still teach after {after}"
    present = {group: colour for group, colour in GROUPS.items() if any(p["part"] == group for p in points)}
    return Chart(
        key,
        title,
        f"Teachers who began in {year_name(year)}: share teaching in every year since, by years after",
        charts.lines(points, present, "still teaching", "%"),
        f"Lines by years after entry. {title}.",
        ("cohort", "who", "years after", "entered", "in teaching", "survival", "low", "high"),
        [
            (
                year_name(r["cohort_year"]),
                r["comparison_group"],
                str(r["years_after"]),
                f"{r['entered']:,}",
                f"{r['in_teaching']:,}",
                *(
                    f"{100 * r[c]:.1f} %" if r[c] is not None else "–"
                    for c in ("survival", "survival_low", "survival_high")
                ),
            )
            for r in rows.sort("cohort_year", "comparison_group", "years_after").to_dicts()
        ],
        ("survival",),
        "Bands: 95 % bounds. Who leads is known only after entry: leaders have stayed long enough to lead.",
    )


def like_for_like(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Restricted: difference in staying between leaders and others of the same band, experience and school poverty."""
    key, name = "like-for-like", "Retention like for like"
    if not facts.restricted:
        return in_restricted(key, name)
    frame = _over_districts(facts.frame("retention", lea_id))
    rows = frame.filter(pl.col("difference").is_not_null()).sort("school_year", "lea_id", "program_id").to_dicts()
    if not rows:
        return Missing(key, name, "no leader has a teacher alike to be compared with")
    summed: dict[tuple[str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for r in rows:
        if r["compared"]:
            both = summed[r["program_id"], r["school_year"]]
            both[0] += r["difference"] * r["compared"]
            both[1] += r["compared"]
    points: list[dict[str, Any]] = [
        {
            "year": year_name(year),
            "label": facts.programs[program].short if program in facts.programs else program,
            "value": 100 * weighted / n,
            "text": f"{100 * weighted / n:+.1f} ({n:,.0f})".replace("-", "−"),
        }
        for (program, year), (weighted, n) in sorted(summed.items())
    ]
    shown = max(p["year"] for p in points)
    latest = sorted((p for p in points if p["year"] == shown), key=lambda p: -p["value"])
    more = sum(1 for p in latest if p["value"] > 0)
    return Chart(
        key,
        f"Leaders stay more often than teachers like them in {more} of {plural(len(latest), 'program')}",
        "Difference in staying in the state's schools, points, leaders less others alike in band, experience, poverty",
        charts.in_year(charts.bars(points, [p["label"] for p in latest], "points", fmt="+.0f"), shown),
        "Bars by program: " + "; ".join(f"{p['label']} {p['text']}" for p in latest) + ".",
        ("year", "program", "points (leaders compared)"),
        [(p["year"], p["label"], p["text"]) for p in points],
        ("retention",),
        "Weighted by leaders compared. A comparison, not a cause.",
        by_year=shown,
    )


def top_rated_reach(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Restricted: share of students taught by top-rated teachers, by quarter of school poverty."""
    key, name = "students-of-top-rated", "Students of top-rated teachers"
    if not facts.restricted:
        return in_restricted(key, name)
    frame = _over_districts(facts.frame("top_rated_reach", lea_id)).filter(pl.col("poverty_quartile").is_not_null())
    sums = frame.group_by("school_year", "poverty_quartile").agg(pl.col("students", "students_of_top_rated").sum())
    bars = [
        {
            "year": year_name(r["school_year"]),
            "label": QUARTILES[str(r["poverty_quartile"])],
            "value": r["students_of_top_rated"] / r["students"],
            "text": percent(r["students_of_top_rated"], r["students"]),
        }
        for r in sums.sort("school_year", "poverty_quartile").to_dicts()
        if r["students"] and str(r["poverty_quartile"]) in QUARTILES
    ]
    latest = {bar["label"]: bar for bar in bars if bar["year"] == year_name(facts.latest)}
    if not latest:
        return Missing(key, name, "no teacher's students are on file")
    poor, rich = latest.get(QUARTILES["4"]), latest.get(QUARTILES["1"])
    title = (
        f"{poor['text']} of students in the poorest schools, {rich['text']} in the least poor"
        if poor and rich
        else name
    )
    drawn = charts.bars(bars, list(QUARTILES.values()), "share of students", fmt="%")
    return Chart(
        key,
        title,
        "Share of students taught by top-rated teachers, by quarter of school poverty",
        charts.in_year(drawn, year_name(facts.latest)),
        "Bars by quarter: " + "; ".join(f"{label}: {bar['text']}" for label, bar in latest.items()) + ".",
        ("year", "quarter of schools", "share of students"),
        [(b["year"], b["label"], b["text"]) for b in bars],
        ("top_rated_reach",),
        "A student taught by two teachers counts twice.",
        by_year=year_name(facts.latest),
    )


def staffing(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Restricted: cost of assistant principals, coaches and released leader time, side by side."""
    key, name = "leadership-staffing", "Assistant principals, coaches and released leaders"
    if not facts.restricted:
        return in_restricted(key, name)
    costs = {"ap_cost": "assistant principals", "coach_cost": "coaches", "released_leader_cost": "released leaders"}
    frame = _over_districts(facts.frame("leadership_staffing", lea_id))
    if frame.is_empty():
        return Missing(key, name, "no roster is on file")
    fte = ["ap_fte", "coach_fte", "released_leader_fte"]
    rows = frame.group_by("school_year").agg(pl.col(*costs, *fte, "ap_falls_leaders_rise").sum()).sort("school_year")
    cells: list[Row] = []
    table = []
    for r in rows.to_dicts():
        cells += [{"x": year_name(r["school_year"]), "part": part, "value": float(r[part] or 0)} for part in costs]
        table.append((year_name(r["school_year"]), *(dollars(r[c]) for c in costs), *(f"{r[f]:,.1f}" for f in fte)))
    last = rows.to_dicts()[-1]
    colours = {"ap_cost": theme.BLUE, "coach_cost": theme.SKY, "released_leader_cost": theme.GREEN}
    released, aps = short_dollars(last["released_leader_cost"]), short_dollars(last["ap_cost"])
    return Chart(
        key,
        f"Released leader time costs {released}, assistant principals {aps}",
        "Pay of assistant principals and coaches, and released time of leaders, dollars by school year",
        charts.stacked(cells, colours, costs, "dollars"),
        f"Stacked columns by year. {year_name(last['school_year'])}: {aps}, {released}.",
        ("year", *costs.values(), "AP FTE", "coach FTE", "released FTE"),
        table,
        ("leadership_staffing",),
        f"{plural(last['ap_falls_leaders_rise'] or 0, 'district')} had fewer assistant principals and more leaders.",
    )
