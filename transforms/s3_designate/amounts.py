"""What a program pays for a level in a year, where the pack knows it (the `pay` of packs)."""

from __future__ import annotations

import polars as pl

from contracts.policy.conditions import many
from contracts.policy.packs import Pack, Pay
from transforms.money import half_up
from transforms.s3_designate.state_space import StateSpace

MONEY = pl.Decimal(14, 2)


def with_amounts(rows: pl.DataFrame, pack: Pack, space: StateSpace) -> pl.DataFrame:
    """Add `amount`: the sum of the level's pay that applies; 0 where the level has pay and none applies; null where the
    pack has none for the level, or a number is not configured."""
    total, known, has = pl.lit(0.0), pl.lit(True), pl.lit(False)
    for pay in pack.pay:
        at_level = _at_level(pay)
        applies = at_level & _applies(pay, space)
        value = _value(pay, pack, applies, rows)
        total = total + pl.when(applies).then(value.fill_null(0.0)).otherwise(0.0)
        known = known & (~applies | value.is_not_null())
        has = has | at_level
    amount = pl.when(has & known & pl.col("level").is_not_null()).then(half_up(total, 2).cast(MONEY))
    return rows.with_columns(amount=amount.cast(MONEY))


def _at_level(pay: Pay) -> pl.Expr:
    here = pl.col("level").is_in(list(many(pay.levels))) if pay.levels else pl.col("level").is_not_null()
    if pay.versions:
        here = here & pl.col("pack_version").is_in(list(many(pay.versions)))
    return here.fill_null(False)


def _applies(pay: Pay, space: StateSpace) -> pl.Expr:
    here = pl.lit(True)
    for name, cases in pay.when.items():
        if name in space.latches:
            stride = _stride(space, name)
            here = here & ((pl.col("after") // stride % 2 == 1) == (cases == "met"))
        else:
            here = here & pl.col(f"i_{name}").is_in([space.inputs[name].index(case) for case in many(cases)])
    if pay.record_lea_only:
        here = here & pl.col("of_record")
    if pay.award_lea_only:
        here = here & pl.col("paid_here")
    if pay.teaching_only:
        here = here & pl.col("is_teacher")
    return here.fill_null(False)


def _stride(space: StateSpace, name: str) -> int:
    """Weight of a latch in a state."""
    weight = 1
    for part in reversed(space.dims):
        if part == name:
            break
        weight *= space.dims[part]
    return weight


def _value(pay: Pay, pack: Pack, applies: pl.Expr, rows: pl.DataFrame) -> pl.Expr:
    """The amount of one entry; null while it hangs on what is not given."""
    number = pack.number(pay.amount)
    value = pl.lit(number, pl.Float64)
    if pay.per is not None:
        units = pl.col(f"f_{pay.per}").cast(pl.Float64)
        value = value + pay.times * (units if pay.at_most is None else units.clip(upper_bound=pay.at_most))
    if pay.pro_rata_to is not None and (appropriation := pack.number(pay.pro_rata_to)) is not None:
        entitled = pl.sum_horizontal([_entitled(other, pack) for other in pack.pay if other.pro_rata_to])
        value = value * (appropriation / entitled.sum().over("school_year")).clip(upper_bound=1.0)
    return value


def _entitled(pay: Pay, pack: Pack) -> pl.Expr:
    return pl.when(_at_level(pay)).then(pl.lit(pack.number(pay.amount), pl.Float64)).otherwise(0.0)
