"""Each kind of finding as a step from facts to rows: its kind, whom and what it concerns, and the evidence."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from contracts.keys import PERSON, PROGRAM
from contracts.marts.designation import Designation
from contracts.marts.leadership_role import LeadershipRole
from contracts.marts.leadership_staffing import LeadershipStaffing
from contracts.policy.parameters import Findings
from contracts.policy.terms import ProgramTerms
from contracts.resolved import MartFacts
from contracts.resolved.findings import FindingRows
from contracts.resolved.leaders import Adopted, DesigneesAndRoles, Leaders, LeadershipEvents, LeaderYears
from contracts.resolved.ratings import Ratings
from contracts.resolved.roles import RoleYears
from contracts.resolved.service import Assignments, LeaYears
from contracts.school_year import last_day
from transforms.money import MILLION
from transforms.peak_fte import peak_fte
from transforms.s4_sustain.limits import pay_outside
from transforms.s4_sustain.messages import format_message
from transforms.s4_sustain.terms import program_frame

COLUMNS = ("lea_id", "school_id", "staff_id", "program_id", "school_year")


def _finding(rows: pl.LazyFrame, kind: str | pl.Expr, evidence: pl.Expr) -> dy.LazyFrame[FindingRows]:
    """Rows in the findings' columns; columns that the rows lack are null."""
    have = rows.collect_schema().names()
    columns = [pl.col(name) if name in have else pl.lit(None, pl.String).alias(name) for name in COLUMNS]
    named = pl.lit(kind) if isinstance(kind, str) else kind
    return FindingRows.cast(rows.select(named.alias("kind"), *columns, evidence.cast(pl.String).alias("evidence")))


def role_without_pay(leadership_role: dy.LazyFrame[LeadershipRole]) -> dy.LazyFrame[FindingRows]:
    """A role held for more than half of the days, and no net role pay."""
    evidence_text = format_message("Role {} held for {} days; net role pay 0.00.", "role_code", "days")
    return _finding(leadership_role.filter("role_without_pay"), "role_without_pay", evidence_text)


def pay_without_role(leadership_role: dy.LazyFrame[LeadershipRole]) -> dy.LazyFrame[FindingRows]:
    """Net role pay, and no roster row with the role."""
    role = pl.coalesce("role_code", format_message("of program {}", "program_id"))
    evidence_text = format_message(
        "Role pay of {} for role {}, which no roster row of the year names.", "role_pay", role
    )
    return _finding(leadership_role.filter("pay_without_role"), "pay_without_role", evidence_text)


def low_pay_per_hour(leadership_role: dy.LazyFrame[LeadershipRole]) -> dy.LazyFrame[FindingRows]:
    """Role pay per hour below the state's minimum wage (M09)."""
    low = leadership_role.filter(pl.col("ratio_to_minimum_wage") < 1)
    evidence_text = format_message(
        "Role {} pays {} an hour, {} of the minimum wage.", "role_code", "pay_per_hour", "ratio_to_minimum_wage"
    )
    return _finding(low, "low_pay_per_hour", evidence_text)


def of_designations(designation: dy.LazyFrame[Designation]) -> dy.LazyFrame[FindingRows]:
    """Designation rows whose rule the pack calls a finding; the row's reason is the evidence."""
    found = designation.filter(pl.col("finding").is_not_null())
    return _finding(found, pl.col("finding"), pl.col("reason"))


def out_of_band(programs: Sequence[ProgramTerms], facts: MartFacts) -> dy.LazyFrame[FindingRows]:
    """Role pay outside the pay band that a program sets for the role and year."""
    rows = [
        pay_outside(check, program.program_id, facts)
        .filter("is_outside")
        .with_columns(pl.lit(program.program_id).alias("program_id"))
        for program in programs
        for check in program.compliance
        if check.kind == "pay_within"
    ]
    evidence_text = format_message("Role {} pays {}; its band is {} to {}.", "role_code", "paid", "low", "high")
    found = [_finding(row, "tlr_out_of_band", evidence_text) for row in rows]
    return FindingRows.cast(pl.concat([FindingRows.create_empty(lazy=True), *found]))


