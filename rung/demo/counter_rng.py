"""Random numbers as a function of what they are about: the same seed, label and ids always give the same number.

A draw hangs on no other draw, so the state is the same in whatever order and in whatever groups it is generated.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]


def _mix(word: Words) -> Words:
    """splitmix64's finaliser: every input bit moves every output bit."""
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


@dataclass(frozen=True)
class CounterRng:
    """Draws of one seed."""

    seed: int

    def words(self, label: str, *ids: Ints | int) -> Words:
        """64 random bits for each element of `ids` (arrays of one length, or numbers)."""
        start = np.atleast_1d(np.array(self.seed * 0x1_0000_0001 + zlib.crc32(label.encode()), dtype=np.uint64))
        word = _mix(start + np.uint64(0x9E3779B97F4A7C15))
        for number in ids:
            salted = np.atleast_1d(np.asarray(number)).astype(np.uint64) + np.uint64(1)
            word = _mix(word ^ (salted * np.uint64(0x9E3779B97F4A7C15)))
        return word

    def uniform(self, label: str, *ids: Ints | int) -> Floats:
        """Uniform on [0, 1)."""
        return (self.words(label, *ids) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def normal(self, label: str, *ids: Ints | int) -> Floats:
        """Standard normal (Box-Muller)."""
        radius = np.sqrt(-2.0 * np.log(1.0 - self.uniform(label + "/r", *ids)))
        normal: Floats = radius * np.cos(2.0 * np.pi * self.uniform(label + "/a", *ids))
        return normal

    def whole(self, label: str, low: int, high: int, *ids: Ints | int) -> Ints:
        """Whole numbers, both ends included."""
        return low + np.floor(self.uniform(label, *ids) * (high - low + 1)).astype(np.int64)

    def choice(self, label: str, weights: list[float], *ids: Ints | int) -> Ints:
        """Index into `weights` (any positive scale)."""
        edges = np.cumsum(np.array(weights, dtype=np.float64) / sum(weights))
        return np.minimum(np.searchsorted(edges, self.uniform(label, *ids), side="right"), len(weights) - 1)


def rank_within(group: Ints, order: Floats | Words) -> Ints:
    """0-based rank of each element among those of its group, by `order`."""
    sorting = np.lexsort((order, group))
    ordered = group[sorting]
    starts = np.r_[0, np.flatnonzero(np.diff(ordered)) + 1] if len(ordered) else np.zeros(0, dtype=np.int64)
    first = np.repeat(starts, np.diff(np.r_[starts, len(ordered)]))
    ranks = np.empty(len(group), dtype=np.int64)
    ranks[sorting] = np.arange(len(group)) - first
    return ranks


def match_within(left_group: Ints, left_rank: Ints, right_group: Ints, right_rank: Ints) -> tuple[Ints, Ints]:
    """Pairs the k-th of each group on the left with the k-th of the same group on the right: indices of both."""
    width = np.int64(max(left_rank.max(initial=0), right_rank.max(initial=0)) + 1)
    _, left, right = np.intersect1d(
        left_group * width + left_rank, right_group * width + right_rank, assume_unique=True, return_indices=True
    )
    return left, right
