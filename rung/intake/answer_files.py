"""`explanations.csv` in the landing: read, recorded, and told in the receipts that it is about.

It lies beside the drop, in the same folder, in the shape of the receipt's warnings.csv. A file that is about nothing
that was sent yet is looked at again by the next intake.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from contracts.extracts import EXTRACTS
from rung.core.errors import RungError, unexpected
from rung.core.rules import row_rules_for
from rung.intake.discover import LandedAnswers, printable
from rung.intake.drops import log
from rung.intake.explanations import AnswerFiles, GivenAnswer, Taken, count_rows, take_answers, warnings_of
from rung.intake.jobs import is_fault
from rung.intake.receipt_page import receipt_page
from rung.intake.safe_csv import safe_csv_rows
from rung.intake.warned import FORM, form_bytes
from rung.lake.answers import LeaYearExtract, answers_by_place
from rung.lake.ledger import Submission
from rung.lake.place import Unavailable
from rung.lake.workspace import Workspace

LARGEST = 32 * 1024**2
NEEDED = ("rule_id", "answer", "by")
PROBLEMS = "explanations_problems.csv"
_TOO_LARGE = Taken(0, (f"explanations.csv is larger than {LARGEST:,} bytes; send the answers in parts",))
# Excel writes 12 as 12; a sheet has about a million rows.
_ROW = re.compile(r"[0-9]{1,9}")
OWNER = "explanations"  # beside the object in the ledger, where a drop has its submission


def read_answers(data: bytes) -> list[GivenAnswer]:
    """The answers of a file; lines without an answer are left out. Raises RungError for one that is no such file."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    text = text.replace("\0", "")  # no database keeps it
    first = text.split("\n", 1)[0]
    limit = csv.field_size_limit(LARGEST)  # the process has one, and libraries that read CSV move it
    reader = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    found = []
    try:
        reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
        if missing := [name for name in NEEDED if name not in reader.fieldnames]:
            raise RungError(
                f"explanations.csv lacks the column {missing[0]}; take the form warnings.csv of the receipt"
            )
        for line, row in enumerate(reader, 2):
            cell = {name: (row.get(name) or "").strip() for name in reader.fieldnames}
            if not cell["answer"]:
                continue
            number = cell.get("source_row", "")
            if number and not _ROW.fullmatch(number):
                raise RungError(f"explanations.csv line {line}: `source_row` is no number")
            found.append(
                GivenAnswer(
                    rule_id=cell["rule_id"].upper(),
                    answer=cell["answer"],
                    explanation=cell.get("explanation", "").removeprefix("'"),
                    answered_by=cell["by"],
                    row_key=cell.get("row_key", ""),
                    source_file=cell.get("source_file", ""),
                    source_row=int(number) if number else None,
                    line=line,
                )
            )
    except csv.Error as error:
        raise RungError(f"explanations.csv does not read as CSV ({error}); save it again as CSV") from None
    finally:
        csv.field_size_limit(limit)
    return found


def take_answer_files(work: Workspace, landed: Iterable[LandedAnswers], at: datetime) -> AnswerFiles:
    """Record the answers of landed files and tell them in the receipts; each file is read once.

    A file at which Rung fails is told as a problem of that file, as a drop is; one that is gone meanwhile is left out.
    """
    files = rows = problems = 0
    for each in landed:
        place = (each.lea_id, each.school_year, each.extract)
        if not _sent(work, place):
            continue
        landing, entry, key = each.file.place, each.file.entry, printable(each.file.entry.key)
        try:
            data = landing.read(entry.key) if entry.size <= LARGEST else None
        except FileNotFoundError:
            continue
        taken = _TOO_LARGE if data is None else _take_one(work, place, data, f"{landing.address}/{key}", at)
        problem_rows = safe_csv_rows(("problem",), [(problem,) for problem in taken.problems])
        work.receipts.write("/".join(map(str, (*place, PROBLEMS))), problem_rows)
        work.ledger.record_object(landing.address, key, entry.etag, entry.size, OWNER)
        files, rows, problems = files + 1, rows + taken.rows, problems + len(taken.problems)
    return AnswerFiles(files, rows, problems)


def _sent(work: Workspace, place: LeaYearExtract) -> bool:
    return any(
        (s.lea_id, s.school_year, s.extract) == place
        for s, state, _ in work.ledger.states()
        if state not in ("superseded", "rejected")
    )


def _take_one(work: Workspace, place: LeaYearExtract, data: bytes, source: str, at: datetime) -> Taken:
    """One file's answers, each to the extract that its rule is about: a position file's pay is answered beside its
    roster."""
    rows, problems = 0, list[str]()
    try:
        for extract, mine in _by_extract(work, place, read_answers(data)).items():
            try:
                taken = answer(work, (place[0], place[1], extract), mine, source, at)
            except Unavailable:
                raise
            except RungError as error:
                problems.append(str(error))
                continue
            rows += taken.rows
            problems += taken.problems
    except Unavailable:
        raise
    except RungError as error:
        problems.append(str(error))
    except BaseException as error:
        if not is_fault(error):
            raise
        log.warning("%s: explanations.csv: %s", "/".join(map(str, place)), unexpected(error))
        problems.append("the file could not be taken apart; fill in the form warnings.csv of the receipt anew")
    return Taken(rows, tuple(problems))


def _by_extract(work: Workspace, place: LeaYearExtract, given: Sequence[GivenAnswer]) -> dict[str, list[GivenAnswer]]:
    owner = {rule.rule_id: extract for extract in EXTRACTS for rule in row_rules_for(extract, place[1], work.settings)}
    found: dict[str, list[GivenAnswer]] = {}
    for each in given:
        found.setdefault(owner.get(each.rule_id, place[2]), []).append(each)
    return found


def answer(work: Workspace, place: LeaYearExtract, given: Sequence[GivenAnswer], source: str, at: datetime) -> Taken:
    """Record answers to the newest submission of a place and tell them in the receipts of all its submissions that
    were not replaced. The drop page calls this."""
    taken = take_answers(work, place, given, source, at)
    for submission, state, _ in work.ledger.states():
        of_place = (submission.lea_id, submission.school_year, submission.extract) == place
        if of_place and state not in ("superseded", "rejected") and submission.rows_warned:
            write_answers(work, submission)
    return taken


def write_kept_answers(work: Workspace, submissions: Iterable[Submission]) -> None:
    """Tell in the receipts of new submissions which of their warnings were answered before."""
    answered = set(answers_by_place(work.ledger))
    for each in submissions:
        if (each.lea_id, each.school_year, each.extract) in answered and each.rows_warned:
            write_answers(work, each)


def write_answers(work: Workspace, submission: Submission) -> None:
    """Write the answers of a submission's warnings into its receipt: page, data and form."""
    folder = f"{submission.lea_id}/{submission.school_year}/{submission.extract}/{submission.submission_id}"
    warnings = warnings_of(work, submission)
    receipt = json.loads(work.receipts.read(f"{folder}/receipt.json"))
    receipt["answers"] = {
        each.rule_id: {"rows": each.rows, "confirmed": each.confirmed, "explained": each.explained, "open": each.open}
        for each in count_rows(warnings)
    }
    work.receipts.write(f"{folder}/{FORM}", form_bytes(warnings.rename({"answered_by": "by"})))
    data = json.dumps(receipt, indent=1, sort_keys=True, ensure_ascii=False).encode()
    work.receipts.write(f"{folder}/receipt.html", receipt_page(receipt).encode())
    work.receipts.write(f"{folder}/receipt.json", data)
