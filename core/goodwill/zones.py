"""The owner's time zone, by which a day is a day."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from goodwill.config import Config


def zone(config: Config) -> tzinfo:
    """The owner's time zone: the configured one, else the machine's, with its summer time."""
    if config.zone:
        return ZoneInfo(config.zone)
    from tzlocal import get_localzone

    try:
        return get_localzone()
    except (LookupError, ValueError, OSError):  # TZ names a rule, not a place: this moment's offset serves
        return datetime.now().astimezone().tzinfo or UTC
