"""Sends a digest over the owner's own mail server, once: what a lost connection means, depends on when."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Timer

from goodwill.errors import Uncertain, Unsent
from goodwill.upstream import Upstream, handed_on, login, shut

ACCEPTED = 235
REMEDY = "Check [smtp] in the configuration"


@dataclass(frozen=True, slots=True)
class Smtp:
    """The server, and as whom to sign in there (nobody: without).

    ``patience`` are the seconds that it may take for a mail in all: somebody may wait at a terminal.
    """

    upstream: Upstream
    address: str
    user: str
    password: str
    patience: float = 120.0

    def send(self, raw: bytes) -> None:
        """As ``plugin.Sender.send``: from ``address`` to itself."""
        where = f"{self.upstream.host}:{self.upstream.port}"
        try:
            real = self.upstream.connect()
        except ssl.SSLError:
            raise Unsent(f"{where}: its certificate is not accepted", REMEDY) from None
        except (OSError, smtplib.SMTPException) as error:
            raise Unsent(f"{where} cannot be reached: {_plain(error)}", REMEDY) from None
        timer = Timer(self.patience, shut, (real,))
        timer.daemon = True
        timer.start()
        with ExitStack() as ended:
            ended.callback(_leave, real)
            ended.callback(timer.cancel)
            self._address(real, where)
            try:
                code, text = handed_on(real, raw)
            except smtplib.SMTPDataError as error:
                code, text = error.smtp_code, _said(error.smtp_error).encode()
            except (OSError, smtplib.SMTPException) as error:
                raise Uncertain(f"{where} broke off while it took the mail: {_plain(error)}") from None
        if not 200 <= code < 300:
            raise Unsent(f"{where} refuses the mail: {code} {_said(text)}", REMEDY)

    def _address(self, real: smtplib.SMTP, where: str) -> None:
        """Sign in, and say from whom and to whom; nothing has gone by then."""
        try:
            if self.user:
                code, _ = login(real, self.user.encode(), self.password.encode())
                if code != ACCEPTED:
                    remedy = "Give it again: goodwill digest --secret smtp"
                    raise Unsent(f"{where} does not accept the password ({code})", remedy)
            for code, text in (real.mail(self.address), real.rcpt(self.address)):
                if not 200 <= code < 300:
                    raise Unsent(f"{where} takes no mail for {self.address}: {code} {_said(text)}", REMEDY)
        except (OSError, smtplib.SMTPException) as error:
            raise Unsent(f"{where} broke off: {_plain(error)}", REMEDY) from None


def _leave(real: smtplib.SMTP) -> None:
    """Say good-bye; what the server thinks of that changes nothing any more."""
    try:
        real.quit()
    except (OSError, smtplib.SMTPException):
        real.close()


def _said(text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return " ".join(said.split())[:200].rstrip(".")


def _plain(error: Exception) -> str:
    return _said(str(error) or type(error).__name__)
