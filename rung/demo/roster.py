"""The roster extract of one year."""

from __future__ import annotations

import numpy as np
import polars as pl

from rung.demo.cell_values import flags, pick, staff_ids, texts
from rung.demo.history import Year
from rung.demo.invented_names import EXIT_REASONS, FIRST, LAST, LEADING_TITLES, OTHER_TITLES, SUBJECTS
from rung.demo.positions import CLASSIFICATIONS, LEVELS, OTHER, TEACHER
from rung.demo.staff import DEGREES, LANES, ROLE_SECOND_HALF, day_of
from rung.demo.supervision import Supervision


def roster(year: Year, supervision: Supervision) -> pl.DataFrame:
    """One row per seat; a role that began in January makes two rows of one stay."""
    state, staff = year.state, year.staff
    positions, rng = staff.positions, state.rng
    schools = pl.Series(staff.schools.school_id)
    teaching = positions.kind == TEACHER
    frame = pl.DataFrame(
        {
            "order": np.arange(len(staff.person)),
            "lea": positions.lea,
            "staff_id": staff_ids(state, staff.person),
            "school_id": schools.gather(positions.school),
            "begin_date": staff.begin.astype("datetime64[D]"),
            "end_date": staff.end.astype("datetime64[D]"),
            "staff_classification": pick(CLASSIFICATIONS, positions.kind),
            "position_title": _titles(year),
            "position_id": pl.select(
                "P" + pl.lit(pl.Series(positions.serial)).cast(pl.String).str.zfill(7)
            ).to_series(),
            "full_time_equivalency": positions.fte,
            "role_code": pick([role.code for _, role in staff.roles], staff.role),
            "release_share": pick([role.release for _, role in staff.roles], staff.role),
            "tested_group": flags(rng.uniform("tested", positions.serial) < 0.35, teaching),
            "high_need_subject": flags(rng.uniform("high need", positions.serial) < 0.2, teaching),
            "students_taught": _students(year),
            "supervisor_staff_id": staff_ids(state, np.where(teaching, supervision.supervisor, -1)),
            "first_name": pick(FIRST, rng.whole("first name", 0, len(FIRST) - 1, staff.person)),
            "last_name": pick(LAST, rng.whole("last name", 0, len(LAST) - 1, staff.person)),
            "license_id": "L" + staff_ids(state, staff.person + 31_337),
            "hire_date": staff.hired.astype("datetime64[D]"),
            "years_experience": staff.experience,
            "highest_degree": pick(DEGREES, staff.degree),
            "salary_lane": pick(LANES, staff.lane),
            "salary_step": staff.step,
            "days_in_service": np.floor(187.0 * staff.present_days()[0] / staff.present_days()[1]).astype(np.int64),
            "exit_reason": _exit_reasons(year),
            "half_year": staff.half_year,
        }
    )
    return _with_half_years(frame, staff.year).sort("lea", "order", "begin_date").drop("order", "half_year")


def _with_half_years(frame: pl.DataFrame, year: int) -> pl.DataFrame:
    """Splits the stay of whose role began in January: without the role before, with it after."""
    turn = day_of(np.array([year]), [ROLE_SECOND_HALF])[0].astype("datetime64[D]").item()
    before = frame.filter("half_year").with_columns(
        role_code=pl.lit(None, pl.String),
        release_share=pl.lit(None, pl.Float64),
        position_title=pl.lit("Teacher"),
        end_date=pl.lit(turn).dt.offset_by("-1d"),
        exit_reason=pl.lit(None, pl.String),
    )
    after = frame.with_columns(begin_date=pl.when("half_year").then(pl.lit(turn)).otherwise("begin_date"))
    return pl.concat([after, before])


def _titles(year: Year) -> pl.Series:
    staff, rng = year.staff, year.state.rng
    kind, level = staff.positions.kind, staff.schools.level[staff.positions.school]
    titles = np.full(len(kind), "Teacher", dtype=object)
    draw = rng.words("subject", staff.positions.serial)
    for number, name in enumerate(LEVELS):
        subjects = np.array([f"Teacher, {subject}" for subject in SUBJECTS[name]], dtype=object)
        here = (kind == TEACHER) & (level == number)
        titles[here] = subjects[(draw[here] % np.uint64(len(subjects))).astype(np.int64)]
    others = np.array(OTHER_TITLES, dtype=object)
    titles[kind == OTHER] = others[(draw[kind == OTHER] % np.uint64(len(others))).astype(np.int64)]
    for number, title in LEADING_TITLES.items():
        titles[kind == number] = title
    for number, (_, role) in enumerate(staff.roles):
        titles[staff.role == number] = role.title
    return texts(titles)


def _students(year: Year) -> pl.Series:
    staff, rng = year.staff, year.state.rng
    elementary = staff.schools.level[staff.positions.school] == 0
    small = rng.whole("class", 18, 27, staff.positions.serial, staff.year)
    large = rng.whole("load", 85, 150, staff.positions.serial, staff.year)
    share = staff.positions.fte * (1.0 - np.array([0.0, *(role.release for _, role in staff.roles)])[staff.role + 1])
    taught = np.floor(np.where(elementary, small, large) * share).astype(np.int64)
    return pick(np.arange(400).tolist(), np.where(staff.positions.kind == TEACHER, taught, -1))


def _exit_reasons(year: Year) -> pl.Series:
    reason = year.state.rng.choice("reason", [0.5, 0.25, 0.12, 0.08, 0.05], year.staff.person, year.staff.year)
    leaves = year.staff.gone & ~np.isnat(year.staff.end)
    return pick(EXIT_REASONS, np.where(leaves, reason, -1))
