"""`program_pay`: pay on programs' codes by stream, end of the money and person, for the disclosure step."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from contracts.keys import PROGRAM
from contracts.public import NO_END, RECURS
from contracts.resolved.pay import ProgramPay, ResolvedPay
from transforms.s4_sustain.revenue import first_year_without

KEY = (*PROGRAM, "stream", "ends", "staff_id")


def program_pay(pay: dy.LazyFrame[ResolvedPay]) -> dy.LazyFrame[ProgramPay]:
    """One row per lea x program x year x stream x ends x staff: net cents on the program's pay codes. Person-level.

    `pay`: payroll classified (stage 2). `ends`: the first school year without the money (its award ends before that 1
    July, MARTS 4.3; never a year that is already paid), RECURS, or NO_END where an award has no last day on file. Stays
    in the lake; the disclosure step needs it to know who is behind a sum.
    """
    ahead = pl.max_horizontal(first_year_without(), pl.col("school_year").cast(pl.Int32) + 1)
    ends = (
        pl.when(pl.col("recurring").fill_null(True))
        .then(pl.lit(RECURS))
        .when(pl.col("award_end").is_null())
        .then(pl.lit(NO_END))
        .otherwise(ahead.cast(pl.String))
    )
    rows = pay.filter(pl.col("program_id").is_not_null()).with_columns(ends=ends)
    return rows.group_by(KEY).agg(pl.col("cents").sum()).sort(KEY).pipe(ProgramPay.cast)
