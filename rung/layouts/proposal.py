"""A whole layout proposed from a district's file: what was told by name and cells, and what a person must say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from contracts.extracts import EXTRACTS
from rung.lake.reference import ReferenceTables
from rung.layouts.column_assignment import Assigned, assign_columns
from rung.layouts.column_evidence import ColumnFacts, column_facts, fits, value_lists, weigh
from rung.layouts.known_names import FULL_NAME, known_names
from rung.layouts.layout_draft import Option, Proposal, Question
from rung.layouts.translate import translate_values
from transforms.s1_conform.decode import Table

# `%m/%d/%y` and its kin: a year of two digits is never guessed by the readers.
SHORT_YEARS = {"mdy": "%m/%d/%y", "dmy": "%d/%m/%y"}


def propose(table: Table, extract: str, lea_id: str, school_year: int, reference: ReferenceTables) -> Proposal:
    """Propose the layout of one file's table for a district and the school years from `school_year` on."""
    facts = column_facts(table)
    names = known_names(extract)
    evidence = weigh(
        {name: names.scores(name) for name in table.header}, facts, extract, value_lists(reference, extract, lea_id)
    )
    assigned = assign_columns(table.header, EXTRACTS[extract].required, evidence.scores)
    made = Proposal({"extract": extract, "from_year": school_year, "columns": {}, "ignored": []}, {}, [], [])
    for target, name in assigned.sources.items():
        if target in EXTRACTS[extract].sent.columns() and target != name:
            made.layout["columns"][target] = name
        where, share = evidence.found.get(name, ("", 0.0))
        made.why[target] = f"{share:.0%} of its values are the state's" if where == target else "by its name"
    _take_full_name(made, assigned, facts)
    translate_values(made, assigned.sources, facts, extract, lea_id, reference)
    _take_dates(made, assigned, facts, extract)
    _ask_for_columns(made, assigned, facts, extract, lea_id, reference)
    _take_pay(made, assigned, extract)
    _take_vacancies(made, assigned, facts, extract)
    if lea_id in reference.crosswalks:
        made.layout["crosswalk"] = True
    used = {name for source in made.layout["columns"].values() for name in _read(source)}
    rest = [n for n in table.header if n not in {*used, *assigned.sources.values()}]
    made.layout["ignored"] = rest
    if assigned.unrecognised:
        made.notes.append(f"not recognised, read by nothing unless you say so: {', '.join(assigned.unrecognised)}")
    return made


def _read(source: str | Mapping[str, Any]) -> list[str]:
    if isinstance(source, str):
        return [source]
    return [*source.get("columns", ()), *([source["column"]] if "column" in source else [])]


def _take_full_name(made: Proposal, assigned: Assigned, facts: Mapping[str, ColumnFacts]) -> None:
    """`Last, First M`: both names from the one column, where nearly every cell is written so."""
    name = assigned.sources.get(FULL_NAME)
    if name is None:
        return
    if facts[name].commas < 0.95:
        made.notes.append(f"`{name}` holds whole names, but not as `Last, First`; it is not read")
        return
    made.layout["columns"]["last_name"] = {"column": name, "part": r"^([^,]+),"}
    made.layout["columns"]["first_name"] = {"column": name, "part": r",\s*(\S+)"}
    made.why |= {"last_name": "what stands before the comma", "first_name": "the word after the comma"}


def _take_dates(made: Proposal, assigned: Assigned, facts: Mapping[str, ColumnFacts], extract: str) -> None:
    """The order of day and month where a column does not tell it, by another column of the file that does."""
    columns = EXTRACTS[extract].sent.columns()
    days = {t: n for t, n in assigned.sources.items() if t in columns and columns[t].dtype == pl.Date}
    told = {facts[n].order for n in days.values()} & set(SHORT_YEARS)
    for target, name in days.items():
        fact = facts[name]
        unclear = fact.order == "ambiguous" or fact.short_years >= 0.5
        if not unclear:
            continue
        long = {"mdy": "%m/%d/%Y", "dmy": "%d/%m/%Y"}
        forms = SHORT_YEARS if fact.short_years >= 0.5 else long
        if len(told) == 1:
            made.layout.setdefault("date_formats", {})[target] = forms[next(iter(told))]
            made.notes.append(f"`{name}`: the order of day and month is taken from the file's other dates")
            continue
        options = tuple(Option(form, {"date_formats": {target: form}}) for form in forms.values())
        made.questions.append(Question(target, f"In which order does `{name}` write day and month?", options))


