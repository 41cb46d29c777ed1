"""Answer, sign, roll up and notify with a real S3 server, a real PostgreSQL and a real SMTP server at once."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from rung.cli.main import app
from rung.lake.workspace import open_workspace
from tests import small_state as small
from tests.rung.intake.test_notices import mails_of, smtp  # noqa: F401
from tests.rung.intake.test_on_s3 import CONFIG

LARGE = "0001001,2025-11-15,BASE,01,300000.00"
NOTICES = (
    '[notices]\nsmtp = "smtp+plain://127.0.0.1:{port}"\nsender = "rung@state.example"\ncontacts = "contacts.csv"\n'
)


@pytest.mark.slow
def test_answer_sign_roll_up_and_notify_on_real_services(
    tmp_path: Path,
    s3_server: Any,
    postgres_url: str,
    smtp: tuple[int, Path],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.pipeline[0])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.pipeline[1])
    disk, cloud, run = tmp_path / "disk", tmp_path / "cloud", uuid.uuid4().hex
    small.write_state(disk)
    small.drop(disk, "0100", 2026, "payroll", small.csv(small.PAYROLL, [*small.payroll("0100", 2026), LARGE]))
    (disk / "reference/districts.csv").write_text(
        "lea_id,name,rating_system,region_id\n0100,Oak,dcps_impact,R1\n0200,Elm,dcps_impact,R1\n"
    )
    admin = s3_server.client(s3_server.admin)

    def put(path: Path) -> None:
        where = path.relative_to(disk).parts
        bucket, key = ("landing-a", where[1:]) if where[0] == "landing" else ("rung", where)
        admin.put_object(Bucket=bucket, Key="/".join((run, *key)), Body=path.read_bytes())

    for folder in ("landing", "reference"):
        for path in sorted((disk / folder).rglob("*.csv")):
            put(path)
    server = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE rung_services"))
    url = server.url.set(database="rung_services").render_as_string(hide_password=False)
    port, mails = smtp
    cloud.mkdir()
    text = CONFIG.format(run=run, endpoint=s3_server.endpoint_url).replace("sqlite:///rung.db", url)
    (cloud / "rung.toml").write_text(text + NOTICES.format(port=port))
    (cloud / "contacts.csv").write_text("lea_id,region_id,email\n0100,,oak@oak.example\n,R1,centre@r1.example\n")

    def rung(*words: str) -> Any:
        return CliRunner().invoke(app, [*words, "-c", str(cloud / "rung.toml")])

    first = json.loads(rung("intake", "--json").output)
    assert (first["states"], first["notices"]) == ({"accepted": 12}, {"sent": 6, "failed": 0})
    bodies = [body for to, _, body in mails_of(mails) if to == "oak@oak.example"]
    assert any("Warnings that wait for your answer: 1 rows" in body for body in bodies)
    signed = ("certify", "0100", "2026", "--by", "R. Clerk", "--role", "Superintendent")
    assert "PAY-026 (1 of 1 rows)" in str(rung(*signed).exception)

    answers = "rule_id,answer,explanation,by\nPAY-026,explained,Three years paid at once.,R. Clerk\n"
    put(small.drop(disk, "0100", 2026, "payroll", answers, "explanations.csv"))
    second = json.loads(rung("intake", "--json").output)
    assert second["answer_files"] == {"files": 1, "rows": 1, "problems": 0}
    done = rung(*signed, "--json")
    assert done.exit_code == 0, done.exception
    assert {each["extract"] for each in json.loads(done.output)["submissions"]} == set(small.EXTRACTS_SENT)

    work = open_workspace(cloud / "rung.toml")
    assert work.receipts.read("0100/2026/certification.pdf").startswith(b"%PDF-")
    rolled = json.loads(work.receipts.read("regions/R1/status.json"))
    assert rolled["states"] == {"accepted": 9, "certified": 3}
    late = [*small.payroll("0100", 2026), LARGE, "0001002,2026-01-15,BASE,01,1.00"]
    put(small.drop(disk, "0100", 2026, "payroll", small.csv(small.PAYROLL, late)))
    third = json.loads(rung("intake", "--json").stdout)
    assert (third["states"], third["notices"]["sent"]) == ({"late": 1}, 2)
    told = sorted(to for to, subject, _ in mails_of(mails) if subject.startswith("Kept, too late"))
    assert told == ["centre@r1.example", "oak@oak.example"]
    waiting = json.loads(rung("status", "--region", "R1", "--needs-person", "--json").output)["lines"]
    assert [(line["lea_id"], line["extract"], line["state"]) for line in waiting] == [("0100", "payroll", "late")]
