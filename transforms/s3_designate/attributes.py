"""Columns of an educator-year that packs can ask for by name; each is made only where a pack uses it.

Every maker takes the evidence, the pack and its grid (one row per lea_id x staff_id x school_year) and returns the grid
with its column.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from contracts.policy.packs import Pack
from transforms.money import MILLION, millionths
from transforms.s3_designate.event_conditions import events_of
from transforms.s3_designate.evidence import KEY, Evidence

PERSON = ["lea_id", "staff_id"]
WHOLE_FTE = MILLION - 10  # three thirds of a position make one
CREDITABLE = ((0.5, 180), (1.0, 90))  # RULES 1.4: half of the day for 180 days, or the whole day for 90
Maker = Callable[[Evidence, Pack, pl.LazyFrame], pl.LazyFrame]


def full_time_day(evidence: Evidence, pack: Pack, panel: pl.LazyFrame) -> pl.LazyFrame:
    """Concurrent teacher rows make 1.0 FTE or more on some day (MARTS 5, Denver v1)."""
    teacher_lf = evidence.assignments.filter(pl.col("staff_classification") == "teacher").with_columns(
        parts=millionths(pl.col("full_time_equivalency"))
    )
    begins_lf = teacher_lf.select(*KEY, "parts", day="stay_begin")
    ends_lf = teacher_lf.select(*KEY, -pl.col("parts"), day=pl.col("stay_end") + pl.duration(days=1))
    full_lf = (
        pl.concat([begins_lf, ends_lf])
        .group_by(*KEY, "day")
        .agg(pl.col("parts").sum())
        .with_columns(pl.col("parts").cum_sum().over(KEY, order_by="day"))
        .group_by(KEY)
        .agg(full_time_day=pl.col("parts").max() >= WHOLE_FTE)
    )
    return panel.join(full_lf, on=KEY, how="left", maintain_order="left")


def years_on_roster(evidence: Evidence, pack: Pack, panel: pl.LazyFrame) -> pl.LazyFrame:
    """Years on the LEA's rosters up to t, gaps allowed, or years since hire_date where that is more."""
    return _years(panel, pl.col("school_year").is_not_null(), "years_on_roster")


def years_as_teacher(evidence: Evidence, pack: Pack, panel: pl.LazyFrame) -> pl.LazyFrame:
    """The same, counting years as a teacher."""
    return _years(panel, pl.col("is_teacher").cast(pl.Int32), "years_as_teacher")


def _years(panel: pl.LazyFrame, one: pl.Expr, name: str) -> pl.LazyFrame:
    hired = pl.col("hire_date").dt.year() + (pl.col("hire_date").dt.month() >= 7).cast(pl.Int32)
    since = pl.col("school_year").cast(pl.Int32) - hired + 1  # the year of hiring is year one
    count = one.cast(pl.Int32).cum_sum().over(PERSON, order_by="school_year")
    return panel.with_columns(pl.max_horizontal(count, since).cast(pl.Float64).alias(name))


def years_in_role(evidence: Evidence, pack: Pack, panel: pl.LazyFrame) -> pl.LazyFrame:
    """Years before t in which any leadership role was held in the LEA."""
    held_lf = evidence.roles.filter("is_held").select(KEY).unique().with_columns(in_role=pl.lit(1))
    with_lf = panel.join(held_lf, on=KEY, how="left", maintain_order="left").with_columns(
        pl.col("in_role").fill_null(0)
    )
    before = pl.col("in_role").cum_sum().over(PERSON, order_by="school_year") - pl.col("in_role")
    return with_lf.with_columns(years_in_role=before.cast(pl.Float64)).drop("in_role")


def team_size(evidence: Evidence, pack: Pack, panel: pl.LazyFrame) -> pl.LazyFrame:
    """Teachers of the LEA whose `supervisor_staff_id` names the educator in t; 0 when none does."""
    return panel.join(evidence.teams, on=KEY, how="left", maintain_order="left").with_columns(
        pl.col("team_size").fill_null(0.0)
    )


def teaching_share(evidence: Evidence, pack: Pack, panel: pl.LazyFrame) -> pl.LazyFrame:
    """1 - release_share of the pack's roles (the largest release; none given = no release); 1 without such a role."""
    role_lf = (
        evidence.roles.filter(pl.col("role_code").is_in(list(pack.roles)))
        .group_by(KEY)
        .agg(teaching_share=1 - pl.col("release_share").max())
    )
    return panel.join(role_lf, on=KEY, how="left", maintain_order="left").with_columns(
        pl.col("teaching_share").fill_null(1.0)
    )


