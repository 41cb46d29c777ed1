"""The unit to which a number of the state is rounded where another needs the room."""

from __future__ import annotations

import polars as pl
import pytest

from tests.disclosed import NO_YEARS, policy
from transforms.s6_disclose.cells import as_cells, with_rules
from transforms.s6_disclose.shape import shaped


def box(value: int, floor: int) -> tuple[int, int, int]:
    """Unit, and the least and the most that a reader believes of a number of leaders, once it is rounded."""
    row = {"part": ["1"], "cut": ["leaders"], "value": [value], "floor": [floor], "group": [9_000]}
    place = {"program_id": None, "school_year": 2026, "grain": "state"}
    rows = shaped(pl.DataFrame(row), "public_access", sensitive=True, **place)
    ruled = with_rules(rows, policy(), NO_YEARS).with_columns(unit_of_rounding=pl.lit(None, pl.Int64), told=False)
    cell = as_cells(ruled, policy()).row(0, named=True)
    return cell["other_unit"], cell["round_low"], cell["round_high"]


@pytest.mark.parametrize(
    ("value", "floor", "expected"),
    [
        (480, 0, (20, 470, 489)),
        (824, 0, (50, 775, 824)),
        (824, 600, (50, 775, 824)),
        (824, 824, (100, 824, 849)),  # all lead openly: to 50 it would be 775 to 824, and so 824
        (851, 824, (100, 850, 949)),  # the same unit whatever the number: it tells nothing
        (834, 819, (50, 825, 874)),  # a width is left above the floor
        (834, 820, (100, 820, 849)),
        (109, 109, (40, 109, 139)),
    ],
)
def test_unit_and_box(value: int, floor: int, expected: tuple[int, int, int]) -> None:
    assert box(value, floor) == expected


def test_wherever_its_floor_lies_a_number_keeps_a_width_above_it() -> None:
    width = policy().width.persons
    for floor in range(20, 700, 3):
        unit, low, high = box(floor + 10, floor)
        at_floor = box(floor, floor)
        assert at_floor[2] - at_floor[1] >= width, floor
        assert low >= floor and high >= floor + 10 and unit in (20, 40, 50, 100)
