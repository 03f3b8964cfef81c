"""One connection to an IMAP server: opened when needed, again where it was cut; errors in one sentence."""

from __future__ import annotations

import logging
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any, Literal, TypeVar

from imapclient import SocketTimeout
from imapclient.exceptions import (
    CapabilityError,
    IMAPClientAbortError,
    IMAPClientError,
    LoginError,
    ProtocolError,
)

from goodwill.errors import AccountError, GoodwillError, SignInError, Unavailable
from goodwill_connectors.certificates import distrusted
from goodwill_connectors.imap_login import Login
from goodwill_connectors.imap_wire import Client, Endless

T = TypeVar("T")
Tls = Literal["implicit", "starttls", "none"]
TRIES = 4
"""How often something is asked that a cut connection leaves without an answer."""
PAUSE = 60.0
"""Seconds for which a server that cannot be reached is left alone."""
RENEWED, SLICE = 540.0, 2.0
"""Seconds after which the server is told that we still listen (it may forget us after 30 minutes, and what
stands between us sooner), and for which nobody looks whether that is still wanted."""
TIMEOUT = SocketTimeout(connect=15, read=60)
LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
_LOST = (IMAPClientAbortError, OSError)
_PASSING = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]")
"""Why a server lets nobody in for the time being (RFC 5530), whatever the password."""
# IMAPClient writes whole conversations to its log, and a password may be in them.
logging.getLogger("imapclient").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Server:
    """Where a mailbox lies and how the line is encrypted; ``certificate`` (PEM) is trusted too."""

    host: str
    port: int
    tls: Tls = "implicit"
    certificate: str = ""

    @property
    def shown(self) -> str:
        """Host and port as the user knows them."""
        return f"{self.host}:{self.port}"


class Refused(GoodwillError):
    """What the server says no to, though the line is well."""


class Changed(GoodwillError):
    """A folder that is another one than it was before the line was cut."""


class Line:
    """Asks a server, signed in by ``login``; folders are opened for reading only.

    ``sleep`` is in seconds.
    """

    def __init__(self, server: Server, login: Login, sleep: Callable[[float], None] = time.sleep) -> None:
        self._server = server
        self._login = login
        self._sleep = sleep
        self._client: Any = None
        self._folder = ""
        self._validity: int | None = None

    def ask(self, command: Callable[[Any], T]) -> T:
        """Return what ``command`` gets from the client; it may be called again on a new connection.

        Raises Refused for a no, Unavailable where nobody answers, SignInError and AccountError.
        """
        for attempt in range(1, TRIES + 1):
            try:
                return command(self._opened())
            except (CapabilityError, IMAPClientError) as error:
                if isinstance(error, ProtocolError):
                    raise self._senseless() from None
                if not isinstance(error, IMAPClientAbortError):
                    raise Refused(_sentence(self._server, error)) from None
                self._lost(attempt, error)
            except OSError as error:
                self._lost(attempt, error)
            except (ValueError, LookupError, TypeError, AttributeError):
                raise self._senseless() from None
        raise AssertionError("a line that is lost for good raises")

    def examine(self, folder: str) -> dict[bytes, int]:
        """Open ``folder`` for reading, and return the numbers the server says of it. Raises as ``ask``."""
        self._folder, self._validity = "", None
        told = self.ask(lambda client: _numbers(client.select_folder(folder, readonly=True)))
        self._folder, self._validity = folder, told.get(b"UIDVALIDITY")
        return told

    def status(self, folder: str, what: Sequence[bytes]) -> dict[bytes, int]:
        """Return what the server says of a folder without opening it. Raises as ``ask``."""
        return self.ask(lambda client: _numbers(client.folder_status(folder, what)))

    def search(self, first: int, last: int) -> list[int]:
        """Return the UIDs of the mails in these places (from 1) of the open folder. Raises as ``ask``."""
        return self.ask(lambda client: [int(uid) for uid in client.search(f"{first}:{last}")])

    def fetch(self, uids: Sequence[int], what: Sequence[str]) -> dict[int, Mapping[bytes, Any]]:
        """Return what is asked for of each of the mails that are still there. Raises as ``ask``."""
        return self.ask(lambda client: dict(client.fetch(uids, what)))

    def listen(self, folder: str, end: Event, news: Callable[[], None]) -> bool:
        """Call ``news`` when the server tells of mail in ``folder``, until ``end`` is set (RFC 2177).

        Returns False at once where the server does not do that. Raises as ``ask``.
        """
        try:
            client = self._opened()
            if not client.has_capability("IDLE"):
                return False
            client.select_folder(folder, readonly=True)
            news()  # what came in before anybody listened
            while not end.is_set():
                client.begin()
                client.idle()
                _hear(client, end, news)
                if _tells_of_mail(client.idle_done()[1]):
                    news()
            return True
        except (IMAPClientError, OSError) as error:
            self._drop()
            raise Unavailable(_sentence(self._server, error), time.time() + PAUSE) from None

    def close(self) -> None:
        """Say good-bye, if there is anybody to hear it."""
        client, self._client = self._client, None
        self._folder = ""
        if client is None:
            return
        try:
            client.logout()
        except (IMAPClientError, OSError):
            _drop(client)

    def _opened(self) -> Any:
        if self._client is None:
            self._client = connected(self._server, self._login)
            if self._folder:
                told = self._client.select_folder(self._folder, readonly=True)
                if told.get(b"UIDVALIDITY") != self._validity:
                    raise Changed(f"{self._folder}: has changed while it was read")
        self._client.begin()
        return self._client

    def _drop(self) -> None:
        client, self._client = self._client, None
        _drop(client)

    def _senseless(self) -> Refused:
        self._drop()  # nobody knows where its answer ends
        return Refused(f"{self._server.shown} says what makes no sense")

    def _lost(self, attempt: int, error: Exception) -> None:
        self._drop()
        if attempt == TRIES or isinstance(error, Endless):
            raise Unavailable(_sentence(self._server, error), time.time() + PAUSE) from None
        self._sleep(2.0 ** (attempt - 1))


