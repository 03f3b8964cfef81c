"""Is the store whole? What SQLite checks of its pages, and what must hold of the rows in them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sqlalchemy import Connection, inspect, text

from goodwill import backup, schema
from goodwill.errors import StoreError
from goodwill.store import Store

REBUILD = "`goodwill rebuild` makes it anew"
RESTORE = "Put a backup in place of the file (see the README), or move the file away and import again"

_ORPHANS = (
    # What points where, and who mends it: what is derived can be derived again, what was read cannot.
    ("contacts", "event_id", "events", "contacts of mails or entries that are gone", REBUILD),
    ("contacts", "address_id", "addresses", "contacts of addresses that are gone", REBUILD),
    ("names", "address_id", "addresses", "names of addresses that are gone", REBUILD),
    ("addresses", "person_id", "addresses", "addresses of persons who are gone", REBUILD),
    ("links", "event_id", "events", "links from mails that are gone", REBUILD),
    ("keys", "event_id", "events", "keys of mails or entries that are gone", RESTORE),
    ("signals", "event_id", "events", "signals of mails or entries that are gone", RESTORE),
    ("problems", "event_id", "events", "problems of mails or entries that are gone", RESTORE),
    ("items", "stream_id", "streams", "items of sources that are gone", RESTORE),
)
_KEYLESS = "SELECT count(*) FROM events WHERE NOT EXISTS (SELECT 1 FROM keys WHERE keys.event_id = events.id)"
_GARBLED = "SELECT count(*) FROM {} WHERE NOT json_valid(payload)"


def broken_file(store: Store) -> tuple[str, str] | None:
    """What is wrong with the file of a store that need not be open, and what to do; None where all is well.

    Raises StoreError where it cannot be looked at.
    """
    if store.file is None or not store.file.exists():
        return None
    try:
        with closing(backup.opened(store.file)) as raw:
            found = backup.complaints_of(raw)
            empty = not found and raw.execute("SELECT name FROM sqlite_master").fetchone() is None
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"{store.place}: it cannot be looked at: {error}",
            "Check that you may read the file, and that no other program holds it",
        ) from None
    if found:
        return f"the file is damaged ({found[0].splitlines()[-1]})", RESTORE
    return ("the file is empty: not a table is in it", RESTORE) if empty else None


def broken_rows(store: Store) -> tuple[str, str] | None:
    """The first thing that is wrong with the tables of an open store and their rows; as ``broken_file``."""
    with store.reading() as connection:
        there = set(inspect(connection).get_table_names())
        gone = sorted(set(schema.metadata.tables) - there)
        if gone:
            return f"tables are missing: {', '.join(gone)}", RESTORE
        return _wrong_rows(connection)


def _wrong_rows(connection: Connection) -> tuple[str, str] | None:
    for name, column, other, what, remedy in _ORPHANS:
        count = connection.scalar(text(_orphans(name, column, other)))
        if count:
            return f"it holds {count:,} {what}", remedy
    count = connection.scalar(text(_KEYLESS))
    if count:
        return f"it holds {count:,} mails or entries without the keys by which they are known", RESTORE
    if connection.dialect.name == "sqlite":
        for table in (schema.events, schema.signals):
            count = connection.scalar(text(_GARBLED.format(table.name)))
            if count:
                return f"it holds {count:,} {table.name} that cannot be read", RESTORE
    return None


def _orphans(name: str, column: str, other: str) -> str:
    """A query that counts the rows that point nowhere; 0 leads to nothing on purpose (see ``gate``)."""
    return (
        f"SELECT count(*) FROM {name} WHERE {column} <> 0 AND NOT EXISTS"
        f" (SELECT 1 FROM {other} AS other WHERE other.id = {name}.{column})"
    )
