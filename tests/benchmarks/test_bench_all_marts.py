"""DuckDB SQL makes every restricted mart as Rung makes it, number for number; what it does not make is declared."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from benchmarks.peers import ALL_MARTS, NOT_IN_SQL, duckdb_all, inputs, rung_all
from benchmarks.peers.agree import all_must_agree
from contracts.marts import MARTS as RESTRICTED
from rung.core.errors import GateFailed
from rung.demo import write_demo
from rung.intake.answer_files import answer
from rung.intake.explanations import GivenAnswer
from rung.lake.workspace import Workspace

# In this state every school has leaders in every year, so none gains one: the SQL is held to pairs worked out by hand
# in tests/marts/test_school_outcome_association.py.
PAIRLESS = "school_outcome_association"
# knobs off their defaults, so that the SQL is seen to read them, and low enough that a small state has findings
KNOBS = """
[metrics]
contract_hours = 1500.0
span_limit = 5
[metrics.loads]
average = 0.5
marginal = 0.25
[metrics.district_loads.00002]
average = 0.6
marginal = 0.2
[metrics.deflator]
2023 = 1.0
2024 = 1.04
2025 = 1.07
2026 = 1.11
[metrics.comparison]
experience_from = [0, 5, 10]
minimum_leaders = 1
minimum_others = 3
[metrics.findings]
growth_gap_levels = 1
teaching_share = 0.9
nomination_minimum = 2
administrator_credentials = ["principal_license"]
person_fte = 0.9
[metrics.projection]
cola = 0.02
years = 6
paths = 10
prior_persons = 2.5
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small state of many programs, taken in; its marts by Rung and by DuckDB."""
    from rung.core.progress import Progress
    from rung.intake.run import run_intake
    from rung.lake.reference import load_reference
    from rung.lake.workspace import open_workspace
    from rung.marts.build import run_marts

    home = tmp_path_factory.mktemp("all_marts") / "state"
    write_demo(home, leas=10, educators=60, years=3, seed=8)
    _make_harder(home)
    config = home / "rung.toml"
    config.write_text(config.read_text().partition("[metrics")[0] + KNOBS)
    work = open_workspace(config)
    reference = load_reference(work.reference)
    run_intake(work, reference, Progress(quiet=True))
    _answer_a_warning(work)
    run_marts(work, reference, Progress(quiet=True))
    inputs.write_inputs(config, home / "lake", home / "inputs")
    rung_all.build(config, home / "inputs", home / "rung_made")
    duckdb_all.build(home / "lake", home / "reference", home / "inputs", home / "duckdb_made")
    return home


def _make_harder(home: Path) -> None:
    """What the demo lacks: many hours, roles over two schools, nominations, licences, programs adopted of late."""
    for path in sorted((home / "landing").glob("*/*/payroll/*.csv")):
        _edit(path, hours=pl.when(pl.col("pay_code") != "010").then(pl.lit("120.25")).otherwise("hours"))
    schools = pl.read_csv(home / "reference" / "schools.csv", infer_schema=False)
    other = dict(schools.group_by("lea_id").agg(pl.col("school_id").max()).iter_rows())
    for path in sorted((home / "landing").glob("*/*/roster/*.csv")):
        rows, year = pl.read_csv(path, infer_schema=False), path.parts[-3]
        roles = rows.filter(pl.col("role_code").is_not_null(), pl.col("end_date").is_null())
        second = roles.with_columns(
            school_id=pl.lit(other[path.parts[-4]]),
            begin_date=pl.lit(f"{year}-01-10"),
            full_time_equivalency=pl.lit("0.37"),
            release_share=pl.lit("0.8"),
        )
        pl.concat([rows, second]).write_csv(path)
    for path in sorted((home / "landing").glob("*/*/leadership/*.csv")):
        rows = pl.read_csv(path, infer_schema=False)
        first, code = rows.head(4), pl.lit("principal_license")
        nominations = first.with_columns(event_type=pl.lit("nomination"), by_staff_id=pl.col("staff_id").first())
        licences = first.with_columns(event_type=pl.lit("credential"), event_code=code, outcome=pl.lit("passed"))
        certificates = licences.with_columns(event_type=pl.lit("certificate"), event_code=pl.lit("rcoe_tlca"))
        pl.concat([rows, nominations, licences, certificates]).write_csv(path)
    is_late = (pl.int_range(pl.len()) % 3 == 0) & (pl.col("program_id") != "riverside_certificate")
    is_late = is_late | (pl.col("program_id") == "cms_opportunity_culture")
    late = pl.when(is_late).then(pl.lit("2025")).otherwise("from_year")
    _edit(home / "reference" / "program_adoption.csv", from_year=late)


def _edit(path: Path, **columns: pl.Expr) -> None:
    pl.read_csv(path, infer_schema=False).with_columns(**columns).write_csv(path)


def test_duckdb_makes_all_marts_alike(made: Path) -> None:
    all_must_agree(made / "rung_made", made / "duckdb_made", "DuckDB")


def test_rungs_side_is_the_marts_that_it_releases(made: Path) -> None:
    (released,) = (made / "lake" / "marts").iterdir()
    for mart in ALL_MARTS:
        drawn = [name for name in ("p10", "p50", "p90") if f"{mart}.{name}" in NOT_IN_SQL]
        peer, own = (
            pl.read_parquet(folder / f"{mart}.parquet").drop(drawn) for folder in (made / "rung_made", released)
        )
        assert peer.sort(RESTRICTED[mart].order, nulls_last=True).equals(own), mart


def _answer_a_warning(work: Workspace) -> None:
    """A district's answer to every row of one warning: the footnotes of `data_quality`."""
    warned = [
        (s, rule_id)
        for s in work.ledger.in_force()
        for submission_id, rule_id, severity, _ in work.ledger.broken_rules()
        if (submission_id, severity) == (s.submission_id, "warn")
    ]
    submission, rule_id = warned[0]
    place = (submission.lea_id, submission.school_year, submission.extract)
    given = GivenAnswer(rule_id, "explained", "Seen and right as it stands.", "A. Clerk")
    assert answer(work, place, [given], "test", datetime(2026, 7, 1, tzinfo=UTC)).rows


