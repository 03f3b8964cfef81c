"""When the background does what (pure): how soon an account is read again, when the next digest is due."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

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
        wanted = every * (SLOWER if battery or is_night(now, local) else 1)
    wanted *= 1 - JITTER + 2 * JITTER * chance
    asked = (state.wait_until or 0) - now.timestamp() if state.waits(now.timestamp()) else 0.0
    return min(max(wanted, asked), LONGEST)


def is_night(now: datetime, local: tzinfo) -> bool:
    """Whether the owner sleeps, most probably."""
    hour = now.astimezone(local).hour
    return hour >= NIGHT[0] or hour < NIGHT[1]


def next_digest(now: datetime, at: time, local: tzinfo) -> datetime:
    """The next moment after ``now`` at which it is ``at`` where the owner is.

    An hour that a day does not have (the clocks go forward) counts as the one after it.
    """
    day = now.astimezone(local).date()
    for offset in (0, 1, 2):
        due = datetime.combine(day + timedelta(days=offset), at, local).astimezone(UTC)
        if due > now:
            return due
    raise AssertionError("no day is longer than two")


def digest_day(now: datetime, at: time, local: tzinfo) -> str | None:
    """The day (ISO 8601) of whose digest it is time by now; None before its hour."""
    here = now.astimezone(local)
    return here.date().isoformat() if here.time() >= at else None
