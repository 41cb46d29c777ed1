"""The data dictionary, generated from contracts and packs: rows for pages, Markdown, a Frictionless package."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import dataframely as dy

from contracts import columns as c
from contracts.marts import MARTS
from contracts.marts.dimensions import DIMENSIONS
from contracts.policy.disclosure import DisclosureLog
from contracts.policy.packs import Pack
from contracts.public import PUBLIC

TYPES = {
    "String": ("text", "string"),
    "Bool": ("true / false", "boolean"),
    "Date": ("date", "date"),
    "Datetime": ("timestamp, UTC", "datetime"),
    "Float64": ("number", "number"),
    "Decimal": ("decimal(14,2)", "number"),
}

PACKAGE_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TABLE_PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"


@dataclass(frozen=True)
class Entry:
    """A column of a table, as a reader meets it."""

    table: str
    column: str
    type: str
    is_key: bool
    may_be_empty: bool
    unit: str
    meaning: str
    values: tuple[str, ...]
    edfi: tuple[str, ...]
    ceds: tuple[str, ...]
    oneroster: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table: what a row is (from its contract) and its columns."""

    name: str
    side: str
    row: str
    key: tuple[str, ...]
    entries: tuple[Entry, ...]


def tables_of(side: str) -> list[Table]:
    """The tables of a release's side, `restricted` or `public`."""
    stars = [table_of(n, side, d.schema, d.key, d.person_level) for n, d in DIMENSIONS.items() if d.side == side]
    if side == "public":
        return [*(table_of(name, side, mart.schema, mart.key) for name, mart in PUBLIC.items()), *stars]
    marts = [table_of(name, side, mart.schema, mart.order, mart.person_level) for name, mart in MARTS.items()]
    return [*marts, *stars, table_of("disclosure_log", side, DisclosureLog, ("name",))]


def table_of(name: str, side: str, schema: type[dy.Schema], key: Sequence[str], persons: bool = False) -> Table:
    """A table as a reader meets it; `persons`: its `staff_id` is `educator_key` there."""
    columns = dict(schema.columns())
    if persons and "staff_id" in columns:
        columns = {"educator_key": c.educator_key.required(), **{k: v for k, v in columns.items() if k != "staff_id"}}
    key = tuple("educator_key" if persons and column == "staff_id" else column for column in key)
    row = " ".join((schema.__doc__ or "").split())
    return Table(name, side, row, key, tuple(_entry(name, n, column, key) for n, column in columns.items()))


def _entry(table: str, name: str, column: dy.Column, key: tuple[str, ...]) -> Entry:
    column_metadata = dict(column.metadata or {})
    return Entry(
        table=table,
        column=name,
        type=_type(column)[0],
        is_key=name in key,
        may_be_empty=column.nullable,
        unit=str(column_metadata.get("unit") or ""),
        meaning=column.description or "",
        values=tuple(column_metadata.get("values") or ()),
        edfi=tuple(column_metadata.get("edfi") or ()),
        ceds=tuple(column_metadata.get("ceds") or ()),
        oneroster=tuple(column_metadata.get("oneroster") or ()),
    )


def _type(column: dy.Column) -> tuple[str, str]:
    kind = type(column).__name__
    return TYPES.get(kind, ("whole number", "integer"))


def dictionary_markdown(side: str) -> str:
    """One section a table: what a row is, its key, and a line for each column."""
    lines = [f"# Data dictionary: {side} marts", "", "Generated from `contracts/`; do not edit.", ""]
    for table in tables_of(side):
        lines += [f"## {table.name}", "", table.row, "", f"Key: {', '.join(f'`{name}`' for name in table.key)}.", ""]
        lines += ["| column | type | unit | meaning | elsewhere called |", "|---|---|---|---|---|"]
        lines += [_line(entry) for entry in table.entries]
        lines.append("")
    return "\n".join(lines)


def _line(entry: Entry) -> str:
    names = [("Ed-Fi", entry.edfi), ("CEDS", entry.ceds), ("OneRoster", entry.oneroster)]
    elsewhere = "; ".join(f"{standard} {found[0]}" for standard, found in names if found)
    meaning = entry.meaning + (f" One of: {', '.join(entry.values)}." if entry.values else "")
    cells = [f"`{entry.column}`", entry.type + ("" if entry.may_be_empty else ", never empty")]
    cells += [entry.unit, meaning, elsewhere]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def programs_markdown(packs: Sequence[Pack]) -> str:
    """One section a program: its levels with state tiers by version, whether its designations are public."""
    lines = ["# Programs", "", "Generated from `programs/`; do not edit.", ""]
    for pack in packs:
        lines += [
            f"## {pack.program_id}",
            "",
            f"{pack.title}. {pack.summary}",
            "",
            f"Designations: {pack.visibility.kind}.",
            "",
        ]
        lines += [f"Versions: {', '.join(f'{v.version} (from {v.from_year})' for v in pack.versions)}.", ""]
        lines += ["| level | title | state tier |", "|---|---|---|"]
        lines += [f"| `{level.id}` | {level.title} | {level.tier} |" for level in pack.levels]
        lines.append("")
    return "\n".join(lines)


def whole_dictionary(packs: Sequence[Pack]) -> str:
    """`docs/data-dictionary.md`: both sides and the programs."""
    return "\n".join([dictionary_markdown("restricted"), dictionary_markdown("public"), programs_markdown(packs)])


def frictionless(side: str, files: Mapping[str, Mapping[str, Any]]) -> bytes:
    """A data package (datapackage.org, v2) over the tables that are there; paths are relative to the side's folder."""
    resources = []
    for table in tables_of(side):
        if table.name not in files:
            continue
        file = files[table.name]
        present = {column["name"] for column in file["columns"]}
        fields = [_field(entry) for entry in table.entries if entry.column in present]
        resources.append(
            {
                "name": table.name,
                "type": "table",
                "path": file["path"].removeprefix(f"{side}/"),
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "bytes": file["bytes"],
                "hash": f"sha256:{file['sha256']}",
                "description": table.row,
                "schema": {
                    "$schema": TABLE_PROFILE,
                    "fields": fields,
                    "primaryKey": [name for name in table.key if name in present],
                },
            }
        )
    package = {"$schema": PACKAGE_PROFILE, "name": f"rung-{side}", "resources": resources}
    return json.dumps(package, indent=1, ensure_ascii=False).encode()


def _field(entry: Entry) -> dict[str, Any]:
    kind = dict(TYPES.values()).get(entry.type, "integer")
    field: dict[str, Any] = {"name": entry.column, "type": kind, "description": entry.meaning}
    if entry.unit:
        field["unit"] = entry.unit
    constraints: dict[str, Any] = {} if entry.may_be_empty else {"required": True}
    if entry.values:
        constraints["enum"] = list(entry.values)
    return field | ({"constraints": constraints} if constraints else {})


def dictionary_page(side: str) -> list[dict[str, Any]]:
    """The same as plain data, for the report's page."""
    return [asdict(table) for table in tables_of(side)]
