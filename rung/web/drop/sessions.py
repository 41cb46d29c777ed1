"""Who asks: sessions after a token, or the user that a trusted reverse proxy names; a brake on sign-ins.

Sessions live in memory and end with the process; of a session's id only the hash is kept.
"""

from __future__ import annotations

import csv
import hashlib
import io
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from starlette.requests import HTTPConnection

from rung.core.errors import RungError
from rung.core.settings import Web
from rung.lake.ledger import Ledger
from rung.lake.places import LocalPlace
from rung.lake.tokens import district_of_token, token_hash
from rung.lake.workspace import Workspace

SIGN_INS = 10  # failed ones of an address in a window
WINDOW = 15 * 60.0  # seconds
LONGEST_SESSION = 12 * 3600.0  # seconds after which one signs in again, however busy
MOST = 10_000  # sessions or addresses kept in mind


@dataclass
class Session:
    """A signed-in district. `csrf` stands in each of its forms. `user`: whom the proxy named; empty after a token."""

    lea_id: str
    csrf: str
    user: str
    token_sha256: str
    begun: float
    seen: float


@dataclass
class Sessions:
    """All sessions of the process."""

    idle: float
    clock: Callable[[], float] = time.monotonic
    _open: dict[str, Session] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, lea_id: str, *, token_sha256: str = "", user: str = "") -> str:
        """Open a session; returns its id, for the cookie. The session of a proxy's user needs none: its id is the
        user."""
        id_, now = user or secrets.token_urlsafe(32), self.clock()
        with self._lock:
            self._open = {k: s for k, s in self._open.items() if self._lives(s, now)}
            while len(self._open) >= MOST:
                del self._open[next(iter(self._open))]
            self._open[_hashed(id_)] = Session(lea_id, secrets.token_urlsafe(32), user, token_sha256, now, now)
        return id_

    def find(self, id_: str) -> Session | None:
        """The session that a cookie names, while it lives."""
        now = self.clock()
        with self._lock:
            found = self._open.get(_hashed(id_))
            if found is None or not self._lives(found, now):
                self._open.pop(_hashed(id_), None)
                return None
            found.seen = now
            return found

    def of_user(self, user: str, lea_id: str) -> Session:
        """The session of a user whom the proxy names with each request."""
        found = self.find(user)
        if found is None or found.lea_id != lea_id:
            found = self.find(self.begin(lea_id, user=user))
        assert found is not None, "it has just begun"
        return found

    def end(self, id_: str) -> None:
        """Forget a session."""
        with self._lock:
            self._open.pop(_hashed(id_), None)

    def _lives(self, session: Session, now: float) -> bool:
        return now - session.seen <= self.idle and now - session.begun <= LONGEST_SESSION


def _hashed(id_: str) -> str:
    return hashlib.sha256(id_.encode("utf-8", "replace")).hexdigest()


@dataclass
class Brake:
    """Refuses an address after `SIGN_INS` failed sign-ins within `WINDOW` seconds."""

    clock: Callable[[], float] = time.monotonic
    _failed: dict[str, list[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refuses(self, address: str) -> bool:
        """Whether an address must wait."""
        with self._lock:
            return len(self._recent(address)) >= SIGN_INS

    def note(self, address: str) -> None:
        """Note a failed sign-in."""
        with self._lock:
            while len(self._failed) >= MOST:
                del self._failed[next(iter(self._failed))]
            self._failed[address] = [*self._recent(address), self.clock()]

    def _recent(self, address: str) -> list[float]:
        return [at for at in self._failed.get(address, ()) if self.clock() - at <= WINDOW]


@dataclass(frozen=True)
class Peer:
    """Where a request comes from: the client's address, whether by https, the user that a trusted proxy names."""

    address: str
    https: bool
    user: str


def peer_of(request: HTTPConnection, web: Web) -> Peer:
    """Headers about the client count only where one of the configured proxies sent them."""
    peer = request.client.host if request.client else ""
    https = request.url.scheme == "https"
    if not _trusted(peer, web):
        return Peer(peer, https, "")
    forwarded = request.headers.get("x-forwarded-for", "").rsplit(",", 1)[-1].strip()
    https = https or request.headers.get("x-forwarded-proto", "").strip().lower() == "https"
    named = request.headers.getlist(web.user_header) if web.user_header else []
    return Peer(forwarded or peer, https, named[0].strip() if len(named) == 1 else "")


def _trusted(peer: str, web: Web) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in web.trusted_proxies)


def read_users(work: Workspace) -> Mapping[str, str]:
    """User → district, from the file that `web.users` names. Raises RungError for one that cannot be used."""
    named = work.settings.web.users
    if named is None:
        return {}
    try:
        text = LocalPlace(work.settings.root).read(named).decode("utf-8-sig")
    except FileNotFoundError:
        raise RungError(f"rung.toml: `web.users` names {named}, which is no file; make it") from None
    reader = csv.DictReader(io.StringIO(text))
    if not {"user", "lea_id"} <= set(reader.fieldnames or ()):
        raise RungError(f"{named}: needs the columns user and lea_id")
    users: dict[str, str] = {}
    for line, row in enumerate(reader, 2):
        user, lea_id = (row["user"] or "").strip(), (row["lea_id"] or "").strip()
        if not user or not lea_id or user in users:
            raise RungError(f"{named} line {line}: user or lea_id is empty, or the user stands there twice")
        users[user] = lea_id
    return users


def sign_in(ledger: Ledger, sessions: Sessions, token: str) -> str | None:
    """Open a session for a token; returns the session's id, None where the token is no one's."""
    sha256 = token_hash(token)
    lea_id = district_of_token(ledger, sha256)
    return None if lea_id is None else sessions.begin(lea_id, token_sha256=sha256)
