"""What a killed run leaves in the temporary folder is rows of people: the next run takes it away."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from rung.lake.scratch import PREFIX, YOUNG_SECONDS, ScratchFolder, sweep_scratch

HOLD = """
import sys, time
from rung.lake.scratch import ScratchFolder
folder = ScratchFolder()
open(folder.name + "/pay.csv", "w").write("x")
print(folder.name, flush=True)
sys.stdin.read()
"""


def test_only_what_no_process_holds_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    there = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", HOLD], text=True, env=there, **pipes) as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        (tmp_path / "rung-demo").mkdir()
        (tmp_path / f"{PREFIX}link").symlink_to(tmp_path / "rung-demo")
        long_ago = left.stat().st_mtime - 2 * YOUNG_SECONDS
        for each in (left, tmp_path / "rung-demo"):
            os.utime(each, (long_ago, long_ago))
        assert sweep_scratch() == 0 and left.is_dir(), "its process lives"
        process.kill()
    assert left.is_dir()
    with ScratchFolder() as mine:
        assert not left.exists() and Path(mine).is_dir() and (tmp_path / "rung-demo").is_dir()
    assert not Path(mine).exists()
