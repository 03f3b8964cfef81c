"""Who holds a calendar entry: items of several streams may, and it is called off when the last lets go."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Column, Connection, delete, select

from goodwill import schema
from goodwill.book import CHUNK, Book
from goodwill.codec import digest, seconds, storable
from goodwill.plugin import Item, Page, Whole
from goodwill.posting import batches

_ITEMS, _KEYS, _EVENTS = schema.items, schema.keys.c, schema.events.c


def key_of(item: Item) -> int | None:
    """The hash of the calendar entry that an item holds; None for a mail, and for a file of many entries."""
    held = [one.key for one in item.series] or [
        event.keys[0] for event in item.events if event.kind == "calendar" and event.keys
    ]
    return digest(held[0]) if len(held) == 1 else None


def call_off(connection: Connection, stream: int, page: Page, book: Book) -> None:
    """Take out what the items of a page no longer hold, unless another stream does."""
    for item in page.items:
        for series in item.series:
            held = [key for event in item.events for key in event.keys]
            lost = book.missing(connection, series, held)
            hashes = _hashes(connection, lost)
            _drop(connection, stream, _ITEMS.c.key, hashes)
            book.call_off(connection, lost - _events(connection, _held(connection, hashes)))
    gone = {storable(item.id) for item in page.items if item.gone} | _absent(connection, stream, page.whole)
    hashes = _of_items(connection, stream, gone)
    _drop(connection, stream, _ITEMS.c.item, gone)
    book.call_off(connection, _events(connection, hashes - _held(connection, hashes)))


def _absent(connection: Connection, stream: int, whole: Whole | None) -> set[str]:
    """The items of a stream that stand in the time of which ``whole`` names all, and are not named.

    An item holds one entry, or an entry with all its occurrences.
    """
    if whole is None:
        return set()
    items = select(_ITEMS.c.item).where(_ITEMS.c.stream_id == stream)
    items = items.where(_EVENTS.at >= seconds(whole.since), _EVENTS.at < seconds(whole.until))
    one = items.where(_ITEMS.c.key == _KEYS.hash, _KEYS.event_id == _EVENTS.id)
    all_ = items.where(_ITEMS.c.key == _EVENTS.series)
    return {name for query in (one, all_) for name in connection.scalars(query)} - whole.ids


def _of_items(connection: Connection, stream: int, names: Collection[str]) -> set[int]:
    """The hashes of what items of a stream hold."""
    items, found = _ITEMS.c, set[int]()
    for chunk in batches(sorted(names), CHUNK):
        query = select(items.key).where(items.stream_id == stream, items.item.in_(chunk))
        found.update(key for key in connection.scalars(query) if key is not None)
    return found


def _held(connection: Connection, hashes: Iterable[int]) -> set[int]:
    """Those of ``hashes`` that an item of any stream holds still."""
    found: set[int] = set()
    for chunk in batches(sorted(hashes), CHUNK):
        found.update(connection.scalars(select(_ITEMS.c.key).where(_ITEMS.c.key.in_(chunk))))
    return found


def _hashes(connection: Connection, events: Iterable[int]) -> set[int]:
    """The hashes of the keys of stored events."""
    found: set[int] = set()
    for chunk in batches(sorted(events), CHUNK):
        found.update(connection.scalars(select(_KEYS.hash).where(_KEYS.event_id.in_(chunk))))
    return found


def _events(connection: Connection, hashes: Iterable[int]) -> set[int]:
    """The stored events, and all occurrences of the series, whose keys have these ``hashes``."""
    found: set[int] = set()
    for chunk in batches(sorted(hashes), CHUNK):
        found.update(connection.scalars(select(_KEYS.event_id).where(_KEYS.hash.in_(chunk))))
        found.update(connection.scalars(select(_EVENTS.id).where(_EVENTS.series.in_(chunk))))
    return found


def _drop(connection: Connection, stream: int, column: Column[Any], values: Collection[Any]) -> None:
    """Forget items of a stream, by one of their columns."""
    for chunk in batches(sorted(values), CHUNK):
        connection.execute(delete(_ITEMS).where(_ITEMS.c.stream_id == stream, column.in_(chunk)))
