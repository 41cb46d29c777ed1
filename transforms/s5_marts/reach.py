"""Mart `reach`: the students and teachers whom leaders reach (M24)."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PERSON, PROGRAM
from contracts.marts.reach import Reach
from contracts.resolved.costs import Costs
from contracts.resolved.leaders import Leaders, LeadershipEvents, LeadersInRoles, ProgramRoles, StudentsReached
from contracts.resolved.roles import RoleYears
from contracts.resolved.service import Assignments
from transforms.money import money, rate, ratio

GROUP = ["lea_id", "program_id", "role_code", "school_year"]
COACHING, TRAINING = ("coaching_session", "observation"), ("training_delivered",)
UNDONE = ("scheduled", "denied", "failed", "declined")
NO_ROLE = "none"


def build_reach(
    leaders: dy.LazyFrame[Leaders],
    role_years: dy.LazyFrame[RoleYears],
    role_lf: dy.LazyFrame[ProgramRoles],
    assignments: dy.LazyFrame[Assignments],
    leadership: dy.LazyFrame[LeadershipEvents],
    costs: dy.LazyFrame[Costs],
) -> dy.LazyFrame[Reach]:
    """One row per lea_id x program_id x role_code x school_year with leaders; `none` stands for no role (MARTS 3;
    metrics 7).

    `students_reached`: students of the leaders and of their teams (`supervisor_staff_id`), each person's once; null
    where no row counts students. Coached and trained: distinct counterparts of events that took place, and where an
    event names none, its quantity. `cost_per_teacher_trained`: the group's part of M03, by leaders, over teachers
    trained.
    """
    led = leaders_in_roles(leaders, role_years, role_lf)
    heads = led.group_by(GROUP).agg(pl.len().alias("leaders"))
    coached = _reached(led, leadership, COACHING).rename({"reached": "teachers_coached"})
    trained = _reached(led, leadership, TRAINING).rename({"reached": "teachers_trained", "actors": "trainers"})
    counted = ["teachers_coached", "teachers_trained", "trainers"]
    spent = costs.select(*PROGRAM, "cost", "cost_status", pl.col("leaders").alias("all_leaders"))
    return (
        heads.join(students_reached(led, assignments), on=GROUP, how="left")
        .join(coached.drop("actors"), on=GROUP, how="left")
        .join(trained, on=GROUP, how="left")
        .join(spent, on=PROGRAM, how="left")
        .with_columns(pl.col(counted).fill_null(0))
        .with_columns(
            rate(ratio(pl.col("teachers_trained"), pl.col("trainers"))).alias("trained_per_trainer"),
            money(ratio(pl.col("cost") * pl.col("leaders") / pl.col("all_leaders"), pl.col("teachers_trained"))).alias(
                "cost_per_teacher_trained"
            ),
            pl.when(pl.col("cost_status") != "ok")
            .then("cost_status")
            .when(pl.col("teachers_trained") == 0)
            .then(pl.lit("zero_denominator"))
            .otherwise(pl.lit("ok"))
            .alias("cost_status"),
        )
        .pipe(Reach.cast)
    )


def leaders_in_roles(
    leaders: dy.LazyFrame[Leaders], role_years: dy.LazyFrame[RoleYears], role_lf: dy.LazyFrame[ProgramRoles]
) -> dy.LazyFrame[LeadersInRoles]:
    """Leaders (PROGRAM x staff_id) with `role_code`: the program's own role they hold longest, else `none`."""
    own = role_years.join(role_lf.select("program_id", "role_code"), on="role_code")
    longest = (
        own.sort(*PERSON, "program_id", -pl.col("role_days"), "role_code")
        .unique([*PERSON, "program_id"], keep="first", maintain_order=True)
        .select(*PERSON, "program_id", "role_code")
    )
    return (
        leaders.select(*PROGRAM, "staff_id", "level")
        .join(longest, on=[*PROGRAM, "staff_id"], how="left")
        .with_columns(pl.col("role_code").fill_null(NO_ROLE))
        .pipe(LeadersInRoles.cast)
    )


def students_reached(
    led: dy.LazyFrame[LeadersInRoles], assignments: dy.LazyFrame[Assignments]
) -> dy.LazyFrame[StudentsReached]:
    """GROUP with `students_reached`: over leaders and the people they supervise, each person's students once.

    A person's students: over positions, the most that any stay in the position says.
    """
    position = [*PERSON, "school_id", "position_title", "position_id"]
    team = (
        assignments.filter(pl.col("supervisor_staff_id").is_not_null())
        .select("lea_id", "school_year", pl.col("supervisor_staff_id").alias("leader"), "staff_id")
        .unique()
    )
    keyed = led.select(*GROUP, "staff_id")
    members = keyed.rename({"staff_id": "leader"}).join(team, on=["lea_id", "school_year", "leader"]).drop("leader")
    reached = pl.concat([keyed, members.select(keyed.collect_schema().names())]).unique()
    counted = assignments.filter(pl.col("students_taught").is_not_null()).join(reached, on=PERSON, how="semi")
    taught = (
        counted.group_by(position)
        .agg(pl.col("students_taught").max())
        .group_by(PERSON)
        .agg(pl.col("students_taught").sum().cast(pl.Int64).alias("students_reached"))
    )
    sums = reached.join(taught, on=PERSON).group_by(GROUP).agg(pl.col("students_reached").sum())
    return StudentsReached.cast(sums)


def _reached(
    led: dy.LazyFrame[LeadersInRoles], leadership: dy.LazyFrame[LeadershipEvents], kinds: tuple[str, ...]
) -> pl.LazyFrame:
    """GROUP with `reached` teachers and `actors`, the leaders who acted."""
    done = pl.col("event_type").is_in(list(kinds)) & ~pl.col("outcome").is_in(list(UNDONE)).fill_null(False)
    unnamed = pl.col("quantity").filter(pl.col("counterpart_staff_id").is_null())
    return (
        led.join(leadership.filter(done), on=PERSON, suffix="_of_event")
        .group_by(GROUP)
        .agg(
            (
                pl.col("counterpart_staff_id").drop_nulls().n_unique()
                + (unnamed.fill_null(0) * 1_000).round(0).cast(pl.Int64).sum() // 1_000
            ).alias("reached"),
            pl.col("staff_id").n_unique().alias("actors"),
        )
    )
