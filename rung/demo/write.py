"""Writes the synthetic state: rung.toml, landing and reference, a group of districts at a time."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.demo import finance, reference
from rung.demo.adoptions import adoptions
from rung.demo.dirty import spoil_landing
from rung.demo.events import event_rows
from rung.demo.extracts import evaluation, leadership, payroll
from rung.demo.history import History, Year
from rung.demo.pay import pay_lines
from rung.demo.people import settle
from rung.demo.plan import State, lay_out
from rung.demo.positions import build_positions, build_schools
from rung.demo.ratings import rate, slice_of
from rung.demo.roster import roster
from rung.demo.staff import running, staff_of_year
from rung.demo.supervision import supervision_of
from rung.lake.parquet import to_parquet

WRITTEN = "demo.json"  # the arguments of the state in the folder; written last, so that a half-written one has none
REPEATS_THE_FOLDER = ("roster", "evaluation")  # extracts whose files carry lea_id and school_year themselves
MOST_DIRTY = 0.5
RUNG_TOML = """\
[state]
name = "Demo State"
code = "DS"
synthetic = true

[storage]
landing = ["landing"]
reference = "reference"
lake = "lake"
receipts = "receipts"
releases = "releases"
ledger = "sqlite:///rung.db"

[metrics.projection]
cola = 0.02   # without the state's own figure, projected cost is `not_configured`
"""


def write_demo(
    directory: Path,
    *,
    leas: int = 10,
    educators: int = 2000,
    years: int = 5,
    seed: int = 0,
    dirty: float = 0.0,
    scale: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Writes a state of `leas` districts of `educators` each (or of a named `scale`) into `directory`.

    The same arguments write the same bytes. `dirty` is the share of rows to spoil; it also writes `spoiled.parquet`.
    A folder that holds this very state is left as it is. Raises RungError for sizes that there are not, and where
    `directory` holds another landing.
    """
    arguments = {"leas": leas, "educators": educators, "years": years, "seed": seed, "dirty": dirty, "scale": scale}
    state = lay_out(leas=leas, educators=educators, years=years, seed=seed, scale=scale)
    if not 0 <= dirty <= MOST_DIRTY:
        raise RungError(f"dirty is a share of rows between 0 and {MOST_DIRTY}")
    if (directory / "landing").exists():
        if _is_written(directory, arguments):
            return
        raise RungError(f"{directory} already holds another landing; name a new folder or remove it")
    directory.mkdir(parents=True, exist_ok=True)
    _write_reference(state, directory / "reference")
    first_seat = 0
    with (progress or Progress(quiet=True)).stage("demo", state.leas) as advance:
        for group in state.groups():
            schools = _write_group(state, group, first_seat, directory / "landing")
            _append(schools, directory / "reference" / "schools.csv")
            _append(reference.school_outcomes(state, schools), directory / "reference" / "school_outcomes.csv")
            first_seat += int(state.sizes[group.start : group.stop].sum())
            advance(len(group))
    if dirty:
        spoiled = spoil_landing(state.rng, directory / "landing", dirty)
        (directory / "spoiled.parquet").write_bytes(to_parquet(spoiled, ()))
    (directory / "rung.toml").write_text(RUNG_TOML, encoding="utf-8")
    (directory / WRITTEN).write_text(json.dumps(arguments) + "\n", encoding="utf-8")


def _is_written(directory: Path, arguments: dict[str, int | float | str | None]) -> bool:
    """Whether the folder holds the whole state that these arguments make."""
    written = directory / WRITTEN
    return written.exists() and json.loads(written.read_text(encoding="utf-8")) == arguments


def _write_reference(state: State, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    tables = {
        "districts": reference.districts(state),
        "program_adoption": reference.program_adoption(state),
        "program_goals": reference.program_goals(state),
        "rating_systems": reference.rating_systems(),
        "pay_codes": reference.pay_codes(state),
        "funds": reference.funds(state),
        "offsets": finance.offsets(state),
        "minimum_wage": finance.minimum_wage(state),
        "program_finance": finance.program_finance(state),
        "calendar": finance.calendar(state),
    }
    for name, table in tables.items():
        table.write_csv(folder / f"{name}.csv")
    for part in reference.salary_schedules(state):
        _append(part, folder / "salary_schedules.csv")


def _append(part: pl.DataFrame, path: Path) -> None:
    with path.open("ab") as out:
        part.write_csv(out, include_header=out.tell() == 0)


def _write_group(state: State, group: range, first_seat: int, landing: Path) -> pl.DataFrame:
    """The group's extracts of all years; returns its schools."""
    schools = build_schools(state, group)
    positions = build_positions(state, group, schools, first_seat)
    room = len(state.years) + 2
    people = settle(state, positions, first_seat * room)
    history = History.empty(first_seat * room, positions.own * room)
    for index in range(len(state.years)):
        staff = staff_of_year(state, positions, schools, people, index)
        rated = rate(state, staff)
        for name, program in adoptions().programs.items():
            if program.ladder:
                history.climb(staff, rated, program.ladder, running(state, positions.lea, name, staff.year))
        year = Year(state, index, staff, rated, history)
        supervision = supervision_of(state.rng, staff)
        frames = {
            "roster": roster(year, supervision),
            "evaluation": evaluation(year, supervision),
            "leadership": leadership(year, event_rows(year, supervision)),
            "payroll": payroll(year, pay_lines(year)),
        }
        for extract, frame in frames.items():
            _write_extract(state, group, staff.year, extract, frame, landing)
        history.close(staff, rated)
    return reference.school_years(state, schools, positions)


def _write_extract(state: State, group: range, year: int, extract: str, frame: pl.DataFrame, landing: Path) -> None:
    lea = frame.get_column("lea").to_numpy()
    cells = frame.drop("lea")
    for index in group:
        here = slice_of(lea, index)
        rows = cells.slice(here.start, here.stop - here.start)
        if rows.is_empty():  # a small district may have no event of a year, and sends no file of them
            continue
        if extract in REPEATS_THE_FOLDER:
            rows = rows.select(pl.lit(state.lea_id(index)).alias("lea_id"), pl.lit(year).alias("school_year"), pl.all())
        folder = landing / state.lea_id(index) / str(year) / extract
        folder.mkdir(parents=True)
        rows.write_csv(folder / f"{extract}.csv", float_precision=2 if extract == "payroll" else None)
