"""What becomes of a submission: rejected, held, late or accepted, and why in a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from contracts.row_rules import RowRule
from rung.core.errors import GateFailed
from rung.core.settings import Gate
from rung.intake.drops import BatchRows, DropRead
from rung.lake.reference import ReferenceTables
from rung.lake.submissions import Submission
from rung.lake.windows import CERTIFIED
from transforms.s1_conform.decode.model import FileProblem, problem
from transforms.s1_conform.parse.cell_text import mask_text
from transforms.s1_conform.values import SENT

# The first and the last day that a row of an extract is about; a stay may have begun years ago.
DAYS = {
    "payroll": ("pay_date", "pay_date"),
    "leadership": ("event_date", "event_date"),
    "evaluation": ("evaluation_date", "evaluation_date"),
    "roster": ("begin_date", "end_date"),
}
MOST = 0.5
# The submission in force → a sentence for each column that moved against it.
FindMoved = Callable[[Submission], Sequence[str]]


@dataclass(frozen=True)
class Decision:
    """What became of a submission, and why in a sentence.

    `rests_on`: what the decision came from beside the rows, for `rung.intake.made_from`: kind → value.
    """

    state: str
    why: str
    rests_on: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AcceptancePolicy:
    """What decisions depend on beside the rows: the gate's bounds, what is certified and in force, calendar and day."""

    gate: Gate
    reference: ReferenceTables
    today: date
    locked: frozenset[tuple[str, int]] = frozenset()
    in_force: Mapping[tuple[str, int, str], Submission] = field(default_factory=dict)

    def decide(self, read: DropRead, counts: Mapping[str, Any], moved: FindMoved = lambda _: []) -> Decision:
        """The decision. `moved`: what moved in the accepted rows against the submission that they would replace.

        Raises GateFailed where rows or dollars are not all accounted for (DESIGN 5).
        """
        if read.problems:
            why = " ".join(f"{found.message} {found.fix}" for found in read.problems)
            return Decision("rejected", mask_text(why))
        check_accounting(read, counts)
        drop = read.drop
        if (drop.lea_id, drop.school_year) in self.locked:
            why = f"{CERTIFIED}; the drop is kept and changes nothing until the state reopens the year"
            return Decision("late", why, {"certified": "yes"})
        old = self.in_force.get((drop.lea_id, drop.school_year, read.extract))
        if old is not None and _same_files(old, read):
            old = None  # judged again, it does not compete with itself
        window = self.reference.window(drop.school_year, read.extract)
        refused = window and window.refuses(self.today, date.fromisoformat(drop.received_at[:10]), old is not None)
        if refused:
            return Decision(*refused, {"in_force": old.submission_id} if old is not None else {})
        validated = counts["rows_accepted"] + counts["rows_quarantined"]
        if validated == 0:
            return Decision("rejected", "The file has no rows.")
        share, limit = counts["rows_quarantined"] / validated, self.gate.max_quarantine_share
        if share > limit:
            return Decision("held", f"{share:.1%} of the rows came back; at most {limit:.1%} may.")
        if (counts["cents_accepted"] or 0) < 0:
            back = -counts["cents_accepted"] / 100
            why = f"The file takes back ${back:,.2f} more than it pays. Check the signs of `amount`: pay is positive."
            return Decision("held", f"{why} If it is so, ask the state to let it in.")
        if old is not None and (shrunk := self._shrunk(counts, old)):
            return Decision("held", shrunk, {"in_force": old.submission_id})
        if old is not None and (found := moved(old)):
            return Decision("held", mask_text(" ".join(found)), {"in_force": old.submission_id})
        mended = f", {read.rows_mended} of {read.parent} mended" if read.parent else ""
        return Decision("accepted", f"{counts['rows_accepted']} rows accepted{mended}")

    def _shrunk(self, counts: Mapping[str, Any], old: Submission) -> str | None:
        """A sentence where rows or dollars fall below the share `max_shrink` of those in force; None otherwise."""
        least = self.gate.max_shrink
        rows = counts["rows_accepted"]
        if rows < least * old.rows_accepted:
            numbers = f"{rows:,} rows would replace the {old.rows_accepted:,} that count now"
        elif old.cents_accepted and old.cents_accepted > 0 and counts["cents_accepted"] < least * old.cents_accepted:
            now, before = counts["cents_accepted"] / 100, old.cents_accepted / 100
            numbers = f"${now:,.2f} would replace the ${before:,.2f} that count now"
        else:
            return None
        return (
            f"{numbers}, less than {least:.0%} of them. Send the whole file, not only what changed;"
            " if this is the whole file, ask the state to let it in."
        )


def _same_files(old: Submission, read: DropRead) -> bool:
    then = {(each["name"], each["sha256"]) for each in json.loads(old.files)}
    return then == {(file.landed.name, file.sha256) for file in read.files}


