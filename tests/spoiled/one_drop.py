"""One bad drop in a state of three districts: the other two's eight submissions, and how a run over it is watched."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import small_state as small

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["rung.cli.main", "rung.intake.run", "expectations.gate", "great_expectations"])
OTHERS = ("0100", "0200")
BAD = "0300"
FOLDER = f"landing/{BAD}/2026"
SECONDS = 60
# Low, so that what is too large is small; a bound of time that a reader's start on a busy machine keeps.
BOUNDS = """
[gate]
max_quarantine_share = 0.5
[intake]
max_file_bytes = 32000000
max_expanded_bytes = 64000000
max_cells = 400000
max_members = 50
readers = 1
reader_seconds = 30
reader_memory_bytes = 1000000000
"""


@dataclass(frozen=True)
class BadDrop:
    """What is sent, as `files` of one extract or by `put` (which gets the state's folder), and what becomes of it.

    `state`: None where nothing may be taken in, and `names` is then among what the run says it did not read.
    `rule`: of the file, or of rows that come back. `rows`: accepted, and sent back. `quick`: in every test run.
    """

    name: str
    says: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    extract: str = "payroll"
    put: Callable[[Path], None] | None = None
    state: str | None = "rejected"
    rule: str | None = None
    rows: tuple[int, int] | None = None
    names: str = ""
    quick: bool = False


@dataclass(frozen=True)
class Watched:
    """How a run ended: exit code, what it printed, peak memory of the parent in MB, seconds."""

    exit_code: int | None
    out: str
    err: str
    peak: int
    seconds: float


def write_base(root: Path) -> Path:
    """Two districts with four extracts each, and a third that has sent nothing yet."""
    small.write_state(root)
    (root / "rung.toml").write_text(small.CONFIG + BOUNDS)
    (root / "reference" / "districts.csv").write_text(small.REFERENCE["districts"] + f"{BAD},Ash,dcps_impact\n")
    schools = root / "reference" / "schools.csv"
    more = "".join(f"{BAD}0{n},2026,{BAD},School {n},400,50\n" for n in (1, 2))
    schools.write_text(schools.read_text() + more)
    for place in root.glob("landing/*/2025"):
        shutil.rmtree(place)
    for lea in OTHERS:
        event = f"{small.staff(lea)[0]},2026-01-15,interest"
        small.drop(root, lea, 2026, "leadership", small.csv("staff_id,event_date,event_type", [event]))
    return root


def send_anew(root: Path) -> None:
    """The others' payrolls once more with another amount, so that they are in one batch with the bad drop."""
    for lea in OTHERS:
        text = small.csv(small.PAYROLL, small.payroll(lea, 2026))
        small.drop(root, lea, 2026, "payroll", text.replace("3000.50", "3000.75", 1))


def send(root: Path, bad: BadDrop) -> None:
    for name, data in bad.files.items():
        small.drop(root, BAD, 2026, bad.extract, data, name)
    if bad.put is not None:
        (root / FOLDER / bad.extract).mkdir(parents=True, exist_ok=True)
        bad.put(root)


def _run(root: str, arguments: list[str], told: str) -> None:
    from rung.cli.main import main

    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{told}.{name}", os.O_WRONLY | os.O_CREAT), number)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
    sys.argv = ["rung", *arguments, "-c", f"{root}/rung.toml"]
    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        Path(f"{told}.peak").write_text(str(peak))


def run_rung(root: Path, *arguments: str) -> Watched:
    """A command in a process of its own, as a person would run it."""
    told = root.parent / f"{root.name}.told"
    start = time.monotonic()
    process = FORKS.Process(target=_run, args=(str(root), list(arguments), str(told)))
    process.start()
    process.join(SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
    parts = {name: Path(f"{told}.{name}") for name in ("out", "err", "peak")}
    text = {name: path.read_text(errors="replace") if path.exists() else "" for name, path in parts.items()}
    for path in parts.values():
        path.unlink(missing_ok=True)
    return Watched(process.exitcode, text["out"], text["err"], int(text["peak"] or 0), time.monotonic() - start)


def submissions(root: Path) -> list[dict[str, Any]]:
    """Every receipt of the state, and its page as text."""
    found = []
    for path in sorted((root / "receipts").rglob("receipt.json")):
        found.append(json.loads(path.read_text()) | {"page": path.with_name("receipt.html").read_text()})
    return found
