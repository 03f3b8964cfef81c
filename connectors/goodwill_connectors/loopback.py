"""Waits on this machine for the browser to come back from a page of consent (RFC 8252, section 7.3)."""

from __future__ import annotations

import time
import webbrowser
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

PIECE = 20
"""Seconds after which somebody who connects and says nothing is left."""
LONGEST = 65_536
"""Bytes of a form that are read: a code is some thousand long."""


class _Server(ThreadingHTTPServer):
    """One thread for each who asks, so that a slow one holds up nobody; none outlives the program."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever breaks off is no concern of the owner's."""


class Loopback:
    """Listens on 127.0.0.1, at a port of the system's choice, while it is open (``with``).

    ``done`` is what the browser shows in the end.
    """

    def __init__(self, done: str) -> None:
        self._found: dict[str, str] = {}
        self._state = ""
        self._server = _Server(("127.0.0.1", 0), self._handler(done))

    def __enter__(self) -> Loopback:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.server_close()

    @property
    def address(self) -> str:
        """Where the page of consent is to end; ``localhost`` is the name that providers accept."""
        return f"http://localhost:{self._server.server_port}"

    def wait(self, state: str, seconds: float) -> Mapping[str, str]:
        """What the browser brings for the sign-in called ``state``; empty if it does not come in time.

        Whatever else asks at the port (another page, another program) is answered and left out.
        """
        self._state = state
        end = time.monotonic() + seconds
        while not self._found and time.monotonic() < end:
            self._server.timeout = 0.2
            self._server.handle_request()
        return self._found

    def _handler(self, done: str) -> type[BaseHTTPRequestHandler]:
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            timeout = PIECE

            def do_GET(self) -> None:
                self._answer(query_of(self.path))

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "0")
                size = int(length) if length.isdecimal() and len(length) < 9 else 0
                self._answer(query_of("?" + self.rfile.read(min(size, LONGEST)).decode("utf-8", "replace")))

            def _answer(self, brought: Mapping[str, str]) -> None:
                told = loopback._take(brought)
                self.send_response(200 if told else 404)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.end_headers()
                self.wfile.write(done.encode() if told else b"")

            def log_message(self, format: str, *args: object) -> None:
                """The address holds a secret: it is written nowhere."""

        return Handler

    def _take(self, brought: Mapping[str, str]) -> bool:
        if brought.get("state") != self._state or not brought.keys() & {"code", "error"}:
            return False
        self._found = dict(brought)
        return True


def has_browser() -> bool:
    """Whether this machine has a browser to open a page in."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def query_of(address: str) -> dict[str, str]:
    """The parameters of an address; empty if it is none."""
    try:
        return {name: values[0] for name, values in parse_qs(urlsplit(address.strip()).query).items()}
    except ValueError:
        return {}
