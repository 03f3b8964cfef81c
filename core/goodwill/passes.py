"""Leave for one held mail to go all the same: a link that the owner opens, once.

Of the mail only the name of its check is kept (the same for the same asks to the same people).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from goodwill.slate import Slate

FILE = "passes.json"
VALID = 3_600
"""Seconds for which a link leads somewhere, and for which leave that was given holds."""


class Passes:
    """The passes of one home, by the hashes of their tokens."""

    def __init__(self, home: Path) -> None:
        self._slate = Slate(home / FILE, "Remove it")

    def offer(self, check: str, now: int) -> str:
        """A token for the mail that ``check`` names; moments are in seconds."""
        token = secrets.token_urlsafe(16)
        one = {"check": check, "until": now + VALID, "granted": False}
        self._slate.change(lambda told: {**_valid(told, now), _key(token): one})
        return token

    def is_offered(self, token: str, now: int) -> bool:
        """Whether a token is for anything."""
        return _key(token) in _valid(self._slate.read(), now)

    def grant(self, token: str, now: int) -> None:
        """Give leave, within an hour from now."""
        granted = {"granted": True, "until": now + VALID}
        key = _key(token)
        self._slate.change(
            lambda told: {
                name: {**one, **(granted if name == key else {})} for name, one in _valid(told, now).items()
            }
        )

    def take(self, check: str, now: int) -> bool:
        """Take the leave that was given for the mail that ``check`` names; whether there was any.

        Leave holds once, for one of several that go at the same time too.
        """
        had: list[bool] = []

        def taken(told: Mapping[str, Any]) -> dict[str, Any]:
            valid = _valid(told, now)
            had.append(any(one["check"] == check and one["granted"] for one in valid.values()))
            return {name: one for name, one in valid.items() if not had[-1] or one["check"] != check}

        if not any(one.get("granted") for one in _valid(self._slate.read(), now).values()):
            return False
        self._slate.change(taken)
        return had[-1]

    def give_back(self, check: str, now: int) -> None:
        """The mail has not gone: the leave that was taken for it holds again."""
        one = {"check": check, "until": now + VALID, "granted": True}
        self._slate.change(lambda told: {**_valid(told, now), _key(secrets.token_urlsafe(16)): one})


def _valid(told: Mapping[str, Any], now: int) -> dict[str, Any]:
    return {key: one for key, one in told.items() if isinstance(one, dict) and one.get("until", 0) > now}


def _key(token: str) -> str:
    return sha256(token.encode()).hexdigest()
