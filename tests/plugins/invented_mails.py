"""Invented mails for the detectors' tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from goodwill.model import Context, Event, Party, Signal

AT = datetime(2025, 3, 4, 10, 0, tzinfo=UTC)
OWNER = Party("nora@birchwood.example", "Nora Birch")
FRIEND = Party("otto@lindenhof.example", "Otto Linden")
OTHER = Party("ines@marlowe.example", "Ines Marlowe")
NOTHING = Context(frozenset({OWNER.address}))


def mail(text: str, **changes: Any) -> Event:
    """Return a mail of ``text`` from the owner to a friend, with ``changes``."""
    fields: dict[str, Any] = {"kind": "mail", "at": AT, "keys": ("k",), "sender": OWNER, "to": (FRIEND,)}
    return Event(**{**fields, "text": text, **changes})


def seen(plugin: Any, event: Event, context: Context = NOTHING) -> list[Signal]:
    """Return the signals that ``plugin`` sees in ``event``."""
    return list(plugin.goodwill_detect(event=event, context=context))
