"""What all calendars have in common: descriptions, rooms, how moments are written (pure)."""

from __future__ import annotations

import re
from datetime import datetime

from goodwill.words import from_html

LONGEST_TEXT = 50_000

_CONFERENCE = re.compile(
    r"^[ \t*>]*(?:-::~|[-_~=*─]{10,}\s*\n\s*(?:microsoft teams|join|zoom)"
    r"|.{0,80}\binviting you to a scheduled zoom|join zoom meeting"
    r"|join (?:with google meet|from (?:pc|a video)|the (?:meeting|call|webinar)|on your computer"
    r"|webex|by phone|microsoft teams|hangout)"
    r"|microsoft teams (?:meeting|need help|besprechung)|microsoft teams-besprechung"
    r"|réunion microsoft teams|reunión de microsoft teams"
    r"|zoom-meeting beitreten|participer à la réunion zoom|unirse a la reunión"
    r"|an zoom meeting teilnehmen|click here to join"
    r"|hier klicken, um an der besprechung|https?://(?:\S+\.)?(?:zoom\.us/j|meet\.google\.com"
    r"|teams\.microsoft\.com/l/meetup|\S*webex\.com)/)",
    re.IGNORECASE | re.MULTILINE,
)
_MARKUP = re.compile(r"<(?:br|p|div|span|a|html|b|ul|li|table)\b[^>]{0,500}/?>", re.IGNORECASE)


def description(text: str) -> str:
    """What somebody wrote about the meeting: plain text, without the paragraph on how to dial in."""
    text = text[: LONGEST_TEXT * 4]
    if _MARKUP.search(text):
        text = from_html(text.replace("\n", "<br>"))
    boilerplate = _CONFERENCE.search(text)
    return (text[: boilerplate.start()] if boilerplate else text)[:LONGEST_TEXT].strip()


def unless_private(mark: str, *words: str) -> tuple[str, ...]:
    """``words``, or empty ones where an entry bears the ``mark`` private: then it tells who and when only."""
    return tuple("" for _ in words) if mark.lower() in ("private", "confidential") else words


def is_room(address: str) -> bool:
    """Whether an attendee is a room or a thing that is booked."""
    return address.endswith("@resource.calendar.google.com")


def stamp(moment: datetime) -> str:
    """A moment in UTC as iCalendar writes it: 20260531T120000Z."""
    return moment.strftime("%Y%m%dT%H%M%SZ")
