"""Events and signals as compact JSON for the store, and as readable JSON for people and plugins (pure)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from goodwill.model import Appointment, Event, Party, Signal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds(at: datetime) -> int:
    """Whole seconds since 1970 UTC; exact for every year that datetime knows, negative before."""
    return (at - EPOCH).days * 86_400 + (at - EPOCH).seconds


def moment(at: int) -> datetime:
    """The UTC moment ``at`` seconds after 1970."""
    return datetime.fromtimestamp(at, UTC)


def iso(at: int | datetime) -> str:
    """An ISO 8601 moment in UTC, whole seconds."""
    when = moment(at) if isinstance(at, int) else at.astimezone(UTC)
    return when.replace(microsecond=0).isoformat()


def digest(text: str) -> int:
    """A stable 63-bit hash of ``text``: about one collision in 10^7 stores of a million keys."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big") >> 1


def message_hash(message_id: str) -> int:
    """The hash by which a Message-ID is found again, however it was bracketed."""
    return digest("mid:" + message_id.strip(" \t<>").lower())


def pack_event(event: Event) -> str:
    """The event without its words, as one JSON array; ``unpack_event`` is its inverse."""
    appointment = event.appointment
    row: list[Any] = [
        list(event.sender) if event.sender else None,
        [list(party) for party in event.to],
        [list(party) for party in event.cc],
        event.subject,
        list(event.keys),
        event.message_id,
        list(event.parents),
        list(event.attachments),
        event.bulk | event.automatic << 1 | event.dated << 2,
        event.version,
    ]
    if appointment is not None:
        flags = appointment.all_day | appointment.recurring << 1 | appointment.busy << 2
        answers = dict(sorted(appointment.answers.items()))
        row.append([seconds(appointment.end), appointment.status, flags, appointment.location, answers])
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def unpack_event(
    kind: str, at: int, payload: str, text: str | None = None, quoted: str | None = None
) -> Event:
    """The event that ``pack_event`` packed, with its words where they were kept."""
    row = json.loads(payload)
    sender, to, cc, subject, keys, message_id, parents, attachments, flags, version = row[:10]
    return Event(
        kind="mail" if kind == "mail" else "calendar",
        at=moment(at),
        keys=tuple(keys),
        sender=Party(*sender) if sender else None,
        to=tuple(Party(*party) for party in to),
        cc=tuple(Party(*party) for party in cc),
        subject=subject,
        text=text or "",
        quoted=quoted or "",
        message_id=message_id,
        parents=tuple(parents),
        attachments=tuple(attachments),
        bulk=bool(flags & 1),
        automatic=bool(flags & 2),
        dated=bool(flags & 4),
        version=version,
        appointment=_unpack_appointment(row[10]) if len(row) > 10 else None,
    )


def _unpack_appointment(row: list[Any]) -> Appointment:
    end, status, flags, location, answers = row
    return Appointment(
        end=moment(end),
        status=status,
        all_day=bool(flags & 1),
        recurring=bool(flags & 2),
        busy=bool(flags & 4),
        location=location,
        answers=answers,
    )


def pack_signal(signal: Signal) -> str:
    """The signal as one JSON array; ``unpack_signal`` is its inverse."""
    row = [
        signal.kind,
        signal.type,
        signal.by,
        list(signal.to),
        signal.size,
        int(signal.routine),
        signal.status,
        round(signal.confidence, 4),
        signal.quote,
    ]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def unpack_signal(payload: str) -> Signal:
    """The signal that ``pack_signal`` packed; its confidence is rounded to four places."""
    return unpack_signals([payload])[0]


def unpack_signals(payloads: Iterable[str]) -> list[Signal]:
    """What ``unpack_signal`` makes of each payload, in one pass of the JSON reader."""
    return [
        Signal(kind, type_, by, tuple(to), size, bool(routine), status, confidence, quote)
        for kind, type_, by, to, size, routine, status, confidence, quote in json.loads(
            f"[{','.join(payloads)}]"
        )
    ]


def readable_event(event: Event) -> dict[str, Any]:
    """The event as ``export`` prints it and subscribers get it: plain JSON values."""
    shown: dict[str, Any] = {
        "kind": event.kind,
        "at": iso(event.at),
        "dated": event.dated,
        "from": _readable_party(event.sender) if event.sender else None,
        "to": [_readable_party(party) for party in event.to],
        "cc": [_readable_party(party) for party in event.cc],
        "subject": event.subject,
        "message_id": event.message_id,
        "parents": list(event.parents),
        "attachments": list(event.attachments),
        "bulk": event.bulk,
        "automatic": event.automatic,
        "keys": sorted(event.keys),
    }
    if event.text:
        shown["text"] = event.text
    if event.appointment:
        appointment = event.appointment
        shown |= {
            "end": iso(appointment.end),
            "status": appointment.status,
            "all_day": appointment.all_day,
            "recurring": appointment.recurring,
            "location": appointment.location,
            "answers": dict(sorted(appointment.answers.items())),
        }
    return shown


def readable_signal(signal: Signal) -> dict[str, Any]:
    """The signal as ``classify`` and ``export`` print it."""
    return {
        "kind": signal.kind,
        "type": signal.type,
        "from": signal.by,
        "to": list(signal.to),
        "size": signal.size,
        "routine": signal.routine,
        "status": signal.status,
        "confidence": round(signal.confidence, 4),
        "quote": signal.quote,
    }


def _readable_party(party: Party) -> dict[str, str]:
    return {"address": party.address, "name": party.name}


def storable(text: str) -> str:
    """The text with bytes that are no UTF-8 (in file names) written as escapes, so that it can be stored."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
