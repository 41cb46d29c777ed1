"""What a program costs and what it asks of the budget: M03, offsets, M04 and neutrality. Dollars here are unrounded."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import LEA_YEAR, PROGRAM
from contracts.marts.designation import Designation
from contracts.policy.parameters import MetricParameters
from contracts.reference import Offsets, ProgramFinance
from contracts.resolved.costs import CodePay, Costs, FinanceSums, NetCosts, ProgramCosts, ProgramKeys, ProgramRelease
from contracts.resolved.leaders import Adopted, LeaderPay
from contracts.resolved.pay import ResolvedPay
from transforms.money import cents, dollars, fine, fine_from_cents, ratio
from transforms.s4_sustain.terms import with_loads


def program_keys(
    designation: dy.LazyFrame[Designation],
    pay: dy.LazyFrame[ResolvedPay],
    adopted: dy.LazyFrame[Adopted],
    finance: dy.LazyFrame[ProgramFinance],
    offsets: dy.LazyFrame[Offsets],
) -> dy.LazyFrame[ProgramKeys]:
    """One row per PROGRAM to speak of: designated, paid, adopted, financed or offset in an LEA-year on file."""
    there = adopted.select(LEA_YEAR).unique()
    on_file = pl.concat([there, designation.select(LEA_YEAR), pay.select(LEA_YEAR)]).unique()
    reported = pl.concat([finance.filter(pl.col("kind") != "match").select(PROGRAM), offsets.select(PROGRAM)])
    named = pl.col("program_id").is_not_null()
    return (
        pl.concat(
            [
                designation.select(PROGRAM),
                pay.filter(named).select(PROGRAM),
                adopted.select(PROGRAM),
                reported.filter(named).join(on_file, on=LEA_YEAR, how="semi"),
            ]
        )
        .unique()
        .pipe(ProgramKeys.cast)
    )


def program_status() -> pl.Expr:
    """`program_status` of a row that says `in_force`."""
    status = pl.when("in_force").then(pl.lit("in_force")).otherwise(pl.lit("not_in_force"))
    return status.alias("program_status")


def program_costs(
    keys: dy.LazyFrame[ProgramKeys],
    leader_pay: dy.LazyFrame[LeaderPay],
    paid_on_codes: dy.LazyFrame[CodePay],
    release: dy.LazyFrame[ProgramRelease],
    finance: dy.LazyFrame[ProgramFinance],
    parameters: MetricParameters,
) -> dy.LazyFrame[ProgramCosts]:
    """One row per PROGRAM: leaders, M01 and its parts, release, training and administration, M03 and their statuses.

    M03 (`cost`) = (all pay on the program's codes + increments of its leaders) x (1 + marginal load) + release +
    training + administration (MARTS 5.S5). Null, `not_configured`, where there is none of these: no pay line, no
    increment, no released time, no finance row. `finance_known`: training or administration is reported.
    """
    paid = leader_pay.group_by(PROGRAM).agg(
        pl.len().alias("leaders"),
        pl.col("role_cents").sum(),
        pl.col("increment_fine").sum(),
        pl.col("pay_fine").sum(),
        (pl.col("increment_status") == "no_schedule").sum().alias("unscheduled"),
        (pl.col("increment_status") == "no_base_pay").sum().alias("leaders_without_increment"),
        _depth().median().alias("depth"),
    )
    zero = ["leaders", "role_cents", "increment_fine", "pay_fine", "unscheduled", "leaders_without_increment"]
    zero += ["code_cents", "schedule_cents", "benefit_cents", "twice_fine"]
    zero += ["release_fte", "release_dollars", "release_unknown", "release_unpriced"]
    known = keys.join(paid, on=PROGRAM, how="left").join(release, on=PROGRAM, how="left")
    return (
        with_loads(known.join(paid_on_codes, on=PROGRAM, how="left"), parameters)
        .join(finance_sums(finance), on=PROGRAM, how="left")
        .with_columns(
            pl.any_horizontal(pl.col("training", "administration").is_not_null()).alias("finance_known"),
            pl.col("code_cents").is_not_null().alias("has_code_pay"),
        )
        .with_columns(pl.col(zero).fill_null(0))
        .pipe(_summed)
    )


def _summed(parts: pl.LazyFrame) -> dy.LazyFrame[ProgramCosts]:
    """Add M01 (`incremental`), what all pay costs (`pay_dollars`, `pay_benefit`), M03 (`cost`) and its status."""
    configured = pl.any_horizontal(
        "finance_known", "has_code_pay", pl.col("increment_fine") != 0, pl.col("release_fte") > 0
    )
    return (
        parts.with_columns(
            (dollars(pl.col("pay_fine")) * pl.col("marginal_load")).alias("benefit"),
            pl.when(pl.col("release_unpriced") == 0).then("release_dollars").alias("release_dollars"),
        )
        .with_columns(
            (dollars(pl.col("pay_fine")) + pl.col("benefit")).alias("incremental"),
            dollars(fine_from_cents(pl.col("code_cents")) + pl.col("increment_fine")).alias("pay_dollars"),
        )
        .with_columns((pl.col("pay_dollars") * pl.col("marginal_load")).alias("pay_benefit"))
        .with_columns(
            pl.when(configured).then(_counted_twice()).alias("overlap"),
            pl.when(configured)
            .then(
                pl.col("pay_dollars")
                + pl.col("pay_benefit")
                + pl.col("release_dollars")
                + pl.col("training").fill_null(0)
                + pl.col("administration").fill_null(0)
            )
            .alias("cost"),
            _status(configured, "not_configured", pl.col("release_unpriced") == 0, "not_enough_data").alias(
                "cost_status"
            ),
        )
        .pipe(ProgramCosts.cast)
    )


def _counted_twice() -> pl.Expr:
    """Dollars of M03 that stand in it twice, as MARTS 5.S5 has it: base pay on the program's codes that is also in an
    increment, with its load; and the load on benefit lines, which are benefits already.
    """
    base = dollars(pl.col("twice_fine")) * (1 + pl.col("marginal_load"))
    return base + dollars(fine_from_cents(pl.col("benefit_cents"))) * pl.col("marginal_load")


def finance_sums(finance: dy.LazyFrame[ProgramFinance]) -> dy.LazyFrame[FinanceSums]:
    """One row per PROGRAM: dollars of `training`, `administration`, `recurring_revenue`; null where not reported."""
    kinds = ("training", "administration", "recurring_revenue")
    sums = []
    for kind in kinds:
        of_kind = pl.col("amount").pipe(cents).filter(pl.col("kind") == kind)
        sums.append(pl.when(of_kind.len() > 0).then(of_kind.sum() / 100).alias(kind))
    return finance.group_by(PROGRAM).agg(sums).pipe(FinanceSums.cast)


def with_offsets(
    costs: dy.LazyFrame[ProgramCosts], offsets: dy.LazyFrame[Offsets], adopted: dy.LazyFrame[Adopted]
) -> dy.LazyFrame[NetCosts]:
    """Add `in_force`, `offset` (dollars), `offset_status`, `net` = cost - offset, `net_status`.

    An offset without a program is shared, by M03, over the LEA's programs in force there whose M03 is known; the only
    one takes all of it. Programs without a known M03, and rows of programs not in force (a designation that travelled
    in), take no share and take nothing away (MARTS 5.S1). A program in force without its share has no offset on file:
    `not_configured` where its own M03 is not known, `zero_denominator` where the sum of M03 is not above 0.
    """
    amount = pl.col("amount").pipe(cents).sum() / 100
    named = offsets.filter(pl.col("program_id").is_not_null()).group_by(PROGRAM).agg(amount.alias("named"))
    shared = offsets.filter(pl.col("program_id").is_null()).group_by(LEA_YEAR).agg(amount.alias("shared"))
    takes = pl.col("in_force") & pl.col("cost").is_not_null()
    whole = dollars(fine(pl.col("cost")).filter(takes).sum().over(LEA_YEAR))
    part = pl.when(takes.sum().over(LEA_YEAR) == 1).then(1.0).otherwise(ratio(pl.col("cost"), whole))
    sharing = (
        pl.when(pl.col("shared").is_null() | ~pl.col("in_force")).then(0.0).when(takes).then(pl.col("shared") * part)
    )
    return (
        costs.join(named, on=PROGRAM, how="left")
        .join(shared, on=LEA_YEAR, how="left")
        .join(adopted.select(*PROGRAM, pl.lit(True).alias("in_force")), on=PROGRAM, how="left")
        .sort(PROGRAM)
        .with_columns(pl.col("in_force").fill_null(False))
        .with_columns((pl.col("named").fill_null(0) + sharing).alias("offset"))
        .with_columns(
            pl.when(pl.col("offset").is_not_null())
            .then(pl.lit("ok"))
            .when(pl.col("cost").is_not_null())
            .then(pl.lit("zero_denominator"))
            .otherwise(pl.lit("not_configured"))
            .alias("offset_status"),
            (pl.col("cost") - pl.col("offset")).alias("net"),
        )
        .with_columns(
            pl.when(pl.col("cost_status") != "ok").then("cost_status").otherwise("offset_status").alias("net_status")
        )
        .pipe(NetCosts.cast)
    )


def with_change(costs: dy.LazyFrame[NetCosts], parameters: MetricParameters) -> dy.LazyFrame[Costs]:
    """Add `change` (M04) and `change_status`: net cost of t less that of t-1; in a program's first year its net cost.

    With a `deflator` both are in prices of t; a year that the index lacks makes the change `not_configured`.
    """
    before = costs.select(
        "lea_id",
        "program_id",
        (pl.col("school_year") + 1).cast(pl.Int16),
        pl.col("net").alias("net_before"),
        pl.col("net_status").alias("status_before"),
    )
    first = pl.col("status_before").is_null()
    inflated = pl.col("net_before") * _index(parameters) / _index(parameters, years_before=1)
    change = pl.when(first).then("net").otherwise(pl.col("net") - inflated)
    return (
        costs.join(before, on=PROGRAM, how="left")
        .with_columns(change.alias("change"))
        .with_columns(
            pl.when(pl.col("net_status") != "ok")
            .then("net_status")
            .when(~first & (pl.col("status_before") != "ok"))
            .then("status_before")
            .when(pl.col("change").is_null())
            .then(pl.lit("not_configured"))
            .otherwise(pl.lit("ok"))
            .alias("change_status")
        )
        .pipe(Costs.cast)
    )


def _index(parameters: MetricParameters, years_before: int = 0) -> pl.Expr:
    """Price index of the row's year (or of `years_before` earlier); 1 throughout without a deflator (nominal)."""
    if not parameters.deflator:
        return pl.lit(1.0)
    year = (pl.col("school_year") - years_before).cast(pl.Int64)
    return year.replace_strict(
        list(parameters.deflator), list(parameters.deflator.values()), default=None, return_dtype=pl.Float64
    )


def _depth() -> pl.Expr:
    """A leader's unloaded pay for leading over base pay (M15); null without base pay."""
    return pl.when(pl.col("base_cents") > 0).then(dollars(pl.col("pay_fine")) / (pl.col("base_cents") / 100))


def _status(first: pl.Expr, without_first: str, second: pl.Expr, without_second: str) -> pl.Expr:
    return (
        pl.when(~first).then(pl.lit(without_first)).when(~second).then(pl.lit(without_second)).otherwise(pl.lit("ok"))
    )
