"""An installed wheel, away from any checkout, releases a state that brings its own program, rule and policy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import overlay_state as own
from tests.wheel.conftest import run

pytestmark = pytest.mark.slow


def test_the_wheel_releases_a_state_with_its_own_program_rule_and_policy(installed: Path, tmp_path: Path) -> None:
    config = own.write_overlay(tmp_path / "state")
    state = config.parent
    where = run([str(installed / "python"), "-c", "import rung; print(rung.__file__)"], state)
    assert Path(where.strip()).is_relative_to(installed.parent)
    rung = [str(installed / "rung")]
    receipt = json.loads(run([*rung, "run", "--json", "-c", str(config)], state))
    assert receipt["intake"]["rows_quarantined"] == 4, "the state's rule sent one row of each payroll file back"
    current = state / "releases" / "current"
    manifest = json.loads((current / "manifest.json").read_text())
    assert manifest["disclosure"]["policy"]["minimum_persons"] == 12
    assert "top_rated" in manifest["packs"] and "dc_lift" in manifest["packs"]
    assert (current / "restricted" / "designation" / "designation.parquet").is_file()
    listed = json.loads(run([*rung, "programs", "--json", "-c", str(config)], state))["programs"]
    assert {each["program_id"]: each["state"] for each in listed}["top_rated"] == "new"
