# ruff: noqa: E501 - a pattern is easier to read on one line
"""Of which type a meeting is, and how much of people's time it takes."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta

import re2

from goodwill.model import Size

SMALL = timedelta(minutes=30)
MEDIUM = timedelta(hours=2)
# In order: what names a meal is a meal even where it also names a call or a client.
_TYPES = {
    "meal": r"\b(?:lunch|dinner|breakfast|brunch|supper|coffee|meal|tea|bbq|barbecue|drinks?|pint|beers?|dumplings|pizza"
    r"|picnic|cena|almuerzo|d[e\x{e9}]jeuner|mittagessen|abendessen|kaffee|caf[e\x{e9}])\b",
    "personal": r"\b(?:birthday|wedding|family|kids?|baby|christening|funeral|anniversary|mum|mom|dad|school run|holiday"
    r"|christmas|thanksgiving|bar mitzvah|baptism|hospital)\b",
    "social": r"\b(?:party|drinks|golf|tennis|theatre|theater|concert|match|game|reunion|fishing|hike|walk|run|ride|choir"
    r"|book club|club|festival|mixer|gala|pub|karaoke|bowling|barbecue|quiz|picnic|sailing|cinema|film|movie|museum)\b",
    "call": r"\b(?:call|zoom|teams|skype|webex|phone|ring|hangout|google meet|facetime|whatsapp|video|dial-in|conference call)\b"
    r"|meet\.google|zoom\.us|teams\.microsoft",
}


@functools.cache
def _matcher(kind: str) -> re2._Regexp:
    return re2.compile(_TYPES[kind])


def meeting_type(words: str, location: str) -> str:
    """Return ``meal``, ``personal``, ``social``, ``call`` or ``business``, by the words of the summary."""
    text = f"{words}\n{location}".lower()
    return next((kind for kind in _TYPES if _matcher(kind).search(text)), "business")


def is_social(summary: str) -> bool:
    """Whether the summary alone makes plain that people came together for its own sake."""
    text = summary.lower()
    return any(_matcher(kind).search(text) for kind in ("social", "meal"))


def size_between(start: datetime, end: datetime, all_day: bool) -> Size:
    """Return ``small`` for less than half an hour, ``medium`` up to two hours, ``large`` beyond."""
    length = end - start
    if all_day or length > MEDIUM:
        return "large"
    return "small" if length < SMALL else "medium"
