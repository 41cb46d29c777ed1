"""1,200 districts x 4 extracts x 1 year of small files, from disk and from S3: files a second, memory, second look.

Run `python -m pytest tests/benchmarks/test_many_small_files.py -m slow -s` to see the figures.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

LEAS = int(os.environ.get("RUNG_BENCH_LEAS", "1200"))
S3_CONFIG = """
[state]
name = "Many Districts"
code = "MD"
synthetic = true
[storage]
landing = ["s3://landing-a/{run}"]
reference = "s3://rung/{run}/reference"
lake = "s3://rung/{run}/lake"
receipts = "s3://rung/{run}/receipts"
releases = "s3://rung/{run}/releases"
ledger = "sqlite:///rung.db"
[s3]
endpoint_url = "{endpoint}"
"""
RUN = """
import json, resource, sys, time
from pathlib import Path
from rung.intake.run import run_intake
from rung.core.progress import Progress
from rung.lake.reference import load_reference
from rung.lake.workspace import open_workspace
work = open_workspace(Path(sys.argv[1]))
start = time.monotonic()
receipt = run_intake(work, load_reference(work.reference), Progress(quiet=True))
seconds = time.monotonic() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "peak_mb": peak, "states": receipt.states, "drops": receipt.drops,
    "rows": receipt.rows_accepted, "unchanged": receipt.unchanged}))
"""


def measure(config: Path, **environment: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(config)], capture_output=True, env={**os.environ, **environment}, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    figures: dict[str, Any] = json.loads(done.stdout.decode().splitlines()[-1])
    return figures


@pytest.mark.slow
def test_many_small_files(tmp_path: Path, s3_server: Any) -> None:
    from rung.demo import write_demo

    disk = tmp_path / "disk"
    write_demo(disk, leas=LEAS, educators=30, years=1, seed=1)
    files = [path for path in (disk / "landing").rglob("*") if path.is_file()]
    run = uuid.uuid4().hex
    cloud = tmp_path / "cloud"
    cloud.mkdir()
    (cloud / "rung.toml").write_text(S3_CONFIG.format(run=run, endpoint=s3_server.endpoint_url))
    admin = s3_server.client(s3_server.admin)

    def put(path: Path) -> None:
        bucket = "rung" if path.is_relative_to(disk / "reference") else "landing-a"
        base = disk if bucket == "rung" else disk / "landing"
        admin.put_object(Bucket=bucket, Key=f"{run}/{path.relative_to(base)}", Body=path.read_bytes())

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(put, [*files, *(p for p in (disk / "reference").rglob("*") if p.is_file())]))
    key, secret = s3_server.pipeline
    pipeline = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
    start = time.monotonic()
    from_disk, again_disk = measure(disk / "rung.toml"), measure(disk / "rung.toml")
    from_s3 = measure(cloud / "rung.toml", **pipeline)
    again_s3 = measure(cloud / "rung.toml", **pipeline)
    size = sum(path.stat().st_size for path in files)
    sys.stdout.write(f"\n{len(files):,} files, {size / 1e6:.1f} MB, {time.monotonic() - start:.0f} s in all\n")
    for name, each in (("disk", from_disk), ("disk again", again_disk), ("S3", from_s3), ("S3 again", again_s3)):
        rate = len(files) / each["seconds"]
        sys.stdout.write(
            f"{name:10} {each['seconds']:7.1f} s {rate:8.0f} files/s {each['peak_mb']:7.0f} MB  {each['states']}\n"
        )
    assert from_disk["states"] == from_s3["states"] == {"accepted": len(files)}
    assert from_disk["rows"] == from_s3["rows"]
    for again in (again_disk, again_s3):
        assert (again["drops"], again["unchanged"]) == (0, len(files))
    assert from_s3["peak_mb"] < 3_000
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0
