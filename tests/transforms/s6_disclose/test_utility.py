"""The shares of what is shown, by hand."""

from __future__ import annotations

import polars as pl

from transforms.s6_disclose.utility import utility

PLACE = {"table": "t", "grain": "lea", "unit": "persons", "program_id": "p", "school_year": 2026, "cut": ""}
PLACE |= {"lea_id": "A", "school_id": None}


def cell(part: str, value: int, persons: int | None, mask: str, rule: str | None) -> dict[str, object]:
    return PLACE | {"part": part, "value": value, "persons": persons, "mask": mask, "rule": rule}


def test_of_k_persons_or_more_whatever_rule_hides_them() -> None:
    rows = pl.DataFrame(
        [
            cell("a", 10, 10, "published", None),
            cell("b", 12, 12, "suppressed", "uniform"),  # of k persons and hidden for its own sake: not shown
            cell("c", 11, 11, "suppressed", "complementary"),
            cell("d", 40, 40, "rounded", None),
            cell("e", 9, 9, "suppressed", "few_persons"),  # below k: not asked
            cell("f", 90, 90, "suppressed", "not_released"),  # not open yet: not counted
            cell("g", 90, 90, "suppressed", "not_available"),
        ],
        schema_overrides={"rule": pl.String, "school_id": pl.String},
    )
    told = utility(rows, 10).row(0, named=True)
    assert (told["table"], told["grain"], told["unit"]) == ("t", "lea", "persons")
    assert (told["cells"], told["shown"], told["of_many"]) == (5, 0.4, 0.5)
    assert told["of_value"] == round(50 / 82, 4)


def test_money_that_is_nobodys_is_asked_where_it_is_not_zero() -> None:
    rows = pl.DataFrame(
        [cell("a", 500, None, "published", None), cell("b", 0, None, "suppressed", "complementary")],
        schema_overrides={"rule": pl.String, "persons": pl.Int64, "school_id": pl.String},
    )
    assert utility(rows, 10).row(0, named=True)["of_many"] == 1.0
