"""Roll-up receipts for a middle tier: how a regional service centre's districts stand, in three files per region.

`<receipts>/regions/<region_id>/status.{json,csv,html}`: states, counts and dates of submissions, never a row of them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from rung.core.settings import Settings
from rung.core.templates import render
from rung.intake.safe_csv import safe_csv_rows
from rung.intake.status import StatusLine, count_states, status_lines
from rung.lake.reference import ReferenceTables
from rung.lake.workspace import Workspace

FOLDER = "regions"
COLUMNS = (
    ("lea_id", "district id"),
    ("name", "district"),
    ("school_year", "school year"),
    ("extract", "extract"),
    ("state", "state"),
    ("received_at", "received"),
    ("days_late", "days late"),
    ("rows_accepted", "rows accepted"),
    ("rows_quarantined", "rows sent back"),
    ("answered", "warnings answered"),
    ("answers_open", "answers open"),
    ("certified_by", "certified by"),
)


def write_regions(work: Workspace, reference: ReferenceTables) -> tuple[str, ...]:
    """Write the roll-up of every region that `districts.region_id` names; returns the regions. None without any."""
    if reference.tables["districts"]["region_id"].null_count() == reference.tables["districts"].height:
        return ()
    by_region: dict[str, list[StatusLine]] = {}
    for line in status_lines(work, reference):
        if line.region_id:
            by_region.setdefault(line.region_id, []).append(line)
    for region_id, lines in by_region.items():
        for name, data in region_files(region_id, lines, work.settings).items():
            work.receipts.write(f"{FOLDER}/{region_id}/{name}", data)
    return tuple(sorted(by_region))


def region_files(region_id: str, lines: Sequence[StatusLine], settings: Settings) -> dict[str, bytes]:
    """The files of one region from its districts' lines."""
    every = (line.as_json() for line in lines)
    rows = [{key: data[key] for key, _ in COLUMNS} for data in every]
    data = {
        "region_id": region_id,
        "districts": len({line.lea_id for line in lines}),
        "states": count_states(list(lines)),
        "needs_person": sum(line.needs_person for line in lines),
        "lines": rows,
    }
    cells = [tuple("" if row[key] is None else str(row[key]) for key, _ in COLUMNS) for row in rows]
    headings = [word for _, word in COLUMNS]
    page = render(settings, "region.html", **data, state=settings.state.name, headings=headings, cells=cells)
    return {
        "status.json": json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False).encode(),
        "status.csv": safe_csv_rows([key for key, _ in COLUMNS], cells),
        "status.html": page.encode(),
    }