def test_no_mart_is_compared_empty(made: Path) -> None:
    """Equal emptiness proves nothing: every mart has rows, and every number is there in some row."""
    for mart in ALL_MARTS:
        frame = pl.read_parquet(made / "rung_made" / f"{mart}.parquet")
        assert frame.height, mart
        empty = [name for name in frame.columns if frame[name].null_count() == frame.height]
        assert mart == PAIRLESS or empty == [], mart
    kinds = {*pl.read_parquet(made / "rung_made" / "exceptions.parquet")["kind"]}
    assert kinds >= {"nomination_concentration", "admin_license_unused", "low_pay_per_hour", "thin_evidence"}
    assert kinds >= {"role_without_pay", "pay_without_role", "low_teaching_share", "over_one_and_a_half_fte"}
    assert pl.read_parquet(made / "rung_made" / "compliance.parquet")["rule_id"].n_unique() >= 5


def test_what_is_not_in_the_sql_is_declared_and_little() -> None:
    """A whole mart, or a column of a mart; every other column of every mart is compared."""
    assert set(ALL_MARTS) < RESTRICTED.keys()
    assert RESTRICTED.keys() - set(ALL_MARTS) <= NOT_IN_SQL.keys()
    assert not NOT_IN_SQL.keys() & set(ALL_MARTS)
    columns = {f"{mart}.{name}" for mart in ALL_MARTS for name in RESTRICTED[mart].schema.columns()}
    assert len(NOT_IN_SQL.keys() & columns) == len([name for name in NOT_IN_SQL if "." in name]) <= 5


@pytest.mark.parametrize(
    ("mart", "change"),
    [
        ("sustainability", (pl.col("program_cost") + pl.lit("0.01").cast(pl.Decimal(14, 2))).alias("program_cost")),
        ("retention", (pl.col("difference") * (1 + 1e-8)).alias("difference")),
        ("reach", (pl.col("teachers_coached") + 1).alias("teachers_coached")),
        ("exceptions", (pl.col("evidence") + " ").alias("evidence")),
    ],
)
def test_a_difference_is_found(made: Path, tmp_path: Path, mart: str, change: pl.Expr) -> None:
    shutil.copytree(made / "duckdb_made", tmp_path / "changed")
    frame = pl.read_parquet(made / "rung_made" / f"{mart}.parquet")
    frame.with_columns(change).write_parquet(tmp_path / "changed" / f"{mart}.parquet")
    with pytest.raises(GateFailed, match=mart):
        all_must_agree(made / "rung_made", tmp_path / "changed", "DuckDB")
