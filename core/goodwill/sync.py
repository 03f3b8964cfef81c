"""One poll: each page of a connector is stored whole, with its cursor, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from sqlalchemy import Connection, insert, select, update

from goodwill import gate, holders, schema
from goodwill.book import Book, Tally
from goodwill.codec import digest, seconds, storable
from goodwill.plugin import Connector, Page
from goodwill.posting import batches, get_meta, next_id, refresh_people
from goodwill.store import Store

CHUNK = 400
MAX_PROBLEMS = 1_000
"""Kept of one stream at the most: a folder of rubbish must not fill the disk with complaints."""

PATIENCE = 120
"""Seconds to wait for another writer between two pages of a poll that lasts."""
SETTLE_PAGES = 32
"""So often a poll that lasts brings the persons up to date (and after its pages 1, 2, 4, 8 …)."""

Progress = Callable[[Page, Tally], None]


class Known:
    """Tells a connector which items the store has met, and ``readers`` have read (``plugin.Known``).

    With None any readers will do.
    """

    def __init__(self, store: Store, account: str, readers: int | None) -> None:
        self._store = store
        self._account = account
        self._readers = readers

    def __call__(self, stream: str, ids: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        table = schema.items.c
        found: set[tuple[str, str]] = set()
        asked = {(storable(item), version): (item, version) for item, version in ids}
        with self._store.reading() as connection:
            number = _stream_id(connection, self._account, storable(stream))
            if number is None or self._readers not in (None, _readers_of(connection, number)):
                return found
            query = select(table.item, table.version).where(table.stream_id == number)
            if len(ids) > 5 * CHUNK:
                stored = {(item, version) for item, version in connection.execute(query)}
                return {asked[one] for one in stored.intersection(asked)}
            for chunk in batches(asked, CHUNK):
                rows = connection.execute(query.where(table.item.in_([item for item, _ in chunk])))
                found.update((item, version) for item, version in rows)
        return {asked[one] for one in found.intersection(asked)}


def poll(
    store: Store,
    connector: Connector,
    account: str,
    book: Book,
    now: int,
    progress: Progress,
    lasting: bool = False,
    renew: bool = True,
    tally: Tally | None = None,
) -> Tally:
    """Take in everything that ``connector`` has; returns what became of it, added to ``tally``.

    Whatever interrupts the poll leaves the store whole pages further, never in the middle of one. With
    ``renew`` a stream that other detectors have read is read again from its beginning: what they were is all
    that is known of mail whose text was not kept. A ``lasting`` poll takes the right to write itself, page
    by page; any other has it from its caller.
    """
    tally = tally if tally is not None else Tally()
    with store.transaction() as connection:
        readers = book.readers(connection) if renew else None
        cursors = _cursors(connection, account, readers)
    for number, page in enumerate(connector.poll(cursors, Known(store, account, readers)), 1):
        with _writing(store, lasting):
            taken = Tally()
            with store.transaction() as connection:
                _take(connection, page, account, book, now, taken)
            tally.add(taken)  # only what is stored counts
            if lasting and (number % SETTLE_PAGES == 0 or number & (number - 1) == 0):
                settle(store)
        progress(page, tally)
    with _writing(store, lasting):
        settle(store)
    return tally


def _writing(store: Store, lasting: bool) -> AbstractContextManager[None]:
    """The right to write, for a page only where a poll may take hours; else the caller has it already."""
    return store.writing(PATIENCE) if lasting else nullcontext()


def settle(store: Store) -> None:
    """Bring the persons up to date with the names and addresses that came in."""
    with store.reading() as connection:
        stale = get_meta(connection, "people_stale") == "1"
    if stale:
        with store.transaction() as connection:
            refresh_people(connection)


def _take(connection: Connection, page: Page, account: str, book: Book, now: int, tally: Tally) -> None:
    readers = book.readers(connection)
    stream = _open_stream(connection, account, storable(page.stream), readers)
    events = [event for item in page.items for event in item.events]
    book.append(connection, events, tally)
    _remember(connection, stream, page)
    holders.call_off(connection, stream, page, book)
    tally.items += len(page.items)
    _complain(connection, account, page, now, tally)
    values: dict[str, object] = {"polled_at": now, "complete": int(page.complete)}
    values |= {"done": page.done, "total": max(page.total, page.done)} if page.done or page.total else {}
    dated = [seconds(event.at) for event in events if event.dated]
    if dated:
        before = connection.scalar(select(schema.streams.c.reaches).where(schema.streams.c.id == stream))
        values["reaches"] = min([*dated, *([] if before is None else [before])])
    if page.complete:
        values["readers"] = readers
    if page.next_cursor is not None:
        values["cursor"] = page.next_cursor
    connection.execute(update(schema.streams).where(schema.streams.c.id == stream).values(values))


def _open_stream(connection: Connection, account: str, name: str, readers: int) -> int:
    number = _stream_id(connection, account, name)
    if number is None:
        number = next_id(connection, schema.streams)
        row = {"id": number, "account": account, "name": name, "complete": 0, "readers": readers}
        connection.execute(insert(schema.streams), row)
    return number


def _stream_id(connection: Connection, account: str, name: str) -> int | None:
    table = schema.streams.c
    return connection.scalar(select(table.id).where(table.account == account, table.name == name))


def _readers_of(connection: Connection, stream: int) -> int | None:
    return connection.scalar(select(schema.streams.c.readers).where(schema.streams.c.id == stream))


def _cursors(connection: Connection, account: str, readers: int | None) -> dict[str, str]:
    table = schema.streams.c
    query = select(table.name, table.cursor).where(table.account == account, table.cursor.is_not(None))
    if readers is not None:
        query = query.where(table.readers == readers)
    return {row.name: row.cursor for row in connection.execute(query)}


def _remember(connection: Connection, stream: int, page: Page) -> None:
    table = schema.items
    refused = _refused(connection, page)
    wanted = {(storable(item.id), item.version) for item in page.items if item.id not in refused}
    stored: set[tuple[str, str]] = set()
    for chunk in batches(sorted({item for item, _ in wanted}), CHUNK):
        query = select(table.c.item, table.c.version).where(table.c.stream_id == stream)
        stored.update((i, v) for i, v in connection.execute(query.where(table.c.item.in_(chunk))))
    keys = {(storable(item.id), item.version): holders.key_of(item) for item in page.items}
    rows = [
        {"stream_id": stream, "item": i, "version": v, "key": keys[i, v]} for i, v in sorted(wanted - stored)
    ]
    if rows:
        connection.execute(insert(table), rows)


def _refused(connection: Connection, page: Page) -> set[str]:
    """The items whose own names may name somebody, and of which nothing was let in (see ``gate``)."""
    hashes = {
        item.id: [digest(event.keys[0]) for event in item.events if event.keys]
        for item in page.items
        if "@" in item.id and item.events
    }
    keys = schema.keys.c
    let_in: set[int] = set()
    for chunk in batches(sorted({one for found in hashes.values() for one in found}), CHUNK):
        query = select(keys.hash, keys.event_id).where(keys.hash.in_(chunk))
        rows = dict(tuple(row) for row in connection.execute(query))
        shut = gate.closed(connection, set(rows.values())) | {gate.NOTHING}
        let_in.update(hash_ for hash_, event in rows.items() if event not in shut)
    return {id_ for id_, found in hashes.items() if let_in.isdisjoint(found)}


def _complain(connection: Connection, account: str, page: Page, now: int, tally: Tally) -> None:
    found = [problem for item in page.items for problem in item.problems] + list(page.problems)
    tally.problems += len(found)
    table = schema.problems
    known = set(connection.scalars(select(table.c.place).where(table.c.source == account)).all())
    rows = [
        {
            "at": now,
            "source": account,
            "place": storable(p.place),
            "what": storable(p.what),
            "remedy": p.remedy,
        }
        for p in found
        if storable(p.place) not in known
    ]
    if rows and len(known) < MAX_PROBLEMS:
        connection.execute(insert(table), rows)
