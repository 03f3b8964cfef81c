"""Reads drafts and the lines of ``goodwill classify``: JSON in, an event with its context out (pure)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import getaddresses
from typing import Any, Literal

from goodwill.codec import EPOCH
from goodwill.errors import InputError
from goodwill.model import READER, WRITER, Appointment, Context, Event, Party
from goodwill.words import split

FIRST_YEAR, LAST_YEAR = 1970, 9000
_ENTRY_STATUSES: Mapping[str, Literal["confirmed", "tentative", "cancelled"]] = {
    "confirmed": "confirmed",
    "tentative": "tentative",
    "cancelled": "cancelled",
}


def parse_moment(text: str, place: str) -> datetime:
    """An ISO 8601 moment as aware UTC; a date alone is its midnight, a time without offset is UTC."""
    try:
        when = datetime.fromisoformat(text.strip())
        if FIRST_YEAR <= when.year <= LAST_YEAR:
            return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
        raise ValueError
    except ValueError:
        raise InputError(
            f"{place}: '{text}' is no date that I know",
            f"Write it as 2026-05-03 or 2026-05-03T14:30:00+02:00, from {FIRST_YEAR} on",
        ) from None


def parse_object(line: str, place: str) -> dict[str, Any]:
    """One JSON object; raises InputError for anything else."""
    try:
        value = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else "a number or a nesting without end"
        raise InputError(
            f"{place}: is not JSON: {why}", "Write one object a line, as the README shows"
        ) from None
    if not isinstance(value, dict):
        raise InputError(f"{place}: holds no JSON object", 'Write {"text": "…"} or more of the keys')
    return value


def parse_line(row: Mapping[str, Any], place: str) -> tuple[Event, Context]:
    """The event that one line of ``classify`` describes, with its thread and owner."""
    kind = row.get("kind", "mail" if "from" in row else "text")
    if kind == "text":
        sender, to = Party(WRITER), (Party(READER),)
        event = Event("mail", EPOCH, ("line",), sender, to, text=_text(row, "text", place))
        return event, Context(owner=frozenset({WRITER}))
    owner = frozenset(party.address for party in _parties(row, "me", place))
    if kind == "mail":
        return parse_mail(row, place), Context(owner, tuple(_thread(row, place)))
    if kind == "calendar":
        return _calendar(row, place), Context(owner)
    raise InputError(f"{place}: unknown kind {kind!r}", "Known are mail, text and calendar")


def parse_mail(row: Mapping[str, Any], place: str) -> Event:
    """A mail given as JSON: ``from``, ``to``, ``cc``, ``date``, ``subject``, ``text``, ``in_reply_to``."""
    sender, to = _parties(row, "from", place), _parties(row, "to", place)
    if not {"text", "subject"} & set(row):
        raise InputError(f"{place}: a mail needs 'text'", "The README shows what a line looks like")
    words = split(_text(row, "text", place))
    parents = tuple(p for p in [_text(row, "in_reply_to", place).strip(" <>")] if p)
    return Event(
        kind="mail",
        at=parse_moment(row["date"], place) if isinstance(row.get("date"), str) and row["date"] else EPOCH,
        keys=("line",),
        sender=sender[0] if sender else None,
        to=to,
        cc=_parties(row, "cc", place) + _parties(row, "bcc", place),
        subject=_text(row, "subject", place),
        text=words.own,
        quoted=words.quoted,
        parents=parents,
    )


def _thread(row: Mapping[str, Any], place: str) -> list[Event]:
    thread = row.get("thread") or []
    if not isinstance(thread, list) or not all(isinstance(one, dict) for one in thread):
        raise InputError(f"{place}: 'thread' must be a list of objects")
    return [parse_mail(one, place) for one in thread]


def _calendar(row: Mapping[str, Any], place: str) -> Event:
    start = parse_moment(_text(row, "start", place) or _text(row, "date", place), place)
    end = parse_moment(_text(row, "end", place), place) if row.get("end") else start + timedelta(hours=1)
    if end < start:
        raise InputError(f"{place}: the entry ends before it starts", "Exchange 'start' and 'end'")
    invited = _parties(row, "attendees", place) or _parties(row, "to", place)
    organizer = _parties(row, "organizer", place) or _parties(row, "from", place) or invited
    status = row.get("status") or "confirmed"
    if not isinstance(status, str) or status.lower() not in _ENTRY_STATUSES:
        raise InputError(f"{place}: unknown status {status!r}", f"Known are {', '.join(_ENTRY_STATUSES)}")
    return Event(
        kind="calendar",
        at=start,
        keys=("line",),
        sender=organizer[0] if organizer else None,
        to=invited,
        subject=_text(row, "summary", place) or _text(row, "subject", place),
        text=_text(row, "description", place) or _text(row, "text", place),
        appointment=Appointment(
            end=end,
            status=_ENTRY_STATUSES[status.lower()],
            all_day=bool(row.get("all_day")),
            answers={str(k).lower(): str(v).lower() for k, v in dict(row.get("answers") or {}).items()},
        ),
    )


def _text(row: Mapping[str, Any], key: str, place: str) -> str:
    value = row.get(key, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(f"{place}: '{key}' must be text")
    return value.encode("utf-8", "replace").decode("utf-8")


def _parties(row: Mapping[str, Any], key: str, place: str) -> tuple[Party, ...]:
    value = row.get(key) or []
    texts: Sequence[Any] = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise InputError(f"{place}: '{key}' must be an address or a list of addresses")
    texts = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    found = [Party(address.strip().lower(), name) for name, address in getaddresses(texts) if "@" in address]
    return tuple(dict.fromkeys(found))
