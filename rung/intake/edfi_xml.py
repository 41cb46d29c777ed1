"""Records of the Ed-Fi API (JSON) → the interchange XML of the same standard, which intake reads.

Only what Rung reads of a record is written: no birth date, sex, race or address of anybody leaves the API's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.etree import ElementTree

Record = Mapping[str, Any]
NAMESPACE = "http://ed-fi.org/5.2.0"
# Element path → where the value lies in the record (a dotted path).
STAFF = {
    "StaffUniqueId": "staffUniqueId",
    "Name/FirstName": "firstName",
    "Name/LastSurname": "lastSurname",
    "HighestCompletedLevelOfEducation": "highestCompletedLevelOfEducationDescriptor",
    "YearsOfPriorProfessionalExperience": "yearsOfPriorProfessionalExperience",
    "YearsOfPriorTeachingExperience": "yearsOfPriorTeachingExperience",
}
OF_STAFF = {
    "StaffReference/StaffIdentity/StaffUniqueId": "staffReference.staffUniqueId",
    "EducationOrganizationReference/EducationOrganizationIdentity/EducationOrganizationId": (
        "educationOrganizationReference.educationOrganizationId"
    ),
}
EMPLOYMENT = OF_STAFF | {
    "EmploymentStatus": "employmentStatusDescriptor",
    "EmploymentPeriod/HireDate": "hireDate",
    "EmploymentPeriod/EndDate": "endDate",
    "EmploymentPeriod/SeparationReason": "separationReasonDescriptor",
    "FullTimeEquivalency": "fullTimeEquivalency",
}
ASSIGNMENT = OF_STAFF | {
    "StaffClassification": "staffClassificationDescriptor",
    "PositionTitle": "positionTitle",
    "BeginDate": "beginDate",
    "EndDate": "endDate",
    "FullTimeEquivalency": "fullTimeEquivalency",
}
EVALUATION = {
    "PerformanceEvaluationTitle": "performanceEvaluationTitle",
    "SchoolYear": "schoolYearTypeReference.schoolYear",
}
RATING = {
    "PersonReference/PersonIdentity/PersonId": "personReference.personId",
    "PerformanceEvaluationReference/PerformanceEvaluationIdentity/PerformanceEvaluationTitle": (
        "performanceEvaluationReference.performanceEvaluationTitle"
    ),
    "PerformanceEvaluationReference/PerformanceEvaluationIdentity/SchoolYear": (
        "performanceEvaluationReference.schoolYear"
    ),
    "ActualDate": "actualDate",
    "PerformanceEvaluationRatingLevel": "performanceEvaluationRatingLevelDescriptor",
}


def interchange(extract: str, records: Mapping[str, Iterable[Record]]) -> bytes:
    """The interchange of an extract from its resources' records, by the resource's last name (`staffs`).

    Records stand in the order of their values, so that the same records are the same bytes.
    """
    root = ElementTree.Element("Interchange" + INTERCHANGES[extract], xmlns=NAMESPACE)
    for resource, (name, write) in WRITERS[extract].items():
        elements = []
        for record in records[resource]:
            element = ElementTree.Element(name)
            write(element, record)
            elements.append(element)
        root.extend(sorted(elements, key=ElementTree.tostring))
    ElementTree.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root) + b"\n"


def _fields(fields: Mapping[str, str]) -> Callable[[ElementTree.Element, Record], None]:
    """Writes a record's values under their elements; values that are not there are left out."""

    def write(element: ElementTree.Element, record: Record) -> None:
        for path, place in fields.items():
            value: Any = record
            for part in place.split("."):
                value = value.get(part) if isinstance(value, Mapping) else None
            if value is not None:
                _put(element, path, _school_year(value) if path.endswith("SchoolYear") else value)

    return write


def _put(element: ElementTree.Element, path: str, value: object) -> None:
    """Write a value under a path of elements; those that are there already are shared."""
    for name in path.split("/"):
        found = element.find(name)
        element = ElementTree.SubElement(element, name) if found is None else found
    element.text = str(value).lower() if isinstance(value, bool) else str(value)


def _add(element: ElementTree.Element, name: str, values: Mapping[str, object]) -> None:
    """Write one element of a collection."""
    child = ElementTree.SubElement(element, name)
    for path, value in values.items():
        if value is not None:
            _put(child, path, value)


def _school_year(value: object) -> str:
    """The interchange writes 2021-2022 for the API's 2022."""
    return f"{int(str(value)) - 1}-{value}"


def _staff(element: ElementTree.Element, record: Record) -> None:
    _fields(STAFF)(element, record)
    for each in record.get("credentials") or ():
        identifier = (each.get("credentialReference") or {}).get("credentialIdentifier")
        _add(element, "CredentialReference", {"CredentialIdentity/CredentialIdentifier": identifier})


def _evaluation(element: ElementTree.Element, record: Record) -> None:
    _fields(EVALUATION)(element, record)
    for each in record.get("ratingLevels") or ():
        bounds = {"MinRating": each.get("minRating"), "MaxRating": each.get("maxRating")}
        level = {"EvaluationRatingLevel": each.get("evaluationRatingLevelDescriptor")}
        _add(element, "PerformanceEvaluationRatingLevel", level | bounds)


def _rating(element: ElementTree.Element, record: Record) -> None:
    _fields(RATING)(element, record)
    for each in record.get("results") or ():
        _add(
            element,
            "PerformanceEvaluationRatingResult",
            {"RatingResultTitle": each.get("ratingResultTitle"), "Rating": each.get("rating")},
        )
    for each in record.get("reviewers") or ():
        person = (each.get("reviewerPersonReference") or {}).get("personId")
        _add(element, "Reviewer", {"ReviewerPersonReference/PersonIdentity/PersonId": person})


Writer = Callable[[ElementTree.Element, Record], None]
INTERCHANGES = {"roster": "StaffAssociation", "evaluation": "PerformanceEvaluation"}
WRITERS: dict[str, dict[str, tuple[str, Writer]]] = {
    "roster": {
        "staffs": ("Staff", _staff),
        "staffEducationOrganizationEmploymentAssociations": (
            "StaffEducationOrganizationEmploymentAssociation",
            _fields(EMPLOYMENT),
        ),
        "staffEducationOrganizationAssignmentAssociations": (
            "StaffEducationOrganizationAssignmentAssociation",
            _fields(ASSIGNMENT),
        ),
    },
    "evaluation": {
        "performanceEvaluations": ("PerformanceEvaluation", _evaluation),
        "performanceEvaluationRatings": ("PerformanceEvaluationRating", _rating),
    },
}
