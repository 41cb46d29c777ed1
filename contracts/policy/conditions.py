"""What a pack can ask of an educator-year: the primitives of RULES 1.3 that read data, and all / any / not.

A condition is one mapping with one key, the primitive's name. It is true, false or unknown: a rating or value that is
missing, or a number that hangs on a knob nobody has set, makes it unknown. `all`, `any`, `not` and `k_of` combine as in
Kleene's logic (one false part makes `all` false, whatever else is unknown); a case holds where its condition is true.
A pack asks for `unknown`, `missing` or `not_set` where that matters.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from contracts.strict import Strict
from contracts.vocabulary import LEADERSHIP_EVENTS

ScoreColumn = Literal[
    "rating_score",
    "potential_rating",
    "observation_average",
    "minimum_dimension_score",
    "growth_percent",
    "growth_index",
]
Attribute = Literal[
    "years_experience",
    "fte",
    "is_teacher",
    "highest_degree",
    "tested_group",
    "high_need_subject",
    "full_time_day",
    "years_on_roster",
    "years_as_teacher",
    "years_in_role",
    "team_size",
    "teaching_share",
    "same_school",
    "of_record",
    "paid_here",
    "february_teacher",
    "creditable",
    "in_force",
]


class UnknownKeyError(ValueError):
    """A key that a part of a pack does not have."""

    def __init__(self, key: str, known: set[str]) -> None:
        super().__init__(f"no such key here; there are: {', '.join(sorted(known))}")
        self.key = key


class PackPart(Strict):
    """Base of everything in a pack; a field with an alias may also be given by its own name."""

    model_config = ConfigDict(populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: Any) -> Any:
        """Refuses a key that does not exist, naming those that do."""
        keys = {field.alias or name for name, field in cls.model_fields.items()}
        wrong = (
            sorted(str(key) for key in given if key not in {*keys, *cls.model_fields})
            if isinstance(given, dict)
            else []
        )
        if wrong:
            raise UnknownKeyError(wrong[0], keys)
        return given


class KnobRef(PackPart):
    """A number or word that a state sets in `rung.toml` under `[programs.<program_id>]`."""

    knob: str


Number = float | KnobRef
RATING_KINDS = {"rating", "score_at_least", "latest_within", "all_of_last", "k_of_last_n", "mean_of_years"}
Many = str | tuple[str, ...]


def many(value: Many | None) -> tuple[str, ...]:
    """A word or a list of words as a list."""
    return () if value is None else (value,) if isinstance(value, str) else value


class RatingTest(PackPart):
    """Test of one rating; every part given must hold. A usable rating is meant, except for `missing` and `gap`."""

    system: str | None = Field(None, description="rating system; default the pack's; `any` = every system")
    lea: Literal["own", "any"] = "own"
    lag: int = Field(0, ge=0, description="years before t")
    label: Many | None = None
    band_at_least: int | None = None
    top: bool | None = None
    positive: bool | None = None
    usable: bool | None = Field(None, description="true: some usable rating; false: none")
    gap: bool | None = Field(None, description="no usable rating, and the year is a statewide gap year of the system")
    column: ScoreColumn | None = None
    at_least: Number | None = None
    below: Number | None = None
    or_else: tuple[RatingTest, ...] = Field((), description="passes as well when one of these does")


class ScoreTest(PackPart):
    """A score of a final or appealed evaluation, with or without a label."""

    column: ScoreColumn
    system: str | None = None
    lea: Literal["own", "any"] = "own"
    lag: int = Field(0, ge=0)
    at_least: Number | None = None
    below: Number | None = None
    missing: bool = False


class LatestWithin(RatingTest):
    """The newest usable rating not older than `years` before t (0 = of t; null = of any age)."""

    years: int | None = None


class LastRatings(RatingTest):
    """`k` of the `n` most recent usable ratings up to t."""

    n: int = Field(ge=1)
    k: int = Field(0, ge=0)
    accept_fewer: bool = Field(False, description="k among those there are, be they fewer than n")


class MeanOfYears(PackPart):
    """Mean of a score over `years` years t-years+1..t, all present: at least `mean`, none below `floor`."""

    column: ScoreColumn
    years: int = Field(ge=1)
    mean: Number
    floor: Number
    system: str | None = None


class EventTest(PackPart):
    """Some event of the leadership extract.

    `decision`: positive (approved, passed, accepted, completed), negative (denied, failed, declined), open (anything
    else), done (positive, or no outcome given), any. `within`: a number of years up to t (1 = in t), `ever` (in t or
    before), `in_force` (a credential on 30 June of t: not past valid_until, else no later failure).
    `lea` defaults to the event's kind: any for credentials, certificates and courses, own for the others.
    """

    type: str
    code: Many | None = None
    code_not: Many | None = None
    decision: Literal["positive", "negative", "open", "done", "any"] = "positive"
    within: int | Literal["ever", "in_force"] = 1
    lag: int = Field(0, ge=0)
    lea: Literal["own", "any"] | None = None
    issuers: KnobRef | None = Field(None, description="LEAs whose events count too, besides the own")
    by: Literal["principal_of_school"] | None = None
    names_counterpart: bool = False
    quantity_at_least: Number | None = None
    codes_at_least: Number | None = Field(None, description="this many different codes")

    @model_validator(mode="after")
    def _known_type(self) -> EventTest:
        if self.type not in (*LEADERSHIP_EVENTS, "any"):
            raise ValueError(f"no event type `{self.type}`; there are: {', '.join(LEADERSHIP_EVENTS)}")
        return self

    @property
    def any_lea(self) -> bool:
        default = "any" if self.type in ("credential", "certificate", "course_completed") else "own"
        return (self.lea or default) == "any"


class HoldsRole(PackPart):
    """A role held for more than half of the days; `touched`: on a roster row at all. No codes = any role."""

    codes: Many = ()
    touched: bool = False


class AttributeTest(PackPart):
    """Test of a column of the educator-year. `missing` asks whether it is null."""

    column: Attribute
    at_least: Number | None = None
    at_most: Number | None = None
    below: Number | None = None
    is_: bool | None = Field(None, alias="is")
    among: Many | None = None
    missing: bool = False


class SchoolTest(PackPart):
    """Test of the school of record in t."""

    column: Literal["poverty_percent", "low_performing", "need_points", "title_i", "rural"] | None = None
    at_least: Number | None = None
    below: Number | None = None
    is_: bool | None = Field(None, alias="is")
    on_list: str | None = None


class KnobIs(PackPart):
    """A knob of the pack has this value in the district."""

    name: str
    value: str | bool | float


class KOf(PackPart):
    """At least `k` of the conditions hold."""

    k: int = Field(ge=1)
    of: tuple[Condition, ...] = Field(min_length=1)


class Condition(PackPart):
    """One primitive, or a combination."""

    rating: RatingTest | None = None
    score_at_least: ScoreTest | None = None
    latest_within: LatestWithin | None = None
    all_of_last: LastRatings | None = None
    k_of_last_n: LastRatings | None = None
    mean_of_years: MeanOfYears | None = None
    event: EventTest | None = None
    holds_role: HoldsRole | None = None
    attribute: AttributeTest | None = None
    school: SchoolTest | None = None
    not_set: str | None = Field(None, description="true while the knob has no value")
    knob_is: KnobIs | None = None
    unknown: Condition | None = Field(
        None, description="true where the condition is neither true nor false: what is missing could decide it"
    )
    last_year: Condition | None = Field(None, description="held in t-1 in the same LEA")
    here_since: Condition | None = Field(
        None, description="held in t or before, with the same school of record in the LEA every year since"
    )
    k_of: KOf | None = None
    all_: tuple[Condition, ...] | None = Field(None, alias="all")
    any_: tuple[Condition, ...] | None = Field(None, alias="any")
    not_: Condition | None = Field(None, alias="not")

    @model_validator(mode="after")
    def _one_key(self) -> Condition:
        if len(self.model_fields_set) != 1:
            given = ", ".join(sorted(self.model_fields_set)) or "none"
            raise ValueError(f"a condition has exactly one primitive; this one has: {given}")
        return self

    @property
    def kind(self) -> str:
        """The primitive's name."""
        return next(iter(self.model_fields_set))

    def children(self) -> tuple[Condition, ...]:
        """The conditions that this one combines."""
        alone = tuple(part for part in (self.last_year, self.here_since, self.not_, self.unknown) if part is not None)
        return alone + (self.all_ or ()) + (self.any_ or ()) + (self.k_of.of if self.k_of else ())
