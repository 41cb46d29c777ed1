"""When each district's data arrived, as a map: districts and years for the state, extracts and years for a district."""

from __future__ import annotations

from contracts.school_year import year_name
from contracts.vocabulary import EXTRACTS
from rung.report import charts, theme
from rung.report.cell_format import Chart, Missing
from rung.report.facts import Facts, Row

# The worst first: a district-year counts as its worst extract.
TIMELINESS = {"missing": "not accepted", "late": "late", "on_time": "on time", "no_due_day": "no due day"}
COLOURS = {"on time": theme.BLUE, "late": theme.GOLD, "not accepted": "#7a1f00", "no due day": "#c9ced4"}
SHOWN = 60
Place = tuple[str, int]


def timeliness(facts: Facts, lea_id: str | None = None) -> Chart | Missing:
    """Whether each district's data of each year came in time; for one district, each of its extracts."""
    key = "when-the-data-came"
    rows = [r for r in facts.tables["public_data_quality"].to_dicts() if lea_id in (None, r["lea_id"])]
    if not rows:
        return Missing(key, "When the data came", "nothing has been accepted yet")
    line = "lea_id" if lea_id is None else "extract"
    worst: dict[Place, Row] = {}
    for row in rows:
        place = (row[line], row["school_year"])
        worst[place] = min(worst.get(place, row), row, key=_badness)
    years = sorted({year for _, year in worst})
    present = {name for name, _ in worst}
    names = [each for each in (EXTRACTS if lea_id else facts.districts) if each in present]
    if lea_id is None:
        # Stable: districts that are as late as each other stay in the order of their ids.
        names = sorted(
            names, key=lambda name: [_badness(worst[name, y]) for y in reversed(years) if (name, y) in worst]
        )
    shown = names[:SHOWN]
    names_shown = {name: facts.districts.get(name, name) for name in shown}
    cells = [
        {"column": year_name(year), "line": names_shown[name], "value": TIMELINESS[worst[name, year]["timeliness"]]}
        for name in shown
        for year in years
        if (name, year) in worst
    ]
    behind = sum(1 for row in worst.values() if row["timeliness"] in ("late", "missing"))
    what = "district-years" if lea_id is None else "extracts"
    table = [(names_shown[name], *(_arrival(worst.get((name, year))) for year in years)) for name in shown]
    note = "A district counts as its worst extract." if lea_id is None else "Against the due day of the calendar."
    note += f" The latest {len(shown)} of {len(names)} districts." if len(shown) < len(names) else ""
    return Chart(
        key,
        f"{behind:,} of {len(worst):,} {what} late or not accepted",
        "Whether accepted data came by the calendar's due day",
        charts.map_of_cells(cells, [year_name(year) for year in years], list(names_shown.values()), COLOURS),
        f"Map by year: {behind:,} of {len(worst):,} {what} late or not accepted.",
        ("district" if lea_id is None else "extract", *(year_name(year) for year in years)),
        table,
        ("public_data_quality",),
        note,
    )


def _badness(row: Row) -> tuple[int, int]:
    return (list(TIMELINESS).index(row["timeliness"]), -(row["days_late"] or 0))


def _arrival(row: Row | None) -> str:
    if row is None:
        return "–"
    late = row["days_late"]
    days = f" ({late:,} {'day' if late == 1 else 'days'})" if row["timeliness"] == "late" else ""
    return TIMELINESS[row["timeliness"]] + days
