"""The synthetic state before any person is in it: districts, their sizes, years, and groups to generate at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rung.core.errors import RungError
from rung.demo import calibration as cal
from rung.demo.adoptions import Bundle, Program, adoptions
from rung.demo.counter_rng import CounterRng, Flags, Floats, Ints

LAST_YEAR = 2026
GROUP_EDUCATORS = 15_000
SMALLEST_DISTRICT = 6
SIZE_SPREAD = 1.6  # log-normal; at 178 districts the largest has about an eighth of the state's educators


@dataclass(frozen=True)
class Scale:
    """A named size of state: educators are of the whole state."""

    leas: int
    educators: int
    years: int


SCALES = {
    "colorado-tenth": Scale(18, 5_500, 5),
    "colorado": Scale(178, 55_000, 5),
    "texas": Scale(1_200, 375_000, 5),
    "nation": Scale(13_300, 3_700_000, 1),
}


@dataclass(frozen=True)
class State:
    """Districts by index 0..n-1: their size in educators, and everything drawn once per district."""

    rng: CounterRng
    sizes: Ints
    years: tuple[int, ...]

    @property
    def leas(self) -> int:
        return len(self.sizes)

    def lea_id(self, index: int) -> str:
        return f"{index + 1:05d}"

    def bundle(self, index: int) -> Bundle:
        return adoptions().of_district(index)

    def rating_system(self, index: int) -> str:
        system = self.bundle(index).rating_system
        assert system is not None, "every bundle in `pattern` names a rating system"
        return system

    def programs(self, index: int, year: int) -> dict[str, Program]:
        """Programs in force in the district in the year."""
        known = adoptions().programs
        return {name: known[name] for name in self.bundle(index).programs if known[name].runs(year)}

    def wage_level(self) -> Floats:
        """A district's pay relative to the published average."""
        return np.asarray(0.88 + 0.24 * self.rng.uniform("wage", np.arange(self.leas)))

    def poverty_level(self) -> Floats:
        """Mean poverty of a district's schools, percent."""
        return np.asarray(15.0 + 65.0 * self.rng.uniform("poverty", np.arange(self.leas)))

    def rural(self) -> Flags:
        """Districts that are rural by the state's rule."""
        return np.asarray((self.sizes < 400) & (self.rng.uniform("rural", np.arange(self.leas)) < 0.8))

    def window(self) -> tuple[list[str], list[str]]:
        """First and last day (MM-DD) of each district's contract year."""
        pick = self.rng.choice("window", [0.4, 0.3, 0.2, 0.1], np.arange(self.leas))
        begins = np.array(["08-01", "08-10", "07-01", "08-15"])[pick]
        ends = np.array(["06-10", "06-20", "06-30", "05-31"])[pick]
        return begins.tolist(), ends.tolist()

    def groups(self) -> Iterator[range]:
        """Runs of districts with about GROUP_EDUCATORS between them: what is held in memory at a time."""
        first, held = 0, 0
        for index, size in enumerate(self.sizes):
            if held and held + size > GROUP_EDUCATORS:
                yield range(first, index)
                first, held = index, 0
            held += int(size)
        yield range(first, self.leas)


def lay_out(*, leas: int, educators: int, years: int, seed: int, scale: str | None) -> State:
    """The state of a named scale, or `leas` districts of `educators` each over `years` up to LAST_YEAR.

    Raises RungError for a scale or a size that there is not.
    """
    rng = CounterRng(seed)
    if scale is not None:
        if scale not in SCALES:
            raise RungError(f"scale {scale!r} is not one of {', '.join(SCALES)}")
        named = SCALES[scale]
        return State(rng, _skewed_sizes(named, rng), _years(named.years))
    if leas < 1 or educators < SMALLEST_DISTRICT or not 1 <= years <= 15 or seed < 0:
        raise RungError(f"a state has 1 or more districts of {SMALLEST_DISTRICT} or more educators, 1 to 15 years")
    return State(rng, np.full(leas, educators, dtype=np.int64), _years(years))


def _years(count: int) -> tuple[int, ...]:
    return tuple(range(LAST_YEAR - count + 1, LAST_YEAR + 1))


def _skewed_sizes(scale: Scale, rng: CounterRng) -> Ints:
    """Log-normal sizes that add up to the scale's educators, in a random order of districts."""
    at = (np.arange(scale.leas) + 0.5) / scale.leas
    weights = np.exp(SIZE_SPREAD * cal.normal_quantile(at))
    weights = weights[np.argsort(rng.uniform("sizes", np.arange(scale.leas)))]
    sizes = np.maximum(SMALLEST_DISTRICT, np.floor(weights / weights.sum() * scale.educators)).astype(np.int64)
    sizes[np.argmax(sizes)] += scale.educators - sizes.sum()
    return np.asarray(sizes)
