"""Summative ratings of one year: shares per district around the published ones; who is rated well tends to stay so."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from rung.demo import calibration as cal
from rung.demo.counter_rng import Flags, Floats, Ints
from rung.demo.plan import State
from rung.demo.staff import Staff

SPLIT_OF_LEVEL_3 = 0.72  # five-label systems: the part of the published third level that is their second-highest label
SCORE_TOP = 400.0


@dataclass(frozen=True)
class Rated:
    """One element per element of `Staff`; level -1 = no rating (status says why), counted from 0 = highest label."""

    level: Ints
    standing: Floats  # position in the district's distribution, 0-1
    status: Ints  # index into STATUSES
    top: Flags
    positive: Flags
    observation: Floats
    growth: Floats


STATUSES = ("final", "partial_year_exempt", "nullified", "not_rated", "appealed")
FINAL, PARTIAL, NULLIFIED, NOT_RATED, APPEALED = range(5)


@dataclass(frozen=True)
class RatingSystem:
    """Labels from the highest to the lowest, how many of them are positive, and the years in which nobody was rated."""

    labels: tuple[str, ...]
    positive: int
    gap_years: frozenset[int]


@cache
def rating_systems(year: int) -> dict[str, RatingSystem]:
    """The packaged table's systems as they stand in `year`: the version with the greatest from_year <= year."""
    versions: dict[str, dict[int, list[dict[str, str]]]] = {}
    for row in packaged_rows():
        if int(row["from_year"]) <= year:
            versions.setdefault(row["rating_system"], {}).setdefault(int(row["from_year"]), []).append(row)
    systems = {}
    for name, by_year in versions.items():
        rows = sorted(by_year[max(by_year)], key=lambda row: -int(row["band"]))
        gaps = {int(gap) for row in rows for gap in row["statewide_gap_years"].split(";") if gap}
        positive = sum(row["is_positive"] == "true" for row in rows)
        systems[name] = RatingSystem(tuple(row["rating_level"] for row in rows), positive, frozenset(gaps))
    return systems


def packaged_rows() -> list[dict[str, str]]:
    """`data/rating_systems.csv`, as text."""
    text = resources.files("rung.demo").joinpath("data/rating_systems.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def level_edges(state: State, lea: int, year: int) -> Floats:
    """Cumulative shares from the highest label down (last = 1), drawn around the published district-years."""
    rng = state.rng
    drift = 0.04 * (rng.uniform("drift", lea, year) - 0.5)
    at = np.clip(0.05 + 0.9 * rng.uniform("top share", lea) + drift, 0.05, 0.95)
    top = float(np.clip(cal.published_share(cal.LEVEL_4_SHARE, at)[0], 0.01, 0.9))
    low = float(cal.published_share(cal.LEVEL_2_SHARE, rng.uniform("low share", lea))[0])
    least = float(cal.published_share(cal.LEVEL_1_SHARE, rng.uniform("least share", lea))[0])
    middle = 1.0 - top - low - least
    if len(rating_systems(year)[state.rating_system(lea)].labels) == 4:
        return np.cumsum([top, middle, low, least])
    second = middle * SPLIT_OF_LEVEL_3
    return np.cumsum([top, second, middle - second, low, least])


def rate(state: State, staff: Staff) -> Rated:
    """Ratings of the teachers in their own seats."""
    rng, year, lea = state.rng, staff.year, staff.positions.lea
    stable = np.sqrt(cal.RATING_CORRELATION)
    spread = np.sqrt(1.0 - cal.RATING_CORRELATION) * rng.normal("rating", staff.person, year)
    score = stable * staff.ability + spread - 0.5 * (staff.experience < 2)
    standing = 1.0 - cal.normal_probability(score / np.sqrt(1.02))
    level, top, positive = np.full(len(lea), -1), np.zeros(len(lea), dtype=bool), np.zeros(len(lea), dtype=bool)
    status = _statuses(state, staff)
    systems = rating_systems(year)
    for index in np.unique(lea).tolist():
        here = slice_of(staff.positions.lea[: staff.positions.own], index)
        system = systems[state.rating_system(index)]
        labels = np.searchsorted(level_edges(state, index, year)[:-1], standing[here], side="right")
        if year in system.gap_years:
            status[here] = NOT_RATED
        level[here] = labels
        top[here], positive[here] = labels == 0, labels < system.positive
    rated = staff.teaching & np.isin(status, (FINAL, APPEALED))
    observation = np.clip(3.6 + 0.45 * score + 0.15 * rng.normal("observed", staff.person, year), 1.0, 5.0)
    growth = np.clip(56.0 + 13.0 * score + 12.0 * rng.normal("growth", staff.person, year), 0.0, 100.0)
    return Rated(
        level=np.where(rated, level, -1),
        standing=standing,
        status=status,
        top=top & rated,
        positive=positive & rated,
        observation=np.where(rated, np.round(observation, 2), np.nan),
        growth=np.where(rated, np.round(growth, 1), np.nan),
    )


def slice_of(ordered_lea: Ints, index: int) -> slice:
    """The run of a district in seats that are in district order."""
    first, after = np.searchsorted(ordered_lea, [index, index + 1])
    return slice(int(first), int(after))


def _statuses(state: State, staff: Staff) -> Ints:
    """Mostly final; short stays are exempt, and a few are nullified, not rated or under appeal."""
    present, window = staff.present_days()
    draw = state.rng.uniform("status", staff.person, staff.year)
    status = np.where(draw < 0.005, NULLIFIED, np.where(draw < 0.03, NOT_RATED, FINAL))
    status = np.where((draw >= 0.03) & (draw < 0.034), APPEALED, status)
    return np.asarray(np.where(present < 0.62 * window, PARTIAL, status))
