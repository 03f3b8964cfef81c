"""Occurrences of a repeating calendar entry, bounded however wildly its rule repeats (pure)."""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from math import prod
from typing import Any

import icalendar
import recurring_ical_events

MOST = 2_000
MOST_STEPS = 100_000

Component = Any  # icalendar types a value as a union of thirty kinds; each use here checks its own

_PERIODS = {
    "SECONDLY": 1.0, "MINUTELY": 60.0, "HOURLY": 3600.0, "DAILY": 86400.0,
    "WEEKLY": 604800.0, "MONTHLY": 2629800.0, "YEARLY": 31557600.0,
}  # fmt: skip
_MULTIPLIERS = {
    "SECONDLY": (), "MINUTELY": ("BYSECOND",), "HOURLY": ("BYSECOND", "BYMINUTE"),
    "DAILY": ("BYSECOND", "BYMINUTE", "BYHOUR"), "WEEKLY": ("BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY"),
}  # fmt: skip
_ALL = ("BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYYEARDAY", "BYWEEKNO")


class TooMany(Exception):
    """The rule repeats more often than any meeting does, or never at all."""


def as_moment(value: date | datetime) -> datetime:
    """A date or time of any kind as a UTC moment; without a zone it counts as UTC."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def occurrences(
    components: Sequence[Component], zones: Sequence[Component], horizon: datetime
) -> list[Component]:
    """Every occurrence of one series (its master and its exceptions) that starts before ``horizon``.

    At most the newest 2,000. Each carries the RECURRENCE-ID of its original start. Raises TooMany for
    a rule that cannot be meant, and whatever the libraries raise for a broken one.
    """
    whole = icalendar.Calendar()
    for part in (*zones, *components):
        whole.add_component(part)
    first = min(as_moment(part["DTSTART"].dt) for part in components)
    last, spacing = horizon, 0.0
    for part in components:
        for rule in _rules(part):
            until, every = _check(rule, as_moment(part["DTSTART"].dt), horizon)
            last, spacing = min(last, until), every
    query = recurring_ical_events.of(whole)
    first -= timedelta(days=400)  # exceptions may have been moved to before the first
    width = timedelta(seconds=spacing * MOST * 1.5) + timedelta(days=800)
    end = min(horizon, last + timedelta(days=400))
    while True:
        start = max(first, _minus(end, width))
        found = [one for one in query.between(start, horizon) if as_moment(one["DTSTART"].dt) < horizon]
        if start <= first or len(found) >= MOST:
            found.sort(key=lambda one: as_moment(one["DTSTART"].dt))
            return found[-MOST:]
        width *= 4


def _minus(moment: datetime, width: timedelta) -> datetime:
    try:
        return moment - width
    except OverflowError:
        return datetime(1, 1, 2, tzinfo=UTC)


def _rules(component: Component) -> list[Any]:
    rules = component.get("RRULE", [])
    return rules if isinstance(rules, list) else [rules]


def _check(rule: Any, start: datetime, horizon: datetime) -> tuple[datetime, float]:
    """When the rule ends, and how many seconds lie between its occurrences on average."""
    frequency = str((rule.get("FREQ") or [""])[0]).upper()
    if frequency not in _PERIODS:
        raise TooMany("its rule names no frequency")
    interval = int((rule.get("INTERVAL") or [1])[0])
    if interval < 1:
        raise TooMany("it repeats without any time between")
    density = prod(len(rule.get(name) or [1]) for name in _MULTIPLIERS.get(frequency, _ALL))
    spacing = _PERIODS[frequency] * interval / max(1, density)
    until = [as_moment(value) for value in (rule.get("UNTIL") or []) if isinstance(value, date)]
    end = min([horizon, *until])
    steps = max(0.0, (end - start).total_seconds()) / spacing
    count = int((rule.get("COUNT") or [0])[0])
    if min(steps, count or steps) > MOST_STEPS or frequency in ("SECONDLY", "MINUTELY"):
        raise TooMany("it repeats more often than a meeting can")
    if not _is_possible(rule):
        raise TooMany("its rule names a day that no calendar has")
    return end, spacing


def _is_possible(rule: Any) -> bool:
    months = [int(month) for month in rule.get("BYMONTH") or range(1, 13)]
    days = [int(day) for day in rule.get("BYMONTHDAY") or [1]]
    return any(
        1 <= month <= 12 and abs(day) <= gregorian.monthrange(2024, month)[1]
        for month in months
        for day in days
    )
