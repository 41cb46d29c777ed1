"""`rung bench --report FOLDER`: what was measured, kept as files, and the tables of performance.md made from them.

`<FOLDER>/bench/<scale>.json` is a whole report; where one is there already, of another commit, it becomes
`<scale>-before.json`. `<scale>.svg` shows the stages of both. `performance.md` gets them all between its two marks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.measure import Report
from benchmarks.table import WORDS
from rung.core.errors import RungError
from rung.core.markdown import markdown_table
from rung.report.draw import draw_all, spec

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SCALES = ("colorado-tenth", "colorado", "texas", "nation")
# What DESIGN section 11 and the issue ask for at most, by scale (None: any).
BOUNDS: dict[str | None, dict[str, float]] = {
    None: {
        "intake_over_floor": 4.5,
        "marts_over_floor": 3,
        "release_over_floor": 2.5,
        "release_again_over_release": 0.15,
        "run_over_floor": 10,
        "resubmission_intake_and_marts_over_floor": 1.2,
        "resubmission_person_years_of_others": 0.15,
        "resubmission_pay_lines_of_others": 0.05,
        "nothing_new_seconds": 1.2,
        "all_marts_over_duckdb": 1,
        "all_marts_over_duckdb_processor": 1,
        "all_marts_over_duckdb_peak": 1.2,
        "run_over_pandas": 0.12,
    },
    "colorado": {"peak_gigabytes": 2},
    "texas": {"peak_gigabytes": 4},
    "nation": {"peak_gigabytes": 8},
}
Measured = Mapping[str, Any]


def write_measured(report: Report, folder: Path) -> None:
    """Keep a report and make the page anew. Raises RungError where performance.md lacks the marks."""
    kept = folder / "bench"
    kept.mkdir(parents=True, exist_ok=True)
    mine = kept / f"{report.scale}.json"
    if mine.exists() and _read(mine)["machine"]["commit"] != report.machine["commit"]:
        mine.replace(kept / f"{report.scale}-before.json")
    mine.write_text(json.dumps(report.as_json(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    write_page(folder)


def write_page(folder: Path) -> None:
    """performance.md and its charts from the kept reports. Raises RungError where performance.md lacks the marks."""
    page = folder / "performance.md"
    text = page.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise RungError(f"{page}: lacks the lines {BEGIN} and {END}, between which the measured tables go")
    head, rest = text.split(BEGIN)
    parts = [part for path in _kept(folder) for part in _section(path)]
    page.write_text("\n\n".join((head + BEGIN, *parts, END)) + rest.split(END)[1], encoding="utf-8")


def _kept(folder: Path) -> list[Path]:
    """Reports in the folder, the known scales in their order first."""
    paths = [path for path in (folder / "bench").glob("*.json") if not path.stem.endswith("-before")]
    order = {scale: at for at, scale in enumerate(SCALES)}
    return sorted(paths, key=lambda path: (order.get(path.stem, len(order)), path.stem))


def _section(path: Path) -> Iterator[str]:
    """One scale: where it was measured, its steps, its chart, its ratios with what they must reach."""
    now, before = _read(path), None
    earlier = path.with_name(f"{path.stem}-before.json")
    if earlier.exists():
        before = _read(earlier)
    (path.with_suffix(".svg")).write_text(_chart(now, before), encoding="utf-8")
    size = f"{now['rows']['payroll']:,} pay lines, {now['landing_bytes'] / 1e6:,.0f} MB of CSV"
    yield f"### {now['scale']}\n\n{size}. {_machine(now)}"
    yield _steps(now, before)
    yield f"![Processor seconds by stage, {now['scale']}](bench/{path.stem}.svg)"
    yield _ratios(now, before)


def _machine(measured: Measured) -> str:
    machine = measured["machine"]
    return (
        f"{machine['day']}, commit {machine['commit']}: {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_gigabytes']} GB; load {machine['load_at_end']} at the end"
        + (" (shared with other work: compare processor seconds)." if _busy(machine) else ".")
    )


def _busy(machine: Measured) -> bool:
    return bool(machine["load_at_end"] > machine["cores"] + 1)


def _steps(now: Measured, before: Measured | None) -> str:
    older = {} if before is None else {step["name"]: step for step in before["steps"]}
    head = ["step", "seconds", "processor s", "peak GB", "read MB", "written MB"]
    rows = []
    for step in now["steps"]:
        cells = [step["seconds"], step["cpu_seconds"], step["peak_bytes"] / 1e9]
        cells += [step["bytes_read"] / 1e6, step["bytes_written"] / 1e6]
        old = older.get(step["name"])
        was = [] if before is None else ["" if old is None else f"{old['cpu_seconds']:,.1f}"]
        rows.append((step["name"], *(f"{cell:,.2f}" for cell in cells), *was))
    was_head = [] if before is None else [f"processor s, {before['machine']['commit']}"]
    return markdown_table((*head, *was_head), rows).rstrip()


def _ratios(now: Measured, before: Measured | None) -> str:
    bounds = {**BOUNDS[None], **BOUNDS.get(now["scale"], {})}
    rows = []
    for name in WORDS:
        value, most = now["ratios"].get(name), bounds.get(name)
        if value is None and most is None:
            continue
        held = "" if most is None or value is None else ("holds" if value <= most else "missed")
        was = [] if before is None else [_number(before["ratios"].get(name))]
        rows.append((WORDS[name], _number(value), "" if most is None else f"≤ {most:g}", held, *was))
    return markdown_table(("measure", "value", "must", "", *(() if before is None else ("before",))), rows).rstrip()


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"


def _chart(now: Measured, before: Measured | None) -> str:
    """Bars of processor seconds by step, this report beside the one before."""
    import altair as alt

    from rung.report.charts import data

    reports = [report for report in (before, now) if report is not None]
    rows = [
        {"step": step["name"], "commit": report["machine"]["commit"], "seconds": step["cpu_seconds"]}
        for report in reports
        for step in report["steps"]
    ]
    commits = [report["machine"]["commit"] for report in reports]
    chart = (
        alt.Chart(data(rows))
        .mark_bar()
        .encode(
            y=alt.Y("step:N", sort=[step["name"] for step in now["steps"]], title=None),
            x=alt.X("seconds:Q", title=f"processor seconds, {now['scale']}"),
            color=alt.Color("commit:N", sort=commits),
            yOffset=alt.YOffset("commit:N", sort=commits),
        )
        .properties(height=alt.Step(14))
    )
    (svg,) = draw_all([spec(chart)])
    return svg + "\n"


def _read(path: Path) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return kept
