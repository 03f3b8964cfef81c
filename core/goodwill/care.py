"""Keeps in the store's file only what the store still says: old words go, and so do their bytes."""

from __future__ import annotations

import sqlite3
from calendar import monthrange
from contextlib import closing
from datetime import datetime

from sqlalchemy import Connection, select, update

from goodwill import schema
from goodwill.codec import seconds
from goodwill.errors import StoreError
from goodwill.posting import get_meta, set_meta
from goodwill.store import Store

UNSWEPT = "unswept"
PATIENCE_MS = 2_000
"""Milliseconds to wait for whoever reads the store while it is swept."""


def wiping(connection: Connection) -> None:
    """Have SQLite overwrite with zeros what is deleted from now on, and remember that a sweep is due.

    Another database does as it likes with what is deleted.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
        set_meta(connection, UNSWEPT, "1")


def sweep(store: Store) -> bool:
    """Write the file anew without what was deleted, and empty its journal; the caller may write.

    Returns False where that must wait, because another program reads an earlier state of the store. Raises
    StoreError where the disk has no room for it: then too what was deleted is deleted.
    """
    if store.file is None:
        return True
    try:
        with closing(sqlite3.connect(store.file, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("VACUUM")
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return False
        raise StoreError(
            f"{store.place}: what was deleted may still be in free pages of the file: {error}",
            "Free as much disk space as the file takes, and run this again",
        ) from None
    if busy:
        return False
    with store.transaction() as connection:
        set_meta(connection, UNSWEPT, "0")
    return True


def is_unswept(store: Store) -> bool:
    """Whether bytes of what was deleted may still be in the file."""
    with store.reading() as connection:
        return get_meta(connection, UNSWEPT) == "1"


def oldest(months: int, now: datetime) -> int:
    """From which moment (seconds) on words are kept, if for so many ``months`` (0: for ever)."""
    return seconds(_months_before(now, months)) if months else -(2**62)


def retain(store: Store, months: int, now: datetime) -> int:
    """Empty the words of mails and entries older than ``months`` months (0: none); returns of how many.

    Signals with the sentences they quote stay, so that no number changes. The caller may write.
    """
    emptied = 0
    if months:
        table = schema.events
        old = (table.c.at < oldest(months, now)) & (table.c.text.is_not(None) | table.c.quoted.is_not(None))
        with store.reading() as connection:
            due = connection.execute(select(table.c.id).where(old).limit(1)).first()
        if due is not None:
            with store.transaction() as connection:
                wiping(connection)
                emptied = connection.execute(update(table).where(old).values(text=None, quoted=None)).rowcount
    if is_unswept(store):
        sweep(store)
    return emptied


def _months_before(now: datetime, months: int) -> datetime:
    """The beginning of the day so many months ago, so that words go once a day at the most."""
    month = now.year * 12 + now.month - 1 - months
    if month < 12:
        return datetime(1, 1, 1, tzinfo=now.tzinfo)
    year, number = month // 12, month % 12 + 1
    return datetime(year, number, min(now.day, monthrange(year, number)[1]), tzinfo=now.tzinfo)
