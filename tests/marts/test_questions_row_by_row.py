"""M26 to M36 over random states, counted row by row in plain Python beside the marts."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import polars as pl
import pytest

from contracts.policy.parameters import MetricParameters
from contracts.policy.terms import ProgramTerms
from tests.marts.random_state import SCHOOLS, UNREPORTED, YEARS, RandomState, Row, random_state

PROGRAMS = [
    ProgramTerms(program_id="p", place=1, leader=True, roles=("ROLE",)),
    ProgramTerms(program_id="q", place=2, leader=True, certifies=True),
]
ADOPTED = {("L1", "p"), ("L1", "q"), ("L2", "q")}
Case = tuple[RandomState, dict[str, pl.DataFrame]]
SEEDS = (3, 14, 159)


@pytest.fixture(scope="module", params=SEEDS)
def case(small: Any, request: pytest.FixtureRequest) -> Case:
    state = random_state(small, request.param)
    marts = small.marts(
        state.designation,
        PROGRAMS,
        MetricParameters(minimum_coachees=1),
        districts=[{"lea_id": lea, "name": lea, "rating_system": "sys"} for lea in ("L1", "L2")],
        schools=[
            {"school_id": name, "school_year": year, "lea_id": lea, "name": name, "poverty_percent": poverty}
            for name, (lea, poverty) in SCHOOLS.items()
            for year in YEARS
        ],
        roster=[row for rows in state.posts.values() for row in rows],
        evaluation=state.evaluation,
        leadership=state.events,
        rating_systems=small.system,
        program_adoption=[{"lea_id": lea, "program_id": name, "from_year": 2000} for lea, name in sorted(ADOPTED)],
    )
    return state, marts


def quartile(school: str) -> int:
    """Rank x 4 div n + 1 among schools with a known poverty; 0 without."""
    known = sorted((poverty, name) for name, (_, poverty) in SCHOOLS.items() if poverty is not None)
    names = [name for _, name in known]
    return names.index(school) * 4 // len(names) + 1 if school in names else 0


def share(part: float, whole: float) -> float | None:
    return None if whole <= 0 else math.floor(part / whole * 1e6 + 0.5) / 1e6


def agree(
    mart: pl.DataFrame, key: list[str], expected: dict[tuple[Any, ...], tuple[Any, ...]], names: list[str]
) -> None:
    """Every row of the mart and no other."""
    assert expected
    found = {tuple(row[name] for name in key): tuple(row[name] for name in names) for row in mart.to_dicts()}
    assert found.keys() == expected.keys()
    for place, values in expected.items():
        assert found[place] == pytest.approx(values, abs=2e-6), place


def test_coverage(case: Case) -> None:
    state, marts = case
    expected: dict[tuple[Any, ...], list[int]] = {}
    for year in YEARS:
        teachers: dict[str, list[str]] = {}
        for person, post in state.people(year):
            if state.is_teacher(person, year):
                teachers.setdefault(post["school_id"], []).append(person)
        led = {
            school: set().union(*(state.programs_led(person, year) for person in here))
            for school, here in teachers.items()
        }
        at_work = ADOPTED | {(SCHOOLS[school][0], program) for school, programs in led.items() for program in programs}
        for school in teachers:
            lea = SCHOOLS[school][0]
            for program in (None, *sorted(name for where, name in at_work if where == lea)):
                has = program in led[school] if program else bool(led[school])
                for place in (lea, None):
                    for cell in (quartile(school), None):
                        counts = expected.setdefault((place, program, year, cell), [0, 0])
                        counts[0], counts[1] = counts[0] + 1, counts[1] + has
    rows = {key: (n, has, share(has, n)) for key, (n, has) in expected.items()}
    key = ["lea_id", "program_id", "school_year", "poverty_quartile"]
    agree(marts["coverage"], key, rows, ["schools", "schools_with_leader", "coverage"])


def cohort_member(state: RandomState, person: str) -> int | None:
    """The year in which a new teacher of at most one year of experience begins."""
    first = min(year for who, year in state.posts if who == person)
    experience = max(row["years_experience"] for row in state.posts[person, first])
    return first if state.is_teacher(person, first) and experience <= 1 else None


def followed(state: RandomState, person: str, first: int, k: int) -> Row:
    """What is known of the person k years after; `stopped`: the first year without teaching or sight, if by then."""
    last_lea, stopped, lost, led = state.record(person, first)["lea_id"], None, False, state.leads(person, first)  # type: ignore[index]
    known = True
    for year in range(first + 1, first + k + 1):
        led = led or (year > first + 1 and state.leads(person, year - 1))
        post = state.record(person, year)
        last_lea = post["lea_id"] if post else last_lea
        known = post is not None or (last_lea, year) != UNREPORTED
        if not state.is_teacher(person, year) and stopped is None:
            stopped, lost = year - first, not known
    post, start = state.record(person, first + k), state.record(person, first)
    assert start is not None
    return {
        "known": known,
        "school": post is not None and post["school_id"] == start["school_id"],
        "lea": post is not None and post["lea_id"] == start["lea_id"],
        "teaching": state.is_teacher(person, first + k),
        "state": post is not None,
        "stopped": stopped,
        "lost": lost,
        "led": led,
        "cell": (state.band(person, first) or 0, quartile(start["school_id"])),
        "entry_lea": start["lea_id"],
    }


def kaplan_meier(group: list[Row], k: int) -> float | None:
    left = 1.0
    for year in range(1, k + 1):
        stops = sum(p["stopped"] == year and not p["lost"] for p in group)
        at_risk = stops + sum(p["stopped"] is None or p["stopped"] > year for p in group)
        if at_risk == 0:
            return 0.0 if left == 0 else None
        left *= 1 - stops / at_risk
    return share(left, 1)


def test_survival(case: Case) -> None:
    state, marts = case
    people = sorted({person for person, _ in state.posts})
    entered = {person: first for person in people if (first := cohort_member(state, person)) is not None}
    expected: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for first in sorted(set(entered.values())):
        for k in range(1, 11):
            if first + k > max(year for _, year in state.posts):
                continue
            seen = [followed(state, person, first, k) for person, begin in entered.items() if begin == first]
            for lea in ("L1", "L2", None):
                here = [p for p in seen if lea in (None, p["entry_lea"])]
                led = [p for p in here if p["led"]]
                like = [p for p in here if not p["led"] and p["cell"] in {q["cell"] for q in led}]
                for name, group in (("leaders", led), ("others", like), ("all", here)):
                    if group:
                        counts = [
                            sum(p[what] for p in group) for what in ("known", "school", "lea", "teaching", "state")
                        ]
                        expected[lea, first, k, name] = (len(group), *counts, kaplan_meier(group, k))
    names = ["entered", "followed", "in_school", "in_lea", "in_teaching", "in_state", "survival"]
    agree(marts["survival"], ["lea_id", "cohort_year", "years_after", "comparison_group"], expected, names)


def test_top_rated_reach(case: Case) -> None:
    state, marts = case
    cells: dict[tuple[Any, ...], list[tuple[bool, int | None]]] = {}
    for year in YEARS:
        for person, post in state.people(year):
            if state.is_teacher(person, year):
                said = [row["students_taught"] for row in state.posts[person, year] if row["students_taught"]]
                for cell in (quartile(post["school_id"]), None):
                    found = cells.setdefault((post["lea_id"], year, cell), [])
                    found.append((state.band(person, year) == 5, sum(said) if said else None))
    expected = {}
    for key, people in cells.items():
        counted = [(top, students) for top, students in people if students is not None]
        whole, of_top = sum(s for _, s in counted), sum(s for top, s in counted if top)
        tops = sum(top for top, _ in counted)
        per_other = share(whole - of_top, len(counted) - tops)
        expected[key] = (len(counted), tops, whole, of_top, share(of_top, whole), share(of_top, tops), per_other)
    names = ["teachers", "top_rated", "students", "students_of_top_rated", "share"]
    names += ["students_per_top_rated", "students_per_other"]
    agree(marts["top_rated_reach"], ["lea_id", "school_year", "poverty_quartile"], expected, names)


def test_rating_distribution(case: Case) -> None:
    state, marts = case
    bands: Counter[tuple[Any, ...]] = Counter()
    gaps: dict[tuple[str, int], list[bool]] = {}
    for year in YEARS:
        for person, post in state.people(year):
            if state.is_teacher(person, year):
                bands[post["lea_id"], "sys", year, state.band(person, year)] += 1
                both = gaps.setdefault((post["lea_id"], year), [])
                rating = state.rating(person, year, post["lea_id"])
                if rating and rating["growth_index"] is not None:
                    growth = 1 + sum(rating["growth_index"] >= start for start in (-2, -1, 1, 2))
                    both.append(abs(growth - math.floor(rating["observation_average"] + 0.5)) >= 3)
    expected = {}
    for (lea, system, year, band), n in bands.items():
        all_bands = {b: bands[lea, system, year, b] for b in (5, 2, None)}
        both = gaps[lea, year]
        top = share(all_bands[5], all_bands[5] + all_bands[2])
        expected[lea, system, year, band] = (
            n,
            share(n, sum(all_bands.values())),
            top,
            len(both),
            share(sum(both), len(both)),
        )
    names = ["teachers", "share", "is_top_share", "growth_gap_known", "growth_gap_share"]
    agree(marts["rating_distribution"], ["lea_id", "rating_system", "school_year", "band"], expected, names)


def test_pipeline(case: Case) -> None:
    state, marts = case
    last = max(year for _, year in state.posts)
    expected = {}
    for year in YEARS:
        for lea in ("L1", "L2", None):
            here = [(who, post) for who, post in state.people(year) if lea in (None, post["lea_id"])]
            if not here:
                continue
            led = [who for who, _ in here if state.leads(who, year)]
            new = [
                who
                for who, post in here
                if post["staff_classification"] == "principal" and not reached(state, who, "principal", 0, year - 1)
            ]
            who_led = sum(any(state.leads(who, before) for before in range(2000, year)) for who in new)
            principals = (len(new), who_led) if year > min(YEARS) else (None, None)
            for k in range(min(last - year, 10) + 1):
                to = [
                    sum(reached(state, who, kind, year, year + k) for who in led)
                    for kind in ("assistant_principal", "principal")
                ]
                expected[lea, year, k] = (len(led), *to, *principals)
    names = ["leaders", "to_ap", "to_principal", "new_principals", "new_principals_who_led"]
    agree(marts["pipeline"], ["lea_id", "school_year", "years_after"], expected, names)


def reached(state: RandomState, person: str, kind: str, since: int, until: int) -> bool:
    """Whether that was the person's post of record in some year of these."""
    posts = [state.record(person, year) for year in range(max(since, 2022), until + 1)]
    return any(post is not None and post["staff_classification"] == kind for post in posts)


