"""The door's pages behind the links of a digest: what a link does is done by a button, never by opening it.

Mail programs and their servers open links ahead of their owners, so a GET changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from goodwill.advised import Word
from goodwill.advising import FOLLOWS, word_of
from goodwill.clock import Clock
from goodwill.codec import seconds
from goodwill.errors import InputError, StoreError
from goodwill.leaves import page
from goodwill.links import Link, Links, State

PATH = "/advice/"
"""What comes after it is a token, which belongs into no log."""
HEADERS = {"Referrer-Policy": "no-referrer"}
_OVER = (
    "This link was used, or has had its time",
    "The next digest brings new ones; `goodwill advice` works always.",
)
_UNKNOWN = (
    "This link leads nowhere",
    "It is not whole, or older than two months; `goodwill advice` works always.",
)
_BUSY = "It could not be written down just now", "Go back, and press the button again in a minute."

Work = Callable[[Callable[[], Any]], Awaitable[Any]]


class Desk(Protocol):
    """Who knows about whom an advice was, and keeps what the owner says of it."""

    def advised(self, key: str) -> tuple[str, str] | None: ...

    def advise(self, key: str, address: str, word: Word, now: datetime) -> None: ...


def routes(links: Links, desk: Desk, clock: Clock, work: Work) -> list[Route]:
    """The one route; ``work`` does elsewhere what takes its time."""

    async def answered(request: Request) -> Response:
        token, now = str(request.path_params["token"]), clock.moment()
        task = partial(_use if request.method == "POST" else _look, links, desk, token, now)
        try:
            found: Response = await work(task)
            return found
        except StoreError:
            return _page(*_BUSY, status=503)

    return [Route(PATH + "{token}", answered, methods=["GET", "POST"])]


def _look(links: Links, desk: Desk, token: str, now: datetime) -> Response:
    state, link = links.look(token, seconds(now))
    meant = _meant(desk, link)
    if state != "open" or meant is None:
        return _nothing(state)
    _, name, word = meant
    return _page(f"{name}: {word}?", f"{FOLLOWS[word]}.", button=word.capitalize())


def _use(links: Links, desk: Desk, token: str, now: datetime) -> Response:
    state, link = links.use(token, seconds(now))
    meant = _meant(desk, link)
    if state != "open" or link is None or meant is None:
        return _nothing(state)
    address, name, word = meant
    try:
        desk.advise(link.key, address, word, now)
    except BaseException:
        links.give_back(token, seconds(now))
        raise
    return _page(f"{name}: {word}", f"Noted. {FOLLOWS[word]}.")


def _meant(desk: Desk, link: Link | None) -> tuple[str, str, Word] | None:
    """About whom (address, name) a link is, and what it says; None where nobody knows any more."""
    about = desk.advised(link.key) if link else None
    try:
        return (*about, word_of(link.word)) if link and about else None
    except InputError:
        return None


def _nothing(state: State) -> Response:
    return _page(*_UNKNOWN, status=404) if state == "unknown" else _page(*_OVER, status=410)


def _page(title: str, text: str, button: str = "", status: int = 200) -> Response:
    made = page(title, text, button, status)
    made.headers.update(HEADERS)
    return made
