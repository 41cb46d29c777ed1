"""The identities hold on the golden district, and each one notices when its sum is broken on purpose."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from expectations.identities import IDENTITIES, broken_rows
from transforms.s2_resolve.pay import sum_payroll

Frames = dict[str, pl.LazyFrame]


@pytest.fixture(scope="module")
def frames(golden: dict[str, pl.DataFrame], golden_tables: Frames) -> Frames:
    marts = {name: mart.lazy() for name, mart in golden.items()}
    return marts | {"pay_sums": sum_payroll(golden_tables["payroll"]), "designation": golden_tables["designation"]}


def test_all_hold(frames: Frames) -> None:
    assert {name: rows.collect().height for name, rows in broken_rows(frames).items()} == dict.fromkeys(IDENTITIES, 0)


def cent(name: str) -> pl.Expr:
    return (pl.col(name) + Decimal("0.05")).cast(pl.Decimal(14, 2)).alias(name)


# identity -> the mart to spoil and how: a lost dollar, a person counted twice, a leader among the others …
SPOILS: dict[str, tuple[str, pl.Expr]] = {
    "payroll_is_in_compensation_once": (
        "compensation",
        pl.when(pl.col("staff_id") == "T01").then(cent("amount")).otherwise("amount"),
    ),
    "funding_shares_sum_to_one": ("funding_mix", pl.col("share") * 1.00001),
    "change_without_offsets_is_change_of_cost": (
        "sustainability",
        pl.lit(Decimal("0.00")).cast(pl.Decimal(14, 2)).alias("offsets"),
    ),
    "projection_starts_at_the_actual_year": ("cost_projection", cent("p50")),
    "flows_count_every_designation": ("ladder_flow", pl.col("persons") + 1),
    "span_without_leaders_is_the_same_where_none_lead": ("supervision_span", pl.col("span") + 1),
    "comparison_groups_have_no_leader": ("educator_year", pl.lit(False).alias("is_leader")),
    "leaders_are_the_same_everywhere": ("access", pl.col("leaders") + 1),
    "leader_pay_is_the_same_everywhere": ("access", pl.col("leader_pay") * 2),
    "exposure_never_falls_by_itself": ("grant_cliff", pl.col("exposure").reverse()),
    "cost_is_its_parts": (
        "sustainability",
        (pl.col("program_pay") + Decimal("0.10")).cast(pl.Decimal(14, 2)).alias("program_pay"),
    ),
    "funding_is_cost": ("funding_mix", cent("amount")),
    "leaders_are_teachers": ("educator_year", pl.lit(True).alias("is_other_leader")),
    "state_rows_are_sums": (
        "access",
        pl.when(pl.col("lea_id").is_null()).then(pl.col("leaders") + 1).otherwise("leaders").alias("leaders"),
    ),
    "incremental_pay_is_its_parts": ("sustainability", cent("incremental_pay")),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_each_notices(name: str, frames: Frames) -> None:
    mart, spoil = SPOILS[name]
    spoiled = frames | {mart: frames[mart].with_columns(spoil)}
    assert IDENTITIES[name](spoiled).collect().height > 0


def test_a_lost_pay_line_is_named(frames: Frames) -> None:
    """One pay line dropped on the way: the row says whose dollars are missing."""
    lost = frames | {"compensation": frames["compensation"].filter(pl.col("pay_type") != "benefit")}
    row = IDENTITIES["payroll_is_in_compensation_once"](lost).collect().row(0, named=True)
    assert (row["staff_id"], row["payroll_cents"] - row["compensation_cents"]) == ("T03", 400_000)
