"""Messages and calendar entries of Microsoft Graph to events (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from goodwill.markup import LONGEST, from_html
from goodwill.model import Appointment, Event, Party
from goodwill_connectors.calendar_text import description, is_room, stamp, unless_private
from goodwill_connectors.headers import clean_name, identities
from goodwill_connectors.mail import event_of
from goodwill_connectors.mime import MOST_TEXT, Body
from goodwill_connectors.own_digest import is_digest

IN_REPLY_TO, REFERENCES = "String 0x1042", "String 0x1039"
"""PidTagInReplyToId and PidTagInternetReferences ([MS-OXPROPS]): a sent mail has no other headers."""
ODD = (KeyError, ValueError, TypeError, AttributeError, OverflowError)
"""What a message or an entry can cause that is not what Graph's reference says."""
_GOID = re.compile(r"040000008200E00074C5B7101A82E008[0-9A-F]{16,}")
_DATE = slice(32, 40)
_FOREIGN = "7643616C2D55696401000000"
_ANSWERS = {
    "organizer": "accepted", "accepted": "accepted", "declined": "declined",
    "tentativelyaccepted": "tentative", "none": "needs-action", "notresponded": "needs-action",
}  # fmt: skip


# Mail


def message_event(message: Mapping[str, Any], own: str = "") -> Event:
    """The event that a message is. ``own`` is the owner's address, where the message is one that was sent.

    Inside an organisation Exchange may name people by a directory path instead of an address: of the
    owner's own mail the author is known all the same, others are left out.
    """
    headers = _whole_headers(message, own)
    body = message.get("body") or {}
    content = _text(body, "content")
    if _text(body, "contentType").lower() != "text":
        content = from_html(content[:LONGEST])
    return event_of(headers, Body(own=[content[: MOST_TEXT * 2]]))


def is_own_digest(message: Mapping[str, Any], own: str = "") -> bool:
    """Whether a mail is a digest of Goodwill's to its own reader."""
    return is_digest(_whole_headers(message, own))


def _whole_headers(message: Mapping[str, Any], own: str) -> dict[str, list[str]]:
    """The headers as they came, with those of whom and what that Graph tells in other words."""
    headers = _headers(message)
    author = _addressed([message.get("from") or message.get("sender") or {}])
    if author or own:
        headers["from"] = [author or own]
    for name, field in (("to", "toRecipients"), ("cc", "ccRecipients"), ("bcc", "bccRecipients")):
        headers[name] = [_addressed(message.get(field) or ())]
    headers["subject"] = [_text(message, "subject")]
    headers["message-id"] = [_text(message, "internetMessageId")]
    headers.setdefault("date", [_text(message, "sentDateTime")])
    return headers


def _headers(message: Mapping[str, Any]) -> dict[str, list[str]]:
    """The headers as they came over the internet; for a sent mail those that say what it answers."""
    headers: dict[str, list[str]] = {}
    for one in message.get("internetMessageHeaders") or ():
        headers.setdefault(_text(one, "name").lower(), []).append(_text(one, "value"))
    kept = {
        _text(one, "id"): _text(one, "value") for one in message.get("singleValueExtendedProperties") or ()
    }
    for name, tag in (("references", REFERENCES), ("in-reply-to", IN_REPLY_TO)):
        if kept.get(tag) and not identities(headers.get(name, ())):
            headers[name] = [kept[tag]]
    return headers


def _addressed(people: Iterable[Mapping[str, Any]]) -> str:
    """People as an address header; those without an address are left out."""
    found = []
    for one in people:
        party = _party(one)
        if party:
            found.append('"' + re.sub(r'[\\"\r\n]', " ", party.name) + f'" <{party.address}>')
    return ", ".join(found)


# Calendar


def entry_event(
    entry: Mapping[str, Any], uid: str, text: str, me: frozenset[str], zone: tzinfo = UTC
) -> Event:
    """The event that a calendar entry, or one occurrence of a series, is.

    ``uid`` is the iCalendar identity of the entry or its series, ``text`` its description, ``me`` the owner's
    addresses: Graph tells the owner's answer apart from the others'. ``zone`` is for a start without one.
    """
    start, end = moment(entry["start"], zone), moment(entry.get("end") or entry["start"], zone)
    whole = bool(entry.get("isAllDay"))
    repeats = entry.get("type") in ("occurrence", "exception") or _is_one_of_a_series(entry)
    organizer = _party(entry.get("organizer") or {})
    to, answers = _attendees(entry, organizer)
    own = _ANSWERS.get(_text(entry.get("responseStatus") or {}, "response").lower(), "needs-action")
    if own != "needs-action":
        answers |= {party.address: own for party in to if party.address in me}
    place = _text(entry.get("location") or {}, "displayName")
    said = (_text(entry, "subject"), text, place)
    subject, text, place = unless_private(_text(entry, "sensitivity"), *said)
    return Event(
        kind="calendar",
        at=start,
        keys=((f"cal:{uid}" + (f"/{original(entry, zone)}" if repeats else ""))[:500],),
        sender=organizer,
        to=to,
        subject=subject[:1000],
        text=text,
        version=_edition(entry),
        appointment=Appointment(
            end=max(start, end),
            status=_status(entry),
            all_day=whole,
            recurring=repeats,
            busy=_text(entry, "showAs").lower() != "free",
            location=place[:500],
            answers=answers,
        ),
    )


