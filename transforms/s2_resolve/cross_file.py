"""Cross-file rules: what only shows when all extracts of a district-year lie side by side (DESIGN section 6).

Every rule is one function from the accepted statewide tables to the rows it is about, and changes nothing: designation,
role and pay are three tables, and where they do not fit is a finding. A rule asks only where both sides were sent: a
district-year without a roster has no payroll "for nobody on the roster". The gap between growth and observation, and
low or high pay of roles, are findings of the mart `exceptions`.
"""

from __future__ import annotations

from collections.abc import Callable

import dataframely as dy
import polars as pl

from contracts.keys import LEA_YEAR, PERSON
from contracts.resolved.findings import CrossFileFindings, RuleCounts
from contracts.resolved.others import Arrived
from contracts.rules import CROSS_FILE_RULES
from contracts.tables import Tables
from transforms.money import MILLION, money_from_cents
from transforms.peak_fte import FULL_AND_A_HALF, peak_fte
from transforms.s2_resolve.district_years import arrived, in_year
from transforms.s2_resolve.pay import PLACE, is_role_pay


def findings(tables: Tables, others: Arrived | None = None) -> dy.LazyFrame[CrossFileFindings]:
    """One row per rule and row of an extract that it is about, in a fixed order.

    `others`: facts of the whole state, where the tables are a set of educators'; without, the tables are the state.
    """
    facts = others if others is not None else arrived(tables["roster"], tables["pay_sums"])
    found = [
        FINDERS[rule.rule_id](tables, facts)
        .with_columns(rule_id=pl.lit(rule.rule_id), severity=pl.lit(rule.severity), extract=pl.lit(rule.about))
        .pipe(CrossFileFindings.cast)
        for rule in CROSS_FILE_RULES
    ]
    return CrossFileFindings.cast(pl.concat(found).sort(CrossFileFindings.column_names(), nulls_last=True))


def with_cross_file(
    rule_counts: dy.LazyFrame[RuleCounts], found: dy.LazyFrame[CrossFileFindings]
) -> dy.LazyFrame[RuleCounts]:
    """The counts of row rules (see `build_data_quality`) and those of the cross-file rules below them.

    A cross-file rule has a row for each submission in force of the extract that it is about, broken or not.
    """
    what = ["lea_id", "extract", "school_year"]
    rules = pl.LazyFrame(
        [(rule.rule_id, rule.severity, rule.about) for rule in CROSS_FILE_RULES],
        schema=["rule_id", "severity", "extract"],
        orient="row",
    )
    failed = found.group_by(*what, "rule_id").agg(failed=pl.len())
    asked = rule_counts.select(*what, "rows", "submitted_at").unique().join(rules, on="extract")
    counted = asked.join(failed, on=[*what, "rule_id"], how="left").with_columns(
        pl.col("failed").fill_null(0), answered=pl.lit(0), footnote=pl.lit(None)
    )
    return RuleCounts.cast(pl.concat([rule_counts, counted.pipe(RuleCounts.cast)]))


def _unlisted(rows: pl.LazyFrame, facts: Arrived, person: str = "staff_id") -> pl.LazyFrame:
    """Rows whose `person` is on no roster of a district-year that has sent one."""
    listed = facts["listed"].rename({"staff_id": person})
    asked = rows.filter(pl.col(person).is_not_null()).join(_sent(facts, "roster"), on=LEA_YEAR, how="semi")
    return asked.join(listed, on=[*LEA_YEAR, person], how="anti")


def _sent(facts: Arrived, extract: str) -> pl.LazyFrame:
    """The district-years that have sent an extract."""
    return facts["sent"].filter(pl.col("extract") == extract).select(LEA_YEAR)


def paid_but_not_on_roster(tables: Tables, facts: Arrived) -> pl.LazyFrame:
    """Payroll for nobody on the roster, one row per educator: the first of their lines."""
    sums = _unlisted(tables["pay_sums"], facts)
    first = sums.group_by(PERSON).agg(pl.col(PLACE).sort_by(PLACE).first(), pl.col("lines").sum())
    return first.with_columns(evidence=_evidence(pl.col("lines"), " pay lines, no day on the roster of the year"))


def rated_but_not_on_roster(tables: Tables, facts: Arrived) -> pl.LazyFrame:
    """An evaluation for nobody on the roster."""
    rows = _unlisted(tables["evaluation"], facts)
    return rows.with_columns(evidence=_evidence("evaluated under ", pl.col("rating_system"), ", no day on the roster"))


