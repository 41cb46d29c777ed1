"""Values of vocabularies: which of a district's words is which of the contract's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rapidfuzz import fuzz, process

from contracts.extracts import EXTRACTS
from rung.lake.reference import ReferenceTables
from rung.layouts.column_evidence import ColumnFacts, rating_labels
from rung.layouts.known_names import synonyms
from rung.layouts.layout_draft import Proposal, Question
from transforms.s1_conform.decode import fold

# A rating's label that is at least so near (0-100) to one of the rating systems' is taken for it.
NEAR = 88.0


def translate_values(
    made: Proposal,
    sources: Mapping[str, str],
    facts: Mapping[str, ColumnFacts],
    extract: str,
    lea_id: str,
    reference: ReferenceTables,
) -> None:
    """Give columns of closed vocabularies the values that translate them; what no value is found for is asked."""
    columns = EXTRACTS[extract].sent.columns()
    for target, name in sources.items():
        values = facts[name].values
        closed = (columns[target].metadata or {}).get("values") if target in columns else None
        if target == "rating_level":
            labels = rating_labels(reference, lea_id)
            _translate(made, target, name, _near(values, labels), values, labels)
        elif closed and target in ("staff_classification", "highest_degree"):
            kind = "titles" if target == "staff_classification" else "degrees"
            _by_pieces(made, target, name, kind, values, closed)
        elif closed:
            _translate(made, target, name, {}, values, closed)
    title = sources.get("position_title")
    if extract == "roster" and title and "staff_classification" not in sources:
        made.layout["columns"]["staff_classification"] = _pieces(title, "titles", facts[title].values)
        made.why["staff_classification"] = "by the pieces of the title; the first that fits counts"
    share = sources.get("full_time_equivalency")
    if share and (facts[share].greatest or 0) > 1.5:
        made.layout["columns"]["full_time_equivalency"] = {"column": share, "divided_by": 100}
        made.why["full_time_equivalency"] = "a percentage"


def _near(values: tuple[str, ...], labels: list[str]) -> dict[str, str]:
    """Labels that are written a little otherwise than the reference writes them."""
    by_fold = {fold(label): label for label in sorted(labels)}
    found = {}
    for value in values:
        hit = process.extractOne(fold(value), list(by_fold), scorer=fuzz.ratio, score_cutoff=NEAR)
        if hit and value != by_fold[hit[0]]:
            found[value] = by_fold[hit[0]]
    return found


def _translate(
    made: Proposal, target: str, name: str, found: dict[str, str], values: tuple[str, ...], known: list[str]
) -> None:
    """Values by a list; those that it lacks are asked."""
    if found:
        made.layout["columns"][target] = {"column": name, "values": found}
    strange = [value for value in values if fold(value) not in {fold(each) for each in known} and value not in found]
    if strange:
        listed = ", ".join(f"{value!r}" for value in strange[:12])
        made.questions.append(Question(target, f"What do these values of `{name}` mean? {listed}", ()))


def _by_pieces(made: Proposal, target: str, name: str, kind: str, values: tuple[str, ...], closed: list[str]) -> None:
    """Values by the pieces of text in them, where they are not the vocabulary's already."""
    known = {fold(each) for each in closed}
    if values and {fold(value) for value in values} <= known:
        return
    source = _pieces(name, kind, values)
    if values and not source["values"]:
        _translate(made, target, name, {}, values, closed)
    else:
        made.layout["columns"][target] = source


def _pieces(column: str, kind: str, values: tuple[str, ...]) -> dict[str, Any]:
    """A translation by pieces: those that some value has, or all where the values are many.

    A title that has none is somebody else's; a degree that has none stays as sent.
    """
    pieces = {str(piece): str(value) for piece, value in synonyms()[kind]["pieces"]}
    lower = [value.lower() for value in values]
    used = {piece: value for piece, value in pieces.items() if not lower or any(piece in each for each in lower)}
    return {"column": column, "match": "contains", "values": used} | (
        {"otherwise": "other"} if kind == "titles" else {}
    )
