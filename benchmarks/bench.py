"""The benchmark: a state of a named scale, the floor, `rung run` stage by stage and whole, and what comes after it.

Each measurement is a process of its own. The generated state is kept in the cache; what Rung makes of it is not.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from benchmarks.ladder import ladder_step
from benchmarks.measure import Report, Step, bytes_under, step_of, timed
from benchmarks.peer_steps import peer_steps
from benchmarks.peers import NOT_IN_SQL
from benchmarks.resubmission import drop_again
from benchmarks.state import BenchState, prepared
from benchmarks.table import report_table

FLOOR_RUNS = 3
STAGES = ("intake", "marts", "release")
MADE = ("lake", "receipts", "releases", "rung.db", "extra")


def run_bench(scale: str, cache_dir: Path, *, as_json: bool = False) -> Report:
    """Benches one scale and prints the report: a table, or JSON. Raises RungError when a step fails."""
    say = (lambda _text: None) if as_json else _print_answer
    report = measure(prepared(scale, cache_dir, say), say)
    ladder = ladder_step()
    if as_json:
        data = (
            report.as_json()
            | {"not_in_sql": NOT_IN_SQL}
            | {"ladder_step": asdict(ladder) | {"times_copy": ladder.times_copy}}
        )
        sys.stdout.write(json.dumps(data, sort_keys=True) + "\n")
    else:
        report_table(report)
        _print_answer(ladder.line())
    return report


def measure(state: BenchState, say: Callable[[str], None]) -> Report:
    """All steps over a prepared state, one after the other."""
    steps: list[Step] = []

    def note(step: Step) -> None:
        steps.append(step)
        say(f"{step.name}: {step.seconds:.1f} s, {step.peak_bytes / 1e9:.2f} GB")

    floors = [_floor(state) for _ in range(FLOOR_RUNS)]
    note(min(floors, key=lambda step: step.seconds))
    _clear(state)
    for stage in STAGES:
        note(_rung(state, stage, stage))
    note(_rung(state, "again", "run"))
    drop_again(state)
    note(_rung(state, "resubmission", "run"))
    _clear(state)
    note(_rung(state, "run", "run"))
    for step in peer_steps(state):
        note(step)
    return Report(
        scale=state.scale,
        rows=state.rows,
        landing_bytes=bytes_under(state.landing),
        steps=tuple(steps),
        ratios=ratios_of({step.name: step for step in steps}, state.rows),
        machine={"cores": os.cpu_count(), "load_at_end": round(os.getloadavg()[0], 2)},
    )


def ratios_of(steps: dict[str, Step], rows: dict[str, int]) -> dict[str, float | None]:
    """What section 11 asks for; null where a step or a part that it needs was not measured."""
    run, floor = steps["run"], steps["floor"]
    gate = run.parts.get("gate")
    lines = rows["payroll"]
    return {
        "run_over_floor": run.seconds / floor.seconds,
        "run_without_gate_over_floor": None if gate is None else (run.seconds - gate) / floor.seconds,
        "microseconds_per_pay_line": run.seconds / lines * 1e6,
        "resubmission_over_run": steps["resubmission"].seconds / run.seconds,
        "nothing_new_seconds": steps["again"].seconds,
        "peak_gigabytes": max(step.peak_bytes for name, step in steps.items() if name in (*STAGES, "run")) / 1e9,
        "marts_over_duckdb": _over(steps, "same_marts", "duckdb"),
        "all_marts_over_duckdb": _over(steps, "all_marts", "all_marts_duckdb"),
        "run_over_pandas": _over(steps, "run", "pandas"),
        # processor seconds hold still where other work shares the machine
        "run_over_floor_processor": run.cpu_seconds / floor.cpu_seconds,
        "marts_over_duckdb_processor": _over(steps, "same_marts", "duckdb", "cpu_seconds"),
        "all_marts_over_duckdb_processor": _over(steps, "all_marts", "all_marts_duckdb", "cpu_seconds"),
        "all_marts_over_duckdb_peak": _over(steps, "all_marts", "all_marts_duckdb", "peak_bytes"),
    }


def _over(steps: dict[str, Step], one: str, other: str, what: str = "seconds") -> float | None:
    """One step's seconds (or what is asked) over another's; null where either was not measured."""
    if one not in steps or other not in steps:
        return None
    ratio: float = getattr(steps[one], what) / getattr(steps[other], what)
    return ratio


def _floor(state: BenchState) -> Step:
    out = state.work / "floor"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "benchmarks.floor", str(state.landing), str(out)]
    taken = timed(command, state.work)
    return step_of("floor", taken, bytes_under(state.landing), bytes_under(out))


def _rung(state: BenchState, name: str, command: str) -> Step:
    """One `rung` command in a fresh process; what it wrote is what the working folder grew by."""
    before = bytes_under(*(state.work / made for made in MADE))
    read = bytes_under(state.landing) if command in ("intake", "run") else bytes_under(state.work / "lake")
    rung = Path(sys.executable).parent / "rung"
    taken = timed([str(rung), command, "-c", str(state.config), "--json"], state.work)
    said = json.loads(taken.stdout.strip().splitlines()[-1])
    grown = bytes_under(*(state.work / made for made in MADE)) - before
    return step_of(name, taken, read, grown, said.get("seconds", {}))


def _clear(state: BenchState) -> None:
    for made in MADE:
        place = state.work / made
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)


def _print_answer(text: str) -> None:
    sys.stderr.write(text + "\n")
