"""A large drop judged bucket by bucket of its educators: what `rung.intake.validate` makes of a batch, kept on disk.

Counts add up over the buckets, people and dollars of each rule too, since no educator is in two. Rows come back in the
order of the files, a bounded number at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from contracts.row_rules import RowRule
from rung.core.errors import GateFailed
from rung.core.settings import Settings
from rung.intake.conformed_parts import ConformedParts, conform_parts
from rung.intake.decision import reject_misplaced, tally
from rung.intake.drops import BatchRows, DropRead, reject_for_fault
from rung.intake.error_costs import rule_costs
from rung.intake.jobs import is_fault
from rung.intake.on_disk import lay_out, refuse_too_many_cells
from rung.intake.read import decode_bounds, has_layout
from rung.intake.validate import ValidatedBatch, validate_batch
from rung.lake.parquet import write_scratch
from rung.lake.reference import ReferenceTables
from transforms.s1_conform.accounting import Broken, nothing
from transforms.s1_conform.decode.model import FileProblem, Refused
from transforms.s1_conform.validate import DUPLICATE, ERRORS, WARNINGS, is_accepted

# Rows that are put in the order of the files at a time.
ORDERED_ROWS = 1_000_000
# Rows with an error, repeats among them, and as many with a warning that a receipt of a large drop lists.
LISTED_ROWS = 250_000

Observe = Callable[[ValidatedBatch], None]
FindSharedIds = Callable[[BatchRows], pl.DataFrame]


@dataclass
class ValidatedParts:
    """One drop's judged rows on disk, with its counts, the rules that its rows break and what they cost."""

    read: DropRead
    rules: tuple[RowRule, ...]
    counts: dict[str, Any]
    buckets: list[Path] = field(default_factory=list)
    broken: Broken = ()
    costs: dict[str, dict[str, int | None]] = field(default_factory=dict)

    def scan(self) -> pl.LazyFrame:
        """All judged rows, in no order that counts."""
        if not self.buckets:
            return pl.LazyFrame()
        return pl.concat([pl.scan_parquet(path) for path in self.buckets], how="diagonal")

    def accepted(self) -> list[pl.LazyFrame]:
        """The accepted rows of each bucket."""
        return [pl.scan_parquet(path).filter(is_accepted()) for path in self.buckets]

    def ordered(self) -> Iterator[pl.DataFrame]:
        """The judged rows in the order of the lake: by name of file, then by row."""
        rows = self.scan()
        for file_no, part in sorted(enumerate(self.read.parts), key=lambda each: each[1].source_file):
            for start in range(0, part.rows + 2, ORDERED_ROWS):
                here = pl.col("source_row").is_between(start, start + ORDERED_ROWS - 1)
                yield rows.filter(pl.col("file_no") == file_no, here).collect().sort("source_row", maintain_order=True)

    def listed(self) -> tuple[pl.DataFrame, int]:
        """The rows that a receipt lists, in the order of the lake, and how many flawed ones it does not."""
        if not self.buckets:
            return pl.DataFrame(), 0
        flaws = sum(self.counts[f"rows_{fate}"] for fate in ("quarantined", "duplicate", "warned"))
        if not flaws:
            return self.scan().head(0).collect(), 0
        flawed = pl.col(ERRORS).is_not_null() | pl.col(DUPLICATE)
        back, warned = [], []
        left = {"back": LISTED_ROWS, "warned": LISTED_ROWS}
        for rows in self.ordered():
            back.append(rows.filter(flawed).head(left["back"]))
            warned.append(rows.filter(~flawed & pl.col(WARNINGS).is_not_null()).head(left["warned"]))
            left["back"] -= back[-1].height
            left["warned"] -= warned[-1].height
            if not left["back"] and not left["warned"]:
                break
        shown = pl.concat([*back, *warned]).sort("source_file", "source_row", maintain_order=True)
        return shown, flaws - shown.height


def validate_in_parts(
    read: DropRead,
    reference: ReferenceTables,
    settings: Settings,
    folder: Path,
    find_shared: FindSharedIds,
    observe: Observe,
) -> ValidatedParts | None:
    """Conform and judge a large drop below `folder`. `observe` is told of each bucket; no two share an educator.

    None where the drop is not clean CSV throughout: it takes the careful way, from memory, unless it has more cells
    than that takes. Then, and where it cannot be unpacked or judged, it is rejected, whatever the fault. Raises
    GateFailed where rows are lost.
    """
    try:
        return _in_parts(read, reference, settings, folder, find_shared, observe)
    except BaseException as error:
        if not is_fault(error):
            raise
        reject_for_fault(read, "FILE-054", error)
        return _nothing(read)


