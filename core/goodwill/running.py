"""The background from end to end: ``goodwill run``."""

from __future__ import annotations

import os
import signal
import sys
from datetime import time, tzinfo
from types import FrameType
from zoneinfo import ZoneInfo

from goodwill.app import App
from goodwill.clock import Clock
from goodwill.config import Config
from goodwill.daemon import Daemon
from goodwill.errors import InputError

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
        time.fromisoformat(app.config.digest_at),
        zone(app.config),
        on_battery,
    )

    def end(number: int, frame: FrameType | None) -> None:
        daemon.stop()

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
    if daemon.run():
        return 0
    sys.stdout.flush()
    os._exit(0)  # a thread hangs in the network; what it was at is not stored, and comes again


def zone(config: Config) -> tzinfo:
    """The owner's time zone: the configured one, else the machine's, with its summer time."""
    if config.zone:
        return ZoneInfo(config.zone)
    from tzlocal import get_localzone

    return get_localzone()


def on_battery() -> bool:
    """Whether the machine runs on its battery, where the platform tells."""
    import psutil

    sensors = getattr(psutil, "sensors_battery", lambda: None)()
    return sensors is not None and sensors.power_plugged is False
