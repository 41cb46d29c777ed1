"""What districts are told by mail and webhook: receipt ready, on hold, late, due soon, overdue. Counts and links only.

Texts are templates (`notice_<kind>.txt`: subject, then body). Each notice goes once to each address; what could not be
sent is tried again by the next intake or `rung notify`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from contracts.school_year import year_name
from contracts.vocabulary import EXPECTED_EXTRACTS
from rung.core.templates import render
from rung.intake.explanations import count_answers
from rung.intake.notice_channels import Channel, channels_of
from rung.lake.reference import ReferenceTables
from rung.lake.workspace import Workspace

KIND_OF = {"accepted": "receipt", "rejected": "receipt", "held": "held", "late": "late"}
# So many messages in a row that a server did not take are enough: the rest waits for the next time.
GIVE_UP = 3
WORDS = {"accepted": "accepted", "rejected": "sent back, could not be used"}
Sent_key = tuple[str, str]  # notice_id, channel_id
_OF_SUBMISSION = dict.fromkeys(("district", "year", "extract", "state_word", "receipt"), "")
_OF_SUBMISSION |= dict.fromkeys(("rows_read", "rows_accepted", "rows_quarantined"), "0")
_OF_CALENDAR = dict.fromkeys(("district", "year", "due", "extracts"), "")
# Values of every kind of notice, to try its template.
SAMPLES: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("receipt", "held", "late"), _OF_SUBMISSION | {"answers_open": 0}),
    **dict.fromkeys(("due", "overdue"), _OF_CALENDAR | {"days": 1}),
}


@dataclass(frozen=True)
class Notice:
    """Something that a district should know. `notice_id` is the same whenever the same is to be said."""

    notice_id: str
    kind: str
    lea_id: str
    subject: str
    body: str


@dataclass(frozen=True)
class Sent:
    """Messages that went out and that could not be sent, one per notice and address."""

    sent: int = 0
    failed: int = 0


def pending_notices(work: Workspace, reference: ReferenceTables, today: date) -> list[Notice]:
    """Everything to be said today, sent before or not."""
    return [*_of_submissions(work, reference, today), *_of_calendar(work, reference, today)]


def send_notices(work: Workspace, reference: ReferenceTables, at: datetime) -> Sent:
    """Send what has not gone out to its addresses. Nothing without `[notices]`. Raises RungError for a template or a
    table of contacts that does not read; an address that does not answer is counted, not raised, and a server that
    refused a few in a row is not asked again: nothing waits for hours on one that is down."""
    settings = work.settings.notices
    if settings.smtp is None and settings.webhook is None:
        return Sent()
    channels = channels_of(work.settings, reference)
    known = sent_before(work)
    sent = failed = 0
    in_a_row: Counter[bool] = Counter()
    for notice in pending_notices(work, reference, at.date()):
        for channel in channels.for_notice(notice.kind, notice.lea_id):
            if (notice.notice_id, channel.channel_id) in known:
                continue
            silent = in_a_row[channel.is_webhook] >= GIVE_UP
            if not silent and channel.send(notice.subject, notice.body, notice.kind, notice.lea_id):
                _note(work, notice, channel, at)
                sent += 1
                in_a_row[channel.is_webhook] = 0
            else:
                failed += 1
                in_a_row[channel.is_webhook] += 1
    return Sent(sent, failed)


def check_notices(work: Workspace, reference: ReferenceTables) -> None:
    """Ask before work starts what would stop it at its end. Raises RungError for a template or a table of contacts
    that does not read."""
    if work.settings.notices.smtp is None and work.settings.notices.webhook is None:
        return
    channels_of(work.settings, reference)
    for kind, values in SAMPLES.items():
        _notice(work, kind, kind, "", values)


def sent_before(work: Workspace) -> set[Sent_key]:
    """Notices that went out, by channel."""
    table = work.ledger.table("notice")
    with work.ledger.engine.connect() as connection:
        return {(row.notice_id, row.channel) for row in connection.execute(sa.select(table))}


def _note(work: Workspace, notice: Notice, channel: Channel, at: datetime) -> None:
    row = {"notice_id": notice.notice_id, "channel": channel.channel_id, "at": at.isoformat()}
    with work.ledger.writing() as connection:
        connection.execute(sa.insert(work.ledger.table("notice")), [row])


def _notice(work: Workspace, notice_id: str, kind: str, lea_id: str, values: Mapping[str, Any]) -> Notice:
    text = render(work.settings, f"notice_{kind}.txt", state=work.settings.state.name, **values)
    subject, _, body = text.partition("\n")
    return Notice(notice_id, kind, lea_id, subject.strip(), body.strip())


def _of_submissions(work: Workspace, reference: ReferenceTables, today: date) -> Iterator[Notice]:
    """One per submission that came in the last days and was not replaced."""
    oldest = (today - timedelta(days=work.settings.notices.max_age_days)).isoformat()
    current = [
        (each.submission, each.state)
        for each in work.ledger.standings()
        if each.state in KIND_OF and each.received_at[:10] >= oldest
    ]
    answers = count_answers(work, [submission for submission, _ in current])
    for s, state in current:
        kind = KIND_OF[state]
        place = f"{s.lea_id}/{s.school_year}/{s.extract}/{s.submission_id}"
        values = {
            "district": reference.district(s.lea_id),
            "year": year_name(s.school_year),
            "extract": s.extract,
            "state_word": WORDS.get(state, state),
            "rows_read": f"{s.rows_read:,}",
            "rows_accepted": f"{s.rows_accepted:,}",
            "rows_quarantined": f"{s.rows_quarantined:,}",
            "answers_open": sum(c.open for c in answers.get(s.submission_id, ()) if c.needs_answer),
            "receipt": work.receipts.uri(f"{place}/receipt.html"),
        }
        yield _notice(work, f"{kind}:{s.submission_id}", kind, s.lea_id, values)


def _of_calendar(work: Workspace, reference: ReferenceTables, today: date) -> Iterator[Notice]:
    """One per district, year and due day for which something is not accepted yet: soon, or the day after."""
    here = {(s.lea_id, s.school_year, s.extract) for s in work.ledger.in_force()}
    marks = sorted(work.settings.notices.due_days)
    calendar = reference.tables["calendar"].filter(
        reference.tables["calendar"]["extract"].is_in(list(EXPECTED_EXTRACTS))
    )
    lacking: dict[tuple[str, int, date], list[str]] = {}
    for year, extract, due in calendar.select("school_year", "extract", "due").sort("school_year", "due").iter_rows():
        for lea_id in reference.tables["districts"]["lea_id"].to_list():
            if (lea_id, year, extract) not in here:
                lacking.setdefault((lea_id, year, due), []).append(extract)
    for (lea_id, year, due), extracts in lacking.items():
        days = (due - today).days
        mark = next((mark for mark in marks if 0 <= days <= mark), None)
        overdue = -work.settings.notices.max_age_days <= days < 0
        if mark is None and not overdue:
            continue
        kind = "overdue" if overdue else "due"
        notice_id = f"{kind}:{lea_id}:{year}:{due.isoformat()}" + ("" if overdue else f":{mark}")
        values = {"district": reference.district(lea_id), "year": year_name(year), "due": due.isoformat()}
        yield _notice(work, notice_id, kind, lea_id, values | {"days": days, "extracts": ", ".join(extracts)})
