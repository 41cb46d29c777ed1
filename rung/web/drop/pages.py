"""The pages of a signed-in district. Each looks at the session's district only: no address and no form names one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, RedirectResponse, Response

from contracts.vocabulary import EXTRACTS
from rung.core.errors import GateFailed
from rung.intake.answer_files import answer
from rung.intake.explanations import GivenAnswer, newest_submission
from rung.intake.receipt_page import receipt_body
from rung.intake.regions import write_regions
from rung.intake.signing import sign, statement_of
from rung.lake.certification import certificates
from rung.lake.places import make_durable
from rung.lake.run_lock import is_held
from rung.lake.submissions import Submission
from rung.web.drop import views
from rung.web.drop.guard import log
from rung.web.drop.sessions import Session
from rung.web.drop.shared import DropPage, page_of
from rung.web.drop.signing_in import checked_form, same_secret, signed_in
from rung.web.drop.upload import Refused, receive

router = APIRouter()
Page = Annotated[DropPage, Depends(page_of)]
SignedIn = Annotated[Session, Depends(signed_in)]
Checked = Annotated[Session, Depends(checked_form)]
Text = Annotated[str, Form(max_length=2_000)]


@router.get("/")
def home(page: Page, session: SignedIn) -> Response:
    """Send files; what was sent before; years to certify."""
    lines, years = views.history(page.work, session.lea_id)
    choices = views.years_of(page.reference(), session.lea_id)
    waiting = views.waiting(page.work, session.lea_id)
    return page.page(
        "home.html", session, lines=lines, years=years, choices=choices, waiting=waiting, extracts=EXTRACTS, problem=""
    )


@router.post("/send")
async def send(request: Request, page: Page, session: SignedIn) -> Response:
    """Take files into the landing, as any drop."""
    chosen: dict[str, Any] = {}

    def check(fields: dict[str, str]) -> str:
        if not same_secret(session, fields.get("csrf", "")):
            raise HTTPException(403)
        years = {str(year) for year in views.years_of(page.reference(), session.lea_id)}
        year, extract = fields.get("school_year", ""), fields.get("extract", "")
        if year not in years or extract not in EXTRACTS:
            raise Refused("Choose a school year and what the file is")
        chosen.update(school_year=year, extract=extract)
        return f"{session.lea_id}/{year}/{extract}"

    place = await run_in_threadpool(views.landing_of, page.work, session.lea_id)
    most = page.work.settings.intake.max_file_bytes
    kind = request.headers.get("content-type", "")
    try:
        upload = await receive(place, kind, request.stream(), check, most=most)
    except Refused as error:
        return page.notice(session, "Not sent", f"{error}. Nothing was kept; please send it again.", 400)
    except ClientDisconnect:
        log.info("web=upload_broken lea=%s", session.lea_id)
        return Response(status_code=400)
    await run_in_threadpool(make_durable, place)
    year, extract = chosen["school_year"], chosen["extract"]
    log.info("web=upload lea=%s year=%s extract=%s files=%d", session.lea_id, year, extract, len(upload.names))
    return RedirectResponse(f"/sent/{year}/{extract}", 303)


def _progress(page: DropPage, session: Session, year: int, extract: str) -> dict[str, Any]:
    waiting = [
        w.name for w in views.waiting(page.work, session.lea_id) if (w.school_year, w.extract) == (year, extract)
    ]
    of_place = [
        each
        for each in views.standings_of(page.work, session.lea_id)
        if (each.submission.school_year, each.submission.extract) == (year, extract)
    ]
    newest = of_place[-1].submission.submission_id if of_place and not waiting else ""
    return {"waiting": waiting, "works": bool(waiting) and is_held(page.work.ledger), "submission_id": newest}


@router.get("/sent/{year}/{extract}")
def sent(page: Page, session: SignedIn, year: int, extract: str) -> Response:
    """How far the intake is with what was sent."""
    if extract not in EXTRACTS:
        raise HTTPException(404)
    found = _progress(page, session, year, extract)
    problems = views.folder_problems(page.work, session.lea_id, year, extract)
    return page.page("sent.html", session, year=year, extract=extract, problems=problems, **found)


@router.get("/sent/{year}/{extract}/progress")
def progress(page: Page, session: SignedIn, year: int, extract: str) -> Response:
    """The same for the page's script."""
    found = _progress(page, session, year, extract)
    return JSONResponse({"done": not found["waiting"], "works": found["works"]})


def _own(page: DropPage, session: Session, submission_id: str) -> Submission:
    standing = views.find_submission(page.work, session.lea_id, submission_id)
    if standing is None:
        raise HTTPException(404)
    return standing.submission


@router.get("/receipt/{submission_id}/")
def receipt(page: Page, session: SignedIn, submission_id: str) -> Response:
    """A submission's receipt, and what can be done about it here."""
    submission = _own(page, session, submission_id)
    data = views.receipt_of(page.work, submission)
    if data is None:
        raise HTTPException(404)
    body = Markup(receipt_body(data, form=False))
    there = [n for n in views.RECEIPT_FILES if views.receipt_file(page.work, submission, n) is not None]
    return page.page("receipt.html", session, submission=submission, body=body, files=there)


