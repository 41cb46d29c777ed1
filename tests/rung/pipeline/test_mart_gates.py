"""Mart gates on a whole small run: real marts pass, a broken mart and a drifting release are stopped and named."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.marts import MARTS
from expectations.gate import Gate
from expectations.suites import Suite
from rung.core.errors import GateFailed
from rung.core.progress import Progress
from rung.lake.parquet import to_parquet
from rung.lake.workspace import Workspace, open_workspace
from rung.marts.gate import check_drift, gate_marts
from rung.marts.gate_results import GateResults
from rung.pipeline import run_all
from tests import small_state as small

Done = tuple[Path, Workspace, str, dict[str, pl.DataFrame]]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    root = tmp_path_factory.mktemp("state")
    work = open_workspace(small.write_state(root))
    receipt = run_all(work, Progress(quiet=True))
    folder = root / "lake" / "marts" / receipt.marts.inputs_id
    return root, work, receipt.marts.inputs_id, {name: pl.read_parquet(folder / f"{name}.parquet") for name in MARTS}


def test_results_and_data_docs_of_intake_and_marts_are_stored(done: Done) -> None:
    root, *_ = done
    gate = root / "receipts" / "gate"
    assert "roster" in (gate / "docs" / "index.html").read_text()
    (when,) = (gate / "results").iterdir()
    tables = {"evaluation", "payroll", "roster", *small.REFERENCE, "schools"}
    assert {path.name for path in when.iterdir()} == {f"{table}-1.json" for table in tables}
    result = json.loads((when / "payroll-1.json").read_text())
    assert result["success"] is True
    assert result["results"][0]["result"]["element_count"] == 2 * 2 * 25
    assert (gate / "marts" / "results" / "educator_year-1.json").is_file()
    assert "educator_year" in (gate / "marts" / "index.html").read_text()


def lazily(frames: dict[str, pl.DataFrame]) -> dict[str, pl.LazyFrame]:
    return {name: frame.lazy() for name, frame in frames.items()}


def test_a_mart_that_breaks_a_rule_is_named(done: Done) -> None:
    _, work, _, frames = done
    twice = frames | {"educator_year": pl.concat([frames["educator_year"], frames["educator_year"].head(1)])}
    with pytest.raises(GateFailed, match=r"educator_year: EDY-001 A row of educator_year stands twice. \(2 rows\)"):
        gate_marts(work, lazily(twice))


def test_a_mart_that_is_what_it_was_is_not_asked_again(done: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    root, work, _, frames = done
    asked: list[str] = []
    real = Gate.observe

    def observe(self: Gate, suite: Suite, *rest: Any) -> None:
        asked.append(suite.name)
        real(self, suite, *rest)

    monkeypatch.setattr(Gate, "observe", observe)

    def ask(marts: dict[str, pl.DataFrame]) -> dict[str, bytes]:
        asked.clear()
        files = {name: to_parquet(frame, MARTS[name].order) for name, frame in marts.items()}
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        gate_marts(work, lazily(marts), GateResults.of(work, hashes))
        pages = root / "receipts" / "gate" / "marts"
        there = [path for path in pages.rglob("*") if path.is_file()]
        return {str(path.relative_to(pages)): path.read_bytes() for path in there}

    before = ask(frames)
    assert asked == [], "the run has asked all of them"
    fewer = frames | {"compensation": frames["compensation"].head(5)}
    after = ask(fewer)
    assert asked == ["compensation"]
    assert set(before) >= {f"results/{name}-1.json" for name in fewer if frames[name].height}
    assert {name.split("/")[0] for name in after} == {name.split("/")[0] for name in before}
    assert after["results/educator_year-1.json"] == before["results/educator_year-1.json"]
    assert b"<p>5 rows judged" in after["index.html"] and b"<p>32 rows judged" in after["index.html"]
    with pytest.raises(GateFailed, match="EDY-001"):
        ask(frames | {"educator_year": pl.concat([frames["educator_year"], frames["educator_year"].head(1)])})


def test_a_release_that_drifts_waits_until_it_is_accepted(done: Done) -> None:
    root, work, inputs_id, frames = done
    assert check_drift(work, inputs_id, 0.01, accept=False) == []
    folder = root / "lake" / "marts" / "halved"
    folder.mkdir()
    for name, frame in frames.items():
        if name != "access":
            frame.head(frame.height // 2 if name == "educator_year" else frame.height).write_parquet(
                folder / f"{name}.parquet"
            )
    with pytest.raises(GateFailed, match=r"educator_year rows: 32 → 16 \(-50.0%\)") as error:
        check_drift(work, "halved", 0.1, accept=False)
    assert "access rows: " in str(error.value)
    assert "--accept-drift" in str(error.value)
    assert "\n" not in str(error.value)
    assert any("educator_year rows" in said for said in check_drift(work, "halved", 0.1, accept=True))
