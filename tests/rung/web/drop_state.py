"""A small state with the drop page over it, and districts that have signed in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from starlette.testclient import TestClient

from rung.core.progress import Progress
from rung.intake.run import run_intake
from rung.lake.reference import load_reference
from rung.lake.tokens import make_token
from rung.lake.workspace import Workspace, open_workspace
from rung.web.drop.app import make_app
from tests import small_state as small

NOW = datetime(2026, 7, 1, tzinfo=UTC)
BAD = "0001003,2025-11-15,BASE,01,not money"
LARGE = "0001001,2025-11-15,BASE,01,300000.00"
PAYROLL = small.csv(small.PAYROLL, [*small.payroll("0100", 2026), LARGE])
SPOILED = small.csv(small.PAYROLL, [*small.payroll("0100", 2026), LARGE, BAD])


def take_in(root: Path) -> Workspace:
    """Run the intake, as `rung intake --watch` does beside the page."""
    work = open_workspace(root / "rung.toml")
    run_intake(work, load_reference(work.reference), Progress(quiet=True))
    return work


def client_of(root: Path, address: str = "127.0.0.1") -> TestClient:
    """A browser without a session."""
    app = make_app(open_workspace(root / "rung.toml"))
    return TestClient(app, client=(address, 1), raise_server_exceptions=False)


def signed_in(browser: TestClient, lea: str) -> TestClient:
    """Another browser on the same page, signed in for a district."""
    app = browser.app
    mine = TestClient(app, client=("127.0.0.1", 1), raise_server_exceptions=False)
    token = make_token(app.state.page.work.ledger, lea, NOW, keep=True)  # type: ignore[attr-defined]
    assert mine.post("/sign-in", data={"token": token}).url.path == "/"
    return mine


def csrf(browser: TestClient) -> str:
    """The secret of the session's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get("/").text)
    assert found
    return found.group(1)
