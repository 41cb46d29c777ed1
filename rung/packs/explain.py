"""`rung explain STAFF_ID`: why an educator holds a level, year by year: evidence with file and row, rule, citation, and
what would be needed for the next level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from contracts.policy.conditions import RATING_KINDS
from contracts.policy.packs import Pack, Rule
from contracts.tables import designation_tables
from rung.core.errors import RungError
from rung.core.pseudonym import educator_key
from rung.packs.describe import condition_text, kinds
from rung.packs.names import Names
from transforms.s3_designate.evidence import Evidence, materialize
from transforms.s3_designate.graph import shortest_rise
from transforms.s3_designate.run import by_variant, designated_run
from transforms.s3_designate.state_space import FIRST
from transforms.s3_designate.transition_table import TransitionTable

EVENT_FIELDS = ("event_date", "event_type", "event_code", "outcome", "quantity", "valid_until")
RATING_FIELDS = (
    "rating_system",
    "rating_level",
    "rating_score",
    "status",
    "observation_average",
    "minimum_dimension_score",
    "growth_percent",
    "growth_index",
    "potential_rating",
)
ROSTER_FIELDS = ("school_id", "staff_classification", "role_code", "full_time_equivalency", "begin_date", "end_date")


@dataclass(frozen=True)
class YearExplained:
    """One row of `designation`, with what it rests on."""

    lea_id: str
    program_id: str
    school_year: int
    level: str | None
    status: str
    reason: str
    rule_id: str
    source: str
    evidence: tuple[str, ...]
    next_level: str


def explain(
    staff_id: str, tables: Mapping[str, pl.LazyFrame], packs: Sequence[Pack], program_id: str | None = None
) -> list[YearExplained]:
    """Every designation row of an educator, explained. Raises RungError for an id on no roster, and an unknown program.

    `tables`: the accepted extracts and reference tables by name. Only what concerns the educator is read: own rows, the
    teams led, principals, and each district's years.
    """
    known = [pack.program_id for pack in packs]
    if program_id is not None and program_id not in known:
        raise RungError(f"{program_id}: no such program; there are: {', '.join(known)}")
    if tables["roster"].filter(pl.col("staff_id") == staff_id).head(1).collect().is_empty():
        raise RungError(f"{staff_id}: on no accepted roster of any year; ids are the state's, as in the roster files")
    mine = _about(staff_id, tables)
    evidence = materialize(**designation_tables(mine))
    rows: list[YearExplained] = []
    for pack in packs:
        if program_id in (None, pack.program_id):
            for each, part in by_variant(evidence, pack):
                rows += _explained(staff_id, each, part, mine)
    return sorted(rows, key=lambda row: (row.lea_id, row.program_id, row.school_year))


def staff_id_of(key: str, tables: Mapping[str, pl.LazyFrame], secret: bytes) -> str:
    """The state's id of an `educator_key`. Raises RungError where nobody on a roster has it."""
    ids = tables["roster"].select("staff_id").unique().collect()["staff_id"]
    found = next((each for each in ids if educator_key(secret, each) == key), None)
    if found is None:
        raise RungError(f"{key}: nobody on an accepted roster has this educator_key under the key that is set")
    return str(found)


def first_sentence(staff_id: str, rows: Sequence[YearExplained], named: Names) -> str:
    """What somebody asks first: which levels the educator holds in the latest year, and why."""
    last = max(row.school_year for row in rows)
    held = [row for row in rows if row.school_year == last and row.level is not None]
    if not held:
        return f"{staff_id} holds no level in {last}."
    levels = []
    for row in held:
        level = named.level(row.program_id, row.level or "")
        levels.append(f"{level} of {named.program(row.program_id)} ({row.status}: {row.reason})")
    return f"In {last} {staff_id} holds {'; '.join(levels)}."


def _about(staff_id: str, tables: Mapping[str, pl.LazyFrame]) -> dict[str, pl.LazyFrame]:
    """The tables cut down to one educator; districts keep a row of each year, so that leaving one shows."""
    own = pl.col("staff_id") == staff_id
    roster = tables["roster"]
    led = (pl.col("supervisor_staff_id") == staff_id).fill_null(False)
    there = roster.group_by("lea_id", "school_year").agg(pl.all().first()).select(roster.collect_schema().names())
    near = roster.filter(own | led | (pl.col("staff_classification") == "principal"))
    cut = {name: tables[name].filter(own).collect().lazy() for name in ("evaluation", "leadership")}
    return dict(tables) | cut | {"roster": pl.concat([near, there]).unique().collect().lazy()}


