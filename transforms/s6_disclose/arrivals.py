"""When each district's data came: no person is in it, so the suppression engine has nothing to decide."""

from __future__ import annotations

import polars as pl

from contracts.public import PublicDataQuality
from contracts.vocabulary import EXPECTED_EXTRACTS

PLACE = ["lea_id", "extract", "school_year"]


def arrived(data_quality: pl.LazyFrame, districts: pl.LazyFrame) -> pl.DataFrame:
    """One row per lea_id x extract x school_year (`PublicDataQuality`), sorted by school_year, lea_id, extract.

    `data_quality`: the mart; its submissions are the ones in force. `districts`: lea_id of every district, so that one
    that sent nothing has its rows. A school year is expected once any district's data of it were accepted.
    """
    came = data_quality.group_by(PLACE).agg(pl.col("days_late").max(), accepted=pl.lit(True))
    extracts = pl.LazyFrame({"extract": list(EXPECTED_EXTRACTS)})
    expected = (
        districts.select("lea_id").join(extracts, how="cross").join(came.select("school_year").unique(), how="cross")
    )
    late = pl.col("days_late")
    word = (
        pl.when(~pl.col("accepted"))
        .then(pl.lit("missing"))
        .when(late.is_null())
        .then(pl.lit("no_due_day"))
        .when(late > 0)
        .then(pl.lit("late"))
        .otherwise(pl.lit("on_time"))
    )
    rows = (
        pl.concat([expected.select(PLACE), came.select(PLACE)])
        .unique()
        .join(came, on=PLACE, how="left")
        .with_columns(pl.col("accepted").fill_null(False), late.clip(lower_bound=0))
        .with_columns(timeliness=word)
        .select(list(PublicDataQuality.columns()))
        .sort("school_year", "lea_id", "extract")
    )
    return PublicDataQuality.validate(rows.collect(), cast=True)
