"""Writes the synthetic state: rung.toml, landing and reference, a group of districts at a time."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from flows.demo import finance, reference
from flows.demo.adoptions import adoptions
from flows.demo.dirty import spoil_landing
from flows.demo.events import event_rows
from flows.demo.extracts import evaluation, leadership, payroll
from flows.demo.history import History, Year
from flows.demo.pay import pay_lines
from flows.demo.people import settle
from flows.demo.plan import State, lay_out
from flows.demo.posts import posts_of
from flows.demo.ratings import rate, slice_of
from flows.demo.roster import roster
from flows.demo.seats import build_schools, build_seats
from flows.demo.staff import running, staff_of_year
from flows.errors import RungError
from flows.progress import Progress

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
    said = {"leas": leas, "educators": educators, "years": years, "seed": seed, "dirty": dirty, "scale": scale}
    state = lay_out(leas=leas, educators=educators, years=years, seed=seed, scale=scale)
    if not 0 <= dirty <= MOST_DIRTY:
        raise RungError(f"dirty is a share of rows between 0 and {MOST_DIRTY}")
    if (directory / "landing").exists():
        if _is_written(directory, said):
            return
        raise RungError(f"{directory} already holds another landing; name a new folder or remove it")
    directory.mkdir(parents=True, exist_ok=True)
    _write_reference(state, directory / "reference")
    first_seat = 0
    with (progress or Progress(quiet=True)).stage("demo", state.leas) as advance:
        for group in state.groups():
            schools = _write_group(state, group, first_seat, directory / "landing")
            _append(schools, directory / "reference" / "schools.csv")
            first_seat += int(state.sizes[group.start : group.stop].sum())
            advance(len(group))
    if dirty:
        spoil_landing(state.dice, directory / "landing", dirty).write_parquet(directory / "spoiled.parquet")
    (directory / "rung.toml").write_text(RUNG_TOML, encoding="utf-8")
    (directory / WRITTEN).write_text(json.dumps(said) + "\n", encoding="utf-8")


def _is_written(directory: Path, said: dict[str, int | float | str | None]) -> bool:
    """Whether the folder holds the whole state that these arguments make."""
    written = directory / WRITTEN
    return written.exists() and json.loads(written.read_text(encoding="utf-8")) == said


def _write_reference(state: State, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    tables = {
        "districts": reference.districts(state),
        "program_adoption": reference.program_adoption(state),
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
    seats = build_seats(state, group, schools, first_seat)
    room = len(state.years) + 2
    people = settle(state, seats, first_seat * room)
    history = History.empty(first_seat * room, seats.own * room)
    for index in range(len(state.years)):
        staff = staff_of_year(state, seats, schools, people, index)
        rated = rate(state, staff)
        for name, program in adoptions().programs.items():
            if program.ladder:
                history.climb(staff, rated, program.ladder, running(state, seats.lea, name, staff.year))
        year = Year(state, index, staff, rated, history)
        posts = posts_of(state.dice, staff)
        frames = {
            "roster": roster(year, posts),
            "evaluation": evaluation(year, posts),
            "leadership": leadership(year, event_rows(year, posts)),
            "payroll": payroll(year, pay_lines(year)),
        }
        for extract, frame in frames.items():
            _write_extract(state, group, staff.year, extract, frame, landing)
        history.close(staff, rated)
    return reference.school_years(state, schools, seats)


def _write_extract(state: State, group: range, year: int, extract: str, frame: pl.DataFrame, landing: Path) -> None:
    lea = frame.get_column("lea").to_numpy()
    cells = frame.drop("lea")
    for index in group:
        here = slice_of(lea, index)
        rows = cells.slice(here.start, here.stop - here.start)
        if extract in REPEATS_THE_FOLDER:
            rows = rows.select(pl.lit(state.lea_id(index)).alias("lea_id"), pl.lit(year).alias("school_year"), pl.all())
        folder = landing / state.lea_id(index) / str(year) / extract
        folder.mkdir(parents=True)
        rows.write_csv(folder / f"{extract}.csv", float_precision=2 if extract == "payroll" else None)
