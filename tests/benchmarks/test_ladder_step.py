"""The ladder step is quick enough, measured as the bench measures it."""

from __future__ import annotations

from benchmarks.ladder import ladder_step


def test_the_ladder_step_does_twenty_million_educator_years_a_second_a_core() -> None:
    step = ladder_step(people=400_000)
    assert step.educator_years == 2_000_000
    assert step.per_second >= 20e6
    assert step.copy_per_second > step.per_second  # a gather cannot be cheaper than a copy: the floor is a floor
