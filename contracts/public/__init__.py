"""Public marts: aggregates at school, LEA and state grain, and facts that hold no person.

Value, mask and reason are separate columns.

`mask`: published (the value stands), banded (only its bounds), suppressed (nothing). `reason` says in general why
nothing stands there; which rule decided is in the restricted decision log, because the rule itself would tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import dataframely as dy

from contracts import columns as c
from contracts import vocabulary as v
from contracts.policy.disclosure import MASKS, PUBLIC_REASONS

GRAINS = ("school", "lea", "state")
NOBODY = "none"
PAY_GROUPS = ("base", "benefit", "supplement")
RECURS, NO_END = "recurs", "unknown"  # of money: it comes again every year; its award has no last day on file
SPAN_MEASURES = ("teachers", "evaluators", "evaluators_who_lead", "evaluators_without_leaders")
COST_PARTS = ("incremental_pay", "other_cost")


class Shown(dy.Schema):
    """What is published of a number, and why not."""

    grain = dy.String(nullable=False, check=lambda col: col.is_in(list(GRAINS)), description="school, lea or state.")
    lea_id = c.lea_id.optional()
    school_year = c.school_year.required()
    mask = dy.String(
        nullable=False,
        check=lambda col: col.is_in(list(MASKS)),
        description="published: the value stands; banded: only its bounds; suppressed: nothing.",
    )
    reason = dy.String(
        nullable=True,
        check=lambda col: col.is_in(list(PUBLIC_REASONS)),
        description="Why nothing stands there; null when something does.",
    )


class Counts(Shown):
    """A count of persons."""

    persons = dy.Int64(nullable=True, description="Persons, where published exactly.", metadata={"unit": "persons"})
    persons_low = dy.Int64(
        nullable=True, description="Lower bound published; equal to persons where exact.", metadata={"unit": "persons"}
    )
    persons_high = dy.Int64(nullable=True, description="Upper bound published.", metadata={"unit": "persons"})
    percent_low = dy.Float64(
        nullable=True, description="Lower bound over the published whole.", metadata={"unit": "percent, 0-100"}
    )
    percent_high = dy.Float64(
        nullable=True,
        description="Upper bound over the published whole; equal to percent_low where exact.",
        metadata={"unit": "percent, 0-100"},
    )


class Money(Shown):
    """A sum of money."""

    amount = dy.Decimal(
        precision=c.MONEY_PRECISION,
        scale=c.MONEY_SCALE,
        nullable=True,
        description="Dollars, where published exactly.",
        metadata={"unit": "US dollars"},
    )
    amount_low = dy.Decimal(
        precision=c.MONEY_PRECISION,
        scale=c.MONEY_SCALE,
        nullable=True,
        description="Lower bound published; equal to amount where exact.",
        metadata={"unit": "US dollars"},
    )
    amount_high = dy.Decimal(
        precision=c.MONEY_PRECISION,
        scale=c.MONEY_SCALE,
        nullable=True,
        description="Upper bound published.",
        metadata={"unit": "US dollars"},
    )
    share = dy.Float64(
        nullable=True, description="Share of the published whole; null when that is hidden.", metadata={"unit": "share"}
    )


def _one_of(values: tuple[str, ...], description: str) -> dy.String:
    return dy.String(nullable=False, check=lambda col: col.is_in(list(values)), description=description)


class PublicDesignation(Counts):
    """One row per grain x lea_id x school_id x program_id x school_year x level, and `all` for the whole."""

    school_id = c.school_id.optional()
    program_id = c.program_id.required()
    level = dy.String(nullable=False, description="Level held after the year; none = no level; all = the whole.")


class PublicLadderFlow(Counts):
    """One row per grain x lea_id x program_id x school_year x from_level x to_level, and `all` for the whole."""

    program_id = c.program_id.required()
    from_level = dy.String(nullable=False, description="Level of the year before; none = no level; all = the whole.")
    to_level = dy.String(nullable=False, description="Level of this year; none = no level; all = the whole.")


class PublicRetention(Counts):
    """One row per grain x lea_id x program_id x school_year x group x next-year outcome, and `all` for the whole."""

    program_id = c.program_id.required()
    group = c.group.required()
    outcome = dy.String(nullable=False, description="What became of the persons next year; all = the whole.")


class PublicAccess(Counts):
    """One row per grain x lea_id x school_year x measure x poverty quartile, and `all` for the whole."""

    measure = _one_of(("teachers", "leaders"), "Whom the row counts: teachers or teacher leaders.")
    poverty_quartile = dy.String(nullable=False, description="1 to 4, 4 poorest; 0 unknown; all = the whole.")


class PublicSupervisionSpan(Counts):
    """One row per grain x lea_id x school_id x school_year x measure.

    How many evaluators lead is told for LEAs and the state, in years in which any of them does.
    """

    school_id = c.school_id.optional()
    measure = _one_of(SPAN_MEASURES, "Whom the row counts: teachers, those who evaluate them, and who of these lead.")


class PublicFundingMix(Money):
    """One row per grain x lea_id x program_id x school_year x stream, and `all` for the whole."""

    program_id = c.program_id.required()
    stream = dy.String(nullable=False, description="Funding stream; all = the whole.")


class PublicGrantCliff(Money):
    """One row per grain x lea_id x program_id x school_year x stream x ends, and `all` for the whole.

    Program pay of the latest year on the streams in which money ends, by the first school year without it, before any
    match. Without a program_id: all programs together, as far as that gives away none of them.
    """

    program_id = c.program_id.optional()
    stream = c.stream.required()
    ends = dy.String(
        nullable=False,
        description="First school year without the money; recurs = it comes again every year; unknown = the award has "
        "no last day on file; all = the whole.",
    )


class PublicSustainability(Money):
    """One row per grain x lea_id x program_id x school_year x part of the program's cost, and `all` for the whole."""

    program_id = c.program_id.required()
    cost_part = _one_of((*COST_PARTS, "all"), "Incremental pay (M01), other cost (release, training, administration).")


