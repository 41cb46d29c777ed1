"""A folder for each district: its own rows and nobody else's; two readers on a real S3 server see one folder each."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from botocore.exceptions import ClientError

from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.lake.workspace import Workspace, open_workspace
from rung.pipeline import run_all
from rung.release.district_folders import district_policy, write_district_folders
from tests import small_state as small

ON = ('ledger = "sqlite:///rung.db"', 'ledger = "sqlite:///rung.db"\nby_district = true')


def run(config: Path) -> Workspace:
    work = open_workspace(config)
    run_all(work, Progress(quiet=True))
    return work


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    config = small.write_state(tmp_path_factory.mktemp("folders"))
    config.write_text(small.CONFIG.replace(*ON), encoding="utf-8")
    return run(config)


def folder(work: Workspace) -> Path:
    return work.settings.root / "releases"


def test_a_district_has_its_rows_of_every_restricted_table_with_districts(work: Workspace) -> None:
    tables = 0
    for path in sorted(
        p for p in (folder(work) / "current" / "restricted").glob("*/*.parquet") if p.stem == p.parent.name
    ):
        whole = pl.read_parquet(path)
        for lea in small.LEAS:
            own = folder(work) / "by_district" / lea / path.parent.name / path.name
            assert own.exists() == ("lea_id" in whole.columns and path.parent.name != "disclosure_log"), own
            if own.exists():
                assert pl.read_parquet(own).equals(whole.filter(pl.col("lea_id") == lea)), own
                tables += 1
    assert tables > 40
    assert not (folder(work) / "by_district" / small.LEAS[0] / "public").exists()


def test_package_and_manifest_say_what_is_there_and_of_which_release(work: Workspace) -> None:
    current = json.loads((folder(work) / "current.json").read_text())["release_id"]
    for lea in small.LEAS:
        own = folder(work) / "by_district" / lea
        manifest = json.loads((own / "manifest.json").read_text())
        assert (manifest["release_id"], manifest["lea_id"]) == (current, lea)
        there = {path.relative_to(own).as_posix() for path in own.glob("*/*.parquet")}
        assert {file["path"] for file in manifest["files"]} == there
        package = json.loads((own / "datapackage.json").read_text())
        assert {each["path"] for each in package["resources"]} == there


def test_what_did_not_change_is_not_written_again_and_who_is_gone_goes(work: Workspace) -> None:
    root = folder(work) / "by_district"
    current = json.loads((folder(work) / "current.json").read_text())["release_id"]
    before = {path: path.stat().st_ino for path in root.rglob("*.parquet")}
    manifest = root / small.LEAS[0] / "manifest.json"
    manifest.write_text(manifest.read_text().replace(current, "older"))
    damaged = root / small.LEAS[1] / "manifest.json"
    damaged.unlink()
    shutil.copytree(root / small.LEAS[0], root / "0999")
    (root / small.LEAS[0] / "old_mart").mkdir()
    (root / small.LEAS[0] / "old_mart" / "old_mart.parquet").write_bytes(b"x")
    write_district_folders(work, current)
    after = {path: path.stat().st_ino for path in root.rglob("*.parquet")}
    assert set(after) == set(before)
    kept = {path.relative_to(root).parts[0] for path in before if after[path] == before[path]}
    assert small.LEAS[0] in kept and current in manifest.read_text() and damaged.exists()


def test_a_policy_is_for_a_bucket_and_for_districts_that_are_there(work: Workspace) -> None:
    with pytest.raises(RungError, match="a policy is for s3://"):
        district_policy(work, small.LEAS)


@pytest.mark.slow
def test_two_readers_on_a_real_server_see_one_folder_each(
    s3_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The policy as it is printed, given to two users of the server; each gets its own folder and nothing else."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.pipeline[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.pipeline[1])
    config = small.write_state(tmp_path)
    text = small.CONFIG.replace(*ON).replace('"releases"', '"s3://rung/apart"')
    config.write_text(f'{text}\n[s3]\nendpoint_url = "{s3_server.endpoint_url}"\n', encoding="utf-8")
    work = run(config)
    with pytest.raises(RungError, match="no folder by_district/0999"):
        district_policy(work, ["0999"])
    with pytest.raises(RungError, match=r"no folder by_district/\*"):
        district_policy(work, ["*"])
    given = []
    for user, lea in zip(("oak", "elm"), small.LEAS, strict=True):
        for statement in district_policy(work, [lea])["Statement"]:
            given.append(statement | {"Principal": {"AWS": [f"arn:aws:iam::000000000000:user/{user}"]}})
    admin = s3_server.client(s3_server.admin)
    admin.put_bucket_policy(Bucket="rung", Policy=json.dumps({"Version": "2012-10-17", "Statement": given}))
    try:
        for user, mine, other in (("oak", *small.LEAS), ("elm", *reversed(small.LEAS))):
            client = s3_server.client(getattr(s3_server, user))
            key = "apart/by_district/{}/designation/designation.parquet"
            body = client.get_object(Bucket="rung", Key=key.format(mine))["Body"].read()
            rows = pl.read_parquet(io.BytesIO(body))
            assert set(rows["lea_id"]) == {mine}
            assert client.list_objects_v2(Bucket="rung", Prefix=f"apart/by_district/{mine}/")["KeyCount"] > 20
            public = "apart/current/public/public_designation/public_designation.parquet"
            assert client.get_object(Bucket="rung", Key=public)["Body"].read()
            release = work.ledger.current_release()
            for refused in (
                key.format(other),
                "apart/current/restricted/designation/designation.parquet",
                f"apart/{release}/restricted/designation/designation.parquet",
                f"apart/{release}/manifest.json",
            ):
                assert refused_by(client.get_object, Bucket="rung", Key=refused), refused
            for prefix in (f"apart/by_district/{other}/", "apart/by_district/", "apart/", ""):
                assert refused_by(client.list_objects_v2, Bucket="rung", Prefix=prefix), prefix
            assert refused_by(client.put_object, Bucket="rung", Key=key.format(mine), Body=b"changed")
    finally:
        admin.delete_bucket_policy(Bucket="rung")


def refused_by(call: Any, **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        return bool(error.response["ResponseMetadata"]["HTTPStatusCode"] == 403)
    return False
