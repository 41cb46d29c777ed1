"""Public tables: aggregates at school, LEA and state grain, and facts that hold no person (DISCLOSURE 2).

Value, mask and reason are separate columns. `mask`: published (the value stands), rounded (to the figures that protect
levels, or a district that came alone), suppressed (nothing). `reason` says in general why nothing stands there; which
rule decided is in the restricted log, because the rule itself would tell. Every row that could be is there.
"""

from __future__ import annotations

from dataclasses import dataclass

import dataframely as dy

from contracts import columns as c
from contracts import vocabulary as v
from contracts.policy.disclosure import MASKS, PUBLIC_REASONS

GRAINS = ("school", "lea", "state")
NOBODY = "none"  # no level
WHOLE = "all"
PLUS = " + "  # between the outcomes of a row that tells them together
PAY_GROUPS = ("base", "benefit", "supplement")
RECURS, NO_END = "recurs", "unknown"  # of money: it comes again every year; its award has no last day on file
SPAN_MEASURES = ("teachers", "evaluators", "evaluators_without_leaders")
SCHOOL_MEASURES = (*SPAN_MEASURES, "teachers_who_lead", "pupils")
ACCESS_MEASURES = ("teachers", "leaders")
MOVES = ("entered", "up", "stayed", "down", "left")
DIMENSIONS_OF_MONEY = (WHOLE, "cost_part", "stream", "ends")


class Shown(dy.Schema):
    """What is published of a number, and why not."""

    grain = dy.String(nullable=False, check=lambda col: col.is_in(list(GRAINS)), description="school, lea or state.")
    lea_id = c.lea_id.optional()
    school_year = c.school_year.required()
    mask = dy.String(
        nullable=False,
        check=lambda col: col.is_in(list(MASKS)),
        description="published: the value stands; rounded: it stands rounded; suppressed: nothing.",
    )
    reason = dy.String(
        nullable=True,
        check=lambda col: col.is_in(list(PUBLIC_REASONS)),
        description="Why nothing stands there; null when something does.",
    )


class Counts(Shown):
    """A count of persons."""

    persons = dy.Int64(
        nullable=True, description="Persons, exact or rounded as `mask` says.", metadata={"unit": "persons"}
    )


class Money(Shown):
    """A sum of money."""

    amount = dy.Decimal(
        precision=c.MONEY_PRECISION,
        scale=c.MONEY_SCALE,
        nullable=True,
        description="Dollars, exact or rounded as `mask` says.",
        metadata={"unit": "US dollars"},
    )


def _one_of(values: tuple[str, ...], description: str) -> dy.String:
    return dy.String(nullable=False, check=lambda col: col.is_in(list(values)), description=description)


class PublicDesignation(Counts):
    """One row per grain x lea_id x school_id x program_id x school_year x level.

    Every level of the pack in every LEA and year with the program. School rows for programs whose holders are public;
    `all` (the whole, with those at no level) for confidential programs, elsewhere it is the sum of the rows.
    """

    school_id = c.school_id.optional()
    program_id = c.program_id.required()
    level = dy.String(nullable=False, description="Level held after the year; none = no level; all = the whole.")


class PublicSchool(Counts):
    """One row per school x school_year x measure: teachers, those who lead openly, evaluators, pupils."""

    school_id = c.school_id.required()
    measure = _one_of(SCHOOL_MEASURES, "What the row counts; leading in a confidential program is not in it.")


class PublicLadderFlow(Counts):
    """One row per grain x lea_id x program_id x school_year x move; of the state, by the levels moved between.

    Up and down are by rank of the level. Who stayed without a level is in no row.
    """

    program_id = c.program_id.required()
    move = _one_of(MOVES, "entered (from no level), up, stayed, down, left (to no level).")
    from_level = dy.String(nullable=True, description="State rows: the level of the year before; none = no level.")
    to_level = dy.String(nullable=True, description="State rows: the level of this year; none = no level.")