def connected(server: Server, login: Login) -> Any:
    """Return a client that is signed in.

    Raises SignInError where the server lets nobody in so, AccountError where its certificate is not to be
    trusted, and what the network raises.
    """
    if server.tls == "none" and server.host not in LOOPBACK:
        raise AccountError(
            f"{server.shown}: without encryption anybody on the way could read your password",
            "Connect it again with --tls implicit or --tls starttls",
        )
    context = ssl.create_default_context()
    client = None
    try:
        if server.certificate:
            context.load_verify_locations(cadata=server.certificate)
        client = Client(
            server.host,
            server.port,
            ssl=server.tls == "implicit",
            ssl_context=context if server.tls == "implicit" else None,
            timeout=TIMEOUT,
        )
        client.normalise_times = False
        if server.tls == "starttls":
            client.starttls(context)
        login(client)
    except ssl.SSLCertVerificationError as error:
        _drop(client)
        raise AccountError(*distrusted(server.shown, error)) from None
    except LoginError as error:
        _drop(client)
        if isinstance(error.__context__, IMAPClientAbortError):  # a cut in the middle is no refusal
            raise error.__context__ from None
        if _PASSING.search(_said(error)):
            raise IMAPClientAbortError(*error.args) from None
        raise SignInError(
            f"{server.shown} does not let {login.user} in: {_said(error)}", login.remedy
        ) from None
    except CapabilityError:
        _drop(client)
        raise AccountError(
            f"{server.shown} does not encrypt on this port", "Try --tls implicit, or another port"
        ) from None
    except IMAPClientError as error:  # instead of a greeting, or of encryption, it says good-bye
        _drop(client)
        raise IMAPClientAbortError(*error.args) from None
    except ssl.SSLEOFError:
        _drop(client)
        raise
    except ssl.SSLError as error:
        _drop(client)
        raise AccountError(
            f"{server.shown} does not speak TLS on this port as it should ({error.reason})",
            "Try --tls starttls, or another port",
        ) from None
    except BaseException:
        _drop(client)
        raise
    return client


def _hear(client: Any, end: Event, news: Callable[[], None]) -> None:
    """Wait for what the server tells, for as long as it may be left without a word of ours."""
    over = time.monotonic() + RENEWED
    while not end.is_set() and time.monotonic() < over:
        begun = time.monotonic()
        told = client.idle_check(timeout=SLICE)
        if not told and time.monotonic() - begun < SLICE / 2:
            raise ConnectionResetError  # the client takes the end of the line for silence
        if _tells_of_mail(told):
            news()


def _tells_of_mail(told: Sequence[Any]) -> bool:
    return any(len(one) > 1 and one[1] == b"EXISTS" for one in told)


def _numbers(told: Mapping[bytes, Any]) -> dict[bytes, int]:
    return {key: value for key, value in told.items() if isinstance(value, int)}


def _drop(client: Any) -> None:
    if client is not None:
        try:
            client.shutdown()
        except (IMAPClientError, OSError):
            return  # it was cut already


def _sentence(server: Server, error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return f"{server.host}: there is no server of this name, or no network"
    if isinstance(error, ConnectionRefusedError):
        return f"{server.shown}: nobody listens there"
    if isinstance(error, TimeoutError):
        return f"{server.shown} does not answer"
    if isinstance(error, Endless):
        return f"{server.shown} does not come to an end with its answer"
    if isinstance(error, _LOST):
        return f"{server.shown} has cut the connection"
    return f"{server.shown} says no: {_said(error)}"


def _said(error: Exception) -> str:
    """What the server said, in one line."""
    first = error.args[0] if error.args else ""
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    text = text[2:-1] if text[:2] in ("b'", 'b"') else text  # the client shows bytes as Python writes them
    return " ".join(text.split())[:200].rstrip(".") or "it gives no reason"
