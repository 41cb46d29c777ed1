"""An installed wheel, away from any checkout, releases a state that brings its own program, rule and policy."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests import overlay_state as own

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def run(command: list[str], cwd: Path) -> str:
    """A command outside the checkout: nothing of this project is on its path."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "RUNG_", "PREFECT_"))}
    done = subprocess.run(command, cwd=cwd, env=kept, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment that holds the wheel; its dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], ROOT)
    (wheel,) = folder.glob("rung-*.whl")
    run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], folder)
    site = folder / "env" / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    # A plain line: the editable install of this environment (a .pth file there) is not followed from here.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = str(folder / "env" / "bin" / "python")
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-index"]
    installer = [uv, "pip", "install", "--offline", "--python", python] if uv else pip
    run([*installer, "--no-deps", str(wheel)], folder)
    return folder / "env" / "bin"


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
