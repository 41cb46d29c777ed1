"""Lets a pack's machines walk over its grid, and says in which LEA and year a row stands (MARTS 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from contracts.policy.packs import Pack
from transforms.s3_designate.educator_year_panel import NO_CASE, EducatorYearPanel
from transforms.s3_designate.graph import NEVER, years_to_change
from transforms.s3_designate.ladder import Bank, TransitionRun, transitions
from transforms.s3_designate.state_space import ABSENT, FIRST, OFF, StateSpace
from transforms.s3_designate.transition_table import ANSWERS, TransitionTable

WITH_LEVEL = ("entered", "earned", "held", "renewed")
WALK_COLUMNS = ("outcome", "state", "after", "years_at_level", "interval", "bank_units")
RUN = "run_"


@dataclass(frozen=True)
class LadderRun:
    """A walk with what is needed to read it: the first year, and the machine of each year."""

    transitions: TransitionRun
    first_year: int
    automata: Mapping[int, TransitionTable]


def run_ladder(
    pack: Pack,
    space: StateSpace,
    panel: EducatorYearPanel,
    automata: Mapping[str, TransitionTable],
    rosters: pl.DataFrame,
) -> LadderRun:
    """Run the pack over all of its people at once, through every year of the state's `rosters`: a year before somebody
    came changes nothing, one after they left may end a level."""
    first, last = rosters.select(pl.col("school_year").min(), last=pl.col("school_year").max()).row(0)
    people, years = int(panel.frame["person"].max()) + 1, last - first + 1  # type: ignore[arg-type]
    symbols = np.full((years, people), ABSENT, dtype=np.int32)
    person_years = panel.frame if pack.scope == "lea" else _of_persons(pack, space, panel.frame)
    place = _place(person_years, first)
    symbols[place] = person_years["symbol"].to_numpy()
    bank = None
    if pack.bank:
        units = np.zeros((years, people))
        units[place] = person_years["units"].to_numpy()
        bank = Bank(pack, space, units)
    of_year = {}
    for offset in range(years):
        version = pack.version_of(first + offset)
        of_year[offset] = automata[version.version] if version else next(iter(automata.values()))
    return LadderRun(transitions(of_year, symbols, bank), first, of_year)


def _place(frame: pl.DataFrame, first: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    return frame["school_year"].to_numpy().astype(np.int64) - first, frame["person"].to_numpy().astype(np.int64)


def _of_persons(pack: Pack, space: StateSpace, frame: pl.DataFrame) -> pl.DataFrame:
    """One row per person and year over all LEAs that count: each input's first case that holds in any of them."""
    names = [f"i_{name}" for name in pack.inputs]
    first_case = [pl.col(name).replace(0, NO_CASE).min().replace(NO_CASE, 0).cast(pl.Int32) for name in names]
    counted = frame.filter(pl.col("symbol") >= FIRST)
    total = pl.col("is_teacher").cast(pl.Int32) * space.strides["presence"] + FIRST
    for name in pack.inputs:
        total = total + pl.col(f"i_{name}") * space.strides[name]
    on_df = (
        counted.group_by("person", "school_year")
        .agg(pl.col("is_teacher").any(), *first_case)
        .select("person", "school_year", symbol=total.cast(pl.Int32))
    )
    off_df = (
        frame.select("person", "school_year")
        .unique()
        .join(on_df, on=["person", "school_year"], how="anti")
        .with_columns(symbol=pl.lit(OFF, pl.Int32))
    )
    return pl.concat([on_df, off_df])


def rows_of_leas(pack: Pack, panel: EducatorYearPanel, ladder_run: LadderRun, rosters: pl.DataFrame) -> pl.DataFrame:
    """Rows of a program whose levels belong to an LEA: its roster of t, and `lapsed` for who has left it.

    Nobody lapses in a year for which the LEA has no roster at all, or has no program.
    """
    on_roster = _with_walk(panel.frame, ladder_run, panel.frame)
    there = np.zeros(ladder_run.transitions.outcome.shape, dtype=bool)
    there[_place(panel.frame, ladder_run.first_year)] = True
    year, person = np.nonzero((ladder_run.transitions.outcome != 0) & ~there)
    gone = pl.DataFrame(
        {"school_year": (year + ladder_run.first_year).astype(np.int16), "person": person.astype(np.int32)}
    )
    people = panel.frame.select("person", "lea_id", "staff_id").unique("person")
    gone = (
        gone.join(people, on="person")
        .join(rosters, on=["lea_id", "school_year"], how="semi")
        .join(panel.in_force, on=["lea_id", "school_year"], how="semi")
    )
    away = _with_walk(gone, ladder_run, panel.frame)
    return pl.concat([on_roster, away], how="diagonal").filter(pl.col("outcome") != 0)


