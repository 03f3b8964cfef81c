"""The mail server behind ``goodwill smtp-proxy``: the way there, and its answers in one line each."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from goodwill.errors import InputError

PATIENCE = 60.0
"""Seconds to wait for it."""
AFTER_DOT = 600.0
"""Seconds to wait for its answer to a mail: who gives up before sends it twice (RFC 5321, 4.5.3.2.6)."""
LONGEST = 480
"""Bytes of an answer: RFC 5321 allows 512 with its code and end."""
SUBMISSIONS = 465
"""The port at which encryption begins with the connection (RFC 8314)."""
SUBMISSION = 587
Tls = Literal["starttls", "implicit", "none"]


@dataclass(frozen=True, slots=True)
class Upstream:
    """The real server: where it is, how the way there is encrypted, and whom ``context`` trusts."""

    host: str
    port: int
    tls: Tls
    context: ssl.SSLContext | None = None

    def connect(self) -> smtplib.SMTP:
        """Greet it, encrypted; raises OSError or SMTPException."""
        context = self.context or ssl.create_default_context()
        if self.tls == "implicit":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=PATIENCE)
        if self.tls == "starttls":
            server.starttls(context=context)
        server.ehlo_or_helo_if_needed()
        return server

    def refusal(self, error: Exception) -> str:
        """What to answer where it cannot be reached, or has said no by this ``error``."""
        if isinstance(error, smtplib.SMTPResponseException):
            text = error.smtp_error
            return reply(error.smtp_code, text if isinstance(text, bytes) else str(text).encode())
        is_gone = isinstance(error, smtplib.SMTPServerDisconnected)
        if isinstance(error, smtplib.SMTPException) and not is_gone:
            return fitting(f"504 5.7.4 {self.host}:{self.port} does not do this: {_line(str(error))}")
        is_certificate = isinstance(error, ssl.SSLError)
        why = "its certificate is not accepted" if is_certificate else str(error) or type(error).__name__
        return fitting(f"451 4.4.1 {self.host}:{self.port} cannot be reached: {_line(why)}")

    def loss(self, error: Exception) -> str:
        """What to answer where it has fallen silent in the middle: nobody knows what it did last."""
        why = _line(str(error) or type(error).__name__)
        return fitting(f"421 4.4.2 {self.host}:{self.port} has broken off: {why}")


def upstream_of(server: str, tls: Tls | None) -> Upstream:
    """The server that ``HOST[:PORT]`` names; raises InputError for what names none."""
    host, colon, told = server.strip().rpartition(":")
    if not colon or told.endswith("]"):
        host, told = server.strip(), str(SUBMISSION)
    is_host = re.fullmatch(r"[^\s:/@\[\]]+|\[[0-9A-Fa-f:.]+\]", host) is not None
    if not is_host or not told.isdecimal() or not 0 < int(told) < 65_536:
        raise InputError(f"'{server}' names no mail server", "Write it as smtp.example.com:587")
    port = int(told)
    return Upstream(host.strip("[]"), port, tls or ("implicit" if port == SUBMISSIONS else "starttls"))


def login(real: smtplib.SMTP, name: bytes, password: bytes) -> tuple[int, bytes]:
    """Sign in with the very bytes that were said; returns the last answer.

    ``smtplib`` takes passwords of ASCII only, and tries a wrong one once for each mechanism.
    """
    known = str(real.esmtp_features.get("auth", "")).upper().split()
    if "PLAIN" in known:
        return real.docmd("AUTH", "PLAIN " + _base64(b"\0" + name + b"\0" + password))
    if "LOGIN" not in known:
        raise smtplib.SMTPNotSupportedError("it offers no sign-in that can be passed on")
    for said in (f"AUTH LOGIN {_base64(name)}", _base64(password)):
        code, text = real.docmd(said)
        if code != 334:
            break
    return code, text


def handed_on(real: smtplib.SMTP, raw: bytes) -> tuple[int, bytes]:
    """Hand on a mail, with patience; returns the answer."""
    assert real.sock is not None
    real.sock.settimeout(AFTER_DOT)
    try:
        return real.data(raw)
    finally:
        if real.sock is not None:
            real.sock.settimeout(PATIENCE)


def shut(real: smtplib.SMTP) -> None:
    """End a conversation from another thread than the one that may be waiting in it."""
    if real.sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(real.sock, socket.SHUT_RDWR)  # below TLS, which would want to say goodbye


def _base64(said: bytes) -> str:
    return b64encode(said).decode()


def understood(options: list[str], real: smtplib.SMTP) -> list[str]:
    """The options of MAIL that the real server understands too."""
    names = {"BODY": "8bitmime", "SMTPUTF8": "smtputf8"}
    return [
        one for one in options if (name := names.get(one.partition("=")[0].upper())) and real.has_extn(name)
    ]


def reply(code: int, text: bytes) -> str:
    """An answer of the real server in one line, whatever it has in it."""
    return fitting(f"{code} {_line(text.decode('utf-8', 'replace'))}")


def fitting(text: str, more: str = "") -> str:
    """One line of an answer, cut where it is too long; what is told ``more`` stays whole."""
    room = LONGEST - len(more.encode())
    plain = text.encode("ascii", "replace").decode()
    return (plain if len(plain) <= room else f"{plain[: room - 3]}...") + more


def _line(text: str) -> str:
    return " ".join(text.split())
