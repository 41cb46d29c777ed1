"""The gate stops a run that it cannot vouch for, and says which rule or what is missing, in one line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from expectations import gate as gate_module
from expectations.conformed import COMPANIONS, column_type
from expectations.gate import Gate, run_gate
from expectations.masks import row_rules
from expectations.projections import ROWS, projections_of
from expectations.suite_run import EngineError, GateError, _left_out
from expectations.suites import Suite, load_suite

ROOT = Path(__file__).parents[2]
SUITE = load_suite("payroll", ROOT / "expectations")
BATCH_ROWS = 60


def batch(rows: int = BATCH_ROWS, submissions: int = 3) -> pl.DataFrame:
    """Payroll of some submissions, mostly in order: each sixth line pays nothing, each twentieth stands twice."""
    names = {name for rule in SUITE.expectations for name in rule.reads}
    schema = {name: column_type("payroll", name) for name in sorted(names)}
    number = pl.int_range(rows)
    values: dict[str, pl.Expr] = {
        "submission_id": pl.format("s{}", number % submissions),
        "lea_id": pl.lit("0100"),
        "school_year": pl.lit(2026),
        "staff_id": pl.format("T{}", pl.when(number % 20 == 19).then(number - submissions).otherwise(number)),
        "pay_date": pl.lit(date(2025, 9, 15)),
        "pay_code": pl.lit("BASE"),
        "fund_code": pl.lit("01"),
        "amount": pl.when(number % 6 == 0).then(0).otherwise(100),
        "is_reversal": pl.lit(False),
    }
    columns = [values.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in schema.items()]
    return pl.select(pl.int_range(rows).alias("n")).select(columns)


def counted(frame: pl.DataFrame, suite: Suite = SUITE) -> dict[str, int]:
    rules = row_rules(suite)
    return frame.select(rule.breaks.alias(rule.rule_id) for rule in rules).sum().row(0, named=True)


def test_a_batch_is_judged_and_its_results_are_stored(tmp_path: Path) -> None:
    frame = batch()
    masks = counted(frame)
    receipt = run_gate(frame, SUITE, masks, tmp_path)
    assert receipt.rows == BATCH_ROWS
    assert {rule.rule_id: rule.unexpected for rule in receipt.rules} == masks
    assert masks["PAY-027"] == 10
    assert masks["PAY-036"] == 6
    assert {rule.rule_id for rule in receipt.rules if not rule.success} == {"PAY-027", "PAY-036"}
    stored = json.loads(receipt.results.read_text())
    assert stored["statistics"]["evaluated_expectations"] == len(SUITE.expectations)
    by_rule = {r["expectation_config"]["meta"]["rule_id"]: r for r in stored["results"]}
    assert by_rule["PAY-027"]["result"]["element_count"] == BATCH_ROWS
    assert by_rule["PAY-027"]["result"]["unexpected_count"] == 10


def test_data_docs_show_the_results_and_nobody(tmp_path: Path) -> None:
    receipt = run_gate(batch(), SUITE, counted(batch()), tmp_path)
    assert receipt.docs.is_file()
    pages = "".join(page.read_text(encoding="utf-8") for page in tmp_path.rglob("*.html"))
    assert "10 unexpected" in pages.replace("\n", " ")
    front = receipt.docs.read_text(encoding="utf-8")
    assert '<td>PAY-027</td><td>warn</td><td>The pay line pays nothing.</td><td class="n">10</td>' in front
    (link,) = re.findall(r'href="(validations/payroll/[^"]+\.html)"', front)
    assert (tmp_path / link).is_file()
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//[^"']*\.(?:js|css)""", pages)
    assert "<script" not in pages and "<img" not in pages
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} == {".html", ".json"}
    stored = receipt.results.read_text(encoding="utf-8")
    for person in ("T1", "T16", "T39"):
        assert f">{person}<" not in pages
        assert f'"{person}"' not in stored