def _with_walk(frame: pl.DataFrame, ladder_run: LadderRun, panel: pl.DataFrame) -> pl.DataFrame:
    """The frame with what the walk says of its persons and years, and with the run years that are its evidence."""
    place = _place(frame, ladder_run.first_year)
    steps = ladder_run.transitions
    values: tuple[npt.NDArray[Any], ...] = (
        steps.outcome,
        steps.state,
        steps.after,
        steps.years_at_level,
        steps.interval,
        steps.units,
    )
    columns = {name: array[place] for name, array in zip(WALK_COLUMNS, values, strict=True)}
    return frame.with_columns(**{name: pl.Series(name, column) for name, column in columns.items()})


def rows_of_state(pack: Pack, panel: EducatorYearPanel, ladder_run: LadderRun, rosters: pl.DataFrame) -> pl.DataFrame:
    """Rows of a program whose levels belong to the person, over all LEAs.

    The LEA whose evidence won says earned, the others held; an answer stands where its evidence is; lapsed and ended
    stand where the row of t-1 stood.
    """
    frame = _with_walk(panel.frame, ladder_run, panel.frame).filter(pl.col("outcome") != 0)
    frame = frame.with_columns(
        own=_own_outcome(frame, ladder_run),
        status=_meaning(frame, ladder_run, "status"),
    )
    fires = pl.col("own") == pl.col("outcome")
    order = ["fires", "own_event", "of_record", "lea_id"]
    key = ["staff_id", "school_year"]
    frame = frame.with_columns(fires=fires).sort(*key, *order, descending=[False, False, True, True, True, False])
    frame = frame.with_columns(first=pl.int_range(pl.len()).over(key) == 0)
    counts = pl.lit(True) if pack.rows == "everywhere" else pl.col("in_force")
    level_rows = frame.filter(pl.col("status").is_in(list(WITH_LEVEL)) & counts)
    before = level_rows.select("lea_id", "staff_id", school_year=pl.col("school_year") + pl.lit(1, pl.Int16))
    answers = frame.filter(~pl.col("status").is_in([*WITH_LEVEL, "lapsed", "ended"]) & fires & counts)
    stopped = (pl.col("status") == "ended") | (pl.col("status").is_in(list(WITH_LEVEL)) & ~counts)
    ended = frame.filter(stopped).join(before, on=["lea_id", "staff_id", "school_year"], how="semi")
    ended = ended.with_columns(stopped=pl.lit(True))
    lapsed = _lapsed(panel, ladder_run, before, rosters)
    if pack.rows == "adopting":
        lapsed = lapsed.join(panel.in_force, on=["lea_id", "school_year"], how="semi")
    return pl.concat([level_rows, answers, ended, lapsed], how="diagonal")


def _lapsed(
    panel: EducatorYearPanel, ladder_run: LadderRun, before: pl.DataFrame, rosters: pl.DataFrame
) -> pl.DataFrame:
    """Where the row of t-1 stood, whether or not anybody is still on that roster; not after the last roster."""
    people = panel.frame.select("person", "staff_id").unique("person")
    stood = before.join(people, on="staff_id").join(rosters, on=["lea_id", "school_year"], how="semi")
    known = panel.frame.drop("person")
    stood = _with_walk(stood, ladder_run, panel.frame).filter(pl.col("outcome") != 0)
    stood = stood.filter(_meaning(stood, ladder_run, "status") == "lapsed")
    return stood.join(known, on=["lea_id", "staff_id", "school_year"], how="left")


