"""A district's files, whatever their form → tables of text (DESIGN section 5.2). Pure: bytes in, frames out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from transforms.s1_conform.decode.archive import unpack
from transforms.s1_conform.decode.columnar import read_parquet
from transforms.s1_conform.decode.delimited import read_delimited
from transforms.s1_conform.decode.edfi import read_edfi
from transforms.s1_conform.decode.excel import read_excel
from transforms.s1_conform.decode.fixed_width import read_fixed_width
from transforms.s1_conform.decode.model import (
    Bounds,
    Decoded,
    DecodeOptions,
    FileProblem,
    Refused,
    Table,
    fold,
)
from transforms.s1_conform.decode.oneroster import is_set, read_oneroster
from transforms.s1_conform.decode.sniff import name_lies, refused_as, sniff
from transforms.s1_conform.file_names import unique_name

__all__ = [
    "Bounds",
    "DecodeOptions",
    "Decoded",
    "FileProblem",
    "Refused",
    "Table",
    "decode",
    "decode_files",
    "fold",
]


def decode(data: bytes, name: str, options: DecodeOptions) -> Decoded:
    """Take one file apart. It is used whole, or not at all with the reason in `problems`."""
    return decode_files({name: data}, options)


def decode_files(files: Mapping[str, bytes], options: DecodeOptions) -> Decoded:
    """Take the files of one drop apart together: a OneRoster set is one table, every other file its own."""
    repairs: Counter[str] = Counter()
    problems: list[FileProblem] = []
    members: dict[str, bytes] = {}
    for name, data in files.items():
        try:
            for inside, plain in unpack(data, name, options.bounds, repairs):
                # `pay.csv` and what `pay.csv.gz` unpacks to are two sources, and each is read.
                members[unique_name(inside, {*members, *files} - {name})] = plain
        except Refused as refused:
            problems.append(_of(name, refused.problem, files))
    tables: list[Table] = []
    if not problems:
        jobs = [members] if is_set(members) else [{name: data} for name, data in members.items()]
        for job in jobs:
            try:
                tables.append(_read(job, options, repairs))
            except Refused as refused:
                problems.append(_of(next(iter(job)), refused.problem, members) if len(job) == 1 else refused.problem)
    repairs += Counter()  # only what happened
    return Decoded(() if problems else tuple(tables), repairs, tuple(problems))


def _of(name: str, found: FileProblem, files: Mapping[str, bytes]) -> FileProblem:
    """The problem, with the name of the file that has it where there are several."""
    return replace(found, message=f"{name}: {found.message}") if len(files) > 1 else found


def _read(job: Mapping[str, bytes], options: DecodeOptions, repairs: Counter[str]) -> Table:
    if is_set(job):
        return read_oneroster(job, options, repairs)
    ((name, data),) = job.items()
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise Refused("FILE-001")
    kind = sniff(data)
    refused = refused_as(kind)
    if refused is not None:
        raise Refused("FILE-023", refused)
    if name_lies(kind, name):
        repairs["lying_extension"] += 1
    if kind == "text" and options.shape.fixed_width is not None:
        return read_fixed_width(data, name, options.shape.fixed_width, options, repairs)
    readers = {"text": read_delimited, "excel": read_excel, "parquet": read_parquet, "xml": read_edfi}
    return readers[kind](data, name, options, repairs)
