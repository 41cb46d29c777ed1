"""What becomes of a submission: rejected, held, late or accepted, and why in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from contracts.row_rules import RowRule
from rung.core.errors import GateFailed
from rung.intake.read import BatchRows, DropRead
from rung.lake.certification import CERTIFIED, out_of_window
from rung.lake.reference import ReferenceTables
from transforms.s1_conform.decode.model import FileProblem
from transforms.s1_conform.parse.cells import SSN
from transforms.s1_conform.tolerant_reader import problem
from transforms.s1_conform.values import SENT


@dataclass(frozen=True)
class Decision:
    """What became of a submission, and why in a sentence."""

    state: str
    why: str


@dataclass(frozen=True)
class AcceptancePolicy:
    """What verdicts depend on beside the rows: the gate's bound, the certified district-years, the calendar."""

    max_quarantine_share: float
    locked: frozenset[tuple[str, int]]
    reference: ReferenceTables

    def decide(self, read: DropRead, counts: Mapping[str, Any]) -> Decision:
        """The verdict. Raises GateFailed where rows or dollars are not all accounted for (DESIGN 5)."""
        if read.problems:
            why = " ".join(f"{found.message} {found.fix}" for found in read.problems)
            return Decision("rejected", re.sub(SSN, "***-**-****", why))
        check_accounting(read, counts)
        drop = read.drop
        if (drop.lea_id, drop.school_year) in self.locked:
            return Decision(
                "late", f"{CERTIFIED}; the drop is kept and changes nothing until the state reopens the year"
            )
        window = out_of_window(self.reference.tables["calendar"], drop.school_year, drop.extract, drop.received_at)
        if window is not None:
            return Decision(*window)
        validated = counts["rows_accepted"] + counts["rows_quarantined"]
        if validated == 0:
            return Decision("rejected", "The file has no rows.")
        share, limit = counts["rows_quarantined"] / validated, self.max_quarantine_share
        if share > limit:
            return Decision("held", f"{share:.1%} of the rows came back; at most {limit:.1%} may.")
        return Decision("accepted", f"{counts['rows_accepted']} rows accepted")


def check_accounting(read: DropRead, counts: Mapping[str, Any]) -> None:
    """Rows (and cents) read = accepted + quarantined + duplicates + set aside."""
    told = counts["rows_accepted"] + counts["rows_quarantined"] + counts["rows_duplicate"]
    told += sum(read.set_aside.values())
    place = f"{read.drop.lea_id}/{read.drop.school_year}/{read.extract}"
    if told != read.rows_read:
        raise GateFailed(f"{place}: {read.rows_read} rows read, {told} accounted for; nothing was applied")
    cents = [counts[f"cents_{part}"] for part in ("accepted", "quarantined", "duplicate", "set_aside")]
    if counts["cents_read"] is not None and sum(cents) != counts["cents_read"]:
        raise GateFailed(f"{place}: dollars read and dollars accounted for differ; nothing was applied")


def refuse_misplaced(part: BatchRows, reference: ReferenceTables) -> BatchRows:
    """Reject drops in a folder of no district, and files of which every row names another district or year."""
    known = set(reference.tables["districts"]["lea_id"].to_list())
    for read in part.drops:
        if read.drop.lea_id not in known and not read.problems:
            read.reject(problem("FILE-036", read.drop.lea_id))
    for column, rule_id in (("lea_id" + SENT, "FILE-037"), ("school_year" + SENT, "FILE-038")):
        sent = part.rows[column]
        if sent.null_count() == sent.len():
            continue
        named = part.rows.filter(sent.is_not_null()).select("drop_no", pl.col(column).cast(pl.String).alias("sent"))
        ours = pl.Series([_ours(read, column) for read in part.drops], dtype=pl.String)
        named = named.with_columns(fits=pl.col("sent") == ours.gather(named["drop_no"]))
        wrong = named.group_by("drop_no", maintain_order=True).agg(pl.col("fits").any(), pl.col("sent").first())
        wrong = wrong.filter(~pl.col("fits"))
        for drop_no, sent_value in zip(wrong["drop_no"], wrong["sent"], strict=True):
            part.drops[drop_no].reject(problem(rule_id, f"{sent_value}, not {ours[drop_no]}"))
    refused = [number for number, read in enumerate(part.drops) if read.problems]
    if not refused or part.rows.is_empty():
        return part
    gone = pl.col("drop_no").is_in(pl.Series(refused, dtype=pl.UInt32).implode())
    return BatchRows(part.extract, part.drops, part.rows.filter(~gone))


def refuse_by_rule(
    part: BatchRows, validated: pl.DataFrame, rules: Sequence[RowRule], counts: Mapping[str, int]
) -> pl.DataFrame:
    """Reject the drops of which a fatal rule does not hold; return the rows of the others."""
    refused: set[int] = set()
    for rule in (rule for rule in rules if rule.severity == "fatal" and counts[rule.rule_id]):
        marks = validated.lazy().select("drop_no", considers=rule.considers, breaks=rule.breaks)
        sums = marks.group_by("drop_no").agg(pl.col("considers").sum(), pl.col("breaks").sum()).collect()
        for drop_no, considered, broken in sums.sort("drop_no").iter_rows():
            if rule.fails(considered, broken) and not part.drops[drop_no].problems:
                part.drops[drop_no].reject(FileProblem(rule.rule_id, rule.message, rule.fix))
                refused.add(drop_no)
    if not refused:
        return validated
    return validated.filter(~pl.col("drop_no").is_in(pl.Series(sorted(refused), dtype=pl.UInt32).implode()))


def _ours(read: DropRead, column: str) -> str:
    return read.drop.lea_id if column.startswith("lea_id") else str(read.drop.school_year)
