"""A mail server on this machine (aiosmtpd): it keeps what arrives, wants STARTTLS and a sign-in."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult, LoginPassword
from ports import free_port
from tls import certificate

LOGIN, PASSWORD = "me@home.example", "correct horse"


@dataclass
class PostOffice:
    """What arrived (from, to, bytes), and how it refuses: ``refuses`` are recipients that nobody is."""

    port: int
    trusted: Path
    arrived: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    full: bool = False
    slow: float = 0.0
    slow_sign_in: float = 0.0
    password: str = PASSWORD
    drops: str = ""
    proxy: int = 0
    logins: list[tuple[str, str]] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address == self.drops:
            server.transport.close()
        if address in self.refuses:
            return "550 5.1.1 nobody is called so here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.slow)
        if self.full:
            return "452 4.3.1 no room just now"
        self.arrived.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        return "250 2.0.0 taken"

    async def handle_AUTH(self, server: Any, session: Any, envelope: Any, args: list[str]) -> Any:
        await asyncio.sleep(self.slow_sign_in)
        return MISSING  # the sign-in goes on as ever

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=self.logins[-1] == (LOGIN, self.password), handled=False)

    @property
    def mails(self) -> list[Message]:
        return [message_from_bytes(raw) for _, _, raw in self.arrived]


class Lenient(SMTP):
    """Takes lines of any length, as most servers do."""

    line_length_limit = 2**20


class Counter(Controller):
    """Where mail is handed in."""

    def factory(self) -> SMTP:
        return Lenient(self.handler, **self.SMTP_kwargs)


@contextmanager
def post_office(folder: Path, secure: bool = True) -> Iterator[PostOffice]:
    """Run it until the block ends; where it is not ``secure`` it takes mail from anybody in the clear."""
    cert, key = certificate(folder)
    one = PostOffice(free_port(), cert)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    strict = {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": one.authenticate,
        "auth_required": True,
    }
    controller = Counter(one, hostname="127.0.0.1", port=one.port, **(strict if secure else {}))
    controller.start()
    try:
        yield one
    finally:
        controller.stop()
