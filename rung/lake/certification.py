"""Certified district-years: who signed what, and what a drop that comes after it may still do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from rung.core.errors import RungError
from rung.lake.ledger import Ledger
from rung.lake.windows import CERTIFIED


def certified(ledger: Ledger) -> set[tuple[str, int]]:
    """The district-years that are certified today."""
    table = ledger.table("certification")
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(table).order_by(table.c.certification_id)).all()
    return {place for place, held in {(r.lea_id, r.school_year): r.certified for r in rows}.items() if held}


@dataclass(frozen=True)
class Signature:
    """Who certifies, in what role, and the text that was signed."""

    signed_by: str
    role: str
    statement: str


@dataclass(frozen=True)
class Certificate:
    """A signed certification: the signature, when, and of which submissions (extract, submission_id, files with their
    sha256). Both are empty in certifications that came before signatures."""

    lea_id: str
    school_year: int
    at: str
    signature: Signature
    submissions: tuple[dict[str, Any], ...]


def certificates(ledger: Ledger) -> dict[tuple[str, int], Certificate]:
    """The certificates of the district-years that are certified today."""
    table = ledger.table("certification")
    with ledger.engine.connect() as connection:
        rows = connection.execute(sa.select(table).order_by(table.c.certification_id)).all()
    return {
        place: Certificate(
            *place,
            at=r.at,
            signature=Signature(r.signed_by, r.signed_role, r.statement),
            submissions=tuple(json.loads(r.submissions or "[]")),
        )
        for place, r in {(r.lea_id, r.school_year): r for r in rows}.items()
        if r.certified
    }


def certify(ledger: Ledger, lea_id: str, school_year: int, at: datetime, signature: Signature) -> None:
    """Lock a district-year by a signature over what is in force. Raises RungError where nothing of it has been
    accepted. `rung.intake.signing` asks what must be answered before."""
    mine = [s for s in ledger.in_force() if (s.lea_id, s.school_year) == (lea_id, school_year)]
    if not mine:
        raise RungError(f"{lea_id} {school_year}: no accepted submission to certify; see `rung status`")
    signed = [
        {
            "extract": s.extract,
            "submission_id": s.submission_id,
            "files": [{"name": f["name"], "sha256": f["sha256"]} for f in json.loads(s.files)],
        }
        for s in mine
    ]
    columns = {"signed_by": signature.signed_by, "signed_role": signature.role, "statement": signature.statement}
    ledger.record_certification(lea_id, school_year, True, at, columns | {"submissions": json.dumps(signed)})


def reopen(ledger: Ledger, lea_id: str, school_year: int, at: datetime) -> int:
    """Unlock a district-year; the next intake judges its late drops again. Returns how many there are."""
    if (lea_id, school_year) not in certified(ledger):
        raise RungError(f"{lea_id} {school_year}: is not certified; nothing to reopen")
    ledger.record_certification(lea_id, school_year, False, at)
    place = (lea_id, school_year)
    return sum(
        state == "late" and why.startswith(CERTIFIED) and (each.lea_id, each.school_year) == place
        for each, state, why in ledger.states()
    )
