"""Takes in what a connector gives, without a store."""

from __future__ import annotations

from collections.abc import Sequence

from goodwill.plugin import Connector, Page


class Reader:
    """Stores what a connector gives, as ``sync`` would: pages whole, with their cursor."""

    def __init__(self) -> None:
        self.cursors: dict[str, str] = {}
        self.met: set[tuple[str, str, str]] = set()
        self.pages: list[Page] = []

    def known(self, stream: str, ids: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        return {(id_, version) for id_, version in ids if (stream, id_, version) in self.met}

    def read(self, source: Connector, pages: int = 10_000) -> list[str]:
        """Poll at most so many pages; returns the subjects of the events that came."""
        self.pages = []
        for page in source.poll(self.cursors, self.known):
            self.pages.append(page)
            self.met.update((item.stream, item.id, item.version) for item in page.items)
            if page.next_cursor is not None:
                self.cursors[page.stream] = page.next_cursor
            if len(self.pages) == pages:
                break
        return [event.subject for page in self.pages for item in page.items for event in item.events]
