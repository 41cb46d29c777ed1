"""The state's reference tables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from rung.demo import calibration as cal
from rung.demo.adoptions import Pay, Program, adoptions
from rung.demo.funds import FUNDS, GRANT, LEVY, TITLE_I_POVERTY, grant_ends, has_levy
from rung.demo.pay import BASE, BENEFIT
from rung.demo.plan import State
from rung.demo.positions import LEVELS, Positions, Schools
from rung.demo.ratings import packaged_rows
from rung.demo.staff import LANES

# Districts of one regional service centre.
LEAS_A_REGION = 5


def districts(state: State) -> pl.DataFrame:
    """One row per district."""
    opens, closes = state.window()
    rural = state.rural()
    rows = range(state.leas)
    return pl.DataFrame(
        {
            "lea_id": [state.lea_id(i) for i in rows],
            "name": [f"Demo District {i + 1:05d}" for i in rows],
            "locale": ["42" if rural[i] else ("11" if state.sizes[i] > 3_000 else "21") for i in rows],
            "rating_system": [state.rating_system(i) for i in rows],
            # the default window stays empty: 07-01 and 06-30
            "year_begins": [None if opens[i] == "07-01" else opens[i] for i in rows],
            "year_ends": [None if closes[i] == "06-30" else closes[i] for i in rows],
            "region_id": [f"ESC {1 + i // LEAS_A_REGION}" for i in rows],
        }
    )


def school_years(state: State, schools: Schools, positions: Positions) -> pl.DataFrame:
    """One row per school and year of a group: students follow the seats, poverty and lists stand."""
    held = np.bincount(positions.school[: positions.own], minlength=len(schools.lea))
    count, number = len(schools.lea), np.arange(len(schools.lea))
    names = [f"{name.title()} School {identity}" for name, identity in _level_and_id(schools)]
    frames = []
    for year in state.years:
        drift = 1.0 + 0.06 * (state.rng.uniform("students", schools.lea, number, year) - 0.5)
        frames.append(
            pl.DataFrame(
                {
                    "school_id": schools.school_id,
                    "school_year": np.full(count, year),
                    "lea_id": [state.lea_id(i) for i in schools.lea.tolist()],
                    "name": names,
                    "level": [LEVELS[i] for i in schools.level.tolist()],
                    "enrollment": np.floor(held * 13.5 * drift).astype(np.int64),
                    "poverty_percent": schools.poverty,
                    "low_performing": schools.low_performing,
                    "title_i": schools.poverty >= TITLE_I_POVERTY,
                    "rural": schools.rural,
                    "need_points": np.round(np.minimum(4.0, schools.poverty / 36.0 + 1.2 * schools.rural), 3),
                    "partner_lists": ["t3" if flag else None for flag in schools.partner.tolist()],
                }
            )
        )
    return pl.concat(frames)


def school_outcomes(state: State, years: pl.DataFrame) -> pl.DataFrame:
    """Mean reading score of each of the schools' years (`school_years`): lower where there is more poverty."""
    number = years.get_column("school_id").cast(pl.Int64).to_numpy()
    noise = state.rng.normal("reading", number, years.get_column("school_year").to_numpy())
    score = 280.0 - 0.5 * years.get_column("poverty_percent").to_numpy() + 6.0 * noise
    return years.select(
        "school_id",
        "school_year",
        measure=pl.lit("reading_score"),
        value=pl.Series(np.round(score, 1)),
        n=pl.col("enrollment"),
    )


def _level_and_id(schools: Schools) -> Iterator[tuple[str, str]]:
    for level, identity in zip(schools.level.tolist(), schools.school_id, strict=True):
        yield LEVELS[level], identity


def _adopted(state: State) -> Iterator[tuple[int, str, Program]]:
    for index in range(state.leas):
        for name in state.bundle(index).programs:
            yield index, name, adoptions().programs[name]


def program_adoption(state: State) -> pl.DataFrame:
    """One row per district and program."""
    rows = [
        (state.lea_id(i), name, program.from_year, program.to_year, _phase(state, program))
        for i, name, program in _adopted(state)
    ]
    schema = {"lea_id": pl.String, "program_id": pl.String, "from_year": pl.Int64, "to_year": pl.Int64}
    return pl.DataFrame(rows, schema=schema | {"phase": pl.String}, orient="row")