def _own_outcome(frame: pl.DataFrame, ladder_run: LadderRun) -> pl.Series:
    """What the LEA's own evidence alone would have said."""
    year, _ = _place(frame, ladder_run.first_year)
    own = np.zeros(len(frame), dtype=np.int32)
    for offset, automaton in ladder_run.automata.items():
        here = year == offset
        own[here] = automaton.outcome[frame["state"].to_numpy()[here], frame["symbol"].to_numpy()[here]]
    return pl.Series("own", own)


def _meaning(frame: pl.DataFrame, ladder_run: LadderRun, what: str) -> pl.Series:
    """An outcome's part (`status`, `rule_id`, `level`, `from_level`) for every row of the frame."""
    year, _ = _place(frame, ladder_run.first_year)
    numbers = frame["outcome"].to_numpy()
    out = np.full(len(frame), None, dtype=object)
    for offset, automaton in ladder_run.automata.items():
        names = np.array([getattr(o, what) if o else None for o in automaton.outcomes], dtype=object)
        out[year == offset] = names[numbers[year == offset]]
    return pl.Series(what, out.tolist(), dtype=pl.String)


def with_meaning(frame: pl.DataFrame, ladder_run: LadderRun) -> pl.DataFrame:
    """Add rule_id, status, level, from_level, pack_version and next_review_year."""
    year, _ = _place(frame, ladder_run.first_year)
    review = np.full(len(frame), NEVER, dtype=np.int64)
    version = np.full(len(frame), None, dtype=object)
    ahead = {id(automaton): years_to_change(automaton) for automaton in ladder_run.automata.values()}
    for offset, automaton in ladder_run.automata.items():
        here = year == offset
        review[here] = ahead[id(automaton)][frame["after"].to_numpy()[here]]
        version[here] = automaton.version.version
    parts = {name: _meaning(frame, ladder_run, name) for name in ("rule_id", "status", "level", "from_level")}
    next_year = pl.col("school_year").cast(pl.Int64) + pl.Series("review", review)
    worded = frame.with_columns(**parts, pack_version=pl.Series(version.tolist(), dtype=pl.String))
    if "stopped" in frame.columns:  # the program is over in this LEA, though the person holds on in another
        here = pl.col("stopped").fill_null(False)
        over = {"rule_id": pl.lit("program_ended"), "status": pl.lit("ended"), "level": pl.lit(None, pl.String)}
        worded = worded.with_columns(**{n: pl.when(here).then(new).otherwise(pl.col(n)) for n, new in over.items()})
    return worded.with_columns(
        next_review_year=pl.when((pl.Series(review) < NEVER) & pl.col("level").is_not_null())
        .then(next_year)
        .cast(pl.Int16)
    )


def with_runs(frame: pl.DataFrame, panel: EducatorYearPanel, space: StateSpace, ladder_run: LadderRun) -> pl.DataFrame:
    """Add, for each run memory, the years of its last n ratings that counted, newest first (`run_<name>_<i>`)."""
    if not space.runs:
        return frame
    year, person = _place(frame, ladder_run.first_year)
    people = int(panel.frame["person"].max()) + 1  # type: ignore[arg-type]
    columns: dict[str, pl.Series] = {}
    for name, run in space.runs.items():
        numbers = [
            space.inputs[run.input].index(case) for case in ([run.cases] if isinstance(run.cases, str) else run.cases)
        ]
        hits = panel.frame.filter(pl.col(f"i_{run.input}").is_in(numbers) & (pl.col("symbol") >= FIRST))
        hit_year, hit_person = _place(hits, ladder_run.first_year)
        history = np.zeros((run.n, people), dtype=np.int16)
        seen = np.zeros((run.n, len(frame)), dtype=np.int16)
        for offset in sorted(ladder_run.automata):
            now = hit_person[hit_year == offset]
            history[1:, now] = history[:-1, now]
            history[0, now] = ladder_run.first_year + offset
            here = year == offset
            seen[:, here] = history[:, person[here]]
        for i in range(run.n):
            columns[f"{RUN}{name}_{i}"] = pl.Series(seen[i]).replace(0, None)
    return frame.with_columns(**columns)


__all__ = ["ANSWERS", "LadderRun", "rows_of_leas", "rows_of_state", "run_ladder", "with_meaning", "with_runs"]
