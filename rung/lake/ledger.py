"""The ledger: submissions, their states over time, the landing objects already seen, the releases made.

SQLite by default, PostgreSQL by URL. The schema is `sql/ledger/*.sql`, applied in order of number, forward only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from rung.lake.ledger_schema import ledger_url, open_engine
from rung.lake.submissions import DecidedSubmission, Standing, Submission, is_decided, superseding

__all__ = ["DecidedSubmission", "Ledger", "Standing", "Submission"]


class Ledger:
    """The ledger behind a SQLAlchemy URL. Relative SQLite paths start at `root`."""

    def __init__(self, url: str, root: Path, mode: int = 0o600) -> None:
        self.url = ledger_url(url, root)
        self.engine = open_engine(self.url, mode)
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
        with self.writing() as connection:
            self.keep_in(connection, {d.submission.submission_id: d.submission.kept_in for d in decisions})
            decisions = self._undecided(connection, decisions)
            if not decisions:
                return
            in_force = self._in_force(connection, None)
            refused = self._refused(connection)
            events: list[dict[str, Any]] = []
            for decision in decisions:
                new = decision.submission
                place = (new.lea_id, new.school_year, new.extract)
                events.append({"submission_id": new.submission_id, "state": "received", "why": new.received_at})
                if decision.state == "accepted":
                    events += superseding(in_force.get(place), new.submission_id)
                    in_force[place] = new.submission_id
                for old in refused.get((*place, new.files), set()) - {new.submission_id}:
                    why = f"judged again as {new.submission_id}"
                    events.append({"submission_id": old, "state": "superseded", "why": why})
                event = {"submission_id": new.submission_id, "state": decision.state, "why": decision.why}
                events.append({**event, "made_from": decision.made_from})
            self._insert_submissions(connection, decisions)
            self._insert_events(connection, events, at)
            self._insert_objects(connection, decisions)

    def accept(self, submissions: Sequence[Submission], why: str, at: datetime) -> None:
        """Put submissions of different places in force together by a person's word: each supersedes the one in force
        whole, as if just accepted."""
        with self.writing() as connection:
            in_force = self._in_force(connection, None)
            made_from = self._made_from(connection, [each.submission_id for each in submissions])
            events: list[dict[str, Any]] = []
            for new in submissions:
                events += superseding(in_force.get((new.lea_id, new.school_year, new.extract)), new.submission_id)
                event = {"submission_id": new.submission_id, "state": "accepted", "why": why}
                events.append({**event, "made_from": made_from.get(new.submission_id, "")})
            self._insert_events(connection, events, at)

    def _undecided(self, connection: sa.Connection, decisions: Sequence[DecidedSubmission]) -> list[DecidedSubmission]:
        """The decisions that no other run has written: from the same objects and from the same else."""
        objects = self.table("landed_object")
        seen = {(o.landing, o.object_key): (o.etag, o.submission_id) for o in connection.execute(sa.select(objects))}
        made = self._made_from(connection, [decision.submission.submission_id for decision in decisions])
        return [d for d in decisions if not is_decided(d, seen, made, decisions)]

    def _refused(self, connection: sa.Connection) -> dict[tuple[str, int, str, str], set[str]]:
        """Submissions that are neither in force nor replaced, by place and files."""
        submission, event = self.table("submission"), self.table("submission_event")
        ordered = sa.select(event.c.submission_id, event.c.state).order_by(event.c.event_id)
        states = {row.submission_id: row.state for row in connection.execute(ordered)}
        found: dict[tuple[str, int, str, str], set[str]] = {}
        for s in connection.execute(sa.select(submission)):
            if states[s.submission_id] not in ("accepted", "superseded"):
                found.setdefault((s.lea_id, s.school_year, s.extract, s.files), set()).add(s.submission_id)
        return found

    def _made_from(self, connection: sa.Connection, submission_ids: Sequence[str]) -> dict[str, str]:
        """What the last decision about each submission was made from."""
        event = self.table("submission_event")
        decisions = ~event.c.state.in_(["received", "superseded"])
        query = sa.select(event.c.submission_id, event.c.made_from).where(decisions).order_by(event.c.event_id)
        wanted = set(submission_ids)
        return {row.submission_id: row.made_from for row in connection.execute(query) if row.submission_id in wanted}

    def keep_in(self, connection: sa.Connection, objects: Mapping[str, str]) -> None:
        """Note the object that holds a submission's accepted rows, by submission id: rows that were written again lie
        in the newer one, also where the decision is an old one. A submission that came again and could not be read
        that time keeps what it had."""
        submission = self.table("submission")
        known = connection.execute(sa.select(submission.c.submission_id, submission.c.kept_in))
        moved = [
            {"which": submission_id, "now": objects[submission_id]}
            for submission_id, kept_in in known
            if objects.get(submission_id, "") not in ("", kept_in)
        ]
        if moved:
            where = submission.c.submission_id == sa.bindparam("which")
            connection.execute(sa.update(submission).where(where).values(kept_in=sa.bindparam("now")), moved)

    def _insert_submissions(self, connection: sa.Connection, decisions: Sequence[DecidedSubmission]) -> None:
        submission = self.table("submission")
        known = set(connection.execute(sa.select(submission.c.submission_id)).scalars())
        fresh = {d.submission.submission_id: d for d in decisions if d.submission.submission_id not in known}
        if fresh:
            connection.execute(sa.insert(submission), [asdict(d.submission) for d in fresh.values()])
        named = [
            {"submission_id": submission_id, "rule_id": rule_id, "severity": severity, "failed": failed}
            for submission_id, each in fresh.items()
            for rule_id, severity, failed in each.broken
        ]
        if named:
            connection.execute(sa.insert(self.table("submission_rule")), named)

    def _insert_events(self, connection: sa.Connection, events: Sequence[Mapping[str, Any]], at: datetime) -> None:
        """The one writer of events: numbers them in order and stamps them."""
        event = self.table("submission_event")
        last = self._last(connection, event.c.event_id)
        rows = [{"made_from": "", **row, "event_id": last + n, "at": at.isoformat()} for n, row in enumerate(events, 1)]
        connection.execute(sa.insert(event), rows)

    def _insert_objects(self, connection: sa.Connection, decisions: Sequence[DecidedSubmission]) -> None:
        objects = self.table("landed_object")
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

    def record_object(self, landing: str, key: str, etag: str, size: int, owner: str) -> None:
        """Note that a landing object that is no part of a drop has been looked at. `owner`: what it is."""
        objects = self.table("landed_object")
        with self.writing() as connection:
            connection.execute(sa.delete(objects).where(objects.c.landing == landing, objects.c.object_key == key))
            row = {"landing": landing, "object_key": key, "etag": etag, "size": size, "submission_id": owner}
            connection.execute(sa.insert(objects), [row])

    @staticmethod
    def _last(connection: sa.Connection, number: sa.Column[int]) -> int:
        """The greatest number given so far, 0 before the first."""
        return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(number), 0))).scalar_one())

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

    def standings(self) -> list[Standing]:
        """Every submission as it stands today, oldest decision first."""
        submission, event = self.table("submission"), self.table("submission_event")
        with self.engine.connect() as connection:
            rows = {r["submission_id"]: r for r in connection.execute(sa.select(submission)).mappings()}
            events = connection.execute(sa.select(event).order_by(event.c.event_id)).all()
        last = {e.submission_id: e for e in events}
        first = {e.submission_id: e.event_id for e in reversed(events)}
        decided = {e.submission_id: e.made_from for e in events if e.state not in ("received", "superseded")}
        came = {e.submission_id: e.why for e in events if e.state == "received"}
        return [
            Standing(Submission(**rows[s]), e.state, e.why, decided[s], came[s], first[s])
            for s, e in sorted(last.items(), key=lambda pair: pair[1].event_id)
        ]

    def states(self) -> list[tuple[Submission, str, str]]:
        """Every submission with its state today and why, oldest decision first."""
        return [(each.submission, each.state, each.why) for each in self.standings()]

    def current_release(self) -> str | None:
        """The release that was made current last."""
        release = self.table("release")
        with self.engine.connect() as connection:
            return connection.execute(
                sa.select(release.c.release_id).order_by(release.c.release_no.desc()).limit(1)
            ).scalar_one_or_none()

    def released_at(self, release_id: str) -> datetime:
        """When a release became current, the last time. Raises KeyError for one that never was."""
        release = self.table("release")
        query = sa.select(release.c.at).where(release.c.release_id == release_id).order_by(release.c.release_no.desc())
        with self.engine.connect() as connection:
            at = connection.execute(query.limit(1)).scalar_one_or_none()
        if at is None:
            raise KeyError(release_id)
        return datetime.fromisoformat(at)

    def releases(self) -> list[str]:
        """Every release that was made current, newest first; one that came back stands more than once."""
        release = self.table("release")
        with self.engine.connect() as connection:
            query = sa.select(release.c.release_id).order_by(release.c.release_no.desc())
            return list(connection.execute(query).scalars())

    def record_release(self, release_id: str, at: datetime) -> None:
        """Note that a release is becoming current; noted last already, it stays one line."""
        release = self.table("release")
        with self.writing() as connection:
            newest = sa.select(release.c.release_id).order_by(release.c.release_no.desc()).limit(1)
            if connection.execute(newest).scalar_one_or_none() == release_id:
                return
            number = self._last(connection, release.c.release_no)
            row = {"release_no": number + 1, "release_id": release_id, "at": at.isoformat()}
            connection.execute(sa.insert(release), [row])

    def record_certification(
        self,
        lea_id: str,
        school_year: int,
        held: bool,
        at: datetime,
        signature: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Note that a district-year is locked, or open again; noted last already, it stays one line. `signature`: the
        columns of a signed one."""
        table = self.table("certification")
        with self.writing() as connection:
            of_place = (table.c.lea_id == lea_id) & (table.c.school_year == school_year)
            newest = sa.select(table.c.certified).where(of_place).order_by(table.c.certification_id.desc()).limit(1)
            if connection.execute(newest).scalar_one_or_none() == int(held):
                return
            number = self._last(connection, table.c.certification_id) + 1
            unsigned = dict.fromkeys(("signed_by", "signed_role", "statement", "submissions"), "")
            row = {"certification_id": number, "lea_id": lea_id, "school_year": school_year, **unsigned}
            connection.execute(sa.insert(table), [{**row, **signature, "certified": int(held), "at": at.isoformat()}])

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
