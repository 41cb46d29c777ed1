"""The application behind `rung serve`, put together: routes, what becomes of errors, the guard around all of it."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from rung.core.errors import RungError
from rung.lake.places import LocalPlace
from rung.lake.workspace import Workspace
from rung.web.drop import pages, signing_in
from rung.web.drop.guard import Guard, log
from rung.web.drop.sessions import Sessions, read_users
from rung.web.drop.shared import HERE, Busy, DropPage, SignInNeeded, page_of


def make_app(work: Workspace) -> FastAPI:
    """The application over a state. Raises RungError for settings that cannot be used."""
    for place in work.landing:
        if isinstance(place, LocalPlace):
            place.sweep()  # uploads that broke off with an earlier process
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, title="Rung")
    minutes = work.settings.web.session_minutes
    app.state.page = DropPage(work, Sessions(minutes * 60.0), users=read_users(work))
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.include_router(signing_in.router)
    app.include_router(pages.router)
    app.add_exception_handler(SignInNeeded, _to_sign_in)
    app.add_exception_handler(Busy, _busy)
    app.add_exception_handler(RungError, _failed)
    app.add_exception_handler(HTTPException, _not_found)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_middleware(Guard)
    return app


def _to_sign_in(request: Request, _error: Exception) -> Response:
    if page_of(request).work.settings.web.user_header:
        return page_of(request).notice(None, "Not signed in", "Your sign-in is not known here; ask the state.", 403)
    return RedirectResponse("/sign-in", 303)


def _busy(request: Request, _error: Exception) -> Response:
    text = "Files are being taken in at this moment. Nothing was lost; please try again in a minute."
    return page_of(request).notice(None, "One moment", text, 503)


def _failed(request: Request, error: Exception) -> Response:
    """A place or the ledger that cannot be used. Its message names places: it goes to no page and no log."""
    log.error("web=%s", type(error).__name__)
    return page_of(request).notice(None, "Not now", "This cannot be done just now; please tell the state.", 503)


def _not_found(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    text = "There is no such page." if status in (404, 405) else "This request was not allowed."
    return page_of(request).notice(None, "Not here", text, status)


def _not_understood(request: Request, _error: Exception) -> Response:
    return page_of(request).notice(None, "Not understood", "Something in the form is missing; go back and look.", 400)
