"""``goodwill smtp-proxy``: an SMTP server on this machine that looks at each mail, and hands it on.

Who signs in here signs in there: the password is passed on at once, and not kept. Between here and the real
server everything is encrypted, unless the owner says otherwise. What is held back is refused with 554 5.7.1
(RFC 3463), its reason, and a link that lets it go once.
"""

from __future__ import annotations

import asyncio
import logging
import smtplib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, AnyStr, TypeVar
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from goodwill.clock import Clock
from goodwill.counter import Counter
from goodwill.errors import GoodwillError, StoreError
from goodwill.outgoing import with_hidden, without_leave
from goodwill.passes import Passes
from goodwill.upstream import AFTER_DOT, Upstream, fitting, handed_on, login, reply, shut, understood

T = TypeVar("T")
LARGEST = 50 * 1024 * 1024
AT_ONCE = 256
"""Conversations with the real server that wait for it at the same time."""

_log = logging.getLogger("goodwill.proxy")


class Holder:
    """Decides which mail is held back. ``door`` is the address of the link while there is one, else ""."""

    def __init__(self, counter: Counter, passes: Passes, clock: Clock, door: Callable[[], str]) -> None:
        self._counter = counter
        self._passes = passes
        self._clock = clock
        self._door = door

    def held(self, raw: bytes, to: list[str]) -> tuple[str, str]:
        """Why a mail is held back, as an answer ("": it is not), and the check whose leave it takes to go."""
        try:
            told = self._counter.check(self._counter.read(with_hidden(raw, to)), self._clock.moment())
        except GoodwillError as error:
            _log.warning("a mail goes unchecked: %s", error.what)
            return "", ""
        except Exception as error:  # whatever is wrong here, the mail is more important
            _log.error("a mail goes unchecked: this should not have happened", exc_info=error)
            return "", ""
        if told["verdict"] == "clear":
            return "", ""
        warned = [one for one in told["recipients"] if one["verdict"] != "clear"]
        names = ", ".join(one["person"] for one in warned[:3])
        why = f"554 5.7.1 Goodwill holds this back. {names}: {warned[0]['reasons'][0]['text']}."
        try:
            if self._passes.take(told["check"], self._now()):
                return "", told["check"]
            way = self._way(told["check"])
        except StoreError as error:
            _log.error("no link can be given: %s", error)
            way = "with a header X-Goodwill: send"
        return fitting(why, f" Send it all the same: {way}"), ""

    def give_back(self, check: str) -> None:
        """The mail that ``check`` names has not gone: its leave still holds."""
        try:
            self._passes.give_back(check, self._now())
        except StoreError as error:
            _log.error("leave is lost: %s", error)

    def _way(self, check: str) -> str:
        door = self._door()
        if not door:
            return "with a header X-Goodwill: send"
        return f"{door}/once/{self._passes.offer(check, self._now())}"

    def _now(self) -> int:
        return int(self._clock.now())


class Proxy:
    """What the connections have in common.

    ``busy`` is how many mails are on their way, ``waiting`` how many threads are with the real server.
    """

    def __init__(self, upstream: Upstream, holder: Holder) -> None:
        self.upstream = upstream
        self.holder = holder
        self.busy = self.waiting = 0
        self.passages: WeakSet[Passage] = WeakSet()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="proxy")

    def server(self) -> SMTP:
        """The protocol of one connection."""
        return Connection(Passage(self))

    async def in_thread(self, task: Callable[[], T]) -> T:
        """What comes of a ``task`` that waits for the real server, while others are answered."""
        done = asyncio.get_running_loop().run_in_executor(self._pool, self._counted, task)
        return await done

    def _counted(self, task: Callable[[], T]) -> T:
        with self._lock:
            self.waiting += 1
        try:
            return task()
        finally:
            with self._lock:
                self.waiting -= 1

    def later(self, task: Callable[[], object]) -> None:
        """Do something for which nobody waits."""
        with suppress(RuntimeError):  # everything is at its end
            self._pool.submit(task)

    def end(self) -> None:
        """Break off every conversation that goes on, so that no thread waits for one."""
        for one in list(self.passages):
            one.close()
        self._pool.shutdown(wait=False, cancel_futures=True)


