"""The bench's report for people."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Report
from benchmarks.peers import NOT_IN_SQL

WORDS = {
    "run_over_floor": "whole run ÷ floor",
    "run_without_gate_over_floor": "run without the gate ÷ floor",
    "microseconds_per_pay_line": "microseconds a pay line",
    "resubmission_intake_and_marts_over_floor": "one district's resubmission, intake + marts ÷ floor",
    "resubmission_intake_and_marts_over_floor_processor": "… processor seconds",
    "resubmission_person_years_of_others": "… roster rows of other districts read again, share",
    "resubmission_pay_lines_of_others": "… pay lines of other districts whose sums were read again, share",
    "resubmission_over_run": "one district's resubmission ÷ run",
    "nothing_new_seconds": "nothing new in landing, seconds",
    "peak_gigabytes": "peak memory, GB",
    "marts_over_duckdb": "marts ÷ the same marts in DuckDB SQL",
    "all_marts_over_duckdb": "all marts ÷ DuckDB SQL",
    "run_over_pandas": "whole run ÷ the pandas pipeline",
    "intake_over_floor": "intake with gate ÷ floor",
    "marts_over_floor": "marts, designations included ÷ floor",
    "release_over_floor": "release ÷ floor",
    "release_again_over_release": "release after one resubmission ÷ release",
    "resubmission_over_floor": "one district's resubmission ÷ floor",
    "intake_over_floor_processor": "intake ÷ floor, processor seconds",
    "marts_over_floor_processor": "marts ÷ floor, processor seconds",
    "release_over_floor_processor": "release ÷ floor, processor seconds",
    "to_marts_processor_microseconds_per_pay_line": "intake and marts, processor microseconds a pay line",
    "run_over_floor_processor": "whole run ÷ floor, processor seconds",
    "marts_over_duckdb_processor": "marts ÷ DuckDB SQL, processor seconds",
    "all_marts_over_duckdb_processor": "all marts ÷ DuckDB SQL, processor seconds",
    "all_marts_over_duckdb_peak": "all marts ÷ DuckDB SQL, peak memory",
}


def report_table(report: Report) -> None:
    """Prints steps, where the time goes, and ratios."""
    console = Console()
    lines = report.rows["payroll"]
    steps = Table(title=f"{report.scale}: {lines:,} pay lines, {report.landing_bytes / 1e6:,.0f} MB of CSV")
    for heading in ("step", "seconds", "processor s", "peak GB", "read MB", "written MB"):
        steps.add_column(heading, justify="left" if heading == "step" else "right")
    for step in report.steps:
        cells = (step.seconds, step.cpu_seconds, step.peak_bytes / 1e9, step.bytes_read / 1e6, step.bytes_written / 1e6)
        steps.add_row(step.name, *(f"{cell:,.2f}" for cell in cells))
    console.print(steps)
    run = report.step("run")
    if run is not None and run.parts:
        parts = Table(title="where the time of the whole run goes")
        parts.add_column("part")
        parts.add_column("seconds", justify="right")
        parts.add_column("share", justify="right")
        for name, seconds in sorted(run.parts.items(), key=lambda part: -part[1]):
            parts.add_row(name, f"{seconds:,.2f}", f"{seconds / run.seconds:.0%}")
        console.print(parts)
    _all_marts(console, report)
    ratios = Table(title=f"{report.machine['cores']} cores, load {report.machine['load_at_end']} at the end")
    ratios.add_column("measure")
    ratios.add_column("value", justify="right")
    for name, value in report.ratios.items():
        ratios.add_row(WORDS[name], "not measured" if value is None else f"{value:,.3f}")
    console.print(ratios)


def _all_marts(console: Console, report: Report) -> None:
    """All marts from the accepted lake, by Rung and by DuckDB SQL, and what is not in the SQL."""
    ours, theirs = report.step("all_marts"), report.step("all_marts_duckdb")
    if ours is None or theirs is None:
        return
    sides = Table(title="all marts / DuckDB, from the accepted lake and Rung's designations")
    for heading in ("", "seconds", "processor s", "peak GB"):
        sides.add_column(heading, justify="right" if heading else "left")
    measured = [(step.seconds, step.cpu_seconds, step.peak_bytes / 1e9) for step in (ours, theirs)]
    for name, cells in zip(("Rung", "DuckDB SQL"), measured, strict=True):
        sides.add_row(name, *(f"{cell:,.2f}" for cell in cells))
    sides.add_row("Rung ÷ DuckDB SQL", *(f"{mine / other:,.3f}" for mine, other in zip(*measured, strict=True)))
    console.print(sides)
    for name, why in NOT_IN_SQL.items():
        console.print(f"not in the SQL: {name}: {why}", highlight=False)
