"""What a lake holds of a submission, for tests that look at rows."""

from __future__ import annotations

import polars as pl

from rung.lake.accepted import accepted_of, quarantined_of
from rung.lake.submissions import Submission
from rung.lake.workspace import Workspace


def kept_rows(work: Workspace, submission: Submission, kind: str = "accepted") -> pl.DataFrame:
    """A submission's accepted or quarantined rows, with every column that their object has."""
    key = accepted_of(submission) if kind == "accepted" else quarantined_of(submission)
    rows = pl.read_parquet(work.lake.read(key))
    return rows.filter(pl.col("submission_id") == submission.submission_id)


def submission_named(work: Workspace, submission_id: str) -> Submission:
    """The submission of that id, in whatever state."""
    return next(each for each, _, _ in work.ledger.states() if each.submission_id == submission_id)
