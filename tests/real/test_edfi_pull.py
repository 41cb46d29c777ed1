"""`rung pull edfi` against a real HTTP server with the data standard's samples: the same rows as its XML gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import rung.intake.edfi_api as edfi_api
from contracts.extracts import EXTRACTS
from rung.cli.main import app
from rung.core.errors import RungError
from rung.intake.edfi_api import EdfiApi
from rung.intake.edfi_pull import Pulled, pull
from rung.lake.ledger import Submission
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests.kept_rows import kept_rows
from tests.real.edfi_server import EdFiServer
from tests.small_state import CONFIG
from transforms.s1_conform.decode import DecodeOptions, decode

LEA = "255901"
ASSIGNMENTS = "ed-fi/staffEducationOrganizationAssignmentAssociations"


@pytest.fixture
def server(shared_data: Path) -> Iterator[EdFiServer]:
    folder = shared_data / "edfi"
    found = EdFiServer(
        *((folder / name).read_bytes() for name in ("StaffAssociation.xml", "PerformanceEvaluation.xml"))
    )
    yield found
    found.close()


@pytest.fixture
def work(server: EdFiServer, tmp_path: Path) -> Workspace:
    (tmp_path / "reference").mkdir()
    (tmp_path / "rung.toml").write_text(CONFIG + f'[edfi]\nurl = "{server.url}"\n')
    for name, columns in (
        ("districts", f"lea_id,name\n{LEA},Grand Bend ISD\n"),
        ("schools", "school_id,school_year,lea_id,name\n"),
        ("program_adoption", "lea_id,program_id,from_year,to_year\n"),
        ("rating_systems", "rating_system,version,from_year,rating_level,band,is_top,is_positive\n"),
        ("pay_codes", "lea_id,pay_code,pay_type,program_id,role_code\n"),
        ("funds", "lea_id,fund_code,stream,recurring\n"),
    ):
        (tmp_path / "reference" / f"{name}.csv").write_text(columns)
    return open_workspace(tmp_path / "rung.toml")


def asked(
    work: Workspace, server: EdFiServer, extract: str = "roster", *, full: bool = False
) -> tuple[Pulled, list[float]]:
    waits: list[float] = []
    with EdfiApi(server.url, "key", "s3cret", wait=waits.append) as api:
        return pull(work, load_reference(work.reference), api, LEA, 2022, extract, full=full), waits


def table(data: bytes, extract: str) -> pl.DataFrame:
    found = decode(data, "x.xml", DecodeOptions(extract=extract))
    assert not found.problems
    rows = found.tables[0]
    frame = pl.DataFrame({name: rows.column(name) for name in rows.header})
    return frame.select(sorted(frame.columns)).sort(pl.all())


def dropped(work: Workspace, done: Pulled) -> bytes:
    assert done.key is not None
    return (work.settings.root / "landing" / done.key).read_bytes()


@pytest.mark.parametrize(
    ("extract", "sample", "rows"), [("roster", "StaffAssociation", 69), ("evaluation", "PerformanceEvaluation", 50)]
)
def test_the_pull_gives_the_rows_of_the_xml(
    work: Workspace, server: EdFiServer, shared_data: Path, extract: str, sample: str, rows: int
) -> None:
    done, waits = asked(work, server, extract)
    assert waits == [7.0], "the server was busy once and said for how long"
    ours = table(dropped(work, done), extract)
    theirs = table((shared_data / "edfi" / f"{sample}.xml").read_bytes(), extract)
    assert ours.height == rows
    assert ours.equals(theirs)
    for secret in (b"BirthDate", b"1976-08-19", b"@edfi.org", b"<Race", b"<Sex"):
        assert secret not in dropped(work, done)


@pytest.mark.parametrize(
    ("extract", "sample"), [("roster", "StaffAssociation"), ("evaluation", "PerformanceEvaluation")]
)
def test_a_pulled_drop_is_accepted_row_for_row_as_the_xml_is(
    work: Workspace, server: EdFiServer, shared_data: Path, monkeypatch: pytest.MonkeyPatch, extract: str, sample: str
) -> None:
    """`rung pull edfi`, then `rung intake`; after it the district sends the data standard's own file instead."""
    reference = work.settings.root / "reference"
    xml = (shared_data / "edfi" / f"{sample}.xml").read_bytes()
    campuses = sorted(set(table(xml, extract)["school_id"])) if extract == "roster" else []
    schools = [f"{school},2022,{LEA},Campus" for school in campuses]
    (reference / "schools.csv").write_text("\n".join(["school_id,school_year,lea_id,name", *schools]) + "\n")
    labels = ("Highly Effective,5,true,true", "Effective,4,false,true", "Minimally Effective,2,false,false")
    systems = ["rating_system,version,from_year,rating_level,band,is_top,is_positive"]
    systems += [f"Formal Evaluation,1,2010,{label}" for label in labels]
    (reference / "rating_systems.csv").write_text("\n".join(systems) + "\n")
    config = ["-c", str(work.settings.root / "rung.toml")]
    monkeypatch.setenv("RUNG_EDFI__KEYS", json.dumps({LEA: "key:s3cret"}))
    server.busy = 0
    pulled = CliRunner().invoke(app, ["pull", "edfi", "--lea", LEA, "--year", "2022", "--extract", extract, *config])
    assert pulled.exit_code == 0, pulled.output
    CliRunner().invoke(app, ["intake", "--json", *config])
    folder = work.settings.root / "landing" / LEA / "2022" / extract
    (folder / "sample.xml").write_bytes(xml)
    CliRunner().invoke(app, ["intake", "--json", *config])
    first, second = (s for s, _, _ in open_workspace(work.settings.root / "rung.toml").ledger.states())
    assert first.rows_read == first.rows_accepted + first.rows_quarantined + first.rows_duplicate > 0
    ours, theirs = (judged(work, each, extract) for each in (first, second))
    assert ours.height == first.rows_accepted + first.rows_quarantined
    assert ours.equals(theirs)


