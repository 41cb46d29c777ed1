"""Which submissions are judged again without being touched: what they were made from has changed since.

A refused one (rejected, held, late) only while it is the newest of its place, so that an old file never replaces a
newer one; an accepted one only when asked (`rung intake --again`), while it is in force.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from rung.intake.made_from import MadeFrom, changed
from rung.lake.certification import certified
from rung.lake.ledger import Ledger, Standing

REFUSED = ("rejected", "held", "late")
Place = tuple[str, int, str]


def to_validate_again(ledger: Ledger, made_from: MadeFrom, *, accepted: bool) -> frozenset[str]:
    """Ids of the submissions to judge again, those whose objects the ledger knows. `accepted`: those in force instead
    of the refused ones."""
    places: dict[Place, list[Standing]] = defaultdict(list)
    standings = ledger.standings()
    for each in standings:
        s = each.submission
        places[s.lea_id, s.school_year, s.extract].append(each)
    in_force = {(s.lea_id, s.school_year, s.extract): s.submission_id for s in ledger.in_force()}
    locked = certified(ledger)
    known = {each.submission.submission_id for each in standings}
    found = set()
    for place, of_place in places.items():
        current = next((each for each in of_place if each.submission.submission_id == in_force.get(place)), None)
        chosen = current if accepted else _newest_refused(of_place, current)
        if chosen is None or (accepted and place[:2] in locked):
            continue
        now = made_from.of(*place) | {"in_force": in_force.get(place, "")}
        if place[:2] in locked:
            now["certified"] = "yes"
        if changed(chosen.decided_from, now):
            found.add(_with_objects(chosen, standings))
    return frozenset(found & known)


def _newest_refused(of_place: list[Standing], current: Standing | None) -> Standing | None:
    """The newest refused submission of a place; None where the one in force came after it, by clock or by order."""
    refused = [each for each in of_place if each.state in REFUSED]
    if not refused:
        return None
    newest = max(refused, key=lambda each: (each.received_at, each.first_event))
    if current is None:
        return newest
    same = [each for each in of_place if each.submission.files == current.submission.files]
    arrived = min(each.first_event for each in same)  # judged again, a submission keeps its turn
    if newest.received_at < current.received_at or newest.first_event < arrived:
        return None
    return newest


def _with_objects(chosen: Standing, standings: list[Standing]) -> str:
    """The submission whose objects are looked at: of a position file's pay it is the roster's."""
    s = chosen.submission
    if s.extract != "payroll":
        return s.submission_id
    rosters: Mapping[str, Standing] = {
        each.submission.files: each
        for each in standings
        if (each.submission.lea_id, each.submission.school_year) == (s.lea_id, s.school_year)
        and each.submission.extract == "roster"
    }
    return rosters[s.files].submission.submission_id if s.files in rosters else s.submission_id
