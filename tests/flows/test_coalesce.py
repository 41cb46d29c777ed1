"""When the watcher speaks: once for a burst, never too late, again for what was not taken up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rung.watch.coalesce import Coalescer


def drop(number: int) -> tuple[str, str, str]:
    return ("landing", f"{number:04d}/2026/roster/r.csv", f"tag{number}")


def spoken(arrivals: dict[int, int], seconds: int, *, taken_up: bool, step: int = 1) -> list[tuple[int, int]]:
    """Look every `step` seconds; (second, objects) of each word said. Second → number of objects that arrive then."""
    coalescer, waiting, told = Coalescer(settle=5, longest=60, remind=300), set(), []
    for now in range(0, seconds, step):
        for second in range(now - step + 1, now + 1):
            for _ in range(arrivals.get(second, 0)):
                waiting.add(drop(len(waiting) + sum(n for _, n in told)))
        if coalescer.due(frozenset(waiting), now):
            coalescer.note(frozenset(waiting), now)
            told.append((now, len(waiting)))
            if taken_up:
                waiting = set()
    return told


def test_five_hundred_drops_in_a_minute_are_few_words() -> None:
    arrivals = {second: 8 + (second % 3 == 0) for second in range(60)}
    assert sum(arrivals.values()) == 500
    told = spoken(arrivals, 200, taken_up=True)
    assert sum(objects for _, objects in told) == 500
    assert len(told) == 1


def test_a_stream_without_a_pause_is_told_of_every_minute() -> None:
    told = spoken(dict.fromkeys(range(600), 1), 700, taken_up=True)
    assert 9 <= len(told) <= 11
    assert sum(objects for _, objects in told) == 600


def test_what_is_not_taken_up_is_said_again() -> None:
    assert spoken({10: 3}, 1000, taken_up=False) == [(15, 3), (315, 3), (615, 3), (915, 3)]


def test_nothing_waiting_is_nothing_said() -> None:
    assert spoken({}, 1000, taken_up=True) == []


def test_a_run_that_takes_up_part_of_what_was_said_wakes_no_new_word() -> None:
    coalescer = Coalescer(settle=5, longest=60, remind=300)
    waiting = frozenset(drop(n) for n in range(10))
    assert not coalescer.due(waiting, 0)
    assert coalescer.due(waiting, 5)
    coalescer.note(waiting, 5)
    assert not coalescer.due(frozenset(list(waiting)[:4]), 20)
    assert not coalescer.due(frozenset(), 30)


def test_an_overwritten_object_is_new() -> None:
    coalescer = Coalescer(settle=5, longest=60, remind=300)
    first = frozenset({("landing", "k", "one")})
    coalescer.due(first, 0)
    coalescer.note(first, 5)
    second = frozenset({("landing", "k", "two")})
    assert not coalescer.due(second, 6)
    assert coalescer.due(second, 11)


@given(st.dictionaries(st.integers(0, 300), st.integers(1, 5), max_size=40), st.integers(1, 10))
def test_every_drop_is_told_of_within_its_bound(arrivals: dict[int, int], step: int) -> None:
    """However drops arrive and however seldom one looks: all are told of, none later than `longest` + two looks."""
    told = spoken(arrivals, 500, taken_up=True, step=step)
    assert sum(objects for _, objects in told) == sum(arrivals.values())
    for second in arrivals:
        assert any(second <= said <= second + 60 + 2 * step for said, _ in told)