def judged(work: Workspace, submission: Submission, extract: str) -> pl.DataFrame:
    """The accepted and the quarantined rows of a submission, without what says where they came from."""
    kept = []
    for kind, rows in (("accepted", submission.rows_accepted), ("quarantined", submission.rows_quarantined)):
        if rows:
            frame = kept_rows(work, submission, kind)
            sent = [name for name in EXTRACTS[extract].sent.columns() if name in frame.columns and name != "lea_id"]
            kept.append(frame.select(pl.lit(kind).alias("kind"), *sent))
    return pl.concat(kept).sort(pl.all())


def test_changes_deletes_and_nothing_new(work: Workspace, server: EdFiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edfi_api, "PAGE", 20)
    server.calls_a_token = 4  # a token runs out in the middle of the pages
    first, _ = asked(work, server)
    assert (first.whole, first.records, first.deleted) == (True, 68 + 68 + 69, 0)
    assert server.tokens > 2
    before = table(dropped(work, first), "roster")

    again, _ = asked(work, server)
    assert (again.whole, again.changed, again.deleted, again.key) == (False, 0, 0, None)

    ids = sorted(server.records[ASSIGNMENTS])
    record = dict(server.records[ASSIGNMENTS][ids[0]][1])
    record.pop("id")
    server.put(ASSIGNMENTS, ids[0], record | {"positionTitle": "Reading coach"})
    server.delete(ASSIGNMENTS, ids[1])
    third, _ = asked(work, server)
    assert (third.whole, third.changed, third.deleted, third.version) == (False, 1, 1, server.version)
    after = table(dropped(work, third), "roster")
    assert after.height == before.height - 1
    assert after.filter(position_title="Reading coach").height == 1
    assert third.key is not None and third.key != first.key
    whole, _ = asked(work, server, full=True)
    assert (whole.whole, whole.key) == (True, None), "everything again is the same"

    server.version = 3  # set up anew: versions count from the start again
    anew, _ = asked(work, server)
    assert anew.whole


def test_an_api_without_change_queries_is_asked_for_everything(work: Workspace, server: EdFiServer) -> None:
    server.change_queries = False
    first, _ = asked(work, server)
    second, _ = asked(work, server)
    assert (first.version, first.whole, second.whole, second.key) == (None, True, True, None)
    assert not any(path.endswith("/deletes") for path in server.asked)


def test_refusals_say_what_to_mend_and_no_secret(
    work: Workspace, server: EdFiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = str(work.settings.root / "rung.toml")

    def rung(*words: str) -> str:
        done = CliRunner().invoke(app, ["pull", "edfi", "--lea", LEA, "--year", "2022", *words, "-c", config])
        return str(done.exception) if isinstance(done.exception, RungError) else done.output

    assert "add it to RUNG_EDFI__KEYS" in rung()
    monkeypatch.setenv("RUNG_EDFI__KEYS", json.dumps({LEA: "key:wrong-one"}))
    assert rung() == f"{server.url}/oauth/token: answered 401; check RUNG_EDFI__KEYS"
    monkeypatch.setenv("RUNG_EDFI__KEYS", json.dumps({LEA: "key:s3cret"}))
    server.busy = 0
    assert "has no such extract" in rung("--extract", "payroll")
    assert rung().startswith(f"Grand Bend ISD ({LEA}) 2022 roster: everything: 205 records, 0 deleted; dropped as")
    assert json.loads(rung("--json"))["key"] is None
    server.busy = 5
    waits: list[float] = []
    with EdfiApi(server.url, "key", "s3cret", wait=waits.append) as api, pytest.raises(RungError, match="answered 429"):
        api.newest_version()
    assert waits == [7.0] * 4
    with pytest.raises(RungError, match=r"no answer \(ConnectError\)"):
        EdfiApi("http://127.0.0.1:9/", "key", "s3cret", wait=waits.append)
    assert waits[4:] == [1.0, 2.0, 4.0, 8.0]