def _nothing(read: DropRead) -> ValidatedParts:
    no_cents = 0 if read.extract == "payroll" else None
    return ValidatedParts(read, (), nothing(read.extract) | {"cents_set_aside": no_cents})


def _in_parts(
    read: DropRead,
    reference: ReferenceTables,
    settings: Settings,
    folder: Path,
    find_shared: FindSharedIds,
    observe: Observe,
) -> ValidatedParts | None:
    bounds = settings.intake
    repairs: Counter[str] = Counter()
    try:
        members = lay_out(read, decode_bounds(bounds), folder / "files", repairs)
    except Refused:
        return None  # the careful way says what is wrong with an archive
    (folder / "typed").mkdir()
    conformed = None
    if not has_layout(reference, read):
        try:
            conformed = conform_parts(read, members, bounds.batch_bytes, folder / "typed")
        except BaseException as error:  # a reader process may do better, and nothing else is lost where it does not
            if not is_fault(error):
                raise
    if conformed is None:
        refuse_too_many_cells(read, members, bounds)
        return None
    read.repairs += repairs
    reject_misplaced([read], read.extract, conformed.scan(), reference)
    judged = _nothing(read)
    if read.problems:
        return judged
    (folder / "judged").mkdir()
    _validate(judged, conformed, reference, settings, folder / "judged", find_shared, observe)
    return judged


def _validate(
    judged: ValidatedParts,
    conformed: ConformedParts,
    reference: ReferenceTables,
    settings: Settings,
    folder: Path,
    find_shared: FindSharedIds,
    observe: Observe,
) -> None:
    read = judged.read
    shared = pl.DataFrame(schema={"staff_id": pl.String})
    if read.extract == "roster":
        people = conformed.scan().select("drop_no", "staff_id", "license_id").collect()
        shared = find_shared(BatchRows(read.extract, [read], people))
    broken: Counter[tuple[str, str]] = Counter()
    sources: Counter[int] = Counter()
    fatal: dict[str, tuple[int, int]] = {}
    for rows in conformed.by_person():
        part = BatchRows(read.extract, [read], rows)
        validated = validate_batch(part, reference, read.drop.school_year, shared, settings)
        if read.problems:
            break
        observe(validated)
        ((_, mine, counts, flaws),) = validated.shares()
        judged.rules = validated.rules
        sources.update(dict(mine.group_by("file_no").len().iter_rows()))
        for name, count in counts.items():
            judged.counts[name] = None if count is None else judged.counts[name] + count
        broken.update({(rule_id, severity): rows_of for rule_id, severity, rows_of in flaws})
        for rule_id, cost in rule_costs(mine, validated.rules, read.extract).items():
            _add(judged.costs.setdefault(rule_id, dict.fromkeys(cost)), cost)
        for rule in (rule for rule in validated.rules if rule.severity == "fatal"):
            ((_, considered, its_broken),) = tally(rule, validated.rows)
            before = fatal.get(rule.rule_id, (0, 0))
            fatal[rule.rule_id] = (before[0] + considered, before[1] + its_broken)
        judged.buckets.append(folder / f"{len(judged.buckets):03}.parquet")
        write_scratch(judged.buckets[-1], mine)
    judged.broken = tuple((*each, rows_of) for each, rows_of in sorted(broken.items()))
    _refuse_by_rule(judged, fatal)
    if read.problems:
        judged.counts |= nothing(read.extract)
        judged.buckets, judged.broken, judged.costs = [], (), {}
        return
    expected = {number: part.rows for number, part in enumerate(read.parts)}
    if dict(sources) != expected:
        raise GateFailed(f"{read.place}: {expected} rows read from its files, {dict(sources)} accounted for")


def _add(total: dict[str, int | None], more: dict[str, int | None]) -> None:
    for name, count in more.items():
        total[name] = None if count is None else (total[name] or 0) + count


def _refuse_by_rule(judged: ValidatedParts, fatal: dict[str, tuple[int, int]]) -> None:
    for rule in judged.rules:
        if rule.rule_id in fatal and not judged.read.problems and rule.fails(*fatal[rule.rule_id]):
            judged.read.reject(FileProblem(rule.rule_id, rule.message, rule.fix))
