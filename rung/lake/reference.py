"""The state's reference tables and district mappings, read and checked before anything else.

They are the state's own files: a row that breaks its contract stops the run with file, row, column and mend.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl
import yaml
from pydantic import ValidationError

from contracts.policy.mapping import DistrictMapping
from contracts.reference import REFERENCES
from rung.core.errors import RungError
from rung.lake.place import Place
from rung.lake.windows import Window, windows_of
from transforms.s1_conform.crosswalk import CROSSWALK
from transforms.s1_conform.values import UNREADABLE, type_columns, unreadable_columns


@dataclass(frozen=True)
class ReferenceTables:
    """Every reference table (absent optional ones empty), mappings and crosswalks by LEA, a hash of all their bytes.

    `hashes`: SHA-256 of each file by key.
    """

    tables: dict[str, pl.DataFrame]
    mappings: dict[str, DistrictMapping]
    crosswalks: dict[str, pl.DataFrame]
    sha256: str
    hashes: dict[str, str] = field(default_factory=dict)

    def district(self, lea_id: str) -> str:
        """A district as a person reads it: its name and its id; the id alone where no district has it."""
        return self._names.get(lea_id, lea_id)

    @cached_property
    def _names(self) -> dict[str, str]:
        """Asked for once a drop: made anew each time, it would take the square of a state's districts."""
        return district_names(self.tables["districts"])

    def window(self, school_year: int, extract: str) -> Window | None:
        """The calendar's window of an extract and year; None where it says nothing."""
        return self._windows.get((school_year, extract))

    @cached_property
    def _windows(self) -> dict[tuple[int, str], Window]:
        """Asked for several times a drop, as the names are."""
        return windows_of(self.tables["calendar"])


class TableProblems(RungError):
    """What is wrong with a table. The message is the first problem; `problems` are all of them, each with its mend."""

    def __init__(self, key: str, problems: Sequence[str]) -> None:
        self.problems = [f"reference/{key}: {problem}" for problem in problems]
        more = f" (and {len(problems) - 1} more, see `rung doctor`)" if len(problems) > 1 else ""
        super().__init__(self.problems[0] + more)


def district_names(districts: pl.DataFrame) -> dict[str, str]:
    """Districts as a person reads them, by id: "Oak (0100)"."""
    rows = districts.select("lea_id", "name").iter_rows()
    return {lea_id: f"{name} ({lea_id})" if name else lea_id for lea_id, name in rows}


def names_of(place: Place) -> dict[str, str]:
    """`district_names` of a reference folder, where only the names are needed; nothing else is read."""
    keys = {key for key in ("districts.parquet", "districts.csv") if place.tag(key) is not None}
    return district_names(load_table("districts", keys, place.read, place.uri("districts.csv")))


def load_reference(place: Place) -> ReferenceTables:
    """Read all tables. Raises RungError, one line, for an absent needed table or a row that breaks the contract."""
    keys = {entry.key: entry for entry in place.entries()}
    hashes: dict[str, str] = {}

    def fetch(key: str) -> bytes:
        data = place.read(key)
        hashes[key] = hashlib.sha256(data).hexdigest()
        return data

    tables: dict[str, pl.DataFrame] = {}
    for name in REFERENCES:
        tables[name] = load_table(name, keys, fetch, place.uri(f"{name}.csv"))
    mappings = {}
    for key in sorted(keys):
        if key.startswith("mappings/") and key.endswith((".yaml", ".yml")):
            mappings[key.removeprefix("mappings/").rsplit(".", 1)[0]] = _mapping(key, fetch(key))
    crosswalks = {}
    for key in sorted(keys):
        if key.startswith("crosswalks/") and key.endswith(".csv"):
            crosswalks[key.removeprefix("crosswalks/").removesuffix(".csv")] = _crosswalk(key, _read(key, fetch(key)))
    digest = hashlib.sha256("\n".join(f"{key} {sha256}" for key, sha256 in sorted(hashes.items())).encode())
    return ReferenceTables(tables, mappings, crosswalks, digest.hexdigest(), hashes)


