"""The links under a line of a digest: tokens that answer it, each good for one answer and for a week.

Only their hashes are kept. What was used or has had its time is remembered for a while, so that whoever opens
such a link is told so.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from goodwill.slate import Slate

FILE = "links.json"
DAY = 86_400
VALID = 7 * DAY
"""Seconds for which a link can be used."""
REMEMBERED = 60 * DAY
"""Seconds after which a link is not even known to have been one."""
State = Literal["open", "over", "unknown"]


@dataclass(frozen=True, slots=True)
class Link:
    """What a token stands for: the answer ``word`` to the advice ``key``. Nobody's name is in it."""

    key: str
    word: str


class Links:
    """The links of one home."""

    def __init__(self, home: Path) -> None:
        self._slate = Slate(home / FILE, "Remove it")

    def make(self, links: Iterable[Link], now: int) -> dict[Link, str]:
        """A token for each link; ``now`` is in seconds. Raises StoreError where they cannot be kept."""
        tokens = {link: secrets.token_urlsafe(24) for link in links}
        new = {
            _hash(token): {
                "key": link.key,
                "word": link.word,
                "until": now + VALID,
            }
            for link, token in tokens.items()
        }
        if new:
            self._slate.change(lambda told: {**_known(told, now), **new})
        return tokens

    def look(self, token: str, now: int) -> tuple[State, Link | None]:
        """What a token is good for: nothing is changed by looking."""
        return _read(_known(self._slate.read(), now).get(_hash(token)), now)

    def use(self, token: str, now: int) -> tuple[State, Link | None]:
        """Use a token up; its link is the caller's alone where it was ``open``."""
        found: list[tuple[State, Link | None]] = []

        def used(told: Mapping[str, Any]) -> dict[str, Any]:
            known = _known(told, now)
            found.append(_read(known.get(_hash(token)), now))
            if found[-1][0] == "open":
                known[_hash(token)] = {**known[_hash(token)], "used": True}
            return known

        self._slate.change(used)
        return found[-1]

    def give_back(self, token: str, now: int) -> None:
        """The answer could not be kept: the token holds again."""
        self._slate.change(lambda told: {**_known(told, now), **_unused(told, _hash(token))})


def _unused(told: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {key: {**told[key], "used": False}} if key in told else {}


def _known(told: Mapping[str, Any], now: int) -> dict[str, Any]:
    return {
        key: one
        for key, one in told.items()
        if isinstance(one, dict) and isinstance(one.get("until"), int) and one["until"] + REMEMBERED > now
    }


def _read(one: Mapping[str, Any] | None, now: int) -> tuple[State, Link | None]:
    if one is None:
        return "unknown", None
    link = Link(*(str(one.get(name, "")) for name in ("key", "word")))
    return ("over" if one.get("used") or one["until"] <= now else "open"), link


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
