"""Certification as a signature: who says in what role and words that which submissions are final; a PDF of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from contracts.school_year import year_name
from rung.core.errors import RungError
from rung.core.templates import render
from rung.intake.explanations import refuse_unanswered
from rung.intake.statement_pdf import statement_pdf
from rung.lake import certification
from rung.lake.certification import Certificate, Signature
from rung.lake.reference import ReferenceTables
from rung.lake.workspace import Workspace
from transforms.s1_conform.parse.cell_text import mask_text

STATEMENT = "certification.txt"


def statement_of(
    work: Workspace, reference: ReferenceTables, lea_id: str, school_year: int, signed_by: str, role: str
) -> str:
    """The text that is signed. Raises RungError where it is not said who signs."""
    if not signed_by.strip() or not role.strip():
        raise RungError(f"{lea_id} {school_year}: a certification is signed: say --by NAME and --role ROLE")
    return render(
        work.settings,
        STATEMENT,
        state=work.settings.state.name,
        district=reference.district(lea_id),
        year=year_name(school_year),
        signed_by=mask_text(signed_by.strip()),
        role=mask_text(role.strip()),
    )


def sign(
    work: Workspace,
    reference: ReferenceTables,
    lea_id: str,
    school_year: int,
    *,
    signed_by: str,
    role: str,
    at: datetime,
) -> Certificate:
    """Certify a district-year and write certification.pdf and certification.json beside its receipts.

    Signed again by the same person it only writes the files again. Raises GateFailed where warnings wait for an answer,
    RungError where nothing has been accepted, nobody signs, or somebody else has signed.
    """
    statement = statement_of(work, reference, lea_id, school_year, signed_by, role)
    signature = Signature(mask_text(signed_by.strip()), mask_text(role.strip()), statement)
    before = certification.certificates(work.ledger).get((lea_id, school_year))
    if before is not None and before.signature != signature:
        who = before.signature.signed_by or "somebody before signatures were kept"
        raise RungError(
            f"{lea_id} {school_year}: is certified by {who}; `rung reopen {lea_id} {school_year}` first to sign again"
        )
    if before is None:
        refuse_unanswered(work, lea_id, school_year)
        certification.certify(work.ledger, lea_id, school_year, at, signature)
    certificate = certification.certificates(work.ledger)[lea_id, school_year]
    _write(work, reference, certificate)
    return certificate


def _write(work: Workspace, reference: ReferenceTables, certificate: Certificate) -> None:
    folder = f"{certificate.lea_id}/{certificate.school_year}"
    data = json.dumps(asdict(certificate), indent=1, sort_keys=True, ensure_ascii=False).encode()
    pdf = statement_pdf(certificate, work.settings.state.name, reference.district(certificate.lea_id))
    work.receipts.write(f"{folder}/certification.json", data)
    work.receipts.write(f"{folder}/certification.pdf", pdf)