def load_table(name: str, keys: Collection[str], read: Callable[[str], bytes], where: str) -> pl.DataFrame:
    """One table; an absent optional one is empty. `keys`: the folder's objects; `where`: the table's place in errors.

    Raises RungError as `load_reference` does.
    """
    key = next((k for k in (f"{name}.parquet", f"{name}.csv") if k in keys), None)
    if key is None:
        if REFERENCES[name].needed:
            raise RungError(f"{where}: the reference table {name} is missing; add it")
        return REFERENCES[name].schema.create_empty()
    data = read(key)
    return _checked(name, key, _read(key, data, 0 if key.endswith(".parquet") else _comments(data)))


def _comments(data: bytes) -> int:
    """How many lines at the head of a CSV are comments: they begin with `#`, as `rung init` writes them."""
    return next((n for n, line in enumerate(data.splitlines()) if not line.lstrip(b"\xef\xbb\xbf").startswith(b"#")), 0)


def _crosswalk(key: str, table: pl.DataFrame) -> pl.DataFrame:
    """A district's ids of persons and the state's, one row per district id."""
    lacking = [name for name in CROSSWALK if name not in table.columns]
    if lacking:
        raise RungError(f"reference/{key}: column {lacking[0]} is missing; add it")
    table = table.select(list(CROSSWALK)).drop_nulls().unique()
    twice = table.filter(pl.col("district_staff_id").is_duplicated())
    if twice.height:
        raise RungError(f"reference/{key}: {twice['district_staff_id'][0]!r} stands for two persons; keep one")
    return table


def _read(key: str, data: bytes, skipped: int = 0) -> pl.DataFrame:
    """The table as text, empty cells null (a quoted empty cell too)."""
    if key.endswith(".parquet"):
        frame = pl.read_parquet(io.BytesIO(data)).with_columns(pl.all().cast(pl.String))
    else:
        try:
            frame = pl.read_csv(io.BytesIO(data), infer_schema=False, skip_lines=skipped)
        except pl.exceptions.PolarsError as error:
            raise RungError(f"reference/{key}: not readable as CSV: {str(error).splitlines()[0]}") from None
    return frame.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _checked(name: str, key: str, text: pl.DataFrame) -> pl.DataFrame:
    """The typed table. Raises TableProblems. Row 1 is the header; comments above it are not counted."""
    schema = REFERENCES[name].schema
    missing = [column for column, spec in schema.columns().items() if not spec.nullable and column not in text.columns]
    unknown = [column for column in text.columns if column not in schema.columns()]
    problems = [f"column {column} is missing; add it" for column in missing]
    problems += [f"unknown column {column}; take it out or mend its spelling" for column in unknown]
    if problems:
        raise TableProblems(key, problems)
    typed = type_columns(text.lazy(), schema).with_row_index("_row", offset=2).collect()
    unread = {}
    for column in unreadable_columns(typed.schema):
        bad = typed.filter(pl.col(column).is_not_null())
        if bad.height:
            plain = column.removesuffix(UNREADABLE)
            row, value = bad.select("_row", column).row(0)
            unread[plain] = f"row {row}: {plain} is {value!r}, not {schema.columns()[plain].dtype}"
    problems = list(unread.values())
    columns = list(schema.columns())
    result = schema.filter(typed.select(columns))
    for rule, count in result.failure.counts().items() if result.failure else ():
        about, _, kind = rule.partition("|")
        if about not in unread:
            invalid = result.failure.details().filter(pl.col(rule) == "invalid").select(columns)
            row = typed.join(invalid, on=columns, how="semi", nulls_equal=True)["_row"][0]
            what = f"{about} is empty; fill it in" if kind == "nullability" else f"breaks `{rule}`; mend the table"
            problems.append(f"row {row}{f' ({count} rows)' if count > 1 else ''}: {what}")
    if problems:
        raise TableProblems(key, problems)
    frame: pl.DataFrame = result.result
    return frame


def _mapping(key: str, data: bytes) -> DistrictMapping:
    try:
        return DistrictMapping.model_validate(yaml.safe_load(data))
    except yaml.YAMLError as error:
        raise RungError(f"reference/{key}: not valid YAML: {str(error).splitlines()[0]}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RungError(f"reference/{key}: `{place}`: {first['msg']}") from None
