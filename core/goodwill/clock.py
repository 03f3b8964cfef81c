"""The clock of this machine. Only the command line and the background read one; all else is told the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import Event


class Clock:
    """What time it is, and how to wait. A test may let it run faster."""

    def now(self) -> float:
        """Seconds since 1970 UTC, as the machine has it: this may jump."""
        return time.time()

    def steady(self) -> float:
        """Seconds since some moment; stands still while the machine sleeps, and never jumps."""
        return time.monotonic()

    def wait(self, stop: Event, seconds: float) -> None:
        """Wait so long, or until ``stop`` is set."""
        stop.wait(seconds)

    def moment(self) -> datetime:
        """Now, to the second."""
        return datetime.fromtimestamp(int(self.now()), UTC)
