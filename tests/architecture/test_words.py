"""The glossary is what the code says, and everything public says what it does."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from contracts.marts import MARTS

ROOT = Path(__file__).parents[2]
PACKAGES = ("flows", "rung", "expectations", "transforms", "contracts")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
USED, UNUSED, SHARED = re.split("## (?:Words that no name|Names that modules)", GLOSSARY)
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def rows(part: str) -> list[list[str]]:
    """The cells of a table, without its head."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:2] == "| "][2:]


@cache
def definitions() -> list[tuple[str, Definition]]:
    found: list[tuple[str, Definition]] = []
    for path in (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [(str(path.relative_to(ROOT)), n) for n in ast.walk(tree) if isinstance(n, Definition)]
    return found


def words(name: str) -> list[str]:
    """`RatingTest` and `rating_test` are `rating` and `test`."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]


def names() -> Iterator[tuple[str, str]]:
    """(place, word) of every module, function and class."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            yield from ((str(path.relative_to(ROOT)), word) for word in words(path.stem))
    for place, node in definitions():
        yield from ((f"{place}: {node.name}", word) for word in words(node.name))


def test_every_place_of_the_glossary_is_there_and_no_word_stands_twice() -> None:
    entries = rows(USED)
    assert len(entries) > 30
    listed = [word for entry in entries for word in entry[0].split(", ")]
    assert len(set(listed)) == len(listed)
    places = [place for entry in entries for place in re.findall(r"`([^`]+)`", entry[2])]
    assert [place for place in places if not (ROOT / place).is_file()] == []
    assert all(meaning for _, meaning, _ in entries)


def test_no_module_function_or_class_is_called_by_a_word_that_is_not_used() -> None:
    unused = {word for entry in rows(UNUSED) for word in entry[0].split(", ")}
    assert "verdict" in unused
    assert sorted({place for place, word in names() if word in unused}) == []


def test_no_two_modules_share_a_name_without_sharing_a_meaning() -> None:
    """The third table names each that does. Shared by rule: a mart's contract and builder, and the runs of stages."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if path.name != "__init__.py"]
    counts = Counter(path.stem for path in paths)
    shared = {stem for stem, count in counts.items() if count > 1} - set(MARTS) - {"run"}
    entries = rows(SHARED)
    assert shared == {name for entry in entries for name in entry[0].split(", ")}
    assert all(meaning for _, meaning in entries)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_function_and_class_of_a_module_has_a_docstring(package: str) -> None:
    missing = []
    for path in sorted((ROOT / package).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in (tree, *tree.body):
            public = isinstance(node, ast.Module) or (isinstance(node, Definition) and node.name[0] != "_")
            if public and not ast.get_docstring(node):  # type: ignore[arg-type]
                missing.append(f"{path.relative_to(ROOT)}: {getattr(node, 'name', 'the module')}")
    assert missing == []
