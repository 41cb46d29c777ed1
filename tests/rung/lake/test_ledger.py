"""The ledger on SQLite and on a real PostgreSQL: versions, as-of, certification, one writer at a time, migrations."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from rung.core.errors import RungError
from rung.lake import certification, ledger_schema
from rung.lake.ledger import DecidedSubmission, Ledger, Submission
from tests import small_state as small

START = datetime(2026, 1, 1, tzinfo=UTC)
COUNTS = dict.fromkeys(
    ("rows_read", "rows_accepted", "rows_quarantined", "rows_duplicate", "rows_set_aside", "rows_warned"), 1
)
CENTS = dict.fromkeys(("cents_read", "cents_accepted", "cents_quarantined", "cents_duplicate", "cents_set_aside"), 5)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    server = sa.create_engine(request.getfixturevalue("postgres_url"), isolation_level="AUTOCOMMIT")
    name = f"rung_{uuid.uuid4().hex[:12]}"
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield str(server.url.set(database=name).render_as_string(hide_password=False))
    with server.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def ledger(url: str) -> Ledger:
    return Ledger(url, Path())


def decision(number: int, state: str = "accepted", lea: str = "0001", why: str = "because") -> DecidedSubmission:
    submission = Submission(
        submission_id=f"s{number}",
        lea_id=lea,
        school_year=2026,
        extract="payroll",
        landing="landing",
        files="[]",
        received_at=START.isoformat(),
        code_version="1",
        **COUNTS,
        **CENTS,
    )
    return DecidedSubmission(submission, state, why, (("landing", f"{lea}/{number}.csv", f"tag{number}", 10),))


def in_force(ledger: Ledger, as_of: datetime | None = None) -> list[str]:
    return [each.submission_id for each in ledger.in_force(as_of)]


def states(ledger: Ledger) -> dict[str, str]:
    return {submission.submission_id: state for submission, state, _ in ledger.states()}


def test_a_newer_submission_replaces_and_an_older_time_still_sees_the_older(ledger: Ledger) -> None:
    for number in (1, 2, 3):
        ledger.record([decision(number)], START + timedelta(days=number))
    assert in_force(ledger) == ["s3"]
    assert in_force(ledger, START + timedelta(days=2, hours=1)) == ["s2"]
    assert in_force(ledger, START) == []
    assert states(ledger) == {"s1": "superseded", "s2": "superseded", "s3": "accepted"}


def test_a_held_or_rejected_one_leaves_the_accepted_one_in_force(ledger: Ledger) -> None:
    ledger.record([decision(1)], START)
    ledger.record([decision(2, "held"), decision(3, "rejected")], START + timedelta(days=1))
    assert in_force(ledger) == ["s1"]
    assert states(ledger) == {"s1": "accepted", "s2": "held", "s3": "rejected"}


def test_an_older_version_sent_again_holds_again(ledger: Ledger) -> None:
    ledger.record([decision(1)], START)
    ledger.record([decision(2)], START + timedelta(days=1))
    again = replace(decision(1), objects=(("landing", "0001/again.csv", "tag1", 10),))
    ledger.record([again], START + timedelta(days=2))
    assert in_force(ledger) == ["s1"]
    assert in_force(ledger, START + timedelta(days=1, hours=1)) == ["s2"]


def test_every_submission_is_first_received(ledger: Ledger) -> None:
    ledger.record([decision(1)], START)
    event = ledger.table("submission_event")
    with ledger.engine.connect() as connection:
        said = connection.execute(sa.select(event.c.state).order_by(event.c.event_id)).scalars().all()
    assert said == ["received", "accepted"]


def test_what_is_seen_is_remembered_by_landing_key_and_tag(ledger: Ledger) -> None:
    ledger.record([decision(1)], START)
    assert ledger.seen() == {("landing", "0001/1.csv"): ("tag1", "s1")}


def test_many_runs_may_make_the_ledger_at_once(tmp_path: Path) -> None:
    """Without patience about one new file in twenty was found locked by one of eight."""
    for n in range(40):
        root = tmp_path / str(n)
        root.mkdir()
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(lambda _, root=root: Ledger("sqlite:///rung.db", root), range(8)))
        assert all(ledger.seen() == {} for ledger in made)


def test_two_runs_that_decide_the_same_write_it_once(url: str) -> None:
    decisions = [decision(number, lea=f"{number:04d}") for number in range(20)]
    ledgers = [Ledger(url, Path()) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda ledger: ledger.record(decisions, START), ledgers))
    event = ledgers[0].table("submission_event")
    with ledgers[0].engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(event)).scalar_one() == 40
    assert len(in_force(ledgers[0])) == 20


def test_two_runs_that_decide_differently_both_find_their_place(url: str) -> None:
    ledgers = [Ledger(url, Path()) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: ledgers[n % 4].record([decision(n, lea=f"{n:04d}")], START), range(24)))
    assert len(in_force(ledgers[0])) == 24


def test_certify_and_reopen(ledger: Ledger) -> None:
    with pytest.raises(RungError, match="no accepted submission"):
        certification.certify(ledger, "0001", 2026, START, small.SIGNED)
    ledger.record([decision(1)], START)
    certification.certify(ledger, "0001", 2026, START, small.SIGNED)
    assert certification.certified(ledger) == {("0001", 2026)}
    ledger.record([decision(2, "late", why=certification.CERTIFIED)], START + timedelta(days=1))
    assert in_force(ledger) == ["s1"]
    assert certification.reopen(ledger, "0001", 2026, START) == 1
    assert certification.certified(ledger) == set()
    with pytest.raises(RungError, match="not certified"):
        certification.reopen(ledger, "0001", 2026, START)


def test_migrations_go_forward_and_keep_what_is_there(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "sql"
    old.mkdir()
    for path in ledger_schema.SCHEMA.glob("*.sql"):
        if path.name[:4] not in ("0002", "0005"):  # the ones of certifications come later
            shutil.copy(path, old)
    monkeypatch.setattr(ledger_schema, "SCHEMA", old)
    Ledger(url, Path()).record([decision(1)], START)
    monkeypatch.undo()
    opened = Ledger(url, Path())
    assert in_force(opened) == ["s1"]
    certification.certify(opened, "0001", 2026, START, small.SIGNED)
    with opened.engine.connect() as connection:
        found = connection.execute(sa.text("SELECT version FROM schema_version ORDER BY version")).scalars().all()
    assert found == sorted(int(path.name[:4]) for path in ledger_schema.SCHEMA.glob("*.sql"))
    again = Ledger(url, Path())
    assert certification.certified(again) == {("0001", 2026)}


def test_a_ledger_that_cannot_be_opened_is_told_in_one_line_without_its_password() -> None:
    with pytest.raises(RungError, match=r"check `storage\.ledger`") as told:
        Ledger("postgresql+psycopg://rung:hush@127.0.0.1:9/rung", Path())
    assert "hush" not in str(told.value)


def test_a_ledger_of_a_newer_rung_is_refused(url: str) -> None:
    with Ledger(url, Path()).writing() as connection:
        connection.execute(sa.text("INSERT INTO schema_version (version) VALUES (9999)"))
    with pytest.raises(RungError, match="newer Rung"):
        Ledger(url, Path())


def test_many_runs_may_migrate_at_once(url: str) -> None:
    """Without a lock PostgreSQL answers all but one of eight with a broken key or a table that exists."""
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: Ledger(url, Path()), range(8)))
    assert all(ledger.seen() == {} for ledger in made)


@pytest.mark.parametrize(
    "address", ["rung.db", "mysql://a/b", "sqlite://", "sqlite:///:memory:", "postgresql://rung@127.0.0.1/rung"]
)
def test_an_address_that_is_no_ledger_is_told_with_the_mend(address: str, tmp_path: Path) -> None:
    with pytest.raises(RungError, match=r"storage\.ledger.*write"):
        Ledger(address, tmp_path)


def test_a_release_is_noted_once_until_another_came(ledger: Ledger) -> None:
    for name in ("a", "a", "b", "a", "a"):
        ledger.record_release(name, START)
    assert ledger.releases() == ["a", "b", "a"]
