"""Restricted: when each district's data arrived, as a map of districts and years."""

from __future__ import annotations

from collections import defaultdict

from flows import look
from flows.report import charts
from flows.report.facts import Facts
from flows.report.people import Planned
from flows.report.shown import Missing, year_name

ON_TIME, LATE, NOT_SENT = "on time", "late", "not sent"
COLOURS = {ON_TIME: look.BLUE, LATE: look.GOLD, NOT_SENT: "#e3e6ea"}
SHOWN = 60


def timeliness(facts: Facts, lea_id: str | None = None) -> Planned | Missing:
    """The worst extract of each district-year: on time, late, or not sent at all."""
    title = "When the data came"
    rows = facts.extra("data_quality", lea_id)
    if not any(row["days_late"] is not None for row in rows):
        return Missing(title, "no calendar is on file, so nothing is due")
    days: dict[tuple[str, int], int] = defaultdict(int)
    for row in rows:
        place = (row["lea_id"], row["school_year"])
        days[place] = max(days[place], row["days_late"] or 0)
    years = sorted({year for _, year in days})
    leas = [lea_id] if lea_id else list(facts.districts)
    late = {lea: sum(days.get((lea, year), 999) for year in years) for lea in leas}
    shown = sorted(leas, key=lambda lea: (-late[lea], lea))[:SHOWN]

    def word(lea: str, year: int) -> str:
        if (lea, year) not in days:
            return NOT_SENT
        return LATE if days[lea, year] > 0 else ON_TIME

    cells = [
        {"column": year_name(year), "line": facts.districts.get(lea, lea), "word": word(lea, year)}
        for lea in shown
        for year in years
    ]
    behind = sum(1 for cell in cells if cell["word"] != ON_TIME)
    table = [
        (
            facts.districts.get(lea, lea),
            *(f"{w} ({days[lea, y]} days)" if (w := word(lea, y)) == LATE else w for y in years),
        )
        for lea in shown
    ]
    return (
        charts.map_of_cells(
            cells, [year_name(y) for y in years], [facts.districts.get(lea, lea) for lea in shown], COLOURS
        ),
        title,
        f"Districts by year: {behind} of {len(cells)} district-years late or not sent.",
        ("district", *(year_name(y) for y in years)),
        table,
        f"The latest {len(shown)} of {len(leas)} districts; a district is late with its latest extract.",
    )
