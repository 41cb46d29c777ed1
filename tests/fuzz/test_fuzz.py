"""A moment of `make fuzz` with a seed of its own, and every input that was a fault once."""

from __future__ import annotations

import random

import pytest

from tests.fuzz.mutators import mutate
from tests.fuzz.target import CORPUS, RETURNED, read_and_check, seeds
from tests.spoiled.ailment import Ailment

FILES = 150


@pytest.mark.parametrize("ailment", [each for each in seeds() if each.says == "A fault once"], ids=lambda a: a.name)
def test_a_fault_of_before_is_none(ailment: Ailment) -> None:
    read_and_check(ailment, ailment.files)


def test_every_kept_input_is_read() -> None:
    assert len(list(CORPUS.glob("*.json"))) == len([each for each in seeds() if each.says == "A fault once"])


def test_spoiled_files_are_read_or_refused() -> None:
    rng, corpus = random.Random(13), seeds()
    for _ in range(FILES):
        ailment = rng.choice(corpus)
        name = rng.choice(sorted(ailment.files))
        other = rng.choice(list(rng.choice(corpus).files.values()))
        read_and_check(ailment, {**ailment.files, name: mutate(rng, ailment.files[name], other)})


def test_mended_rows_are_part_of_the_corpus() -> None:
    (mended,) = (each for each in seeds() if each.name == "mended")
    assert read_and_check(mended, {"returned.csv": RETURNED}).mended is not None
