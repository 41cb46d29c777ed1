"""A state's own files, laid over the shipped ones by `[overlay]` of rung.toml: packs, suites, disclosure policy."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from rung.core.project import PROGRAMS
from rung.core.settings import Settings

Kind = Literal["programs", "expectations", "disclosure"]
KINDS: tuple[Kind, ...] = ("programs", "expectations", "disclosure")


def overlay_path(settings: Settings, kind: Kind) -> Path | None:
    """The state's folder (or file, for disclosure) of a kind; None where rung.toml names none."""
    named: str | None = getattr(settings.overlay, kind)
    return None if named is None else settings.root / named


def overlay_files(settings: Settings, kind: Kind) -> list[Path]:
    """The files of a kind that are read, in order of name."""
    path = overlay_path(settings, kind)
    if path is None:
        return []
    return [path] if kind == "disclosure" else sorted(path.glob("*.json" if kind == "expectations" else "*.yaml"))


def overlay_sha256(settings: Settings, *kinds: Kind) -> str:
    """A hash of the names and bytes of the state's files of these kinds: they decide numbers, as code does."""
    digest = hashlib.sha256()
    for kind in kinds:
        for path in overlay_files(settings, kind):
            digest.update(f"{kind}/{path.name}".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def policy_paths(settings: Settings) -> tuple[Path, ...]:
    """The disclosure policy as shipped and, where there is one, the state's, which is laid over it."""
    return (PROGRAMS / "disclosure.yaml", *overlay_files(settings, "disclosure"))
