"""Published figures around which the synthetic state is drawn. Figures only; no file of theirs is carried.

Ratings: counts of teachers per summative level in ten states, collected in evaluationDB (williamlief/evaluationDB,
CC0, district-years 2012-2019). Used here: the 6,006 district-years with at least 100 rated teachers, at most
5 % suppressed and no imputed level. `*_SHARE` are nearest-rank quantiles over those district-years of the share of
rated teachers at a level (4 = highest of four).

Pay: NEA, Rankings of the States 2024 and Estimates of School Statistics 2025: average public-school teacher salary
2023-24 72,030 dollars; NEA, Teacher Salary Benchmark Report 2023-24: average starting salary 46,526. BLS, Occupational
Employment and Wage Statistics, May 2024: median of elementary, middle and high school principals 104,070.
Degrees: NCES, National Teacher and Principal Survey 2020-21: bachelor's 38, master's 51, specialist 9, doctorate 1 %.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# evaluationDB, quantiles over district-years -----------------------------------------------------------------------
SHARE_PROBABILITIES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
LEVEL_4_SHARE = (0.0020, 0.0446, 0.1354, 0.3168, 0.5373, 0.7338, 0.8380)
LEVEL_2_SHARE = (0.0000, 0.0000, 0.0000, 0.0092, 0.0237, 0.0498, 0.0804)
LEVEL_1_SHARE = (0.0000, 0.0000, 0.0000, 0.0000, 0.0020, 0.0082, 0.0132)
# evaluationDB, all rated teachers of those district-years: levels 1 to 4, and teachers not evaluated
POOLED_SHARES = (0.0026, 0.0201, 0.5927, 0.3847)
NOT_EVALUATED_SHARE = 0.0727
# evaluationDB, median share at level 4 by state (the range that a state's districts centre on)
MEDIAN_LEVEL_4_BY_STATE = {
    "CT": 0.2880,
    "FL": 0.4492,
    "ID": 0.1307,
    "IN": 0.4536,
    "MA": 0.1039,
    "MI": 0.3376,
    "NJ": 0.3000,
    "OH": 0.4809,
    "RI": 0.5664,
}
# Correlation of one person's ratings in two years; studies of summative and observation scores find 0.4 to 0.7.
RATING_CORRELATION = 0.6

# pay ---------------------------------------------------------------------------------------------------------------
AVERAGE_TEACHER_SALARY = 72_030
STARTING_SALARY = 46_526
PRINCIPAL_SALARY = 104_070
SALARY_YEAR = 2024
SALARY_GROWTH = 0.03
STEPS = 20
STEP_GROWTH = 0.038  # with the lanes below and the experience of the demo's staff, the average comes out near 72,030
LANES = {"BA": 1.00, "BA+30": 1.05, "MA": 1.12, "MA+30": 1.17, "DOC": 1.24, "SUP": 1.05, "AP": 1.43, "PRIN": 1.67}
DEGREE_SHARES = {"bachelor": 0.39, "master": 0.51, "specialist": 0.09, "doctorate": 0.01}
BENEFIT_FLAT = 14_500  # health and the like, dollars a full-time year
BENEFIT_RATE = 0.30  # of base pay; with the flat part about half of pay, as the average load of 0.538 says

# Colorado's minimum wage by the calendar year in which the school year ends.
MINIMUM_WAGE = {
    2012: 7.64,
    2013: 7.78,
    2014: 8.00,
    2015: 8.23,
    2016: 8.31,
    2017: 9.30,
    2018: 10.20,
    2019: 11.10,
    2020: 12.00,
    2021: 12.32,
    2022: 12.56,
    2023: 13.65,
    2024: 14.42,
    2025: 14.81,
    2026: 15.16,
}

# turnover (NCES Teacher Follow-up Survey 2021-22: 8 % left the profession, 8 % moved school) ------------------------
LEAVE_RATE = 0.08
MOVE_SCHOOL_RATE = 0.08
MOVE_LEA_RATE = 0.01
LEAVE_YEAR_RATE = 0.01

_GRID = np.linspace(0.0005, 0.9995, 2_000)
_NORMAL_GRID = np.array([NormalDist().inv_cdf(float(p)) for p in _GRID])


def published_share(quantiles: tuple[float, ...], at: Floats) -> Floats:
    """The share that stands at quantile `at` (0-1) of the published district-years, linear between the quantiles."""
    return np.asarray(np.interp(at, SHARE_PROBABILITIES, quantiles))


def normal_quantile(probability: Floats) -> Floats:
    """Inverse of the standard normal distribution function, bounded at 0.0005 and 0.9995."""
    return np.asarray(np.interp(probability, _GRID, _NORMAL_GRID))


def normal_probability(value: Floats) -> Floats:
    """The standard normal distribution function, bounded at 0.0005 and 0.9995."""
    return np.asarray(np.interp(value, _NORMAL_GRID, _GRID))


def salary(wage_level: Floats, year: int, lane_factor: Floats, step: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Full-time annual salary in whole dollars by the district's level, year, lane and step: the demo's schedules."""
    start = STARTING_SALARY * (1.0 + SALARY_GROWTH) ** (year - SALARY_YEAR)
    dollars = start * wage_level * lane_factor * (1.0 + STEP_GROWTH * (step - 1))
    return np.asarray(np.floor(dollars + 0.5), dtype=np.int64)
