"""Whom the door answers: nobody from another site, and nobody without the word that was agreed (pure).

A page on the web can make a browser send requests to this machine. What it cannot do is choose the ``Host``
(which gives DNS rebinding away), the ``Origin`` (which gives a foreign page away) or know a token.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from goodwill.trust import EXTENSION, Client

NAMES = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP ``status``, and a sentence for whoever builds clients."""

    status: int
    what: str


def foreign(host: str, origin: str | None, port: int) -> Refusal | None:
    """Why a request with these headers is not even listened to; None where it is.

    An ``origin`` may be an extension's, or this door's own page.
    """
    if host.lower() not in {f"{name}:{port}" for name in NAMES}:
        return Refusal(403, "the Host header names another machine")
    if origin is None or EXTENSION.fullmatch(origin):
        return None
    if origin in {f"{scheme}://{name}:{port}" for scheme in ("http", "https") for name in NAMES}:
        return None
    return Refusal(403, "requests from this Origin are not answered")


def stranger(
    authorization: str | None, origin: str | None, known: Callable[[str], Client | None]
) -> Refusal | None:
    """Why a request does not come from a paired client; None where it does."""
    scheme, _, token = (authorization or "").partition(" ")
    client = known(token.strip()) if scheme.lower() == "bearer" and token.strip() else None
    if client is None:
        return Refusal(401, "the token is missing or unknown: pair this client with `goodwill pair`")
    if origin is not None and client.origin != origin:
        return Refusal(403, "this token was given to another client")
    return None
