"""The notification bridge: an HTTP address that a bucket's notifications are sent to (EventBridge API destination,
MinIO, Ceph or SeaweedFS webhook).

A notification is a hint to look now: its body is read and thrown away, so a forged or repeated one starts at most one
look. Polling goes on beside it, so a lost one is caught at the next look.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from rung.core.errors import RungError

LARGEST = 1024 * 1024
TOKEN = "RUNG_NOTIFY_TOKEN"


@contextmanager
def listen(address: str | None, wake: Event) -> Iterator[str | None]:
    """Listen at `host:port` while the context lasts and set `wake` at each notification; None listens nowhere.

    Yields the address taken. Raises RungError for a wrong address, or an open one without a token.
    """
    if address is None:
        yield None
        return
    host, _, port = address.rpartition(":")
    token = os.environ.get(TOKEN, "")
    if not host or not port.isdecimal():
        raise RungError(f"--listen {address}: say host:port, for example 127.0.0.1:8900")
    if host not in ("127.0.0.1", "localhost") and len(token) < 16:
        raise RungError(f"--listen {address} is open to others: set {TOKEN} to a secret of 16 characters or more")
    try:
        server = ThreadingHTTPServer((host, int(port)), _handler(wake, token))
    except OSError as error:
        raise RungError(f"--listen {address}: {error.strerror}") from None
    thread = Thread(target=server.serve_forever, name="rung-listen", daemon=True)
    thread.start()
    try:
        yield f"{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(wake: Event, token: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            size = self.headers.get("Content-Length", "")
            if not size.isdecimal() or int(size) > LARGEST:
                self._answer(413)
                return
            self.rfile.read(int(size))
            if token and not hmac.compare_digest(self.headers.get("X-Rung-Token", ""), token):
                self._answer(403)
                return
            wake.set()
            self._answer(202)

        def do_GET(self) -> None:
            self._answer(200)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: an object's key may hold what should not stand in a log."""

    return Handler
