"""`public_projection` by hand: shown where its first year is, rounded, and no district can be taken out of it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from contracts.policy.disclosure import DisclosurePolicy
from contracts.public import PublicMoney
from transforms.s6_disclose.projected import projected

POLICY = yaml.safe_load((Path(__file__).parents[3] / "programs/disclosure.yaml").read_text())
TERMS = DisclosurePolicy.model_validate(POLICY)
Path_ = tuple[str, ...]
THREE: dict[str, Path_] = {
    "L1": ("400000.10", "500111.00"),
    "L2": ("300000.20", "400222.00"),
    "L3": ("300000.30", "300333.00"),
}


def mart(costs: dict[str, tuple[str | None, ...]], first: int = 2026) -> pl.LazyFrame:
    """Restricted rows of one program and scenario; the quantiles lie a tenth around the expectation from year 1 on."""
    rows = []
    for lea, path in costs.items():
        for year, cost in enumerate(path):
            around = Decimal(cost) / 10 if year and cost is not None else Decimal(0)
            told = None if cost is None else Decimal(cost)
            low, high = (None, None) if told is None else (told - around, told + around)
            rows.append((lea, "p", "base", first + year, told, low, told, high))
    money = pl.Decimal(14, 2)
    schema = {
        **{"lea_id": pl.String, "program_id": pl.String, "scenario": pl.String, "future_year": pl.Int16},
        **{"expected": money, "p10": money, "p50": money, "p90": money},
    }
    return pl.LazyFrame(rows, schema=schema, orient="row")


def published(amount: str | None, mask: str = "published", reason: str | None = None) -> pl.DataFrame:
    """`public_money` of the state in 2026, and a district's row beside it that must not be taken for it."""
    kinds = PublicMoney.create_empty().schema
    whole = {"program_id": "p", "school_year": 2026, "dimension": "all", "part": "all"}
    rows: list[dict[str, Any]] = [
        {**whole, "grain": "state", "mask": mask, "reason": reason, "amount": amount},
        {**whole, "grain": "lea", "lea_id": "L1", "mask": "published", "amount": "400000.10"},
    ]
    text = {name: pl.String if kind.is_decimal() else kind for name, kind in kinds.items()}
    full = [{name: row.get(name) for name in kinds} for row in rows]
    return PublicMoney.validate(pl.DataFrame(full, schema=text), cast=True)


def told(made: pl.DataFrame) -> list[tuple[Any, ...]]:
    return made.select("future_year", "expected", "p10", "p90", "mask", "reason").rows()


def test_the_state_by_hand() -> None:
    """400,000.10 + 300,000.20 + 300,000.30 is published; then 1,200,666, a tenth around, in three figures."""
    made = projected(mart(THREE), published("1000000.60"), TERMS)
    assert told(made) == [
        (2026, *[Decimal("1000000.60")] * 3, "published", None),
        (2027, Decimal("1200000.00"), Decimal("1080000.00"), Decimal("1320000.00"), "rounded", None),
    ]
    assert made.select("grain", "lea_id").unique().rows() == [("state", None)]


HIDDEN = ("suppressed", "protects_persons")


def test_a_rounded_cost_begins_a_rounded_projection() -> None:
    made = projected(mart(THREE), published("1000000.00", "rounded"), TERMS)
    assert told(made)[0] == (2026, *[Decimal("1000000.00")] * 3, "rounded", None)


@pytest.mark.parametrize(
    ("costs", "shown", "expected"),
    [
        (THREE, published(None, "suppressed", "not_released"), ("suppressed", "not_released")),
        (THREE, published(None, "suppressed", "protects_persons"), HIDDEN),
        # not the number that is published: a district's cost is in one and not in the other
        (THREE, published("1000000.61"), ("suppressed", "not_available")),
        # two districts: each could take itself away
        ({"L1": ("500.00", "500.00"), "L2": ("500.00", "500.00")}, published("1000.00"), HIDDEN),
        # one of three is most of a year to come
        ({**THREE, "L1": ("400000.10", "9000000.00")}, published("1000000.60"), HIDDEN),
        # a district without a history would be seen to drop out
        ({**THREE, "L3": ("300000.30", None)}, published("1000000.60"), ("suppressed", "not_available")),
    ],
)
def test_what_hides_a_program(costs: dict[str, Any], shown: pl.DataFrame, expected: tuple[str, str]) -> None:
    made = projected(mart(costs), shown, TERMS)
    assert made.height == 2
    assert made.select("mask", "reason").unique().rows() == [expected]
    assert made.select("expected", "p10", "p50", "p90").null_count().row(0) == (2,) * 4


def test_districts_whose_cost_is_not_known_or_that_ended_earlier_are_in_neither_number() -> None:
    more = pl.concat([mart({**THREE, "L4": (None, None)}), mart({"L5": ("77.00", "77.00")}, first=2024)])
    assert told(projected(more, published("1000000.60"), TERMS)) == told(
        projected(mart(THREE), published("1000000.60"), TERMS)
    )


def test_no_program_no_rows() -> None:
    assert projected(mart({}), published("1.00"), TERMS).is_empty()
