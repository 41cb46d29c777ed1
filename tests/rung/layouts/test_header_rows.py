"""`rung map` on header rows of real exports, by names alone: right, wrong, asked, beside plain likeness of strings."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from rapidfuzz import fuzz, process

from contracts.extracts import EXTRACTS
from rung.layouts.column_assignment import assign_columns
from rung.layouts.known_names import known_names
from transforms.s1_conform.decode import fold
from transforms.s1_conform.header_drift import LEAST

ROWS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "header_rows.yaml").read_text(encoding="utf-8"))
PAGE = Path(__file__).parents[3] / "docs/rung-map.md"
PARTS = ("made from", "held out", "found later")


def part_of(row: dict[str, Any]) -> str:
    """Whether the synonyms were made from a row, it was kept out of them, or it was found when they were fixed."""
    return PARTS[0] if row.get("made_from") else PARTS[2] if row.get("fresh") else PARTS[1]


def by_map(row: dict[str, Any]) -> dict[str, str]:
    """What `rung map` makes of each column: a target, `-` for nothing, `asked` with candidates, `listed` as unknown."""
    header = list(row["columns"])
    names = known_names(row["extract"])
    done = assign_columns(header, EXTRACTS[row["extract"]].required, {name: names.scores(name) for name in header})
    found = {name: target for target, name in done.sources.items()} | dict.fromkeys(done.pay, "pay")
    found |= dict.fromkeys((name for names in done.candidates.values() for name in names), "asked")
    return {name: found.get(name, "listed" if name in done.unrecognised else "-") for name in header}


def by_likeness(row: dict[str, Any]) -> dict[str, str]:
    """The same by the nearest string, as a mapping was suggested before: each column once, from a likeness of 60 on."""
    header = list(row["columns"])
    by_fold = {fold(name): name for name in header}
    ranked = sorted(
        (-score, target, by_fold[name])
        for target in EXTRACTS[row["extract"]].sent.columns()
        for name, score, _ in process.extract(fold(target), list(by_fold), scorer=fuzz.token_ratio, limit=3)
        if score >= LEAST
    )
    found: dict[str, str] = {}
    for _, target, name in ranked:
        if target not in found.values() and name not in found:
            found[name] = target
    return {name: found.get(name, "-") for name in header}


def outcome(given: str, truth: str) -> str:
    """Right or wrong, or how it was asked."""
    right = set(truth.split("|"))
    right |= {"amount", "pay"} if right & {"amount", "pay"} else set()
    return given if given in ("asked", "listed") else "right" if given in right else "wrong"


def counts(how: Any, part: str, *, held_only: bool = False) -> Counter[str]:
    """Outcomes of all columns of one part of the rows; `held_only`: of those that the extract surely has."""
    rows = [row for row in ROWS if part_of(row) == part]
    return Counter(
        outcome(how(row)[name], truth)
        for row in rows
        for name, truth in row["columns"].items()
        if not held_only or "-" not in truth.split("|")
    )


def table() -> str:
    """The figures as the page shows them."""
    lines = ["| rows | columns | way | right | wrong | asked with candidates | listed as not recognised | unasked |"]
    lines.append("|---|---|---|---:|---:|---:|---:|---:|")
    for part in PARTS:
        number = sum(part_of(row) == part for row in ROWS)
        for which, held_only in (("all", False), ("that the extract has", True)):
            for way, how in (("`rung map`", by_map), ("plain likeness", by_likeness)):
                found = counts(how, part, held_only=held_only)
                all_of = found.total()
                share = {key: f"{found[key] / all_of:.1%}" for key in ("right", "wrong", "asked", "listed")}
                unasked = f"{(found['right'] + found['wrong']) / all_of:.1%}"
                lines.append(
                    f"| {part}: {number} | {all_of} {which} | {way} | {share['right']} | {share['wrong']} "
                    f"| {share['asked']} | {share['listed']} | {unasked} |"
                )
    return "\n".join(lines)


def test_the_rows_are_many_and_each_has_its_source() -> None:
    assert len(ROWS) >= 40
    assert sum(bool(row.get("made_from")) for row in ROWS) <= len(ROWS) / 2
    assert len({row["id"] for row in ROWS}) == len({tuple(row["columns"]) for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row["source"].startswith(("github.com/", "https://", "http://")), row["id"]
        known = {*EXTRACTS[row["extract"]].sent.columns(), "lea_id", "school_year", "pay", "full_name", "-"}
        assert {each for truth in row["columns"].values() for each in truth.split("|")} <= known, row["id"]


@pytest.mark.parametrize("part", PARTS)
def test_few_answers_are_wrong_and_fewer_than_by_likeness(part: str) -> None:
    found, alike = counts(by_map, part), counts(by_likeness, part)
    assert found["wrong"] / found.total() <= (0.02 if part != PARTS[2] else 0.1)
    assert found["wrong"] * 5 < alike["wrong"]


def test_the_page_has_the_figures_of_today() -> None:
    assert table() in PAGE.read_text(encoding="utf-8"), table()


def test_the_four_years_of_chicago_have_no_wrong_column() -> None:
    row = next(each for each in ROWS if each["id"] == "chicago_positions")
    found = {name: outcome(given, row["columns"][name]) for name, given in by_map(row).items()}
    assert "wrong" not in found.values()
    assert {name for name, each in found.items() if each != "right"} <= {"Dept ID", "ClsIndc"}
