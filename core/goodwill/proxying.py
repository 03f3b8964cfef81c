"""``goodwill smtp-proxy`` from end to end: listens on loopback until a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress

from goodwill.app import App
from goodwill.clock import Clock
from goodwill.common import talk
from goodwill.counter import Counter
from goodwill.errors import InputError
from goodwill.opening import GRACE, LOOPBACK, ajar
from goodwill.passes import Passes
from goodwill.proxy import Holder, Proxy
from goodwill.upstream import Upstream

IN_HAND = 20.0
"""Seconds in which mails that are on their way at the end may arrive."""


def run(app: App, clock: Clock, upstream: Upstream, port: int, ready: Callable[[], None]) -> None:
    """Hand on mail until a signal ends it, and say when that begins.

    Raises InputError where the port is taken. The door is opened too where nobody else has: the link that
    lets a mail go leads there.
    """
    if port > 65_535:
        raise InputError(f"{port} is no port", "Choose one up to 65535: --port")
    if port == app.config.port:
        raise InputError(f"port {port} is that of the door", "Choose another one: --port")
    # What it says of a client has that client's words in it, and the rest is its makers' business.
    logging.getLogger("mail").addHandler(logging.NullHandler())
    warnings.filterwarnings("ignore", module="aiosmtpd")
    counter = Counter(app)
    counter.warm()

    def door() -> str:
        return f"http://{LOOPBACK}:{app.config.port}" if app.store.is_served() else ""

    def tell(trouble: str) -> None:
        if trouble:
            talk(f"The door stays shut, so no link lets a mail go that is held, only the header: {trouble}")

    proxy = Proxy(upstream, Holder(counter, Passes(app.home), clock, door))
    try:
        with ajar(app, clock, app.config.port, tell):
            asyncio.run(_listen(proxy, port, ready))
    finally:
        proxy.end()
        counter.close(GRACE)
    if proxy.waiting:
        sys.stdout.flush()
        os._exit(0)  # a thread waits for a server that does not even greet; no mail was handed on by it


async def _listen(proxy: Proxy, port: int, ready: Callable[[], None]) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    try:
        server = await loop.create_server(proxy.server, LOOPBACK, port)
    except OSError as error:
        raise InputError(
            f"port {port} of this machine cannot be had: {error.strerror}", "Choose another one: --port"
        ) from None

    def stop() -> None:
        with suppress(RuntimeError):  # the loop is closed: it is at its end already
            loop.call_soon_threadsafe(ended.set)

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop())
    async with server:
        ready()
        await ended.wait()
    end = loop.time() + IN_HAND
    while proxy.busy and loop.time() < end:  # a mail that has arrived there must be known to have
        await asyncio.sleep(0.1)
    proxy.end()
