"""The ledger: submissions, their states over time, the landing objects already seen, the releases made.

SQLite by default, PostgreSQL by URL. `ledger_schema` moves the schema forward.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rung.core.errors import RungError
from rung.lake.ledger_schema import absolute, engine, lock_at_once, migrate, shown, wait_for_writers


@dataclass(frozen=True)
class Submission:
    """A submission and its accounting: rows and cents read = accepted + quarantined + duplicate + set aside."""

    submission_id: str
    lea_id: str
    school_year: int
    extract: str
    landing: str
    files: str
    received_at: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_duplicate: int
    rows_set_aside: int
    cents_read: int | None
    cents_accepted: int | None
    cents_quarantined: int | None
    cents_duplicate: int | None
    cents_set_aside: int | None
    rows_warned: int
    code_version: str


@dataclass(frozen=True)
class DecidedSubmission:
    """What is written when a submission has been judged: the row, its state and why, and the objects it came from."""

    submission: Submission
    state: str
    why: str
    objects: tuple[tuple[str, str, str, int], ...]  # landing, key, etag, size
    broken: tuple[tuple[str, str, int], ...] = ()  # rule, severity, rows that break it


class Ledger:
    """The ledger behind a SQLAlchemy URL. Relative SQLite paths start at `root`."""

    def __init__(self, url: str, root: Path) -> None:
        url = absolute(url, root)
        try:
            self.engine = engine(url)
            if self.engine.dialect.name == "sqlite":
                sa.event.listen(self.engine, "connect", wait_for_writers)
                sa.event.listen(self.engine, "begin", lock_at_once)
            with self.engine.begin() as connection:
                migrate(connection)
        except sa.exc.SQLAlchemyError as error:
            raise RungError(f"ledger {shown(url)}: {type(error).__name__}; check `storage.ledger`") from None
        self._tables = sa.MetaData()
        self._tables.reflect(self.engine)

    def table(self, name: str) -> sa.Table:
        return self._tables.tables[name]

    def seen(self) -> dict[tuple[str, str], tuple[str, str]]:
        """(landing, key) → (etag, submission_id) of every object already looked at."""
        objects = self.table("landed_object")
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(objects)).all()
        return {(row.landing, row.object_key): (row.etag, row.submission_id) for row in rows}

    def record(self, decisions: Iterable[DecidedSubmission], at: datetime) -> None:
        """Write decisions in one transaction; an accepted submission supersedes the one in force whole.

        One writer at a time. What another run has decided meanwhile about the same objects stays as it is.
        """
        decisions = list(decisions)
        if not decisions:
            return
        submission, event, objects = (self.table(n) for n in ("submission", "submission_event", "landed_object"))
        stamp = at.isoformat()
        with self.writing() as connection:
            seen = {
                (o.landing, o.object_key): (o.etag, o.submission_id) for o in connection.execute(sa.select(objects))
            }
            decisions = [d for d in decisions if not _decided(d, seen, decisions)]
            if not decisions:
                return
            in_force = self._in_force(connection, None)
            number = connection.execute(sa.select(sa.func.coalesce(sa.func.max(event.c.event_id), 0))).scalar_one()
            events: list[dict[str, Any]] = []
            known = set(connection.execute(sa.select(submission.c.submission_id)).scalars())
            for decision in decisions:
                new = decision.submission
                place = (new.lea_id, new.school_year, new.extract)
                events.append({"submission_id": new.submission_id, "state": "received", "why": new.received_at})
                if decision.state == "accepted" and (old := in_force.get(place)) not in (None, new.submission_id):
                    why = f"replaced by {new.submission_id}"
                    events.append({"submission_id": old, "state": "superseded", "why": why})
                events.append({"submission_id": new.submission_id, "state": decision.state, "why": decision.why})
                if decision.state == "accepted":
                    in_force[place] = new.submission_id
            fresh = {d.submission.submission_id: asdict(d.submission) for d in decisions}
            rows = [row for submission_id, row in fresh.items() if submission_id not in known]
            if rows:
                connection.execute(sa.insert(submission), rows)
            counts = {
                (each.submission.submission_id, rule_id): {"severity": severity, "failed": failed}
                for each in decisions
                if each.submission.submission_id not in known
                for rule_id, severity, failed in each.broken
            }
            if counts:
                named = [{"submission_id": s, "rule_id": r, **count} for (s, r), count in counts.items()]
                connection.execute(sa.insert(self.table("submission_rule")), named)
            stamped = [{"event_id": number + i, "at": stamp, **row} for i, row in enumerate(events, start=1)]
            connection.execute(sa.insert(event), stamped)
            places = [
                {"landing": a, "object_key": k, "etag": e, "size": s, "submission_id": d.submission.submission_id}
                for d in decisions
                for a, k, e, s in d.objects
            ]
            gone = [{"a": row["landing"], "k": row["object_key"]} for row in places]
            where = (objects.c.landing == sa.bindparam("a")) & (objects.c.object_key == sa.bindparam("k"))
            if places:
                connection.execute(sa.delete(objects).where(where), gone)
                connection.execute(sa.insert(objects), places)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that no other writer enters meanwhile (SQLite locks at its begin)."""
        with self.engine.begin() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(sa.text("LOCK TABLE submission_event IN EXCLUSIVE MODE"))
            yield connection

    def in_force(self, as_of: datetime | None = None) -> list[Submission]:
        """The accepted submission of each lea x year x extract, today or as it was known at a time."""
        submission = self.table("submission")
        with self.engine.connect() as connection:
            chosen = set(self._in_force(connection, as_of).values())
            rows = connection.execute(sa.select(submission)).mappings().all()
        found = [Submission(**row) for row in rows if row["submission_id"] in chosen]
        return sorted(found, key=lambda s: (s.extract, s.school_year, s.lea_id))

    def broken_rules(self) -> list[tuple[str, str, str, int]]:
        """submission_id, rule_id, severity and rows that break it, of every submission."""
        counts = self.table("submission_rule")
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.select(counts))]

    def states(self) -> list[tuple[Submission, str, str]]:
        """Every submission with its state today and why, oldest decision first."""
        submission, event = self.table("submission"), self.table("submission_event")
        with self.engine.connect() as connection:
            rows = {r["submission_id"]: r for r in connection.execute(sa.select(submission)).mappings()}
            last = {e.submission_id: e for e in connection.execute(sa.select(event).order_by(event.c.event_id))}
        ordered = sorted(last.values(), key=lambda e: e.event_id)
        return [(Submission(**rows[e.submission_id]), e.state, e.why) for e in ordered]

    def current_release(self) -> str | None:
        """The release that was made current last."""
        release = self.table("release")
        with self.engine.connect() as connection:
            return connection.execute(
                sa.select(release.c.release_id).order_by(release.c.release_no.desc()).limit(1)
            ).scalar_one_or_none()

    def releases(self) -> list[str]:
        """Every release that was made current, newest first; one that came back stands more than once."""
        release = self.table("release")
        with self.engine.connect() as connection:
            query = sa.select(release.c.release_id).order_by(release.c.release_no.desc())
            return list(connection.execute(query).scalars())

    def record_release(self, release_id: str, at: datetime) -> None:
        """Note that a release became current."""
        release = self.table("release")
        with self.engine.begin() as connection:
            number = connection.execute(sa.select(sa.func.coalesce(sa.func.max(release.c.release_no), 0))).scalar_one()
            row = {"release_no": number + 1, "release_id": release_id, "at": at.isoformat()}
            connection.execute(sa.insert(release), [row])

    def _in_force(self, connection: sa.Connection, as_of: datetime | None) -> dict[tuple[str, int, str], str]:
        submission, event = self.table("submission"), self.table("submission_event")
        query = (
            sa.select(
                submission.c.lea_id,
                submission.c.school_year,
                submission.c.extract,
                event.c.submission_id,
                event.c.state,
            )
            .join(submission, submission.c.submission_id == event.c.submission_id)
            .where(event.c.state.in_(["accepted", "superseded"]))
            .order_by(event.c.event_id)
        )
        if as_of is not None:
            query = query.where(event.c.at <= as_of.isoformat())
        found: dict[tuple[str, int, str], str] = {}
        for lea_id, school_year, extract, submission_id, state in connection.execute(query):
            place = (lea_id, school_year, extract)
            if state == "accepted":
                found[place] = submission_id
            elif found.get(place) == submission_id:
                del found[place]
        return found


def _decided(
    decision: DecidedSubmission, seen: Mapping[tuple[str, str], tuple[str, str]], decisions: Sequence[DecidedSubmission]
) -> bool:
    """Whether another run has already written this decision: its objects stand in the ledger as this run saw them.

    A position file's pay carries no objects; it goes with the roster of the same folder.
    """
    known = {(landing, key): (etag, decision.submission.submission_id) for landing, key, etag, _ in decision.objects}
    if known:
        return all(seen.get(place) == tag for place, tag in known.items())
    new = decision.submission
    rosters = [
        d
        for d in decisions
        if d.objects and (d.submission.lea_id, d.submission.school_year) == (new.lea_id, new.school_year)
    ]
    return bool(rosters) and all(_decided(roster, seen, ()) for roster in rosters)