class PublicLeaders(Counts):
    """One row per grain x lea_id x program_id x school_year: teacher leaders, the persons behind the money."""

    program_id = c.program_id.required()


class PublicCompensation(Money):
    """One row per grain x lea_id x school_year x group of pay types, and `all` for the whole."""

    pay_group = _one_of((*PAY_GROUPS, "all"), "base, benefit, or supplement (all other pay): never a pay code.")


class PublicCostProjection(Shown):
    """One row per program_id x scenario x school_year (the base year) x future_year, for the whole state alone.

    `cost_projection` over districts whose cost is known; quantiles are theirs added up, wider than the state's own.
    Shown where `public_sustainability` publishes the base year's whole cost, which is year 0 here, and where no one or
    two districts make up most of it. Years to come are rounded to three significant figures.
    """

    program_id = c.program_id.required()
    scenario = c.scenario.required()
    future_year = c.future_year.required()
    expected = c.expected.optional()
    p10 = c.p10.optional()
    p50 = c.p50.optional()
    p90 = c.p90.optional()


class PublicDataQuality(dy.Schema):
    """One row per lea_id x extract x school_year: whether a submission is in force and whether it came in time.

    Evaluation, roster and payroll of every district; leadership where it was sent. From `data_quality` and the list of
    districts. No rows are counted: the rows of a tiny district are its persons.
    """

    lea_id = c.lea_id.required()
    extract = c.extract.required()
    school_year = c.school_year.required()
    timeliness = dy.String(
        nullable=False,
        check=lambda col: col.is_in(list(v.TIMELINESS)),
        description="on_time, late: by the calendar's due day; missing: nothing accepted so far; no_due_day: accepted, "
        "and the calendar has no day for it.",
    )
    days_late = dy.Int32(
        nullable=True,
        description="Days after the due day, 0 when in time; null without one.",
        metadata={"unit": "days"},
    )
    accepted = dy.Bool(nullable=False, description="A submission is in force.")


@dataclass(frozen=True)
class PublicMart:
    """A public mart. `key`: what names a row, in the order in which it is written."""

    schema: type[dy.Schema]
    key: tuple[str, ...]


PROGRAM = ("program_id", "school_year", "grain", "lea_id")
PUBLIC: dict[str, PublicMart] = {
    "public_designation": PublicMart(PublicDesignation, (*PROGRAM, "school_id", "level")),
    "public_ladder_flow": PublicMart(PublicLadderFlow, (*PROGRAM, "from_level", "to_level")),
    "public_retention": PublicMart(PublicRetention, (*PROGRAM, "group", "outcome")),
    "public_access": PublicMart(PublicAccess, ("measure", "school_year", "grain", "lea_id", "poverty_quartile")),
    "public_supervision_span": PublicMart(
        PublicSupervisionSpan, ("measure", "school_year", "grain", "lea_id", "school_id")
    ),
    "public_funding_mix": PublicMart(PublicFundingMix, (*PROGRAM, "stream")),
    "public_grant_cliff": PublicMart(PublicGrantCliff, (*PROGRAM, "stream", "ends")),
    "public_sustainability": PublicMart(PublicSustainability, (*PROGRAM, "cost_part")),
    "public_leaders": PublicMart(PublicLeaders, PROGRAM),
    "public_compensation": PublicMart(PublicCompensation, ("school_year", "grain", "lea_id", "pay_group")),
    "public_cost_projection": PublicMart(PublicCostProjection, (*PROGRAM, "scenario", "future_year")),
    "public_data_quality": PublicMart(PublicDataQuality, ("school_year", "lea_id", "extract")),
}
# Marts without a number of persons or their pay: nothing in them is ever hidden.
NO_PERSONS = tuple(name for name, mart in PUBLIC.items() if not issubclass(mart.schema, Shown))
