"""What compliance rules measure: shares of teachers, spending, team sizes, pay bands."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_SCHOOL, PERSON
from contracts.policy.terms import ComplianceCheck
from contracts.resolved import MartFacts
from contracts.resolved.findings import Measured, RolePayBands
from transforms.money import cents, ratio
from transforms.s4_sustain.leaders import has_tier


def _holders(check: ComplianceCheck, program_id: str, facts: MartFacts) -> pl.LazyFrame:
    """Designees of the program at the check's levels, with the school of record in the LEA."""
    rows = facts["designation"].filter((pl.col("program_id") == program_id) & has_tier())
    if check.levels:
        rows = rows.filter(pl.col("level").is_in(list(check.levels)))
    record = facts["lea_years"].select(*PERSON, "school_id")
    return rows.select(*PERSON, "level", "amount").join(record, on=PERSON)


def share_of_teachers(check: ComplianceCheck, program_id: str, facts: MartFacts) -> dy.LazyFrame[Measured]:
    """Designees over teachers, heads, by school of record or LEA: lea_id, school_year, school_id, value.

    Schools: those on the check's partner list, else those with a designee of the program.
    """
    by = LEA_SCHOOL if check.scope == "school" else LEA_SCHOOL[:2]
    held = _holders(check, program_id, facts)
    teachers = facts["lea_years"].filter("is_teacher").group_by(by).agg(pl.len().alias("teachers"))
    counted = teachers.join(held.group_by(by).agg(pl.len().alias("held")), on=by, how="left")
    if check.scope == "lea":
        counted = counted.with_columns(pl.lit(None, pl.String).alias("school_id"))
    elif check.partner_list is not None:
        counted = counted.join(_partners(check.partner_list, facts), on=["school_id", "school_year"], how="semi")
    else:
        anyone = _holders(check.model_copy(update={"levels": ()}), program_id, facts)
        counted = counted.join(anyone, on=LEA_SCHOOL, how="semi")
    return counted.select(*LEA_SCHOOL, ratio(pl.col("held").fill_null(0), pl.col("teachers")).alias("value")).pipe(
        Measured.cast
    )


def spent_share(check: ComplianceCheck, program_id: str, facts: MartFacts) -> dy.LazyFrame[Measured]:
    """Pay on the program's codes over what the program grants its designees, by campus: the pay line's school, else the
    school of record. Null where a designee's grant is not known.
    """
    record = facts["lea_years"].select(*PERSON, pl.col("school_id").alias("record_school_id"))
    spent = (
        facts["pay"]
        .filter(pl.col("program_id") == program_id)
        .join(record, on=PERSON, how="left")
        .group_by("lea_id", "school_year", pl.coalesce("school_id", "record_school_id").alias("school_id"))
        .agg(pl.col("cents").sum().alias("spent"))
    )
    granted = (
        _holders(check, program_id, facts)
        .group_by(LEA_SCHOOL)
        .agg(pl.col("amount").pipe(cents).sum().alias("granted"), pl.col("amount").is_null().any().alias("unknown"))
    )
    return (
        granted.join(spent, on=LEA_SCHOOL, how="left")
        .select(
            *LEA_SCHOOL,
            pl.when(~pl.col("unknown")).then(ratio(pl.col("spent").fill_null(0), pl.col("granted"))).alias("value"),
        )
        .pipe(Measured.cast)
    )


def team_outside(check: ComplianceCheck, program_id: str, facts: MartFacts) -> dy.LazyFrame[Measured]:
    """Designees whose team (`supervisor_staff_id`, heads) is smaller than `low` or larger than `high`, by school."""
    team = (
        facts["assignments"]
        .filter(pl.col("supervisor_staff_id").is_not_null())
        .select("lea_id", "school_year", pl.col("supervisor_staff_id").alias("leader"), "staff_id")
        .unique()
        .group_by("lea_id", "school_year", pl.col("leader").alias("staff_id"))
        .agg(pl.len().alias("team"))
    )
    size = pl.col("team").fill_null(0)
    low, high = check.low if check.low is not None else 0.0, check.high if check.high is not None else float("inf")
    return (
        _holders(check, program_id, facts)
        .join(team, on=PERSON, how="left")
        .group_by(LEA_SCHOOL)
        .agg((~size.is_between(low, high)).sum().cast(pl.Float64).alias("value"))
        .pipe(Measured.cast)
    )


def pay_outside(check: ComplianceCheck, program_id: str, facts: MartFacts) -> dy.LazyFrame[RolePayBands]:
    """Role holders of the check's bands in years with a band: PERSON, role_code, `paid`, `low`, `high`, `is_outside`.

    From `by_share_from` on, the band shrinks with the share of the responsibility held (`release_share`, where given).
    """
    schema = {"role_code": pl.String, "school_year": pl.Int16, "low": pl.Float64, "high": pl.Float64}
    bands = [
        (role, year, band.low, band.high)
        for role, years in sorted(check.bands.items())
        for year, band in sorted(years.items())
    ]
    shared = pl.col("school_year") >= (check.by_share_from if check.by_share_from is not None else 9999)
    part = pl.when(shared & (pl.col("release_share") > 0)).then("release_share").otherwise(1.0)
    paid = facts["role_pay"].select(*PERSON, "role_code", (pl.col("cents") / 100).round(2).alias("paid"))
    return (
        facts["role_years"]
        .filter("is_held")
        .join(pl.LazyFrame(bands, schema=schema, orient="row"), on=["role_code", "school_year"])
        .join(paid, on=[*PERSON, "role_code"], how="left")
        .with_columns(pl.col("paid").fill_null(0.0), pl.col("low") * part, pl.col("high") * part)
        .select(
            *PERSON,
            "role_code",
            "paid",
            "low",
            "high",
            (~pl.col("paid").is_between(pl.col("low"), pl.col("high"))).alias("is_outside"),
        )
        .pipe(RolePayBands.cast)
    )


def _partners(name: str, facts: MartFacts) -> pl.LazyFrame:
    """Schools that carry the name in `partner_lists`."""
    listed = pl.col("partner_lists").fill_null("").str.split(";").list.eval(pl.element().str.strip_chars())
    return facts["schools"].filter(listed.list.contains(name)).select("school_id", "school_year")
