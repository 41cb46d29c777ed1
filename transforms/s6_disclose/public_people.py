"""Teachers, leaders and evaluators: schools, access by poverty, span, and where they were a year later."""

from __future__ import annotations

import polars as pl

from contracts.public import WHOLE
from contracts.reference import Schools
from contracts.vocabulary import NEXT_YEAR_OUTCOMES
from transforms.s4_sustain.matched_comparison import poverty_quartiles
from transforms.s6_disclose.shape import counted, shaped

LEA_YEAR = ["lea_id", "school_year"]
UNKNOWN = NEXT_YEAR_OUTCOMES[-1]  # no roster of the next year
QUARTILES = ["0", "1", "2", "3", "4"]


def leaders_of(
    educator_year: pl.DataFrame, designation: pl.DataFrame, roles: pl.DataFrame, ladders: pl.DataFrame
) -> pl.DataFrame:
    """Educator-years with `leads` (a teacher who leads) and `openly` (and everybody can see it: a role, or a level of
    a program whose holders are public). Confidential levels make nobody lead openly.
    """
    key = ["staff_id", "school_year"]
    visible = ladders.filter("leads" & (pl.col("kind") != "confidential")).select("program_id", "level")
    by_level = designation.join(visible, on=["program_id", "level"], how="semi").select(key)
    seen = pl.concat([by_level, roles.select(key)]).unique().with_columns(seen=pl.lit(True))
    leads = pl.col("is_leader") & pl.col("is_teacher")
    return educator_year.join(seen, on=key, how="left").with_columns(
        leads=leads, openly=leads & pl.col("seen").fill_null(False)
    )


def in_schools(people: pl.DataFrame, schools: pl.DataFrame, span: pl.DataFrame, closed: pl.DataFrame) -> pl.DataFrame:
    """`public_school`: measures of each school that is on file or on a roster.

    `closed`: LEA-years where a confidential level makes leaders: evaluators who do not lead are not told by school.
    """
    place = ["lea_id", "school_id", "school_year"]
    counts = people.group_by(place).agg(teachers_who_lead=pl.col("openly").sum())
    every = pl.concat([schools.select(place), span.select(place), counts.select(place)]).unique()
    wide = (
        every.join(counts, on=place, how="left")
        .join(span.select(*place, "teachers", "evaluators", "evaluators_without_leaders"), on=place, how="left")
        .join(schools.select(*place, pupils="enrollment"), on=place, how="left")
    )
    counted_zero = ["teachers_who_lead", "teachers", "evaluators", "evaluators_without_leaders"]
    wide = wide.with_columns(pl.col(counted_zero).fill_null(0))
    veiled = wide.join(closed, on=LEA_YEAR, how="semi").with_columns(
        pl.lit(None, pl.Int64).alias("evaluators_without_leaders")
    )
    wide = pl.concat([wide.join(closed, on=LEA_YEAR, how="anti"), veiled], how="vertical_relaxed")
    long = wide.unpivot([*counted_zero, "pupils"], index=place, variable_name="part", value_name="value")
    return shaped(long, "public_school", grain="school")


def _secret() -> pl.Expr:
    """`veiled`, where there is anybody: of a group of nobody nothing is hidden, and a zero would pass for a secret."""
    return pl.col("veiled").fill_null(False) & (pl.col("group") > 0)


def span_of(span: pl.DataFrame, closed: pl.DataFrame) -> pl.DataFrame:
    """`public_span` by LEA. Evaluators who do not lead are a sensitive count where confidential levels make leaders."""
    names = ["teachers", "evaluators", "evaluators_without_leaders"]
    sums = span.group_by(LEA_YEAR).agg(pl.col(names).cast(pl.Int64).sum())
    long = sums.unpivot(names, index=LEA_YEAR, variable_name="part", value_name="value")
    group = long.join(sums.select(*LEA_YEAR, group="evaluators"), on=LEA_YEAR)
    veiled = closed.with_columns(veiled=pl.lit(True), part=pl.lit("evaluators_without_leaders"))
    rows = group.join(veiled, on=[*LEA_YEAR, "part"], how="left").with_columns(sensitive=_secret())
    return shaped(rows, "public_span")


def access_of(people: pl.DataFrame, schools: pl.DataFrame, closed: pl.DataFrame) -> pl.DataFrame:
    """`public_access` by LEA: teachers and those who lead by poverty quartile of their school.

    `floor`: who leads openly. Leaders are sensitive where confidential levels make leaders: the rest is their count.
    """
    quartiles = poverty_quartiles(Schools.cast(schools.lazy())).collect()
    placed = people.join(quartiles, on=["school_id", "school_year"], how="left").with_columns(
        part=pl.col("poverty_quartile").fill_null(0).cast(pl.String)
    )
    universe = people.select(LEA_YEAR).unique().join(pl.DataFrame({"part": QUARTILES}), how="cross")
    parts = []
    teachers = counted(universe, placed.filter("is_teacher"))
    parts.append(teachers.with_columns(cut=pl.lit("teachers"), floor=pl.lit(0), sensitive=pl.lit(False), group="value"))
    openly = counted(universe, placed.filter("openly")).rename({"value": "floor"}).drop("print")
    leaders = (
        counted(universe, placed.filter("leads"))
        .join(openly, on=[*LEA_YEAR, "part"])
        .join(teachers.rename({"value": "group"}).drop("print"), on=[*LEA_YEAR, "part"])
        .join(closed.with_columns(veiled=pl.lit(True)), on=LEA_YEAR, how="left")
        .with_columns(sensitive=_secret(), cut=pl.lit("leaders"))
    )
    parts.append(leaders.select(parts[0].columns))
    return shaped(pl.concat(parts, how="vertical_relaxed"), "public_access")


