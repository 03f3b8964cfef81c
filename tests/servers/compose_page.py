"""A page of ours, served under Gmail's name on this machine, that behaves as Gmail's compose does."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tls import certificate

PAGES = Path(__file__).resolve().parent / "compose_page"
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
# Strict: no script from elsewhere, and no text that becomes markup but by the policy that InboxSDK names.
POLICY = (
    "default-src 'self'; require-trusted-types-for 'script'; trusted-types inboxSdk__removeHtmlTagsPolicy"
)


@dataclass
class ComposePage:
    """Where the page is served; what was sent from it, and for what else it was asked."""

    port: int
    sent: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def has(self, draft: str) -> bool:
        return any(mail["draft"] == draft for mail in self.sent)


@contextmanager
def compose_page(folder: Path, page: str = "index.html") -> Iterator[ComposePage]:
    """Serve ``page`` over HTTPS with a certificate of its own until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            one.asked.append(path)
            found = PAGES / (page if path == "/mail/u/0/" else path.strip("/"))
            if not found.is_file():
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", f"{KINDS[found.suffix]}; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(found.read_bytes())

        def do_POST(self) -> None:
            one.asked.append(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == "/sent":
                one.sent.append(json.loads(body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    one = ComposePage(server.server_port)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
