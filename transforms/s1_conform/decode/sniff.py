"""What a file is by its content; its name only breaks ties."""

from __future__ import annotations

import re

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_EXPECTED = {
    "csv": "text",
    "tsv": "text",
    "txt": "text",
    "xlsx": "excel",
    "xlsm": "excel",
    "xls": "excel",
    "parquet": "parquet",
    "xml": "xml",
    "zip": "zip",
    "gz": "gzip",
}
_REFUSED = {
    "pdf": "a PDF document",
    "html": "a web page",
    "rtf": "a text document",
    "spreadsheetml": "an Excel 2003 XML page",
    "json": "JSON",
    "image": "a picture",
    "word": "a Word document",
    "program": "a program or database",
}


def sniff(data: bytes) -> str:
    """One of text, excel, parquet, xml, zip, gzip, or a word of what is refused."""
    head = data[:4096]
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip_kind(data)
    for magic, kind in (
        (OLE, "excel"),
        (b"\x1f\x8b", "gzip"),
        (b"PAR1", "parquet"),
        (b"%PDF", "pdf"),
        (b"{\\rtf", "rtf"),
        (b"\x89PNG", "image"),
        (b"\xff\xd8\xff", "image"),
        (b"\x7fELF", "program"),
        (b"MZ\x90", "program"),
        (b"SQLite format 3", "program"),
    ):
        if head.startswith(magic):
            return kind
    return _text_kind(head)


def _zip_kind(data: bytes) -> str:
    directory = data[-200_000:]
    if b"xl/workbook" in directory or b"xl/workbook" in data[:4096] or b"opendocument.spreadsheet" in data[:200]:
        return "excel"
    return "word" if b"word/document.xml" in directory else "zip"


def _text_kind(head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    text = text.lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        return "html"
    if text.startswith((b"<?xml", b"<!doctype", b"<interchange")) or re.match(rb"<[a-z][\w:.-]*[\s>]", text):
        return "spreadsheetml" if b"urn:schemas-microsoft-com:office:spreadsheet" in text else "xml"
    if re.match(rb'\{\s*"|\[\s*[\{\[]', text):
        return "json"
    return "text"


def refused_as(kind: str) -> str | None:
    """In words, what a refused kind is; None for a kind that is read."""
    return _REFUSED.get(kind)


def name_lies(kind: str, name: str) -> bool:
    """Whether the name's ending promises another kind than the content is."""
    expected = _EXPECTED.get(name.rpartition(".")[2].lower())
    return expected is not None and expected != kind
