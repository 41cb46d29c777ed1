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
region_id = _text("The regional service centre that a district belongs to.")
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
funding_stream = _text(
    "Funding stream; unstated: a part of the cost of which nobody says who pays.", values=v.FUNDING_STREAMS
)
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
is_leader = _flag(
    "Teacher leader of the year: a teacher at a level that leads (tier 2 or more, unless the pack or `leader_tier` say "
    "otherwise), or in a leadership role of an adopted program for more than half of the days."
)
is_other_leader = _flag("Leads as `is_leader` says, but is no teacher: a principal, an assistant principal, a coach.")
next_year_outcome = _text("What became of the educator in the following year.", values=v.NEXT_YEAR_OUTCOMES)
designation_status = _text("State of the educator in the program this year.", values=v.DESIGNATION_STATUSES)
reason = _text("Plain sentence with the evidence in it.")
reason_code = _text("Code of the reason.")
rule_id = _text("The rule that decided.")
pack_version = _text("Version of the pack that was in force.")
evidence_years = _text("School years of the ratings or events that decided, separated by `;`.")
next_review_year = Column(dy.Int16, "School year of the next possible change.", unit="ending year")
years_at_level = _whole("Consecutive years at the level, this one included.", unit="years", low=0)
pay_interval = _whole("Pay interval inside the level, where the program has them.", low=0)
entitlement = _money("What the program pays for the level this year, where the pack knows it.")
state_tier = Column(dy.Int8, "The level's state tier: 0 none, 1 emerging, 2 leader, 3 senior, 4 master.", low=0, high=4)
finding = _text("Kind of exception that the row itself is, if any (MARTS 5.13).")
visibility = _text("How public the program's holders are: registry, open_role or confidential.", values=v.VISIBILITIES)
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
leaders = Column(dy.UInt32, "Teacher leaders of the program in the LEA: teachers of record.", unit="persons")
other_leaders = Column(
    dy.UInt32, "Others who hold a level or role that leads: principals, assistant principals, coaches.", unit="persons"
)
program_pay = _money("All net pay on the program's own pay codes, whoever holds it; unloaded.")
cost_overlap = _money(
    "Dollars that M03 holds twice where pay is booked so: base pay on the program's codes that is also in an "
    "increment, with its load, and the load on benefit lines of these codes. 0: nothing is."
)
program_benefits = _money("Benefits at the marginal load on program pay and increments.")
other_amount = _money("The part of the amount that is release, training or administration.")
incremental_pay = _money("M01: the leaders' pay on the program's own codes and increment, with the marginal load.")
benefit_load = _money("The part of M01 that is benefits, at the marginal load rate.")
pay_share_of_compensation = _number("M02: M01 over all teacher compensation of the LEA.", unit="share")
program_status = _text(
    "Whether the program is in force in the LEA on 30 June; not_in_force: the row is there for its pay alone.",
    values=v.PROGRAM_STATUSES,
)
metric_status = _text("Why the metric beside it is or is not there.", values=v.METRIC_STATUSES)
increment_status = _text("Whether the increment has a schedule and a base to stand on.", values=v.METRIC_STATUSES)
soft_amount = _money("Part of the amount on soft money: grants, gifts, levies, and funds that do not recur.")
role_pay = _money("Net stipend, hourly and bonus pay on the program's or role's own codes.")
increments = _money("Leaders' base increments that count for this program, unloaded.")
release_fte = _number("Release share x FTE x days over the contract window.", unit="FTE")
release_cost = _money("Release FTE x the LEA's median teacher base pay, with the average benefit load.")
training_cost = _money("Training cost the LEA reports in `program_finance`.")
administration_cost = _money("Administration cost the LEA reports in `program_finance`.")
teacher_compensation = _money("Teachers' pay without benefit lines, with the average benefit load.")
program_cost = _money("M03: incremental pay + release + training and administration.")
cost_per_leader = _money("M03 over the program's leaders.")
offsets = _money("Documented offsets of the year; an LEA-wide one is shared over its programs by M03.")
net_cost = _money("M03 less documented offsets: the cost against no program at all.")
net_change = _money("M04: net cost of the year less that of the year before; the first year, its net cost.")
neutral = _flag("No net increase in expenditure: net cost is not above zero.")
neutral_answer = _text("Whether the program asks for no net increase: yes, no or not_enough_data.", values=v.ANSWERS)
neutral_reason = _text("The sentence behind the neutrality answer.")
lea_net_cost = _money("Net cost of all programs of the LEA in the year; null while one of them is unknown.")
lea_neutral_answer = _text("The neutrality answer over all programs of the LEA and year.", values=v.ANSWERS)
recurring_revenue = _money("Recurring revenue committed to the program, from `program_finance`.")
recurring_coverage = _number("M08: recurring revenue over M03.", unit="ratio")
role_based_share = _number("M14: role and designation pay over all pay above entry salary, LEA-wide.", unit="share")
increment_depth = _number("M15: median over leaders of incremental pay, unloaded, over base pay.", unit="share")
runway_years = _whole(
    "M17: years from the latest year on file until expected cost first exceeds recurring revenue alone, whatever "
    "awards still pay; 0: it already does.",
    unit="years",
    low=0,
)
money_ends_year = Column(
    dy.Int16,
    "First year, the latest on file included, in which expected cost exceeds all that is to come in: recurring "
    "revenue, awards that run on and contracted matches. Never before the end of the runway.",
    unit="ending year",
    low=1990,
    high=2150,
)
leaders_without_increment = Column(dy.UInt32, "Leaders whose base increment cannot be computed.", unit="persons")

