"""What must add up before a release: each identity is a function that returns the rows which break it (DESIGN
section 8).

`frames` are the marts by name and `pay_sums`, the accepted payroll as it was summed when it was accepted. No row means
that the identity holds; any row stops the release, which names the identity. Sums of rounded money may differ by a cent
for each amount summed, never more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from contracts.keys import LEA_YEAR, PROGRAM
from transforms.money import cents

Frames = Mapping[str, pl.LazyFrame]


def payroll_is_in_compensation_once(frames: Frames) -> pl.LazyFrame:
    """Every dollar of accepted payroll is in `compensation` once: sums agree by LEA, year and person. That the sums are
    those of the lines is asked when they are made."""
    person = [*LEA_YEAR, "staff_id"]
    paid = frames["pay_sums"].group_by(person).agg(pl.col("cents").sum().alias("payroll_cents"))
    claimed = (
        frames["compensation"].group_by(person).agg(pl.col("amount").pipe(cents).sum().alias("compensation_cents"))
    )
    return _differing(paid, claimed, person, "payroll_cents", "compensation_cents")


def funding_shares_sum_to_one(frames: Frames) -> pl.LazyFrame:
    """Shares of `funding_mix` sum to 1 where there are any; six decimals each, so within half a millionth a stream."""
    sums = (
        frames["funding_mix"]
        .group_by(PROGRAM)
        .agg(pl.col("share").sum().alias("shares"), pl.col("share").count().alias("streams"), pl.len().alias("rows"))
    )
    off = (pl.col("shares") - 1).abs() > pl.col("streams") * 0.000_000_51
    partly = (pl.col("streams") > 0) & (pl.col("streams") < pl.col("rows"))
    return sums.filter((pl.col("streams") > 0) & (off | partly))


def change_without_offsets_is_change_of_cost(frames: Frames) -> pl.LazyFrame:
    """M04 without offsets in t and t-1 is the change of M03 (of nominal cost: not asked where a deflator is set)."""
    rows = _districts(frames["sustainability"]).select(
        *PROGRAM, *[pl.col(name).pipe(cents) for name in ("program_cost", "offsets", "net_change")]
    )
    before = rows.select(
        *PROGRAM[:2],
        (pl.col("school_year") + 1).cast(pl.Int16),
        pl.col("program_cost").alias("cost_before"),
        pl.col("offsets").alias("offsets_before"),
    )
    without = (pl.col("offsets") == 0) & (pl.col("offsets_before") == 0)
    off = (pl.col("net_change") - (pl.col("program_cost") - pl.col("cost_before"))).abs() > 2
    return rows.join(before, on=PROGRAM).filter(without & off)


def projection_starts_at_the_actual_year(frames: Frames) -> pl.LazyFrame:
    """Year 0 of every scenario, expected and simulated, is the program's M03 of that year."""
    base = pl.col("future_year") == pl.col("future_year").min().over("lea_id", "program_id", "scenario")
    actual = _districts(frames["sustainability"]).select(
        *PROGRAM[:2], pl.col("school_year").alias("future_year"), "program_cost"
    )
    start = frames["cost_projection"].filter(base).join(actual, on=[*PROGRAM[:2], "future_year"], how="left")
    off = [pl.col(name).ne_missing(pl.col("program_cost")) for name in ("expected", "p10", "p50", "p90")]
    return start.filter(pl.any_horizontal(off))


def flows_count_every_designation(frames: Frames) -> pl.LazyFrame:
    """Persons of `ladder_flow` are the rows of `designation`, by program and year."""
    moved = frames["ladder_flow"].group_by(PROGRAM).agg(pl.col("persons").sum().cast(pl.Int64))
    held = frames["designation"].group_by(PROGRAM).agg(pl.len().cast(pl.Int64).alias("rows"))
    return _differing(held, moved, PROGRAM, "rows", "persons")


def span_without_leaders_is_the_same_where_none_lead(frames: Frames) -> pl.LazyFrame:
    """Where no evaluator is a teacher leader, M13 and its "without" value are equal."""
    none_leads = pl.col("evaluators") == pl.col("evaluators_without_leaders")
    return frames["supervision_span"].filter(none_leads & pl.col("span").ne_missing(pl.col("span_without_leaders")))