def _phase(state: State, program: Program) -> str:
    """Ended, or by the years that the program has run: fewer than four a pilot, ten and more the whole system."""
    last = state.years[-1]
    if program.to_year is not None and program.to_year < last:
        return "ended"
    run = last - program.from_year + 1
    return "pilot" if run < 4 else "expanding" if run < 10 else "systemic"


GOALS = (
    # measure, baseline, target, purpose; the second is to fall
    ("coverage.coverage", 0.25, 0.75, "A leader in three schools of four"),
    ("sustainability.cost_per_leader", 12_000.0, 8_000.0, "Leaders at a cost that lasts"),
)
THEORY = "Who leads stays, and who stays teaches others"


def program_goals(state: State) -> pl.DataFrame:
    """Two goals of each district's first program; every other district declared them only after it had begun."""
    rows = []
    for index in range(state.leas):
        for name in list(state.programs(index, state.years[-1]))[:1]:
            began = adoptions().programs[name].from_year
            declared = f"{began - 1}-03-01" if index % 2 == 0 else f"{began}-10-01"
            rows += [
                (state.lea_id(index), name, measure, state.years[-1], purpose, THEORY, baseline, target, declared)
                for measure, baseline, target, purpose in GOALS
            ]
    text = dict.fromkeys(("lea_id", "program_id", "measure"), pl.String)
    schema = text | {"by_year": pl.Int64, "purpose": pl.String, "theory_of_action": pl.String}
    numbers = {"baseline": pl.Float64, "target": pl.Float64, "declared_on": pl.String}
    return pl.DataFrame(rows, schema=schema | numbers, orient="row")


def rating_systems() -> pl.DataFrame:
    """The packaged table."""
    return pl.DataFrame(packaged_rows())


def pay_codes(state: State) -> pl.DataFrame:
    """One row per district and code."""
    everywhere = adoptions().everywhere
    rows: list[tuple[str, str, str, str | None, str | None]] = []

    def add(index: int, pay: Pay, program: str | None, role: str | None) -> None:
        rows.append((state.lea_id(index), pay.code, pay.pay_type, program, role))

    for index in range(state.leas):
        rows.append((state.lea_id(index), BASE, "base", None, None))
        rows.append((state.lea_id(index), BENEFIT, "benefit", None, None))
        for role in everywhere.roles:
            add(index, role.pay, None, role.code)
        for pay in everywhere.pay:
            add(index, pay, None, None)
    for index, name, program in _adopted(state):
        for role in program.roles:
            add(index, role.pay, name, role.code)
        for pay in program.pay:
            add(index, pay, name, None)
    names = ["lea_id", "pay_code", "pay_type", "program_id", "role_code"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").sort("lea_id", "pay_code")


def funds(state: State) -> pl.DataFrame:
    """One row per district and fund; the levy only where voters have passed it."""
    frames = []
    lea_id = pl.Series("lea_id", [state.lea_id(i) for i in range(state.leas)])
    ends, levy = grant_ends(state), has_levy(state)
    for number, fund in enumerate(FUNDS):
        last = (
            pl.Series(ends.astype("datetime64[D]")) if number == GRANT else pl.lit(fund.ends, pl.String).str.to_date()
        )
        frame = lea_id.to_frame().select(
            "lea_id",
            fund_code=pl.lit(fund.code),
            stream=pl.lit(fund.stream),
            award_id=(pl.lit(fund.award + "-") + pl.col("lea_id")) if fund.award else pl.lit(None, pl.String),
            award_end=last,
            recurring=pl.lit(fund.recurring),
        )
        frames.append(frame.filter(pl.Series(levy)) if number == LEVY else frame)
    return pl.concat(frames).sort("lea_id", "fund_code")


def salary_schedules(state: State) -> Iterator[pl.DataFrame]:
    """One row per district, year, lane and step, a year at a time."""
    lanes, steps = len(LANES), cal.STEPS
    lea = np.repeat(np.arange(state.leas), lanes * steps)
    lane = np.tile(np.repeat(np.arange(lanes), steps), state.leas)
    step = np.tile(np.arange(1, steps + 1), state.leas * lanes)
    factor = np.array([cal.LANES[name] for name in LANES])[lane]
    lea_id = pl.Series([state.lea_id(i) for i in range(state.leas)])
    for year in state.years:
        yield pl.DataFrame(
            {
                "lea_id": lea_id.gather(lea),
                "school_year": np.full(len(lea), year),
                "lane": pl.Series(list(LANES)).gather(lane),
                "step": step,
                "amount": cal.salary(state.wage_level()[lea], year, factor, step),
            }
        )
