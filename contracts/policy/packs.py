"""Rule packs: a program as data (DESIGN section 7). One YAML file in `programs/` is one `Pack`.

A pack turns each educator-year into a few *inputs* (ordered cases, first true wins), keeps a little *memory* (runs of
years, latches), and lists *rules* in order: from these levels, when the inputs and memory say so, to that level or with
that answer. The first rule that applies decides. That is a finite automaton: `transforms/s3_designate/automaton.py`
compiles it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field

from contracts.policy.conditions import RATING_KINDS, Condition, EventTest, KnobRef, Many, Number, PackPart
from contracts.policy.memory import Memory
from contracts.policy.terms import ComplianceCheck, ProgramTerms

Provenance = Literal["seed", "public", "derived", "assumption", "unknown"]
Answer = Literal["pending", "declined", "not_eligible", "not_configured", "lapsed"]
NONE = "none"  # in `from`: no level held; among an input's cases: none of them
SOURCED = ("seed", "public")  # provenances of which a first year limits adoption
CERTIFYING = ("certificate", "course_completed")  # events that prove learning (M33)


class Cited(PackPart):
    """Everything that rules something says where it comes from."""

    source: str = Field(min_length=2)
    provenance: Provenance


class Visibility(Cited):
    """How public the holders are. registry: listed by name by law or by the awarding body. open_role: the role is
    exercised before everybody. confidential: the level follows from ratings."""

    kind: Literal["registry", "open_role", "confidential"] = Field(alias="class")


CONFIDENTIAL = Visibility.model_validate(
    {"class": "confidential", "source": "no source says that holders are public", "provenance": "assumption"}
)


class Level(PackPart):
    """A level; the order of the list is the rank, lowest first."""

    id: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    title: str
    tier: int = Field(ge=0, le=4, description="state tier: 0 none, 1 emerging, 2 leader, 3 senior, 4 master")
    leads: bool | None = Field(
        None, description="holders are teacher leaders; unset: from the tier `[metrics] leader_tier` on"
    )
    intervals: int | None = Field(None, description="pay intervals of the level; the bank's overflow leads on")


class Version(Cited):
    """Rules as of these school years, both included."""

    version: str
    from_year: int = Field(ge=1990)
    to_year: int | None = None


class Knob(Cited):
    """What a state may set in `rung.toml`; without a default it answers `not_configured` until set."""

    meaning: str
    type: Literal["number", "word", "flag", "list"] = "number"
    choices: tuple[str, ...] | None = None
    loose: bool = Field(False, description="a district may have a value of its own, in the state's districts.yaml")
    default: float | str | bool | tuple[str, ...] | None = None


class Rule(Cited):
    """From these levels, when all these inputs and memories say so: to a level, or with an answer.

    `from_`: levels, `none`, or absent = whatever is held. `to`: a level, `next`, or `stay`. `when`: input → cases (a
    case, a list, or `none`); memory → `met` or `unmet`; `presence` → teacher or staff. `holds_place`: the answer leaves
    the level where it is, for the next year's rules, though the row has none.
    """

    id: str
    from_: Many | None = Field(None, alias="from")
    when: Mapping[str, Many] = Field(default_factory=dict)
    to: str | None = None
    answer: Answer | None = None
    as_: Literal["held", "earned"] | None = Field(None, alias="as", description="the status, where it is not the usual")
    holds_place: bool = False
    sets: Many = ()
    clears: Many = ()
    reason: str = Field(min_length=5)
    reason_code: str | None = Field(None, description="default the id; may quote a fact: {rating_reason}")
    finding: str | None = None
    versions: Many = ()


class BankUnits(PackPart):
    """Units earned in a year: by the year's case of an input, and by events' quantities."""

    input: str
    by_case: Mapping[str, float]
    event: EventTest | None = None


class PointsBank(Cited):
    """Units fill intervals of `threshold`; the rest carries over years and promotions.

    At a level with a number of intervals, what goes beyond the last moves to the next level where `overflow_when` holds
    (an input and its case); otherwise the units wait.
    """

    threshold: float
    units: BankUnits
    overflow_when: Mapping[str, Many] = Field(default_factory=dict)


class Fact(PackPart):
    """A value that reasons and amounts quote."""

    attribute: str | None = None
    school: str | None = None
    rating: str | None = None
    lag: int = 0
    latest: bool = False
    event: EventTest | None = None
    value: Literal["quantity", "codes", "code"] = "quantity"


class Pay(Cited):
    """An amount of a year at a level; those that apply add up. `amount` unset or null: not configured.

    `when` names inputs and cases. `per`: plus `times` for each unit of a fact, at most `at_most` units.
    """

    levels: Many = ()
    when: Mapping[str, Many] = Field(default_factory=dict)
    amount: Number | None
    per: str | None = None
    times: float = 0.0
    at_most: float | None = None
    versions: Many = ()
    record_lea_only: bool = False
    award_lea_only: bool = Field(False, description="only the LEA of record on the day of the pack's `award`")
    teaching_only: bool = False
    pro_rata_to: KnobRef | None = Field(None, description="the year's appropriation, over all who are entitled")


class Effect(Cited):
    """What the level changes besides an amount: lanes, credit years, release. For readers, not computed here."""

    levels: Many = ()
    text: str


class Cap(ComplianceCheck, Cited):
    """A cap, floor, span, band or spending rule (the mart `compliance` computes it)."""


class Pack(PackPart):
    """One program."""

    program_id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    summary: str
    place: int = Field(ge=1, description="order of programs, the last tie-break")
    leader: bool = True
    visibility: Visibility = CONFIDENTIAL
    scope: Literal["lea", "state"] = "lea"
    rows: Literal["adopting", "everywhere"] = "adopting"
    population: Literal["teachers", "touched"] = "touched"
    away: Literal["keep", "lapse", "run_on"] = "lapse"
    at_end: Literal["keep", "drop"] = "drop"
    term: int | None = Field(None, ge=1, description="school years; none: as long as no rule takes it")
    ratchet: bool = False
    answers_keep: bool = Field(False, description="an answer leaves a holder's level as it is")
    once: bool = Field(False, description="earned once in a life, held afterwards; gives memory ever_<level>")
    rating_system: str = "own"
    levels: tuple[Level, ...] = Field(min_length=1)
    roles: tuple[str, ...] = ()
    position_units: Mapping[str, float] = Field(default_factory=dict)
    versions: tuple[Version, ...] = Field(min_length=1)
    knobs: Mapping[str, Knob] = Field(default_factory=dict)
    inputs: Mapping[str, Mapping[str, Condition]]
    memory: Mapping[str, Memory] = Field(default_factory=dict)
    placement: tuple[Rule, ...] = ()
    rules: tuple[Rule, ...] = ()
    bank: PointsBank | None = None
    facts: Mapping[str, Fact] = Field(default_factory=dict)
    award: EventTest | None = Field(
        None, description="the event whose day is the day of the award; without one in t, the first day of service in t"
    )
    pay: tuple[Pay, ...] = ()
    effects: tuple[Effect, ...] = ()
    compliance: tuple[Cap, ...] = ()
    ended_reason: str = "The program is over in {lea_id} since {t}; the level ends"
    open_questions: tuple[str, ...] = ()
    settings: Mapping[str, float | str | bool | tuple[str, ...]] = Field(default_factory=dict, exclude=True)
    districts: Mapping[str, Mapping[str, float | str | bool | tuple[str, ...]]] = Field(
        default_factory=dict, exclude=True
    )

    def variants(self) -> tuple[tuple[Pack, frozenset[str]], ...]:
        """The pack of each group of districts that set loose knobs alike, with those districts.

        The first has no districts: it is the pack of all that are named by none of the others.
        """
        alike: dict[str, list[str]] = {}
        for lea_id in sorted(self.districts):
            alike.setdefault(repr(sorted(self.districts[lea_id].items())), []).append(lea_id)
        base = self.model_copy(update={"districts": {}})
        own = [
            (base.model_copy(update={"settings": {**self.settings, **self.districts[leas[0]]}}), frozenset(leas))
            for leas in alike.values()
        ]
        return ((base, frozenset()), *own)

    def knob(self, name: str) -> float | str | bool | tuple[str, ...] | None:
        """The value in force of a knob: the state's, else the pack's default, else None."""
        return self.settings.get(name, self.knobs[name].default)

    def number(self, value: Number | None) -> float | None:
        """A number, or the number that its knob has; None while not set."""
        if not isinstance(value, KnobRef):
            return value
        found = self.knob(value.knob)
        return None if found is None else float(found)  # type: ignore[arg-type]

    def word(self, value: str | KnobRef) -> str:
        return str(self.knob(value.knob)) if isinstance(value, KnobRef) else value

    def begins(self, version: Version) -> int:
        """First school year of a version. An assumed first year of the program limits nothing: adoption decides."""
        is_first = version.from_year == min(each.from_year for each in self.versions)
        return 0 if is_first and version.provenance not in SOURCED else version.from_year

    @property
    def first_year(self) -> int | None:
        """The program's first school year where a source gives it, else None (MARTS 5.S2)."""
        return min(self.begins(version) for version in self.versions) or None

    def version_of(self, year: int) -> Version | None:
        """The version in force in a school year, or None."""
        holds = (v for v in self.versions if self.begins(v) <= year <= (v.to_year or year))
        return next(holds, None)

    def terms(self) -> ProgramTerms:
        """What the money marts must know of the program."""
        checks = (cap.model_dump(exclude={"source", "provenance"}) for cap in self.compliance)
        return ProgramTerms(
            program_id=self.program_id,
            place=self.place,
            leader=self.leader,
            certifies=self.certifies(),
            rating_system=self.rating_system if self.names_a_system() else None,
            first_year=self.first_year,
            roles=self.roles,
            leads={level.id: level.leads for level in self.levels if level.leads is not None},
            travels=self.rows == "everywhere",
            position_units=self.position_units,
            compliance=tuple(ComplianceCheck(**check) for check in checks),
        )

    def certifies(self) -> bool:
        """Some input asks for a course or a certificate: levels rest on learning proved, not on a role given."""
        return any(each.event is not None and each.event.type in CERTIFYING for each in self.conditions())

    def names_a_system(self) -> bool:
        """Some input asks for a rating or a score, and the pack says under which rating system."""
        return self.rating_system not in ("own", "any") and any(c.kind in RATING_KINDS for c in self.conditions())

    def conditions(self) -> Iterator[Condition]:
        """Every condition of the inputs, those inside others too."""
        asked = [condition for cases in self.inputs.values() for condition in cases.values()]
        while asked:
            condition = asked.pop()
            yield condition
            asked += condition.children()
