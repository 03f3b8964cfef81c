"""Is the store whole? What SQLite checks of its pages, and what must hold of the rows in them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sqlalchemy import Connection, text

from goodwill import backup, schema
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


def broken(store: Store) -> tuple[str, str] | None:
    """The first thing that is wrong with the store, and what to do about it; None where all is well."""
    if store.file is not None:
        with closing(sqlite3.connect(store.file)) as raw:
            found = backup.complaints_of(raw)
        if found:
            return f"the file is damaged ({found[0].splitlines()[-1]})", RESTORE
    with store.reading() as connection:
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
    """A query that counts the rows that point nowhere; 0 leads to nothing on purpose (see ``door``)."""
    return (
        f"SELECT count(*) FROM {name} WHERE {column} <> 0 AND NOT EXISTS"
        f" (SELECT 1 FROM {other} AS other WHERE other.id = {name}.{column})"
    )
