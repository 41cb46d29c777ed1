"""Exit codes and JSON as programs meet them: `rung` as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests import small_state as small


def rung(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from rung.cli.main import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


def test_the_version(tmp_path: Path) -> None:
    done = rung("--version", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("rung 0.")


def test_json_says_what_stopped_the_run(tmp_path: Path) -> None:
    done = rung("run", "--json", folder=tmp_path)
    assert done.returncode == 2
    said = json.loads(done.stdout)
    assert said["exit_code"] == 2 and "no such configuration file" in said["error"]
    done = rung("status", "--json", "--nonsense", folder=tmp_path)
    assert done.returncode == 2
    assert "--nonsense" in json.loads(done.stdout)["error"]


def test_json_says_a_fault_and_names_rungs_own_frame(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    (tmp_path / "reference" / "districts.parquet").write_bytes(b"no parquet")
    fault = (
        "import rung.lake.workspace as w\n"
        "from rung.core.settings import Settings\n"
        "def load(path):\n    import json; json.loads('{')\n"
        "w.load_settings = load\n"
        "from rung.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", fault, "status", "--json"], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 2
    assert "JSONDecodeError at rung/lake/workspace.py:" in json.loads(done.stdout)["error"]
    assert "Traceback" not in done.stderr


def test_submissions_that_were_not_applied_make_it_1_once(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    small.drop(tmp_path, "0100", 2026, "payroll", "not,a,payroll\n1,2,3\n")
    done = rung("intake", "--json", folder=tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout)["refused"] == {"rejected": 1}
    assert "rung: not applied in this run: 1 rejected" in done.stderr
    done = rung("intake", folder=tmp_path)  # nothing new: what waits is told by `rung status`
    assert done.returncode == 0
