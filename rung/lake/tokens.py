"""Tokens with which a district signs in to the drop page: made, looked up, ended. The ledger keeps their hash only."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

import sqlalchemy as sa

from rung.lake.ledger import Ledger

PREFIX = "rung_"  # so that a scanner for secrets that got away recognises one


def token_hash(token: str) -> str:
    """What the ledger keeps of a token: its SHA-256."""
    return hashlib.sha256(token.strip().encode("utf-8", "replace")).hexdigest()


def make_token(ledger: Ledger, lea_id: str, at: datetime, *, keep: bool = False) -> str:
    """A new token of a district, to be shown once. Its earlier ones end now, unless they are to be kept beside it."""
    token = PREFIX + secrets.token_urlsafe(32)
    table = ledger.table("drop_token")
    with ledger.writing() as connection:
        if not keep:
            connection.execute(_ending(table, lea_id, at))
        row = {"token_sha256": token_hash(token), "lea_id": lea_id, "made_at": at.isoformat(), "ended_at": ""}
        connection.execute(sa.insert(table), [row])
    return token


def end_tokens(ledger: Ledger, lea_id: str, at: datetime) -> int:
    """End every token of a district; returns how many there were."""
    with ledger.writing() as connection:
        return int(connection.execute(_ending(ledger.table("drop_token"), lea_id, at)).rowcount)


def _ending(table: sa.Table, lea_id: str, at: datetime) -> sa.Update:
    of_district = (table.c.lea_id == lea_id) & (table.c.ended_at == "")
    return sa.update(table).where(of_district).values(ended_at=at.isoformat())


def district_of_token(ledger: Ledger, token_sha256: str) -> str | None:
    """The district whose token has this hash; None where there is none, or it has ended."""
    table = ledger.table("drop_token")
    query = sa.select(table.c.lea_id).where(table.c.token_sha256 == token_sha256, table.c.ended_at == "")
    with ledger.engine.connect() as connection:
        found: str | None = connection.execute(query).scalar_one_or_none()
    return found
