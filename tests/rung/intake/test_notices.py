"""Notices end to end: a real SMTP server in its own process, a real webhook, each notice once, no person in any."""

from __future__ import annotations

import json
import mailbox
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rung.cli.main import app
from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.intake.notices import Sent, pending_notices, send_notices
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
CALENDAR = "school_year,extract,opens,due,closes\n2027,payroll,2026-06-01,{due},2026-12-01\n"


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def smtp(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """Port of a mail server, and the maildir in which its mails lie."""
    port, mails = free_port(), tmp_path / "mails"
    where = ["-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Mailbox", str(mails)]
    server = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "aiosmtpd", *where])
    for _ in range(600):
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield port, mails
    server.terminate()
    server.wait(30)


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Address of a webhook, and what it was told; it refuses the first call."""
    told: list[dict[str, str]] = []
    calls: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            calls.append(1)
            if len(calls) > 1:
                told.append(body)
            self.send_response(200 if len(calls) > 1 else 503)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook?token=t0p", told
    server.shutdown()
    server.server_close()


def write_state(root: Path, port: int, due: str) -> Path:
    config = small.write_state(root)
    config.write_text(
        config.read_text() + f'[notices]\nsmtp = "smtp+plain://127.0.0.1:{port}"\nsender = "rung@state.example"\n'
        'contacts = "contacts.csv"\nstate = ["data@state.example"]\n[overlay]\ntemplates = "texts"\n'
    )
    (root / "texts").mkdir()
    (root / "texts/notice_late.txt").write_text("Too late, {{ district }}\nOur own words.")
    (root / "contacts.csv").write_text(
        "lea_id,region_id,email\n0100,,oak@oak.example\n0200,,elm@elm.example\n,R1,centre@region.example\n"
    )
    (root / "reference/districts.csv").write_text(
        "lea_id,name,rating_system,region_id\n0100,Oak,dcps_impact,R1\n0200,Elm,dcps_impact,\n"
    )
    (root / "reference/calendar.csv").write_text(CALENDAR.format(due=due))
    for extract in ("roster", "evaluation"):
        for lea in small.LEAS:
            (root / f"landing/{lea}/2025/{extract}/{extract}.csv").unlink()
    return config


def mails_of(folder: Path) -> list[tuple[str, str, str]]:
    found = []
    for message in mailbox.Maildir(folder):
        body = message.get_payload(decode=True)
        assert isinstance(body, bytes)
        found.append((str(message["To"]), str(message["Subject"]), body.decode()))
    return sorted(found)


def test_each_notice_goes_out_once_to_whom_it_concerns(
    tmp_path: Path,
    smtp: tuple[int, Path],
    webhook: tuple[str, list[dict[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = tmp_path / "state"
    port, mails = smtp
    address, told = webhook
    config = write_state(root, port, "2026-07-04")
    spoiled = [line.replace(",01,", ",,") for line in small.payroll("0100", 2026)]
    small.drop(root, "0100", 2026, "payroll", small.csv(small.PAYROLL, spoiled))
    monkeypatch.setenv("RUNG_NOTICES__WEBHOOK", address)
    work = open_workspace(config)
    receipt = run_intake(work, load_reference(work.reference), Progress(quiet=True))
    assert receipt.states == {"accepted": 7, "held": 1}
    # 8 to districts, the held one to region and state too, 8 to the webhook, of which the first was refused.
    assert (receipt.notices.sent, receipt.notices.failed) == (8 + 2 + 7, 1)
    assert len(told) == 7
    assert {message["kind"] for message in told} <= {"receipt", "held"}
    found = mails_of(mails)
    held = [(to, subject) for to, subject, _ in found if subject.startswith("On hold")]
    assert [to for to, _ in held] == ["centre@region.example", "data@state.example", "oak@oak.example"]
    assert held[0][1] == "On hold: payroll 2025-26, Oak (0100)"
    assert sum(to == "elm@elm.example" for to, _, _ in found) == 4

    reference = load_reference(work.reference)
    again = send_notices(work, reference, datetime.now(UTC))
    assert again == Sent(1, 0), "only what the webhook refused goes out again"
    assert send_notices(work, reference, datetime.now(UTC)) == Sent(0, 0)

    everything = json.dumps(told) + "".join("".join(mail) for mail in mails_of(mails))
    assert "Oak (0100)" in everything
    assert not any(person in everything for lea in small.LEAS for person in small.staff(lea))
    assert "3000.50" not in everything and "t0p" not in everything
    with work.ledger.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM notice").all()
    assert not any("example" in str(row) for row in rows), "the ledger names no address"


def kinds(work: Workspace, days: int) -> list[tuple[str, str]]:
    day = datetime(2026, 7, 4).date() + timedelta(days=days)
    found = [n for n in pending_notices(work, load_reference(work.reference), day) if n.kind in ("due", "overdue")]
    return sorted((n.lea_id, n.notice_id.split(":", 2)[2]) for n in found)


def test_due_days_are_told_at_their_marks_and_a_week_after(tmp_path: Path) -> None:
    config = write_state(tmp_path / "state", free_port(), "2026-07-04")
    work = open_workspace(config)
    assert kinds(work, -15) == []
    for days, mark in ((-14, 14), (-4, 14), (-3, 3), (-2, 3), (-1, 1), (0, 1)):
        assert kinds(work, days) == [(lea, f"2027:2026-07-04:{mark}") for lea in small.LEAS], days
    assert kinds(work, 1) == kinds(work, 7) == [(lea, "2027:2026-07-04") for lea in small.LEAS]
    assert kinds(work, 8) == []
    run = CliRunner().invoke(app, ["notify", "--dry-run", "-c", str(config)])
    assert run.output.strip() == "nothing to say"


def test_what_is_configured_wrongly_is_told_without_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = write_state(tmp_path / "state", free_port(), "2026-07-04")
    whole = config.read_text()
    for line, told in (
        ('smtp_password = "hush"', "smtp_password is a secret; .* RUNG_NOTICES__SMTP_PASSWORD"),
        ('webhook = "https://x/hush"', "webhook is a secret"),
        ("due_day = [1]", "unknown key `notices.due_day`"),
    ):
        config.write_text(whole.replace("[notices]", f"[notices]\n{line}"))
        with pytest.raises(RungError, match=told) as error:
            open_workspace(config)
        assert "hush" not in str(error.value)
    config.write_text(whole)
    contacts = config.parent / "contacts.csv"
    work = open_workspace(config)
    reference = load_reference(work.reference)
    for line, told in (
        (",,a@b.example", "either"),
        ("0100,,nobody", "no address"),
        ("9999,,a@b.example", "9999 is not"),
    ):
        contacts.write_text(f"lea_id,region_id,email\n{line}\n")
        with pytest.raises(RungError, match=f"line 2: .*{told}"):
            send_notices(work, reference, NOW)
    (config.parent / "texts/notice_due.txt").write_text("{{ nobody_knows }}")
    with pytest.raises(RungError, match=r"template notice_due\.txt: 'nobody_knows' is undefined"):
        pending_notices(work, reference, NOW.date())
    contacts.write_text("lea_id,region_id,email\n")
    with pytest.raises(RungError, match=r"template notice_due\.txt"):  # before any work, not after all of it
        run_intake(work, reference, Progress(quiet=True))
    assert list(work.ledger.states()) == []
    contacts.unlink()
    with pytest.raises(RungError, match=r"`notices\.contacts` names contacts\.csv, which is no file"):
        open_workspace(config)


def test_a_server_that_is_down_is_not_asked_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(1)
            self.send_response(503)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config = small.write_state(tmp_path / "state")
    monkeypatch.setenv("RUNG_NOTICES__WEBHOOK", f"http://127.0.0.1:{server.server_port}/hook")
    work = open_workspace(config)
    receipt = run_intake(work, load_reference(work.reference), Progress(quiet=True))
    server.shutdown()
    server.server_close()
    assert (receipt.notices.sent, receipt.notices.failed) == (0, 12)
    assert len(asked) == 3
