"""`rung doctor`: everything that is missing or contradictory in a state's folder, in one go and in order of mending."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from contracts.reference import REFERENCES
from rung.core.errors import RungError
from rung.core.rules import state_rules
from rung.core.settings import load_settings
from rung.lake.workspace import Workspace
from rung.packs.load import packs_of
from rung.release.disclosure_terms import load_policy
from rung.release.publish import educator_key_of
from rung.setup.landing_check import evidence_findings
from rung.setup.reference_check import table_findings
from rung.setup.storage import storage_findings


@dataclass(frozen=True)
class Finding:
    """One thing to mend: where it belongs, and what is wrong with the mend, in a sentence."""

    area: str
    text: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def examine(config: Path) -> list[Finding]:
    """All findings: configuration, key, storage, overlay, reference tables, then what districts have sent.

    What cannot be looked at because something before it is broken is not guessed at: that is found first.
    """
    try:
        work = Workspace(load_settings(config))
    except RungError as error:
        return [Finding("rung.toml", text) for text in str(error).split(f"; {config.name}: ")]
    found = [*_asked("key", lambda: educator_key_of(work))]
    found += [Finding("storage", text) for text in storage_findings(work)]
    overlay = [
        *_asked("overlay", lambda: packs_of(work.settings)),
        *_asked("overlay", lambda: state_rules(work.settings)),
        *_asked("overlay", lambda: load_policy(work)),
    ]
    found += overlay
    try:
        tables, text = table_findings(work)
    except (RungError, OSError) as error:
        return [*found, Finding("reference", str(error))]
    found += [Finding("reference", text) for text in text]
    usable = {name for name in REFERENCES if name in tables}
    packs = () if overlay else packs_of(work.settings)
    return found + [Finding("districts", text) for text in evidence_findings(work, tables, usable, packs)]


def _asked(area: str, question: Callable[[], Any]) -> Iterator[Finding]:
    try:
        question()
    except RungError as error:
        yield Finding(area, str(error))
