"""Every column of Rung, declared once: type, meaning, unit, and its name in Ed-Fi, CEDS and OneRoster.

A table in `contracts/` lists columns from here and says only what is its own: key, required or optional.
The standards' names are also the aliases under which a district may send the column (DESIGN section 4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import dataframely as dy
import polars as pl

from contracts import vocabulary as v

MONEY_PRECISION, MONEY_SCALE = 14, 2
MONEY = pl.Decimal(MONEY_PRECISION, MONEY_SCALE)


@dataclass(frozen=True)
class Column:
    """A column that a table can take as `key()`, `required()` or `optional()`.

    `values` closes a vocabulary; `low` and `high` bound a number, both inclusive.
    """

    make: Callable[..., dy.Column]
    description: str
    unit: str | None = None
    edfi: tuple[str, ...] = ()
    ceds: tuple[str, ...] = ()
    oneroster: tuple[str, ...] = ()
    values: tuple[str, ...] | None = None
    low: float | None = None
    high: float | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def key(self) -> Any:
        return self._column(primary_key=True)

    def required(self) -> Any:
        return self._column(nullable=False)

    def optional(self) -> Any:
        return self._column(nullable=True)

    def _column(self, **nature: bool) -> dy.Column:
        checks: dict[str, Callable[[pl.Expr], pl.Expr]] = {}
        if self.values is not None:
            allowed = list(self.values)
            checks["vocabulary"] = lambda col: col.is_in(allowed)
        if self.low is not None or self.high is not None:
            low, high = self.low, self.high
            checks["range"] = lambda col: col.is_between(
                pl.lit(float("-inf") if low is None else low), pl.lit(float("inf") if high is None else high)
            )
        metadata = {
            "unit": self.unit,
            "edfi": self.edfi,
            "ceds": self.ceds,
            "oneroster": self.oneroster,
            "values": self.values,
            "low": self.low,
            "high": self.high,
        }
        return self.make(
            description=self.description, metadata=metadata, check=checks or None, **self.options, **nature
        )


def _text(description: str, **rest: Any) -> Column:
    return Column(dy.String, description, **rest)


def _flag(description: str, **rest: Any) -> Column:
    return Column(dy.Bool, description, **rest)


def _date(description: str, **rest: Any) -> Column:
    return Column(dy.Date, description, **rest)


def _whole(description: str, **rest: Any) -> Column:
    return Column(dy.Int32, description, **rest)


def _number(description: str, **rest: Any) -> Column:
    return Column(dy.Float64, description, **rest)


def _money(description: str, **rest: Any) -> Column:
    options = {"precision": MONEY_PRECISION, "scale": MONEY_SCALE}
    return Column(dy.Decimal, description, unit=rest.pop("unit", "US dollars"), options=options, **rest)


def _percent(description: str, **rest: Any) -> Column:
    return Column(dy.Float64, description, unit="percent, 0-100", low=0, high=100, **rest)


def _share(description: str, **rest: Any) -> Column:
    return Column(dy.Float64, description, unit="share, 0-1", low=0, high=1, **rest)


# --- who, where, when ---------------------------------------------------------------------------------------------
staff_id = _text(
    "The state's identifier of an educator, the same in every district and year. Leading zeros are data.",
    edfi=("StaffUniqueId",),
    ceds=("Staff Member Identifier", "StaffMemberIdentifier"),
    oneroster=("sourcedId", "identifier"),
)
educator_key = _text("Keyed hash that stands for `staff_id` in marts; the same person has the same key in every mart.")
lea_id = _text(
    "The state's identifier of a local education agency (district).",
    edfi=("LocalEducationAgencyId",),
    ceds=("Local Education Agency Identifier", "LEA Identifier", "LEAIdentifier"),
    oneroster=("orgSourcedId",),
)
school_id = _text(
    "The state's identifier of a school.",
    edfi=("SchoolId", "EducationOrganizationId"),
    ceds=("School Identifier", "SchoolIdentifier"),
    oneroster=("orgSourcedIds", "schoolSourcedId"),
)
school_year = Column(
    dy.Int16,
    "School year, named by the year in which it ends: 2026 is 2025-26.",
    unit="ending year",
    edfi=("SchoolYear",),
    ceds=("School Year", "SchoolYear"),
    oneroster=("schoolYear",),
    low=1990,
    high=2100,
)
first_name = _text(
    "Given name. Never leaves the lake.",
    edfi=("FirstName",),
    ceds=("First Name", "FirstName"),
    oneroster=("givenName",),
)
last_name = _text(
    "Family name. Never leaves the lake.",
    edfi=("LastSurname",),
    ceds=("Last or Surname", "LastOrSurname"),
    oneroster=("familyName",),
)
license_id = _text(
    "Number of the educator's licence or certificate; used to tell two people under one staff_id apart.",
    edfi=("CredentialIdentifier",),
    ceds=("Professional Educational Job Classification Credential Identifier", "CredentialIdentifier"),
)

# --- provenance of a row ------------------------------------------------------------------------------------------
submission_id = _text("The submission that a row came with: a hash of its files' bytes and of their landing folder.")
source_file = _text("Name of the file that a row came from, inside its landing folder.")
source_row = Column(dy.UInt32, "Line of the source file on which the row stands, counted from 1, the header included.")

# --- evaluation ---------------------------------------------------------------------------------------------------
rating_system = _text(
    "The evaluation system under which a rating was given, a `rating_system` of the reference table `rating_systems`.",
    edfi=("PerformanceEvaluationTitle", "EvaluationTitle"),
    ceds=("Staff Evaluation System", "StaffEvaluationSystem"),
)
rating_level = _text(
    "The summative rating's label, as that system and version writes it.",
    edfi=("PerformanceEvaluationRatingLevel", "EvaluationRatingLevel"),
    ceds=("Staff Evaluation Outcome", "StaffEvaluationOutcome"),
)
rating_score = _number(
    "The summative rating as a number on its system's own scale.",
    edfi=("Rating", "EvaluationRatingScore"),
    ceds=("Staff Evaluation Score or Rating", "StaffEvaluationScoreOrRating"),
    low=0,
)
evaluation_status = _text(
    "What became of the evaluation: a rating counts when final, or appealed with a label.",
    edfi=("EvaluationRatingStatus",),
    values=v.EVALUATION_STATUSES,
)
evaluator_staff_id = _text("staff_id of the person who gave the rating.", edfi=("ReviewerStaffUniqueId",))
evaluation_date = _date("Day on which the rating was given.", edfi=("ActualDate", "EvaluationDate"))
potential_rating = _number("Current estimated potential, kept apart from performance (RULES 2.4).", low=0)
observation_average = _number("Average of the observation rubric's dimensions.", low=0)
minimum_dimension_score = _number("The lowest score over the rubric's dimensions.", low=0)
growth_percent = _percent("Share of the educator's students who met or beat expected growth.")
growth_index = _number("Growth measure as an index, zero being expected growth.")

# --- roster -------------------------------------------------------------------------------------------------------
begin_date = _date(
    "First day of the stay in this position, a day of service.",
    edfi=("BeginDate",),
    ceds=("Assignment Start Date", "AssignmentStartDate"),
    oneroster=("beginDate",),
)
end_date = _date(
    "Last day of the stay, a day of service; empty while it goes on.",
    edfi=("EndDate",),
    ceds=("Assignment End Date", "AssignmentEndDate"),
    oneroster=("endDate",),
)
staff_classification = _text(
    "Kind of position.",
    edfi=("StaffClassification",),
    ceds=("K12 Staff Classification", "K12StaffClassification"),
    oneroster=("role",),
    values=v.STAFF_CLASSIFICATIONS,
)
position_title = _text(
    "The position's title in the district's words.",
    edfi=("PositionTitle",),
    ceds=("Position Title", "PositionTitle"),
    oneroster=("title",),
)
full_time_equivalency = Column(
    dy.Float64,
    "Share of a full-time position.",
    unit="FTE, 0-1.5",
    edfi=("FullTimeEquivalency",),
    ceds=("Staff Full Time Equivalency", "StaffFullTimeEquivalency"),
    low=0,
    high=1.5,
)
position_id = _text(
    "The district's number of the position, where one person can hold two alike; tells two such rows apart.",
    edfi=("PositionIdentifier",),
)
role_code = _text("Code of the leadership role that goes with the position; empty when none.")
release_share = _share("Share of the role holder's time released from teaching.")
tested_group = _flag("Teaches a grade and subject with a state test.")
high_need_subject = _flag("Teaches a subject that the state or district calls high-need.")
students_taught = _whole("Students taught in the position.", unit="students", low=0)
supervisor_staff_id = _text("staff_id of the person who leads this educator's team.")
hire_date = _date(
    "Day on which the district hired the educator.",
    edfi=("HireDate",),
    ceds=("Hire Date", "HireDate"),
)
years_experience = _number(
    "Years of teaching experience before or up to this year.",
    unit="years",
    edfi=("YearsOfPriorTeachingExperience", "YearsOfPriorProfessionalExperience"),
    ceds=("Years of Prior Teaching Experience", "YearsOfPriorTeachingExperience"),
    low=0,
    high=80,
)
highest_degree = _text(
    "Highest degree completed.",
    edfi=("HighestCompletedLevelOfEducation",),
    ceds=("Highest Level of Education Completed", "HighestLevelOfEducationCompleted"),
    values=v.DEGREES,
)
salary_lane = _text("Lane of the district's salary schedule.")
salary_step = _whole("Step of the district's salary schedule.", low=0)
days_in_service = _whole("Days of service in the school year.", unit="days", low=0, high=366)
exit_reason = _text(
    "Why the educator left, in the district's code.",
    edfi=("SeparationReason",),
    ceds=("Separation Reason", "SeparationReason"),
)

# --- payroll ------------------------------------------------------------------------------------------------------
pay_date = _date("Day on which the line was paid.", edfi=("PayDate",), ceds=("Pay Date", "PayDate"))
pay_code = _text("The district's payroll code.", edfi=("PayCode",))
fund_code = _text("The district's fund code.", edfi=("FundCode", "FundDimension"), ceds=("Account Fund Code",))
amount = _money("Dollars and cents paid; negative for a reversal.", edfi=("Amount",))
hours = _number("Hours that the line pays for.", unit="hours", low=-5000, high=5000)

# --- leadership ---------------------------------------------------------------------------------------------------
event_date = _date("Day of the event.", edfi=("EventDate",))
event_type = _text("Kind of event.", values=v.LEADERSHIP_EVENTS)
event_code = _text("What the event is about: a program's, course's or certificate's code.")
outcome = _text("How the event ended.", values=v.EVENT_OUTCOMES)
by_staff_id = _text("staff_id of the person who acted: who nominated, decided, observed.")
counterpart_staff_id = _text("staff_id of the other person: who was coached, mentored or trained.")
quantity = _number("Hours, attendees or points, as the event's kind says.")
valid_until = _date("Last day on which a credential is in force.")
score_before = _number("Score before the coaching.")
score_after = _number("Score at the next observation.")

# --- reference ----------------------------------------------------------------------------------------------------
name = _text("Name.", edfi=("NameOfInstitution",), ceds=("Name of Institution",), oneroster=("name",))
locale = _text("NCES locale code.", ceds=("NCES Locale Code",))
year_begins = _text("First day of the district's contract year, MM-DD.", unit="MM-DD")
year_ends = _text("Last day of the district's contract year, MM-DD.", unit="MM-DD")
level = _text("Level: of a school (elementary, middle, high, other), or of a program.")
enrollment = _whole("Students enrolled.", unit="students", low=0)
poverty_percent = _percent("Students from families in poverty, by the state's measure.")
low_performing = _flag("On the state's or district's list of low-performing schools.")
title_i = _flag("Receives Title I, Part A funds.")
rural = _flag("Rural campus by the state's rule.")
need_points = _number("Mean points of student need (Texas TIA), the rural rule already in it.", low=0, high=4)
partner_lists = _text("Programs' partner lists that name the school, separated by `;`.")
program_id = _text("A program pack, the stem of its file in `programs/`.")
from_year = Column(dy.Int16, "First school year in which it holds.", unit="ending year", low=1990, high=2100)
to_year = Column(
    dy.Int16, "Last school year in which it holds; empty while it goes on.", unit="ending year", low=1990, high=2100
)
system_version = _text("Version of a rating system.")
band = Column(
    dy.Int8, "The rating's place on the common five-band scale, 5 highest; declared, never computed.", low=1, high=5
)
is_top = _flag("The system's highest label.")
is_positive = _flag("Counts as a good rating (effective or better).")
statewide_gap_years = _text("School years in which nobody was rated, separated by `;`.")
pay_type = _text("Kind of pay.", values=v.PAY_TYPES)
stream = _text("Funding stream.", values=v.STREAMS)
award_id = _text("Grant award that the fund belongs to.")
award_end = _date("Last day of the award.")
recurring = _flag("The money comes again every year.")
lane = salary_lane
step = salary_step
offset_kind = _text("Kind of documented offset (M04).", values=v.OFFSET_KINDS)
document = _text("The document that proves the offset.")
hourly = _money("State minimum wage in force on the year's last day.", unit="US dollars an hour")
finance_kind = _text("Kind of program finance (MARTS 4.10).", values=v.FINANCE_KINDS)
extract = _text("One of the four extracts.", values=v.EXTRACTS)
opens = _date("First day on which the extract may be dropped.")
due = _date("Day by which the extract is due.")
closes = _date("Last day on which a drop still counts.")

# --- marts: people and designations -------------------------------------------------------------------------------
fte = Column(dy.Float64, "FTE-days over the days of the contract window.", unit="FTE", low=0)
rating_reason = _text("Why there is no usable rating; empty when there is one.")
pay_total = _money("Net accepted pay of the year, all pay types.")
is_leader = _flag("Teacher leader of the year: state tier 1 or more in a leader program, or a leadership role held.")
next_year_outcome = _text("What became of the educator in the following year.", values=v.NEXT_YEAR_OUTCOMES)
designation_status = _text("State of the educator in the program this year.", values=v.DESIGNATION_STATUSES)
reason = _text("Plain sentence with the evidence in it.")
reason_code = _text("Code of the reason.")
rule_id = _text("The rule that decided.")
pack_version = _text("Version of the pack that was in force.")
evidence_years = _text("School years of the ratings or events that decided, separated by `;`.")
next_review_year = Column(dy.Int16, "School year of the next possible change.", unit="ending year")
years_at_level = _whole("Consecutive years at the level, this one included.", unit="years", low=0)
interval = _whole("Pay interval inside the level, where the program has them.", low=0)
entitlement = _money("What the program pays for the level this year, where the pack knows it.")
state_tier = Column(dy.Int8, "The level's state tier: 0 none, 1 emerging, 2 leader, 3 senior, 4 master.", low=0, high=4)
visibility = _text("Whether the program's designations are public.", values=v.VISIBILITIES)
from_level = _text("Level of the row of the year before; empty when none.")
to_level = _text("Level of this year's row; empty when none.")
persons = Column(dy.UInt32, "Persons.", unit="persons")
hazard = _share("Persons of the flow over the year's rows with that from_level.")
median_years_to_level = _number(
    "Median, over persons who reached to_level by this year, of years since their first row in the program and LEA.",
    unit="years",
    low=0,
)

# --- marts: money -------------------------------------------------------------------------------------------------
role_amount = _money("Part of the amount on pay codes that name a program or a role (stipend, hourly, bonus).")
base_counterfactual = _money("Base pay that the schedule gives the educator's lane and step, by FTE-days.")
increment = _money("Actual base pay less the counterfactual; once per staff x LEA x year.")
share = _number("Share of the whole; null when the whole is not above zero.", unit="share")
leaders = Column(dy.UInt32, "Teacher leaders of the program in the LEA.", unit="persons")
incremental_pay = _money("M01: the leaders' pay on the program's own codes and increment, with the marginal load.")
benefit_load = _money("The part of M01 that is benefits, at the marginal load rate.")
pay_share_of_compensation = _number("M02: M01 over all teacher compensation of the LEA.", unit="share")
metric_status = _text("Why the metric beside it is or is not there.", values=v.METRIC_STATUSES)