@pytest.mark.parametrize("rule_id", ["PAY-006", "PAY-013", "PAY-027", "PAY-036"])
def test_a_mask_that_is_wrong_on_purpose_stops_the_run_and_is_named(tmp_path: Path, rule_id: str) -> None:
    """One rule's mask is given another rule's expression."""
    frame = batch()
    rules = {rule.rule_id: rule for rule in row_rules(SUITE)}
    wrong = rules["PAY-027" if rule_id != "PAY-027" else "PAY-036"].breaks
    rules[rule_id] = replace(rules[rule_id], breaks=wrong)
    masks = frame.select(rule.breaks.alias(rule.rule_id) for rule in rules.values()).sum().row(0, named=True)
    with pytest.raises(GateError, match=rf"rule {rule_id} of payroll disagrees.*Great Expectations counts") as error:
        run_gate(frame, SUITE, masks, tmp_path)
    assert "\n" not in str(error.value)


def test_a_rule_without_a_count_and_a_count_without_a_rule_stop_the_run(tmp_path: Path) -> None:
    masks = counted(batch())
    with pytest.raises(GateError, match="PAY-027 of payroll has no mask count"):
        run_gate(batch(), SUITE, {k: v for k, v in masks.items() if k != "PAY-027"}, tmp_path)
    with pytest.raises(GateError, match="PAY-999"):
        run_gate(batch(), SUITE, {**masks, "PAY-999": 0}, tmp_path)


def test_batches_add_up_to_what_one_batch_says(tmp_path: Path) -> None:
    frame = batch()
    gate = Gate(tmp_path)
    for part in frame.partition_by("submission_id"):
        gate.observe(SUITE, part, counted(part))
    (receipt,) = gate.settle()
    assert receipt.rows == BATCH_ROWS
    assert {rule.rule_id: rule.unexpected for rule in receipt.rules} == counted(frame)


def test_a_submission_split_over_batches_is_refused(tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    gate.observe(SUITE, batch().head(30), counted(batch().head(30)))
    with pytest.raises(GateError, match="submission s0 is split over batches"):
        gate.observe(SUITE, batch().tail(30), counted(batch().tail(30)))


def test_memory_is_bounded_by_slices(tmp_path: Path) -> None:
    """A gate says when it is full; settling lets the rows go and goes on with the same suite."""
    parts = batch().partition_by("submission_id")
    gate = Gate(tmp_path, slice_rows=40)
    settled = 0
    for part in parts:
        gate.observe(SUITE, part, counted(part))
        if gate.full:
            settled += sum(receipt.rows for receipt in gate.settle())
            assert not gate.full
    settled += sum(receipt.rows for receipt in gate.settle())
    assert settled == BATCH_ROWS
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == ["payroll-1.json", "payroll-2.json"]


def test_rules_hold_for_the_school_years_that_they_name(tmp_path: Path) -> None:
    rule = SUITE.expectations[26]
    assert rule.rule_id == "PAY-027"
    dated = rule.model_copy(update={"meta": rule.meta.model_copy(update={"since": 2026})})
    suite = Suite(name="payroll", expectations=(dated,))
    frame = batch().with_columns(school_year=(2025 + pl.int_range(pl.len()) % 2).cast(pl.Int16))
    old, new = frame.partition_by("school_year", maintain_order=True)[:2]
    assert {old["school_year"][0], new["school_year"][0]} == {2025, 2026}
    assert row_rules(suite, 2025) == ()
    masks = counted(frame, suite)
    zeros_of_2026 = frame.filter(pl.col("school_year") == 2026, pl.col("amount") == 0).height
    assert masks == {"PAY-027": zeros_of_2026}
    receipt = run_gate(frame, suite, masks, tmp_path)
    assert receipt.rules[0].unexpected == zeros_of_2026


def test_a_dated_key_looks_at_its_own_years_only() -> None:
    """A row of a year before the rule does not make a twin of a later row."""
    key = next(rule for rule in SUITE.expectations if rule.rule_id == "PAY-036")
    dated = key.model_copy(update={"meta": key.meta.model_copy(update={"since": 2026})})
    one = batch(1, 1)
    frame = pl.concat([one, one.with_columns(school_year=pl.lit(2025, pl.Int16))])
    assert counted(frame, Suite(name="payroll", expectations=(key,))) == {"PAY-036": 2}
    assert counted(frame, Suite(name="payroll", expectations=(dated,))) == {"PAY-036": 0}


def test_an_expectation_that_cannot_be_judged_stops_the_run(tmp_path: Path) -> None:
    """A mask and the library must both be able to answer: a bound of the wrong kind is an error, not a pass."""
    rule = SUITE.expectations[26].model_copy(update={"kwargs": {"column": "amount", "value_set": 5}})
    with pytest.raises(EngineError, match="Great Expectations"):
        run_gate(batch(), Suite(name="payroll", expectations=(rule,)), {"PAY-027": 0}, tmp_path)


def test_an_absent_engine_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "great_expectations", None)
    with pytest.raises(EngineError, match="Great Expectations does not import") as error:
        run_gate(batch(), SUITE, counted(batch()), tmp_path)
    assert "\n" not in str(error.value)


