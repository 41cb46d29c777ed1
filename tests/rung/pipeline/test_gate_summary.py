"""The summary of what the gate found: right counts, districts, runs; and nobody in any file of the gate."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from rung.core.progress import Progress
from rung.demo import write_demo
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from rung.marts.build import run_marts

PERSONAL = (
    "staff_id",
    "evaluator_staff_id",
    "supervisor_staff_id",
    "by_staff_id",
    "counterpart_staff_id",
    "license_id",
)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A spoiled state that was run, and run again after a district sent its files again."""
    root = tmp_path_factory.mktemp("spoiled")
    write_demo(root, leas=2, educators=40, years=2, seed=7, dirty=0.03, scale=None)
    work = open_workspace(root / "rung.toml")
    reference = load_reference(work.reference)
    run_intake(work, reference, Progress(quiet=True))
    run_marts(work, reference, Progress(quiet=True))
    for sent in sorted((root / "landing" / "00001").rglob("*.csv")):
        sent.write_bytes(sent.read_bytes() + b"\n")
    run_intake(work, reference, Progress(quiet=True))
    return work


def gate_files(work: Workspace) -> dict[str, str]:
    return {e.key: work.receipts.read(e.key).decode("utf-8") for e in work.receipts.entries("gate")}


def cells(page: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.S)
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def test_the_page_has_the_broken_rules_of_the_last_run_and_the_share_before(twice: Workspace) -> None:
    files = gate_files(twice)
    first, last = (json.loads(files[key]) for key in sorted(files) if key.endswith("-intake/counts.json"))
    broken = {rule: (rows, table["rows"]) for table in last.values() for rule, (_, rows) in table["broken"].items()}
    assert 0 < len(broken) < sum(len(table["broken"]) for table in first.values())
    shown = {row[0]: row for row in cells(files["gate/index.html"]) if len(row) == 8}
    assert {rule: row[4] for rule, row in shown.items() if rule != "Rule"} == {
        rule: f"{rows:,} of {of:,}" for rule, (rows, of) in broken.items()
    }
    for rule, row in ((rule, row) for rule, row in shown.items() if rule != "Rule"):
        table = first[row[1]]
        assert row[6] == f"{table['broken'].get(rule, ('', 0))[1] / table['rows']:.2%}"


def test_districts_are_those_of_the_ledger(twice: Workspace) -> None:
    standing = {s.submission_id: s for s, state, _ in twice.ledger.states() if state != "superseded"}
    back: Counter[str] = Counter()
    for s in standing.values():
        back[s.lea_id] += s.rows_quarantined
    rows = [row for row in cells(gate_files(twice)["gate/index.html"]) if len(row) == 6 and "District" in row[0]]
    assert {re.findall(r"\((\d+)\)", row[0])[0]: row[2] for row in rows[1:]} == {k: f"{n:,}" for k, n in back.items()}
    shares = [float(row[3].rstrip("%")) for row in rows[1:]]
    assert shares == sorted(shares, reverse=True) and shares[0] > 0


def test_runs_are_listed_newest_first_and_the_marts_have_theirs(twice: Workspace) -> None:
    page = gate_files(twice)["gate/index.html"]
    runs = [row for row in cells(page) if row and row[0].endswith("UTC")]
    assert len(runs) == 3
    assert runs[0][0] > runs[1][0]
    assert "rules hold" in page.split('id="marts"')[1] or "rules broken" in page.split('id="marts"')[1]
    files = gate_files(twice)
    for link in re.findall(r'href="([^"]+/index.html)"', page):
        assert f"gate/{link}" in files


def test_nobody_is_in_any_file_of_the_gate(twice: Workspace) -> None:
    """Every id of a person that any district sent, broken rows included, against every file that the gate wrote."""
    ids: set[str] = set()
    for path in (twice.settings.root / "landing").rglob("*.csv"):
        frame = pl.read_csv(
            path, infer_schema=False, truncate_ragged_lines=True, encoding="utf8-lossy", raise_if_empty=False
        )
        for name in PERSONAL:
            if name in frame.columns:
                ids |= set(frame[name].drop_nulls().str.strip_chars())
    ids = {each for each in ids if len(each) >= 6}
    assert len(ids) > 100
    files = gate_files(twice)
    assert len(files) > 50
    for key, text in files.items():
        found = set(re.findall(r"[A-Za-z0-9-]{6,}", text)) & ids
        assert not found, (key, len(found))
    results = [json.loads(text) for key, text in files.items() if re.search(r"results/.*\.json$", key)]
    values = [value for each in results for answer in each["results"] for value in answer["result"].values()]
    assert values and all(value is None or isinstance(value, int | float) for value in values)


def test_the_gates_pages_stay_small(twice: Workspace) -> None:
    sizes = Counter[str]()
    for key, text in gate_files(twice).items():
        sizes["/".join(Path(key).parts[:2])] += len(text.encode())
    assert sizes["gate/index.html"] < 60_000
    assert sizes["gate/docs"] < 2_000_000 and sizes["gate/marts"] < 3_000_000