def test_unused_designation(case: Case) -> None:
    state, marts = case
    done = {
        (e["staff_id"], e["school_year"])
        for e in state.events
        if e["event_type"] in ("coaching_session", "observation", "training_delivered") and e["outcome"] == "completed"
    }
    last = max(year for _, year in state.posts)
    held: dict[tuple[Any, ...], list[bool]] = {}
    certified: dict[tuple[Any, ...], list[bool | None]] = {}
    first_of: dict[str, int] = {}
    for row in state.designation:
        who, year = row["staff_id"], row["school_year"]
        if row["program_id"] == "p" and row["level"] and row["state_tier"] >= 2:  # q has no roles: it expects none
            used = state.holds_role(who, year) or (who, year) in done
            held.setdefault((row["lea_id"], "p", year), []).append(used)
        if row["program_id"] == "q" and row["level"]:
            first_of[who] = min(first_of.get(who, year), year)
    for row in state.designation:
        who, year = row["staff_id"], row["school_year"]
        if row["program_id"] == "q" and row["level"] and first_of[who] == year:
            led = any(state.holds_role(who, later) for later in range(year, year + 3))
            certified.setdefault((row["lea_id"], "q", year), []).append(led if year + 2 <= last else None)
    expected = {}
    for key in held.keys() | certified.keys():
        used, thin = held.get(key, []), certified.get(key, [])
        without = sum(not one for one in used)
        idle = sum(one is False for one in thin) if thin and None not in thin else None
        expected[key] = (len(used), without, share(without, len(used)), len(thin), idle)
    names = ["designees", "without_role", "share", "certificates", "certificates_without_role"]
    agree(marts["unused_designation"], ["lea_id", "program_id", "school_year"], expected, names)


