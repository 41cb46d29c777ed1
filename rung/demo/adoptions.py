"""Reads `data/adoptions.yaml`: what the synthetic districts run, who takes part, what it pays."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import Field

from contracts.strict import Strict


class Who(Strict):
    """Conditions that must all hold; none given = every teacher."""

    share: float | None = None
    yearly: float | None = None
    once: bool = False
    min_experience: int = 0
    role: str | None = None
    holds_role: bool = False
    top_rated: bool = False
    at: Literal["partner", "low_performing", "poverty"] | None = None
    observation: float | None = None
    growth: float | None = None
    rung: int | None = None
    accepted: str | None = None


class Pay(Strict):
    """Pay on one code: `amount` dollars a year in `lines` payments.

    `hours`: about as many stand on each payment, from half to twice; hourly pay follows them, a stipend does not.
    Extra duty is booked with its hours, a post that is a part of the job (a multi-classroom leader) without.
    """

    code: str
    pay_type: Literal["stipend", "hourly", "bonus", "other"] = "stipend"
    amount: int
    lines: int = 2
    hours: float | None = None
    who: Who = Who()


class Role(Strict):
    """A leadership role: its share of the teachers, release, and pay."""

    code: str
    title: str
    share: float
    release: float
    team: bool = False
    from_year: int = 0
    pay: Pay


class Event(Strict):
    """Leadership events of one kind; `codes` are gone through, `per_year` of them each year."""

    type: str
    code: str | None = None
    codes: tuple[str, ...] = ()
    per_year: int = 1
    who: Who = Who()
    outcomes: dict[str, float]
    quantity: tuple[int, int] | None = None
    by: Literal["principal", "coach"] | None = None
    month: int = 3
    valid_years: int | None = None

    @property
    def key(self) -> str:
        return f"{self.type}:{self.code or self.codes[0]}"


class Ladder(Strict):
    """Ratings in a row that buy each rung: the top label, or a positive one (0 = cannot)."""

    top: tuple[int, ...]
    positive: tuple[int, ...]
    base_from: int
    base_steps: int


class Program(Strict):
    """How districts run a program: from when, who takes part, what it pays."""

    from_year: int
    to_year: int | None = None
    partner_list: str | None = None
    ladder: Ladder | None = None
    roles: tuple[Role, ...] = ()
    events: tuple[Event, ...] = ()
    pay: tuple[Pay, ...] = ()

    def runs(self, year: int) -> bool:
        return self.from_year <= year and (self.to_year is None or year <= self.to_year)


class Everywhere(Strict):
    """Roles and pay that every district has."""

    roles: tuple[Role, ...]
    pay: tuple[Pay, ...]


class Bundle(Strict):
    """Programs that one kind of district runs together, and its rating system."""

    rating_system: str | None = None
    potential_rating: bool = False
    programs: tuple[str, ...]


class Adoptions(Strict):
    """The whole file; `pattern` gives each district in turn its bundle."""

    pattern: tuple[str, ...]
    extras: tuple[str, ...]
    bundles: dict[str, Bundle]
    programs: dict[str, Program]
    everywhere: Everywhere = Field()

    def of_district(self, index: int) -> Bundle:
        """The bundle of district `index`; the district of the first bundle also gets one of the extras."""
        name = self.pattern[index % len(self.pattern)]
        bundle = self.bundles[name]
        if name != self.pattern[0]:
            return bundle
        rounds, place = divmod(index, len(self.pattern))
        turn = rounds * self.pattern.count(name) + self.pattern[:place].count(name)
        extra = self.bundles[self.extras[turn % len(self.extras)]]
        return bundle.model_copy(update={"programs": bundle.programs + extra.programs})


@cache
def adoptions() -> Adoptions:
    """The packaged file, parsed once."""
    text = resources.files("rung.demo").joinpath("data/adoptions.yaml").read_text(encoding="utf-8")
    return Adoptions.model_validate(yaml.safe_load(text))