def comparison_groups_have_no_leader(frames: Frames) -> pl.LazyFrame:
    """The others of `retention` are the LEA's teachers of record less every leader, and no more are compared with."""
    plain = (
        frames["educator_year"]
        .filter(pl.col("is_teacher") & ~pl.col("is_leader"))
        .group_by(LEA_YEAR)
        .agg(pl.len().cast(pl.Int64).alias("teachers_without_leaders"))
    )
    rows = frames["retention"].filter(pl.col("comparison_group").is_in(["leaders", "others"]))
    # null where the program is not in force: it has no others
    others = pl.col("persons").filter(pl.col("comparison_group") == "others").max().cast(pl.Int64)
    groups = rows.group_by(PROGRAM).agg(
        others.alias("others"), pl.col("compared_with").max().fill_null(0).cast(pl.Int64)
    )
    there = pl.col("teachers_without_leaders")
    wrong = (pl.col("others") != there).fill_null(False) | (pl.col("compared_with") > there)
    return (
        groups.join(plain, on=LEA_YEAR, how="left")
        .with_columns(pl.col("teachers_without_leaders").fill_null(0))
        .filter(wrong)
    )


def leaders_are_the_same_everywhere(frames: Frames) -> pl.LazyFrame:
    """Leaders of `access` (all quartiles) are the leaders of `educator_year`, by LEA and year."""
    counted = _districts(frames["access"]).group_by(LEA_YEAR).agg(pl.col("leaders").sum().cast(pl.Int64))
    people = frames["educator_year"].group_by(LEA_YEAR).agg(pl.col("is_leader").sum().cast(pl.Int64).alias("is_leader"))
    return _differing(people, counted, LEA_YEAR, "is_leader", "leaders")


def leader_pay_is_the_same_everywhere(frames: Frames) -> pl.LazyFrame:
    """Leader pay of `access` over the state is M01 of `sustainability` over programs, by year: the one by school of
    record, the other by the LEA that pays.
    """
    placed = (
        _districts(frames["access"])
        .group_by("school_year")
        .agg(pl.col("leader_pay").pipe(cents).sum(), pl.len().alias("quartiles"))
    )
    by_program = (
        _districts(frames["sustainability"])
        .group_by("school_year")
        .agg(pl.col("incremental_pay").pipe(cents).sum(), pl.len().alias("programs"))
    )
    off = (pl.col("leader_pay").fill_null(0) - pl.col("incremental_pay").fill_null(0)).abs()
    return placed.join(by_program, on="school_year", how="full", coalesce=True).filter(
        off > pl.col("quartiles").fill_null(0) + pl.col("programs").fill_null(0)
    )


def cost_is_its_parts(frames: Frames) -> pl.LazyFrame:
    """M03 is pay on the program's codes, increments and their benefits, release, training and administration."""
    names = ("program_pay", "increments", "program_benefits", "release_cost", "training_cost", "administration_cost")
    parts = pl.sum_horizontal(pl.col(name).pipe(cents) for name in names)
    known = _districts(frames["sustainability"]).filter(pl.col("program_cost").is_not_null())
    return known.filter((pl.col("program_cost").pipe(cents) - parts).abs() > len(names))


def funding_is_cost(frames: Frames) -> pl.LazyFrame:
    """`funding_mix` divides M03: its streams sum to `program_cost`, by LEA, program and year."""
    streams = frames["funding_mix"].group_by(PROGRAM).agg(pl.col("amount").pipe(cents).sum(), pl.len().alias("streams"))
    known = _districts(frames["sustainability"]).select(*PROGRAM, pl.col("program_cost").pipe(cents))
    off = (pl.col("amount").fill_null(0) - pl.col("program_cost")).abs() > pl.col("streams").fill_null(0) + 1
    both = known.with_columns(pl.lit(True).alias("has_cost_row")).join(streams, on=PROGRAM, how="full", coalesce=True)
    return both.filter(off.fill_null(False) | pl.col("has_cost_row").is_null())


