"""The code of a check page: Rung's own modules and the pure Python of its dependencies, as they are installed here."""

from __future__ import annotations

import importlib.util
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rung.core.errors import RungError
from rung.core.project import PROJECT

WEB = Path(__file__).parent
# What reading and judging a file imports, and nothing that it does not.
OWN = ("contracts", "transforms", "expectations", "rung/core", "rung/intake", "rung/lake")
STAND_INS = {"polars": "frames", "dataframely.py": "schemas.py", "fastexcel.py": "workbooks.py"}
PACKAGES = (
    "annotated_types",
    "defusedxml",
    "dotenv",
    "jinja2",
    "markupsafe",
    "pydantic",
    "pydantic_settings",
    "rapidfuzz",
    "typing_extensions",
    "typing_inspection",
    "xlrd",
    "yaml",
)
_NEVER = ("pydantic/v1", "pydantic/deprecated/__pycache__", "rapidfuzz/__pyinstaller", "dotenv/cli.py")
_OLD = (1980, 1, 1, 0, 0, 0)  # one date for all, so that equal code makes equal bytes


def engine(kit: Mapping[str, Any], suites: Mapping[str, str]) -> bytes:
    """A zip of everything that runs in the page: code, the district's data, the rules."""
    files = dict(_files())
    files["kit.json"] = json.dumps(kit, sort_keys=True).encode()
    files |= {f"expectations/{name}.json": text.encode() for name, text in suites.items()}
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _OLD), data)
    return held.getvalue()


def _files() -> Iterator[tuple[str, bytes]]:
    for folder in OWN:
        yield from _python_of(PROJECT / folder, folder)
    for name in ("rung/__init__.py", "rung/web/__init__.py", "rung/web/answer.py"):
        yield name, (PROJECT / name).read_bytes()
    for name, source in STAND_INS.items():
        path = WEB / source
        yield from _python_of(path, name) if path.is_dir() else [(name, path.read_bytes())]
    for package in PACKAGES:
        found = importlib.util.find_spec(package)
        if found is None or found.origin is None:
            raise RungError(f"{package} is not installed; install Rung whole, its lock has it")
        path = Path(found.origin)
        yield from _python_of(path.parent, package) if path.name == "__init__.py" else [(path.name, path.read_bytes())]


def _python_of(folder: Path, name: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*.py")):
        inside = f"{name}/{path.relative_to(folder).as_posix()}"
        if not inside.startswith(_NEVER):
            yield inside, path.read_bytes()
