"""What all routes of the drop page share: the state's places, sessions, templates, the lake for a moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, Response

from contracts.school_year import year_name
from rung.core.errors import RungError
from rung.intake.receipt_page import EXTRACTS
from rung.lake.reference import ReferenceTables
from rung.lake.run_lock import one_run
from rung.lake.watched_reference import WatchedReference
from rung.lake.workspace import Workspace
from rung.web.drop.sessions import Brake, Session, Sessions

HERE = Path(__file__).parent
PATIENCE = 5.0  # seconds that a page waits for an intake that holds the lake


class SignInNeeded(Exception):
    """Nobody has signed in, or no longer."""


class Busy(Exception):
    """An intake holds the lake; the page's own writing has to wait."""


@dataclass
class DropPage:
    """What the pages share: the state's places, sessions, the brake on sign-ins."""

    work: Workspace
    sessions: Sessions
    brake: Brake = field(default_factory=Brake)
    users: Mapping[str, str] = field(default_factory=dict)
    _mine: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def _reference(self) -> WatchedReference:
        return WatchedReference(self.work)

    def reference(self) -> ReferenceTables:
        """The reference tables as they are now."""
        return self._reference.now()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lake for a moment. Raises Busy while an intake works."""
        if not self._mine.acquire(timeout=PATIENCE):
            raise Busy
        try:
            with ExitStack() as stack:
                try:
                    stack.enter_context(one_run(self.work.ledger, PATIENCE, lambda _: None))
                except RungError:
                    raise Busy from None
                yield
        finally:
            self._mine.release()

    @cached_property
    def templates(self) -> Environment:
        """The pages' templates."""
        environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            undefined=StrictUndefined,
            autoescape=select_autoescape(default=True),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["year"] = year_name
        environment.filters["number"] = lambda value: f"{value:,}"
        environment.filters["rows"] = lambda value: f"{value:,} row{'' if value == 1 else 's'}"
        environment.filters["extract"] = lambda name: EXTRACTS[name]
        return environment

    def page(self, template: str, session: Session | None, status: int = 200, /, **values: Any) -> Response:
        """A page. `session`: whose district stands at its head; None on pages before the sign-in."""
        district = self.reference().district(session.lea_id) if session else ""
        text = self.templates.get_template(template).render(
            state=self.work.settings.state.name,
            district=district,
            by_proxy=bool(session and session.user),
            csrf=session.csrf if session else "",
            **values,
        )
        return HTMLResponse(text, status)

    def notice(self, session: Session | None, heading: str, text: str, status: int) -> Response:
        """A page with one sentence."""
        return self.page("notice.html", session, status, heading=heading, text=text)


def page_of(request: Request) -> DropPage:
    """The shared part, for a route."""
    shared: DropPage = request.app.state.page
    return shared