@router.get("/receipt/{submission_id}/{name}")
def receipt_file(page: Page, session: SignedIn, submission_id: str, name: str) -> Response:
    """A file of a receipt, to save."""
    submission = _own(page, session, submission_id)
    data = views.receipt_file(page.work, submission, name)
    if data is None:
        raise HTTPException(404)
    headers = {"content-disposition": f'attachment; filename="{PurePosixPath(name).name}"'}
    return Response(data, media_type=views.RECEIPT_FILES[name], headers=headers)


@router.get("/explain/{submission_id}")
def explain(page: Page, session: SignedIn, submission_id: str) -> Response:
    """The warnings of a submission, to confirm or explain."""
    submission = _own(page, session, submission_id)
    return _explain(page, session, submission, ())


def _explain(
    page: DropPage, session: Session, submission: Submission, problems: Sequence[str], status: int = 200
) -> Response:
    newest = newest_submission(page.work, (submission.lea_id, submission.school_year, submission.extract))
    rules = views.questions(page.work, submission)
    is_newest = newest.submission_id == submission.submission_id
    values = {"submission": submission, "newest": newest, "is_newest": is_newest, "problems": problems}
    return page.page("explain.html", session, status, rules=rules, **values)


@router.post("/explain/{submission_id}")
def take_answer(
    page: Page,
    session: Checked,
    submission_id: str,
    rule_id: Text,
    reply: Text = "",
    explanation: Text = "",
    by: Text = "",
    rows: Annotated[list[str] | None, Form(max_length=500)] = None,
    every: Text = "",
) -> Response:
    """Record an answer to rows of a rule, by the same functions that read explanations.csv."""
    submission = _own(page, session, submission_id)
    keys = [""] if every else list(rows or ())
    given = [GivenAnswer(rule_id, reply, explanation, by, row_key=key) for key in keys]
    if not given:
        return _explain(page, session, submission, ["Choose the rows that you mean"], 400)
    place = (submission.lea_id, submission.school_year, submission.extract)
    with page.alone():
        taken = answer(page.work, place, given, "drop page", datetime.now(UTC))
    log.info("web=explain lea=%s extract=%s rule=%s rows=%d", session.lea_id, place[2], rule_id[:20], taken.rows)
    if taken.problems:
        return _explain(page, session, submission, list(dict.fromkeys(taken.problems)), 400)
    return RedirectResponse(f"/explain/{submission_id}", 303)


@router.get("/certify/{year}")
def certify(page: Page, session: SignedIn, year: int) -> Response:
    """The form in which a year is signed for."""
    return _certify(page, session, year)


def _certify(page: DropPage, session: Session, year: int, status: int = 200, **values: Any) -> Response:
    _, years = views.history(page.work, session.lea_id)
    of_year = next((each for each in years if each.school_year == year), None)
    if of_year is None:
        raise HTTPException(404)
    blank = {"name": "", "role": "", "statement": "", "problem": ""}
    return page.page("certify.html", session, status, year=of_year, **{**blank, **values})


@router.post("/certify/{year}")
def take_signature(
    page: Page, session: Checked, year: int, name: Text = "", role: Text = "", statement: Text = "", signed: Text = ""
) -> Response:
    """First show the statement, then, signed, lock the year with it: the same signature as `rung certify`."""
    typed: dict[str, Any] = {"name": name.strip(), "role": role.strip()}
    if not all(typed.values()):
        return _certify(page, session, year, 400, problem="Say who signs, and in what role.", **typed)
    reference = page.reference()
    shown = statement_of(page.work, reference, session.lea_id, year, name, role)
    if not signed or " ".join(statement.split()) != " ".join(shown.split()):
        return _certify(page, session, year, statement=shown, **typed)
    before = certificates(page.work.ledger).get((session.lea_id, year))
    if before is not None:
        problem = f"The year is signed for already, by {before.signature.signed_by}."
        return _certify(page, session, year, 409, problem=problem, **typed)
    try:
        with page.alone():
            at = datetime.now(UTC)
            sign(page.work, reference, session.lea_id, year, signed_by=name, role=role, at=at)
            write_regions(page.work, reference)
    except GateFailed:
        problem = "Some warnings still need your answer. Answer them first; they are listed in the history."
        return _certify(page, session, year, 409, problem=problem, **typed)
    log.info("web=certify lea=%s year=%d", session.lea_id, year)
    return RedirectResponse(f"/certify/{year}", 303)


@router.get("/certification/{year}")
def certification(page: Page, session: SignedIn, year: int) -> Response:
    """The signed statement as PDF."""
    if (session.lea_id, year) not in certificates(page.work.ledger):
        raise HTTPException(404)
    data = page.work.receipts.read(f"{session.lea_id}/{year}/certification.pdf")
    headers = {"content-disposition": 'attachment; filename="certification.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)
