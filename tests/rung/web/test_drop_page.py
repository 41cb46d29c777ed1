"""The drop page over HTTP: what it takes, what it shows, and that a district sees and touches its own only."""

from __future__ import annotations

import csv
import fcntl
import io
import logging
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from rung.core.errors import RungError
from rung.lake.certification import certificates
from rung.lake.run_lock import is_held
from rung.lake.tokens import end_tokens, make_token
from rung.lake.workspace import open_workspace
from rung.web.drop.sessions import SIGN_INS
from rung.web.drop.upload import Refused, safe_name
from tests import small_state as small
from tests.rung.web.drop_state import BAD, NOW, PAYROLL, SPOILED, client_of, csrf, signed_in, take_in


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state into which both districts have sent everything."""
    root = tmp_path_factory.mktemp("state")
    small.write_state(root)
    small.drop(root, "0100", 2026, "payroll", SPOILED)
    take_in(root)
    return root


@pytest.fixture(scope="module")
def nobody(root: Path) -> TestClient:
    return client_of(root)


@pytest.fixture(scope="module")
def oak(nobody: TestClient) -> TestClient:
    return signed_in(nobody, "0100")


@pytest.fixture(scope="module")
def elm(nobody: TestClient) -> TestClient:
    return signed_in(nobody, "0200")


def newest(root: Path, lea: str, extract: str) -> str:
    found = [
        s for s, _, _ in open_workspace(root / "rung.toml").ledger.states() if (s.lea_id, s.extract) == (lea, extract)
    ]
    return found[-1].submission_id


def send(browser: TestClient, name: str, data: bytes | str, **fields: str) -> int:
    form = {"csrf": csrf(browser), "school_year": "2026", "extract": "payroll", **fields}
    answer = browser.post("/send", data=form, files={"files": (name, data)}, follow_redirects=False)
    return answer.status_code


def test_nobody_sees_anything(nobody: TestClient, root: Path) -> None:
    mine = newest(root, "0100", "payroll")
    for path in (
        "/",
        f"/receipt/{mine}/",
        f"/receipt/{mine}/returned.csv",
        "/sent/2026/payroll",
        f"/explain/{mine}",
        "/certify/2026",
        "/certification/2026",
    ):
        answer = nobody.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path
    for path in ("/send", "/sign-out", f"/explain/{mine}", "/certify/2026"):
        assert nobody.post(path, data={"csrf": ""}, follow_redirects=False).headers["location"] == "/sign-in"


def test_a_district_sees_its_own_only(root: Path, oak: TestClient, elm: TestClient) -> None:
    mine, theirs = newest(root, "0100", "payroll"), newest(root, "0200", "payroll")
    assert mine[:8] in oak.get("/").text
    assert theirs[:8] not in oak.get("/").text
    assert "Elm" not in oak.get("/").text
    assert oak.get(f"/receipt/{mine}/").status_code == 200
    assert elm.get(f"/receipt/{theirs}/").status_code == 200
    for other in (elm.get(f"/receipt/{mine}/"), oak.get(f"/receipt/{theirs}/"), oak.get("/receipt/none/")):
        assert other.status_code == 404
    for name in ("returned.csv", "receipt.json", "errors.csv"):
        assert oak.get(f"/receipt/{mine}/{name}").status_code == 200
        assert elm.get(f"/receipt/{mine}/{name}").status_code == 404
    assert elm.get(f"/explain/{mine}").status_code == 404
    form = {"csrf": csrf(elm), "rule_id": "PAY-026", "reply": "confirmed", "by": "X", "every": "yes"}
    assert elm.post(f"/explain/{mine}", data=form).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/receipt/{id}/..%2f..%2f..%2f..%2f..%2frung.toml",
        "/receipt/{id}/%2e%2e/receipt.html",
        "/receipt/{id}/receipt.html",
        "/receipt/..%2f..%2f0200%2f2026%2fpayroll%2fx/receipt.json",
        "/receipt/{id}%00/receipt.json",
        "/static/..%2f..%2f..%2f..%2frung.toml",
        "/static/%2e%2e/templates/home.html",
        "/sent/2026/..%2f..",
        "/sent/2026/evaluation%2f..%2fpayroll",
        "/certification/2025",
        "/certify/1999",
        "/docs",
        "/openapi.json",
    ],
)
def test_no_path_leads_elsewhere(root: Path, oak: TestClient, path: str) -> None:
    answer = oak.get(path.format(id=newest(root, "0100", "payroll")))
    assert answer.status_code == 404
    assert "synthetic" not in answer.text


def test_files_go_into_the_own_folder_under_safe_names(root: Path, oak: TestClient) -> None:
    """A form cannot name another district; names lose their folders; what was sent waits, and is read by an intake."""
    landing = root / "landing"
    before = {path for path in landing.rglob("*") if path.is_file()}
    name = "../../../0200/2026/payroll/nov <b>.csv"
    assert send(oak, name, PAYROLL, lea_id="0200", folder="0200/2026/payroll") == 303
    new = {path for path in landing.rglob("*") if path.is_file()} - before
    assert [str(path.relative_to(landing)) for path in new] == ["0100/2026/payroll/nov _b_.csv"]
    assert "nov _b_.csv" in oak.get("/").text
    assert oak.get("/sent/2026/payroll/progress").json() == {"done": False, "works": False}
    take_in(root)
    assert oak.get("/sent/2026/payroll/progress").json() == {"done": True, "works": False}
    assert newest(root, "0100", "payroll") in oak.get("/sent/2026/payroll").text


def test_what_is_refused_leaves_nothing(root: Path, oak: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted((root / "landing").rglob("*"))
    assert send(oak, "x.exe", b"MZ") == 400
    assert send(oak, "~$x.xlsx", b"x") == 400
    assert send(oak, "x.csv", b"x", school_year="1066") == 400
    assert send(oak, "x.csv", b"x", extract="../roster") == 400
    assert send(oak, "x.csv", b"x", csrf="wrong") == 403
    assert send(oak, "x.csv", b"x", csrf="é") == 403
    work = oak.app.state.page.work  # type: ignore[attr-defined]
    small_bound = work.settings.intake.model_copy(update={"max_file_bytes": 100_000})
    monkeypatch.setattr(
        oak.app.state.page, "work", type(work)(work.settings.model_copy(update={"intake": small_bound}))
    )  # type: ignore[attr-defined]
    assert send(oak, "x.csv", b"x" * 100_001) == 400
    half = b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + csrf(oak).encode() + b"\r\n"
    for field, value in (("school_year", b"2026"), ("extract", b"payroll")):
        half += b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (field.encode(), value)
    half += b'--b\r\nContent-Disposition: form-data; name="files"; filename="x.csv"\r\n\r\nhalf a fi'
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert oak.post("/send", content=half, headers=headers).status_code == 400
    assert oak.post("/send", content=b"nonsense", headers=headers).status_code == 400
    assert oak.post("/send", content=b"x", headers={"content-type": "text/csv"}).status_code == 400
    assert sorted((root / "landing").rglob("*")) == before


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\Users\\x\\pay.CSV", "pay.CSV"),
        ("/etc/pass.csv", "pass.csv"),
        ("..csv", None),
        (".csv", None),
        ("", None),
        ("a\0b\n.csv", "a_b_.csv"),
        ("=cmd|' /C calc'!A0.csv", "C calc__A0.csv"),
        ("Gehälter 2026.xlsx", "Gehälter 2026.xlsx"),
        ("x" * 400 + ".csv", "x" * 116 + ".csv"),
        ("ä" * 400 + ".csv", "ä" * 58 + ".csv"),
        ("pay.csv.exe", None),
        ("Thumbs.db", None),
    ],
)
def test_names(sent: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(Refused):
            safe_name(sent)
    else:
        assert safe_name(sent) == kept


def test_forms_of_other_sites_are_refused(oak: TestClient) -> None:
    form = {"csrf": csrf(oak)}
    for headers in ({"origin": "https://evil.test"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        assert oak.post("/sign-out", data=form, headers=headers).status_code == 403
    assert oak.post("/sign-out", data={"csrf": "x" * 43}).status_code == 403
    assert oak.get("/").status_code == 200


def test_every_answer_is_guarded(oak: TestClient, nobody: TestClient) -> None:
    for answer in (oak.get("/"), nobody.get("/sign-in"), oak.get("/none"), oak.get("/static/drop.css")):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "unsafe" not in answer.headers["content-security-policy"]


def test_a_token_is_kept_as_a_hash_and_ends(root: Path, nobody: TestClient) -> None:
    work = open_workspace(root / "rung.toml")
    first = make_token(work.ledger, "0200", NOW, keep=True)
    for path in root.rglob("*"):
        if path.is_file():
            assert first.encode() not in path.read_bytes(), path
    browser = TestClient(nobody.app, client=("127.0.0.1", 1))
    answer = browser.post("/sign-in", data={"token": f" {first} "}, follow_redirects=False)
    cookie = answer.headers["set-cookie"].lower()
    assert answer.status_code == 303
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "; secure" not in cookie
    assert browser.get("/").status_code == 200
    make_token(work.ledger, "0200", NOW)
    assert browser.get("/", follow_redirects=False).status_code == 303
    assert end_tokens(work.ledger, "0200", NOW) == 1
    https = TestClient(nobody.app, base_url="https://testserver", client=("127.0.0.1", 1))
    token = make_token(work.ledger, "0200", NOW)
    cookie = https.post("/sign-in", data={"token": token}, follow_redirects=False).headers["set-cookie"]
    assert cookie.startswith("__Host-rung=")
    assert "; Secure" in cookie


def test_sign_ins_are_braked_by_address(root: Path) -> None:
    browser = client_of(root, "192.0.2.7")
    token = make_token(open_workspace(root / "rung.toml").ledger, "0200", NOW, keep=True)
    answers = [browser.post("/sign-in", data={"token": "rung_guess"}).status_code for _ in range(SIGN_INS + 1)]
    assert answers == [403] * SIGN_INS + [429]
    assert browser.post("/sign-in", data={"token": token}).status_code == 429
    other = TestClient(browser.app, client=("192.0.2.8", 1))
    assert other.post("/sign-in", data={"token": token}).status_code == 200


def test_a_session_ends_by_itself_and_by_signing_out(root: Path) -> None:
    browser = signed_in(client_of(root), "0100")
    browser.post("/sign-out", data={"csrf": csrf(browser)})
    assert browser.get("/", follow_redirects=False).status_code == 303
    idle = signed_in(browser, "0100")
    sessions = idle.app.state.page.sessions  # type: ignore[attr-defined]
    at = sessions.clock()
    sessions.clock = lambda: at + 30 * 60 + 5
    assert idle.get("/", follow_redirects=False).status_code == 303


def test_the_proxys_user_counts_from_the_proxy_only(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "users.csv").write_text("user,lea_id\nann@oak.test,0100\nbo@elm.test,0200\n")
    monkeypatch.setenv("RUNG_WEB__USER_HEADER", "X-Remote-User")
    monkeypatch.setenv("RUNG_WEB__TRUSTED_PROXIES", '["10.0.0.0/30"]')
    monkeypatch.setenv("RUNG_WEB__USERS", "users.csv")
    proxied = client_of(root, "10.0.0.1")
    ann, bo = {"x-remote-user": "ann@oak.test"}, {"x-remote-user": "bo@elm.test"}
    assert "Oak (0100)" in proxied.get("/", headers=ann).text
    assert "Elm (0200)" in proxied.get("/", headers=bo).text
    assert proxied.get("/", headers={"x-remote-user": "eve@oak.test"}).status_code == 403
    assert proxied.get("/").status_code == 403
    assert (
        proxied.get("/", headers=[("x-remote-user", "ann@oak.test"), ("x-remote-user", "bo@elm.test")]).status_code
        == 403
    )
    assert proxied.post("/sign-in", data={"token": "x"}).status_code == 404
    direct = TestClient(proxied.app, client=("10.0.0.9", 1))
    assert direct.get("/", headers=ann).status_code == 403
    assert direct.get("/", headers={**ann, "x-forwarded-for": "10.0.0.1"}).status_code == 403
    (root / "users.csv").write_text("user,lea_id\nann@oak.test,0100\nann@oak.test,0200\n")
    with pytest.raises(RungError, match="twice"):
        client_of(root, "10.0.0.1")


def test_a_proxy_needs_addresses_and_users(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNG_WEB__USER_HEADER", "X-Remote-User")
    with pytest.raises(RungError, match="trusted_proxies"):
        open_workspace(root / "rung.toml")


def test_a_fault_quotes_nothing(
    oak: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("Ann Lee earns 300000")

    monkeypatch.setattr("rung.web.drop.views.history", fails)
    with caplog.at_level(logging.INFO):
        answer = oak.get("/")
    assert answer.status_code == 500
    assert "Ann" not in answer.text + caplog.text
    assert "unexpected ValueError" in caplog.text


def test_while_an_intake_works_the_page_asks_for_patience(
    root: Path, oak: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process holds the lake: here, another opening of the same lock."""
    monkeypatch.setattr("rung.web.drop.shared.PATIENCE", 0.0)
    form = {"csrf": csrf(oak), "rule_id": "PAY-026", "reply": "confirmed", "by": "X", "every": "yes"}
    with (root / "rung.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer = oak.post(f"/explain/{newest(root, '0100', 'payroll')}", data=form)
        assert is_held(open_workspace(root / "rung.toml").ledger)
    assert answer.status_code == 503
    assert "try again in a minute" in answer.text
    assert not is_held(open_workspace(root / "rung.toml").ledger)


def test_send_mend_explain_certify(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The steward's whole loop, without a terminal of theirs; no row of a person in the log."""
    small.write_state(tmp_path)
    take_in(tmp_path)
    oak = signed_in(client_of(tmp_path), "0100")
    with caplog.at_level(logging.INFO):
        assert send(oak, "november.csv", SPOILED) == 303
        take_in(tmp_path)
        first = newest(tmp_path, "0100", "payroll")
        page = oak.get(f"/receipt/{first}/").text
        assert "not money" in page
        assert "What you can do here" in page
        back = list(csv.DictReader(io.StringIO(oak.get(f"/receipt/{first}/returned.csv").content.decode("utf-8-sig"))))
        assert [row["amount"] for row in back] == ["not money"]
        back[0]["amount"] = "10.00"
        text = io.StringIO()
        writer = csv.DictWriter(text, back[0])
        writer.writeheader()
        writer.writerows(back)
        assert send(oak, "returned.csv", text.getvalue()) == 303
        work = take_in(tmp_path)
        second = newest(tmp_path, "0100", "payroll")
        (now,) = [
            s for s in work.ledger.in_force() if (s.lea_id, s.school_year, s.extract) == ("0100", 2026, "payroll")
        ]
        assert (now.submission_id, now.parent) == (second, first)
        assert f"mends {first[:8]}" in oak.get("/").text

        form = {"csrf": csrf(oak), "name": "R. Clerk", "role": "Superintendent"}
        shown = oak.post("/certify/2026", data=form).text
        assert "I sign this statement" in shown
        statement = (
            shown.split('name="statement" value="')[1].split('">')[0].replace("&#39;", "'").replace("&#34;", '"')
        )
        signing = {**form, "statement": statement, "signed": "yes"}
        assert "still need your answer" in oak.post("/certify/2026", data=signing).text

        reply = {"csrf": csrf(oak), "rule_id": "PAY-026", "reply": "explained", "by": "R. Clerk"}
        assert oak.post(f"/explain/{second}", data={**reply, "every": "yes"}).status_code == 400
        assert "Choose the rows" in oak.post(f"/explain/{second}", data=reply).text
        page = oak.get(f"/explain/{second}").text
        key = page.split('name="rows"')[1].split('value="')[1].split('"')[0]
        words = {"rows": key, "explanation": "A settlement of three years, paid at once."}
        assert oak.post(f"/explain/{second}", data={**reply, **words}).status_code == 200
        assert "A settlement of three years" in oak.get(f"/explain/{second}").text

        assert certificates(work.ledger) == {}
        assert "I sign this statement" in oak.post("/certify/2026", data={**signing, "statement": "Other words"}).text
        assert certificates(work.ledger) == {}
        assert "Certified by R. Clerk" in oak.post("/certify/2026", data=signing).text
        assert certificates(work.ledger)["0100", 2026].signature.role == "Superintendent"
        assert oak.get("/certification/2026").content.startswith(b"%PDF")
        assert "signed for already" in oak.post("/certify/2026", data=signing).text
    assert "web=upload lea=0100 year=2026 extract=payroll files=1" in caplog.text
    for word in ("300000", "0001001", "Clerk", "november", BAD):
        assert word not in "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("rung.web"))
