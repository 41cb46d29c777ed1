"""Conditions over ratings: one year's, the newest, the last n, the mean of several years (RULES 1.3)."""

from __future__ import annotations

import polars as pl

from contracts.policy.conditions import LastRatings, LatestWithin, MeanOfYears, RatingTest, ScoreTest, many
from contracts.policy.packs import Pack
from transforms.s2_resolve.ratings import SCORES
from transforms.s3_designate.evidence import Evidence

VALUES = (
    "rating_level",
    "band",
    "is_top",
    "is_positive",
    "rating_reason",
    "status",
    *SCORES,
)
ANY_SYSTEM, OWN_SYSTEM = "any", "own"
UNKNOWN = pl.lit(None, pl.Boolean)


def at_least_k(surely: pl.Expr, perhaps: pl.Expr, k: int) -> pl.Expr:
    """At least `k` hold, of which `surely` hold and no more than `perhaps` could; null where that leaves it open."""
    return pl.when(surely >= k).then(True).when(perhaps < k).then(False)


def rating_keys(lea: str) -> list[str]:
    """Ratings of the own LEA only, or of any."""
    return ["lea_id", "staff_id", "school_year"] if lea == "own" else ["staff_id", "school_year"]


def ratings_of(evidence: Evidence, system: str, lea: str) -> pl.LazyFrame:
    """One row per key and year under one system (`own`: the LEA's; `any`: the best of all), usable rows first."""
    ratings_lf = evidence.ratings
    if system == OWN_SYSTEM:
        ratings_lf = ratings_lf.join(evidence.districts, on=["lea_id", "rating_system"], how="semi")
    elif system != ANY_SYSTEM:
        ratings_lf = ratings_lf.filter(pl.col("rating_system") == system)
    keys = rating_keys(lea)
    if lea == "own" and system not in (ANY_SYSTEM, OWN_SYSTEM):
        return ratings_lf.select(*keys, *VALUES)  # the extract's key: one row already
    order = [*keys, "band", "rating_level", "rating_system"]
    falling = [False] * len(keys) + [True, False, False]
    return (
        ratings_lf.sort(order, descending=falling, nulls_last=True)
        .unique(keys, keep="first", maintain_order=True)
        .select(*keys, *VALUES)
    )


def rating_holds(test: RatingTest, pack: Pack, prefix: str = "") -> pl.Expr:
    """Whether a rating's columns pass the test; null where there is no usable rating, a number is missing or unset."""

    def col(name: str) -> pl.Expr:
        return pl.col(prefix + name)

    rated = col("band").is_not_null()
    parts: list[pl.Expr] = []
    if test.label is not None:
        parts.append(pl.when(rated).then(col("rating_level").is_in(list(many(test.label)))))
    if test.band_at_least is not None:
        parts.append(col("band") >= test.band_at_least)
    if test.top is not None:
        parts.append(col("is_top") == test.top)
    if test.positive is not None:
        parts.append(col("is_positive") == test.positive)
    if test.usable is False:
        parts = [~rated]
    elif test.usable or not parts:
        parts = [rated, *parts]
    passes = pl.all_horizontal([*parts, *_bounds(test, pack, prefix)])
    return pl.any_horizontal([passes, *(rating_holds(other, pack, prefix) for other in test.or_else)])


def _bounds(test: RatingTest | ScoreTest, pack: Pack, prefix: str) -> list[pl.Expr]:
    """at_least and below of the test's column."""
    if test.column is None:
        return []
    parts = []
    for bound, compare in ((test.at_least, pl.Expr.ge), (test.below, pl.Expr.lt)):
        if bound is not None:
            value = pack.number(bound)
            parts.append(UNKNOWN if value is None else compare(pl.col(prefix + test.column), value))
    return parts


def score_holds(test: ScoreTest, pack: Pack, prefix: str) -> pl.Expr:
    """A score of a final or appealed evaluation; null where there is none. Without a bound: whether it is given."""
    counts = pl.col(f"{prefix}status").is_in(["final", "appealed"]).fill_null(False)
    given = counts & pl.col(prefix + test.column).is_not_null()
    if test.missing:
        return ~given
    bounds = _bounds(test, pack, prefix)
    return pl.when(given).then(pl.all_horizontal(bounds)) if bounds else given


def newest(evidence: Evidence, pack: Pack, test: LatestWithin, years: pl.LazyFrame) -> pl.LazyFrame:
    """One row per key and year t with a usable rating not older than `years`: `passes`, and its year `seen`."""
    keys = rating_keys(test.lea)
    series_lf = ratings_of(evidence, test.system or pack.rating_system, test.lea).filter(pl.col("band").is_not_null())
    rated_lf = series_lf.select(*keys, passes=rating_holds(test, pack), seen="school_year").sort("school_year")
    asked_lf = years.select(keys).unique().sort("school_year")
    found_lf = asked_lf.join_asof(
        rated_lf, on="school_year", by=keys[:-1], strategy="backward", check_sortedness=False
    ).drop_nulls("seen")
    if test.years is None:
        return found_lf
    return found_lf.filter(pl.col("school_year") - pl.col("seen") <= test.years)


def last_ratings(evidence: Evidence, pack: Pack, test: LastRatings, years: pl.LazyFrame) -> pl.LazyFrame:
    """One row per key and year t with a usable rating up to t: `passes` (null while ratings that are missing could
    decide it), and the years `seen` (list, newest first)."""
    keys = rating_keys(test.lea)
    person = keys[:-1]
    series_lf = ratings_of(evidence, test.system or pack.rating_system, test.lea).filter(pl.col("band").is_not_null())
    good = rating_holds(test, pack)
    surely, perhaps = good.fill_null(False).cast(pl.Int32), good.fill_null(True).cast(pl.Int32)
    absent = 0 if test.accept_fewer else 1

    def back(expr: pl.Expr, years_back: int) -> pl.Expr:
        return expr.shift(years_back).over(person, order_by="school_year")

    hits = pl.sum_horizontal([back(surely, i).fill_null(0) for i in range(test.n)])
    hoped = pl.sum_horizontal([back(perhaps, i).fill_null(absent) for i in range(test.n)])
    seen = pl.concat_list([back(pl.col("school_year"), i) for i in range(test.n)]).list.drop_nulls()
    rated_lf = series_lf.select(*keys, passes=at_least_k(hits, hoped, test.k), seen=seen).sort("school_year")
    asked_lf = years.select(keys).unique().sort("school_year")
    return asked_lf.join_asof(
        rated_lf, on="school_year", by=person, strategy="backward", check_sortedness=False
    ).drop_nulls("seen")


def mean_of_years(evidence: Evidence, pack: Pack, test: MeanOfYears) -> pl.LazyFrame:
    """One row per lea_id x staff_id x year t with the score in every one of the years: `passes`."""
    keys = rating_keys("own")
    mean, floor = pack.number(test.mean), pack.number(test.floor)
    series_lf = (
        ratings_of(evidence, test.system or pack.rating_system, "own")
        .filter(pl.col("status").is_in(["final", "appealed"]) & pl.col(test.column).is_not_null())
        .select(*keys, score=test.column)
    )
    shifted = [series_lf.with_columns(school_year=pl.col("school_year") + i) for i in range(test.years)]
    passes = pl.lit(False)
    if mean is not None and floor is not None:
        enough = (pl.col("score").mean() >= mean - 1e-9) & (pl.col("score").min() >= floor)
        passes = enough & (pl.len() == test.years)
    return pl.concat(shifted).group_by(keys).agg(passes=passes)
