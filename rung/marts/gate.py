"""Gates on marts: their suites by masks and by Great Expectations, and drift against the last release."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from contracts.marts import MARTS
from expectations.gate import GateReceipt
from expectations.masks import row_rules
from expectations.release_drift import drifted, headlines
from expectations.suite_run import EngineError, GateError
from rung.core.errors import GateFailed, RungError
from rung.core.rules import suite_of
from rung.intake.gate_summary import note_gate
from rung.intake.gate_tasks import gate_of
from rung.lake.places import open_place
from rung.lake.pointer import current_release
from rung.lake.scratch import ScratchFolder
from rung.lake.workspace import Workspace
from rung.marts.gate_results import GateResults

SHOWN = 5
PAGES = "gate/marts"


def gate_marts(work: Workspace, frames: Mapping[str, pl.LazyFrame], kept: GateResults | None = None) -> None:
    """Every mart against its suite. Raises GateFailed naming mart, rule and rows where an error-rule is broken or where
    Great Expectations and the masks differ; RungError where Great Expectations cannot answer. Warnings stay in the
    results, at `<receipts>/gate/marts/`.

    `kept`: answers of runs before; a mart that has one is not asked again, and its pages stay.
    """
    broken: list[str] = []
    known: list[GateReceipt] = []
    pages = {entry.key for entry in work.receipts.entries(PAGES)} if kept is not None else set()
    with ScratchFolder() as folder, gate_of(work, Path(folder)) as gate:
        place = open_place(folder, work.settings.root)
        settled: tuple[GateReceipt, ...] = ()
        try:
            for name in (name for name in MARTS if name in frames):
                frame = frames[name].collect()
                if frame.is_empty():
                    continue
                suite, rules = suite_of(name, work.settings), row_rules(suite_of(name, work.settings))
                marks = frame.select(rule.breaks.alias(rule.rule_id) for rule in rules)
                counts: dict[str, int] = marks.sum().row(0, named=True)
                broken += [
                    f"{name}: {rule.rule_id} {rule.message} ({counts[rule.rule_id]} rows)"
                    for rule in rules
                    if rule.severity != "warn" and counts[rule.rule_id]
                ]
                answer = kept.read(name) if kept is not None and f"{PAGES}/results/{name}-1.json" in pages else None
                if answer is not None and {rule.rule_id: rule.unexpected for rule in answer.rules} == counts:
                    known.append(answer)
                    gate.know(suite, answer.rows, counts)
                else:
                    gate.observe(suite, frame, counts)
            for key in pages if known else ():
                if _table_of(key) in {each.table for each in known}:
                    place.write(key.removeprefix(f"{PAGES}/"), work.receipts.read(key))
            settled = gate.settle()
            if kept is not None:
                kept.keep(settled)
        except EngineError as error:
            raise RungError(str(error)) from None
        except GateError as error:
            raise GateFailed(str(error)) from None
        finally:
            gate.close()
            if settled or not known:
                work.receipts.remove(PAGES)
                for entry in list(place.entries()):
                    work.receipts.write(f"{PAGES}/{entry.key}", place.read(entry.key))
            note_gate(work, "marts", (*settled, *known))
    if broken:
        raise GateFailed(f"marts break their rules: {'; '.join(broken[:SHOWN])}{' …' if len(broken) > SHOWN else ''}")


def _table_of(key: str) -> str:
    """The mart that a page or result of the gate is about."""
    kind, _, rest = key.removeprefix(f"{PAGES}/").partition("/")
    if kind == "results":
        return rest.rpartition("-")[0]
    return rest.partition("/")[0].removesuffix(".html")


def check_drift(work: Workspace, inputs_id: str, band: float, *, accept: bool) -> list[str]:
    """Figures of these marts that moved beyond `band` since the current release, as sentences; none without a release.

    Raises GateFailed with those sentences unless `accept`.
    """
    current = current_release(work.releases)
    if current is None:
        return []
    before = _figures(lambda name: work.releases.read(f"{current}/restricted/{name}/{name}.parquet"))
    now = _figures(lambda name: work.lake.read(f"marts/{inputs_id}/{name}.parquet"))
    moved = drifted(before, now, band).collect()
    broken_text = [
        f"{mart} {measure}: {_number(old)} → {_number(new)}" + (f" ({change:+.1%})" if change is not None else "")
        for mart, measure, old, new, change in moved.iter_rows()
    ]
    if broken_text and not accept:
        more = f" and {len(broken_text) - SHOWN} more" if len(broken_text) > SHOWN else ""
        raise GateFailed(
            f"figures moved more than {band:.0%} since release {current}: {'; '.join(broken_text[:SHOWN])}{more}; "
            "look into it, then release with --accept-drift"
        )
    return broken_text


def _figures(read: Callable[[str], bytes]) -> pl.LazyFrame:
    frames: dict[str, pl.LazyFrame] = {}
    for name in MARTS:
        try:
            frames[name] = pl.read_parquet(io.BytesIO(read(name))).lazy()
        except FileNotFoundError:
            continue
    return headlines(frames)


def _number(value: float | None) -> str:
    return "absent" if value is None else f"{value:,.0f}"