def _ask_for_columns(
    made: Proposal,
    assigned: Assigned,
    facts: Mapping[str, ColumnFacts],
    extract: str,
    lea_id: str,
    reference: ReferenceTables,
) -> None:
    """A question for each open column: its candidates, a constant where one can stand for it, or none of them."""
    columns = EXTRACTS[extract].sent.columns()
    required = EXTRACTS[extract].required
    free = [n for n in assigned.unrecognised if facts[n].filled]
    for target, column in columns.items():
        if target in made.layout["columns"] or target in assigned.sources:
            continue
        names = list(assigned.candidates.get(target, ()))
        if target not in required and not names:
            continue
        if target in required:
            names += [n for n in free if n not in names and fits(target, column, facts[n])]
        if any(q.about == target for q in made.questions):
            continue
        options = [Option(f"the column {name}", {"columns": {target: name}}) for name in names[:8]]
        options += constants(target, lea_id, reference)
        named = {"first_name", "last_name"} <= set(made.layout["columns"]) | set(assigned.sources)
        if target == "staff_id" and named and extract == "roster":
            change = {"crosswalk": "start", "people_by": ["first_name", "last_name"]}
            options.append(Option("the file has no ids: start a crosswalk by first and last name", change))
        if target not in required:
            options.append(Option("none of these"))
        made.questions.append(Question(target, f"Which column is `{target}`? {column.description}", tuple(options)))


def constants(target: str, lea_id: str, reference: ReferenceTables) -> list[Option]:
    """What can stand in each row of a file that lacks the column."""
    districts = reference.tables["districts"].filter(pl.col("lea_id") == lea_id)
    begins = next(iter(districts["year_begins"].drop_nulls().to_list()), "07-01")
    systems = districts["rating_system"].drop_nulls().to_list()
    given = {
        "begin_date": [f"{{previous_year}}-{begins}"],
        "pay_date": ["{year}-06-30"],
        "full_time_equivalency": ["1"],
        "status": ["final"],
        "fund_code": ["NOT_STATED"],
        "rating_system": systems,
    }
    return [
        Option(f"no column: {value} in each row", {"columns": {target: {"constant": value}}})
        for value in given.get(target, [])
    ]


def _take_pay(made: Proposal, assigned: Assigned, extract: str) -> None:
    """Amounts of pay in a roster: left to the payroll extract, unless a person says that there is no other."""
    if extract != "roster" or not assigned.pay:
        return
    lines = [{"amount": name, "pay_code": _code(name), "fund_code": "NOT_STATED"} for name in assigned.pay]
    pay = {"pay": {"pay_date": "{year}-06-30", "lines": lines}}
    made.questions.append(
        Question(
            "pay",
            f"Amounts of pay: {', '.join(assigned.pay)}. Is this file the only one with pay?",
            (
                Option("no: pay comes as payroll"),
                Option("yes: one pay line per amount, under these codes (mend them)", pay),
            ),
        )
    )


def _code(name: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in name.upper()).split())


def _take_vacancies(made: Proposal, assigned: Assigned, facts: Mapping[str, ColumnFacts], extract: str) -> None:
    """Rows without a person in a file of positions."""
    name = assigned.sources.get("staff_id")
    if extract != "roster" or name is None or not facts[name].empty or "position_title" not in assigned.sources:
        return
    aside = {"set_aside": [{"column_empty": name, "reason": "vacant_position"}]}
    made.questions.append(
        Question(
            "set_aside",
            f"{facts[name].empty:,} rows have no `{name}`. Are they positions that nobody holds?",
            (Option("yes: set them aside, counted", aside), Option("no: return them to be mended")),
        )
    )
