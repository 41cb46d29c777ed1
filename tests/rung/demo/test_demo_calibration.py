"""What is drawn stays near what is published, and the named scales have the sizes that DESIGN section 11 names."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from rung.demo import calibration as cal
from rung.demo.plan import SCALES, lay_out


def test_average_teacher_salary_is_near_the_published_one(extracts: dict[str, pl.DataFrame]) -> None:
    person = ["at_lea", "at_year", "staff_id"]
    full = (pl.col("full_time_equivalency") == "1.0") & (pl.col("days_in_service") == "187")
    year = pl.col("at_year") == cal.SALARY_YEAR
    teachers = extracts["roster"].filter(full, year, pl.col("staff_classification") == "teacher")
    base = extracts["payroll"].filter(year, pl.col("pay_code") == "010")
    pay = base.group_by(person).agg(pl.col("amount").cast(pl.Float64).sum()).join(teachers, on=person, how="semi")
    mean = pay["amount"].mean()
    assert isinstance(mean, float)
    assert abs(mean / cal.AVERAGE_TEACHER_SALARY - 1) < 0.08


def test_shares_of_the_top_label_lie_within_the_published_districts(extracts: dict[str, pl.DataFrame]) -> None:
    rated = extracts["evaluation"].filter(pl.col("rating_level").is_not_null())
    top = ["HE", "Distinguished", "A", "5", "Excellent", "Highly Effective"]
    shares = rated.group_by("at_lea").agg(share=pl.col("rating_level").is_in(top).mean())["share"]
    assert shares.min() > 0
    assert shares.max() < 0.95
    assert shares.max() - shares.min() > 0.2, "districts differ, as published ones do"
    mean = shares.mean()
    assert isinstance(mean, float)
    assert abs(mean - cal.POOLED_SHARES[3]) < 0.2


def test_one_persons_ratings_go_together(extracts: dict[str, pl.DataFrame]) -> None:
    score = extracts["evaluation"].select(
        "staff_id", "at_lea", "at_year", score=pl.col("rating_score").cast(pl.Float64)
    )
    after = score.with_columns(at_year=pl.col("at_year") - 1)
    pairs = score.join(after, on=["staff_id", "at_lea", "at_year"]).drop_nulls()
    assert 0.45 < pairs.select(pl.corr("score", "score_right")).item() < 0.7


def test_the_competitive_grant_stops_paying_when_it_ends(clean_demo: Path, extracts: dict[str, pl.DataFrame]) -> None:
    funds = pl.read_csv(clean_demo / "reference" / "funds.csv", infer_schema=False).rename({"lea_id": "at_lea"})
    grants = funds.filter(pl.col("stream") == "competitive_federal")
    lines = extracts["payroll"].join(grants, on=["at_lea", "fund_code"])
    assert lines.height > 0
    assert lines.filter(pl.col("pay_date") > pl.col("award_end")).height == 0
    assert grants["award_end"].unique().sort().to_list() == ["2025-09-30", "2026-09-30"]
    assert funds["stream"].n_unique() == 9


@pytest.mark.parametrize("name", sorted(SCALES))
def test_named_scales_have_their_sizes(name: str) -> None:
    state = lay_out(leas=1, educators=10, years=1, seed=0, scale=name)
    scale = SCALES[name]
    assert (state.leas, int(state.sizes.sum()), len(state.years)) == (scale.leas, scale.educators, scale.years)
    assert int(state.sizes.max()) > 20 * int(state.sizes.mean()) or scale.leas < 200
    covered = [index for group in state.groups() for index in group]
    assert covered == list(range(scale.leas))
