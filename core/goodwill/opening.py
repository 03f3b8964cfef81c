"""Opens the door (``goodwill serve``, and inside ``goodwill run``): on loopback, and on the home's socket.

Where the owner wants it, a second listener on loopback speaks https.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from goodwill import addin
from goodwill.app import App
from goodwill.asking import socket_path
from goodwill.certificate import NEAR, Certificate
from goodwill.clock import Clock
from goodwill.counter import Counter
from goodwill.errors import InputError, StoreError
from goodwill.passes import Passes
from goodwill.server import Door
from goodwill.sessions import Sessions
from goodwill.trouble import DOOR, Trouble
from goodwill.trust import Trust
from goodwill.web.desk import Desk
from goodwill.web.front import Front

if TYPE_CHECKING:
    import uvicorn

LOOPBACK = "127.0.0.1"
CONNECTIONS = 128
"""Open connections at most; one more is told to come later."""
AGAIN = 10.0
"""Seconds after which the background tries again to open a door that it could not."""
GRACE = 2.0
"""Seconds in which what was begun may end."""
LONGEST_HEAD = 32_768
"""Bytes of the headers of one request."""
IDLE = 30
"""Seconds after which a connection that says nothing more is closed."""

_log = logging.getLogger("goodwill.opening")


def serve(
    app: App, clock: Clock, port: int, stop: threading.Event, opened: Callable[[], None] = lambda: None
) -> None:
    """Answer clients until ``stop`` is set; ``opened`` is called when that begins.

    Raises InputError where the port is taken, and StoreError where the door is open already.
    """
    with _answering(app, clock, port):
        opened()
        stop.wait()


@contextmanager
def ajar(app: App, clock: Clock, port: int, tell: Callable[[str], None]) -> Iterator[None]:
    """Answer clients while the block lasts; the block waits for nothing, and goes on where that cannot be.

    ``tell`` gets the reason why the door stays shut, and "" when it is open.
    """
    stop, told = threading.Event(), ""

    def say(what: str) -> None:
        nonlocal told
        if what == told:
            return
        told = what
        if what:
            _log.warning("the door stays shut for now: %s", what)
        tell(what)

    def keep() -> None:
        while not stop.is_set():
            try:
                if not app.store.is_served():
                    serve(app, clock, port, stop, lambda: say(""))
            except (InputError, StoreError) as error:
                say(str(error))
            except Exception as error:  # the background goes on without a door
                _log.error("the door: this should not have happened", exc_info=error)
                say(f"{type(error).__name__}: the log tells more")
                return
            stop.wait(AGAIN)

    thread = threading.Thread(target=keep, name="doorkeeper", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(GRACE + 2)


@contextmanager
def in_background(app: App, clock: Clock) -> Iterator[None]:
    """As ``ajar``, for `goodwill run`: `goodwill status` tells why the door stays shut."""
    trouble = Trouble(app.home, DOOR)
    with trouble.kept(), ajar(app, clock, app.config.port, trouble.write):
        yield


@contextmanager
def _answering(app: App, clock: Clock, port: int) -> Iterator[None]:
    """A thread of its own: the main one is left to signals, which uvicorn would raise again in the end."""
    with _opened(app, clock, port) as servers:
        threads = [
            threading.Thread(target=server.run, args=(sockets,), name="door", daemon=True)
            for server, sockets in servers
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for server, _ in servers:
                server.should_exit = True
            for thread in threads:
                thread.join(GRACE + 1)


@contextmanager
def _opened(app: App, clock: Clock, port: int) -> Iterator[list[tuple[uvicorn.Server, list[socket.socket]]]]:
    """A server for each way in, with a ``Door`` of its own: each has its own event loop."""
    counter, trust, passes = Counter(app), Trust(app.home), Passes(app.home)
    desk, sessions = Desk(app, counter), Sessions(app.home)
    with ExitStack() as stack:
        stack.enter_context(app.store.serving())
        sockets = stack.enter_context(_listening(app.home, port))
        stack.callback(counter.close, GRACE)
        front = Front(desk, sessions, clock)
        servers = [(_server(Door(counter, trust, passes, clock, port, front=front)), sockets)]
        if app.config.https:
            port = app.config.https_port
            one = stack.enter_context(closing(_on_loopback(port, "https_port")))
            files, front = addin.files(app.config.outlook), Front(desk, sessions, clock)
            door = Door(counter, trust, passes, clock, port, files, front)
            servers.append((_server(door, _certificate(app.home, clock)), [one]))
        counter.warm()
        yield servers


def _server(door: Door, shown: Certificate | None = None) -> uvicorn.Server:
    """A server; it speaks https where it has a certificate to show."""
    import uvicorn

    from goodwill.listening import Protocol

    config = uvicorn.Config(
        door.application(), http=Protocol, ws="none", lifespan="off", log_config=None, access_log=False,
        server_header=False, proxy_headers=False, limit_concurrency=CONNECTIONS, timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=int(GRACE), h11_max_incomplete_event_size=LONGEST_HEAD,
        ssl_certfile=shown.leaf if shown else None, ssl_keyfile=shown.key if shown else None,
    )  # fmt: skip
    return uvicorn.Server(config)


def _certificate(home: Path, clock: Clock) -> Certificate:
    """What the door shows: as long as it can what the owner trusts already, else a new one."""
    shown, now = Certificate(home), clock.moment()
    if not shown.holds(now):
        shown.make(now)
        _log.warning("a new certificate was made: `goodwill certificate` tells how to trust it")
    elif not shown.holds(now + NEAR):
        _log.warning(
            "the certificate ends on %s: `goodwill certificate` renews it", f"{shown.until:%Y-%m-%d}"
        )
    shown.proven()
    return shown


@contextmanager
def _listening(home: Path, port: int) -> Iterator[list[socket.socket]]:
    """The sockets of the door: one on loopback, and where the system has such, one in the home."""
    sockets = [_on_loopback(port)]
    in_home = socket_path(home)
    path = Path(in_home) if in_home else None
    if path is not None:
        sockets.append(_in_home(path))
    try:
        yield sockets
    finally:
        for one in sockets:
            one.close()
        if path is not None:
            path.unlink(missing_ok=True)


def _on_loopback(port: int, key: str = "port") -> socket.socket:
    # The protocol by name: only then asyncio lets answers go at once (TCP_NODELAY), 40 ms earlier.
    one = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name != "nt":  # there it would let two programs have the same port
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        one.bind((LOOPBACK, port))
        one.listen(CONNECTIONS)
    except OSError as error:
        one.close()
        taken = "another program has it" if error.errno == errno.EADDRINUSE else error.strerror
        raise InputError(
            f"port {port} of this machine cannot be had: {taken}",
            f"Choose another one in the configuration: [door] {key}",
        ) from None
    return one


def _in_home(path: Path) -> socket.socket:
    """A socket that only the owner can reach; what a crash left behind makes room."""
    path.unlink(missing_ok=True)
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        before = os.umask(0o177)
        try:
            one.bind(str(path))
        finally:
            os.umask(before)
        one.listen(CONNECTIONS)
    except OSError as error:
        one.close()
        raise StoreError(f"{path}: cannot be made: {error.strerror}") from None
    return one
