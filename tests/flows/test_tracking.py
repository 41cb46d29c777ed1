"""What a tracked run may say and repeat: no person in a word, no second try at what is the same tomorrow."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from botocore.exceptions import EndpointConnectionError
from sqlalchemy.exc import OperationalError

from flows import tasks
from flows.artifacts import masked
from flows.names import at_start, came_in
from flows.release import refuse_uncertified
from flows.tasks import TrackedProgress, counts_of, lake_lock, transient
from rung.core.errors import GateFailed, RungError, unexpected
from rung.core.progress import Progress
from rung.core.settings import load_settings
from rung.intake.run import IntakeReceipt, run_intake
from rung.lake.certification import certify
from rung.lake.place import Conflict
from rung.lake.reference import load_reference
from rung.lake.workspace import Workspace, open_workspace
from tests import small_state as small


def test_a_message_loses_what_looks_like_a_persons_number() -> None:
    assert masked("row 12: 123-45-6789 and 0001234567 stand in hours") == "row 12: ####### and ####### stand in hours"
    assert masked("district 0100, year 2026, 5.0 % of 1,200 rows") == "district 0100, year 2026, 5.0 % of 1,200 rows"
    assert len(masked("x" * 1000)) == 200


def test_an_unforeseen_error_is_told_by_kind_and_place_without_its_words(tmp_path: Path) -> None:
    (tmp_path / "rung.toml").write_text("[state]\nname = 1\n")
    try:
        load_settings(tmp_path / "rung.toml").storage.landing[0].encode("Jane Doe 0001234567")
    except Exception as error:
        told = unexpected(error)
    assert "Jane" not in told and "0001234567" not in told
    assert told.startswith("unexpected RungError at rung/core/settings.py:")


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (Conflict("current.json: changed by another writer"), True),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), True),
        (OperationalError("select 1", {}, Exception("gone")), True),
        (ConnectionResetError(), True),
        (GateFailed("an identity does not hold"), False),
        (RungError("rung.toml: unknown key"), False),
        (ValueError("a bug"), False),
    ],
)
def test_only_what_can_differ_next_time_is_tried_again(error: Exception, again: bool) -> None:
    assert transient(error) is again


def test_a_log_line_of_a_receipt_holds_counts_only() -> None:
    receipt = IntakeReceipt(drops=2, states={"accepted": 1, "held": 1}, rows_read=9, stray=("0100/Jane Doe.csv",))
    told = counts_of(receipt)
    assert told["submissions_accepted"] == 1 and told["rows_read"] == 9
    assert all(isinstance(value, int) for value in told.values())


def test_one_lake_has_one_lock_however_it_is_named(tmp_path: Path) -> None:
    small.write_state(tmp_path)
    other = tmp_path / "other.toml"
    other.write_text(small.CONFIG.replace('lake = "lake"', 'lake = "reference/../lake"'))
    far = tmp_path / "far.toml"
    far.write_text(small.CONFIG.replace('lake = "lake"', 'lake = "lake2"'))
    names = [lake_lock(open_workspace(tmp_path / name)) for name in ("rung.toml", "other.toml", "far.toml")]
    assert names[0] == names[1] != names[2]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("state")
    small.write_state(root)
    made = open_workspace(root / "rung.toml")
    run_intake(made, load_reference(made.reference), Progress(quiet=True))
    return made


def test_the_weekly_release_waits_until_every_district_has_certified(work: Workspace) -> None:
    with pytest.raises(GateFailed, match="2 of 2 districts have not certified 2026: 0100, 0200"):
        refuse_uncertified(work)
    certify(work.ledger, "0100", 2026, datetime.now(UTC), small.SIGNED)
    certify(work.ledger, "0200", 2025, datetime.now(UTC), small.SIGNED)
    with pytest.raises(GateFailed, match="1 of 2 districts have not certified 2026: 0200"):
        refuse_uncertified(work)
    certify(work.ledger, "0200", 2026, datetime.now(UTC), small.SIGNED)
    refuse_uncertified(work)


def test_progress_of_a_tracked_stage_counts_up_in_the_artifact(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[float] = []
    monkeypatch.setattr(tasks, "create_progress_artifact", lambda *_, **__: uuid4())
    monkeypatch.setattr(tasks, "update_progress_artifact", lambda _, progress: shown.append(progress))
    monkeypatch.setattr(tasks, "PROGRESS_EVERY_SECONDS", 0.0)
    with TrackedProgress().stage("intake", 4) as advance:
        advance(1)
        advance(2)
    assert shown == [25.0, 75.0, 100.0]


def test_runs_are_named_after_one_district_or_how_many(work: Workspace) -> None:
    one = IntakeReceipt(places=[("0100", 2026, "payroll")])
    assert came_in(work, one) == "Oak (0100), 2026, payroll"
    more = IntakeReceipt(places=[("0200", 2026, "roster"), ("0100", 2025, "payroll")])
    assert came_in(work, more) == "2 districts, 2025-2026, payroll, roster"
    assert came_in(work, IntakeReceipt()) == "nothing new"


def test_a_flow_run_begins_with_the_state_and_its_request(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    config = str(work.settings.root / "rung.toml")
    given = {"config": config, "programs": ["dc_lift", "texas_tia"], "lea_id": None, "first_year": 2025}
    monkeypatch.setattr("prefect.runtime.flow_run.parameters", given, raising=False)
    assert at_start("simulate", "programs", "lea_id", "first_year")() == (
        "Small State: simulate dc_lift, texas_tia, 2025"
    )
    given["config"] = "nowhere.toml"
    assert at_start("intake")() == "rung: intake"
