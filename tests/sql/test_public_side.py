"""The public side of a released state: nobody in any byte of it, nothing hidden, what a restatement may show."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from contracts.marts.dimensions import DIMENSIONS
from contracts.public import NO_PERSONS, PLUS, PUBLIC
from rung.audit.checker import check
from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.pointer import current_release
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from rung.pipeline import run_all, run_marts_as_of
from rung.release.contents import pseudonymise
from rung.release.dictionary import dictionary_markdown, tables_of
from rung.release.memory import newest
from rung.release.past_releases import diff_pending, diff_releases, read_checked, read_manifest, roll_back
from rung.release.publish import run_release


def public_folder(work: Workspace) -> Path:
    return Path(work.releases.uri("current")) / "public"


def decisions(work: Workspace) -> pl.DataFrame:
    path = Path(work.releases.uri("current/restricted/disclosure_log/disclosure_log.parquet"))
    return pl.read_parquet(path)


def identities(work: Workspace) -> dict[str, set[str]]:
    """Everything that names a person in the lake: ids, names, licences, and the keys that stand for ids."""
    roster = pl.concat(
        [pl.read_parquet(path) for path in work.settings.root.glob("lake/accepted/roster/**/*.parquet")],
        how="diagonal",
    )
    staff = roster.select(pl.col("staff_id").unique())
    return {
        "staff_id": set(staff["staff_id"]),
        "educator_key": set(pseudonymise(staff, b"synthetic-people-need-no-secret")["educator_key"]),
        "license_id": set(roster["license_id"].drop_nulls().unique()),
        "names": {
            f"{first} {last}" for first, last in roster.select("first_name", "last_name").drop_nulls().unique().rows()
        },
        "last_name": set(roster["last_name"].drop_nulls().unique()),
    }


def every_byte(path: Path) -> bytes:
    """A file's bytes; of a Parquet file also its metadata, its statistics, and its pages uncompressed."""
    raw = path.read_bytes()
    if path.suffix != ".parquet":
        return raw
    opened = pq.ParquetFile(io.BytesIO(raw))
    plain = io.BytesIO()
    pq.write_table(opened.read(), plain, compression="none", use_dictionary=False, write_statistics=True)
    groups = [str(opened.metadata.row_group(n).to_dict()) for n in range(opened.num_row_groups)]
    return raw + plain.getvalue() + str(opened.schema_arrow.metadata).encode() + "".join(groups).encode()


def test_nobody_is_in_any_byte_of_the_public_side(released: Workspace) -> None:
    people = identities(released)
    assert min(len(found) for found in people.values()) >= 50, "the search must have something to look for"
    files = [path for path in public_folder(released).rglob("*") if path.is_file()]
    assert len(files) == len(PUBLIC) + sum(d.side == "public" for d in DIMENSIONS.values()) + 2
    for path in files:
        content = every_byte(path)
        words = set(re.findall(rb"[0-9A-Za-z]{5,}", content))
        for kind in ("staff_id", "educator_key", "license_id"):
            found = [name for name in people[kind] if name.encode() in words]
            assert not found, f"{path.name} holds {kind} {found[:3]}"
        assert not [name for name in people["names"] if name.encode() in content]
        assert b"staff_id" not in content and b"educator_key" not in content
    # The same search does find them where they are.
    restricted = Path(released.releases.uri("current/restricted/educator_year/educator_year.parquet"))
    assert any(key.encode() in every_byte(restricted) for key in people["educator_key"])


def test_nothing_suppressed_leaves_in_any_column(released: Workspace) -> None:
    hidden = decisions(released).filter(pl.col("mask") == "suppressed")
    assert hidden.height > 100
    for name in set(PUBLIC) - set(NO_PERSONS):
        frame = pl.read_parquet(public_folder(released) / name / f"{name}.parquet")
        gone = frame.filter(pl.col("mask") == "suppressed")
        numbers = [c for c in frame.columns if c in ("persons", "amount", "expected", "p10", "p50", "p90")]
        assert numbers
        assert gone.select(pl.col(numbers).is_not_null().any()).row(0) == (False,) * len(numbers), name
        assert gone["reason"].null_count() == 0
    outcomes = pl.read_parquet(public_folder(released) / "public_retention/public_retention.parquet")
    known = ~pl.col("outcome").is_in(["all", "outcome_unknown"])
    assert outcomes.filter(known & pl.col("persons").is_between(1, 9)).is_empty()


