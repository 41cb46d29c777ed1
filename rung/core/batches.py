"""Work cut into pieces that fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import groupby
from typing import TypeVar

T = TypeVar("T")


def batches(
    items: Iterable[T], kind: Callable[[T], Hashable], size: Callable[[T], int], limit: int
) -> Iterator[list[T]]:
    """Neighbours of one kind together, as many as stay within a bound of size; one that is larger alone."""
    for _, group in groupby(items, key=kind):
        batch: list[T] = []
        held = 0
        for item in group:
            if batch and held + size(item) > limit:
                yield batch
                batch, held = [], 0
            batch.append(item)
            held += size(item)
        yield batch