class Passage:
    """The handler of one connection (see aiosmtpd), and its conversation with the real server.

    A conversation that breaks off takes with it whom the real server had accepted as recipients, and who had
    signed in: the mail program is told 421, and that ends its connection.
    """

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._real: smtplib.SMTP | None = None
        self._begun: Envelope | None = None
        self._is_closed = False
        self._lock = threading.Lock()

    async def sign_in(self, said: LoginPassword) -> AuthResult:
        """Sign in to the real server with what was said here."""
        refused = await self._proxy.in_thread(lambda: self._sign_in(said))
        return AuthResult(success=not refused, handled=False, message=refused or None)

    def _sign_in(self, said: LoginPassword) -> str:
        answer = self._speaking(lambda real: reply(*login(real, said.login, said.password)))
        return "" if answer.startswith("2") else answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Ask the real server whether it takes a recipient; returns its answer."""
        answer = await self._proxy.in_thread(lambda: self._recipient(envelope, address))
        if answer.startswith("25"):
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Look at the mail, then hand it on; returns the answer of whoever decides."""
        self._proxy.busy += 1
        try:
            return await self._proxy.in_thread(lambda: self._data(envelope))
        finally:
            self._proxy.busy -= 1

    def _recipient(self, envelope: Envelope, address: str) -> str:
        def ask(real: smtplib.SMTP) -> str:
            if self._begun is not envelope:
                real.rset()
                code, text = real.mail(envelope.mail_from or "", understood(envelope.mail_options, real))
                if code != 250:
                    return reply(code, text)
                self._begun = envelope
            return reply(*real.rcpt(address))

        return self._speaking(ask)

    def _data(self, envelope: Envelope) -> str:
        raw, allowed = without_leave(bytes(envelope.original_content or b""))
        holder = self._proxy.holder
        held, leave = ("", "") if allowed else holder.held(raw, envelope.rcpt_tos)

        def ask(real: smtplib.SMTP) -> str:
            self._begun = None
            if held:
                real.rset()
                return held
            return reply(*handed_on(real, raw))

        answer = self._speaking(ask)
        if leave and not answer.startswith("25"):
            holder.give_back(leave)
        return answer

    def _speaking(self, ask: Callable[[smtplib.SMTP], str]) -> str:
        """What comes of asking the real server something, whatever it does."""
        upstream = self._proxy.upstream
        if self._real is None:
            try:
                self._connect()
            except (OSError, smtplib.SMTPException) as error:
                return upstream.refusal(error)
        assert self._real is not None
        try:
            answer = ask(self._real)
        except UnicodeError:
            return "553 5.6.7 The server does not take addresses of such letters"
        except smtplib.SMTPServerDisconnected as error:
            return self._broken(error)
        except smtplib.SMTPException as error:  # it is still there, and has said no
            return upstream.refusal(error)
        except (OSError, ValueError, AttributeError) as error:  # the latter of a socket shut from elsewhere
            return self._broken(error)
        if answer.startswith("421"):
            self._hang_up()
        return answer

    def _broken(self, error: Exception) -> str:
        self._hang_up()
        return self._proxy.upstream.loss(error)

    def _connect(self) -> None:
        real = self._proxy.upstream.connect()
        with self._lock:
            if self._is_closed:  # nobody waits for it any more
                real.close()
            self._real = real
            self._proxy.passages.add(self)

    def _hang_up(self) -> None:
        real, self._real, self._begun = self._real, None, None
        if real is not None:
            real.close()

    def close(self) -> None:
        """The mail program has gone: end what a thread waits for, without waiting for that thread."""
        with self._lock:
            self._is_closed = True
            real = self._real
        if real is not None:
            shut(real)
            self._proxy.later(real.close)


class Connection(SMTP):
    """One connection of a mail program; its sign-in needs no encryption: it stays on this machine."""

    line_length_limit = LARGEST  # programs write longer lines than RFC 5321 allows, and servers take them

    def __init__(self, passage: Passage) -> None:
        super().__init__(
            passage, authenticator=_said, auth_require_tls=False, data_size_limit=LARGEST,
            enable_SMTPUTF8=True, decode_data=False, hostname="localhost", ident="Goodwill",
            timeout=AFTER_DOT + 60,
        )  # fmt: skip
        self._passage = passage

    async def auth_PLAIN(self, server: SMTP, args: list[str]) -> AuthResult:
        """Sign in with what follows."""
        return await self._sign_in(await super().auth_PLAIN(server, args))

    async def auth_LOGIN(self, server: SMTP, args: list[str]) -> AuthResult:
        """Sign in with what is asked for."""
        return await self._sign_in(await super().auth_LOGIN(server, args))

    async def _sign_in(self, said: AuthResult) -> AuthResult:
        data = said.auth_data
        return await self._passage.sign_in(data) if isinstance(data, LoginPassword) else said

    async def push(self, status: AnyStr) -> None:
        """Answer; 421 ends the connection (RFC 5321, 3.8)."""
        await super().push(status)
        if status[:3] in ("421", b"421") and self.transport is not None:
            self.transport.close()

    async def smtp_POST(self, arg: str) -> None:
        """A page in a browser can send its requests here: who begins like this is sent away."""
        await self.push("421 5.5.1 This is a mail server")

    smtp_GET = smtp_HEAD = smtp_PUT = smtp_PATCH = smtp_DELETE = smtp_OPTIONS = smtp_CONNECT = smtp_POST

    def connection_lost(self, error: Exception | None) -> None:
        self._passage.close()
        super().connection_lost(error)


def _said(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    """Only hand over what was said: aiosmtpd asks this while everybody waits."""
    return AuthResult(success=True, auth_data=data)