def leaders_are_teachers(frames: Frames) -> pl.LazyFrame:
    """Teacher leaders are teachers of the year; others who lead are not, and nobody is both."""
    both = pl.col("is_leader") & pl.col("is_other_leader")
    wrong = (pl.col("is_leader") & ~pl.col("is_teacher")) | (pl.col("is_other_leader") & pl.col("is_teacher"))
    return frames["educator_year"].filter(both | wrong)


def exposure_never_falls_by_itself(frames: Frames) -> pl.LazyFrame:
    """M07 does not fall from one year to the next while no match is contracted and commitments are held constant."""
    award = ["lea_id", "award_id"]
    before = pl.col("exposure").shift(1).over(award, order_by="future_year")
    return (
        frames["grant_cliff"]
        .with_columns(before.alias("exposure_before"))
        .filter((pl.col("matching_funds") == 0) & (pl.col("exposure") < pl.col("exposure_before")))
    )


def incremental_pay_is_its_parts(frames: Frames) -> pl.LazyFrame:
    """M01 is role pay, increments and their benefits."""
    parts = pl.sum_horizontal(pl.col(name).pipe(cents) for name in ("role_pay", "increments", "benefit_load"))
    return _districts(frames["sustainability"]).filter((pl.col("incremental_pay").pipe(cents) - parts).abs() > 2)


def state_rows_are_sums(frames: Frames) -> pl.LazyFrame:
    """A state row of `access` and of `sustainability` counts what its districts' rows count, each once."""
    parts = []
    for mart, key, counts in (
        ("access", ["school_year", "poverty_quartile"], ("students", "teachers", "leaders", "other_leaders")),
        ("sustainability", ["school_year", "program_id"], ("leaders", "other_leaders", "leaders_without_increment")),
    ):
        total = pl.concat_str([pl.col(name).cast(pl.Int64) for name in counts], separator=" ")
        of = (pl.lit(mart).alias("mart"), *(pl.col(name).cast(pl.String) for name in key))
        districts = _districts(frames[mart]).group_by(key).agg(pl.col(name).sum() for name in counts)
        state = frames[mart].filter(pl.col("lea_id").is_null())
        sums = districts.select(*of, total.alias("of_districts"))
        both = sums.join(state.select(*of, total.alias("of_state")), on=["mart", *key], how="full", coalesce=True)
        parts.append(both.filter(pl.col("of_districts").ne_missing(pl.col("of_state"))))
    return pl.concat(parts, how="diagonal")


def _districts(mart: pl.LazyFrame) -> pl.LazyFrame:
    """Without the state's rows, which are sums of the others."""
    return mart.filter(pl.col("lea_id").is_not_null())


IDENTITIES: dict[str, Callable[[Frames], pl.LazyFrame]] = {
    check.__name__: check
    for check in (
        payroll_is_in_compensation_once,
        funding_shares_sum_to_one,
        change_without_offsets_is_change_of_cost,
        projection_starts_at_the_actual_year,
        flows_count_every_designation,
        span_without_leaders_is_the_same_where_none_lead,
        comparison_groups_have_no_leader,
        leaders_are_the_same_everywhere,
        leader_pay_is_the_same_everywhere,
        cost_is_its_parts,
        funding_is_cost,
        leaders_are_teachers,
        exposure_never_falls_by_itself,
        incremental_pay_is_its_parts,
        state_rows_are_sums,
    )
}


def broken_rows(frames: Frames, *, nominal: bool = True) -> dict[str, pl.LazyFrame]:
    """Each identity's violating rows, by name. `nominal`: no deflator is set, so M04 is a change of cost."""
    return {
        name: check(frames)
        for name, check in IDENTITIES.items()
        if nominal or name != change_without_offsets_is_change_of_cost.__name__
    }


def _differing(left: pl.LazyFrame, right: pl.LazyFrame, key: Sequence[str], one: str, other: str) -> pl.LazyFrame:
    """Keys whose two numbers differ; a key on one side only counts as 0 on the other."""
    return left.join(right, on=key, how="full", coalesce=True).filter(
        pl.col(one).fill_null(0) != pl.col(other).fill_null(0)
    )
