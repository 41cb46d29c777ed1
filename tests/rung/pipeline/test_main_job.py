"""`rung run` over a small state, as its users meet it: what comes out, what stays the same, what a bad file does."""

from __future__ import annotations

import hashlib
import json
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rung.audit.merkle import check_manifest
from rung.core.errors import RungError
from rung.core.progress import Progress
from rung.lake.workspace import Workspace, open_workspace
from rung.pipeline import RunReceipt, run_all
from tests import small_state as small


def run(root: Path) -> tuple[Workspace, RunReceipt]:
    work = open_workspace(root / "rung.toml")
    return work, run_all(work, Progress(quiet=True))


def release_bytes(root: Path) -> dict[str, bytes]:
    release = root / "releases" / json.loads((root / "releases" / "current.json").read_text())["release_id"]
    return {str(p.relative_to(release)): p.read_bytes() for p in sorted(release.rglob("*.*"))}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Workspace, RunReceipt]:
    root = tmp_path_factory.mktemp("state")
    small.write_state(root)
    return root, *run(root)


def mart(root: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(root / "releases" / "current" / "restricted" / name / f"{name}.parquet")


def test_designations_are_those_of_the_card(done: tuple[Path, Workspace, RunReceipt]) -> None:
    """Teacher 1 of each district: placed as established (years_experience 1 is below 2: teacher), HE in both years."""
    root, _, _ = done
    rows = mart(root, "designation").filter(pl.col("lea_id") == "0100").sort("school_year")
    climbs = rows.group_by("educator_key", maintain_order=True).agg("level").select(pl.col("level").list.join(">"))
    # experience 1, 2, 0, 1, 2, 0 and ratings HE, E, D, ME, I, HE in both years
    assert sorted(climbs["level"]) == sorted(
        [
            "established>advanced",  # placed teacher, HE buys established, HE again buys advanced
            "established>advanced",  # placed established, E and E buy advanced
            "teacher>teacher",  # D does not count
            "teacher>teacher",  # ME does not count
            "established>established",  # I does not count, the place of two years' experience stays
            "established>advanced",  # placed teacher, HE and HE
        ]
    )


def test_every_accepted_dollar_is_in_compensation_once(done: tuple[Path, Workspace, RunReceipt]) -> None:
    root, work, _ = done
    cents = sum(s.cents_accepted or 0 for s in work.ledger.in_force())
    assert mart(root, "compensation")["amount"].sum() == Decimal(cents) / 100
    assert mart(root, "compensation")["role_amount"].sum() == Decimal("2000.00")
    mix = mart(root, "funding_mix").select("lea_id", "school_year", "stream", "share", "amount").sort(pl.all())
    assert mix.rows() == [
        (lea, year, "competitive_federal", 1.0, Decimal("650.50")) for lea in small.LEAS for year in small.YEARS
    ]


def test_money_is_decimal_and_ids_are_text_to_duckdb_and_pyarrow(done: tuple[Path, Workspace, RunReceipt]) -> None:
    root, _, _ = done
    path = root / "releases" / "current" / "restricted" / "compensation" / "compensation.parquet"
    schema = pq.read_schema(path)
    assert schema.field("amount").type == pa.decimal128(14, 2)
    assert schema.field("educator_key").type in (pa.string(), pa.large_string(), pa.string_view())
    described = dict(duckdb.sql(f"SELECT column_name, column_type FROM (DESCRIBE FROM '{path}')").fetchall())
    assert described["amount"] == "DECIMAL(14,2)"
    assert (described["educator_key"], described["lea_id"]) == ("VARCHAR", "VARCHAR")
    ((total,),) = duckdb.sql(f"SELECT sum(amount) FROM '{path}'").fetchall()
    assert total == mart(root, "compensation")["amount"].sum()


def test_the_manifest_tells_every_file_and_what_it_was_made_from(done: tuple[Path, Workspace, RunReceipt]) -> None:
    root, work, receipt = done
    files = release_bytes(root)
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["release_id"] == receipt.release.release_id
    listed = {each["path"]: each for each in manifest["files"]}
    assert {path for path in files if path.startswith("restricted/")} <= set(listed)
    for path, data in files.items():
        if path in listed:
            assert listed[path]["sha256"] == hashlib.sha256(data).hexdigest()
            assert not path.endswith(".parquet") or listed[path]["rows"] == pl.read_parquet(data).height
    assert manifest["inputs"]["submissions"] == [s.submission_id for s in work.ledger.in_force()]
    assert "dc_lift" in manifest["packs"]


def test_a_release_links_what_the_one_before_has_and_the_audit_holds(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    _, first = run(tmp_path)
    lines = small.payroll(small.LEAS[0], small.YEARS[-1])
    small.drop(tmp_path, small.LEAS[0], small.YEARS[-1], "payroll", small.csv(small.PAYROLL, lines[:-1]))
    _, second = run(tmp_path)
    saved = second.release.saved
    assert first.release.saved.linked == 0 < saved.linked < saved.files
    folders = [tmp_path / "releases" / each.release.release_id for each in (first, second)]
    linked = [path for path in folders[1].rglob("*") if path.is_file() and path.stat().st_nlink > 1]
    assert len(linked) == saved.linked and sum(path.stat().st_size for path in linked) == saved.bytes_linked
    assert folders[1] / "restricted" / "designation" / "designation.parquet" in linked, "pay moves no designation"
    for folder in folders:
        paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
        assert check_manifest(lambda path, at=folder: (at / path).read_bytes(), paths) == []


def test_no_staff_id_or_name_is_in_a_release(done: tuple[Path, Workspace, RunReceipt]) -> None:
    root, _, _ = done
    for path in (root / "releases").rglob("*.parquet"):
        frame = pl.read_parquet(path)
        assert not {"staff_id", "first_name", "last_name"} & set(frame.columns), path
        for column in frame.select(pl.selectors.string()).columns:
            assert frame.filter(pl.col(column).str.contains("00(0100|0200)[1-8]")).height == 0, (path, column)


def test_a_second_run_does_no_intake_work_and_the_release_is_byte_identical(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    run(tmp_path)
    before = release_bytes(tmp_path)
    _, again = run(tmp_path)
    assert (again.intake.drops, again.marts.built, again.release.made) == (0, False, False)
    assert release_bytes(tmp_path) == before
    shutil.rmtree(tmp_path / "releases")
    shutil.rmtree(tmp_path / "lake" / "marts")
    run(tmp_path)
    assert release_bytes(tmp_path) == before


def test_the_order_of_rows_and_drops_changes_no_mart(tmp_path: Path) -> None:
    straight, shuffled = tmp_path / "straight", tmp_path / "shuffled"
    for root in (straight, shuffled):
        small.write_state(root)
    for path in sorted((shuffled / "landing").rglob("*.csv")):
        header, *rows = path.read_text().splitlines()
        path.write_text("\n".join([header, *reversed(rows)]) + "\n")
    for root in (straight, shuffled):
        run(root)
    for path in sorted((straight / "releases" / "current" / "restricted").rglob("*.parquet")):
        if path.stem == "data_quality":
            continue  # says when a file came
        other = shuffled / path.relative_to(straight)
        assert path.read_bytes() == other.read_bytes(), path.stem


def test_a_broken_file_leaves_the_other_districts_results_unchanged(tmp_path: Path) -> None:
    well, ill = tmp_path / "well", tmp_path / "ill"
    for root in (well, ill):
        small.write_state(root)
    small.drop(ill, "0100", 2026, "payroll", "staff_id,pay_date,pay_code,amount\n1,2025-09-15,BASE,5.00\n")
    small.drop(ill, "0100", 2026, "evaluation", small.csv(small.EVALUATION, ["0001001,2026,dcps_impact,HEE,final,"]))
    for root in (well, ill):
        run(root)
    for name in ("compensation", "designation", "funding_mix", "sustainability", "ladder_flow"):
        frames = [mart(root, name).filter(pl.col("lea_id") == "0200") for root in (well, ill)]
        assert frames[0].equals(frames[1]), name
        assert frames[0].height > 0
    states = {
        (s.lea_id, s.extract): state
        for s, state, _ in open_workspace(ill / "rung.toml").ledger.states()
        if s.school_year == 2026
    }
    assert (states["0100", "payroll"], states["0100", "evaluation"]) == ("rejected", "held")
    assert states["0200", "payroll"] == "accepted"


def test_a_real_state_needs_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = small.write_state(tmp_path)
    config.write_text(config.read_text().replace("synthetic = true", ""))
    monkeypatch.delenv("RUNG_EDUCATOR_KEY", raising=False)
    with pytest.raises(RungError, match="RUNG_EDUCATOR_KEY"):
        run(tmp_path)


def test_an_unknown_key_of_the_configuration_is_refused(tmp_path: Path) -> None:
    config = small.write_state(tmp_path)
    config.write_text(config.read_text() + "\n[gatte]\nmax_quarantine_share = 0.5\n")
    with pytest.raises(RungError, match="unknown key `gatte`"):
        run(tmp_path)


def test_the_environment_overrides_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = small.write_state(tmp_path)
    monkeypatch.setenv("RUNG_GATE__MAX_QUARANTINE_SHARE", "0.5")
    assert open_workspace(config).settings.gate.max_quarantine_share == 0.5
