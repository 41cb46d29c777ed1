"""The studio's page against `rung simulate`, setting by setting, and its ten years against the cohort model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from contracts.policy.packs import Pack
from contracts.policy.parameters import MetricParameters
from rung.core.errors import RungError
from rung.lake.accepted import accepted_tables
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace
from rung.packs.load import packs_of
from rung.packs.simulate import simulate
from rung.packs.studio import axes, set_to, studio_data
from rung.report.studio import starting_money, studio_page
from tests.chromium import ask_page
from transforms.s4_sustain.cohort import scaled_attrition

PROGRAMS = ("dc_lift", "texas_tia", "dc_impactplus", "boston_t3", "arkansas_professional_educator")
QUICK = ("dc_impactplus", "boston_t3")
PARAMETERS = MetricParameters()
RUN = """
return CHOICES.map((choice) => {
  const r = studio.run(choice);
  return { history: r.history, held: r.held, gain: r.gain, lose: r.lose, years: r.years, breaks: r.breaks };
});
"""


@pytest.fixture(scope="module")
def tables(released: Workspace) -> dict[str, pl.LazyFrame]:
    reference = {name: frame.lazy() for name, frame in load_reference(released.reference).tables.items()}
    return accepted_tables(released.lake, released.ledger.in_force(None)) | reference


def pack_of(work: Workspace, program_id: str) -> Pack:
    return next(pack for pack in packs_of(work.settings) if pack.program_id == program_id)


def ask(work: Workspace, data: dict[str, Any], tmp_path: Path, choices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    page = tmp_path / "studio.html"
    page.write_bytes(studio_page(data, work.settings.state.name))
    found = ask_page(page, RUN.replace("CHOICES", json.dumps(choices)))
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    "program_id", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in PROGRAMS]
)
def test_every_setting_gives_what_simulate_gives(
    released: Workspace, tables: dict[str, pl.LazyFrame], tmp_path: Path, program_id: str
) -> None:
    pack = pack_of(released, program_id)
    data = studio_data(tables, pack, PARAMETERS) | {"money": starting_money(released, program_id)}
    moved, _ = axes(pack)
    first = [axis.today for axis in moved]
    settings = [
        first,
        *([*first[:i], place, *first[i + 1 :]] for i, a in enumerate(moved) for place in (0, len(a.values) - 1)),
    ]
    shown = ask(released, data, tmp_path, [{"places": places} for places in settings])
    for places, page in zip(settings, shown, strict=True):
        chosen = [(axis, axis.values[place]) for axis, place in zip(moved, places, strict=True)]
        result = simulate(tables, [set_to(pack, chosen)], [program_id])
        levels = result.levels.group_by("school_year", "level").agg(pl.col("persons").sum()).to_dicts()
        counted = data["settings"]["-".join(map(str, places))]["held"]
        assert {(r["school_year"], r["level"]): r["persons"] for r in levels} == {
            (int(year), level): numbers[0] for year, row in counted.items() for level, numbers in row.items()
        }
        last = str(max(data["years"]))
        assert page["held"] == counted.get(last, {})
        costs = result.comparison.group_by("school_year").agg(
            pl.col("cost").sum().cast(pl.Float64), pl.col("cost").is_null().any().alias("unknown"), pl.len()
        )
        for row in costs.to_dicts():
            mine = next(each["cost"] for each in page["history"] if each["year"] == row["school_year"])
            assert mine is None if row["unknown"] else mine == pytest.approx(row["cost"], abs=0.01 * row["len"])
        differs = sum(page["gain"].values()) + sum(page["lose"].values())
        assert (differs > 0) == bool(data["settings"]["-".join(map(str, places))]["changed"])
    assert shown[0]["gain"] == shown[0]["lose"] == {}


def test_ten_years_are_the_cohort_models(released: Workspace, tables: dict[str, pl.LazyFrame], tmp_path: Path) -> None:
    """The same recursion as M16 over the same moves, and a year that breaks when the money of a grant is gone."""
    data = studio_data(tables, pack_of(released, "arkansas_professional_educator"), PARAMETERS) | {"money": None}
    last = max(data["years"])
    amounts = {level["id"]: 1000 for level in data["levels"]}
    plain = {"amounts": amounts, "recurring": 1e9, "grant": 0}
    grant = {"amounts": amounts, "recurring": 0, "grant": 1e9, "grantEnd": last + 3}
    more = plain | {"attrition": 0.5, "entries": 0.02, "growth": 0.03, "release": 0.2, "basePay": 60000, "cola": 0.01}
    shown = ask(released, data, tmp_path, [plain, grant, more])
    setting = data["settings"]["-".join(str(axis["today"]) for axis in data["axes"])]
    names = [level["id"] for level in data["levels"]]
    for page, attrition, growth in ((shown[0], 1.0, 0.0), (shown[2], 1.5, 0.02)):
        moves, entries = matrices(setting["moves"], names, len(data["years"]) - 1)
        moves = scaled_attrition(moves, attrition)
        people = np.array([setting["held"][str(last)].get(name, [0])[0] for name in names], dtype=float)
        for ahead, year in enumerate(page["years"]):
            assert [year["persons"][name] for name in names] == pytest.approx(people.tolist())
            people = people @ moves[:, :-1] + entries * (1 + growth) ** (ahead + 1)
    load = 1 + data["load"]
    leaders = sum(level["tier"] >= 1 for level in data["levels"])
    assert leaders == len(names)
    year = shown[2]["years"][4]
    expected = sum(year["persons"].values()) * load * (1000 * 1.03**4 + 0.2 * 60000 * 1.01**4)
    assert year["cost"] == pytest.approx(expected)
    assert (shown[0]["breaks"], shown[1]["breaks"]) == (None, last + 3)


def matrices(moves: list[Any], names: list[str], spans: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """[levels, levels + 1] shares, the last column exit; entrants a year."""
    counts, entries = np.zeros((len(names), len(names) + 1)), np.zeros(len(names))
    for start, to, n in moves:
        if start is None:
            entries[names.index(to)] += n / spans
        else:
            counts[names.index(start), len(names) if to is None else names.index(to)] += n
    for i in np.flatnonzero(counts.sum(axis=1) == 0):
        counts[i, i] = 1
    return counts / counts.sum(axis=1, keepdims=True), entries


def test_the_page_holds_no_person(released: Workspace, tables: dict[str, pl.LazyFrame]) -> None:
    page = studio_page(studio_data(tables, pack_of(released, "dc_lift"), PARAMETERS) | {"money": None}, "S").decode()
    people = tables["roster"].select("staff_id").unique().collect()["staff_id"].to_list()
    numbers = page[page.index('id="numbers"') : page.index("</script>", page.index('id="numbers"'))]
    assert not [staff_id for staff_id in people if f'"{staff_id}"' in numbers]


def test_a_program_of_nobody_has_no_studio(released: Workspace, tables: dict[str, pl.LazyFrame]) -> None:
    empty = tables | {name: tables[name].head(0) for name in ("roster", "evaluation", "leadership")}
    with pytest.raises(RungError, match="nobody has a row under today's rules"):
        studio_data(empty, pack_of(released, "dc_lift"), PARAMETERS)