def same_school(evidence: Evidence, pack: Pack, panel: pl.LazyFrame) -> pl.LazyFrame:
    """The school of record in the LEA is that of t-1. The grid is sorted by its key."""
    same = pl.all_horizontal([pl.col(name) == pl.col(name).shift(1) for name in (*PERSON, "school_id")])
    unbroken = same & (pl.col("school_year").shift(1) == pl.col("school_year") - 1)
    return panel.with_columns(same_school=unbroken.fill_null(False))


def of_record(evidence: Evidence, pack: Pack, panel: pl.LazyFrame) -> pl.LazyFrame:
    """The LEA is the educator's LEA of record in t."""
    record_lf = evidence.record.select("staff_id", "school_year", record_lea="lea_id")
    return (
        panel.join(record_lf, on=["staff_id", "school_year"], how="left", maintain_order="left")
        .with_columns(of_record=(pl.col("record_lea") == pl.col("lea_id")).fill_null(False))
        .drop("record_lea")
    )


def paid_here(evidence: Evidence, pack: Pack, panel: pl.LazyFrame) -> pl.LazyFrame:
    """The LEA is the one of record on the day of the award: most FTE that day, then the lowest id. The award is the
    pack's `award` event of t, else the first day of service in t. Where that LEA has no program, the one of the year.
    """
    year = ["staff_id", "school_year"]
    day_lf = evidence.service.group_by(year).agg(award_day=pl.col("stay_begin").min())
    if pack.award is not None:
        events_lf = events_of(evidence, pack, pack.award).group_by(year).agg(event_day=pl.col("event_date").min())
        day_lf = day_lf.join(events_lf, on=year, how="left")
        day_lf = day_lf.select(*year, award_day=pl.coalesce("event_day", "award_day"))
    award_lf = (
        day_lf.join(evidence.service, on=year)
        .filter(pl.col("award_day").is_between(pl.col("stay_begin"), pl.col("stay_end")))
        .group_by(*year, award_lea="lea_id")
        .agg(fte=millionths(pl.col("full_time_equivalency")).sum())
        .sort(*year, "fte", "award_lea", descending=[False, False, True, False])
        .unique(year, keep="first", maintain_order=True)
    )
    there = ((pl.col("award_lea") == pl.col("lea_id")) & pl.col("in_force")).fill_null(False)
    return (
        of_record(evidence, pack, panel)
        .join(award_lf.drop("fte"), on=year, how="left", maintain_order="left")
        .with_columns(paid_here=pl.when(there.any().over(year)).then(there).otherwise("of_record"))
        .drop("award_lea")
    )


def february_teacher(evidence: Evidence, pack: Pack, panel: pl.LazyFrame) -> pl.LazyFrame:
    """A teacher row of the LEA covers the last Friday of February of t."""
    last = pl.date(pl.col("school_year").cast(pl.Int32), 3, 1) - pl.duration(days=1)
    friday = last - pl.duration(days=(last.dt.weekday().cast(pl.Int32) + 2) % 7)
    there_lf = (
        evidence.assignments.filter(pl.col("staff_classification") == "teacher")
        .filter(friday.is_between(pl.col("stay_begin"), pl.col("stay_end")))
        .select(KEY)
        .unique()
        .with_columns(february_teacher=pl.lit(True))
    )
    return panel.join(there_lf, on=KEY, how="left", maintain_order="left").with_columns(
        pl.col("february_teacher").fill_null(False)
    )


def creditable(evidence: Evidence, pack: Pack, panel: pl.LazyFrame) -> pl.LazyFrame:
    """Some roster row makes a creditable year; true where no row gives days in service, for then it is not tested."""
    days, share = pl.col("days_in_service"), pl.col("full_time_equivalency")
    enough = pl.any_horizontal([(share >= part) & (days >= least) for part, least in CREDITABLE])
    year_lf = evidence.assignments.group_by(KEY).agg(creditable=enough.any() | days.is_null().all())
    return panel.join(year_lf, on=KEY, how="left", maintain_order="left")


MAKERS: dict[str, Maker] = {
    "full_time_day": full_time_day,
    "years_on_roster": years_on_roster,
    "years_as_teacher": years_as_teacher,
    "years_in_role": years_in_role,
    "team_size": team_size,
    "teaching_share": teaching_share,
    "same_school": same_school,
    "of_record": of_record,
    "paid_here": paid_here,
    "february_teacher": february_teacher,
    "creditable": creditable,
}
