"""What a file is by its content; its name only breaks ties."""

from __future__ import annotations

import io
import re
import struct
import zipfile

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
# The names, in an old Office file, of the streams that make it a workbook, or a locked one of a newer kind.
_WORKBOOK_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book", "EncryptedPackage"))
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"PAR1", "parquet"),
    (b"PARE", "locked"),
    (b"%PDF", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
    (b"SQLite format 3", "program"),
    (b"\0\1\0\0Standard ", "program"),  # Access
    (b"$FL2", "statistics"),
    (b"<stata_dta>", "statistics"),
    (bytes(12) + bytes.fromhex("c2ea8160b31411cf"), "statistics"),  # SAS
    (b"ARROW1", "arrow"),
    (b"Obj\1", "arrow"),
    (b"PK\x07\x08", "split"),
    (b"7z\xbc\xaf\x27\x1c", "packed"),
    (b"Rar!\x1a\x07", "packed"),
    (b"\xfd7zXZ\0", "packed"),
    (b"BZh91AY&SY", "packed"),
    (b"\x28\xb5\x2f\xfd", "packed"),
)
# What the name of a member of a zip begins with that makes it a document.
_IN_ZIP = {
    "xl/workbook": "excel",
    "word/document.xml": "word",
    "ppt/presentation.xml": "slides",
    "index/document.iwa": "apple",
}
# In lines as mail programs break them, or on one line.
_BASE64 = re.compile(rb"([A-Za-z0-9+/]{60,76}\r?\n)+[A-Za-z0-9+/]*={0,2}\s*|[A-Za-z0-9+/]{200,}={0,2}\s*")
_REFUSED = {
    "pdf": "a PDF document",
    "html": "a web page",
    "rtf": "a text document",
    "spreadsheetml": "an Excel 2003 XML page",
    "json": "JSON",
    "image": "a picture",
    "word": "a Word document",
    "slides": "a slide show",
    "apple": "a document of Apple's Numbers, Pages or Keynote",
    "office": "an Office document that is no workbook, such as a letter or a message",
    "locked": "an encrypted Parquet file",
    "statistics": "a file of a statistics program",
    "arrow": "a file of the Arrow or Avro format",
    "split": "one part of a zip archive that was made in several",
    "packed": "an archive of another kind than zip or gzip",
    "mail": "an e-mail message",
    "base64": "text in base64, as mail programs pack attachments",
    "answer": "what a web server says in place of a file",
    "program": "a program or database",
}


def sniff(data: bytes) -> str:
    """One of text, excel, parquet, xml, zip, gzip, or a word of what is refused."""
    head = data[:4096]
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip_kind(data)
    if head.startswith(OLE):
        return "excel" if any(name in data for name in _WORKBOOK_STREAMS) else "office"
    if head[257:262] == b"ustar":
        return "packed"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return _text_kind(head)


def _zip_kind(data: bytes) -> str:
    """By the names inside: a workbook that lies in an archive unpacked shows its own names among the bytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name.lower() for name in archive.namelist()]
            inside = [kind for begins, kind in _IN_ZIP.items() if any(name.startswith(begins) for name in names)]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):  # torn: its bytes are left
        torn = (data[:4096] + data[-200_000:]).lower()
        inside = [kind for begins, kind in _IN_ZIP.items() if begins.encode() in torn]
    if b"opendocument.spreadsheet" in data[:200]:
        inside.append("excel")
    return inside[0] if inside else "zip"


def _text_kind(head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    text = text.lstrip().lower()
    text = re.sub(rb"^(<!--.*?-->\s*)+", b"", text, flags=re.DOTALL)
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")) or re.match(
        rb"<\?xml[^>]*>\s*(<!doctype html|<html)", text
    ):
        return "html"
    if text.startswith(b"%pdf"):
        return "pdf"
    if re.match(rb"(mime-version|content-type|received|return-path|x-[a-z-]+): ", text):
        return "mail"
    if re.match(rb"http/[\d.]+ \d{3} ", text):
        return "answer"
    if _BASE64.fullmatch(head) and re.search(rb"[a-z]", head) and re.search(rb"[A-Z]", head):
        return "base64"
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
