"""Which tests run which function of transforms/, measured by coverage one test file at a time.

One process a file: in a shared one, what a fixture of the whole session runs would count for the first file only.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from coverage import Coverage, CoverageData

from tests.mutants.drawing import ROOT

# Where transforms/ is tested. Left out: what reads source text, and what runs the whole pipeline again in processes.
RUNG = ("rung/packs", "rung/layouts", "rung/intake", "rung/release", "rung/marts")
FOLDERS = ("transforms", "marts", "properties", *RUNG)
PYTEST = ("-q", "-x", "-m", "not slow", "-p", "no:xdist")
SETTINGS = "[run]\nsource = transforms\nparallel = true\npatch = subprocess\ndata_file = {data}\n"
LONGEST_SECONDS = 60


@dataclass(frozen=True)
class Reached:
    """What one test file runs: its processor seconds and `module:function` of each function of transforms/ it enters.

    `seconds` is null where the file does not pass on unchanged code, or takes too long: no mutant is tried with it.
    """

    file: str
    text: str
    seconds: float | None
    functions: frozenset[str]


def test_files() -> list[str]:
    """The test files that mutants are tried with."""
    found = [sorted((ROOT / "tests" / folder).rglob("test_*.py")) for folder in FOLDERS]
    return [str(path.relative_to(ROOT)) for of_folder in found for path in of_folder]


def environment(project: Path) -> dict[str, str]:
    """What a test run in a copy of the project is given: processes it starts import from the copy too."""
    return os.environ | {"PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": ""}


def measured(project: Path, folder: Path, file: str) -> Reached:
    """Run one test file under coverage in a copy of the project."""
    data = folder / file.replace("/", ".")
    data.mkdir(parents=True, exist_ok=True)
    settings = data / "settings"
    settings.write_text(SETTINGS.format(data=data / "data"))
    command = [sys.executable, "-m", "coverage", "run", f"--rcfile={settings}", "-m", "pytest", "-W", "ignore"]
    code, seconds = timed([*command, *PYTEST, file], project, LONGEST_SECONDS)
    text = (ROOT / file).read_text()
    if code not in (0, 5):
        return Reached(file, text, None, frozenset())
    return Reached(file, text, round(seconds, 1), frozenset(_entered(project, data)))


def timed(command: list[str], project: Path, limit: int) -> tuple[int, float]:
    """Exit code and processor seconds of a command that the system ends after `limit` of them."""
    bounded = ["prlimit", f"--cpu={limit}:{limit + 1}", *command]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    process = subprocess.Popen(bounded, cwd=project, env=environment(project), start_new_session=True, **quiet)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_utime + used.ru_stime


def _entered(project: Path, data: Path) -> set[str]:
    coverage = Coverage(config_file=str(data / "settings"))
    coverage.combine([str(data)])
    found: CoverageData = coverage.get_data()
    entered = set()
    for measured_file in found.measured_files():
        lines = set(found.lines(measured_file) or ())
        path = Path(measured_file).relative_to(project)
        spans = function_bodies(Path(measured_file).read_text())
        entered |= {f"{path}:{name}" for name, body in spans.items() if lines & body}
    return entered


def function_bodies(text: str) -> dict[str, set[int]]:
    """The lines of the body of each function and method of a module, by `function` or `Class.method`."""
    spans = {}
    for node in ast.parse(text).body:
        owner = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(inner, ast.FunctionDef):
                spans[owner + inner.name] = set(range(inner.body[0].lineno, (inner.end_lineno or 0) + 1))
    return spans


def reach(projects: list[Path], folder: Path, kept: Path) -> list[Reached]:
    """What each test file runs; kept, and measured anew only for files whose text has changed."""
    known = _read(kept)
    files = test_files()
    lacking = [file for file in files if file not in known or known[file].text != (ROOT / file).read_text()]

    def share(part: int) -> None:
        for file in lacking[part :: len(projects)]:
            known[file] = measured(projects[part], folder, file)
            _keep(kept, known)

    with ThreadPoolExecutor(len(projects)) as pool:
        list(pool.map(share, range(len(projects))))
    return [known[file] for file in files]


def _read(kept: Path) -> dict[str, Reached]:
    rows = json.loads(kept.read_text()) if kept.exists() else []
    return {row["file"]: Reached(**row | {"functions": frozenset(row["functions"])}) for row in rows}


def _keep(kept: Path, known: dict[str, Reached]) -> None:
    rows = [asdict(row) | {"functions": sorted(row.functions)} for row in list(known.values())]
    made = kept.with_suffix(f".{threading.get_ident()}")
    made.write_text(json.dumps(rows))
    made.replace(kept)
