"""Restricted charts of ratings and careers: rating shares, leaders who become principals, unused awards, schools."""

from __future__ import annotations

from collections import defaultdict

import polars as pl

from contracts.school_year import year_name
from rung.report import charts, theme
from rung.report.cell_format import Cell, Chart, Missing, Table, in_restricted, percent, plural
from rung.report.facts import Facts, Row

BANDS = {band: (f"band {band}" if band.isdigit() else band) for band in theme.BANDS}


def ratings(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Shares of the bands by rating system."""
    key, name = "ratings", "Ratings by system"
    if not facts.restricted:
        return in_restricted(key, name)
    frame = facts.frame("rating_distribution", lea_id)
    frame = frame if frame.is_empty() else frame.filter(pl.col("lea_id").is_not_null())
    if frame.is_empty():
        return Missing(key, name, "no teacher is on file")
    band = pl.col("band").cast(pl.String).fill_null("not rated")
    sums = frame.group_by("rating_system", "school_year", band.alias("part")).agg(pl.col("teachers").sum())
    sums = sums.with_columns(whole=pl.col("teachers").sum().over("rating_system", "school_year"))
    rows = sums.filter(pl.col("whole") > 0).sort(
        "school_year", "rating_system", "part", descending=[False, False, True]
    )
    cells = [
        {
            "year": year_name(r["school_year"]),
            "label": r["rating_system"],
            "part": r["part"],
            "value": r["teachers"] / r["whole"],
        }
        for r in rows.to_dicts()
    ]
    last = [c for c in cells if c["year"] == year_name(facts.latest)]
    top = {c["label"]: c["value"] for c in last if c["part"] == "5"}
    title = name
    if top:
        most = max(top, key=lambda system: top[system])
        title = f"{percent(top[most], 1)} of teachers under {most} are in the highest band"
    drawn = charts.shares(cells, theme.BANDS, BANDS, sorted({c["label"] for c in last}))
    return Chart(
        key,
        title,
        "Share of teachers in each band, by rating system",
        charts.in_year(drawn, year_name(facts.latest)),
        "Bars of bands by system. Highest band: "
        + "; ".join(f"{s} {percent(v, 1)}" for s, v in sorted(top.items()))
        + ".",
        ("year", "rating system", "band", "teachers", "share"),
        [
            (
                year_name(r["school_year"]),
                r["rating_system"],
                BANDS[r["part"]],
                f"{r['teachers']:,}",
                percent(r["teachers"], r["whole"]),
            )
            for r in rows.to_dicts()
        ],
        ("rating_distribution",),
        by_year=year_name(facts.latest),
    )


def pipeline(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Teacher leaders who became assistant principal or principal, by years after."""
    key, name = "pipeline", "From teacher leader to principal"
    if not facts.restricted:
        return in_restricted(key, name)
    frame = facts.frame("pipeline")
    frame = frame if frame.is_empty() else frame.filter(pl.col("lea_id").eq_missing(pl.lit(lea_id)))
    if frame.is_empty():
        return Missing(key, name, "no year has a following year on file")
    rows = frame.sort("school_year", "years_after").to_dicts()
    longest = max(r["years_after"] for r in rows)
    ahead = [r for r in rows if r["years_after"] == min(3, longest)] or rows
    cells: list[Row] = []
    for r in ahead:
        x = year_name(r["school_year"])
        cells += [
            {"x": x, "part": "to_ap", "value": r["to_ap"]},
            {"x": x, "part": "to_principal", "value": r["to_principal"]},
        ]
    moved = sum(r["to_ap"] + r["to_principal"] for r in ahead)
    leaders = sum(r["leaders"] for r in ahead)
    after = plural(ahead[0]["years_after"], "year")
    new = [r for r in rows if r["years_after"] == 1 and r["new_principals"] is not None]
    led, principals = sum(r["new_principals_who_led"] or 0 for r in new), sum(r["new_principals"] for r in new)
    names = {"to_ap": "assistant principal", "to_principal": "principal"}
    return Chart(
        key,
        f"{moved:,} of {leaders:,} leaders were assistant principal or principal {after} later",
        f"Leaders of a year who hold the post {after} later, persons by school year",
        charts.stacked(cells, {"to_ap": theme.SKY, "to_principal": theme.BLUE}, names, "persons", ",.0f"),
        f"Stacked columns by year: {moved:,} of {leaders:,} leaders.",
        ("year", "years after", "leaders", "assistant principal", "principal", "new principals", "who had led"),
        [
            (
                year_name(r["school_year"]),
                str(r["years_after"]),
                *(
                    f"{r[c]:,}" if r[c] is not None else "–"
                    for c in ("leaders", "to_ap", "to_principal", "new_principals", "new_principals_who_led")
                ),
            )
            for r in rows
        ],
        ("pipeline",),
        f"{led:,} of {plural(principals, 'new principal')} had led as a teacher." if principals else "",
    )


def unused(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Designations of tier 2 or more, and certificates, that led to no role."""
    key, name = "unused", "Designations and certificates without a role"
    if not facts.restricted:
        return in_restricted(key, name)
    frame = facts.frame("unused_designation", lea_id)
    frame = frame if frame.is_empty() else frame.filter(pl.col("lea_id").is_not_null())
    if frame.is_empty():
        return Missing(key, name, "no designation of tier 2 or certificate is on file")
    counts = ("designees", "without_role", "certificates", "certificates_without_role")
    rows = frame.group_by("program_id", "school_year").agg(pl.col(*counts).sum()).sort("school_year", "program_id")
    bars = []
    for r in rows.to_dicts():
        held, idle = r["designees"] + r["certificates"], r["without_role"] + (r["certificates_without_role"] or 0)
        if held:
            title = facts.programs[r["program_id"]].short if r["program_id"] in facts.programs else r["program_id"]
            bars.append(
                {
                    "year": year_name(r["school_year"]),
                    "label": title,
                    "value": idle / held,
                    "text": f"{idle:,} of {held:,}",
                }
            )
    latest = sorted((b for b in bars if b["year"] == year_name(facts.latest)), key=lambda b: -b["value"])
    if not latest:
        return Missing(key, name, "nobody holds one in the latest year")
    drawn = charts.bars(bars, [b["label"] for b in latest], "share without a role", theme.ORANGE, "%")
    return Chart(
        key,
        f"{latest[0]['label']}: {latest[0]['text']} led to no role",
        "Designees of tier 2 or more and certificates without a leadership role in the year, share by program",
        charts.in_year(drawn, year_name(facts.latest)),
        "Bars by program: " + "; ".join(f"{b['label']} {b['text']}" for b in latest) + ".",
        ("year", "program", "without a role"),
        [(b["year"], b["label"], b["text"]) for b in bars],
        ("unused_designation",),
        by_year=year_name(facts.latest),
    )


def schools_keep(facts: Facts, lea_id: str | None = None, school_id: str | None = None) -> Chart | Missing:
    """Leaders that schools gained, kept and lost, by year; of one school where it is named."""
    key, name = "leaders-kept", "Leaders gained, kept and lost by schools"
    if not facts.restricted:
        return in_restricted(key, name)
    frame = facts.frame("school_leadership", lea_id)
    frame = frame if school_id is None or frame.is_empty() else frame.filter(pl.col("school_id") == school_id)
    if frame.is_empty():
        return Missing(key, name, "no school with teachers is on file")
    parts = {"kept": "kept", "gained": "gained", "lost": "lost"}
    sums: dict[int, dict[str, int]] = defaultdict(dict)
    columns = ("leaders", *parts, "roles_vacant")
    known = (
        frame.group_by("school_year").agg(pl.col(*columns).sum(), pl.col("kept").count().alias("n")).sort("school_year")
    )
    for r in known.to_dicts():
        sums[r["school_year"]] = {c: r[c] for c in columns} if r["n"] else {"leaders": r["leaders"]}
    cells = [
        {"x": year_name(y), "part": part, "value": row[part]}
        for y, row in sums.items()
        for part in parts
        if part in row
    ]
    last = max(sums)
    row = sums[last]
    title = name
    if "kept" in row:
        title = f"{row['kept']:,} leaders kept, {row['gained']:,} gained, {row['lost']:,} lost in {year_name(last)}"
    colours = {"kept": theme.BLUE, "gained": theme.GREEN, "lost": theme.ORANGE}
    return Chart(
        key,
        title,
        "Teachers who lead, against the year before, persons by school year",
        charts.stacked(cells, colours, parts, "persons", ",.0f"),
        f"Stacked columns by year. {title}.",
        ("year", "leaders", "gained", "kept", "lost", "roles vacant"),
        [
            (
                year_name(y),
                *(f"{r[c]:,}" if c in r else "–" for c in ("leaders", "gained", "kept", "lost", "roles_vacant")),
            )
            for y, r in sums.items()
        ],
        ("school_leadership",),
    )


def school_list(facts: Facts, lea_id: str) -> Table | Missing:
    """The district's schools in the latest year, each with its page."""
    frame = facts.frame("school_leadership", lea_id)
    if frame.is_empty():
        return in_restricted("schools", "Schools")
    rows = frame.filter(pl.col("school_year") == frame["school_year"].max()).sort("school_id").to_dicts()
    names = school_names(facts)
    columns = ("leaders", "gained", "kept", "lost", "roles_vacant")
    lines: list[tuple[Cell, ...]] = [
        (
            (names.get(r["school_id"], r["school_id"]), f"school/{r['school_id']}.html"),
            *(f"{r[c]:,}" if r[c] is not None else "–" for c in columns),
            f"{r['span_median']:.1f}" if r["span_median"] is not None else "–",
        )
        for r in rows
    ]
    headers = ("school", "leaders", "gained", "kept", "lost", "roles vacant", "teachers per evaluator, median")
    return Table("schools", f"Schools in {year_name(facts.latest)}", headers, lines)


def school_names(facts: Facts) -> dict[str, str]:
    """The latest name of each school."""
    table = facts.tables["dim_school"].sort("school_year", "school_id")
    return dict(table.select("school_id", "name").iter_rows())
