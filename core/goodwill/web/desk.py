"""What all browsers of one home share: the book, everybody at one glance, and who answers which address."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from goodwill.app import App, Status
from goodwill.codec import seconds
from goodwill.counter import Counter
from goodwill.errors import StoreError
from goodwill.intake import Failed
from goodwill.model import Person, Standing
from goodwill.roll import Roll
from goodwill.roster import Roster
from goodwill.web.asked import Asked, Go, Shown

if TYPE_CHECKING:
    from goodwill.web.making import Templates

Handler = Callable[["Desk", Asked], "Shown | Go"]
FIRST_WAIT, LATER_WAIT = 4.0, 0.4
"""Seconds for which a page waits for everybody to be counted: the first time, and from then on."""
STATUS_SECONDS = 10
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
PAGES = ("/", "/people", "/person", "/person/forget", "/check", "/warnings", "/accounts", "/network")
ACTS = (
    "/advice", "/person/confirm", "/person/since", "/person/note", "/person/note/remove", "/person/mute",
    "/person/close", "/person/fine", "/person/merge", "/person/split", "/person/forget", "/check",
    "/check/answer", "/warnings/answer", "/warnings/reset",
)  # fmt: skip
"""What shows something, and what changes something or says something of a draft."""


class Desk:
    """Answers for the pages of ``app``'s home."""

    paths = tuple(dict.fromkeys((*PAGES, *ACTS)))

    def __init__(self, app: App, counter: Counter) -> None:
        self.app = app
        self.counter = counter
        self._status: tuple[float, Status] | None = None

    @cached_property
    def roster(self) -> Roster:
        """Everybody, kept in memory from the first question on."""
        return Roster(self.app.store)

    @staticmethod
    def methods(path: str) -> tuple[str, ...]:
        """By which methods a path is asked for."""
        return (("GET",) if path in PAGES else ()) + (("POST",) if path in ACTS else ())

    def answer(self, asked: Asked, posted: bool) -> tuple[str, int] | Go:
        """The page as HTML with its status, or where to go instead."""
        if not self.app.store.is_in_place():
            raise StoreError(
                f"{self.app.store.place}: this is no longer the store that was opened",
                "Start `goodwill serve` (or `goodwill run`) anew",
            )
        handler = (self._acts if posted or asked.path not in PAGES else self._pages)[asked.path]
        shown = handler(self, asked)
        return shown if isinstance(shown, Go) else (self._templates.render(shown, asked), shown.status)

    def roll(self, asked: Asked, hurry: bool = False) -> Roll | None:
        """Everybody as of about now; None while they are counted for the first time."""
        patience = LATER_WAIT if hurry or self.roster.is_known else FIRST_WAIT
        return self.roster.roll(seconds(asked.now), patience)

    def person(self, address: str, asked: Asked) -> tuple[Person, Standing]:
        """Whoever has this very address, with the standing; raises Failed for nobody."""
        account, _ = self.app.account(address, asked.now)
        if not account.person or not account.person.id or address.strip().lower() in self.app.owner():
            raise Failed(404, f"nobody is known by '{address[:80]}'", "The page People lists everybody")
        return account.person, account.standing

    def status(self) -> Status:
        """What `goodwill status` shows, as of a moment ago: it looks at every mail."""
        kept = self._status
        if kept is None or time.monotonic() - kept[0] > STATUS_SECONDS:
            kept = self._status = time.monotonic(), self.app.status()
        return kept[1]

    def file(self, name: str) -> tuple[bytes, str] | None:
        """A file that pages refer to, with its kind; None where there is none of this name."""
        return self._files.get(name)

    @cached_property
    def _files(self) -> Mapping[str, tuple[bytes, str]]:
        folder = files("goodwill.web") / "static"
        found = {one.name: (one.read_bytes(), KINDS[Path(one.name).suffix]) for one in folder.iterdir()}
        return found | {"htmx.js": (_htmx(), KINDS[".js"])}

    @cached_property
    def _templates(self) -> Templates:
        from goodwill.web.making import Templates

        return Templates()

    @cached_property
    def _pages(self) -> Mapping[str, Handler]:
        from goodwill.web import pages

        return pages.HANDLERS

    @cached_property
    def _acts(self) -> Mapping[str, Handler]:
        from goodwill.web import acts

        return acts.HANDLERS


def _htmx() -> bytes:
    """The script of the package that brings it; the package itself is Django's and is not loaded."""
    spec = find_spec("js_lib_htmx")
    for place in (spec and spec.submodule_search_locations) or ():
        return (Path(place) / "static" / "htmx" / "htmx.min.js").read_bytes()
    raise StoreError("the package django-js-lib-htmx is not installed", "Install Goodwill anew")


def is_number(text: str) -> bool:
    """Whether ``text`` is a whole number that a page may have."""
    return re.fullmatch(r"[0-9]{1,9}", text) is not None
