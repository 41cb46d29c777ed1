"""certification.pdf: the signed statement and the hashes that it is about. The same certificate, the same bytes."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from contracts.school_year import year_name
from rung.lake.certification import Certificate

MARGIN = 20
LINE = 6


def statement_pdf(certificate: Certificate, state: str, district: str) -> bytes:
    """The document. The built-in fonts know Western European letters; certification.json has the exact words."""
    pdf = FPDF(format="letter")
    pdf.set_creation_date(datetime.fromisoformat(certificate.at))
    pdf.set_title(_plain(f"Certification {certificate.lea_id} {certificate.school_year}"))
    pdf.set_lang("en")
    pdf.set_margin(MARGIN)
    pdf.add_page()
    _paragraph(pdf, f"Certification of data, school year {year_name(certificate.school_year)}", size=16, bold=True)
    _paragraph(pdf, f"{district} to {state}", size=12)
    pdf.ln(LINE)
    _paragraph(pdf, certificate.signature.statement, size=11)
    pdf.ln(LINE)
    _paragraph(pdf, f"Signed {certificate.at}", size=11, bold=True)
    _paragraph(pdf, f"by {certificate.signature.signed_by}, {certificate.signature.role}", size=11)
    pdf.ln(LINE)
    _paragraph(pdf, "Submissions and the SHA-256 of their files", size=12, bold=True)
    for each in certificate.submissions:
        _paragraph(pdf, f"{each['extract']}: submission {each['submission_id']}", size=10, bold=True)
        for file in each["files"]:
            _paragraph(pdf, file["name"], size=9)
            _paragraph(pdf, file["sha256"], size=8, font="Courier")
    return bytes(pdf.output())


def _paragraph(pdf: FPDF, text: str, *, size: int, bold: bool = False, font: str = "Helvetica") -> None:
    pdf.set_font(font, style="B" if bold else "", size=size)
    pdf.multi_cell(0, LINE, _plain(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _plain(text: str) -> str:
    """Text in the letters that the built-in fonts have: accents that they lack are taken off, the rest is shown as ?"""
    dashes = str.maketrans({"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "..."})
    plain = []
    for letter in text.translate(dashes):
        if letter.isascii() or letter.encode("latin-1", "ignore"):
            plain.append(letter)
            continue
        bare = unicodedata.normalize("NFKD", letter).encode("latin-1", "ignore").decode("latin-1")
        plain.append(bare or "?")
    return "".join(plain)
