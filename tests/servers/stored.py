"""Takes in what a connector gives, with a store of its own."""

from __future__ import annotations

from pathlib import Path

from goodwill.app import App
from goodwill.book import Book
from goodwill.config import Config
from goodwill.detect import Detectors
from goodwill.model import Event
from goodwill.plugin import Connector, Page
from goodwill.posting import stored_events
from goodwill.sync import poll


class Stored:
    """A store that is filled by connectors, and what stands in it."""

    def __init__(self, home: Path, me: str = "me@home.example") -> None:
        self.app = App(home, Config())
        self.app.create()
        with self.app.store.writing():
            self.app.set_owner([me])

    def read(self, connector: Connector, account: str = "google") -> list[Page]:
        """Poll as ``sync`` would."""
        pages: list[Page] = []
        poll(
            self.app.store,
            connector,
            account,
            Book(Detectors([]), keep_full=True, now=0),
            0,
            lambda page, _: pages.append(page),
            lasting=True,
            renew=False,
        )
        return pages

    def events(self) -> list[Event]:
        with self.app.store.reading() as connection:
            return sorted((event for _, event in stored_events(connection)), key=lambda event: event.at)

    def starts(self) -> list[str]:
        return [f"{event.at:%m-%d %H:%M}" for event in self.events()]
