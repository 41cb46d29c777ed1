"""What a district, the pipeline and BI may and may not do on a real S3 server."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

KEY = "0001/2026/payroll/pay.csv"


def denied(call: Any, **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    return False


@pytest.fixture
def clients(s3_server: Any) -> dict[str, Any]:
    made = {name: s3_server.client(getattr(s3_server, name)) for name in ("district", "pipeline", "bi", "admin")}
    for bucket, key in (
        ("landing-a", KEY),
        ("landing-a", KEY.replace("0001", "0002", 1)),
        ("rung", "receipts/0001/r.json"),
        ("rung", "receipts/0002/r.json"),
        ("rung", "releases/current.json"),
        ("rung", "lake/x.parquet"),
    ):
        made["admin"].put_object(Bucket=bucket, Key=key, Body=b"x")
    return made


def test_district(clients: dict[str, Any]) -> None:
    district = clients["district"]
    district.put_object(Bucket="landing-a", Key=KEY, Body=b"mine")
    assert district.get_object(Bucket="rung", Key="receipts/0001/r.json")["Body"].read() == b"x"
    assert denied(district.put_object, Bucket="landing-a", Key=KEY.replace("0001", "0002", 1), Body=b"theirs")
    assert denied(district.put_object, Bucket="landing-b", Key=KEY, Body=b"x")
    assert denied(district.get_object, Bucket="landing-a", Key=KEY.replace("0001", "0002", 1))
    assert denied(district.get_object, Bucket="rung", Key="receipts/0002/r.json")
    assert denied(district.get_object, Bucket="rung", Key="lake/x.parquet")
    assert denied(district.list_objects_v2, Bucket="landing-a")


def test_pipeline(clients: dict[str, Any]) -> None:
    pipeline = clients["pipeline"]
    assert pipeline.get_object(Bucket="landing-a", Key=KEY)["Body"].read()
    assert pipeline.list_objects_v2(Bucket="landing-a")["KeyCount"] >= 2
    pipeline.put_object(Bucket="rung", Key="lake/y.parquet", Body=b"y")
    assert denied(pipeline.put_object, Bucket="landing-a", Key=KEY, Body=b"changed")
    assert denied(pipeline.delete_object, Bucket="landing-a", Key=KEY)


def test_bi(clients: dict[str, Any]) -> None:
    bi = clients["bi"]
    assert bi.get_object(Bucket="rung", Key="releases/current.json")["Body"].read() == b"x"
    assert denied(bi.put_object, Bucket="rung", Key="releases/current.json", Body=b"changed")
    assert denied(bi.get_object, Bucket="rung", Key="lake/x.parquet")
    assert denied(bi.get_object, Bucket="landing-a", Key=KEY)
    assert denied(bi.list_objects_v2, Bucket="landing-a")


def test_a_wrong_secret_opens_nothing(s3_server: Any) -> None:
    assert denied(s3_server.client((s3_server.pipeline[0], "wrong")).list_objects_v2, Bucket="rung")
