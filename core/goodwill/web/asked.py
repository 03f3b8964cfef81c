"""What a browser asked, and what it is answered: plain values between the front and the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from goodwill.errors import GoodwillError
from goodwill.intake import Failed


@dataclass(frozen=True)
class Asked:
    """A request of the owner's: ``form`` has what was posted, ``token`` is what every form must carry."""

    now: datetime
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    token: str = ""

    def said(self, name: str) -> str:
        """A field of the form; raises Failed where it is missing."""
        if name not in self.form:
            raise Failed(400, f"the form has no '{name}'", "Go back, and press the button again")
        return self.form[name]


@dataclass(frozen=True)
class Shown:
    """A page to be made of a template and values."""

    template: str
    values: Mapping[str, Any]
    status: int = 200


@dataclass(frozen=True)
class Go:
    """Leads elsewhere, where ``told`` (a key of ``TOLD``) is said."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    told: str = ""

    @property
    def address(self) -> str:
        """The address to go to."""
        query = {**self.query, **({"told": self.told} if self.told else {})}
        return f"{self.path}?{urlencode(query)}" if query else self.path


TOLD: Mapping[str, str] = {
    "confirmed": "Written down: your word outranks what mail shows.",
    "noted": "Noted.",
    "removed": "The note is taken back.",
    "muted": "Neither warnings nor advice about them any more.",
    "heard": "Heard again.",
    "close": "You are close: no more warnings.",
    "judged": "Judged like anybody again.",
    "fine": "Such an ask is fine for them.",
    "fine-no-more": "Such an ask is judged again.",
    "merged": "They are one person now.",
    "split": "They are two persons now.",
    "done": "Done. It is not brought up again.",
    "snooze": "It rests for a week.",
    "not-important": "Of them only what you owe is brought up for three months.",
    "wrong": "Thank you. It is not brought up again.",
    "answered": "Written down, and learnt from.",
    "reset": "The threshold of the configuration holds again; your answers stay.",
}
"""What is said after an action, by a key that an address may carry, which may bring no words of its own."""


def status_of(error: GoodwillError) -> int:
    """The HTTP status of what a person can mend."""
    from goodwill.errors import StoreError

    return 503 if isinstance(error, StoreError) else 422