def nomination_concentration(leadership: dy.LazyFrame[LeadershipEvents], limits: Findings) -> dy.LazyFrame[FindingRows]:
    """One person makes more than the set share of an LEA's nominations of a year (trap: favouritism)."""
    by_lea = ["lea_id", "school_year"]
    counts = (
        leadership.filter((pl.col("event_type") == "nomination") & pl.col("by_staff_id").is_not_null())
        .group_by(*by_lea, pl.col("by_staff_id").alias("staff_id"))
        .agg(pl.len().alias("made"))
        .with_columns(pl.col("made").sum().over(by_lea).alias("all_made"))
    )
    many = (pl.col("all_made") >= limits.nomination_minimum) & (
        pl.col("made") > pl.col("all_made") * limits.nomination_share
    )
    evidence_text = format_message("Made {} of the district's {} nominations of the year.", "made", "all_made")
    return _finding(counts.filter(many), "nomination_concentration", evidence_text)


def growth_observation_gap(ratings: dy.LazyFrame[Ratings], limits: Findings) -> dy.LazyFrame[FindingRows]:
    """Growth level and observation level differ by the set number of levels or more (TN: outside the acceptable range).

    Growth level: 1 plus the number of index bands reached; observation level: the rounded observation average.
    """
    both = ratings.filter(pl.col("growth_index").is_not_null() & pl.col("observation_average").is_not_null())
    rows = both.with_columns(growth_level(limits).alias("growth"), observation_level().alias("seen"))
    apart = rows.filter((pl.col("growth") - pl.col("seen")).abs() >= limits.growth_gap_levels)
    evidence_text = format_message(
        "Growth is at level {}, observation at level {}, under {}.", "growth", "seen", "rating_system"
    )
    return _finding(apart.drop("school_id"), "growth_observation_gap", evidence_text)


def growth_level(limits: Findings) -> pl.Expr:
    """Level 1 to 5 of a growth index: 1 plus the number of index bands reached."""
    starts = [(pl.col("growth_index") >= start).cast(pl.Int32) for start in limits.growth_level_from]
    return 1 + pl.sum_horizontal(starts)


def observation_level() -> pl.Expr:
    """The rounded observation average."""
    return pl.col("observation_average").round(0, mode="half_away_from_zero").cast(pl.Int32)


def over_fte(assignments: dy.LazyFrame[Assignments], limits: Findings) -> dy.LazyFrame[FindingRows]:
    """A person's concurrent rows, over all LEAs, add up to more than the set FTE on some day (MARTS 1)."""
    person, most = ["staff_id", "school_year"], round(limits.person_fte * MILLION)
    over = peak_fte(assignments, person, most, begin="stay_begin", end="stay_end").filter(pl.col("peak_fte") > most)
    where = assignments.group_by(person).agg(pl.col("lea_id").min())
    highest = over.join(where, on=person)
    held = (pl.col("peak_fte") / MILLION).round(6)
    evidence_text = format_message("Concurrent positions add up to {} FTE on some day.", held)
    return _finding(highest, "over_one_and_a_half_fte", evidence_text)


def thin_evidence(leaders: dy.LazyFrame[Leaders], ratings: dy.LazyFrame[Ratings]) -> dy.LazyFrame[FindingRows]:
    """A leader of a program without a usable rating in that LEA and year."""
    rated = ratings.filter(pl.col("rating_reason").is_null()).select(PERSON).unique()
    why = ratings.group_by(PERSON).agg(pl.col("rating_reason").sort().first())
    lacking = leaders.join(rated, on=PERSON, how="anti").join(why, on=PERSON, how="left")
    reason = pl.col("rating_reason").fill_null("no evaluation row")
    held = pl.col("level").fill_null("a role of the program")
    return _finding(lacking, "thin_evidence", format_message("Holds {} without a usable rating: {}.", held, reason))


def low_teaching_share(
    leader_years: dy.LazyFrame[LeaderYears], role_years: dy.LazyFrame[RoleYears], limits: Findings
) -> dy.LazyFrame[FindingRows]:
    """A leader who, released, teaches less than the set share of the time (trap: less focus on the classroom)."""
    led = role_years.join(leader_years, on=["staff_id", "school_year"], how="semi").filter("is_held")
    low = led.filter(1 - pl.col("release_share") < limits.teaching_share)
    share = (1 - pl.col("release_share")).round(6)
    return _finding(
        low, "low_teaching_share", format_message("Role {} leaves {} of the time for teaching.", "role_code", share)
    )


