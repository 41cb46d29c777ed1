"""Must hold on a clean machine: `make server`, a file dropped into an S3 landing, and without a further hand a run, a
receipt and fresh marts. SeaweedFS with three identities; times are printed (`-s`)."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import small_state as small
from tests.conftest import S3Server
from tests.flows.test_real_server import House

pytestmark = pytest.mark.slow
CONFIG = """
[state]
name = "Small State"
code = "SM"
synthetic = true
[storage]
landing = ["s3://landing-a/watched"]
reference = "reference"
lake = "s3://rung/watched/lake"
receipts = "s3://rung/watched/receipts"
releases = "s3://rung/watched/releases"
ledger = "sqlite:///rung.db"
[s3]
endpoint_url = "{endpoint}"
"""


def wait(true: Callable[[], Any], seconds: float) -> float:
    start = time.monotonic()
    while not true():
        assert time.monotonic() - start < seconds, "it did not happen in time"
        time.sleep(0.5)
    return time.monotonic() - start


def test_a_file_in_a_bucket_becomes_a_receipt_and_marts(
    s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.write_state(tmp_path)
    (tmp_path / "rung.toml").write_text(CONFIG.format(endpoint=s3_server.endpoint_url))
    client: Any = s3_server.client(s3_server.admin)
    for path in sorted((tmp_path / "landing").rglob("*.csv")):
        client.upload_file(str(path), "landing-a", f"watched/{path.relative_to(tmp_path / 'landing')}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.pipeline[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.pipeline[1])
    house = House(tmp_path, tmp_path / "server")

    def keys(prefix: str) -> list[str]:
        listed = client.list_objects_v2(Bucket="rung", Prefix=f"watched/{prefix}").get("Contents", [])
        return [entry["Key"] for entry in listed]

    def marts() -> set[str]:
        return {key.split("/")[3] for key in keys("lake/marts/") if key.endswith("summary.json")}

    told = {"make server": timed(house.start)}
    try:
        told["first drops to marts"] = wait(marts, 400)
        before = marts()
        wait(lambda: not house.runs("RUNNING", "PENDING"), 200)
        fresh = small.csv(small.PAYROLL, small.payroll("0100", 2026)[:-1])
        client.put_object(Bucket="landing-a", Key="watched/0100/2026/payroll/again.csv", Body=fresh.encode())
        known = len(house.runs())
        told["drop to run"] = wait(lambda: len(house.runs()) > known, 120)
        folder = "receipts/0100/2026/payroll/"
        told["run to receipt"] = wait(lambda: len([k for k in keys(folder) if k.endswith("receipt.html")]) == 2, 200)
        told["receipt to marts"] = wait(lambda: marts() - before, 200)
    finally:
        told["make stop"] = timed(lambda: house.command("stop"))
    print({step: round(seconds, 1) for step, seconds in told.items()})  # noqa: T201


def timed(step: Callable[[], Any]) -> float:
    start = time.monotonic()
    step()
    return time.monotonic() - start