def _explained(
    staff_id: str, pack: Pack, evidence: Evidence, tables: Mapping[str, pl.LazyFrame]
) -> list[YearExplained]:
    ran = designated_run(evidence, pack)
    if ran is None:
        return []
    rows, ladder_run = ran
    rules = {rule.id: rule for rule in (*pack.placement, *pack.rules)}
    out = []
    for row in rows.filter(pl.col("staff_id") == staff_id).to_dicts():
        automaton = ladder_run.automata[row["school_year"] - ladder_run.first_year]
        years = [int(year) for year in (row["evidence_years"] or "").split(";") if year]
        out.append(
            YearExplained(
                lea_id=row["lea_id"],
                program_id=pack.program_id,
                school_year=row["school_year"],
                level=row["level"],
                status=row["status"],
                reason=row["reason"],
                rule_id=row["rule_id"],
                source=_cited(rules.get(row["rule_id"])),
                evidence=tuple(_evidence(staff_id, pack, years or [row["school_year"]], tables)),
                next_level=_next(pack, automaton, row) if row["level"] else "",
            )
        )
    return out


def _cited(rule: Rule | None) -> str:
    return f"{rule.source} ({rule.provenance})" if rule else "shared semantics of all packs (PACKS, MARTS 2)"


def _evidence(staff_id: str, pack: Pack, years: list[int], tables: Mapping[str, pl.LazyFrame]) -> list[str]:
    """The rows of those years that a rule of the pack can read, with file and row."""
    types = {test.type for cases in pack.inputs.values() for case in cases.values() for test in _events(case)}
    of_years = (pl.col("staff_id") == staff_id) & pl.col("school_year").is_in(years)
    system = pl.lit(True) if pack.rating_system in ("own", "any") else pl.col("rating_system") == pack.rating_system
    kind = pl.lit(True) if "any" in types else pl.col("event_type").is_in(sorted(types))
    role = pl.col("role_code").is_in(list(pack.roles)) if pack.roles else pl.col("role_code").is_not_null()
    reads = set(kinds(pack))
    found: list[str] = []
    if reads & RATING_KINDS:
        found += _evidence_lines("evaluation", tables["evaluation"].filter(of_years & system), RATING_FIELDS)
    found += _evidence_lines("leadership", tables["leadership"].filter(of_years & kind), EVENT_FIELDS)
    if "holds_role" in reads:
        found += _evidence_lines("roster", tables["roster"].filter(of_years & role), ROSTER_FIELDS)
    return found


def _events(condition: Any) -> list[Any]:
    own = [condition.event] if condition.event else []
    return own + [test for part in condition.children() for test in _events(part)]


def _evidence_lines(extract: str, rows: pl.LazyFrame, fields: Sequence[str]) -> list[str]:
    frame = rows.sort("school_year", "lea_id", "source_file", "source_row").collect()
    lines = []
    for row in frame.to_dicts():
        values = ", ".join(f"{name} {row[name]}" for name in fields if row.get(name) is not None)
        place = f"{row['lea_id']}/{row['school_year']}/{extract}/{row['source_file'] or '?'} row {row['source_row']}"
        lines.append(f"{place}: {values}")
    return lines


def _next(pack: Pack, automaton: TransitionTable, row: Mapping[str, Any]) -> str:
    """The fewest years that lead up, as the automaton has them."""
    way = shortest_rise(automaton, row["after"])
    if not way:
        return "no rule leads further up"
    steps = []
    for offset, (_, symbol) in enumerate(way, start=1):
        steps.append(f"in {row['school_year'] + offset}: {_asked(pack, automaton, symbol)}")
    goal = automaton.space.level_name(int(automaton.space.level_of[automaton.next_state[way[-1]]]))
    return f"{goal}, soonest {row['school_year'] + len(way)}; {'; '.join(steps)}"


def _asked(pack: Pack, automaton: TransitionTable, symbol: int) -> str:
    """What a year's symbol asks for, in words."""
    parts = []
    for name, cases in automaton.space.inputs.items():
        case = cases[(symbol - FIRST) // automaton.space.strides[name] % len(cases)]
        if name == "bank" and case != "none":
            parts.append("units enough for the next interval")
        elif case != "none" and name in pack.inputs:
            parts.append(condition_text(pack.inputs[name][case]))
    return " and ".join(parts) or "teach on"


def explain_text(staff_id: str, rows: Sequence[YearExplained], names: Names | None = None) -> str:
    """For a terminal; `names` of districts, programs and levels stand beside their ids."""
    named = names or Names()
    if not rows:
        return f"{staff_id}: on a roster, but no adopted program has a row for this educator"
    lines, head = [first_sentence(staff_id, rows, named)], ""
    for row in rows:
        place = f"{named.program(row.program_id)} in {named.district(row.lea_id)}"
        if head != place:
            head = place
            lines += ["", head]
        level = named.level(row.program_id, row.level) if row.level else "-"
        lines.append(f"  {row.school_year}  {level}  {row.status}: {row.reason}")
        lines.append(f"        rule {row.rule_id} [{row.source}]")
        lines += [f"        {text}" for text in row.evidence]
        if row.next_level:
            lines.append(f"        next: {row.next_level}")
    return "\n".join(lines)


def explain_data(staff_id: str, rows: Sequence[YearExplained]) -> dict[str, Any]:
    """For `--json`."""
    return {"staff_id": staff_id, "rows": [asdict(row) for row in rows]}
