"""Dialects are told right on the corpus, with and without known column names; the separator that is declared holds."""

from __future__ import annotations

import pytest

from tests.spoiled.dialects import Sample, corpus, is_right, nameless, ours
from transforms.s1_conform.decode.delimited import split_records
from transforms.s1_conform.decode.dialect import Dialect, find_dialect
from transforms.s1_conform.decode.model import DecodeOptions


@pytest.mark.parametrize("sample", list(corpus()), ids=lambda sample: sample.name)
def test_dialect_of_the_corpus(sample: Sample) -> None:
    assert is_right(sample, ours(sample))
    assert is_right(sample, nameless(sample))


def test_a_large_file_is_told_from_three_windows() -> None:
    text = "a;b;c\n" + "1;'x; y';3\n" * 40_000
    assert find_dialect(text, DecodeOptions()) == Dialect(";", "'")


def test_a_declared_separator_is_not_put_to_the_question() -> None:
    assert find_dialect("a,b|c\n1,2|3\n", DecodeOptions(), "|").delimiter == "|"


def test_lines_are_numbered_as_in_the_file_after_a_stray_mark() -> None:
    text = 'a,b\n1,"x\n2,y\n3,"z" w\n4,"v\nu"\n5,t\n'
    found = [(line, row) for line, row, _ in split_records(text, Dialect())]
    assert found == [(1, ["a", "b"]), (2, None), (3, ["2", "y"]), (4, None), (5, ["4", "v\nu"]), (7, ["5", "t"])]