class PublicRetention(Counts):
    """One row per grain x lea_id x program_id x school_year x comparison_group x next-year outcome; `all`: the whole.

    With a program_id: leaders of it, for the state alone. Without: leaders of any program, other teachers, top-rated.
    Where an outcome of the state is small, a row such as `move_lea + leave_teaching` tells adjacent ones together.
    """

    program_id = c.program_id.optional()
    comparison_group = c.comparison_group.required()
    outcome = dy.String(
        nullable=False, description="What became of the persons next year; all = the whole; a + b = both."
    )


class PublicAccess(Counts):
    """One row per grain x lea_id x school_year x measure x poverty quartile of the school."""

    measure = _one_of(ACCESS_MEASURES, "Whom the row counts: teachers, or those of them who lead.")
    poverty_quartile = dy.String(nullable=False, description="1 to 4, 4 poorest; 0 unknown.")


class PublicSpan(Counts):
    """One row per grain x lea_id x school_year x measure; schools are in public_school.

    A person is counted once a school, so a district's number is the sum of its schools'.
    """

    measure = _one_of(SPAN_MEASURES, "Teachers, their evaluators, and evaluators who do not lead.")


class PublicMoney(Money):
    """One row per grain x lea_id x program_id x school_year x dimension x part: what a program costs and who pays it.

    `all` is the cost; its parts add up to it, and so do the funding streams. `ends`: by the first school year without
    the money, of the latest year. Where streams are pay alone, their own `all` stands beside them.
    """

    program_id = c.program_id.required()
    dimension = _one_of(DIMENSIONS_OF_MONEY, "all: the cost; cost_part, stream, ends: what it is divided by.")
    part = dy.String(nullable=False, description="A part of cost, a stream, a first year without; all = the whole.")


class PublicCompensation(Money):
    """One row per grain x lea_id x school_year x group of pay types."""

    pay_group = _one_of(PAY_GROUPS, "base, benefit, or supplement (all other pay): never a pay code.")


class PublicProjection(Shown):
    """One row per program_id x scenario x school_year (the base year) x future_year, for the whole state alone.

    `cost_projection` over districts whose cost is known; quantiles are theirs added up, wider than the state's own.
    Shown where `public_money` shows the base year's cost, which is year 0 here, and where no one or two districts make
    up most of it. Years to come are rounded.
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
    """A public table. `key`: what names a row, in the order in which it is written."""

    schema: type[dy.Schema]
    key: tuple[str, ...]


PROGRAM = ("program_id", "school_year", "grain", "lea_id")
PUBLIC: dict[str, PublicMart] = {
    "public_designation": PublicMart(PublicDesignation, (*PROGRAM, "school_id", "level")),
    "public_school": PublicMart(PublicSchool, ("measure", "school_year", "grain", "lea_id", "school_id")),
    "public_ladder_flow": PublicMart(PublicLadderFlow, (*PROGRAM, "move", "from_level", "to_level")),
    "public_retention": PublicMart(PublicRetention, (*PROGRAM, "comparison_group", "outcome")),
    "public_access": PublicMart(PublicAccess, ("measure", "school_year", "grain", "lea_id", "poverty_quartile")),
    "public_span": PublicMart(PublicSpan, ("measure", "school_year", "grain", "lea_id")),
    "public_money": PublicMart(PublicMoney, (*PROGRAM, "dimension", "part")),
    "public_compensation": PublicMart(PublicCompensation, ("school_year", "grain", "lea_id", "pay_group")),
    "public_projection": PublicMart(PublicProjection, (*PROGRAM, "scenario", "future_year")),
    "public_data_quality": PublicMart(PublicDataQuality, ("school_year", "lea_id", "extract")),
}
# Tables without a number of persons or their pay: nothing in them is ever hidden.
NO_PERSONS = tuple(name for name, mart in PUBLIC.items() if not issubclass(mart.schema, Shown))
