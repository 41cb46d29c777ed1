"""Intake on a real S3 server, districts in two buckets, gives the bytes that it gives on disk."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.intake.run import IntakeReceipt, run_intake
from rung.lake.place import Place
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small

CONFIG = """
[state]
name = "Small State"
code = "SM"
synthetic = true
[storage]
landing = ["s3://landing-a/{run}", "s3://landing-b/{run}"]
reference = "s3://rung/{run}/reference"
lake = "s3://rung/{run}/lake"
receipts = "s3://rung/{run}/receipts"
releases = "s3://rung/{run}/releases"
ledger = "sqlite:///rung.db"
[s3]
endpoint_url = "{endpoint}"
region = "us-east-1"
"""


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    root = tmp_path / "disk"
    small.write_state(root)
    small.drop(root, "0100", 2026, "payroll", small.csv(small.PAYROLL, [*small.payroll("0100", 2026), "1,x,BASE,01,1"]))
    return root


@pytest.fixture
def cloud(disk: Path, s3_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same state on S3; only the pipeline's key is in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.pipeline[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.pipeline[1])
    run = uuid.uuid4().hex
    admin = s3_server.client(s3_server.admin)
    for folder in ("landing", "reference"):
        for path in sorted((disk / folder).rglob("*")):
            if path.is_file():
                key = str(path.relative_to(disk))
                bucket = "rung"
                if folder == "landing":
                    key = str(path.relative_to(disk / "landing"))
                    bucket = "landing-a" if key.startswith("0100") else "landing-b"
                admin.put_object(Bucket=bucket, Key=f"{run}/{key}", Body=path.read_bytes())
    root = tmp_path / "cloud"
    root.mkdir()
    (root / "rung.toml").write_text(CONFIG.format(run=run, endpoint=s3_server.endpoint_url))
    return root


def take_in(root: Path) -> tuple[Workspace, IntakeReceipt]:
    work = open_workspace(root / "rung.toml")
    return work, run_intake(work, load_reference(work.reference), Progress(quiet=True))


def held_in(place: Place, prefix: str = "") -> dict[str, bytes]:
    return {entry.key: place.read(entry.key) for entry in place.entries(prefix)}


def test_s3_and_disk_hold_the_same(disk: Path, cloud: Path) -> None:
    here, on_disk = take_in(disk)
    there, on_s3 = take_in(cloud)
    assert on_s3 == on_disk
    for folder in ("accepted", "quarantined", "original"):
        assert held_in(there.lake, folder) == held_in(here.lake, folder)
        assert held_in(here.lake, folder)
    # Receipts say when and where a file came, which differs; what they say of it does not.
    tables = [{k: v for k, v in held_in(w.receipts, "0100").items() if k.endswith(".csv")} for w in (here, there)]
    assert tables[0] == tables[1]
    assert {key.rpartition("/")[2] for key in tables[0]} == {"errors.csv", "returned.csv"}
    assert take_in(cloud)[1].drops == 0


def test_storage_that_refuses_midway_leaves_nothing_half_done(
    disk: Path, cloud: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lake refuses after some writes: one line, a ledger that knows nothing, and the next run mends all."""
    here, _ = take_in(disk)
    work = open_workspace(cloud / "rung.toml")
    write = type(work.lake).write
    left = 9

    def refusing(place: Any, key: str, data: bytes) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise RungError("s3://rung: cannot be written: SlowDown")
        write(place, key, data)

    monkeypatch.setattr(type(work.lake), "write", refusing)
    with pytest.raises(RungError, match="SlowDown"):
        run_intake(work, load_reference(work.reference), Progress(quiet=True))
    assert work.ledger.in_force() == []
    monkeypatch.undo()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "pipeline-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "pipeline-secret")
    there, receipt = take_in(cloud)
    assert receipt.states == {"accepted": 12}
    assert held_in(there.lake, "accepted") == held_in(here.lake, "accepted")


@pytest.mark.slow
def test_the_whole_run_releases_the_same_from_s3_as_from_disk(disk: Path, cloud: Path) -> None:
    from rung.pipeline import run_all

    released = []
    for root in (disk, cloud):
        work = open_workspace(root / "rung.toml")
        receipt = run_all(work, Progress(quiet=True))
        files = held_in(work.releases, receipt.release.release_id)
        released.append({name.partition("/")[2]: data for name, data in files.items()})
        assert work.releases.read("current.json")
        assert held_in(work.releases, "current")
    here, there = released
    assert set(here) == set(there)
    # `data_quality` says when a file came, by the landing's own clock, and that differs.
    marts = [name for name in here if name.endswith(".parquet") and "data_quality" not in name]
    assert len(marts) > 20
    assert {name: here[name] for name in marts} == {name: there[name] for name in marts}
