"""A header that does not fit: what each missing column could be, and the mapping stanza that would say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from contracts.extracts import EXTRACTS
from transforms.s1_conform.column_matching import Matched, aliases
from transforms.s1_conform.decode import fold

LEAST = 60.0  # below this score a likeness is chance


@dataclass(frozen=True)
class Suggestion:
    """A missing column, the file's column that is nearest to it, and how near (0-100)."""

    column: str
    candidate: str
    score: float


@dataclass(frozen=True)
class DriftReport:
    """What the header lacks, what the mapping names in vain, what it could mean, and what nothing was found for."""

    extract: str
    missing: tuple[str, ...]
    absent: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]

    @property
    def unexplained(self) -> tuple[str, ...]:
        explained = {each.column for each in self.suggestions}
        return tuple(name for name in (*self.missing, *self.absent) if name not in explained)

    def stanza(self, school_year: int) -> str:
        """The stanza of `mappings/<lea_id>.yaml` that would accept the suggestions; a person has to agree with it."""
        lines = ["layouts:", f"  - extract: {self.extract}", f"    from_year: {school_year}", "    columns:"]
        lines += [f"      {s.column}: {_quoted(s.candidate)}  # {s.score:.0f} % alike" for s in self.suggestions]
        lines += [f"      {name}: # which column, or {{constant: …}}?" for name in self.unexplained]
        return "\n".join(lines) + "\n"


def drift_report(header: Sequence[str], matched: Matched, extract: str) -> DriftReport:
    """Suggest for each missing column the unread column whose name is most alike; each is suggested once."""
    contract = EXTRACTS[extract].sent.columns()
    free = {fold(name): name for name in matched.unread}
    ranked = []
    for missing in matched.missing:
        for alias in (missing, *aliases(contract[missing])):
            for candidate, score, _ in process.extract(fold(alias), list(free), scorer=fuzz.token_ratio, limit=3):
                ranked.append(Suggestion(missing, free[candidate], score))
    for absent in matched.absent:
        for candidate, score, _ in process.extract(fold(absent), list(free), scorer=fuzz.token_ratio, limit=3):
            ranked.append(Suggestion(absent, free[candidate], score))
    chosen: dict[str, Suggestion] = {}
    for each in sorted(ranked, key=lambda s: (-s.score, s.column, s.candidate)):
        if (
            each.score >= LEAST
            and each.column not in chosen
            and each.candidate not in {s.candidate for s in chosen.values()}
        ):
            chosen[each.column] = each
    suggestions = tuple(chosen[name] for name in (*matched.missing, *matched.absent) if name in chosen)
    return DriftReport(extract, matched.missing, matched.absent, suggestions)


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
