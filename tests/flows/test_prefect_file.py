"""`prefect.yaml` and the automation files: Prefect passes over a wrong key in silence, this house does not."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.deploy.files import read_automations, read_prefect_file
from rung.core.errors import RungError

ROOT = Path(__file__).parents[2]
DEPLOYMENTS = ["statewide-nightly", "intake-on-drop", "release-weekly", "restate", "simulate"]


def written(folder: Path, change: Any) -> Path:
    """prefect.yaml with one change made to it."""
    data = copy.deepcopy(yaml.safe_load((ROOT / "prefect.yaml").read_text()))
    change(data)
    path = folder / "prefect.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def test_the_deployments_of_the_design_are_there() -> None:
    assert [each.name for each in read_prefect_file().deployments] == DEPLOYMENTS


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["deployments"][0].update(collision_strategy="ENQUEUE"), "collision_strategy"),
        (lambda d: d["deployments"][0].update(cron="23 2 * * *"), "cron"),
        (lambda d: d["deployments"][0].update(schedule={"cron": "23 2 * * *"}), "schedule"),
        (lambda d: d["deployments"][0].update(paremeters={}), "paremeters"),
        (lambda d: d.update(work_pool={"name": "rung"}), "work_pool"),
        (lambda d: d["deployments"][0]["concurrency_limit"].update(collision_strategy="CANCEL_NEW"), "ENQUEUE"),
        (lambda d: d["deployments"][0]["concurrency_limit"].update(limit=2), "limit"),
        (lambda d: d["deployments"][0].pop("concurrency_limit"), "concurrency_limit"),
        (lambda d: d["deployments"][0]["schedules"][0].update(cron="0 2 * * *"), "odd one"),
        (lambda d: d["deployments"][0]["schedules"][0].update(cron="*/7 * * * *"), "fixed minute"),
        (lambda d: d["deployments"][1]["triggers"][0].update(event="x"), "event"),
        (lambda d: d["deployments"][1]["triggers"][0].pop("posture"), "posture"),
    ],
)
def test_an_unknown_or_misplaced_key_is_refused(tmp_path: Path, change: Any, told: str) -> None:
    with pytest.raises(RungError, match=told):
        read_prefect_file(written(tmp_path, change))


def test_every_parameter_in_the_file_is_one_of_its_flow_and_every_flow_parameter_is_explained() -> None:
    """Prefect shows the docstring's words beside each parameter; one that is not explained is a blank field."""
    import importlib

    for each in read_prefect_file().deployments:
        path, name = each.entrypoint.split(":")
        flow = getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)
        properties = flow.parameters.properties
        assert set(each.parameters) <= set(properties), each.name
        assert [key for key, value in properties.items() if not value.get("description")] == [], each.name
        assert flow.timeout_seconds, each.name
        assert flow.on_failure_hooks and flow.on_crashed_hooks, each.name


def test_the_trigger_expects_the_event_that_the_watcher_sends() -> None:
    from rung.watch.loop import EVENT

    triggers = [trigger for each in read_prefect_file().deployments for trigger in each.triggers]
    assert [trigger.expect for trigger in triggers] == [[EVENT]]


def test_prefect_takes_every_automation_file(tmp_path: Path) -> None:
    from prefect.events.schemas.automations import AutomationCore

    automations = read_automations()
    assert automations
    for each in automations:
        core = AutomationCore.model_validate(each.model_dump())
        assert core.name == each.name
        assert set(each.trigger.expect) == set(core.trigger.expect)  # type: ignore[union-attr]


def test_an_automation_with_a_wrong_key_or_a_name_twice_is_refused(tmp_path: Path) -> None:
    data = yaml.safe_load(next((ROOT / "flows" / "automations").glob("*.yaml")).read_text())
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(data))
    (tmp_path / "b.yaml").write_text(yaml.safe_dump(data))
    with pytest.raises(RungError, match="one name"):
        read_automations(tmp_path)
    (tmp_path / "b.yaml").write_text(yaml.safe_dump({**data, "name": "rung other", "trigers": []}))
    with pytest.raises(RungError, match="trigers"):
        read_automations(tmp_path)
