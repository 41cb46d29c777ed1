"""Every mart's BI view and every reconciliation runs in DuckDB over the golden district, and derives what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from contracts.marts import MARTS

SQL = Path(__file__).parents[2] / "sql"


@pytest.fixture(scope="module")
def views(
    golden: dict[str, pl.DataFrame], golden_tables: dict[str, pl.LazyFrame]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The golden marts as tables, the views over them."""
    with duckdb.connect() as connection:
        for name, mart in MARTS.items():
            held = golden.get(name, mart.schema.create_empty())
            if name == "designation":
                held = golden_tables["designation"].collect()
            connection.register("held", held.to_arrow())
            connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM held')
            connection.unregister("held")
            connection.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))
        yield connection


def frame_of(connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(connection.sql(query).to_arrow_table()))


@pytest.mark.parametrize("name", sorted(MARTS))
def test_a_view_keeps_every_row_and_column_of_its_mart(name: str, views: duckdb.DuckDBPyConnection) -> None:
    mart, view = (frame_of(views, f'SELECT * FROM "{table}"') for table in (name, f"bi_{name}"))
    assert view.height == mart.height
    assert set(mart.columns) <= set(view.columns)
    assert len(view.columns) > len(mart.columns)


def test_money_stays_decimal_in_duckdb(views: duckdb.DuckDBPyConnection) -> None:
    kinds = dict(
        views.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name='sustainability'"
        ).fetchall()
    )
    assert kinds["program_cost"] == "DECIMAL(14,2)"
    assert kinds["lea_id"] == "VARCHAR"


@pytest.mark.parametrize("name", ["funding_mix_sums", "ladder_flow_persons"])
def test_reconciliations_find_nothing(name: str, views: duckdb.DuckDBPyConnection) -> None:
    assert views.execute((SQL / "reconcile" / f"{name}.sql").read_text(encoding="utf-8")).fetchall() == []


def test_a_reconciliation_finds_a_lost_person(views: duckdb.DuckDBPyConnection) -> None:
    views.execute("BEGIN; DELETE FROM ladder_flow WHERE to_level = 'mentor' AND school_year = 2026")
    found = views.execute((SQL / "reconcile" / "ladder_flow_persons.sql").read_text(encoding="utf-8")).fetchall()
    views.execute("ROLLBACK")
    assert len(found) == 1


def test_soft_share_and_rates_on_paper(views: duckdb.DuckDBPyConnection) -> None:
    """README of the golden district: 1,750 x 1.301 of 10,481.75 soft; 6 of 7 others stay in the LEA."""
    soft = views.execute(
        "SELECT DISTINCT soft_share FROM bi_funding_mix WHERE program_id='golden_ladder' AND school_year=2026"
    )
    assert soft.fetchall() == [(pytest.approx(2276.75 / 10481.75),)]
    stay = "SELECT stay_lea_rate, lost_rate FROM bi_retention WHERE program_id='golden_ladder' AND school_year=2025"
    assert views.execute(f"{stay} AND comparison_group='others'").fetchall() == [
        (pytest.approx(6 / 7), pytest.approx(1 / 7))
    ]
    share = "SELECT leader_share_over_teacher_share FROM bi_access WHERE school_year=2026 AND poverty_quartile=3"
    share += " AND lea_id IS NOT NULL"
    assert views.execute(share).fetchall() == [(pytest.approx((2 / 3) / (3 / 9)),)]


def test_pay_by_classification_adds_up_to_the_file(views: duckdb.DuckDBPyConnection) -> None:
    rows = frame_of(views, (SQL / "reconcile" / "pay_by_classification.sql").read_text(encoding="utf-8"))
    paid = views.execute("SELECT SUM(amount) FROM compensation").fetchall()[0][0]
    assert rows["pay_total"].sum() == paid