def test_suites_and_masks_do_not_import_the_engine() -> None:
    """`rung check` needs the rules, not the seconds that Great Expectations takes to import."""
    modules = "expectations.suites, expectations.masks, expectations.gate"
    code = f"import sys, {modules}; print('great_expectations' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_nothing_is_sent_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("the gate opened a connection")

    monkeypatch.setattr("socket.socket.connect", refused)
    monkeypatch.setattr("socket.getaddrinfo", refused)
    assert run_gate(batch(), SUITE, counted(batch()), tmp_path).rows == BATCH_ROWS


def test_the_companions_of_a_table_are_typed() -> None:
    assert COMPANIONS.keys() >= {"submission_id", "lea_id__sent", "school_year__sent", "is_reversal", "peak_fte"}
    with pytest.raises(KeyError, match="payroll has no column surprise"):
        column_type("payroll", "surprise")


@pytest.mark.parametrize("others", [100, None])
@pytest.mark.parametrize("rows", [1, 40_000])
def test_a_column_that_is_alike_in_all_rows_but_one_is_not_alike(rows: int, others: int | None) -> None:
    """Such columns are not grouped by; the one row that differs lies where no sample of them would see it."""
    one = batch(1, 1).with_columns(amount=pl.lit(others).cast(column_type("payroll", "amount")))
    frame = pl.concat([one] * rows).with_columns(hours=pl.lit(2).cast(column_type("payroll", "hours")))
    odd = pl.int_range(pl.len()) == rows - 2
    for seen in (frame, frame.with_columns(pl.when(odd).then(7).otherwise("amount").alias("amount"))):
        kept = projections_of(SUITE)
        kept.add(seen.cast(frame.schema))
        for columns in kept.wanted:
            expected = seen.cast(frame.schema).group_by(columns).agg(pl.len().alias(ROWS))
            assert_frame_equal(kept.distinct(columns), expected, check_row_order=False)


def test_the_engine_counts_rows_not_combinations(tmp_path: Path) -> None:
    """Ten thousand equal rows are one combination and ten thousand rows."""
    one = batch(1, 1)
    frame = pl.concat([one] * 10_000).with_columns(
        submission_id=pl.lit("s"), staff_id=pl.format("T{}", pl.int_range(pl.len()))
    )
    masks: Mapping[str, Any] = counted(frame)
    assert masks["PAY-027"] == 10_000
    receipt = run_gate(frame, SUITE, masks, tmp_path)
    assert next(rule for rule in receipt.rules if rule.rule_id == "PAY-027").unexpected == 10_000
    assert gate_module.SLICE_ROWS >= 1_000_000


def test_what_the_import_leaves_out_is_there_for_other_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread imports Great Expectations while another opens its first bucket."""
    (tmp_path / "opens_buckets.py").write_text("OPEN = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    with ThreadPoolExecutor(1) as pool, _left_out(["opens_buckets"]):
        with pytest.raises(ModuleNotFoundError, match="opens_buckets is left out"):
            import_module("opens_buckets")
        assert pool.submit(import_module, "opens_buckets").result().OPEN
    assert import_module("opens_buckets").OPEN
