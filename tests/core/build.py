"""Small builders for tests of the core: contacts, signals, events, all plainly invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from goodwill.model import Appointment, Contact, Event, Flag, Party, Signal

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ME, YOU, THIRD = "me@home.example", "you@there.example", "third@elsewhere.example"
OWNER = frozenset({ME})
THEIRS = frozenset({YOU})


def at(days_ago: float) -> int:
    return int((NOW - timedelta(days=days_ago)).timestamp())


def number(*parts: object) -> int:
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=6).digest(), "big")


def ask(
    by: str = ME, to: str = YOU, size: str = "medium", routine: bool = False, type: str = "help"
) -> Signal:
    return Signal("ask", type, by, (to,), size, routine, "", 0.9, "could you …?")  # type: ignore[arg-type]


def favour(
    by: str = ME, to: str = YOU, size: str = "medium", status: str = "given", type: str = "help"
) -> Signal:
    return Signal("favour", type, by, (to,), size, False, status, 0.9, "here it is")  # type: ignore[arg-type]


def letter(
    days_ago: float, out: bool, *signals: Signal, topic: int | None = None, others: int = 0
) -> Contact:
    flags = (Flag.OUT if out else Flag.IN) | Flag.DIRECT * (others == 0) | others << Flag.OTHERS_SHIFT
    id_ = number("letter", days_ago, out, signals, topic, others)
    return Contact(at(days_ago), id_, flags, message=id_, topic=topic, signals=signals)


def meeting(days_ago: float, minutes: int = 60, others: int = 0) -> Contact:
    flags = Flag.MEETING | Flag.DIRECT * (others == 0) | others << Flag.OTHERS_SHIFT
    id_ = number("meeting", days_ago, minutes, others)
    return Contact(at(days_ago), id_, flags, minutes=minutes)


def mail(
    sender: str,
    to: list[str],
    days_ago: float = 1,
    subject: str = "hello",
    text: str = "Hello there.",
    message_id: str = "",
    **more: object,
) -> Event:
    message_id = message_id or f"{number(sender, tuple(to), days_ago, subject, text)}@mail.example"
    return Event(
        kind="mail",
        at=NOW - timedelta(days=days_ago),
        keys=(f"mid:{message_id}",),
        sender=Party(sender),
        to=tuple(Party(address) for address in to),
        subject=subject,
        text=text,
        message_id=message_id,
        **more,  # type: ignore[arg-type]
    )


def entry(
    people: list[str], days_ago: float = 1, hours: float = 1, version: str = "", **more: object
) -> Event:
    start = NOW - timedelta(days=days_ago)
    return Event(
        kind="calendar",
        at=start,
        keys=(f"cal:{number(tuple(people), days_ago)}",),
        sender=Party(people[0]),
        to=tuple(Party(address) for address in people),
        subject="Lunch",
        version=version,
        appointment=Appointment(end=start + timedelta(hours=hours), **more),  # type: ignore[arg-type]
    )