def test_coach_outcome(case: Case) -> None:
    state, marts = case
    found: dict[tuple[Any, ...], list[Row]] = {}
    for event in state.events:
        who, year = event["staff_id"], event["school_year"]
        coached = event["event_type"] in ("coaching_session", "observation") and event["outcome"] != "scheduled"
        if coached and state.leads(who, year):
            found.setdefault((who, event["lea_id"], year), []).append(event)
    expected = {}
    for key, events in found.items():
        coachees = {e["counterpart_staff_id"] for e in events} - {None}
        both = [e for e in events if e["score_before"] is not None and e["score_after"] is not None]
        improved = sum(e["score_after"] >= e["score_before"] + 1 for e in both)
        if coachees:
            expected[key] = (len(coachees), len(both), improved, share(improved, len(both)))
    for key, values in list(expected.items()):
        shares = sorted(v[3] for k, v in expected.items() if k[1:] == key[1:] and v[3] is not None)
        n = len(shares)
        middle = (shares[(n - 1) // 2] + shares[n // 2]) / 2 if n else None
        low, high = (shares[-(-q * n // 4) - 1] if n else None for q in (1, 3))
        expected[key] = (*values, low, middle, high)
    names = ["coachees", "focus_set", "focus_improved", "share", "lea_p25", "lea_median", "lea_p75"]
    agree(marts["coach_outcome"], ["staff_id", "lea_id", "school_year"], expected, names)


def test_school_leadership(case: Case) -> None:
    state, marts = case
    schools: set[tuple[str, int]] = {
        (row["school_id"], year)
        for (_, year), rows in state.posts.items()
        for row in rows
        if row["staff_classification"] == "teacher"
    }
    expected = {}
    for school, year in schools:
        now, then = (
            {who for who, post in state.people(at) if post["school_id"] == school and state.leads(who, at)}
            for at in (year, year - 1)
        )
        holders = [
            len({who for (who, at), rows in state.posts.items() if at == of and any(_role_at(r, school) for r in rows)})
            for of in (year, year - 1)
        ]
        known = any(SCHOOLS[other][0] == SCHOOLS[school][0] and at == year - 1 for other, at in schools)
        moves = (len(now - then), len(now & then), len(then - now), max(holders[1] - holders[0], 0))
        expected[school, year] = (len(now), *(moves if known else (None,) * 4))
    names = ["leaders", "gained", "kept", "lost", "roles_vacant"]
    agree(marts["school_leadership"], ["school_id", "school_year"], expected, names)


def _role_at(row: Row, school: str) -> bool:
    return row["school_id"] == school and bool(row.get("role_code"))


def test_training(case: Case) -> None:
    state, marts = case
    groups: dict[tuple[Any, ...], list[list[float | None]]] = {}
    for year in YEARS:
        for person, post in state.people(year):
            if state.is_teacher(person, year):
                courses = [
                    event["quantity"]
                    for event in state.events
                    if (event["staff_id"], event["school_year"], event["event_type"])
                    == (person, year, "course_completed")
                    and event["outcome"] != "scheduled"
                ]
                name = "leaders" if state.leads(person, year) else "others"
                groups.setdefault((post["lea_id"], year, name), []).append(courses)
    expected = {
        key: (
            len(people),
            sum(hours or 0 for courses in people for hours in courses),
            share(sum(hours or 0 for courses in people for hours in courses), len(people)),
            sum(hours is None for courses in people for hours in courses),
        )
        for key, people in groups.items()
    }
    names = ["persons", "hours", "hours_per_person", "courses_without_hours"]
    agree(marts["training"], ["lea_id", "school_year", "comparison_group"], expected, names)


def test_staff_of_leadership_posts(case: Case) -> None:
    """M29's heads: FTE of posts all year, by district, whoever's record they are."""
    state, marts = case
    posts: dict[tuple[Any, ...], list[float]] = {}
    for (_, year), rows in state.posts.items():
        for row in rows:
            fte = posts.setdefault((row["lea_id"], year), [0.0, 0.0])
            fte[0] += row["full_time_equivalency"] * (row["staff_classification"] == "assistant_principal")
            fte[1] += row["full_time_equivalency"] * (row["staff_classification"] == "instructional_coach")
    expected = {key: tuple(values) for key, values in posts.items()}
    agree(marts["leadership_staffing"], ["lea_id", "school_year"], expected, ["ap_fte", "coach_fte"])
