"""Ed-Fi interchanges → extracts: StaffAssociation → roster, PerformanceEvaluation → evaluation (core and TPDM forms).

Columns carry canonical names where Ed-Fi's structure has to be resolved anyway; a descriptor becomes its code value.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import polars as pl

from transforms.s1_conform.decode.interchange import InterchangeRecord, stream_records
from transforms.s1_conform.decode.model import SOURCE_ROW, DecodeOptions, Refused, Table

CLASSIFICATIONS = {
    "teacher": "teacher",
    "substitute teacher": "teacher",
    "principal": "principal",
    "assistant principal": "assistant_principal",
    "instructional coordinator": "instructional_coach",
    "instructional coach": "instructional_coach",
}
DEGREES = {
    "doctorate": "doctorate",
    "specialist": "specialist",
    "master's": "master",
    "bachelor's": "bachelor",
    "associate's degree (two years or more)": "none",
    "some college no degree": "none",
    "high school diploma": "none",
    "did not graduate high school": "none",
    "no degree": "none",
}
STATUSES = {
    "final": "final",
    "completed": "final",
    "complete": "final",
    "appealed": "appealed",
    "nullified": "nullified",
    "not rated": "not_rated",
    "partial year exempt": "partial_year_exempt",
}
STAFF_ID = ("StaffIdentity/StaffUniqueId", "StaffUniqueId", "PersonIdentity/PersonId", "PersonId")
ROSTER = (
    "staff_id",
    "school_id",
    "begin_date",
    "end_date",
    "staff_classification",
    "position_title",
    "full_time_equivalency",
    "first_name",
    "last_name",
    "license_id",
    "hire_date",
    "years_experience",
    "highest_degree",
    "exit_reason",
)
EVALUATION = (
    "staff_id",
    "school_year",
    "rating_system",
    "rating_level",
    "rating_score",
    "status",
    "evaluator_staff_id",
    "evaluation_date",
)
Row = dict[str, str | int | None]


def read_edfi(data: bytes, name: str, options: DecodeOptions, repairs: Counter[str]) -> Table:
    """The rows of the interchange that belong to the extract. Raises Refused FILE-024 to FILE-026."""
    root, records = stream_records(data)
    readers = {
        ("InterchangeStaffAssociation", "roster"): (_roster, ROSTER),
        ("InterchangePerformanceEvaluation", "evaluation"): (_evaluation, EVALUATION),
    }
    found = readers.get((root, options.extract))
    if found is None:
        raise Refused("FILE-026", f"it is <{root}>" if root else "it does not begin as one")
    reader, columns = found
    rows = reader(records, repairs)
    if not rows:
        raise Refused("FILE-026", "no record of it makes a row")
    schema: dict[str, pl.DataType] = {**dict.fromkeys(columns, pl.String()), SOURCE_ROW: pl.UInt32()}
    frame = pl.DataFrame(rows, schema=schema)
    sent = [column for column in columns if not frame[column].is_null().all()]
    return Table.from_named(name, "edfi", sent, frame)


def _roster(records: Iterator[InterchangeRecord], repairs: Counter[str]) -> list[Row]:
    """One row per StaffEducationOrganizationAssignmentAssociation, with its person and employment beside it."""
    people: dict[str, InterchangeRecord] = {}
    jobs: dict[str, list[InterchangeRecord]] = defaultdict(list)
    assignments: list[InterchangeRecord] = []
    for record in records:
        staff = record.first(*STAFF_ID) or ""
        if record.name == "Staff":
            people[staff] = record
        elif record.name.endswith("EmploymentAssociation"):
            jobs[staff].append(record)
        elif record.name.endswith("AssignmentAssociation"):
            assignments.append(record)
        else:
            repairs["edfi_unused_records"] += 1
    rows = [_stay(assignment, people, jobs, repairs) for assignment in assignments]
    repairs["edfi_no_assignment"] += len(set(people) - {str(row["staff_id"]) for row in rows})
    return rows


def _stay(
    assignment: InterchangeRecord,
    people: Mapping[str, InterchangeRecord],
    jobs: Mapping[str, list[InterchangeRecord]],
    repairs: Counter[str],
) -> Row:
    staff = assignment.first(*STAFF_ID)
    school = assignment.first("EducationOrganizationId", "SchoolId")
    person = people.get(staff or "") or InterchangeRecord("Staff", 0)
    job = _job(jobs.get(staff or "", []), school)
    return {
        "staff_id": staff,
        "school_id": school,
        "begin_date": assignment.first("BeginDate"),
        "end_date": assignment.first("EndDate") or job.first("EmploymentPeriod/EndDate"),
        "staff_classification": _classified(assignment.first("StaffClassification"), repairs),
        "position_title": assignment.first("PositionTitle") or assignment.first("StaffClassification"),
        "full_time_equivalency": assignment.first("FullTimeEquivalency") or job.first("FullTimeEquivalency"),
        "first_name": person.first("Name/FirstName"),
        "last_name": person.first("Name/LastSurname"),
        "license_id": person.first("CredentialIdentifier"),
        "hire_date": job.first("HireDate"),
        "years_experience": person.first("YearsOfPriorTeachingExperience", "YearsOfPriorProfessionalExperience"),
        "highest_degree": _coded(person.first("HighestCompletedLevelOfEducation"), DEGREES),
        "exit_reason": job.first("SeparationReason") if job.first("EmploymentPeriod/EndDate") else None,
        SOURCE_ROW: assignment.line,
    }


def _job(jobs: list[InterchangeRecord], school: str | None) -> InterchangeRecord:
    """The person's employment: the one at the assignment's organisation, or the only one."""
    there = [job for job in jobs if job.first("EducationOrganizationId") == school]
    if there:
        return there[0]
    return jobs[0] if len(jobs) == 1 else InterchangeRecord("", 0)


def _classified(sent: str | None, repairs: Counter[str]) -> str | None:
    """Ed-Fi's classifications beyond the canonical ones are other staff, by the standard's own list."""
    if sent is None:
        return None
    known = CLASSIFICATIONS.get(sent.lower())
    if known is None:
        repairs["edfi_classification_other"] += 1
    return known or "other"


def _coded(sent: str | None, codes: Mapping[str, str]) -> str | None:
    return None if sent is None else codes.get(sent.lower(), sent)


def _evaluation(records: Iterator[InterchangeRecord], repairs: Counter[str]) -> list[Row]:
    """One row per PerformanceEvaluationRating (TPDM, core) or StaffEvaluationRating (older core form)."""
    scales: dict[str, tuple[float, float]] = {}
    rows: list[Row] = []
    for record in records:
        if record.name in ("PerformanceEvaluation", "StaffEvaluation"):
            title = record.first("PerformanceEvaluationTitle", "StaffEvaluationTitle")
            bounds = [float(text) for ending in ("MinRating", "MaxRating") for text in record.all(ending)]
            if title and bounds:
                scales[title] = (min(bounds), max(bounds))
        elif record.name in ("PerformanceEvaluationRating", "StaffEvaluationRating"):
            rows.append(_rating(record, repairs))
        else:
            repairs["edfi_unused_records"] += 1
    for row in rows:
        _note_warts(row, scales, repairs)
    return rows


def _rating(record: InterchangeRecord, repairs: Counter[str]) -> Row:
    level = record.first("PerformanceEvaluationRatingLevel", "StaffEvaluationRatingLevel", "RatingResultTitle")
    status = _coded(record.first("EvaluationRatingStatus", "PerformanceEvaluationRatingStatus"), STATUSES)
    if status is None and level is not None:
        status = "final"
        repairs["edfi_status_final"] += 1
    actual = record.first("ActualDate", "StaffEvaluationDate", "EvaluationDate")
    return {
        "staff_id": record.first(*STAFF_ID),
        "school_year": record.first("SchoolYear"),
        "rating_system": record.first("PerformanceEvaluationTitle", "StaffEvaluationTitle"),
        "rating_level": level,
        "rating_score": record.first("RatingResult/Rating", "PerformanceEvaluationRatingResult/Rating", "Rating"),
        "status": status or "not_rated",
        "evaluator_staff_id": record.first("Reviewer/ReviewerPersonReference/PersonIdentity/PersonId"),
        "evaluation_date": actual[:10] if actual else None,
        SOURCE_ROW: record.line,
    }


def _note_warts(row: Row, scales: Mapping[str, tuple[float, float]], repairs: Counter[str]) -> None:
    scale = scales.get(str(row["rating_system"]))
    score, day, year = row["rating_score"], row["evaluation_date"], str(row["school_year"] or "")
    if scale and score is not None:
        try:
            repairs["edfi_outside_scale"] += not scale[0] <= float(score) <= scale[1]
        except ValueError:
            repairs["edfi_outside_scale"] += 1
    ending = year[-4:]
    if day and ending.isdecimal() and not f"{int(ending) - 1}-07-01" <= str(day) <= f"{ending}-06-30":
        repairs["edfi_date_outside_year"] += 1
