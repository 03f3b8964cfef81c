"""Stands before a server and spoils what it says, by chance: every refusal, and every way to break off."""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

import requests
from tls import HOP

STATUSES = (401, 403, 408, 409, 412, 423, 429, 500, 502, 503, 504, 509)
LOST = (400, 404, 410)
"""Said of a single message they mean that it is no more, which is no fault: there they are left out."""
CODES = (
    "", "rateLimitExceeded", "userRateLimitExceeded", "backendError", "ApplicationThrottled",
    "SyncStateNotFound", "ErrorInternalServerError", "RESOURCE_EXHAUSTED", "ErrorItemNotFound",
)  # fmt: skip
WAYS = ("refuse", "refuse", "refuse", "cut", "half", "slow", "no json", "html", "empty", "list")


@dataclass
class Faults:
    """How often an answer is spoilt (``rate``, from 0 to 1), and what was done so far."""

    rate: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    done: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    lock: Lock = field(default_factory=Lock)

    def way(self) -> str:
        """How this answer is to be spoilt; empty for not at all."""
        with self.lock:
            self.asked += 1
            way = self.chance.choice(WAYS) if self.chance.random() < self.rate else ""
            self.done[way] += 1
            return way

    def refusal(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Some status with some code, and now and then a time to wait."""
        single = re.search(r"/messages/(?!delta)[^/?]+", path) is not None
        with self.lock:
            status = self.chance.choice(STATUSES if single else STATUSES + LOST)
            code = self.chance.choice(CODES)
            wait = self.chance.choice(("", "", "1", "30", "soon", "-1", "Wed, 21 Oct 2015 07:28:00 GMT"))
        self.done[str(status)] += 1
        error = {"code": code or status, "status": code, "message": "spoilt", "errors": [{"reason": code}]}
        return status, {"Retry-After": wait} if wait else {}, json.dumps({"error": error}).encode()


@contextmanager
def spoilt(server: str, faults: Faults) -> Iterator[str]:
    """Answer for ``server`` on 127.0.0.1 until the block ends; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            way = faults.way()
            if way == "refuse":
                self._say(*faults.refusal(self.path))
            elif way == "cut":
                self.close_connection = True
            elif way in ("no json", "html", "empty", "list"):
                told = {"no json": b"{oops", "html": b"<html>sign in</html>", "empty": b"", "list": b"[]"}[
                    way
                ]
                self._say(200, {}, told)
            else:
                self._pass(body, way)

        def _pass(self, body: bytes, way: str) -> None:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
            told = requests.request(self.command, server + self.path, data=body, headers=headers, timeout=30)
            kept = {name: value for name, value in told.headers.items() if name.lower() not in HOP}
            content = told.content
            if way == "half":
                self._say(told.status_code, kept, content[: len(content) // 2], len(content) + 1)
                self.close_connection = True
            elif way == "slow":
                self._head(told.status_code, kept, len(content))
                for start in range(0, len(content), max(1, len(content) // 5)):
                    self.wfile.write(content[start : start + max(1, len(content) // 5)])
                    self.wfile.flush()
                    time.sleep(0.02)
            else:
                self._say(told.status_code, kept, content)

        def _say(self, status: int, headers: dict[str, str], body: bytes, length: int | None = None) -> None:
            self._head(status, headers, len(body) if length is None else length)
            self.wfile.write(body)

        def _head(self, status: int, headers: dict[str, str], length: int) -> None:
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(length)}).items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Nobody reads it."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Whoever is killed in the middle breaks off."""

    one = Server(("127.0.0.1", 0), Handler)
    thread = Thread(target=one.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{one.server_address[1]}"
    finally:
        one.shutdown()
        one.server_close()
        thread.join(10)
