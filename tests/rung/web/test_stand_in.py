"""The check page's stand-in for Polars judges as Polars does: every rule's examples, and spoiled files of every kind.

Here under CPython, without the packages that a browser lacks; `test_check_page` asks all of it in Chromium.
"""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pydantic_core
import pytest

from rung.lake.reference import load_reference
from rung.lake.workspace import open_workspace
from rung.web.bundle import engine
from rung.web.district import kit_data
from tests import small_state as small
from tests.rung.web import cases, engine_answers

SCRIPT = """
import json, sys
sys.path[:0] = [sys.argv[1]]
import engine_answers
heavy = {"numpy", "sqlalchemy", "great_expectations", "prefect", "pyarrow", "boto3", "psutil"} & set(sys.modules)
assert not heavy, heavy
print(json.dumps(engine_answers.answers(json.load(sys.stdin))))
"""


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's code unpacked, beside what asks it."""
    folder = tmp_path_factory.mktemp("engine")
    rules = {table: (cases.SUITES / f"{table}.json").read_text() for table in cases.EXTRACTS}
    with zipfile.ZipFile(io.BytesIO(engine(cases.BASE, rules))) as archive:
        archive.extractall(folder)
    (folder / "pydantic_core").symlink_to(Path(pydantic_core.__file__).parent)
    (folder / "engine_answers.py").write_bytes(Path(engine_answers.__file__).read_bytes())
    return folder


def ask(stand_in: Path, given: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The answers of the page's code, which sees nothing but its own folder."""
    command = [sys.executable, "-I", "-S", "-c", SCRIPT, str(stand_in)]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    answer: dict[str, list[Any]] = json.loads(done.stdout.splitlines()[-1])
    return answer


def differing(given: dict[str, list[Any]], ours: dict[str, list[Any]], theirs: dict[str, list[Any]]) -> list[str]:
    """The cases that are judged otherwise."""
    return [
        str(case.get("name", case.get("rule_id")))
        for kind in ("spoiled", "examples")
        for case, mine, yours in zip(given[kind], ours[kind], theirs[kind], strict=True)
        if json.loads(json.dumps(mine)) != yours
    ]


def test_every_example_of_every_rule_and_a_sample_of_spoiled_files(stand_in: Path) -> None:
    given = {"spoiled": cases.spoiled()[::12], "examples": cases.examples()}
    ours = engine_answers.answers(given)
    assert differing(given, ours, ask(stand_in, given)) == []
    broken = [each for case in ours["examples"] for each in case]
    assert len(given["examples"]) > 150 and any(broken) and not all(broken)


def test_a_file_of_every_extract_with_a_row_of_another_district(stand_in: Path, tmp_path: Path) -> None:
    """Rules that may refuse a whole file are counted only where a row breaks one, which few spoiled files do."""
    work = open_workspace(small.write_state(tmp_path))
    kit = json.loads(json.dumps(kit_data("0100", load_reference(work.reference), work.settings)))
    given: dict[str, list[Any]] = {"spoiled": [], "examples": []}
    for name in small.EXTRACTS_SENT:
        lines = (tmp_path / f"landing/0100/2026/{name}/{name}.csv").read_text().splitlines()
        others = ["lea_id", *["0100"] * (len(lines) - 2), "0200"]
        data = "".join(f"{line},{other}\n" for line, other in zip(lines, others, strict=True)).encode()
        files = {f"{name}.csv": base64.b64encode(data).decode()}
        given["spoiled"].append({"name": name, "kit": kit, "extract": name, "files": files})
    ours = engine_answers.answers(given)
    for name, case in zip(small.EXTRACTS_SENT, ours["spoiled"], strict=True):
        receipt = case[name]["receipt"]
        assert receipt["state"] in ("accepted", "held") and receipt["rows_quarantined"] == 1
    assert differing(given, ours, ask(stand_in, given)) == []


@pytest.mark.slow
def test_every_spoiled_file(stand_in: Path) -> None:
    given = {"spoiled": cases.spoiled(), "examples": []}
    ours = engine_answers.answers(given)
    assert differing(given, ours, ask(stand_in, given)) == []
    told = [each["error"] for each in ours["spoiled"] if "error" in each]
    assert len(given["spoiled"]) > 200 and len(told) <= 3
    assert all("Parquet" in each and "cannot read" in each for each in told)