def admin_license_unused(
    leadership: dy.LazyFrame[LeadershipEvents], lea_years: dy.LazyFrame[LeaYears], limits: Findings
) -> dy.LazyFrame[FindingRows]:
    """Holds an administrator's credential in force on 30 June, and no administrator's post.

    Without codes in `administrator_credentials` there are no such findings.
    """
    unused = licensed(leadership, lea_years, limits).filter(~is_administrator())
    evidence_text = format_message("Holds credential {}; works as {}.", "event_code", "staff_classification")
    return _finding(unused, "admin_license_unused", evidence_text)


def designation_without_role(designees: dy.LazyFrame[DesigneesAndRoles]) -> dy.LazyFrame[FindingRows]:
    """A designee of tier 2 or above of a program with roles who neither held one nor led in any event (M32)."""
    evidence_text = format_message("Holds {}; no leadership role and no leadership event in the year.", "level")
    return _finding(designees.filter(~pl.col("has_role")), "designation_without_role", evidence_text)


def ap_falls_leaders_rise(staffing: dy.LazyFrame[LeadershipStaffing]) -> dy.LazyFrame[FindingRows]:
    """Assistant principals fall while lower-paid leadership rises, two years running (M29)."""
    evidence_text = format_message(
        "Assistant principals fell to {} FTE while coaches ({}) and released leaders ({} FTE) rose, two years running.",
        "ap_fte",
        "coach_fte",
        "released_leader_fte",
    )
    return _finding(staffing.filter("ap_falls_leaders_rise"), "ap_falls_leaders_rise", evidence_text)


def rating_system_mismatch(
    programs: Sequence[ProgramTerms], adopted: dy.LazyFrame[Adopted], ratings: dy.LazyFrame[Ratings]
) -> dy.LazyFrame[FindingRows]:
    """A program in force that reads one rating system, in an LEA-year whose evaluations are all under others.

    One finding per LEA, program and year; a year without any evaluation is a missing file, not a mismatch.
    """
    reads = program_frame(programs).filter(pl.col("rating_system").is_not_null())
    sent = ratings.select("lea_id", "school_year", "rating_system").unique()
    listed = sent.group_by("lea_id", "school_year").agg(pl.col("rating_system").sort().str.join(", ").alias("sent"))
    found = (
        adopted.select(PROGRAM)
        .join(reads.select("program_id", "rating_system"), on="program_id")
        .join(listed, on=["lea_id", "school_year"])
        .join(sent, on=["lea_id", "school_year", "rating_system"], how="anti")
    )
    evidence = format_message("The program reads {}; the district's evaluations are under {}.", "rating_system", "sent")
    return _finding(found, "rating_system_mismatch", evidence)


def is_administrator() -> pl.Expr:
    """The post of record in the LEA is that of a principal or an assistant principal."""
    return pl.col("staff_classification").is_in(["principal", "assistant_principal"])


def licensed(
    leadership: dy.LazyFrame[LeadershipEvents], lea_years: dy.LazyFrame[LeaYears], limits: Findings
) -> pl.LazyFrame:
    """One row per PERSON x code of an administrator's credential in force on 30 June, with school and classification.

    In force from its event until `valid_until`, else until a later failed or denied event of the code (MARTS 1).
    """
    kind = pl.col("event_type").is_in(["credential", "certificate"])
    events = leadership.filter(kind & pl.col("event_code").is_in(list(limits.administrator_credentials)))
    refused = pl.col("outcome").is_in(["failed", "denied"]).fill_null(False)
    positions = lea_years.select(*PERSON, "school_id", "staff_classification")
    june = last_day()
    state = (
        positions.join(
            events.select("staff_id", "event_code", "event_date", "valid_until", refused.alias("refused")),
            on="staff_id",
        )
        .filter(pl.col("event_date") <= june)
        .group_by(*PERSON, "school_id", "staff_classification", "event_code")
        .agg(
            pl.col("refused").sort_by("event_date", "refused").last(),
            pl.col("valid_until").sort_by("event_date", "refused").last(),
        )
    )
    valid = ~pl.col("refused") & (pl.col("valid_until").is_null() | (pl.col("valid_until") >= june))
    return state.filter(valid)
