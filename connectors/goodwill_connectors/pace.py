"""Keeps within a quota that counts units a minute: whoever would exceed it waits."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """A bucket of units that fills evenly (a token bucket).

    ``units`` flow in every ``seconds``; at most ``burst`` of them are kept for later. So no stretch of
    ``seconds`` ever sees more than ``units + burst`` spent: leave the burst out of a quota when you set
    ``units``. ``clock`` and ``sleep`` are in seconds.
    """

    def __init__(
        self,
        units: float,
        seconds: float,
        burst: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = units / seconds
        self._burst = burst
        self._clock = clock
        self._sleep = sleep
        self._left = burst
        self._at = clock()

    def spend(self, units: float) -> None:
        """Wait until ``units`` may be spent, and spend them."""
        self._fill()
        if units > self._left:
            self._sleep((units - self._left) / self._rate)
            self._fill()
        self._left -= units

    def _fill(self) -> None:
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