# --- marts: roles, positions, people ------------------------------------------------------------------------------
days = _whole("Days of the role inside the contract window.", unit="days", low=0)
pay_per_hour = _money("M09: role pay over the payroll hours on the role's lines.", unit="US dollars an hour")
ratio_to_minimum_wage = _number("M09: role pay per hour over the state's minimum wage of the year.", unit="ratio")
ratio_to_own_rate = _number("M10: role pay per hour over the educator's own contract rate.", unit="ratio")
break_even_hours = _number("Hours at which the role pay falls to the minimum wage.", unit="hours")
role_without_pay = _flag("Role held for more than half of the days, with net role pay of zero.")
pay_without_role = _flag("Net role pay other than zero, and no roster row with the role.")
units = _number("M05: position units in use, each role at its exchange rate.", unit="position units")
baseline_units = _number("Teaching positions of the school before the model.", unit="position units")
balance = _number(
    "Baseline units less units in use; zero or more is within the school's budget.", unit="position units"
)
balance_status = metric_status
future_year = Column(dy.Int16, "School year looked at; the base year itself is year 0.", low=1990, high=2150)
commitment = _money("Program pay of the latest year on the award.")
exposure = _money("Part of the commitment that no award and no contracted match pays for in the future year.")
matching_funds = _money("Match contracted for the future year.")
scenario = _text("Scenario of the projection, named in `rung.toml`.")
expected = _money("Expected program cost.")
p10 = _money("Simulated cost that one path in ten stays at or under.")
p50 = _money("Simulated median cost.")
p90 = _money("Simulated cost that nine paths in ten stay at or under.")
projected_persons = _number("Expected leaders.", unit="persons", low=0)
revenue = _money("Recurring revenue and grants still running in the future year.")
median_pay = _money("Median pay of the year at the level, people with pay only.")
median_assistant_principal = _money("The LEA's median pay of assistant principals.")
median_principal = _money("The LEA's median pay of principals.")
median_teacher = _money("The LEA's median pay of teachers.")
ratio_assistant_principal = _number("M11: median pay over the LEA's median assistant principal.", unit="ratio")
ratio_principal = _number("M11: median pay over the LEA's median principal.", unit="ratio")
ratio_teacher = _number("Median pay over the LEA's median teacher.", unit="ratio")
teachers = Column(dy.UInt32, "Teachers.", unit="persons")
teacher_fte = _number("Teachers' FTE at the school.", unit="FTE", low=0)
evaluators = Column(dy.UInt32, "Distinct evaluators of the school's teachers.", unit="persons")
evaluators_without_leaders = Column(dy.UInt32, "Distinct evaluators who are not teacher leaders.", unit="persons")
span = _number("M13: teachers over evaluators; null when there is none.", unit="teachers per evaluator")
span_without_leaders = _number("M13 without teacher-leader evaluators.", unit="teachers per evaluator")
median_span = _number("Median teachers of an evaluator.", unit="teachers per evaluator")
p90_span = _number("Ninth decile, by nearest rank, of teachers of an evaluator.", unit="teachers per evaluator")
share_over_8 = _share("Evaluators with more than eight teachers.")
comparison_group = _text("Group of educators followed into the next year.", values=v.RETENTION_GROUPS)
stay_school = Column(dy.UInt32, "Persons still teaching at the same school next year.", unit="persons")
move_school = Column(dy.UInt32, "Persons at another school of the same LEA next year.", unit="persons")
move_lea = Column(dy.UInt32, "Persons teaching in another LEA next year.", unit="persons")
leave_teaching = Column(dy.UInt32, "Teachers on a roster next year, teaching no more.", unit="persons")
left_state_schools = Column(dy.UInt32, "Persons on no roster next year.", unit="persons")
outcome_unknown = Column(dy.UInt32, "Persons whose next year is not on file.", unit="persons")
compared = Column(dy.UInt32, "Leaders who have a like non-leader to be compared with.", unit="persons")
compared_with = Column(dy.UInt32, "Like persons compared with: same band, experience and poverty.", unit="persons")
difference = _number("M19: stay-in-LEA rate less that of like non-leaders.", unit="points, -1 to 1", low=-1, high=1)
difference_stay_school = _number("M19: stay-at-school rate less that of like non-leaders.", unit="points, -1 to 1")
difference_stay_teaching = _number("M19: stay-in-teaching rate less that of like non-leaders.", unit="points, -1 to 1")
top_lost = Column(dy.UInt32, "M20: top-rated teachers who left the LEA.", unit="persons")
turnover_cost_avoided = _money("M21: expected less actual leavers x unit cost. An estimate, not cash.")
poverty_quartile = Column(dy.Int8, "Quartile of schools by poverty, 4 poorest; 0 poverty unknown.", low=0, high=4)
students = Column(dy.UInt32, "Students enrolled.", unit="students")
students_per_leader = _number("M22: students per teacher leader.", unit="students per leader")
leaders_per_100_teachers = _number("M22: teacher leaders per 100 teachers.", unit="leaders per 100 teachers")
leader_pay = _money("M23: incremental pay of leaders at these schools, with the marginal load.")
leader_pay_per_student = _money("M23: leader pay per student enrolled.", unit="US dollars a student")
students_reached = Column(dy.UInt32, "Students taught by leaders or on their teams.", unit="students")
teachers_coached = Column(dy.UInt32, "Teachers coached or observed by leaders.", unit="persons")
teachers_trained = Column(dy.UInt32, "Teachers trained by leaders.", unit="persons")
trainers = Column(dy.UInt32, "Leaders who delivered training.", unit="persons")
trained_per_trainer = _number("M24: teachers trained over trainers.", unit="teachers per trainer")
cost_per_teacher_trained = _money("M24: the leaders' part of M03 over teachers trained.")
month = _date("First day of the month.")
measure = _text("What was done.", values=v.ACTIVITY_MEASURES)
activity_kind = _text("Output (done on time) or outcome (got better).", values=v.ACTIVITY_KINDS)
done = Column(dy.UInt32, "Done; for an outcome, improved by a level or more.", unit="events")
events_required = Column(dy.UInt32, "Due: completed and scheduled; for an outcome, both scores present.", unit="events")
rate = _share("Done over required.")
designees = Column(dy.UInt32, "Persons at a level with a state tier of 1 or more.", unit="persons")
share_of_teachers = _number("Designees over the LEA's teachers.", unit="share", low=0)
cost = _money("What the program pays its designees, with the marginal load.")
cost_per_designee = _money("Cost over designees.")
stability = _share("Designees of the year before, still on the LEA's roster, who are designees this year.")
adopted = _flag("The LEA has the program in force on 30 June of the year.")
compliance_rule_id = _text("Cap, floor or spending rule of a program.")
measured_value = _number("What the rule measures.")
bound = _number("The bound of the rule, least or most.")
passes = _flag("The value keeps within the limit; null when it cannot be measured.")
monitor = _text("What is watched (RULES section 5).", values=v.MONITORS)
cut = _text("Poverty quartile, reason, band of experience from this year on, or rating band; `all` where there is one.")
counted = Column(dy.Int64, "Persons counted; students for pupils_per_teacher.", low=0)
out_of = Column(dy.Int64, "Persons they are counted out of; teachers for pupils_per_teacher.", unit="persons", low=0)
monitor_value = _number("counted over out_of; null where out_of is 0.", low=0)
monitor_compared_with = _number("The same of all teachers of record, or of the year before.", low=0)
monitor_difference = _number("value less compared_with.")
exception_id = _text("Number of the finding; carries nobody's identity.")
exception_kind = _text("Kind of finding.", values=v.EXCEPTION_KINDS)
evidence = _text("The evidence in a sentence; names nobody.")
severity = _text("Severity of the rule.", values=v.SEVERITIES)
rows = Column(dy.UInt32, "Rows judged.", unit="rows")
failed = Column(dy.UInt32, "Rows that broke the rule.", unit="rows")
failed_share = _share("Failed over rows.")
submitted_at = Column(dy.Datetime, "When the submission was taken in, UTC.")
answered = Column(dy.UInt32, "Rows that broke the rule and that the district has confirmed or explained.", unit="rows")
footnote = _text("What the district says about these rows: how many it confirmed and explained, and its explanations.")
days_late = _whole("Days after the due date; negative is early.", unit="days")
is_teacher = _flag("A roster row of the year with staff_classification teacher.")
declined = Column(dy.UInt32, "Persons who were offered the program's award this year and declined it.", unit="persons")
take_up = _share("Awards won this year over awards won and declined; null where there was neither.")
role_hours = _number("Payroll hours of the year on the role's lines, shared over schools like the pay.", unit="hours")

