"""``goodwill run`` on a clock that goes faster: ``python fast_run.py HOME SPEED START`` (seconds since 1970).

What waits in the network waits ``SPEED`` times shorter as well.
"""

from __future__ import annotations

import functools
import sys
import time
from pathlib import Path
from threading import Event

from goodwill import config, running
from goodwill.app import App
from goodwill.clock import Clock
from goodwill.logs import log_to
from goodwill_connectors import wire


class Fast(Clock):
    """Begins at ``start``, and goes ``speed`` times as fast as this machine's."""

    def __init__(self, speed: float, start: float) -> None:
        self._speed = speed
        self._start = start
        self._begun = time.monotonic()

    def now(self) -> float:
        return self._start + self.steady()

    def steady(self) -> float:
        return (time.monotonic() - self._begun) * self._speed

    def wait(self, stop: Event, seconds: float) -> None:
        stop.wait(seconds / self._speed)


def main(home: Path, speed: float, start: float) -> int:
    """Run until a signal comes."""
    clock = Fast(speed, start)
    patient = functools.partialmethod(
        wire.Wire.__init__, sleep=lambda seconds: time.sleep(seconds / speed), clock=clock.now
    )
    wire.Wire.__init__ = patient
    settings = config.load(home / "config.toml", required=False)
    log_to(home, settings.log_level)
    return running.run(App(home, settings), clock)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
