"""`public_supervision_span` by hand: the span with and without leaders, and what tells of an evaluator is hidden."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import yaml
from transforms.s6_disclose.counts import supervised
from transforms.s6_disclose.linkage import as_cells, as_relations
from transforms.s6_disclose.suppress import suppress

from contracts.policy.disclosure import DisclosurePolicy
from transforms.s6_disclose.layout import laid_out

POLICY = DisclosurePolicy.model_validate(
    yaml.safe_load((Path(__file__).parents[3] / "programs/disclosure.yaml").read_text())
)


def decided(schools: list[tuple[str, str, int, int, int, int]]) -> dict[tuple[str, int, str], int | None]:
    """`lea, school, year, teachers, evaluators, without leaders` through the engine: persons by place."""
    names = {"lea_id": pl.String, "school_id": pl.String, "school_year": pl.Int16}
    counts = {"teachers": pl.UInt32, "evaluators": pl.UInt32, "evaluators_without_leaders": pl.UInt32}
    shape = supervised(pl.LazyFrame(schools, schema=names | counts, orient="row")).collect()
    closed = pl.DataFrame(schema={"program_id": pl.String, "school_year": pl.Int16})
    cells = as_cells(shape, closed, pl.DataFrame(schema={"program_id": pl.String}), None)
    relations = as_relations(cells, pl.DataFrame(schema={"program_id": pl.String, "part": pl.String}))
    made = laid_out(cells, suppress(cells, relations, POLICY).decisions, "public_supervision_span")
    return {
        (row["school_id"] or row["lea_id"] or "state", row["school_year"], row["measure"]): row["persons"]
        for row in made.iter_rows(named=True)
    }


def test_the_span_with_and_without_leaders() -> None:
    """Oak: 60 evaluators, 25 of them leaders; Elm: 50 and 20. 1,100 teachers: 10 each, 16.9 without leaders."""
    told = decided([("Oak", "a", 2026, 600, 60, 35), ("Elm", "b", 2026, 500, 50, 30)])
    assert told["state", 2026, "teachers"] == 1100
    assert told["state", 2026, "evaluators"] == 110
    assert told["state", 2026, "evaluators_without_leaders"] == 65
    assert told["Oak", 2026, "evaluators_who_lead"] == 25
    assert ("a", 2026, "evaluators_who_lead") not in told, "a school's evaluators are few and known"


def test_a_few_who_lead_are_hidden_and_so_is_what_would_tell() -> None:
    told = decided([("Oak", "a", 2026, 600, 60, 35), ("Elm", "b", 2026, 500, 50, 47), ("Ash", "c", 2026, 400, 40, 20)])
    assert told["Elm", 2026, "evaluators_who_lead"] is None
    assert None in (told["Elm", 2026, "evaluators"], told["Elm", 2026, "evaluators_without_leaders"])


def test_evaluators_who_all_lead_or_all_do_not_are_hidden() -> None:
    told = decided([("Oak", "a", 2026, 600, 60, 0), ("Elm", "b", 2026, 500, 50, 50), ("Ash", "c", 2026, 400, 40, 20)])
    for lea in ("Oak", "Elm"):
        assert told[lea, 2026, "evaluators_who_lead"] is told[lea, 2026, "evaluators_without_leaders"] is None


def test_where_nobody_leads_and_evaluates_the_evaluators_stay_public() -> None:
    told = decided([("Oak", "a", 2025, 600, 60, 60), ("Oak", "a", 2026, 600, 60, 35)])
    assert told["state", 2025, "evaluators"] == 60
    assert ("state", 2025, "evaluators_without_leaders") not in told
    assert told["state", 2026, "evaluators_without_leaders"] == 35
