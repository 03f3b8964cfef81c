"""When the background does what (pure): how soon an account is read again, when the next digest is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from goodwill.accounts import State

SLOWER = 4
"""So many times longer are the pauses at night and on battery."""
NIGHT = (23, 6)
"""From this hour to that one, in the owner's time zone."""
FIRST_RETRY, LAST_RETRY = 60, 3_600
"""Seconds after the first failure, doubled after each further one up to the last."""
UNTIL_ASKED = 6 * 3_600
"""Seconds after which an account that needs its owner is looked at again: it may work by then."""
LONGEST = 86_400
"""No pause is longer, whatever the clock or a provider says."""
FURTHEST = 366
"""Days that are looked at for the next digest."""
JITTER = 0.2
"""Each pause is up to so much longer or shorter, by chance, so that not everybody asks at once."""


def pause(state: State, every: int, now: datetime, local: tzinfo, battery: bool, chance: float) -> float:
    """The seconds after a poll that ended ``now`` until the account is to be read again.

    ``every`` is the pause in seconds where all is well, ``chance`` a number in [0, 1).
    """
    if state.kind == "needs you":
        wanted: float = UNTIL_ASKED
    elif state.kind == "waiting":
        wanted = min(FIRST_RETRY * 2 ** min(max(state.failures, 1) - 1, 10), LAST_RETRY)
    else:
        wanted = every * slowness(now, local, battery)
    wanted *= 1 - JITTER + 2 * JITTER * chance
    asked = (state.wait_until or 0) - now.timestamp() if state.waits(now.timestamp()) else 0.0
    return min(max(wanted, asked), LONGEST)


def slowness(now: datetime, local: tzinfo, battery: bool) -> int:
    """So many times longer than by day and on mains is a pause just now."""
    return SLOWER if battery or is_night(now, local) else 1


def is_night(now: datetime, local: tzinfo) -> bool:
    """Whether the owner sleeps, most probably."""
    hour = now.astimezone(local).hour
    return hour >= NIGHT[0] or hour < NIGHT[1]


@dataclass(frozen=True, slots=True)
class Hours:
    """When a digest is made: ``at`` that hour of the zone ``local``, but on no day that is ``off``."""

    at: time
    local: tzinfo
    off: Callable[[date], bool] = lambda day: False

    def next(self, now: datetime) -> datetime:
        """The next moment after ``now`` at which a digest is due.

        An hour that a day does not have (the clocks go forward) counts as the one after it. Where every day
        of a year is off, it is looked at again after that.
        """
        first = now.astimezone(self.local).date()
        days = [first + timedelta(days=offset) for offset in range(FURTHEST)]
        dues = (self._due(day) for day in days if not self.off(day))
        return next((due for due in dues if due > now), self._due(days[-1]))

    def day(self, now: datetime) -> str | None:
        """The day (ISO 8601) of whose digest it is time by now; None before its hour, or where it is off."""
        here = now.astimezone(self.local)
        return here.date().isoformat() if here.time() >= self.at and not self.off(here.date()) else None

    def _due(self, day: date) -> datetime:
        return datetime.combine(day, self.at, self.local).astimezone(UTC)
