"""A client of the Ed-Fi ODS/API: OAuth client credentials, paging, change versions, deletes, retries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

import httpx

from rung.core.errors import RungError

PAGE = 500
TRIES = 5
SECONDS = 60.0
LONGEST_WAIT = 60.0
BUSY = frozenset({429, 500, 502, 503, 504})


class EdfiApi:
    """One API under one key. Raises RungError, naming address and status and nothing of what was sent or received."""

    def __init__(self, url: str, key: str, secret: str, wait: Callable[[float], None] = time.sleep) -> None:
        self._client = httpx.Client(timeout=SECONDS, follow_redirects=True)
        self._login = (key, secret)
        self._wait = wait
        self._token: str | None = None
        about = self._json(url.rstrip("/") + "/", with_token=False)
        urls = about.get("urls", {}) if isinstance(about, dict) else {}
        try:
            self._oauth, self._data = str(urls["oauth"]), str(urls["dataManagementApi"]).rstrip("/")
        except KeyError as error:
            raise RungError(f"{url}: does not say its address of {error}; is `edfi.url` the root of an API?") from None
        changes = urls.get("changeQueries")
        self._changes = str(changes).rstrip("/") if changes else None

    def __enter__(self) -> EdfiApi:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._client.close()

    def newest_version(self) -> int | None:
        """The newest change version; None where the API has no change queries."""
        if self._changes is None:
            return None
        body = self._json(f"{self._changes}/availableChangeVersions")
        return int(body.get("newestChangeVersion", body.get("NewestChangeVersion")))

    def records(self, resource: str, since: int | None, until: int | None) -> Iterator[dict[str, Any]]:
        """The records of a resource (`ed-fi/staffs`), of those changed after `since` through `until` where given."""
        yield from self._pages(f"{self._data}/{resource}", since, until)

    def deleted(self, resource: str, since: int, until: int) -> Iterator[str]:
        """Ids of the records of a resource that were deleted after `since` through `until`."""
        for each in self._pages(f"{self._data}/{resource}/deletes", since, until):
            yield str(each["id"])

    def _pages(self, address: str, since: int | None, until: int | None) -> Iterator[dict[str, Any]]:
        bounds: dict[str, int] = {}
        if since is not None:
            bounds["minChangeVersion"] = since + 1
        if until is not None:
            bounds["maxChangeVersion"] = until
        offset = 0
        while True:
            page = self._json(address, {**bounds, "offset": offset, "limit": PAGE})
            if not isinstance(page, list):
                raise RungError(f"{address}: the answer is no list; is this an Ed-Fi API?")
            yield from page
            if len(page) < PAGE:
                return
            offset += PAGE

    def _json(self, address: str, query: dict[str, int] | None = None, *, with_token: bool = True) -> Any:
        answer = self._get(address, query, with_token=with_token)
        if answer.status_code == 401 and with_token:  # a token lives half an hour; a long pull outlives it
            self._token = None
            answer = self._get(address, query, with_token=True)
        if answer.status_code != 200:
            mend = "check key, secret and the claim set" if answer.status_code in (401, 403) else "try again later"
            raise RungError(f"{address}: answered {answer.status_code}; {mend}")
        try:
            return answer.json()
        except ValueError:
            raise RungError(f"{address}: the answer is no JSON; is this an Ed-Fi API?") from None

    def _get(self, address: str, query: dict[str, int] | None, *, with_token: bool) -> httpx.Response:
        headers = {"Accept": "application/json"}
        if with_token:
            headers["Authorization"] = f"Bearer {self._token or self._sign_in()}"
        return self._patiently(address, lambda: self._client.get(address, params=query, headers=headers))

    def _sign_in(self) -> str:
        form = {"grant_type": "client_credentials"}
        answer = self._patiently(
            self._oauth, lambda: self._client.post(self._oauth, data=form, auth=httpx.BasicAuth(*self._login))
        )
        if answer.status_code != 200:
            raise RungError(f"{self._oauth}: answered {answer.status_code}; check RUNG_EDFI__KEYS")
        self._token = str(answer.json()["access_token"])
        return self._token

    def _patiently(self, address: str, ask: Callable[[], httpx.Response]) -> httpx.Response:
        """Ask again, later and later, while the server is busy or does not answer."""
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                answer = ask()
            except httpx.TransportError as error:
                if last:
                    raise RungError(f"{address}: no answer ({type(error).__name__}); try again later") from None
                self._wait(2.0**attempt)
                continue
            if answer.status_code not in BUSY or last:
                return answer
            wait = answer.headers.get("Retry-After", "")
            self._wait(min(float(wait), LONGEST_WAIT) if wait.isdecimal() else 2.0**attempt)
        raise AssertionError("the last attempt returns or raises")
