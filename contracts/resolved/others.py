"""Facts of district-years: what a set of educators must know of the others (s2_resolve/district_years.py)."""

from __future__ import annotations

from typing import TypedDict

import dataframely as dy

from contracts import columns as c


class DistrictsAsked(dy.Schema):
    """One row per LEA of a set of districts."""

    lea_id = c.lea_id.key()


class Rosters(dy.Schema):
    """One row per LEA and school year with somebody on the roster."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()


class Teams(dy.Schema):
    """One row per LEA, school year and educator who supervises teachers."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    staff_id = c.staff_id.key()
    team_size = dy.Float64(nullable=False, description="Teachers whose supervisor the educator is.")


class Principals(dy.Schema):
    """One row per LEA, school year, principal and school."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    staff_id = c.staff_id.key()
    school_id = c.school_id.key()


class Sent(dy.Schema):
    """One row per LEA, school year and extract (roster, payroll) of which rows were accepted."""

    lea_id = c.lea_id.key()
    school_year = c.school_year.key()
    extract = dy.String(primary_key=True, description="Roster or payroll.")


class Listed(dy.Schema):
    """One row per LEA, school year and educator with a day on the roster."""

    lea_id = c.lea_id.key()
    staff_id = c.staff_id.key()
    school_year = c.school_year.key()


class Arrived(TypedDict):
    """What cross-file rules need to know: which district-years sent what, and who is on their rosters."""

    sent: dy.LazyFrame[Sent]
    listed: dy.LazyFrame[Listed]


class Statewide(Arrived):
    """All the facts, by name."""

    rosters: dy.LazyFrame[Rosters]
    teams: dy.LazyFrame[Teams]
    principals: dy.LazyFrame[Principals]