def check_accounting(read: DropRead, counts: Mapping[str, Any]) -> None:
    """Rows (and cents) read = accepted + quarantined + duplicates + set aside."""
    detail = counts["rows_accepted"] + counts["rows_quarantined"] + counts["rows_duplicate"]
    detail += sum(read.set_aside.values())
    place = f"{read.drop.lea_id}/{read.drop.school_year}/{read.extract}"
    if detail != read.rows_read:
        raise GateFailed(f"{place}: {read.rows_read} rows read, {detail} accounted for; nothing was applied")
    cents = [counts[f"cents_{part}"] for part in ("accepted", "quarantined", "duplicate", "set_aside")]
    if counts["cents_read"] is not None and sum(cents) != counts["cents_read"]:
        raise GateFailed(f"{place}: dollars read and dollars accounted for differ; nothing was applied")


def refuse_misplaced(part: BatchRows, reference: ReferenceTables) -> BatchRows:
    """Reject drops as `reject_misplaced` does; return the batch without their rows."""
    reject_misplaced(part.drops, part.extract, part.rows.lazy(), reference)
    refused = [number for number, read in enumerate(part.drops) if read.problems]
    if not refused or part.rows.is_empty():
        return part
    gone = pl.col("drop_no").is_in(pl.Series(refused, dtype=pl.UInt32).implode())
    return BatchRows(part.extract, part.drops, part.rows.filter(~gone))


def reject_misplaced(drops: Sequence[DropRead], extract: str, rows: pl.LazyFrame, reference: ReferenceTables) -> None:
    """Reject drops in a folder of no district, and files of which every row names another district or year."""
    known = set(reference.tables["districts"]["lea_id"].to_list())
    for read in drops:
        if read.drop.lea_id not in known:  # first, whatever else is wrong: what is in the file is mended elsewhere
            read.reject(problem("FILE-036", read.drop.lea_id))
            read.problems.insert(0, read.problems.pop())
    for column, rule_id in (("lea_id" + SENT, "FILE-037"), ("school_year" + SENT, "FILE-038")):
        sent = pl.col(column).cast(pl.String).alias("sent")
        named = rows.filter(pl.col(column).is_not_null()).select("drop_no", sent)
        ours = pl.Series([_ours(read, column) for read in drops], dtype=pl.String)
        named = named.with_columns(fits=pl.col("sent") == pl.lit(ours).gather(pl.col("drop_no")))
        wrong = named.group_by("drop_no", maintain_order=True).agg(pl.col("fits").any(), pl.col("sent").first())
        for drop_no, other in wrong.filter(~pl.col("fits")).select("drop_no", "sent").collect().iter_rows():
            drops[drop_no].reject(problem(rule_id, f"{other}, not {ours[drop_no]}"))
    _refuse_other_year(drops, extract, rows)


def _refuse_other_year(drops: Sequence[DropRead], extract: str, rows: pl.LazyFrame) -> None:
    """Reject the files of which most rows have a date outside the folder's school year (1 July to 30 June).

    Rows that name their school year are about that year, whatever their dates say: an evaluation's may be of the day
    when a form was made.
    """
    first, last = DAYS[extract]
    years = pl.lit(pl.Series([read.drop.school_year for read in drops], dtype=pl.Int32)).gather(pl.col("drop_no"))
    begins, ends = pl.date(years - 1, 7, 1), pl.date(years, 6, 30)
    outside = (pl.col(first) > ends) | (pl.col(last) < begins)
    days = rows.filter(pl.col("school_year" + SENT).is_null()).select(
        "drop_no", outside=outside.fill_null(False), first=pl.col(first).fill_null(pl.col(last)), last=pl.col(last)
    )
    days = days.with_columns(last=pl.col("last").fill_null(pl.col("first")))
    found = days.group_by("drop_no").agg(pl.col("outside").mean(), pl.col("first").min(), pl.col("last").max())
    for drop_no, share, begin, end in found.filter(pl.col("outside") > MOST).sort("drop_no").collect().iter_rows():
        read = drops[drop_no]
        if not read.problems:
            year = read.drop.school_year
            detail = f"{share:.0%} of the rows; the dates run from {begin} to {end}, the folder is of {year - 1}-{year}"
            read.reject(problem("FILE-045", detail))


def refuse_by_rule(
    part: BatchRows, validated: pl.DataFrame, rules: Sequence[RowRule], counts: Mapping[str, int]
) -> pl.DataFrame:
    """Reject the drops of which a fatal rule does not hold; return the rows of the others."""
    refused: set[int] = set()
    for rule in (rule for rule in rules if rule.severity == "fatal" and counts[rule.rule_id]):
        for drop_no, considered, broken in tally(rule, validated):
            if rule.fails(considered, broken) and not part.drops[drop_no].problems:
                part.drops[drop_no].reject(FileProblem(rule.rule_id, rule.message, rule.fix))
                refused.add(drop_no)
    if not refused:
        return validated
    return validated.filter(~pl.col("drop_no").is_in(pl.Series(sorted(refused), dtype=pl.UInt32).implode()))


def tally(rule: RowRule, rows: pl.DataFrame) -> list[tuple[int, int, int]]:
    """Per drop: its number, rows that a rule considers and rows that break it."""
    marks = rows.lazy().select("drop_no", considers=rule.considers, breaks=rule.breaks)
    sums = marks.group_by("drop_no").agg(pl.col("considers").sum(), pl.col("breaks").sum())
    return list(sums.sort("drop_no").collect().iter_rows())


def _ours(read: DropRead, column: str) -> str:
    return read.drop.lea_id if column.startswith("lea_id") else str(read.drop.school_year)
