"""What the money marts must know of a program: plain facts taken from its pack, handed in as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from contracts.strict import Strict

ComplianceKind = Literal["share_at_least", "share_at_most", "spend_at_least", "team_within", "pay_within"]
ComplianceScope = Literal["school", "lea"]


class Band(Strict):
    """Lowest and highest yearly pay of a role in a school year."""

    low: float
    high: float


class ComplianceCheck(Strict):
    """One cap, floor, spending or span rule.

    share_at_least / share_at_most: designees at `levels` (all when empty) over teachers, against `limit`.
    spend_at_least: pay on the program's codes over what it grants its designees, by campus, against `limit`.
    team_within: leaders in `roles` whose team is smaller than `low` or larger than `high`; passes when none is.
    pay_within: designees whose role pay is outside `bands[role][year]`; passes when none is.
    """

    rule_id: str
    kind: ComplianceKind
    scope: ComplianceScope = "school"
    levels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    limit: float | None = None
    low: float | None = None
    high: float | None = None
    # only schools on this partner list (share rules); None: every school with a designee of the program
    partner_list: str | None = None
    # first year in which pay_within bands shrink with the responsibility share; None: never
    by_share_from: int | None = None
    bands: Mapping[str, Mapping[int, Band]] = Field(default_factory=dict)


class ProgramTerms(Strict):
    """Facts of one program. `place` is its place in the packs' order, the last tie-break between programs."""

    program_id: str
    place: int
    # its role holders, and designees at levels that lead, are teacher leaders (MARTS 5.S3)
    leader: bool
    # its levels rest on courses or certificates (M33)
    certifies: bool = False
    # the rating system that its rules read; None: the district's own, or it reads no rating
    rating_system: str | None = None
    # first school year that a source gives; adopted years before it are ignored (MARTS 5.S2). None: adoption decides
    first_year: int | None = None
    # levels of which the pack itself says whether their holders lead; the state tier decides on the others
    leads: Mapping[str, bool] = Field(default_factory=dict)
    # a designation goes where its holder goes, also to LEAs without the program
    travels: bool = False
    # the pack's own role codes
    roles: tuple[str, ...] = ()
    # position units by role code (M05); empty: the program exchanges no positions
    position_units: Mapping[str, float] = Field(default_factory=dict)
    compliance: tuple[ComplianceCheck, ...] = ()
