"""How well a column's name fits a column of an extract: exact, a standard's, a system's, or merely alike.

Source: `synonyms.yaml`, which gives the source of each group, and the aliases in `contracts/columns.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import yaml
from rapidfuzz import fuzz

from contracts.extracts import EXTRACTS
from transforms.s1_conform.column_matching import aliases
from transforms.s1_conform.decode import fold

# Targets beside the extract's own columns.
FULL_NAME, PAY, NOT_READ = "full_name", "pay", "not_read"
FOLDER = ("lea_id", "school_year")
# Scores: a name of the contract or a standard; one that is known; one that gives way to it; one behind a word that
# leaves it what it is, or with a word for pay; one that can mean other things too; mere likeness.
EXACT, KNOWN, LOCAL, QUALIFIED, UNSURE, ALIKE = 1.0, 0.97, 0.88, 0.86, 0.78, 0.75
RANKS = {"": KNOWN, "local": LOCAL, "unsure": UNSURE}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NUMBERED = re.compile(r"^\d+[ ._-]+(?=\D)")


@dataclass(frozen=True)
class KnownNames:
    """Names of one extract.

    `targets`: written-out name → target → score; `exact`: the same for names of the contract and the standards, folded.
    `given`: the systems' names as written. `words`: all their words, by which words that run together are told apart.
    """

    extract: str
    targets: Mapping[str, Mapping[str, float]]
    exact: Mapping[str, Mapping[str, float]]
    given: frozenset[str]
    tokens: Mapping[str, str]
    words: frozenset[str]
    qualifiers: frozenset[str]
    pay_words: tuple[frozenset[str], frozenset[str]]

    def written_out(self, name: str) -> str:
        """A name as it is compared: small letters, abbreviations written out, no punctuation, no leading number."""
        plain = _CAMEL.sub(" ", _NUMBERED.sub("", name.strip())).replace("#", " # ")
        found = [part for part in re.split(r"[^0-9a-z#]+", plain.casefold()) if part]
        parts = [piece for part in found for piece in self._pieces(part)]
        return " ".join(self.tokens.get(part, part) for part in parts)

    def _pieces(self, part: str) -> list[str]:
        """A word, or the known words that run together in it (`hiredt`: hire, dt)."""
        if part in self.words or part in self.tokens or len(part) < 5:
            return [part]
        for at in range(len(part) - 2, 2, -1):
            head, tail = part[:at], part[at:]
            if all(each in self.words or each in self.tokens for each in (head, tail)):
                return [head, tail]
        return [part]

    def scores(self, name: str) -> dict[str, float]:
        """Each target that a file's column could be by its name → score in 0-1. Empty: nothing is like it."""
        plain = self.written_out(name)
        known = self.exact.get(fold(name)) or self.targets.get(plain)
        if known:
            return dict(known)
        found: dict[str, float] = {}
        for other, targets in self.targets.items():
            score = ALIKE * fuzz.token_sort_ratio(plain, other) / 100
            for target, weight in targets.items():
                found[target] = max(found.get(target, 0.0), score * weight)
        parts = plain.split()
        while len(parts) > 2 and parts[0] in self.qualifiers:
            parts = parts[1:]
            for target, weight in self.targets.get(" ".join(parts), {}).items():
                found[target] = max(found.get(target, 0.0), QUALIFIED * weight)
        has, without = self.pay_words
        if has & set(plain.split()) and not without & set(plain.split()):
            amount = "amount" if self.extract == "payroll" else PAY
            found[amount] = max(found.get(amount, 0.0), QUALIFIED)
        return found


@cache
def known_names(extract: str) -> KnownNames:
    """The names of one extract: its own, the standards', those of districts' systems."""
    data = synonyms()
    tokens = {str(short): str(whole) for short, whole in data["tokens"].items()}
    columns = EXTRACTS[extract].sent.columns()
    given = [
        (name, *str(what).partition(".")[::2]) for group in data["groups"] for name, what in group["columns"].items()
    ]
    words = {word for name, _, _ in given for word in re.split(r"[^a-z]+", name.casefold()) if len(word) > 2}
    pay_words = (frozenset(data["pay"]["has"]), frozenset(data["pay"]["without"]))
    names = KnownNames(
        extract,
        {},
        {},
        frozenset(name for name, _, _ in given),
        tokens,
        frozenset(words),
        frozenset(data["qualifiers"]),
        pay_words,
    )
    targets: dict[str, dict[str, float]] = {}
    for name, what, rank in given:
        target = _target(what, columns)
        score = LOCAL if target == "amount" and what == PAY else RANKS[rank]
        # A name that one system gives to what nothing holds, and another to a column, is the column's.
        known = targets.setdefault(names.written_out(name), {})
        if target != NOT_READ or not known:
            known.pop(NOT_READ, None)
            known[target] = max(known.get(target, 0.0), score)
    exact: dict[str, dict[str, float]] = {}
    for target, column in columns.items():
        for at, name in enumerate((target, *aliases(column))):
            exact.setdefault(fold(name), {}).setdefault(target, EXACT - 0.001 * at)
    return replace(names, targets=targets, exact=exact)


def _target(what: str, columns: Collection[str]) -> str:
    """What a name means in one extract: a column of another one is nothing here."""
    if what == FULL_NAME:
        return FULL_NAME if "first_name" in columns else NOT_READ
    if what == PAY:
        return "amount" if "amount" in columns else PAY if "position_title" in columns else NOT_READ
    return what if what in {*columns, *FOLDER} else NOT_READ


@cache
def synonyms() -> dict[str, Any]:
    """The data file: tokens, groups of names, titles, degrees."""
    text = resources.files("rung.layouts").joinpath("synonyms.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data
