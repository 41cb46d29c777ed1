"""Every spoiled file as the drop of a district of its own, all in one intake: read right, or sent back by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from contracts.file_shape import Shape
from contracts.policy.mapping import Layout
from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests.kept_rows import kept_rows, submission_named
from tests.small_state import CONFIG
from tests.spoiled.ailment import RIGHT, Ailment
from tests.spoiled.corpus import SPOILED
from transforms.s1_conform.decode import Bounds

# Bounds are the state's, one for all; ailments that need a small one are told apart by unit tests.
DROPS = {f"{number:04d}": ailment for number, ailment in enumerate(SPOILED, start=1) if ailment.bounds == Bounds()}


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("spoiled")
    (root / "reference" / "mappings").mkdir(parents=True)
    (root / "rung.toml").write_text(CONFIG + "[gate]\nmax_quarantine_share = 0.5\n")
    tables = {
        "districts": ["lea_id,name", *(f"{lea},{lea}" for lea in DROPS)],
        "schools": [
            "school_id,school_year,lea_id,name",
            *(f"{school},2026,{lea},{school}" for lea in list(DROPS)[:1] for school in ("X01", "X02")),
        ],
        "program_adoption": ["lea_id,program_id,from_year,to_year"],
        "rating_systems": ["rating_system,version,from_year,rating_level,band,is_top,is_positive"],
        "pay_codes": ["lea_id,pay_code,pay_type,program_id,role_code"],
        "funds": ["lea_id,fund_code,stream,recurring"],
    }
    for name, lines in tables.items():
        (root / "reference" / f"{name}.csv").write_text("\n".join(lines) + "\n")
    for lea, ailment in DROPS.items():
        folder = root / "landing" / lea / "2026" / ailment.extract
        folder.mkdir(parents=True)
        for name, data in ailment.files.items():
            (folder / name).write_bytes(data)
        if ailment.shape != Shape() or ailment.columns:
            layout = Layout(extract=ailment.extract, from_year=2026, columns=dict(ailment.columns), shape=ailment.shape)
            said = {"layouts": [layout.model_dump(mode="json", exclude_defaults=True)]}
            (root / "reference" / "mappings" / f"{lea}.yaml").write_text(yaml.safe_dump(said))
    opened = open_workspace(root / "rung.toml")
    run_intake(opened, load_reference(opened.reference), Progress(quiet=True))
    return opened


@pytest.fixture(scope="module")
def receipts(work: Workspace) -> dict[str, dict[str, Any]]:
    found = {}
    for submission, _, _ in work.ledger.states():
        place = f"{submission.lea_id}/2026/{submission.extract}/{submission.submission_id}/receipt.json"
        found[submission.lea_id] = json.loads(work.receipts.read(place))
    return found


@pytest.mark.parametrize("lea", DROPS, ids=lambda lea: DROPS[lea].name)
def test_spoiled_drop(work: Workspace, receipts: dict[str, dict[str, Any]], lea: str) -> None:
    ailment, said = DROPS[lea], receipts[lea]
    told = {problem["rule_id"] for problem in said["problems"]}
    if ailment.rule is not None:
        assert said["state"] == "rejected"
        assert told == {ailment.rule}
        return
    assert not told
    broken = {(rule["rule_id"], each["row"]) for rule in said["rules"] for each in rule["examples"]}
    assert {(rule, line) for line, rule in ailment.broken.items()} <= broken
    assert said["rows_read"] == 3 + len(ailment.broken)
    assert {kind: said["repairs"].get(kind, 0) for kind in ailment.repairs} == dict(ailment.repairs)
    assert _rows(work, said, ailment).equals(_right(ailment))


def _rows(work: Workspace, said: dict[str, Any], ailment: Ailment) -> pl.DataFrame:
    """What the lake holds of the drop, but for the rows that could not be split: accepted, and sent back by a rule."""
    each = submission_named(work, said["submission_id"])
    columns = _right(ailment).columns
    frames = []
    for kind, count in (("accepted", each.rows_accepted), ("quarantined", each.rows_quarantined)):
        if count:
            frame = kept_rows(work, each, kind)
            if "_broken" in frame.columns:
                frame = frame.filter(pl.col("_broken").is_null())
            frames.append(frame.select(*columns))
    return pl.concat(frames).select(pl.all().cast(pl.String)).sort("staff_id")


def _right(ailment: Ailment) -> pl.DataFrame:
    from contracts.extracts import EXTRACTS
    from transforms.s1_conform.values import type_columns

    header, *rows = RIGHT[ailment.extract]
    text = pl.DataFrame(rows, schema=header, orient="row").with_columns(pl.when(pl.all() != "").then(pl.all()))
    kept = [name for name in header if name not in ailment.loses]
    typed = type_columns(text.lazy(), EXTRACTS[ailment.extract].sent).collect().select(kept)
    if ailment.extract == "payroll":  # the state knows no school of it, so the pay counts without one (PAY-033)
        typed = typed.with_columns(pl.lit(None).alias(name) for name in kept if name == "school_id")
    return typed.select(pl.all().cast(pl.String))


def test_every_drop_has_its_receipt(receipts: dict[str, dict[str, Any]], work: Workspace) -> None:
    assert set(receipts) == set(DROPS)
    for lea, said in receipts.items():
        folder = Path(work.receipts.uri(f"{lea}/2026/{said['extract']}/{said['submission_id']}"))
        files = {path.name for path in folder.iterdir()}
        assert {"receipt.json", "receipt.html"} <= files
        assert ("errors.csv" in files) == bool(said["rules"])
