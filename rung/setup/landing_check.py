"""What districts send against what the reference tables say: schools, rating systems, codes, drops."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from contracts.policy.packs import Pack
from contracts.vocabulary import EXPECTED_EXTRACTS
from rung.core.errors import RungError
from rung.intake.discover import discover
from rung.lake.accepted import accepted_tables
from rung.lake.ledger import Submission
from rung.lake.ledger_schema import ledger_url, pending_migrations
from rung.lake.place import ABSENT
from rung.lake.reference import district_names
from rung.lake.workspace import Workspace
from rung.packs.names import Names, names_of_packs

NOT_IN_FORCE = ("rejected", "held")
Tables = Mapping[str, pl.DataFrame]


def evidence_findings(work: Workspace, tables: Tables, usable: Collection[str], packs: Sequence[Pack]) -> Iterator[str]:
    """Sentences, by what they are about; each needs only the tables that it reads."""
    sent = _sent(work)
    names = names_of_packs(packs, district_names(tables["districts"]) if "districts" in usable else {})
    if {"districts", "schools"} <= set(usable):
        yield from _without_schools(tables, names)
    if "districts" in usable:
        yield from _landing(work, tables, names)
    if {"districts", "program_adoption", "rating_systems"} <= set(usable):
        yield from _rating_systems(tables, sent, packs, names)
    for table, column in (("pay_codes", "pay_code"), ("funds", "fund_code")):
        if table in usable:
            yield from _codes(tables[table], sent.get("payroll"), table, column, names)
    yield from _sent_back(work, names)


def _sent(work: Workspace) -> dict[str, pl.LazyFrame]:
    """The accepted rows; nothing where there is no ledger yet or it cannot be reached (said of the storage already)."""
    try:
        if pending_migrations(ledger_url(work.settings.storage.ledger, work.settings.root)):
            return {}
        return accepted_tables(work.lake, work.ledger.in_force())
    except RungError:
        return {}


def _rows(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    return frame.unique().sort(pl.all()).rows()


def _without_schools(tables: Tables, names: Names) -> Iterator[str]:
    for lea_id in tables["districts"].join(tables["schools"], on="lea_id", how="anti")["lea_id"].sort():
        yield f"{names.district(lea_id)}: has no schools; add its rows to reference/schools"


def _landing(work: Workspace, tables: Tables, names: Names) -> Iterator[str]:
    """Folders of no district, files that lie outside any folder Rung reads, districts with nothing at all."""
    try:
        found = discover(work.landing, {})
    except (RungError, OSError):
        return  # said of the storage already
    known = set(tables["districts"]["lea_id"].to_list())
    sent = {(drop.lea_id, drop.extract) for drop in found.drops}
    for lea_id in sorted({lea for lea, _ in sent} - known):
        yield f"landing/{lea_id}: is the folder of no district; rename it, or add the district to reference/districts"
    stray = [key for key in found.stray if not key.endswith(f"({ABSENT})")]  # that is said of the storage
    for key in stray[:5]:
        yield f"landing/{key}: lies where nothing is read; move it to <lea_id>/<school_year>/<extract>/"
    if len(stray) > 5:
        yield f"landing: {len(stray) - 5} more files lie where nothing is read"
    for lea_id in sorted(known):
        lacking = [extract for extract in EXPECTED_EXTRACTS if (lea_id, extract) not in sent]
        if lacking:
            where = f"landing/{lea_id}/<year>/"
            yield f"{names.district(lea_id)}: has sent no {', no '.join(lacking)} of any year; drop it into {where}"


def _rating_systems(
    tables: Tables, sent: Mapping[str, pl.LazyFrame], packs: Sequence[Pack], names: Names
) -> Iterator[str]:
    """Adoptions of programs that read a rating system which the district does not send."""
    declared = dict(tables["districts"].select("lea_id", "rating_system").rows())
    labels = set(tables["rating_systems"]["rating_system"].to_list())
    sends: dict[str, set[str]] = {}
    if "evaluation" in sent:
        for lea_id, system in sent["evaluation"].select("lea_id", "rating_system").unique().collect().rows():
            sends.setdefault(lea_id, set()).add(system)
    rated = [pack for pack in packs if pack.names_a_system()]
    reads = {pack.program_id: pack.rating_system for pack in rated}
    for lea_id, program in _rows(tables["program_adoption"]["lea_id", "program_id"]):
        system = reads.get(program)
        if system is None:
            continue
        adopts = f"{names.district(lea_id)} adopts {names.program(program)}, which"
        if system not in labels:
            yield f"{adopts} reads {system}: add its labels to reference/rating_systems"
        has = sends.get(lea_id) or ({declared[lea_id]} - {None} if lea_id in declared else set())
        if has and system not in has:
            other = ", ".join(sorted(str(each) for each in has))
            why = f"{adopts} reads ratings of {system}, but sends those of {other}"
            yield f"{why}: nobody there has a usable rating; mend reference/program_adoption or ask for the ratings"


def _codes(table: pl.DataFrame, payroll: pl.LazyFrame | None, name: str, column: str, names: Names) -> Iterator[str]:
    """Codes that payroll uses and the table lacks, and codes of the table that no payroll of the district ever used."""
    if payroll is None:
        return
    used = payroll.select("lea_id", column).unique().collect()
    both = ["lea_id", column]
    for lea_id, codes in _by_district(used.join(table, on=both, how="anti"), column):
        yield f"{names.district(lea_id)}: payroll uses {column} {codes}, which reference/{name} lacks; add the rows"
    never = table.join(used, on=both, how="anti").join(used, on="lea_id", how="semi")
    for lea_id, codes in _by_district(never.select(both), column):
        listed = f"reference/{name} has {column} {codes}"
        yield f"{names.district(lea_id)}: {listed}, never seen in its payroll; mend or take out the rows"


def _by_district(frame: pl.DataFrame, column: str) -> Iterator[tuple[str, str]]:
    found: dict[str, list[str]] = {}
    for lea_id, code in _rows(frame.select("lea_id", column)):
        found.setdefault(lea_id, []).append(code)
    for lea_id, codes in found.items():
        more = f" and {len(codes) - 10} more" if len(codes) > 10 else ""
        yield lea_id, ", ".join(codes[:10]) + more


def _sent_back(work: Workspace, names: Names) -> Iterator[str]:
    """Places of which the newest submission is rejected or held."""
    try:
        if pending_migrations(ledger_url(work.settings.storage.ledger, work.settings.root)):
            return
        states = work.ledger.states()
    except RungError:
        return
    newest: dict[tuple[str, int, str], tuple[Submission, str, str]] = {}
    for submission, state, why in states:
        if state != "superseded":
            newest[submission.lea_id, submission.school_year, submission.extract] = (submission, state, why)
    for (lea_id, year, extract), (_, state, why) in sorted(newest.items()):
        if state in NOT_IN_FORCE:
            yield f"{names.district(lea_id)} {year} {extract}: {state}: {why}"
