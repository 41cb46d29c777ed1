"""The files that Rung ships (packs, suites, SQL) and the version of its code."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PROGRAMS = PROJECT / "programs"
SUITES = PROJECT / "expectations"
SQL = PROJECT / "sql"
CODE = ("contracts", "transforms", "rung", "flows", "programs", "expectations", "sql")


@lru_cache
def code_version() -> str:
    """Rung's version and a hash of everything that can change a number: code, packs, suites, SQL."""
    digest = hashlib.sha256()
    for folder in CODE:
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.suffix in (".py", ".yaml", ".json", ".sql"):
                digest.update(str(path.relative_to(PROJECT)).encode())
                digest.update(path.read_bytes())
    return f"{version('rung')}+{digest.hexdigest()[:12]}"
