"""Findings of the mart `exceptions` by kind: a question to ask of a district, not an error in its data.

`s4_sustain/findings.py` finds the rows; the four kinds of packs (`finding:` of a rule) come from `s3_designate`.
"""

from __future__ import annotations

from contracts.rules.rule import CodedRule


def _finding(kind: str, message: str, fix: str, passes: str, fails: str) -> CodedRule:
    return CodedRule(kind, "warn", "exceptions", message, fix, passes, fails)


FINDINGS = (
    _finding(
        "role_without_pay",
        "A role is held for more than half of the days of the year, and no net role pay is booked.",
        "Ask whether the role is unpaid, or its pay stands on a code that names no role.",
        "a role for 200 of 365 days, 500.00 of role pay",
        "a role for 200 of 365 days, role pay 0.00",
    ),
    _finding(
        "pay_without_role",
        "Net role pay is booked, and no roster row of the year names the role.",
        "Ask whether the roster lacks the role, or the pay code names the wrong one.",
        "role pay 500.00, the role on one roster row",
        "role pay 500.00, the role on no roster row",
    ),
    _finding(
        "ineligible_role_holder",
        "A role is held by somebody who does not meet what the program asks of its holders.",
        "Ask which rule the district appointed by; the evidence names the rule that is not met.",
        "a holder whose rating is the asked one",
        "a holder whose rating is one band below the asked one",
    ),
    _finding(
        "role_after_failed_requalification",
        "A role is held after a requalification that failed.",
        "Ask whether the district has let the role run on, or the result is not yet final.",
        "requalification passed, the role held on",
        "requalification failed, the role held in the next year",
    ),
    _finding(
        "tlr_conflict",
        "Two payments are held together that the program does not allow together.",
        "Ask which of the two is meant; the evidence names both.",
        "a payment for one responsibility of the year",
        "two payments of which the program allows one at a time",
    ),
    _finding(
        "tlr_out_of_band",
        "The pay of a role lies outside the band that the program sets for it.",
        "Ask whether part of the year was paid, or the band of another year was used.",
        "paid exactly the lowest value of the band",
        "paid one cent less than the lowest value of the band",
    ),
    _finding(
        "nomination_concentration",
        "One person makes more than the set share of a district's nominations of the year (half, of ten or more).",
        "Ask how nominations are made, and whether others may make them.",
        "5 of 10 nominations by one person",
        "6 of 10 nominations by one person",
    ),
    _finding(
        "growth_observation_gap",
        "The level of growth and the level of observation lie the set number of levels apart or more (three).",
        "Ask how the observation was made, and from which pupils the growth.",
        "growth level 5, observation 3",
        "growth level 5, observation 2",
    ),
    _finding(
        "over_one_and_a_half_fte",
        "The rows of one person add up to more than the set FTE on some day (1.5).",
        "Ask which of the rows ended, or is held in part only.",
        "1.0 and 0.5 on the same day",
        "1.0 and 0.6 on the same day",
    ),
    _finding(
        "low_pay_per_hour",
        "Role pay for each hour is below the state's minimum wage.",
        "Ask whether the hours or the pay are for a part of the year only.",
        "15.00 an hour, minimum wage 15.00",
        "14.99 an hour, minimum wage 15.00",
    ),
    _finding(
        "thin_evidence",
        "A leader of a program has no usable rating in the district and year.",
        "Ask for the evaluation; the evidence says why there is none.",
        "a level held, the evaluation final",
        "a level held, the evaluation nullified",
    ),
    _finding(
        "low_teaching_share",
        "A leader who is released teaches less than the set share of the time (30 %).",
        "Ask whether the role still belongs to a teacher.",
        "released for 0.70 of the time",
        "released for 0.71 of the time",
    ),
    _finding(
        "admin_license_unused",
        "Somebody holds an administrator's credential in force on 30 June, and no administrator's post.",
        "Ask whether the district knows of the candidate.",
        "credential valid until 29 June, works as teacher",
        "credential valid until 30 June, works as teacher",
    ),
    _finding(
        "designation_without_role",
        "A designee of tier 2 or above neither held a role of the program nor led in any event of the year.",
        "Ask whether the designation is used, or the role and events were not sent.",
        "a level of tier 2, and one mentoring event",
        "a level of tier 2, no role and no event",
    ),
    _finding(
        "ap_falls_leaders_rise",
        "Assistant principals fall while coaches and released leaders rise, two years running.",
        "Ask whether leaders do an assistant principal's work for less pay.",
        "assistant principals fall in one year and stay in the next",
        "assistant principals fall in two years running, coaches and released leaders rise in both",
    ),
    _finding(
        "rating_system_mismatch",
        "A program in force reads a rating system under which the district sent no evaluation of the year.",
        "Ask which is right, the adoption or the rating system of the file; nobody gets a level until then.",
        "a program that reads dcps_impact, evaluations under dcps_impact",
        "a program that reads dcps_impact, evaluations under t_tess",
    ),
)
