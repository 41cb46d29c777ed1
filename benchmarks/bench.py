"""The benchmark: a state of a named scale, the floor, `rung run` stage by stage and whole, and what comes after it.

Each measurement is a process of its own. The generated state is kept in the cache; what Rung makes of it is not.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from benchmarks.ladder import ladder_step
from benchmarks.measure import Report, Step, bytes_under, machine, step_of, timed
from benchmarks.peer_steps import peer_steps
from benchmarks.peers import NOT_IN_SQL
from benchmarks.resubmission import drop_again
from benchmarks.state import BenchState, prepared
from benchmarks.table import report_table
from benchmarks.written import write_measured
from rung.core.errors import RungError

FLOOR_RUNS = 3
STAGES = ("intake", "marts", "release")
CPU = "cpu_seconds"
MADE = ("lake", "receipts", "releases", "rung.db", "extra")


def run_bench(
    scale: str, cache_dir: Path, *, as_json: bool = False, until: str | None = None, report_dir: Path | None = None
) -> Report:
    """Benches one scale and prints the report: a table, or JSON; `report_dir`: also writes it there, see written.py.

    `until`: the last stage of `STAGES` to measure; without, everything. Raises RungError when a step fails.
    """
    if until is not None and until not in STAGES:
        raise RungError(f"--until is one of {', '.join(STAGES)}")
    say = (lambda _text: None) if as_json else _print_answer
    report = measure(prepared(scale, cache_dir, say), say, until)
    ladder = ladder_step() if until is None else None
    if as_json:
        data = report.as_json() | {"not_in_sql": NOT_IN_SQL}
        if ladder is not None:
            data |= {"ladder_step": asdict(ladder) | {"times_copy": ladder.times_copy}}
        sys.stdout.write(json.dumps(data, sort_keys=True) + "\n")
    else:
        report_table(report)
        if ladder is not None:
            _print_answer(ladder.line())
    if report_dir is not None:
        write_measured(report, report_dir)
    return report


def measure(state: BenchState, say: Callable[[str], None], until: str | None = None) -> Report:
    """All steps over a prepared state (or those up to a stage), one after the other."""
    steps: list[Step] = []

    def note(step: Step) -> None:
        steps.append(step)
        say(f"{step.name}: {step.seconds:.1f} s, {step.peak_bytes / 1e9:.2f} GB")

    floors = [_floor(state) for _ in range(FLOOR_RUNS)]
    note(min(floors, key=lambda step: step.seconds))
    _clear(state)
    for stage in STAGES[: None if until is None else STAGES.index(until) + 1]:
        note(_rung(state, stage, stage))
    if until == "release":
        drop_again(state)
        for stage in STAGES:
            note(_rung(state, f"{stage} again", stage))
    if until is None:
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
        machine=machine(),
    )


def ratios_of(steps: Mapping[str, Step], rows: Mapping[str, int]) -> dict[str, float | None]:
    """What section 11 asks for; null where a step or a part that it needs was not measured."""

    def over(one: str, other: str, what: str = "seconds") -> float | None:
        if one not in steps or other not in steps:
            return None
        ratio: float = getattr(steps[one], what) / getattr(steps[other], what)
        return ratio

    run, again, floor = steps.get("run"), steps.get("again"), steps["floor"]
    gate = None if run is None else run.parts.get("gate")
    stages = [step for name, step in steps.items() if name in (*STAGES, "run")]
    to_marts = [steps[name].cpu_seconds for name in ("intake", "marts") if name in steps]
    return {
        "run_over_floor": over("run", "floor"),
        "run_without_gate_over_floor": None if run is None or gate is None else (run.seconds - gate) / floor.seconds,
        "microseconds_per_pay_line": None if run is None else run.seconds / rows["payroll"] * 1e6,
        "resubmission_intake_and_marts_over_floor": _stages(steps, floor),
        "resubmission_intake_and_marts_over_floor_processor": _stages(steps, floor, CPU),
        "resubmission_person_years_of_others": _again(steps, "roster"),
        "resubmission_pay_lines_of_others": _again(steps, "payroll"),
        "resubmission_over_run": over("resubmission", "run"),
        "nothing_new_seconds": None if again is None else again.seconds,
        "peak_gigabytes": max(step.peak_bytes for step in stages) / 1e9 if stages else None,
        "marts_over_duckdb": over("same_marts", "duckdb"),
        "all_marts_over_duckdb": over("all_marts", "all_marts_duckdb"),
        "run_over_pandas": over("run", "pandas"),
        "intake_over_floor": over("intake", "floor"),
        "marts_over_floor": over("marts", "floor"),
        "release_over_floor": over("release", "floor"),
        "release_again_over_release": over("release again", "release", CPU) or _part(steps, "release"),
        "resubmission_over_floor": over("resubmission", "floor"),
        # processor seconds hold still where other work shares the machine
        "run_over_floor_processor": over("run", "floor", CPU),
        "intake_over_floor_processor": over("intake", "floor", CPU),
        "marts_over_floor_processor": over("marts", "floor", CPU),
        "release_over_floor_processor": over("release", "floor", CPU),
        "marts_over_duckdb_processor": over("same_marts", "duckdb", CPU),
        "all_marts_over_duckdb_processor": over("all_marts", "all_marts_duckdb", CPU),
        "all_marts_over_duckdb_peak": over("all_marts", "all_marts_duckdb", "peak_bytes"),
        "to_marts_processor_microseconds_per_pay_line": sum(to_marts) / rows["payroll"] * 1e6
        if len(to_marts) == 2
        else None,
    }


def _part(steps: Mapping[str, Step], part: str) -> float | None:
    """Seconds of a stage in a run after one resubmission over those of the first; null where one did not say them."""
    first, again = steps.get(part), steps.get("resubmission")
    if first is None or again is None or not first.parts.get(part) or part not in again.parts:
        return None
    return again.parts[part] / first.parts[part]


def _stages(steps: Mapping[str, Step], floor: Step, what: str = "seconds") -> float | None:
    """A resubmission's intake and marts over the floor, as stages of a run or as commands of their own; null where
    neither was measured. A run says no processor seconds of its stages."""
    if {"intake again", "marts again"} <= steps.keys():
        both = [getattr(steps[name], what) for name in ("intake again", "marts again")]
        return float(sum(both) / getattr(floor, what))
    run = steps.get("resubmission")
    if run is None or what != "seconds" or not {"intake", "marts"} <= run.parts.keys():
        return None
    return (run.parts["intake"] + run.parts["marts"]) / floor.seconds


def _again(steps: Mapping[str, Step], extract: str) -> float | None:
    """The share of other districts' rows that marts read again; null where no step said it."""
    step = steps.get("resubmission") or steps.get("marts again")
    counts = step.read_again.get(extract) if step else None
    return counts["read"] / counts["all"] if counts and counts["all"] else None


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
    return step_of(name, taken, read, grown, said.get("seconds", {}), (said.get("marts") or said).get("read_again"))


def _clear(state: BenchState) -> None:
    for made in MADE:
        place = state.work / made
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)


def _print_answer(text: str) -> None:
    sys.stderr.write(text + "\n")
