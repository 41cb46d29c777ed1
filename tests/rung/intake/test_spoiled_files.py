"""Every spoiled file is read right, or refused with the rule that names its ailment; the table in docs is in step."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from contracts.extracts import EXTRACTS
from contracts.file_rules import FILE_RULES, REPAIRS, ROW_RULES
from contracts.policy.mapping import Layout
from tests.spoiled import text_files
from tests.spoiled.ailment import RIGHT, Ailment
from tests.spoiled.corpus import SPOILED
from tests.spoiled.odd_files import ODD
from tests.spoiled.table import page
from transforms.s1_conform.tolerant_reader import read_tolerantly
from transforms.s1_conform.values import BROKEN, type_columns


def read(ailment: Ailment) -> tuple[pl.DataFrame | None, Counter[str], dict[int, str], set[str]]:
    """The typed rows of a drop without the broken ones; repairs; broken rows; rules that refuse it."""
    layout = Layout(extract=ailment.extract, from_year=2026, columns=dict(ailment.columns), shape=ailment.shape)
    drop = read_tolerantly(ailment.files, ailment.extract, 2026, layout, ailment.bounds)
    texts = [table.text for table in drop.tables]
    faults = pl.concat([text.filter(pl.col(BROKEN).is_not_null()) for text in texts], how="diagonal") if texts else None
    broken = {} if faults is None else dict(zip(faults["source_row"], faults[BROKEN], strict=True))
    contract = EXTRACTS[ailment.extract].sent
    frames = [type_columns(text.filter(pl.col(BROKEN).is_null()).lazy(), contract).collect() for text in texts]
    refused = {problem.rule_id for problem in drop.problems}
    return (pl.concat(frames, how="diagonal") if frames else None), drop.repairs, broken, refused


def right(ailment: Ailment) -> pl.DataFrame:
    header, *rows = RIGHT[ailment.extract]
    text = pl.DataFrame(rows, schema=header, orient="row").with_columns(pl.when(pl.all() != "").then(pl.all()))
    kept = [name for name in header if name not in ailment.loses]
    return type_columns(text.lazy(), EXTRACTS[ailment.extract].sent).collect().select(kept)


@pytest.mark.parametrize("ailment", SPOILED, ids=lambda ailment: ailment.name)
def test_spoiled_file(ailment: Ailment) -> None:
    rows, repairs, broken, refused = read(ailment)
    if ailment.rule is not None:
        assert refused == {ailment.rule}
        return
    assert not refused
    expected = right(ailment)
    assert rows is not None
    assert rows.select(expected.columns).equals(expected), rows.select(expected.columns)
    assert {kind: repairs[kind] for kind in ailment.repairs} == dict(ailment.repairs)
    assert broken == dict(ailment.broken)


def test_a_repair_that_is_not_expected_is_not_made() -> None:
    """The clean file comes through with nothing repaired, nothing broken and nothing set aside."""
    clean = Ailment("clean", "nothing", {"pay.csv": text_files.TEXT.encode()})
    rows, repairs, broken, refused = read(clean)
    assert rows is not None and rows.height == 3
    assert (dict(repairs), broken, refused) == ({}, {}, set())


def test_at_least_sixty_and_names_are_unique() -> None:
    names = [ailment.name for ailment in SPOILED]
    assert len(names) >= 60
    assert len(set(names)) == len(names)


def test_every_rule_and_repair_is_known_and_every_rule_is_shown() -> None:
    rules = {ailment.rule for ailment in SPOILED if ailment.rule}
    row_rules = {rule for ailment in SPOILED for rule in ailment.broken.values()}
    assert rules <= set(FILE_RULES)
    assert {kind for ailment in SPOILED for kind in ailment.repairs} <= set(REPAIRS)
    decoding = {rule for rule in FILE_RULES if rule <= "FILE-032"}
    assert decoding <= rules
    assert {"ROW-001", "ROW-002", "ROW-003", "ROW-004"} <= row_rules <= set(ROW_RULES)


def test_every_repair_made_anywhere_has_words() -> None:
    made = {kind for ailment in SPOILED for kind in read(ailment)[1]}
    assert made <= set(REPAIRS)


def test_docs_table_is_in_step() -> None:
    docs = Path(__file__).parents[3] / "docs" / "file-ailments.md"
    assert docs.read_text(encoding="utf-8") == page(SPOILED, ODD)


def test_the_corpus_holds_three_hundred_files() -> None:
    assert len(SPOILED) >= 300
    assert len({ailment.name for ailment in SPOILED}) == len(SPOILED)