def evaluator_not_employed(tables: Tables, facts: Arrived) -> pl.LazyFrame:
    """An evaluation by somebody who is not on the district's roster of the year."""
    rows = _unlisted(tables["evaluation"], facts, "evaluator_staff_id")
    return rows.with_columns(
        evidence=_evidence("evaluator ", pl.col("evaluator_staff_id"), " has no day on the roster")
    )


def event_of_nobody_on_roster(tables: Tables, facts: Arrived) -> pl.LazyFrame:
    """A leadership event of somebody who is not on the district's roster of the year."""
    rows = _unlisted(tables["leadership"], facts)
    return rows.with_columns(evidence=_evidence(pl.col("event_type"), " of somebody with no day on the roster"))


def _role_pay(tables: Tables) -> pl.LazyFrame:
    """Pay sums of role pay, with the `role` that their code names."""
    named = tables["pay_codes"].filter(is_role_pay()).select("lea_id", "pay_code", role="role_code")
    return tables["pay_sums"].join(named, on=["lea_id", "pay_code"])


def role_without_pay(tables: Tables, facts: Arrived) -> pl.LazyFrame:
    """A leadership role on the roster and no net role pay, in a district-year that has sent payroll."""
    paid = _role_pay(tables).group_by(PERSON).agg(pl.col("cents").sum()).filter(pl.col("cents") != 0)
    held = tables["roster"].filter(in_year(), pl.col("role_code").is_not_null())
    rows = held.join(_sent(facts, "payroll"), on=LEA_YEAR, how="semi").join(paid, on=PERSON, how="anti")
    return rows.with_columns(evidence=_evidence("role ", pl.col("role_code"), " on the roster, no net role pay"))


def pay_without_role(tables: Tables, facts: Arrived) -> pl.LazyFrame:
    """Net pay on a code that names a role, and no such role on the roster; one row per educator and role."""
    held = tables["roster"].filter(in_year(), pl.col("role_code").is_not_null()).select(*PERSON, role="role_code")
    sums = _role_pay(tables).filter(pl.col("role").is_not_null()).join(_sent(facts, "roster"), on=LEA_YEAR, how="semi")
    paid = sums.group_by(*PERSON, "role").agg(pl.col("cents").sum(), pl.col(PLACE).sort_by(PLACE).first())
    rows = paid.filter(pl.col("cents") != 0).join(held.unique(), on=[*PERSON, "role"], how="anti")
    return rows.with_columns(
        evidence=_evidence(
            "paid ", money_from_cents(pl.col("cents")), " for role ", pl.col("role"), ", not on the roster"
        )
    )


def claimed_beyond_full_time(tables: Tables, facts: Arrived) -> pl.LazyFrame:
    """Two districts or more claim an educator for more than 1.5 FTE on some day of the year."""
    who = ["school_year", "staff_id"]
    several = pl.col("lea_id").n_unique().over(who) > 1
    assignments = tables["roster"].filter(in_year()).filter(several)
    over = peak_fte(assignments, who, FULL_AND_A_HALF).filter(pl.col("peak_fte") > FULL_AND_A_HALF)
    rows = assignments.join(over, on=who)
    return rows.with_columns(
        evidence=_evidence("all districts together claim ", (pl.col("peak_fte") / MILLION).round(3), " FTE on one day")
    )


def one_id_two_people(tables: Tables, facts: Arrived) -> pl.LazyFrame:
    """One `staff_id` beside different licences in different districts of a year: two people under one identifier."""
    who = ["school_year", "staff_id"]
    licensed = tables["roster"].filter(pl.col("license_id").is_not_null())
    several = pl.col("license_id").min().over(who) != pl.col("license_id").max().over(who)
    rows = licensed.filter(several, pl.col("lea_id").n_unique().over(who) > 1)
    return rows.with_columns(evidence=pl.lit("another district has this identifier beside another licence"))


def _evidence(*parts: str | pl.Expr) -> pl.Expr:
    return pl.concat_str([pl.lit(p) if isinstance(p, str) else p.cast(pl.String) for p in parts])


# Who finds the rows of a rule of the catalogue: rows of its extract, with PERSON, PLACE and `evidence`.
FINDERS: dict[str, Callable[[Tables, Arrived], pl.LazyFrame]] = {
    "XFL-001": paid_but_not_on_roster,
    "XFL-002": rated_but_not_on_roster,
    "XFL-003": evaluator_not_employed,
    "XFL-004": role_without_pay,
    "XFL-005": pay_without_role,
    "XFL-006": claimed_beyond_full_time,
    "XFL-007": one_id_two_people,
    "XFL-008": event_of_nobody_on_roster,
}
