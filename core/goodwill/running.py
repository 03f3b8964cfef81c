"""The background from end to end: ``goodwill run``."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import time
from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Event
from types import FrameType

from goodwill import opening
from goodwill.app import App
from goodwill.clock import Clock
from goodwill.daemon import Daemon
from goodwill.errors import InputError
from goodwill.rhythm import Hours
from goodwill.zones import zone

MINUTE = 60


def run(app: App, clock: Clock) -> int:
    """Work until a signal ends it; returns the exit status.

    Raises InputError where there is nothing to do, and StoreError where another one runs.
    """
    if not app.store.path.exists() and not app.config.store_url:
        raise InputError("no account is connected yet", "Begin with: goodwill connect google")
    daemon = Daemon(
        app,
        clock,
        app.config.minutes * MINUTE,
        Hours(time.fromisoformat(app.config.digest_at), zone(app.config), app.config.is_without_digest),
        on_battery,
        networks,
        app.config.draft_seconds if app.config.watch_drafts else 0,
    )

    _at_signals(daemon.stop)
    with opening.in_background(app, clock) if app.config.door_open else nullcontext():
        ended = daemon.run()
    if ended:
        return 0
    sys.stdout.flush()
    os._exit(0)  # a thread hangs in the network; what it was at is not stored, and comes again


def serve(app: App, clock: Clock, opened: Callable[[], None]) -> int:
    """Keep the door open until a signal ends it, and say so when it is; returns the exit status.

    Raises InputError where there is nothing to judge by or the port is taken, and StoreError where the door
    is open already.
    """
    if not app.owner():
        raise InputError(
            "I do not know yet which address is yours", "Begin with: goodwill import, or connect"
        )
    stop = Event()
    _at_signals(stop.set)
    opening.serve(app, clock, app.config.port, stop, opened)
    return 0


def _at_signals(end: Callable[[], None]) -> None:
    """Let every signal that asks a program to end do so."""

    def handle(number: int, frame: FrameType | None) -> None:
        end()

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), handle)


def on_battery() -> bool:
    """Whether the machine runs on its battery, where the platform tells."""
    import psutil

    sensors = getattr(psutil, "sensors_battery", lambda: None)()
    return sensors is not None and sensors.power_plugged is False


def networks() -> frozenset[str]:
    """The addresses of this machine in networks that lead further than itself and the next cable."""
    import psutil

    families = (socket.AF_INET, socket.AF_INET6)
    found = {
        one.address.partition("%")[0]
        for addresses in psutil.net_if_addrs().values()
        for one in addresses
        if one.family in families
    }
    own = {address for address in found if _stays_here(ip_address(address))}
    return frozenset(found - own)


def _stays_here(address: IPv4Address | IPv6Address) -> bool:
    return address.is_loopback or address.is_link_local
