"""`<receipts>/gate/index.html`: what failed at Great Expectations' gate, where, and whether it gets better.

Each run of the gate leaves its counts at `<receipts>/gate/history/<when>-<stage>/`; the page is made of the newest
of them and of the ledger. Counts of rows by rule and district; no value of a row.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from expectations.gate import GateReceipt
from rung.core.rules import suite_of
from rung.core.templates import render
from rung.lake.ledger import Submission
from rung.lake.reference import names_of
from rung.lake.workspace import Workspace

HISTORY = "gate/history"
PAGE = "gate/index.html"
STAGES = {"intake": "gate/docs", "marts": "gate/marts"}  # where the library's own pages of each lie
RUNS_SHOWN = 20
RUNS_KEPT = 200
DISTRICTS_SHOWN = 30
Counts = dict[str, dict[str, Any]]  # table → rows, rules asked, and rows that break each broken rule


@dataclass(frozen=True)
class GateRun:
    """One run of the gate over a stage: when (UTC), and the counts of each table."""

    stage: str
    when: str
    tables: Counts

    @property
    def rows(self) -> int:
        """Rows asked, over all tables."""
        return sum(table["rows"] for table in self.tables.values())

    def broken(self, kind: str = "any") -> int:
        """Rows that break a rule, once for each that they break. `kind`: any, warn, or sent_back (error, fatal)."""
        found = [each for table in self.tables.values() for each in table["broken"].values()]
        return sum(n for severity, n in found if kind in ("any", "warn" if severity == "warn" else "sent_back"))


def note_gate(work: Workspace, stage: str, receipts: Sequence[GateReceipt]) -> None:
    """Keep the counts of a run and write the page anew. Nothing where the gate was asked nothing."""
    if not receipts:
        return
    tables: Counts = {}
    for each in receipts:
        table = tables.setdefault(each.table, {"rows": 0, "rules": len(each.rules), "broken": {}})
        table["rows"] += each.rows
        for rule in each.rules:
            if rule.unexpected:
                before = table["broken"].get(rule.rule_id, (rule.severity, 0))[1]
                table["broken"][rule.rule_id] = (rule.severity, before + rule.unexpected)
    when = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    work.receipts.write(f"{HISTORY}/{when}-{stage}/counts.json", json.dumps(tables, sort_keys=True).encode())
    keys = sorted(entry.key for entry in work.receipts.entries(HISTORY))
    for old in keys[:-RUNS_KEPT]:
        work.receipts.remove(old.rpartition("/")[0])
    work.receipts.write(PAGE, _page(work, [_run(work, key) for key in keys[-2 * RUNS_SHOWN :]]).encode())


def _run(work: Workspace, key: str) -> GateRun:
    when, _, stage = key.split("/")[2].partition("-")
    return GateRun(stage, when, json.loads(work.receipts.read(key)))


def _page(work: Workspace, runs: list[GateRun]) -> str:
    by_stage = {stage: [run for run in runs if run.stage == stage][-RUNS_SHOWN:] for stage in STAGES}
    standing = [s for s, state, _ in work.ledger.states() if state != "superseded"]
    broken = _broken_by_submission(work, standing)
    names = names_of(work.reference)
    stages = [
        {
            "name": stage,
            "pages": f"{STAGES[stage].removeprefix('gate/')}/index.html",
            "last": found[-1],
            "when": _time(found[-1].when),
            "failed": _failed(work, found, broken if stage == "intake" else {}),
            "rules": sum(table["rules"] for table in found[-1].tables.values()),
            "runs": [(_time(run.when), run, _bar(run, found)) for run in reversed(found)],
        }
        for stage, found in by_stage.items()
        if found
    ]
    districts = _districts(standing, broken, names)
    return render(
        work.settings,
        "gate.html",
        state=work.settings.state.name,
        stages=stages,
        districts=districts[:DISTRICTS_SHOWN],
        more=max(0, len(districts) - DISTRICTS_SHOWN),
        clean=len({s.lea_id for s in standing}) - len(districts),
    )


def _broken_by_submission(
    work: Workspace, standing: Sequence[Submission]
) -> dict[str, list[tuple[str, str, str, int]]]:
    """Rule → (district, severity, extract, rows), of the submissions that stand."""
    known = {s.submission_id: s for s in standing}
    found: dict[str, list[tuple[str, str, str, int]]] = defaultdict(list)
    for submission_id, rule_id, severity, rows in work.ledger.broken_rules():
        if rows and (s := known.get(submission_id)):
            found[rule_id].append((s.lea_id, severity, s.extract, rows))
    return found


def _failed(work: Workspace, runs: Sequence[GateRun], broken: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """The rules that rows of the last run broke, errors first, then the largest share; with the share a run before."""
    last, before = runs[-1], runs[-2] if len(runs) > 1 else None
    lines = []
    for table, counts in last.tables.items():
        messages = {rule.rule_id: rule.meta.message for rule in suite_of(table, work.settings).expectations}
        for rule_id, (severity, rows) in counts["broken"].items():
            older = before.tables.get(table) if before else None
            was = older["broken"].get(rule_id, (severity, 0))[1] / older["rows"] if older and older["rows"] else None
            lines.append(
                {
                    "rule_id": rule_id,
                    "table": table,
                    "severity": severity,
                    "message": messages.get(rule_id, ""),
                    "rows": rows,
                    "of": counts["rows"],
                    "share": rows / counts["rows"],
                    "was": was,
                    "districts": len({lea_id for lea_id, *_ in broken.get(rule_id, [])}) or None,
                }
            )
    return sorted(lines, key=lambda line: (line["severity"] == "warn", -line["share"], line["rule_id"]))


def _districts(
    standing: Sequence[Submission], broken: dict[str, list[tuple[str, str, str, int]]], names: dict[str, str]
) -> list[dict[str, Any]]:
    """Districts whose submissions that stand break a rule, the largest share of rows sent back first."""
    rules: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for rule_id, places in broken.items():
        for lea_id, _, extract, rows in places:
            rules[lea_id][rule_id, extract] += rows
    lines = []
    for lea_id, counted in rules.items():
        own = [s for s in standing if s.lea_id == lea_id]
        read, back = sum(s.rows_read for s in own), sum(s.rows_quarantined for s in own)
        lines.append(
            {
                "name": names.get(lea_id, lea_id),
                "read": read,
                "back": back,
                "share": back / read if read else 0.0,
                "warned": sum(s.rows_warned for s in own),
                "rules": [(rule_id, extract, rows) for (rule_id, extract), rows in counted.most_common(3)],
            }
        )
    return sorted(lines, key=lambda line: (-line["share"], -line["warned"], line["name"]))


def _bar(run: GateRun, runs: Sequence[GateRun]) -> float:
    """The run's share of broken rows against the highest of the runs shown, in percent."""
    most = max(each.broken() / max(each.rows, 1) for each in runs)
    return 100 * run.broken() / max(run.rows, 1) / most if most else 0.0


def _time(when: str) -> str:
    return datetime.strptime(when, "%Y%m%dT%H%M%S%fZ").strftime("%Y-%m-%d %H:%M:%S UTC")
