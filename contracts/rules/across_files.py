"""Rules across the files of a district-year, in a district's words; `s2_resolve/cross_file.py` finds the rows."""

from __future__ import annotations

from contracts.rules.rule import CodedRule

CROSS_FILE_RULES = (
    CodedRule(
        "XFL-001",
        "warn",
        "payroll",
        "Somebody is paid who has no day on the district's roster of the year.",
        "Add the educator to the roster, or check `staff_id` in the payroll.",
        "a pay line of 101, and 101 on the roster from August to June",
        "a pay line of 101, whose only roster row ended on 30 June before the year",
    ),
    CodedRule(
        "XFL-002",
        "warn",
        "evaluation",
        "Somebody is evaluated who has no day on the district's roster of the year.",
        "Add the educator to the roster, or check `staff_id` in the evaluation.",
        "an evaluation of 101, and 101 on the roster until December",
        "an evaluation of 101, and no roster row of 101",
    ),
    CodedRule(
        "XFL-003",
        "warn",
        "evaluation",
        "The evaluator has no day on the district's roster of the year.",
        "Add the evaluator to the roster, or check `evaluator_staff_id`.",
        "evaluator 900, who is on the roster as principal",
        "evaluator 900, who is on no roster row",
    ),
    CodedRule(
        "XFL-004",
        "warn",
        "roster",
        "The educator holds a leadership role but has no role pay.",
        "Check the role in the roster, and the pay codes of the role.",
        "role `mentor` on the roster, 500.00 on the mentors' pay code",
        "role `mentor` on the roster; 500.00 on its code paid in May and taken back in June",
    ),
    CodedRule(
        "XFL-005",
        "warn",
        "payroll",
        "The educator is paid for a role that the roster does not name.",
        "Put the role into `role_code` of the roster, or check the pay code.",
        "500.00 on the mentors' pay code, role `mentor` on the roster",
        "500.00 on the mentors' pay code, no role on the roster",
    ),
    CodedRule(
        "XFL-006",
        "warn",
        "roster",
        "Two districts together claim more than 1.5 full-time positions of one educator.",
        "Agree with the other district on `full_time_equivalency` and the days of the stays.",
        "1.0 in one district and 0.5 in another on the same days",
        "1.0 in one district until 12 June, 0.6 in another from 12 June",
    ),
    CodedRule(
        "XFL-007",
        "error",
        "roster",
        "Two districts use one educator's identifier beside different licences, as if it were two people.",
        "Ask the state which of the two the identifier belongs to, and send the other under their own.",
        "101 in two districts, both with licence L1",
        "101 with licence L1 in one district and L2 in another",
    ),
    CodedRule(
        "XFL-008",
        "warn",
        "leadership",
        "A leadership event is of somebody who has no day on the district's roster of the year.",
        "Add the educator to the roster, or check `staff_id` of the event.",
        "a nomination of 101, who is on the roster",
        "a nomination of 101, who is on no roster row",
    ),
)
