"""Who may see the page: a browser that followed a link which `goodwill page` or `goodwill serve` printed.

A link is short-lived and holds once. Of links and of the sessions that they open only hashes are kept.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from goodwill.slate import Slate

FILE = "sessions.json"
LINK_SECONDS = 600
SESSION_SECONDS = 12 * 3_600
MOST = 50
"""Links, and sessions, that are kept at the most: the oldest go."""


class Sessions:
    """The links and sessions of one home; moments are in seconds."""

    def __init__(self, home: Path) -> None:
        self._slate = Slate(home / FILE, "Remove it, and sign in again: goodwill page")

    def invite(self, now: int) -> str:
        """The secret of a new link."""
        token = secrets.token_urlsafe(24)
        self._slate.change(lambda told: _book(told, now, links={_key(token): now + LINK_SECONDS}))
        return token

    def admit(self, link: str, now: int) -> str | None:
        """The secret of a new session for whoever knows a ``link``, once; None where that leads nowhere."""
        key, token = _key(link), secrets.token_urlsafe(32)
        if key not in _valid(self._slate.read(), "links", now):
            return None
        admitted: list[bool] = []

        def change(told: dict[str, Any]) -> dict[str, Any]:
            admitted.append(key in _valid(told, "links", now))
            opened = {_key(token): now + SESSION_SECONDS} if admitted[-1] else {}
            return _book(told, now, sessions=opened, without=key)

        self._slate.change(change)
        return token if admitted[-1] else None

    def is_open(self, token: str, now: int) -> bool:
        """Whether ``token`` is a session's that has not ended."""
        return bool(token) and _key(token) in _valid(self._slate.read(), "sessions", now)

    def end(self, token: str, now: int) -> None:
        """End a session."""
        self._slate.change(lambda told: _book(told, now, without=_key(token)))


def form_token(session: str) -> str:
    """What every form of a session carries: nobody can know it who does not know the session."""
    return hmac.new(session.encode("utf-8", "replace"), b"form", sha256).hexdigest()


def is_form_token(session: str, told: str) -> bool:
    """Whether ``told`` is the session's form token."""
    return hmac.compare_digest(form_token(session).encode(), told.encode("utf-8", "replace"))


def _book(
    told: Mapping[str, Any],
    now: int,
    links: Mapping[str, int] = {},
    sessions: Mapping[str, int] = {},
    without: str = "",
) -> dict[str, Any]:
    found = {}
    for name, more in (("links", links), ("sessions", sessions)):
        kept = {key: until for key, until in _valid(told, name, now).items() if key != without} | dict(more)
        found[name] = dict(sorted(kept.items(), key=lambda one: one[1])[-MOST:])
    return found


def _valid(told: Mapping[str, Any], name: str, now: int) -> dict[str, int]:
    kept = told.get(name)
    if not isinstance(kept, dict):
        return {}
    return {key: until for key, until in kept.items() if isinstance(until, int) and until > now}


def _key(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
