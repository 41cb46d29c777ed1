"""Marts from the accepted lake: every submission in force, the reference tables and the packs → restricted marts.

Marts lie in the lake under the hash of everything they were made from, so that unchanged inputs are no work.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from rung.core.code import code_of, files_sha256, versions_of
from rung.core.errors import RungError, is_full
from rung.core.overlay import overlay_sha256
from rung.core.progress import Progress
from rung.core.project import SUITES
from rung.intake.explanations import Answers, count_answers
from rung.lake.ledger import Submission
from rung.lake.reference import ReferenceTables
from rung.lake.results import content_id
from rung.lake.workspace import Workspace
from rung.packs.pack_files import pack_files


@dataclass(frozen=True)
class MartsReceipt:
    """Where the marts lie in the lake, what they were made from, and the figures that a person reads first.

    `root`: Merkle root of the marts' files. `read_again`: by extract, accepted rows of districts of which nothing has
    changed: `read` again (of payroll, as their sums), and `all`.
    """

    inputs_id: str
    built: bool
    summary: dict[str, Any]
    root: str = ""
    read_again: dict[str, dict[str, int]] = field(default_factory=dict, compare=False)


def run_marts(
    work: Workspace, reference: ReferenceTables, progress: Progress, as_of: datetime | None = None
) -> MartsReceipt:
    """Build all marts from the submissions in force (or as known at `as_of`).

    Kept results that the disk has damaged are made again. Raises RungError when nothing has been accepted or accepted
    rows are damaged, GateFailed when a mart breaks its contract, a rule of its suite or an identity.
    """
    try:
        return _run_marts(work, reference, progress, as_of)
    except (pl.exceptions.PolarsError, FileNotFoundError) as error:
        from rung.lake.damage import forget_damaged

        if is_full(error) or not forget_damaged(work.lake, work.ledger.in_force(as_of)):
            raise
        return _run_marts(work, reference, progress, as_of)


def _run_marts(work: Workspace, reference: ReferenceTables, progress: Progress, as_of: datetime | None) -> MartsReceipt:
    in_force = work.ledger.in_force(as_of)
    if not in_force:
        raise RungError("no submission has been accepted yet; run `rung intake` and read the receipts")
    answers = count_answers(work, in_force, as_of)
    inputs_id = _inputs_id(work, reference, in_force, answers)
    folder = f"marts/{inputs_id}"
    if work.lake.tag(f"{folder}/summary.json") is not None:
        root = json.loads(work.lake.read(f"{folder}/inputs.json")).get("root", "")
        return MartsReceipt(inputs_id, False, json.loads(work.lake.read(f"{folder}/summary.json")), root)
    with progress.stage("marts"):
        from rung.marts.from_lake import make_marts  # what makes marts is half of all that there is to import

        made = make_marts(work, reference, in_force, answers, folder, keep_others=as_of is not None)
    summary, root, again = made
    return MartsReceipt(inputs_id, True, summary, root, again)


def _inputs_id(work: Workspace, reference: ReferenceTables, in_force: list[Submission], answers: Answers) -> str:
    return content_id(
        answers={submission: [asdict(each) for each in counts] for submission, counts in sorted(answers.items())},
        submissions=[s.submission_id for s in in_force],
        reference=reference.sha256,
        code=code_of(__name__),
        libraries=versions_of("rung", "polars", "numpy"),
        packs=files_sha256(pack_files()),
        suites=files_sha256(SUITES.glob("*.json")),
        metrics=work.settings.metrics,
        programs=work.settings.programs,
        overlay=overlay_sha256(work.settings, "programs", "expectations"),
    )
