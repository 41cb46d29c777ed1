"""A run that finds nothing new: it makes nothing, sends nothing, and imports nothing of what makes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from rung.core.progress import Progress
from rung.lake.workspace import open_workspace
from rung.pipeline import run_all
from rung.standards.lineage import FILE
from tests import small_state as small

# What only reading, judging, making, releasing or telling needs; by its first word or the whole name of a module.
HEAVY = {
    *("great_expectations", "pandas", "scipy", "highspy", "openlineage", "pyarrow", "duckdb", "networkx"),
    *("prefect", "dask", "distributed", "boto3", "httpx", "requests", "jinja2", "rich"),
    *("openpyxl", "xlrd", "fastexcel", "rapidfuzz", "pebble", "psutil"),
    *("rung.intake.take_in", "rung.marts.from_lake", "rung.release.disclosure", "rung.release.contents"),
    *(
        "rung.packs.load",
        "expectations.gate",
        "transforms.s3_designate",
        "transforms.s5_marts",
        "transforms.s6_disclose",
    ),
}
PROGRAM = """
import json, sys
from rung.cli.main import main
try:
    main()
except SystemExit as end:
    print(json.dumps({"code": end.code, "modules": sorted(sys.modules)}), file=sys.stderr)
"""


def test_a_run_that_finds_nothing_new_imports_nothing_heavy(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    run_all(open_workspace(tmp_path / "rung.toml"), Progress(quiet=True))
    events = (tmp_path / FILE).read_bytes()
    command = [sys.executable, "-c", PROGRAM, "run", "-c", str(tmp_path / "rung.toml"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    ended, answer = json.loads(done.stderr.splitlines()[-1]), json.loads(done.stdout)
    assert ended["code"] == 0
    assert (answer["intake"]["drops"], answer["marts"]["built"], answer["release"]["made"]) == (0, False, False)
    assert answer["seconds"] == {}
    assert (tmp_path / FILE).read_bytes() == events
    loaded = {name for name in ended["modules"] if name in HEAVY or name.partition(".")[0] in HEAVY}
    assert sorted(loaded) == []
