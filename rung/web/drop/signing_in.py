"""Signing in and out, and the check that stands before every other page."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from rung.lake.tokens import district_of_token
from rung.web.drop.guard import log
from rung.web.drop.sessions import Session, peer_of, sign_in
from rung.web.drop.shared import DropPage, SignInNeeded, page_of

router = APIRouter()
Page = Annotated[DropPage, Depends(page_of)]


def _cookie(https: bool) -> str:
    """The name of the cookie; `__Host-` binds it to this host and to https, in the browser itself."""
    return "__Host-rung" if https else "rung"


def _with_session(response: Response, id_: str, https: bool) -> Response:
    response.set_cookie(_cookie(https), id_, httponly=True, samesite="strict", secure=https, path="/")
    return response


def signed_in(request: Request, page: Page) -> Session:
    """The session of a request. Raises SignInNeeded without one, or where its token has ended meanwhile."""
    peer = peer_of(request, page.work.settings.web)
    if page.work.settings.web.user_header:
        lea_id = page.users.get(peer.user)
        if lea_id is None:
            raise SignInNeeded
        return page.sessions.of_user(peer.user, lea_id)
    id_ = request.cookies.get(_cookie(peer.https), "")
    session = page.sessions.find(id_)
    if session is None:
        raise SignInNeeded
    if district_of_token(page.work.ledger, session.token_sha256) != session.lea_id:
        page.sessions.end(id_)
        raise SignInNeeded
    return session


def checked_form(session: Annotated[Session, Depends(signed_in)], csrf: Annotated[str, Form()] = "") -> Session:
    """The session of a form that carries the session's own secret. Raises HTTPException otherwise."""
    if not same_secret(session, csrf):
        raise HTTPException(403)
    return session


def same_secret(session: Session, csrf: str) -> bool:
    """Whether a form's secret is the session's."""
    return hmac.compare_digest(csrf.encode(), session.csrf.encode())


@router.get("/sign-in")
def form(request: Request, page: Page) -> Response:
    """The sign-in page."""
    if page.work.settings.web.user_header:
        return RedirectResponse("/", 303)
    return page.page("sign_in.html", None, wrong="")


@router.post("/sign-in")
def enter(request: Request, page: Page, token: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Sign in with a district's token."""
    peer = peer_of(request, page.work.settings.web)
    if page.work.settings.web.user_header:
        raise HTTPException(404)
    if page.brake.refuses(peer.address):
        log.warning("web=sign_in_refused")
        wrong = "Too many sign-ins failed. Please wait a quarter of an hour."
        return page.page("sign_in.html", None, 429, wrong=wrong)
    id_ = sign_in(page.work.ledger, page.sessions, token)
    if id_ is None:
        page.brake.note(peer.address)
        log.warning("web=sign_in_failed")
        wrong = "This token is not known. It may have been replaced; the state can make a new one."
        return page.page("sign_in.html", None, 403, wrong=wrong)
    page.sessions.end(request.cookies.get(_cookie(peer.https), ""))
    return _with_session(RedirectResponse("/", 303), id_, peer.https)


@router.post("/sign-out")
def leave(request: Request, page: Page, _session: Annotated[Session, Depends(checked_form)]) -> Response:
    """End the session."""
    peer = peer_of(request, page.work.settings.web)
    page.sessions.end(request.cookies.get(_cookie(peer.https), ""))
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(_cookie(peer.https), path="/", secure=peer.https, httponly=True, samesite="strict")
    return response
