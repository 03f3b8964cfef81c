"""What a mail server asks about a token: whether whoever issued it knows it, and whose mailbox it opens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import parse_qs

import requests

DOVECOT = """
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {path}
}}
"""
OAUTH2 = """
introspection_url = {url}
introspection_mode = post
force_introspection = yes
username_attribute = mailbox
active_attribute = active
active_value = true
"""


@dataclass
class TokenCheck:
    """Answers by ``whose``, the issuer's page of the one who is signed in, and remembers what it was asked.

    ``opens`` names the mailbox of who opens another one than their own; ``refuse`` is how many more tokens it
    refuses, whatever the issuer says of them.
    """

    whose: str
    trusted: Path | None = None
    more: str = ""
    opens: dict[str, str] = field(default_factory=dict)
    refuse: int = 0
    asked: list[str] = field(default_factory=list)

    def answer(self, token: str) -> dict[str, str]:
        """What is known of ``token``, by RFC 7662."""
        self.asked.append(token)
        if self.refuse:
            self.refuse -= 1
            return {"active": "false"}
        signed = {"Authorization": f"Bearer {token}"}
        told = requests.get(self.whose, headers=signed, timeout=20, verify=str(self.trusted or "") or True)
        if not told.ok:
            return {"active": "false"}
        email = told.json()["email"]
        return {"active": "true", "mailbox": self.opens.get(email, email)}


@contextmanager
def token_check(whose: str, trusted: Path | None = None) -> Iterator[TokenCheck]:
    """Run it until the block ends; ``more`` is what Dovecot's configuration needs to ask it."""
    check = TokenCheck(whose, trusted)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            told = json.dumps(check.answer(parse_qs(body)["token"][0])).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *words: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with TemporaryDirectory(prefix="tokens") as name:  # pytest's folders do not let Dovecot's user in
        Path(name).chmod(0o755)
        path = Path(name) / "oauth2.conf"
        path.write_text(OAUTH2.format(url=f"http://127.0.0.1:{server.server_port}/"))
        check.more = DOVECOT.format(path=path)
        try:
            yield check
        finally:
            server.shutdown()
            server.server_close()
            thread.join(10)
