"""Reference tables about money beside pay: offsets, program finance, minimum wage; and the calendar of drops."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from rung.demo import calibration as cal
from rung.demo.funds import FUNDS, GRANT
from rung.demo.plan import LAST_YEAR, State

EXTRACTS = ("evaluation", "roster", "payroll", "leadership")
# A state's first load brings its whole history at once, whenever that is: no drop of it is late.
NO_DEADLINE = "2099-12-31"
OFFSET_SHARE = 0.4  # of districts that have documented any
OFFSETS = (
    ("vacancy_converted", 62_000, "Board minutes"),
    ("coach_position_not_filled", 71_000, "Staffing plan"),
    ("professional_development_contract_replaced", 18_000, "Contract register"),
)
# dollars per educator and year of what a program costs besides pay, and of money that comes again for it
RATES = {"training": 40, "administration": 25, "release": 90, "recurring_revenue": 220}
# who pays for it; a district in three does not say who pays for administration
STREAMS = {"training": "title_ii_a", "administration": "local_general", "release": "local_general"}
MATCH_YEARS = 3


def _programs(state: State) -> Iterator[tuple[int, str, int]]:
    for index in range(state.leas):
        for year in state.years:
            for name in state.programs(index, year):
                yield index, name, year


def offsets(state: State) -> pl.DataFrame:
    """Documented offsets in some districts; one kind has no program and is shared over all of them."""
    rows = []
    for index in range(state.leas):
        if state.rng.uniform("offsets", index)[0] >= OFFSET_SHARE:
            continue
        for year in state.years:
            programs = [*state.programs(index, year)]
            kind, amount, document = OFFSETS[int(state.rng.whole("offset kind", 0, len(OFFSETS) - 1, index, year)[0])]
            if programs:
                program = programs[0] if kind == "vacancy_converted" else None
                rows.append((state.lea_id(index), program, year, kind, f"{amount}.00", f"{document} {year}"))
    names = {"lea_id": pl.String, "program_id": pl.String, "school_year": pl.Int64, "kind": pl.String}
    return pl.DataFrame(rows, schema={**names, "amount": pl.String, "document": pl.String}, orient="row")


def program_finance(state: State) -> pl.DataFrame:
    """Training, administration and recurring revenue by program; matches that districts owe after their grant."""
    rows: list[tuple[str, str, int, str, str | None, str | None, str]] = []
    for index, name, year in _programs(state):
        size = int(state.sizes[index])
        for kind, rate in RATES.items():
            stream = None if kind == "administration" and index % 3 == 2 else STREAMS.get(kind)
            rows.append((state.lea_id(index), name, year, kind, None, stream, f"{size * rate}.00"))
    for index in range(state.leas):
        for name in list(state.programs(index, LAST_YEAR))[:1]:
            award = f"{FUNDS[GRANT].award}-{state.lea_id(index)}"
            for year in range(LAST_YEAR + 1, LAST_YEAR + 1 + MATCH_YEARS):
                amount = int(state.sizes[index]) * 15
                rows.append((state.lea_id(index), name, year, "match", award, None, f"{amount}.00"))
    names = {"lea_id": pl.String, "program_id": pl.String, "school_year": pl.Int64, "kind": pl.String}
    return pl.DataFrame(
        rows, schema={**names, "award_id": pl.String, "stream": pl.String, "amount": pl.String}, orient="row"
    )


def minimum_wage(state: State) -> pl.DataFrame:
    """One row per year."""
    hourly = [f"{cal.MINIMUM_WAGE[year]:.2f}" for year in state.years]
    return pl.DataFrame({"school_year": list(state.years), "hourly": hourly})


def calendar(state: State) -> pl.DataFrame:
    """One row per year and extract."""
    years = [year for year in state.years for _ in EXTRACTS]
    return pl.DataFrame(
        {
            "school_year": years,
            "extract": list(EXTRACTS) * len(state.years),
            "opens": [f"{year}-04-01" for year in years],
            "due": [NO_DEADLINE] * len(years),
            "closes": [NO_DEADLINE] * len(years),
        }
    )
