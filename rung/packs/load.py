"""Loads rule packs: YAML files of `programs/` plus the knobs of `rung.toml` (`[programs.<program_id>]`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from contracts.policy.conditions import UnknownKeyError
from contracts.policy.packs import Pack
from rung.core.code import files_sha256
from rung.core.errors import RungError
from rung.core.overlay import overlay_path, overlay_sha256
from rung.core.project import PROGRAMS
from rung.core.settings import Settings
from rung.packs.check import problems
from rung.packs.lines import line_of
from rung.packs.pack_files import DISTRICTS, pack_files

# The same YAML, by libyaml where it is there: all packs in 0.02 s instead of 0.2, in every command that reads them.
LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_KEPT: dict[str, tuple[Pack, ...]] = {}  # the packs read last, by what they are made from
BY_DISTRICT = TypeAdapter(dict[str, dict[str, dict[str, Any]]])


def load_packs(
    directory: Path = PROGRAMS,
    knobs: Mapping[str, Mapping[str, Any]] | None = None,
    check: bool = False,
    own: Path | None = None,
) -> tuple[Pack, ...]:
    """Every pack of `directory`, in the packs' own order, with the state's knobs.

    `own`: the state's folder. A pack of it is new or replaces the one of the same id, and is checked whole; its
    `districts.yaml` sets, by program and district, knobs that the pack marks `loose`.
    `check` also compiles each pack and looks for contradictions, as `rung programs --check FILE` does; the packs that
    Rung ships are checked by its tests. Raises RungError naming file and place for a pack that is not one, and for a
    knob or a program that does not exist.
    """
    settings = dict(knobs or {})
    files = {path.stem: path for path in (*pack_files(directory), *(pack_files(own) if own else ()))}
    by_district = read_districts(own) if own else {}
    packs = [
        load_pack(path, settings.pop(name, {}), check or path.parent == own, by_district.pop(name, {}))
        for name, path in files.items()
    ]
    if by_district:
        raise RungError(f"{DISTRICTS}: {min(by_district)} is no program; there are: {', '.join(sorted(files))}")
    if settings:
        known = ", ".join(pack.program_id for pack in packs)
        raise RungError(f"rung.toml: [programs.{min(settings)}] names no program; there are: {known}")
    return tuple(sorted(packs, key=lambda pack: (pack.place, pack.program_id)))


def packs_of(settings: Settings) -> tuple[Pack, ...]:
    """The packs that a state's configuration stands for, with its knobs, read once while their files and knobs stay.

    Raises RungError as `load_packs` does.
    """
    own = overlay_path(settings, "programs")
    made_from = repr((settings.programs, own, files_sha256(pack_files()), overlay_sha256(settings, "programs")))
    if made_from not in _KEPT:
        packs = load_packs(PROGRAMS, settings.programs, own=own)
        _KEPT.clear()
        _KEPT[made_from] = packs
    return _KEPT[made_from]


def read_districts(own: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """`districts.yaml`: program → district → knob → value; nothing where there is no file. Raises RungError."""
    path = own / DISTRICTS
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER) if path.is_file() else {}
        return dict(BY_DISTRICT.validate_python(tree or {}))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RungError(f"{path.name}: cannot be read as YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        raise RungError(f"{path.name}: {_error_text(error.errors()[0])}") from None


def load_pack(
    path: Path,
    knobs: Mapping[str, Any] | None = None,
    check: bool = True,
    districts: Mapping[str, Mapping[str, Any]] | None = None,
) -> Pack:
    """One pack. Raises RungError as `load_packs` does."""
    if not path.is_file():
        raise RungError(f"{path}: no such pack file")
    try:
        text = path.read_text(encoding="utf-8")
        tree = yaml.load(text, Loader=LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RungError(f"{path.name}: cannot be read as YAML: {' '.join(str(error).split())}") from None
    if not isinstance(tree, dict):
        raise RungError(f"{path.name}: a pack is a mapping of keys; this file is not")
    try:
        pack = Pack.model_validate(
            {
                **expanded(tree),
                "settings": flat(knobs or {}),
                "districts": {lea_id: flat(values) for lea_id, values in (districts or {}).items()},
            }
        )
    except ValidationError as error:
        found = [(_place(item), _error_text(item)) for item in error.errors()]
        raise RungError(_with_lines(path.name, text, found)) from None
    if pack.program_id != path.stem:
        raise RungError(f"{path.name}: program_id is `{pack.program_id}`; it must be the file's name, `{path.stem}`")
    wrong = problems(pack, compiled=check)
    if wrong:
        raise RungError(_with_lines(path.name, text, wrong))
    return pack


def _with_lines(file: str, text: str, found: Sequence[tuple[str, str]]) -> str:
    """Up to five errors in one line, each with the line of the file that its place leads to."""
    lines = [(line_of(text, place), message) for place, message in found[:5]]
    more = f"; and {len(found) - 5} more" if len(found) > 5 else ""
    return "; ".join(f"{file}{f', line {line}' if line else ''}: {message}" for line, message in lines) + more


def read_knobs(path: Path) -> dict[str, Any]:
    """Knobs of one program from a TOML file of their own; none where there is no file."""
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def flat(knobs: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested tables as dotted names: `[programs.x.cuts] a = 1` is the knob `cuts.a`. Lists become tuples."""
    out: dict[str, Any] = {}
    for name, value in knobs.items():
        if isinstance(value, Mapping):
            out |= flat(value, f"{before}{name}.")
        else:
            out[f"{before}{name}"] = tuple(value) if isinstance(value, list) else value
    return out


def expanded(tree: dict[str, Any]) -> dict[str, Any]:
    """Lists whose items say `for_each` become one item per row, with `<name>` replaced in keys and values."""
    return {key: _expand(value) for key, value in tree.items()}


def _expand(value: Any) -> Any:
    if isinstance(value, list):
        return [item for part in value for item in _items(part)]
    if isinstance(value, dict) and "for_each" in value:
        merged: dict[str, Any] = {}
        for item in _items(value):
            merged |= item
        return merged
    return {key: _expand(part) for key, part in value.items()} if isinstance(value, dict) else value


def _items(part: Any) -> list[Any]:
    if not (isinstance(part, dict) and "for_each" in part):
        return [_expand(part)]
    rest = {key: value for key, value in part.items() if key != "for_each"}
    return [_expand(_replaced(rest, row)) for row in part["for_each"]]


def _replaced(value: Any, row: Mapping[str, Any]) -> Any:
    """The value with `<name>` replaced; a text that is nothing but `<name>` takes the row's value as it is."""
    if isinstance(value, dict):
        return {_replaced(key, row): _replaced(part, row) for key, part in value.items()}
    if isinstance(value, list):
        return [_replaced(part, row) for part in value]
    if isinstance(value, str):
        if value.startswith("<") and value.endswith(">") and value[1:-1] in row:
            return row[value[1:-1]]
        for name, new in row.items():
            value = value.replace(f"<{name}>", str(new))
    return value


def _place(item: Any) -> str:
    """Where pydantic found an error, down to the key that does not exist."""
    error = item.get("ctx", {}).get("error")
    return ".".join(str(part) for part in (*item["loc"], *([error.key] if isinstance(error, UnknownKeyError) else [])))


def _error_text(item: Any) -> str:
    return f"`{_place(item)}`: {item['msg'].removeprefix('Value error, ')}"