# --- marts: what a legislature asks (M26 to M38) ------------------------------------------------------------------
schools_with_teachers = Column(dy.UInt32, "Schools with a teacher of record.", unit="schools")
schools_with_leader = Column(dy.UInt32, "Of these, schools with a teacher leader of record.", unit="schools")
coverage = _share("M26: schools with a teacher leader over schools with teachers.")
lea_or_state = _text("Local education agency (district); empty for the whole state.")
program_or_any = _text("Program whose leaders are counted; empty for leaders of any program or role.")
quartile_or_all = Column(
    dy.Int8, "Quartile of schools by poverty, 4 poorest; 0 poverty unknown; empty for all schools.", low=0, high=4
)
cohort_year = Column(
    dy.Int16, "School year in which the cohort first stood on a roster.", unit="ending year", low=1990, high=2100
)
years_after = Column(dy.Int8, "Years after the year counted from.", unit="years", low=0, high=10)
survival_group = _text("Leaders, others like them, or the whole cohort.", values=v.SURVIVAL_GROUPS)
entered = Column(dy.UInt32, "Persons of the cohort in the group.", unit="persons")
followed = Column(dy.UInt32, "Of these, persons of whom the year looked at is on file.", unit="persons")
in_school = Column(dy.UInt32, "Persons at the school at which they began.", unit="persons")
in_lea = Column(dy.UInt32, "Persons in the district in which they began.", unit="persons")
in_teaching = Column(dy.UInt32, "Persons who teach anywhere in the state.", unit="persons")
in_state = Column(dy.UInt32, "Persons on any roster of the state.", unit="persons")
survival = _share("M27: Kaplan-Meier share who have taught in every year so far.")
survival_low = _share("Lower end of the 95 % interval (Greenwood, log-log); empty where the share is 0 or 1.")
survival_high = _share("Upper end of the 95 % interval (Greenwood, log-log); empty where the share is 0 or 1.")
students_counted = Column(dy.Int64, "Students that rosters count, a position's once.", unit="students", low=0)
students_of_top_rated = Column(dy.Int64, "Of these, students of top-rated teachers.", unit="students", low=0)
top_rated_share = _share("M28: students of top-rated teachers over all students counted.")
teachers_counted = Column(dy.UInt32, "Teachers of record whose students a roster counts.", unit="persons")
top_rated_counted = Column(dy.UInt32, "Of these, teachers with their system's highest rating.", unit="persons")
students_per_top_rated = _number("M28: students per top-rated teacher.", unit="students per teacher", low=0)
students_per_other = _number("M28: students per other teacher.", unit="students per teacher", low=0)
ap_fte = _number("Assistant principals' FTE.", unit="FTE", low=0)
ap_cost = _money("Assistant principals' pay without benefit lines, by FTE-days in the post, with the average load.")
coach_fte = _number("Instructional coaches' FTE.", unit="FTE", low=0)
coach_cost = _money("Instructional coaches' pay, as for assistant principals.")
released_leader_fte = _number("M12: FTE of leadership roles released from teaching.", unit="FTE", low=0)
released_leader_cost = _money("M12: cost of covering that time; empty where no teacher base pay prices it.")
enrolled = Column(dy.Int64, "Students enrolled in the district's schools.", unit="students", low=0)
ap_fte_per_1000 = _number("Assistant principals' FTE per 1,000 students.", unit="FTE per 1,000 students")
ap_cost_per_1000 = _money("Assistant principals' cost per 1,000 students.", unit="US dollars per 1,000 students")
coach_fte_per_1000 = _number("Instructional coaches' FTE per 1,000 students.", unit="FTE per 1,000 students")
coach_cost_per_1000 = _money("Instructional coaches' cost per 1,000 students.", unit="US dollars per 1,000 students")
released_leader_fte_per_1000 = _number("Released FTE per 1,000 students.", unit="FTE per 1,000 students")
released_leader_cost_per_1000 = _money("Cost of it per 1,000 students.", unit="US dollars per 1,000 students")
ap_falls_leaders_rise = _flag(
    "M29: assistant principals' FTE fell and cheaper coach and released FTE rose, two years running; "
    "empty without three years on file."
)
system_or_none = _text("Rating system; the district's own for those without a rating; `none` where neither is known.")
band_or_none = Column(dy.Int8, "Band of the rating; empty for teachers without a usable one.", low=1, high=5)
band_share = _share("Teachers of the band over all teachers of the district under the system, rated or not.")
is_top_share = _share("M30: top-rated over rated teachers of the district and system; the same on each of its rows.")
growth_gap_share = _share(
    "M30: teachers whose growth and observation levels lie the set gap apart, over those with both; "
    "the same on each row of the district and system."
)
growth_gap_known = Column(dy.UInt32, "Teachers with both a growth and an observation score.", unit="persons")
systems = Column(dy.UInt32, "Rating systems in use among the district's teachers.", unit="systems")
leaders_then = Column(dy.UInt32, "Teacher leaders of the year.", unit="persons")
to_ap = Column(dy.UInt32, "Of these, persons who were assistant principal within the years.", unit="persons")
to_principal = Column(dy.UInt32, "Of these, persons who were principal within the years.", unit="persons")
new_principals = Column(
    dy.UInt32,
    "Principals of the year who were none in any earlier year; empty in the first year on file.",
    unit="persons",
)
new_principals_who_led = Column(dy.UInt32, "Of these, teacher leaders of an earlier year on file.", unit="persons")
licensed_non_administrators = Column(
    dy.UInt32,
    "Persons with an administrator's licence in force and no administrator's post; empty without codes.",
    unit="persons",
)
licensed_share = _share("Those over all persons with such a licence.")
tier_two_designees = Column(dy.UInt32, "Persons at tier 2 or above of a program that has roles.", unit="persons")
without_role = Column(dy.UInt32, "M32: of these, persons with no role held and no leadership event.", unit="persons")
without_role_share = _share("M32: without a role over designees.")
certificates = Column(
    dy.UInt32,
    "Persons first at a level of the year, in a program that certifies courses or certificates.",
    unit="persons",
)
certificates_without_role = Column(
    dy.UInt32,
    "M33: of these, persons who held no role in the year or the two after; empty until those are on file.",
    unit="persons",
)
certificates_without_role_share = _share("M33: certificates without a role over certificates.")
coachees = Column(dy.UInt32, "Different persons coached or observed by the leader.", unit="persons")
focus_set = Column(dy.UInt32, "Focus areas with a score before and after.", unit="focus areas")
focus_improved = Column(dy.UInt32, "Of these, areas that rose by a level or more.", unit="focus areas")
focus_share = _share("M34: focus areas improved over set.")
lea_p25 = _share("First quartile, by nearest rank, of the share over the district's leaders of the year.")
lea_median = _share("Median of the share over the district's leaders of the year.")
lea_p75 = _share("Third quartile, by nearest rank, of the share over the district's leaders of the year.")
school_leaders = Column(dy.UInt32, "Teacher leaders of record at the school.", unit="persons")
leaders_gained = Column(
    dy.UInt32, "Leaders who led elsewhere or not the year before; empty in the first.", unit="persons"
)
leaders_kept = Column(dy.UInt32, "Leaders who led here the year before too; empty in the first year.", unit="persons")
leaders_lost = Column(
    dy.UInt32, "Last year's leaders here who lead here no more; empty in the first year.", unit="persons"
)
activity_done = Column(dy.UInt32, "Leadership activities done.", unit="events")
activity_due = Column(dy.UInt32, "Leadership activities done or still scheduled.", unit="events")
span_median = _number("M13: median teachers of an evaluator.", unit="teachers per evaluator")
roles_vacant = Column(
    dy.UInt32,
    "Holders of each role fewer than the year before, summed over roles; empty in the first year.",
    unit="positions",
)
training_group = _text("Teacher leaders, or the other teachers of record.", values=v.TRAINING_GROUPS)
training_hours = _number("M36: hours of courses completed.", unit="hours", low=0)
hours_per_person = _number("M36: hours over persons.", unit="hours per person", low=0)
courses_without_hours = Column(dy.UInt32, "Courses completed of which no hours are given.", unit="courses")
last_budget_vote = _date("Last day of a budget vote (`[metrics.sunset] budget_vote`) before the award is over.")
recurring_amount = _money("Program pay of the latest year on the award: what has to be replaced every year.")
paid_programs = Column(dy.UInt32, "Programs that the award pays.", unit="programs")
shock = _text("What happens to the program (RULES M38); `all` is every shock at once.", values=v.SHOCKS)
first_year_broken = Column(
    dy.Int16, "First year in which expected cost exceeds the money; empty when none does.", unit="ending year"
)
gap_that_year = _money("Expected cost less the money of that year.")
leaders_payable = _whole("Leaders whom the money pays in that year, or in the last year looked at.", low=0)
leaders_expected = _number("Leaders expected in that year.", unit="persons", low=0)
grade = _text("A: never breaks; B: after more than five years; C: 3 to 5; D: 1 or 2; F: now.", values=v.GRADES)
phase = _text("Phase of the program in the district.", values=v.PHASES)
goal_measure = _text("What the goal is about: a mart and its column.", values=v.GOAL_MEASURES)
purpose = _text("What the goal is for.")
theory_of_action = _text("Why the program should bring it about.")
baseline = _number("Value from which the goal starts.")
target = _number("Value to be reached; at or above it, or at or below it where it lies below the baseline.")
by_year = Column(dy.Int16, "School year in which it is to be reached.", unit="ending year", low=1990, high=2100)
declared_on = _date("Day on which the goal was declared.")
goal_actual = _number("The measure's value in the year; empty where the mart has none.")
goal_distance = _number("Target less actual.")
goal_reached = _flag("The actual value has reached the target; empty without a value.")
declared_before_start = _flag(
    "Declared before 1 July of the program's first year in the district; empty where it was never adopted."
)
outcome_measure = _text("What the state measures at a school, in its own words.")
outcome_value = _number("The school's value of the measure in the year.")
outcome_students = _whole("Students whom the value is about.", low=0)
outcome_measure_or_none = _text("What is measured (`school_outcomes`); empty where no outcome of the year is on file.")
gaining_schools = Column(
    dy.UInt32, "Schools that gained a first leader of the program in the year and have a match.", unit="schools"
)
matched_schools = Column(dy.UInt32, "Schools without a leader that they are matched with.", unit="schools")
students_measured = Column(
    dy.Int64, "Students whom the values of the gaining schools are about.", unit="students", low=0
)
outcome_change = _number("Mean change of the measure since the year before at the gaining schools.")
matched_change = _number("The same at their matches.")
change_difference = _number("Mean over pairs of change less the match's change: an association, not an effect.")
difference_low = _number("Lower end of the difference's 95 % interval (normal, over pairs); empty for one pair.")
difference_high = _number("Upper end of the difference's 95 % interval; empty for one pair.")
prior_difference = _number(
    "The same difference one year earlier, before there were leaders; empty where no pair has values of that year."
)
has_role = _flag("A leadership role was held, or leadership work done; empty while that is not on file yet.")
