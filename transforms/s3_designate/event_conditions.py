"""Conditions over leadership events: nominations, selections, courses, certificates, credentials (PACKS, MARTS 2)."""

from __future__ import annotations

import polars as pl

from contracts.policy.conditions import EventTest, many
from contracts.policy.packs import Pack
from transforms.s3_designate.evidence import KEY, NEGATIVE, POSITIVE, Evidence

FAR = pl.date(9999, 12, 31)
ENDED_BY_FAILURE = ("credential",)


def event_keys(test: EventTest) -> list[str]:
    """Events of the own LEA only, or of any."""
    return ["staff_id", "school_year"] if test.any_lea else KEY


def events_of(
    evidence: Evidence, pack: Pack, test: EventTest, decided: bool = True, undecided: bool = False
) -> pl.LazyFrame:
    """The events that the test means, whatever their year; with `decided`, only those with its decision.

    With `undecided`, those that may be meant: their quantity is not given, or the bound has no value.
    """
    events_lf = evidence.events.filter(pl.lit(True) if test.type == "any" else pl.col("event_type") == test.type)
    if test.code is not None:
        events_lf = events_lf.filter(pl.col("event_code").is_in(list(many(test.code))))
    if test.code_not is not None:
        events_lf = events_lf.filter(~pl.col("event_code").is_in(list(many(test.code_not))).fill_null(False))
    if test.names_counterpart:
        events_lf = events_lf.filter(pl.col("counterpart_staff_id").is_not_null())
    if test.quantity_at_least is not None:
        least = pack.number(test.quantity_at_least)
        enough = pl.lit(None, pl.Boolean) if least is None else pl.col("quantity") >= least
        events_lf = events_lf.filter(enough.is_null() if undecided else enough)
    if test.by == "principal_of_school":
        events_lf = _by_principal(evidence, events_lf)
    return events_lf.filter(decision(test)) if decided else events_lf


def decision(test: EventTest) -> pl.Expr:
    """Whether the outcome is of the kind that the test asks for."""
    outcome = pl.col("outcome")
    positive, negative = outcome.is_in(POSITIVE).fill_null(False), outcome.is_in(NEGATIVE).fill_null(False)
    kinds = {
        "positive": positive,
        "negative": negative,
        "open": ~positive & ~negative,
        "done": positive | outcome.is_null(),
        "any": pl.lit(True),
    }
    return kinds[test.decision]


def _by_principal(evidence: Evidence, events_lf: pl.LazyFrame) -> pl.LazyFrame:
    """Events by a principal, in t and on the roster of the event's LEA, of the educator's school of record there."""
    principals_lf = evidence.principals.rename({"staff_id": "by_staff_id", "school_id": "school_of_record"})
    record_lf = evidence.educators.select(*KEY, school_of_record="school_id")
    return events_lf.join(record_lf, on=KEY, how="inner").join(
        principals_lf, on=["lea_id", "school_year", "by_staff_id", "school_of_record"], how="semi"
    )


def event_holds(
    evidence: Evidence, pack: Pack, test: EventTest, years: pl.LazyFrame, undecided: bool = False
) -> pl.LazyFrame:
    """One row per key and year t in which the test holds, with `seen`, the school year of the newest event meant.

    With `undecided`, in which it may hold (`events_of`).
    """
    keys = event_keys(test)
    if test.issuers is not None:
        return _from_issuers(evidence, pack, test, years, undecided)
    if test.within == "in_force":
        return _in_force(events_of(evidence, pack, test, decided=False, undecided=undecided), test, years)
    events_lf = events_of(evidence, pack, test, undecided=undecided)
    if test.within == "ever":
        return _so_far(events_lf, test, years, pack.number(test.codes_at_least))
    years_lf = [
        events_lf.select(*keys, "event_code", seen="school_year").with_columns(school_year=pl.col("school_year") + back)
        for back in range(test.lag, test.lag + test.within)
    ]
    found_lf = pl.concat(years_lf).group_by(keys).agg(pl.col("seen").max(), codes=pl.col("event_code").n_unique())
    return found_lf if test.codes_at_least is None else found_lf.filter(_enough(pack.number(test.codes_at_least)))


def _enough(least: float | None) -> pl.Expr:
    return pl.lit(False) if least is None else pl.col("codes") >= least


def _so_far(events_lf: pl.LazyFrame, test: EventTest, years: pl.LazyFrame, least: float | None) -> pl.LazyFrame:
    """In t or before."""
    keys = event_keys(test)
    asked_lf = years.select(keys).unique()
    found_lf = (
        asked_lf.join(events_lf.select(*keys[:-1], "event_code", seen="school_year"), on=keys[:-1])
        .filter(pl.col("seen") <= pl.col("school_year") - test.lag)
        .group_by(keys)
        .agg(pl.col("seen").max(), codes=pl.col("event_code").n_unique())
    )
    return found_lf if test.codes_at_least is None else found_lf.filter(_enough(least))


def _in_force(events_lf: pl.LazyFrame, test: EventTest, years: pl.LazyFrame) -> pl.LazyFrame:
    """In force on 30 June of t: from its event until valid_until, else for good; a credential until a later failure of
    the same code, a certificate whatever is tried later (MARTS 1, 5.S9)."""
    keys = event_keys(test)
    code = [*keys[:-1], "event_code"]
    failed = pl.when(pl.col("outcome").is_in(NEGATIVE)).then(pl.col("event_date"))
    dated_lf = events_lf.select(*code, "event_date", "outcome", "valid_until", "school_year").with_columns(
        failed_next=failed.shift(-1).backward_fill().over(code, order_by=["event_date", "outcome"])
    )
    ends = pl.col("failed_next") if test.type in ENDED_BY_FAILURE else pl.lit(None, pl.Date)
    lost = (ends - pl.duration(days=1)).fill_null(FAR)
    valid_lf = dated_lf.filter(decision(test)).select(
        *keys[:-1], "event_date", until=pl.coalesce("valid_until", lost), seen="school_year"
    )
    last_day = pl.date(pl.col("school_year").cast(pl.Int32) - test.lag, 6, 30)
    return (
        years.select(keys)
        .unique()
        .join(valid_lf, on=keys[:-1])
        .filter((pl.col("event_date") <= last_day) & (last_day <= pl.col("until")))
        .group_by(keys)
        .agg(pl.col("seen").max())
    )


def _from_issuers(
    evidence: Evidence, pack: Pack, test: EventTest, years: pl.LazyFrame, undecided: bool
) -> pl.LazyFrame:
    """Events of the own LEA, and those that the listed LEAs issued."""
    own = event_holds(evidence, pack, test.model_copy(update={"issuers": None, "lea": "own"}), years, undecided)
    assert test.issuers is not None
    listed = pack.knob(test.issuers.knob)
    names = list(listed) if isinstance(listed, tuple) else []
    issued = Evidence(**{**vars(evidence), "events": evidence.events.filter(pl.col("lea_id").is_in(names))})
    anywhere = event_holds(issued, pack, test.model_copy(update={"issuers": None, "lea": "any"}), years, undecided)
    asked_lf = years.select(KEY).unique()
    columns = [*KEY, "seen"]
    return (
        pl.concat(
            [own.select(columns), asked_lf.join(anywhere, on=["staff_id", "school_year"]).select(columns)],
        )
        .group_by(KEY)
        .agg(pl.col("seen").max())
    )
