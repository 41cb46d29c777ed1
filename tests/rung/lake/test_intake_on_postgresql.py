"""An intake with its ledger on PostgreSQL ends as one on SQLite, and a second look does nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from rung.core.progress import Progress
from rung.intake.run import IntakeReceipt, run_intake
from rung.intake.status import count_states, status_lines
from rung.lake.ledger import Submission
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small


def take_in(root: Path) -> tuple[Workspace, IntakeReceipt]:
    work = open_workspace(root / "rung.toml")
    return work, run_intake(work, load_reference(work.reference), Progress(quiet=True))


def said(work: Workspace) -> list[tuple[Submission, str, str]]:
    return [(replace(submission, landing=""), state, why) for submission, state, why in work.ledger.states()]


def test_intake_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    sqlite, postgres = tmp_path / "sqlite", tmp_path / "postgres"
    small.write_state(sqlite)
    small.drop(sqlite, "0100", 2026, "roster", "not,a,roster\n1,2,3\n")
    shutil.copytree(sqlite, postgres)  # the same times of arrival
    server = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE rung_intake"))
    url = server.url.set(database="rung_intake").render_as_string(hide_password=False)
    config = small.CONFIG.replace('ledger = "sqlite:///rung.db"', f'ledger = "{url}"')
    assert config != small.CONFIG
    (postgres / "rung.toml").write_text(config)
    here, first = take_in(sqlite)
    there, second = take_in(postgres)
    assert first == second
    assert said(here) == said(there)
    assert take_in(postgres)[1].drops == 0
    lines = status_lines(there, load_reference(there.reference))
    assert count_states(lines) == {"accepted": 11, "rejected": 1}
    assert not (postgres / "rung.db").exists()
