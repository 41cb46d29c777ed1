"""Chicago 2018 and 2019 through the marts: pay by kind of staff, who stayed, parity, against the files' own totals.

The other side of each comparison is computed here from the raw files, row by row, without any of Rung's code.
"""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from rung.core.progress import Progress
from rung.lake.workspace import open_workspace
from rung.pipeline import run_all

KEY = "not-a-secret-of-any-real-state"
ROOT = Path(__file__).parents[2]
YEARS = (2018, 2019)
TOTAL = {2018: Decimal("3052792637.00"), 2019: Decimal("3166676146.00")}  # salaries and benefits of data/INDEX.md
KINDS = {
    "Principal": "principal",
    "Interim Principal": "principal",
    "Acting Principal": "principal",
    "Assistant Principal": "assistant_principal",
    "Interim Assistant Principal": "assistant_principal",
    "Acting Assistant Principal": "assistant_principal",
    "Instructional Support Leader": "instructional_coach",
    "Curriculum And Instruct Coach": "instructional_coach",
    "Literacy Coach": "instructional_coach",
}


@pytest.fixture(scope="module")
def marts(chicago_state: Path, monkeypatch_module: pytest.MonkeyPatch) -> dict[str, pl.DataFrame]:
    """The released marts; another test module may have made them already, then nothing is done again."""
    monkeypatch_module.setenv("RUNG_EDUCATOR_KEY", KEY)
    work = open_workspace(chicago_state / "rung.toml")
    release = run_all(work, Progress(quiet=True)).release.release_id

    def read(name: str) -> pl.DataFrame:
        return pl.read_parquet(io.BytesIO(work.releases.read(f"{release}/restricted/{name}/{name}.parquet")))

    return {name: read(name) for name in ("educator_year", "compensation", "leadership_role", "supervision_span")}


@pytest.fixture(scope="module")
def monkeypatch_module() -> object:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def persons(shared_data: Path, chicago_teacher_titles: tuple[str, ...]) -> dict[int, pl.DataFrame]:
    """One row per Person Key and year from the raw files: total pay, and kind of the position with most FTE."""
    kinds = dict.fromkeys(chicago_teacher_titles, "teacher") | KINDS
    found = {}
    for year in YEARS:
        raw = pl.read_csv(shared_data / "cps_positions" / f"employee_positions_{year}-06-30.csv", infer_schema=False)
        rows = raw.filter(pl.col("Person Key").is_not_null()).with_columns(
            pl.col("FTE").cast(pl.Float64),
            pl.col("Job Title").replace_strict(kinds, default="other").alias("kind"),
            *[
                pl.col(name).str.replace_all(r"[$, ]", "").cast(pl.Float64).fill_null(0).alias(name)
                for name in ("Annual Salary", "Annual Benefit Cost")
            ],
        )
        main = rows.sort("FTE", "Dept ID", "kind", descending=[True, False, False]).unique("Person Key", keep="first")
        paid = rows.group_by("Person Key").agg(
            (pl.col("Annual Salary") + pl.col("Annual Benefit Cost")).sum().alias("pay")
        )
        found[year] = main.select("Person Key", "kind").join(paid, on="Person Key")
    return found


def by_kind(marts: dict[str, pl.DataFrame]) -> dict[tuple[int, str], tuple[int, Decimal, float]]:
    """The reconciliation that ships in sql/, run by DuckDB over the released mart."""
    query = (ROOT / "sql" / "reconcile" / "pay_by_classification.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.register("educator_year", marts["educator_year"].to_arrow())
        rows = connection.execute(query).fetchall()
    return {(year, kind): (count, pay, median) for _, year, kind, count, pay, median, *_ in rows}


@pytest.mark.parametrize("year", YEARS)
def test_pay_by_classification_is_the_files(
    year: int, marts: dict[str, pl.DataFrame], persons: dict[int, pl.DataFrame]
) -> None:
    ours = {kind: values for (of, kind), values in by_kind(marts).items() if of == year}
    sums = (
        persons[year]
        .group_by("kind")
        .agg(pl.len(), pl.col("pay").sum(), pl.col("pay").filter(pl.col("pay") > 0).median().alias("middle"))
    )
    theirs = {kind: (count, pay, middle) for kind, count, pay, middle in sums.iter_rows()}
    assert set(ours) == set(theirs) == {"teacher", "principal", "assistant_principal", "instructional_coach", "other"}
    for kind, (count, pay, median) in theirs.items():
        assert (ours[kind][0], ours[kind][1]) == (count, Decimal(f"{pay:.2f}")), kind
        assert ours[kind][2] == pytest.approx(median)
    assert sum(pay for _, pay, _ in ours.values()) == TOTAL[year]


def test_retention_of_persons_from_year_to_year(
    marts: dict[str, pl.DataFrame], persons: dict[int, pl.DataFrame]
) -> None:
    people = marts["educator_year"].filter(pl.col("school_year") == 2018)
    outcomes = dict(people.group_by("next_year_outcome").agg(pl.len()).iter_rows())
    first, second = (set(persons[year]["Person Key"]) for year in YEARS)
    assert outcomes["left_state_schools"] == len(first - second)
    assert people.height - outcomes["left_state_schools"] == len(first & second)
    # one district: nobody moves LEA
    assert set(outcomes) == {"stay_school", "move_school", "leave_teaching", "left_state_schools"}
    last = marts["educator_year"].filter(pl.col("school_year") == 2019)
    assert last["next_year_outcome"].unique().to_list() == ["outcome_unknown"]


def test_parity_of_administrators_with_teachers(
    marts: dict[str, pl.DataFrame], persons: dict[int, pl.DataFrame]
) -> None:
    """Principals' and assistant principals' median pay over teachers', by the mart and by the file."""
    ours = by_kind(marts)
    for year in YEARS:
        middle = dict(persons[year].filter(pl.col("pay") > 0).group_by("kind").agg(pl.col("pay").median()).iter_rows())
        for kind in ("assistant_principal", "principal"):
            ratio = ours[year, kind][2] / ours[year, "teacher"][2]
            assert ratio == pytest.approx(middle[kind] / middle["teacher"])
            assert 1.2 < ratio < 2.5


def test_leadership_roles_without_role_pay_are_found_not_invented(marts: dict[str, pl.DataFrame]) -> None:
    """The file tells of 64 leadership positions in 2018 and of no role pay at all."""
    roles = marts["leadership_role"].filter(pl.col("school_year") == 2018)
    assert set(roles["role_code"]) == {"LEAD_TEACHER", "INSTRUCTIONAL_SUPPORT_LEADER"}
    assert roles["role_pay"].sum() == 0
    assert not roles["pay_without_role"].any()
    assert roles["pay_per_hour"].null_count() == roles.height


def test_no_evaluation_no_span(marts: dict[str, pl.DataFrame]) -> None:
    spans = marts["supervision_span"]
    assert spans["teachers"].sum() > 20_000
    assert spans["span"].null_count() == spans.height
