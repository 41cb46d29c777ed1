"""Run events of the main job, and the column lineage that they carry."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import attr
import pytest
from openlineage.client.event_v2 import InputDataset, OutputDataset, RunEvent, RunState
from openlineage.client.facet_v2 import column_lineage_dataset

from contracts.extracts import EXTRACTS
from contracts.marts import MARTS
from contracts.tables import SCHEMAS
from rung.lake.workspace import Workspace, open_workspace
from rung.standards.lineage import FILE, Lineage, column_lineage
from tests.small_state import CONFIG

NOT_PLANNED = {"designation", "data_quality"}


@dataclass
class Built:
    built: bool = True


def run_stage(lineage: Lineage, name: str, made: Any) -> Any:
    """A stage that has something to do."""

    def run() -> Any:
        lineage.begin(name)
        return made

    return lineage.stage(name, run)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    for name in [name for name in os.environ if name.startswith("OPENLINEAGE")]:
        monkeypatch.delenv(name)
    (tmp_path / "rung.toml").write_text(CONFIG)
    yield open_workspace(tmp_path / "rung.toml")
    for name in [name for name in os.environ if name.startswith("OPENLINEAGE")]:  # the client adds some of its own
        del os.environ[name]


def events(work: Workspace) -> list[dict]:
    return [json.loads(line) for line in (work.settings.root / FILE).read_text().splitlines()]


def test_lineage_covers_every_mart_and_column_of_the_contracts() -> None:
    found = column_lineage()
    assert set(found) == set(MARTS) - NOT_PLANNED
    for name, columns in found.items():
        assert set(columns) == set(MARTS[name].schema.column_names()), f"{name}: run `python -m rung.standards.trace`"
    known = SCHEMAS | {"designation": MARTS["designation"].schema}
    sources = {source for columns in found.values() for each in columns.values() for source in each}
    unknown = [s for s in sources if s.partition(".")[2] not in known[s.partition(".")[0]].column_names()]
    assert unknown == []


def test_lineage_is_what_the_plans_say_by_hand() -> None:
    found = column_lineage()
    assert "payroll.amount" in found["compensation"]["amount"]
    assert "funds.stream" in found["compensation"]["stream"]
    assert "payroll.amount" not in found["ladder_flow"]["persons"]
    assert "program_goals.target" in found["goal_progress"]["target"]


@pytest.mark.slow
def test_the_shipped_lineage_is_todays() -> None:
    from rung.standards.trace import column_lineage as traced

    assert traced() == column_lineage()


def test_a_stage_is_told_from_start_to_end(work: Workspace) -> None:
    lineage = Lineage(work)
    assert run_stage(lineage, "marts", Built()).built
    told = events(work)
    assert [(e["eventType"], e["job"]["name"]) for e in told[:2]] == [
        ("START", "rung.marts"),
        ("COMPLETE", "rung.marts"),
    ]
    assert told[0]["run"]["runId"] == told[1]["run"]["runId"]
    assert {e["job"]["name"] for e in told[2:]} == {f"rung.marts.{name}" for name in column_lineage()}
    pay = next(e for e in told if e["job"]["name"] == "rung.marts.compensation")
    assert pay["run"]["facets"]["parent"]["run"]["runId"] == told[0]["run"]["runId"]
    fields = pay["outputs"][0]["facets"]["columnLineage"]["fields"]
    assert set(fields) == set(MARTS["compensation"].schema.column_names())
    assert {"payroll", "funds"} <= {f["name"].split("/")[-1] for f in fields["stream"]["inputFields"]}
    assert {i["name"] for i in told[0]["inputs"]} >= {f"accepted/{name}" for name in EXTRACTS}


def test_events_read_back_as_the_standard_s_own_classes(work: Workspace) -> None:
    run_stage(Lineage(work), "marts", Built())
    allowed = {field.name for field in attr.fields(RunEvent)} | {"schemaURL"}
    for event in events(work):
        assert set(event) <= allowed
        assert RunState[event["eventType"]]
        for kind, sets in ((InputDataset, event["inputs"]), (OutputDataset, event["outputs"])):
            for each in sets:
                assert set(each) <= {field.name for field in attr.fields(kind)}
    facet = events(work)[-1]["outputs"][0]["facets"]["columnLineage"]
    assert facet["_schemaURL"] == column_lineage_dataset.ColumnLineageDatasetFacet._get_schema()


def test_a_stage_with_nothing_to_do_is_not_told_of(work: Workspace) -> None:
    run_stage(Lineage(work), "marts", Built())
    before = events(work)
    assert not Lineage(work).stage("marts", lambda: Built(built=False)).built
    assert before and events(work) == before


def test_a_failure_is_told_without_its_message(work: Workspace) -> None:
    def fails() -> None:
        raise ValueError("Ada Lovelace")

    with pytest.raises(ValueError):
        Lineage(work).stage("intake", fails)
    assert [e["eventType"] for e in events(work)] == ["START", "FAIL"]
    assert "Lovelace" not in (work.settings.root / FILE).read_text()


def test_a_server_that_is_away_stops_nothing(
    work: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENLINEAGE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "http")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__URL", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__RETRY__TOTAL", "0")
    assert run_stage(Lineage(work), "release", 7) == 7
    assert "lineage of release was not sent" in capsys.readouterr().err
    assert not (work.settings.root / FILE).exists()


def test_the_file_holds_the_last_run_only(work: Workspace) -> None:
    for _ in range(2):
        run_stage(Lineage(work), "intake", None)
        assert [event["eventType"] for event in events(work)] == ["START", "COMPLETE"]


def test_a_wish_about_logging_is_no_transport(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE_CLIENT_LOGGING", "ERROR")
    run_stage(Lineage(work), "intake", None)
    assert len(events(work)) == 2
