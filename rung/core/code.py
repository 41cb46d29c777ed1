"""The code that a result depends on: a module with everything of the project that it imports, as one hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from rung.core.project import PROJECT

PACKAGES = ("contracts", "transforms", "expectations", "rung")
# An import wherever it stands, by its text: parsing 250 modules would take longer than a run that finds nothing new. A
# line of a docstring that looks like one names a module too many, never one too few.
IMPORTS = re.compile(r"^\s*(?:from\s+([\w.]+)\s+import\s+(\([^)]*\)|[^\n]+)|import\s+([^\n]+))", re.MULTILINE)


@lru_cache
def code_of(*modules: str) -> str:
    """SHA-256 of the modules and of all that they import, wherever in the file: names and bytes.

    What is outside the project (Polars, Great Expectations) is not in it. Raises ModuleNotFoundError for a name that is
    none of the project's modules.
    """
    digest = hashlib.sha256()
    for name, path in sorted(_closure(modules).items()):
        digest.update(f"{name}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _closure(modules: tuple[str, ...]) -> dict[str, Path]:
    """The modules and what they import, with the packages around them, by name."""
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        path = _path_of(name)
        if path is None:
            raise ModuleNotFoundError(name)
        found[name] = path
        waiting += [each for each in _imported(path) if _path_of(each) is not None]
        if "." in name:
            waiting.append(name.rpartition(".")[0])
    return found


@lru_cache
def _path_of(name: str) -> Path | None:
    """The file of a module of the project; None for anything else."""
    if name.partition(".")[0] not in PACKAGES:
        return None
    place = PROJECT.joinpath(*name.split("."))
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


@lru_cache
def _imported(path: Path) -> tuple[str, ...]:
    """Names that may be modules: what is imported, and what is imported from it (a submodule looks like a name)."""
    names: list[str] = []
    for module, several, plain in IMPORTS.findall(path.read_text(encoding="utf-8")):
        if module:
            names += [module, *(f"{module}.{name}" for name in re.findall(r"\w+", several))]
        else:
            names += re.findall(r"[\w.]+", plain)
    return tuple(names)


def files_sha256(paths: Iterable[Path]) -> str:
    """SHA-256 of the names and bytes of files that Rung ships beside its code: packs, suites."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.name}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def versions_of(*libraries: str) -> dict[str, str]:
    """The installed versions of libraries that a result depends on."""
    return {name: version(name) for name in libraries}