def retained(
    people: pl.DataFrame,
    program_leaders: pl.DataFrame,
    closed: pl.DataFrame,
    kinds: pl.DataFrame,
    holders: pl.DataFrame,
) -> pl.DataFrame:
    """`public_retention`: by LEA the leaders of any program, other teachers and the top-rated; as leaves the leaders of
    each program, which only the state's sums show.

    Years of which nobody's next year is on file have no rows; an LEA without rosters of the next year has its wholes.
    `program_leaders`: lea_id, program_id, school_year, staff_id. How many lead an open program is public. `holders`:
    lea_id, school_year, holders: persons in confidential programs, among whom the leaders that nobody sees are.
    """
    known = people.filter(pl.col("next_year_outcome") != UNKNOWN).select("school_year").unique()
    people = people.join(known, on="school_year", how="semi")
    lea_years = people.select(LEA_YEAR).unique()
    followed = people.filter(pl.col("next_year_outcome") != UNKNOWN).select(LEA_YEAR).unique()
    groups = {
        "leaders": pl.col("leads"),
        "others": pl.col("is_teacher") & ~pl.col("leads"),
        "top_rated": pl.col("is_teacher") & pl.col("is_top").fill_null(False),
    }
    rows = pl.concat([people.filter(who).with_columns(cut=pl.lit(name)) for name, who in groups.items()])
    universe = lea_years.join(pl.DataFrame({"cut": list(groups)}), how="cross")
    any_program = _distributions(rows, universe, followed)
    led = program_leaders.join(
        people.select("staff_id", "school_year", "next_year_outcome", "print"), on=["staff_id", "school_year"]
    )
    led = led.with_columns(cut=pl.lit("leaders"))
    programs = led.select(*LEA_YEAR, "program_id", "cut").unique()
    by_program = _distributions(led, programs, followed)
    # Whether the next year's roster is on file is no secret.
    outcome = ~pl.col("part").is_in([WHOLE, UNKNOWN])
    shut = closed.with_columns(shut=pl.lit(True))
    # How many lead is told by access; how many are top-rated is a rating; the leaves of a program are never shown.
    lea = any_program.join(shut, on=LEA_YEAR, how="left").with_columns(
        sensitive=(outcome & pl.col("followed"))
        | ((pl.col("part") == WHOLE) & ((pl.col("cut") == "top_rated") | pl.col("shut").fill_null(False)))
    )
    # Who leads openly is public; what is left is the secret.
    openly = people.group_by(LEA_YEAR).agg(
        pl.col("openly").sum().cast(pl.Int64).alias("floor"),
        rated=(pl.col("is_teacher") & pl.col("is_top").is_not_null()).sum().cast(pl.Int64),
    )
    led_whole = (pl.col("cut") == "leaders") & (pl.col("part") == WHOLE)
    top_whole = (pl.col("cut") == "top_rated") & (pl.col("part") == WHOLE)
    lea = lea.join(openly, on=LEA_YEAR, how="left").join(holders, on=LEA_YEAR, how="left")
    lea = lea.with_columns(floor=pl.when(led_whole).then(pl.col("floor").fill_null(0)).otherwise(0))
    # Of a whole, the group is who could be in it: a zero among many tells little.
    lea = lea.with_columns(
        group=pl.when(led_whole)
        .then(pl.col("floor") + pl.col("holders").fill_null(0))
        .when(top_whole)
        .then(pl.col("rated").fill_null(0))
        .otherwise("group")
    )
    leaf = by_program.join(kinds, on="program_id").with_columns(confidential=pl.col("kind") == "confidential")
    leaf = leaf.with_columns(sensitive=outcome | ((pl.col("part") == WHOLE) & pl.col("confidential")))
    return pl.concat([shaped(lea, "public_retention"), shaped(leaf, "public_retention", grain="leaf")])


def _distributions(rows: pl.DataFrame, universe: pl.DataFrame, followed: pl.DataFrame) -> pl.DataFrame:
    key = universe.columns
    outcomes = pl.DataFrame({"part": list(NEXT_YEAR_OUTCOMES)})
    parts = counted(universe.join(outcomes, how="cross"), rows.with_columns(part="next_year_outcome"))
    whole = parts.group_by(key).agg(pl.col("value", "print").sum()).with_columns(part=pl.lit(WHOLE))
    both = pl.concat([parts, whole.select(parts.columns)])
    group = whole.select(*key, group="value")
    return (
        both.join(group, on=key, nulls_equal=True)
        .join(followed.with_columns(followed=pl.lit(True)), on=LEA_YEAR, how="left")
        .with_columns(pl.col("followed").fill_null(False))
    )
