"""The chart of a ladder: people on each rung by year, and the moves between rungs."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.school_year import year_name
from rung.report import charts, theme
from rung.report.cell_format import Chart, Missing, persons_text, persons_value, plural
from rung.report.facts import Facts, Program, Row

YEARS_SHOWN = 4
MOVES = {
    "entered": "new on the ladder",
    "up": "up",
    "stayed": "stayed",
    "down": "down",
    "left": "left the ladder",
}


def ladder(facts: Facts, program: Program, lea_id: str | None = None, *, named: bool = False) -> Chart | Missing:
    """People on each rung in the last years, and how many moved between rungs from one year to the next."""
    key = f"ladder-{program.program_id}"
    name = f"{program.short}: people on each rung" if named else "People on each rung"
    held = [
        r for r in facts.rows("public_designation", lea_id, program.program_id) if r["level"] not in ("all", "none")
    ]
    years = sorted({r["school_year"] for r in held})[-YEARS_SHOWN:]
    held = [r for r in held if r["school_year"] in years and persons_text(r) != "0"]
    if not held:
        return Missing(key, name, "nobody has held a level in this program")
    rungs = [name for _, name, _ in reversed(program.levels)]
    nodes = [
        {
            "year": year_name(r["school_year"]),
            "rung": program.titles.get(r["level"], r["level"]),
            "value": persons_value(r) or 0.0,
            "text": persons_text(r) if persons_value(r) is not None else "hidden",
            "hidden": persons_value(r) is None,
        }
        for r in held
    ]
    flows = [r for r in facts.rows("public_ladder_flow", lea_id, program.program_id) if r["school_year"] in years[1:]]
    # Of a district only what kind of move is published; of the state, from where to where.
    moved = [r for r in flows if r["from_level"] is not None and "none" not in (r["from_level"], r["to_level"])]
    edges = [_edge(r, program, rungs) for r in moved if persons_value(r)]
    last = [r for r in held if r["school_year"] == years[-1]]
    holders = "; ".join(f"{program.titles.get(r['level'], r['level'])} {persons_text(r)}" for r in last)
    top = max(last, key=lambda r: persons_value(r) or 0, default=None)
    title = name
    if top is not None and persons_value(top):
        title = f"{program.short + ': m' if named else 'M'}ost stand at {program.titles.get(top['level'], '')}"
    hidden = sum(1 for r in moved if persons_value(r) is None)
    note = "Green lines lead up, orange ones down; the wider, the more people."
    note += f" {plural(hidden, 'flow is', 'flows are')} hidden or too few to be shown." if hidden else ""
    present = [r for r in rungs if any(program.titles.get(h["level"]) == r for h in held)]
    return Chart(
        key,
        title,
        "Persons on each rung, and moves between them, by school year",
        charts.ladder(nodes, edges, [year_name(y) for y in years], present),
        f"Ladder by year. In {year_name(years[-1])}: {holders}.",
        ("year", "rung or move", "persons"),
        _ladder_table(program, held, moved, [r for r in flows if r["from_level"] is None]),
        ("public_designation", "public_ladder_flow"),
        note,
    )


def _ladder_table(program: Program, held: list[Row], moved: list[Row], kinds: list[Row]) -> list[tuple[str, str, str]]:
    title = program.titles.get
    return [
        *(
            (year_name(r["school_year"]), str(title(r["level"], r["level"])), persons_text(r))
            for r in sorted(held, key=lambda r: (r["school_year"], r["level"]))
        ),
        *(
            (
                year_name(r["school_year"]),
                f"{title(r['from_level'], '?')} → {title(r['to_level'], '?')}",
                persons_text(r),
            )
            for r in sorted(moved, key=lambda r: (r["school_year"], r["from_level"], r["to_level"]))
            if persons_text(r) != "0"
        ),
        *((year_name(r["school_year"]), MOVES[r["move"]], persons_text(r)) for r in kinds),
    ]


def _edge(row: Row, program: Program, rungs: Sequence[str]) -> Row:
    start, end = program.titles.get(row["from_level"], ""), program.titles.get(row["to_level"], "")
    rise = rungs.index(start) - rungs.index(end) if start in rungs and end in rungs else 0
    colour = theme.GREEN if rise > 0 else theme.ORANGE if rise < 0 else theme.GREY
    return {
        "year": year_name(row["school_year"] - 1),
        "to_year": year_name(row["school_year"]),
        "rung": start,
        "to_rung": end,
        "value": persons_value(row),
        "colour": colour,
    }
