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
from contracts.public import NO_PERSONS, PUBLIC
from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.pointer import current_release
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from rung.pipeline import run_all, run_marts_as_of
from rung.release.contents import pseudonymise
from rung.release.dictionary import dictionary_markdown, tables_of
from rung.release.history import diff_pending, diff_releases, read_checked, read_manifest, roll_back
from rung.release.memory import remembered
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
        numbers = [
            c
            for c in frame.columns
            if c.startswith(("persons", "percent", "amount", "share", "expected", "p10", "p50", "p90"))
        ]
        assert numbers
        assert gone.select(pl.col(numbers).is_not_null().any()).row(0) == (False,) * len(numbers), name
        assert gone["reason"].null_count() == 0
        if "persons" in numbers:
            assert frame.filter(pl.col("persons").is_between(1, 9)).is_empty()
    # Hidden sums of money are nowhere among the public amounts, as whole numbers or as text.
    cents = hidden.filter((pl.col("unit") == "cents") & (pl.col("value").abs() > 1_000_00))["value"]
    shown = {str(v) for v in decisions(released).filter(pl.col("mask") == "published")["value"]}
    for path in public_folder(released).rglob("*.parquet"):
        frame = pl.read_parquet(path)
        if "amount" in frame.columns:
            amounts = {str(int(v * 100)) for v in frame["amount"].drop_nulls()}
            assert not (amounts & ({str(v) for v in cents} - shown))


def test_a_number_hidden_in_one_table_is_not_published_in_another(released: Workspace) -> None:
    """The others and the top-rated of a district stand in the table of each of its programs."""
    rows = pl.read_parquet(public_folder(released) / "public_retention/public_retention.parquet")
    shared = rows.filter((pl.col("group") != "leaders") & (pl.col("grain") == "lea"))
    seen = shared.group_by("lea_id", "school_year", "group", "outcome").agg(
        pl.len().alias("tables"),
        (pl.col("mask") == "suppressed").n_unique().alias("answers"),
        pl.col("persons").drop_nulls().n_unique().alias("values"),
    )
    assert seen.filter(pl.col("tables") > 1).height > 10
    assert seen.filter((pl.col("answers") > 1) | (pl.col("values") > 1)).is_empty()


def test_rules_stay_behind(released: Workspace) -> None:
    """Which rule hid a cell would tell what it holds: the public reads general reasons only."""
    log = decisions(released)
    assert {"few_persons", "complementary"} <= set(log["rule"].drop_nulls())
    for path in public_folder(released).rglob("*.parquet"):
        content = every_byte(path)
        assert not [
            rule for rule in (b"sensitive_zero", b"one_off", b"few_persons", b"complementary") if rule in content
        ]


def test_confidential_programs_publish_no_pay_by_code(released: Workspace) -> None:
    programs = pl.read_parquet(public_folder(released) / "dim_program/dim_program.parquet")
    confidential = programs.filter(pl.col("visibility") == "confidential").select("program_id")
    mix = pl.read_parquet(public_folder(released) / "public_funding_mix/public_funding_mix.parquet")
    mine = mix.join(confidential, on="program_id", how="semi")
    assert mine.height > 0
    assert mine["amount"].null_count() == mine["share"].null_count() == mine.height


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


def test_a_correction_is_released_told_and_never_undoes_what_was_hidden(copy: Workspace) -> None:
    """A district leaves four teachers out of its roster: the next release is another, says what changed, shows no small
    difference, and hides nothing that was public and still true.
    """
    before, first = decisions(copy), current_release(copy.releases)
    root = copy.settings.root
    path = next(iter(sorted((root / "landing").glob("*/*/roster/*"))))
    lines = path.read_text().splitlines(keepends=True)
    left_out = [line for line in lines if ",teacher," in line][:4]
    path.write_text("".join(line for line in lines if line not in left_out))
    run_intake(copy, load_reference(copy.reference), Progress(quiet=True))
    marts = run_marts_as_of(copy, Progress(quiet=True), None)
    pending = diff_pending(copy, marts)
    assert (pending.before, current_release(copy.releases)) == (first, first), "nothing is published by asking"
    run_all(copy, Progress(quiet=True))
    assert diff_pending(copy, marts).marts == (), "once released, nothing is pending"
    second, after = current_release(copy.releases), decisions(copy)
    assert second != first
    change = diff_releases(copy)
    assert (change.before, change.after) == (first, second)
    assert {"educator_year", "compensation"} & {mart.mart for mart in change.marts}
    assert change.headlines == pending.headlines != {}
    assert [mart for mart in change.marts if not mart.mart.startswith(("public_", "disclosure_"))] == list(
        pending.marts
    )
    both = before.join(after, on="name", suffix="_now")
    shown = both.filter((pl.col("mask") == "published") & (pl.col("mask_now") == "published"))
    moved = shown.filter((pl.col("unit") == "persons") & (pl.col("value") != pl.col("value_now")))
    assert moved.filter((pl.col("value") - pl.col("value_now")).abs() < 10).is_empty()
    banded = both.filter((pl.col("mask") == "published") & (pl.col("mask_now") == "banded"))
    assert banded.height > 0
    still = both.filter((pl.col("mask") == "published") & (pl.col("value") == pl.col("value_now")))
    assert still.filter(pl.col("mask_now") == "suppressed").is_empty()
    covered = both.filter((pl.col("mask") == "suppressed") & (pl.col("value") == pl.col("value_now")))
    assert covered.height > 100
    assert covered.filter(pl.col("mask_now") != "suppressed").is_empty()
    memory = remembered(copy.lake, copy.ledger)
    assert memory is not None and memory.height >= after.height
    assert roll_back(copy, str(first)) == second
    assert current_release(copy.releases) == first


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


def test_the_cliff_is_the_restricted_marts_pay_on_awards(released: Workspace) -> None:
    """True values of all programs together, from the decision log: what has ended by a year is what is exposed then."""
    words = pl.col("name").str.split("|")
    parts = (
        decisions(released)
        .filter(pl.col("name").str.starts_with("public_grant_cliff|"))
        .with_columns(
            program=words.list.get(2), grain=words.list.get(5), lea_id=words.list.get(6), ends=words.list.get(8)
        )
        .filter((pl.col("program") == "-") & (pl.col("grain") == "lea") & pl.col("ends").str.contains(r"^[0-9]+$"))
    )
    awards = pl.read_parquet(Path(released.releases.uri("current/restricted/grant_cliff/grant_cliff.parquet")))
    ended = pl.col("award_end") < pl.date(pl.col("future_year").cast(pl.Int32) - 1, 7, 1)
    exposed = awards.group_by("lea_id", "future_year").agg(pl.col("commitment").filter(ended).sum())
    assert exposed.filter(pl.col("commitment") > 0).height > 10
    for lea_id, year, commitment in exposed.iter_rows():
        mine = parts.filter((pl.col("lea_id") == lea_id) & (pl.col("ends").cast(pl.Int32, strict=False) <= year))
        assert mine["value"].sum() == commitment * 100, (lea_id, year)
