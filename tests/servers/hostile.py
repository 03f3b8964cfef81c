"""A mailbox made of strings that would be markup, script or code to whoever does not take care."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from circle import ME
from letters import START, message

BAD = "<script>window.hacked=1</script><img src=x onerror=window.hacked=2>"
NAMES = {
    "script@evil.example": BAD,
    "quote@evil.example": "\"'><svg/onload=window.hacked=3>",
    "code@evil.example": "{{7*7}} ${7*7} {%raw%}",
    "turned@evil.example": "Nice \u202eelpmaxe\u202c Name",
    "o'brien+tag&co@evil.example": "javascript:window.hacked=4",
}
"""Names by address; Goodwill has no reason to doubt them."""


def letters() -> list[bytes]:
    today = (datetime.now(UTC) - START).days
    found = []
    for number, (address, name) in enumerate(NAMES.items()):
        shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + f'" <{address}>'
        gift = f"I fixed the page {BAD} for you, no charge."
        asks = f"Could you introduce me to the buyers you work with, {BAD} and \"'><b>this</b>?"
        thanks = f"Thank you so much for the introduction to {BAD}!"
        found += [
            message(ME, shown, f"page {BAD}", gift, today - 100 - number, f"h{number}a"),
            message(shown, ME, f"Re: page {BAD}", thanks, today - 99 - number, f"h{number}b"),
            message(shown, ME, f"advice {BAD}", asks, today - 12, f"h{number}c"),
        ]
    return found


def calendar(path: Path) -> Path:
    """A past and a coming meeting with the first of them, with a title like their names."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//x//EN"]
    for number, days in enumerate((-20, 5)):
        start = datetime.now(UTC) + timedelta(days=days)
        lines += [
            "BEGIN:VEVENT", f"UID:h{number}@evil.example", f"DTSTAMP:{start:%Y%m%dT%H%M%SZ}",
            f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}",
            f"SUMMARY:Tea {BAD}", f"ORGANIZER:mailto:{ME}", f"ATTENDEE:mailto:{ME}",
            f"ATTENDEE:mailto:{next(iter(NAMES))}", "END:VEVENT",
        ]  # fmt: skip
    path.write_text("\r\n".join([*lines, "END:VCALENDAR", ""]))
    return path