def test_the_certificates_of_the_release_hold(released: Workspace) -> None:
    folder = Path(released.releases.uri("current"))
    verdict = check(lambda path: (folder / path).read_bytes())
    assert verdict.problems == ()
    assert verdict.counts["hidden"] > 100


def test_every_row_that_could_be_is_there(released: Workspace) -> None:
    """Whether a row is there says nothing: each level in each district-year, each outcome of each group."""
    rows = pl.read_parquet(public_folder(released) / "public_designation/public_designation.parquet")
    levels = pl.read_parquet(public_folder(released) / "dim_level/dim_level.parquet")
    want = levels.group_by("program_id").agg(pl.len().alias("want"))
    have = (
        rows.filter(pl.col("level") != "all")
        .group_by("program_id", "school_year", "grain", "lea_id", "school_id")
        .agg(pl.len().alias("have"))
    )
    both = have.join(want, on="program_id")
    assert both.height > 50
    assert both.filter(pl.col("have") != pl.col("want") + 1).is_empty()  # and those of no level
    kept = pl.read_parquet(public_folder(released) / "public_retention/public_retention.parquet")
    kept = kept.filter(~pl.col("outcome").str.contains(PLUS, literal=True))  # they tell several rows together
    assert set(kept.group_by("program_id", "school_year", "grain", "lea_id", "comparison_group").len()["len"]) == {7}


def test_rules_stay_behind(released: Workspace) -> None:
    """Which rule hid a cell would tell what it holds: the public reads general reasons only."""
    log = decisions(released)
    assert {"few_persons", "complementary"} <= set(log["rule"].drop_nulls())
    for path in public_folder(released).rglob("*.parquet"):
        content = every_byte(path)
        assert not [
            rule for rule in (b"sensitive_zero", b"one_off", b"few_persons", b"complementary") if rule in content
        ]


def test_pay_of_confidential_programs_is_never_told_to_the_cent(released: Workspace) -> None:
    programs = pl.read_parquet(public_folder(released) / "dim_program/dim_program.parquet")
    confidential = programs.filter(pl.col("visibility") == "confidential").select("program_id")
    money = pl.read_parquet(public_folder(released) / "public_money/public_money.parquet")
    mine = money.join(confidential, on="program_id", how="semi").filter(pl.col("dimension") == "stream")
    assert mine.height > 0
    assert mine.filter((pl.col("mask") == "published") & (pl.col("amount") != 0)).is_empty()


def test_the_manifest_tells_what_is_there(released: Workspace) -> None:
    release_id = current_release(released.releases)
    assert release_id is not None
    manifest = read_manifest(released.releases, release_id)
    folder = Path(released.releases.uri(release_id))
    there = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} - {"manifest.json"}
    assert {file["path"] for file in manifest["files"]} == there
    for file in manifest["files"]:
        data = read_checked(released.releases, release_id, file["path"])
        if file["path"].endswith(".parquet"):
            opened = pq.ParquetFile(io.BytesIO(data))
            assert opened.metadata.num_rows == file["rows"]
            assert [c["name"] for c in file["columns"]] == opened.schema_arrow.names
    assert {"inputs", "packs", "code_version", "disclosure"} <= set(manifest)


def test_parquet_is_as_bi_tools_like_it(released: Workspace) -> None:
    for table in [*tables_of("restricted"), *tables_of("public")]:
        path = Path(released.releases.uri(f"current/{table.side}/{table.name}/{table.name}.parquet"))
        if not path.exists():
            continue
        opened = pq.ParquetFile(path)
        told = {field.name: (field.metadata or {}).get(b"description") for field in opened.schema_arrow}
        assert all(told.values()), f"{table.name}: {[name for name, text in told.items() if not text]}"
        assert not [str(f.type) for f in opened.schema_arrow if "list" in str(f.type) or "uint" in str(f.type)]
        if opened.metadata.num_rows:
            column = opened.metadata.row_group(0).column(0)
            assert column.compression == "ZSTD"
            assert column.is_stats_set


