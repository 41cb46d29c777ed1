"""Bytes to text: UTF-8 with and without BOM, UTF-16, UTF-32, Windows-1252, or what is declared."""

from __future__ import annotations

import codecs
import re
from collections import Counter

from transforms.s1_conform.decode.model import Refused

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Bytes that no text holds, and what most bytes of text are where it is written in EBCDIC.
_NO_TEXT = re.compile(rb"[\x01-\x08\x0e-\x19\x1b\x7f]")
_EBCDIC = re.compile(rb"[\x40\x4b\x60\x61\x6b\x6d\x81-\x89\x91-\x99\xa2-\xa9\xc1-\xc9\xd1-\xd9\xe2-\xe9\xf0-\xf9]")
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")

# Windows-1252 bytes that a program took for Latin-1 and saved as UTF-8: `’` came as U+0092. Five of them mean nothing.
_WINDOWS = {at: bytes([at]).decode("cp1252") for at in range(0x80, 0xA0) if at not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_CONTROLS = re.compile(f"[{''.join(map(chr, _WINDOWS))}]")


def decode_text(data: bytes, declared: str | None, repairs: Counter[str]) -> str:
    """The file's text. Raises Refused FILE-003 rather than guess."""
    if declared is not None:
        text = _declared(data, declared)
        repairs["declared_encoding"] += 1
    else:
        text = _decoded(data, repairs)
    return _clean(text, repairs)


def _declared(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig" if codecs.lookup(name).name == "utf-8" else name)
    except LookupError:
        raise Refused("FILE-003", f"`{name}` is not an encoding") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused("FILE-003", f"line {line} is not {name}, which the mapping file declares") from None


def _decoded(data: bytes, repairs: Counter[str]) -> str:
    for mark, name in _BOMS:
        if data.startswith(mark):
            repairs["byte_order_mark" if name == "utf-8-sig" else "utf16"] += 1
            return _whole(data, name)
    wide = _wide_without_mark(data)
    if wide is not None:
        repairs["utf16"] += 1
        return _whole(data, wide)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _windows(data, error.start, repairs)


def _whole(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        raise Refused("FILE-003", f"it begins as {name.removesuffix('-sig')} and does not stay so") from None


def _wide_without_mark(data: bytes) -> str | None:
    """UTF-16 without a mark shows as a null in every other byte of western text, UTF-32 as three in every four."""
    head = data[:2000]
    if len(head) >= 8:
        quarter = len(head) // 4
        full = [head[at::4].count(0) < 0.1 * quarter for at in range(4)]
        for name, at in (("utf-32-le", 0), ("utf-32-be", 3)):
            if full[at] and sum(full) == 1:
                return name
    if len(head) < 4 or b"\0" not in head:
        return None
    half = len(head) // 2
    if head[1::2].count(0) > 0.7 * half and head[0::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if head[0::2].count(0) > 0.7 * half and head[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None


def _windows(data: bytes, at: int, repairs: Counter[str]) -> str:
    head = data[:4096]
    if len(_EBCDIC.findall(head)) > 0.9 * len(head):
        raise Refused("FILE-003", "they are EBCDIC, as mainframes write it (`cp037` or a kin of it)")
    if len(_NO_TEXT.findall(head)) > len(head) // 50:
        raise Refused("FILE-002", "it is not text")
    line = data.count(b"\n", 0, at) + 1
    if _MULTIBYTE.search(data):
        raise Refused("FILE-003", f"line {line} is not UTF-8 though other lines are")
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Refused("FILE-003", f"line {line} is neither UTF-8 nor Windows-1252") from None
    repairs["cp1252"] += 1
    return text


def _clean(text: str, repairs: Counter[str]) -> str:
    if text.startswith("\ufeff"):
        text = text[1:]
    if text.endswith("\x1a"):
        text = text.rstrip("\x1a")
        repairs["end_of_file_mark"] += 1
    nuls = text.count("\0")
    if nuls:
        if nuls > len(text) // 10:
            raise Refused("FILE-002", "it is not text, or a broken transfer filled it with null characters")
        repairs["nul_characters"] += nuls
        text = text.replace("\0", "")
    controls = _CONTROLS.findall(text)
    if controls:
        repairs["windows_letters"] += len(controls)
        text = text.translate(_WINDOWS)
    lost = text.count("\ufffd")
    if lost:
        repairs["replacement_characters"] += lost
    return text
