"""Closed vocabularies of the canonical extracts and marts (MARTS section 1, DESIGN section 4)."""

from __future__ import annotations

EXTRACTS = ("evaluation", "roster", "payroll", "leadership")
EXPECTED_EXTRACTS = ("evaluation", "roster", "payroll")  # of every district, every year
TIMELINESS = ("on_time", "late", "missing", "no_due_day")

EVALUATION_STATUSES = ("final", "partial_year_exempt", "nullified", "not_rated", "appealed")
STAFF_CLASSIFICATIONS = ("teacher", "principal", "assistant_principal", "instructional_coach", "other")
DEGREES = ("none", "bachelor", "master", "specialist", "doctorate")
LEADERSHIP_EVENTS = (
    "nomination",
    "application",
    "interest",
    "selection",
    "peer_review",
    "portfolio_review",
    "course_completed",
    "certificate",
    "credential",
    "bonus_offer",
    "bonus_acceptance",
    "coaching_session",
    "observation",
    "team_meeting",
    "training_delivered",
    "requalification_evidence",
)
EVENT_OUTCOMES = ("approved", "denied", "passed", "failed", "accepted", "declined", "completed", "scheduled")

PAY_TYPES = ("base", "stipend", "hourly", "bonus", "benefit", "other", "unknown")
ROLE_PAY_TYPES = ("stipend", "hourly", "bonus")
STREAMS = (
    "local_general",
    "state_formula",
    "title_i",
    "title_ii_a",
    "other_federal_formula",
    "competitive_federal",
    "state_grant",
    "philanthropic",
    "time_limited_levy",
    "unknown",
)
UNSTATED = "unstated"  # a part of a program's cost of which nobody says who pays it
FUNDING_STREAMS = (*STREAMS, UNSTATED)
SOFT_STREAMS = ("competitive_federal", "philanthropic", "time_limited_levy")

DESIGNATION_STATUSES = (
    "entered",
    "earned",
    "held",
    "renewed",
    "lapsed",
    "ended",
    "pending",
    "declined",
    "not_eligible",
    "not_configured",
)
STATUSES_WITH_LEVEL = ("entered", "earned", "held", "renewed")
VISIBILITIES = ("registry", "open_role", "confidential")
NEXT_YEAR_OUTCOMES = (
    "stay_school",
    "move_school",
    "move_lea",
    "leave_teaching",
    "left_state_schools",
    "outcome_unknown",
)
FINANCE_KINDS = ("training", "administration", "release", "recurring_revenue", "match")
OFFSET_KINDS = (
    "vacancy_converted",
    "coach_position_not_filled",
    "assistant_principal_position_not_filled",
    "lane_step_payment_replaced",
    "professional_development_contract_replaced",
    "other",
)
SEVERITIES = ("fatal", "error", "warn")
METRIC_STATUSES = (
    "ok",
    "not_configured",
    "not_enough_data",
    "zero_denominator",
    "no_schedule",
    "no_base_pay",
    "beyond_horizon",
    "not_latest_year",
    "not_applicable",
    "partly_known",
)
ANSWERS = ("yes", "no", "not_enough_data", "not_applicable")
RETENTION_GROUPS = ("leaders", "others", "top_rated")
ACTIVITY_MEASURES = ("observation", "coaching_session", "team_meeting", "training_delivered", "focus_improved")
ACTIVITY_KINDS = ("output", "outcome")
MONITORS = (
    "top_lost_by_poverty",
    "top_lost_by_reason",
    "top_to_other_post",
    "nominees_by_experience",
    "nominees_by_poverty",
    "nominees_by_rating",
    "pupils_per_teacher",
)
EXCEPTION_KINDS = (
    "role_without_pay",
    "pay_without_role",
    "ineligible_role_holder",
    "role_after_failed_requalification",
    "tlr_conflict",
    "tlr_out_of_band",
    "nomination_concentration",
    "growth_observation_gap",
    "over_one_and_a_half_fte",
    "low_pay_per_hour",
    "thin_evidence",
    "low_teaching_share",
    "admin_license_unused",
    "designation_without_role",
    "ap_falls_leaders_rise",
    "rating_system_mismatch",
)
SURVIVAL_GROUPS = ("leaders", "others", "all")
TRAINING_GROUPS = ("leaders", "others")
SHOCKS = ("grant_ends", "cola_rises", "attrition_falls", "enrolment_falls", "appropriation_falls", "all")
GRADES = ("A", "B", "C", "D", "F")
PHASES = ("pilot", "expanding", "systemic", "ended")
PROGRAM_STATUSES = ("in_force", "not_in_force")
ADOPTED_BEFORE = "adopted_before_program"  # compliance: adopted years that a sourced first year excludes
GOAL_MEASURES = (
    "coverage.coverage",
    "program_comparison.designees",
    "program_comparison.share_of_teachers",
    "program_comparison.stability",
    "sustainability.leaders",
    "sustainability.program_cost",
    "sustainability.cost_per_leader",
    "sustainability.net_cost",
    "sustainability.recurring_coverage",
    "sustainability.role_based_share",
    "sustainability.increment_depth",
    "unused_designation.share",
    "unused_designation.share_without_role",
)
