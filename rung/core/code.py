"""The code that a result depends on: a module with everything of the project that it imports, as one hash."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from rung.core.project import PROJECT

PACKAGES = ("contracts", "transforms", "expectations", "rung")
# An import wherever it stands, by its text: parsing 250 modules would take longer than a run that finds nothing new. A
# line of a docstring that looks like one names a module too many, never one too few.
IMPORTS = re.compile(r"^\s*(?:from\s+([\w.]+)\s+import\s+(\([^)]*\)|[^\n]+)|import\s+([^\n]+))", re.MULTILINE)


@cache
def code_of(*modules: str) -> str:
    """SHA-256 of the modules and of all that they import, wherever in the file: names and bytes.

    What is outside the project (Polars, Great Expectations) is not in it. Raises ModuleNotFoundError for a name that is
    none of the project's modules.
    """
    digest = hashlib.sha256()
    for name in sorted(_closure(modules)):
        digest.update(f"{name}\n".encode() + _looked_at(name)[0])
    return digest.hexdigest()


def _closure(modules: tuple[str, ...]) -> set[str]:
    """Names of the modules and of what they import, with the packages around them."""
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        waiting += _looked_at(name)[1]
        if "." in name:
            waiting.append(name.rpartition(".")[0])
    return found


@cache
def _looked_at(name: str) -> tuple[bytes, tuple[str, ...]]:
    """The hash of a module's bytes, and the project's modules that it imports. Raises ModuleNotFoundError."""
    if name not in _modules():
        raise ModuleNotFoundError(name)
    data = _modules()[name].read_bytes()
    imported = tuple(each for each in _imported(data.decode()) if each in _modules())
    return hashlib.sha256(data).digest(), imported


@cache
def _modules() -> dict[str, Path]:
    """Every module of the project by name: its folders are read once, where asking for each name that may be a module
    would ask the disk four thousand times."""
    found: dict[str, Path] = {}
    for package in PACKAGES:
        for folder, _, files in os.walk(PROJECT / package):
            above = Path(folder).relative_to(PROJECT).parts
            for file in files:
                if file.endswith(".py"):
                    parts = above if file == "__init__.py" else (*above, file.removesuffix(".py"))
                    found[".".join(parts)] = Path(folder, file)
    return found


def _imported(text: str) -> tuple[str, ...]:
    """Names that may be modules: what is imported, and what is imported from it (a submodule looks like a name)."""
    names: list[str] = []
    for module, several, plain in IMPORTS.findall(text):
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