def test_the_data_package_and_the_dictionary_name_every_column(released: Workspace) -> None:
    for side in ("restricted", "public"):
        folder = Path(released.releases.uri("current")) / side
        package = json.loads((folder / "datapackage.json").read_text())
        listed = {resource["name"]: resource for resource in package["resources"]}
        text = dictionary_markdown(side)
        for path in folder.rglob("*.parquet"):
            if path.parent.name in ("certificates", "memory"):  # the checker's and the next release's, not a reader's
                continue
            resource = listed[path.stem]
            assert resource["path"] == f"{path.stem}/{path.name}"
            assert resource["hash"] == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
            names = [field["name"] for field in resource["schema"]["fields"]]
            assert sorted(names) == sorted(pq.ParquetFile(path).schema_arrow.names)
            section = text.partition(f"## {path.stem}\n")[2].partition("\n## ")[0]
            assert all(f"| `{name}` |" in section for name in names)


@pytest.fixture
def copy(released: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(released.settings.root, tmp_path / "state", symlinks=True)
    return open_workspace(tmp_path / "state/rung.toml")


def test_a_correction_of_few_changes_nothing_public_until_it_is_ordered(copy: Workspace) -> None:
    """A district leaves four teachers out of its roster: fewer than k records change, so its block stays as it was; the
    restricted side is corrected. An order publishes it again; a rollback forgets nothing.
    """
    first = current_release(copy.releases)
    before = {path.name: pl.read_parquet(path) for path in public_folder(copy).glob("public_*/*.parquet")}
    root = copy.settings.root
    path = next(iter(sorted((root / "landing").glob("*/*/roster/*"))))
    lea_id, year = str(path).split("/")[-4], int(str(path).split("/")[-3])
    if not lea_id.isdigit() or len(lea_id) == 4:
        lea_id, year = str(path).split("/")[-3], int(str(path).split("/")[-4])
    lines = path.read_text().splitlines(keepends=True)
    left_out = [line for line in lines if ",teacher," in line][:4]
    path.write_text("".join(line for line in lines if line not in left_out))
    run_intake(copy, load_reference(copy.reference), Progress(quiet=True))
    marts = run_marts_as_of(copy, Progress(quiet=True), None)
    pending = diff_pending(copy, marts)
    assert (pending.before, current_release(copy.releases)) == (first, first), "nothing is published by asking"
    run_all(copy, Progress(quiet=True))
    assert diff_pending(copy, marts).marts == (), "once released, nothing is pending"
    second = current_release(copy.releases)
    assert second != first
    change = diff_releases(copy)
    assert {"educator_year", "compensation"} & {mart.mart for mart in change.marts}
    assert change.headlines == pending.headlines != {}
    for name in ("public_designation.parquet", "public_retention.parquet", "public_money.parquet"):
        after = pl.read_parquet(next(public_folder(copy).rglob(name)))
        assert after.equals(before[name]), name
    memory = newest(copy)
    assert memory is not None and memory.number == 2
    assert roll_back(copy, str(first)) == second
    assert current_release(copy.releases) == first
    again = newest(copy)
    assert again is not None and again.number == 2, "what the release rolled back published is not forgotten"
    marts = run_marts_as_of(copy, Progress(quiet=True), None)
    third = run_release(copy, marts, Progress(quiet=True), republish=((lea_id, year),), why="a wrong roster")
    folder = Path(copy.releases.uri(third.release_id))
    assert check(lambda path: (folder / path).read_bytes()).problems == ()
    assert "a wrong roster" in (folder / "restricted/memory/memory.json").read_text()


def test_an_identified_release_never_reaches_public(copy: Workspace) -> None:
    marts = run_marts_as_of(copy, Progress(quiet=True), None)
    receipt = run_release(copy, marts, Progress(quiet=True), identified=True)
    folder = Path(copy.releases.uri(receipt.release_id))
    assert "staff_id" in pq.read_schema(folder / "restricted/educator_year/educator_year.parquet").names
    people = identities(copy)
    for path in (folder / "public").rglob("*.parquet"):
        words = set(re.findall(rb"[0-9A-Za-z]{5,}", every_byte(path)))
        assert not [name for name in people["staff_id"] if name.encode() in words]
    assert read_manifest(copy.releases, receipt.release_id)["identified"] is True
