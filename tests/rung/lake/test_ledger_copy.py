"""A ledger moves whole between SQLite and PostgreSQL: history, certifications, waivers, releases, objects seen."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from rung.cli.main import app
from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.intake.waiver import WAIVED, waive
from rung.lake.answers import RowAnswer, record_row_answers
from rung.lake.certification import certified, certify
from rung.lake.ledger import Ledger
from rung.lake.ledger_copy import copy_ledger
from rung.lake.reference import load_reference
from rung.lake.tokens import make_token
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small

TABLES = {
    "submission",
    "submission_event",
    "submission_rule",
    "landed_object",
    "release",
    "certification",
    "explanation",
    "notice",
    "drop_token",
}


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    """A ledger with something in every table: one submission waived, one year certified, a release, broken rules."""
    config = small.write_state(tmp_path / "state")
    lines = small.payroll("0100", 2026)
    lines[:3] = [line.replace(",01,", ",,") for line in lines[:3]]  # 3 of 25 rows come back: held
    small.drop(tmp_path / "state", "0100", 2026, "payroll", small.csv(small.PAYROLL, lines))
    work = open_workspace(config)
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    now = datetime(2026, 7, 1, tzinfo=UTC)
    waive(work, "0100", 2026, "payroll", "The district closes its books.", now)
    certify(work.ledger, "0200", 2025, now, small.SIGNED)
    work.ledger.record_release("abc", now)
    record_row_answers(
        work.ledger, ("0100", 2026, "payroll"), [RowAnswer("PAY-026", "k", "confirmed", "", "A")], "", now
    )
    make_token(work.ledger, "0100", now)
    with work.ledger.writing() as connection:
        connection.execute(sa.insert(work.ledger.table("notice")), [{"notice_id": "n", "channel": "c", "at": "t"}])
    return work


@pytest.fixture
def empty_url(postgres_url: str, request: pytest.FixtureRequest) -> str:
    name = f"copy_{abs(hash(request.node.name)):x}"
    server = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    return server.url.set(database=name).render_as_string(hide_password=False)


def content(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    with ledger.engine.connect() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(sa.select(ledger.table(name)))), key=repr)
            for name in TABLES
        }


def test_there_and_back_again(work: Workspace, empty_url: str, tmp_path: Path) -> None:
    before = content(work.ledger)
    assert all(before.values()), "nothing is copied by a test with an empty table"
    there = Ledger(empty_url, tmp_path)
    copied = copy_ledger(work.ledger, there)
    assert copied == {name: len(rows) for name, rows in before.items()}
    back = Ledger("sqlite:///back.db", tmp_path)
    copy_ledger(there, back)
    assert content(work.ledger) == content(there) == content(back) == before
    assert there.in_force() == work.ledger.in_force()
    assert certified(there) == {("0200", 2025)}
    assert any(why.startswith(WAIVED) for _, _, why in back.states())


def test_an_intake_goes_on_where_the_old_ledger_stopped(work: Workspace, empty_url: str) -> None:
    root = work.settings.root
    done = CliRunner().invoke(app, ["ledger", "copy", empty_url, "-c", str(root / "rung.toml")])
    assert done.exit_code == 0, done.output
    assert "submission_event" in done.output
    config = small.CONFIG.replace("sqlite:///rung.db", empty_url)
    (root / "rung.toml").write_text(config)
    moved = open_workspace(root / "rung.toml")
    receipt = run_intake(moved, load_reference(moved.reference), Progress(quiet=True))
    assert (receipt.drops, receipt.unchanged) == (0, 12)
    small.drop(root, "0200", 2026, "payroll", small.csv(small.PAYROLL, small.payroll("0200", 2026)[1:]))
    assert run_intake(moved, load_reference(moved.reference), Progress(quiet=True)).states == {"accepted": 1}


def test_a_ledger_that_has_rows_is_not_written_over(work: Workspace, tmp_path: Path) -> None:
    shutil.copy(tmp_path / "state" / "rung.db", tmp_path / "other.db")
    with pytest.raises(RungError, match=r"has rows in .* already"):
        copy_ledger(work.ledger, Ledger("sqlite:///other.db", tmp_path))
    with pytest.raises(RungError, match="onto itself"):
        copy_ledger(work.ledger, Ledger(work.settings.storage.ledger, work.settings.root))


def test_a_copy_that_differs_is_not_kept(work: Workspace, tmp_path: Path) -> None:
    target = Ledger("sqlite:///new.db", tmp_path)
    with target.engine.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TRIGGER wrong AFTER INSERT ON submission BEGIN "
                "UPDATE submission SET rows_read = rows_read + 1 WHERE submission_id = NEW.submission_id; END"
            )
        )
    with pytest.raises(RungError, match="submission: the copy differs"):
        copy_ledger(work.ledger, target)
    assert not any(content(target).values())