def words(entry: Mapping[str, Any]) -> str:
    """What somebody wrote about an entry."""
    body = entry.get("body") or {}
    return description(_text(body, "content")) if body else _text(entry, "bodyPreview")


def uid_of(entry: Mapping[str, Any]) -> str:
    """The iCalendar identity of an entry and of all its occurrences, as other calendars know it.

    Exchange writes the date of an occurrence into its own identities (a Global Object ID, bytes 16 to 19;
    [MS-OXOCAL] section 2.2.1.27), and wraps those of others ([MS-OXCICAL] section 2.1.3.1.1.20.26).
    """
    told = _text(entry, "iCalUId").strip()
    if not _GOID.fullmatch(told.upper()):
        return told or _text(entry, "id")
    goid = told.upper()
    if _FOREIGN in goid:
        try:
            inside = bytes.fromhex(goid.partition(_FOREIGN)[2]).partition(b"\0")[0].decode()
        except (ValueError, UnicodeDecodeError):
            inside = ""
        if inside:
            return inside
    return goid[: _DATE.start] + "00000000" + goid[_DATE.stop :]


def _is_one_of_a_series(entry: Mapping[str, Any]) -> bool:
    """Whether an entry on its own is an occurrence of somebody else's series: its identity has a date."""
    told = _text(entry, "iCalUId").strip().upper()
    return _GOID.fullmatch(told) is not None and told[_DATE] != "00000000"


def original(entry: Mapping[str, Any], zone: tzinfo = UTC) -> str:
    """When an occurrence was to begin, as the key of an event says it: a moment in UTC, or a day."""
    told = _text(entry, "originalStart")
    first = _iso(told) if told else moment(entry["start"], zone)
    if not entry.get("isAllDay"):
        return stamp(first)
    if told and first.hour + first.minute:  # midnight of the zone in which it was made
        first = first.astimezone(zone_of(_text(entry, "originalStartTimeZone")))
    return f"{first:%Y%m%d}"


def moment(value: Mapping[str, Any], default: tzinfo = UTC) -> datetime:
    """A start or an end in UTC, whatever its zone is called."""
    when = _iso(str(value["dateTime"]), zone_of(_text(value, "timeZone"), default))
    return when.astimezone(UTC).replace(microsecond=0)


def _iso(text: str, default: tzinfo = UTC) -> datetime:
    """A moment as Graph writes it: with seven digits of a second, and perhaps without a zone."""
    when = datetime.fromisoformat(re.sub(r"\.(\d{1,6})\d*", r".\1", text))
    return when.replace(tzinfo=default) if when.tzinfo is None else when


def zone_of(name: str, default: tzinfo = UTC) -> tzinfo:
    """The time zone that Windows or the IANA call ``name``, else ``default``."""
    name = WINDOWS_TO_OLSON.get(name, name)
    try:
        return ZoneInfo(name) if name else default
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return default


def _edition(entry: Mapping[str, Any]) -> str:
    """Sorts editions as an iCalendar export would: without a sequence, by the time of the last change.

    One that hides who else takes part knows less than any other.
    """
    if entry.get("hideAttendees") and not entry.get("isOrganizer"):
        return ""
    changed = _text(entry, "lastModifiedDateTime")
    return f"00000000.{stamp(_iso(changed).astimezone(UTC)) if changed else ''}"


def _status(entry: Mapping[str, Any]) -> Literal["confirmed", "tentative", "cancelled"]:
    if entry.get("isCancelled"):
        return "cancelled"
    # On the owner's own entries alone: on an invitation it says that the owner has not answered yet.
    unsure = entry.get("isOrganizer") and _text(entry, "showAs").lower() == "tentative"
    return "tentative" if unsure else "confirmed"


def _attendees(entry: Mapping[str, Any], organizer: Party | None) -> tuple[tuple[Party, ...], dict[str, str]]:
    """Those who take part, and what each has answered.

    Who calls a meeting takes part, though Outlook does not list them. Rooms are nobody.
    """
    to: dict[str, Party] = {}
    answers: dict[str, str] = {}
    for one in entry.get("attendees") or ():
        party = _party(one)
        if party is None or _text(one, "type").lower() == "resource" or is_room(party.address):
            continue
        to.setdefault(party.address, party)
        said = _text(one.get("status") or {}, "response").lower()
        answers[party.address] = _ANSWERS.get(said, "needs-action")
    if to and organizer is not None:
        to.setdefault(organizer.address, organizer)
        answers[organizer.address] = "accepted"
    return tuple(to.values()), answers


def _party(value: Mapping[str, Any]) -> Party | None:
    told = value.get("emailAddress") or {}
    address = _text(told, "address").strip().lower()
    if "@" not in address or re.search(r"\s", address):
        return None
    return Party(address, clean_name(_text(told, "name"), address))


def _text(value: Mapping[str, Any], name: str) -> str:
    return str(value.get(name) or "")
