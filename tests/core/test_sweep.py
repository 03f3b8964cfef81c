"""What was deleted leaves the file and its journal, or it is said that it could not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from goodwill import care
from goodwill.codec import seconds
from goodwill.store import Store


@pytest.fixture
def store(tmp_path: Path):
    store = Store(tmp_path / "home")
    store.open(create=True)
    yield store
    store.close()


def leave(connection: sqlite3.Connection) -> None:
    """Delete rows as SQLite does by itself: their bytes stay in free pages, and in the journal."""
    connection.execute("PRAGMA secure_delete=OFF")
    with connection:
        rows = [(f"{number}", "okapi " * 200) for number in range(200)]
        connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)
    with connection:
        connection.execute("DELETE FROM meta WHERE value LIKE 'okapi%'")


def files_that_hold(home: Path, word: bytes) -> set[str]:
    return {path.name for path in home.glob("goodwill.db*") if word in path.read_bytes()}


def test_free_pages_and_the_journal_are_emptied_though_another_has_the_store_open(store: Store):
    with closing(sqlite3.connect(store.path)) as other:
        leave(other)
        other.execute("PRAGMA wal_checkpoint(PASSIVE)")
        assert files_that_hold(store.home, b"okapi") == {"goodwill.db", "goodwill.db-wal"}
        assert care.sweep(store)
        assert files_that_hold(store.home, b"okapi") == set()


def test_while_another_reads_the_sweep_stays_due(store: Store):
    with store.transaction() as connection:
        care.wiping(connection)
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    with closing(sqlite3.connect(store.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM meta").fetchone()
        assert not care.sweep(store)
        assert care.is_unswept(store)
    assert care.retain(store, 0, datetime(2026, 1, 1, tzinfo=UTC)) == 0
    assert not care.is_unswept(store)


@pytest.mark.parametrize(
    ("now", "months", "day"),
    [
        ("2026-05-31", 3, "2026-02-28"),
        ("2024-05-31", 3, "2024-02-29"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-01-15", 13, "2024-12-15"),
        ("2026-01-15", 1200, "1926-01-15"),
    ],
)
def test_months_are_those_of_the_calendar(now: str, months: int, day: str):
    at = datetime.fromisoformat(now).replace(hour=7, tzinfo=UTC)
    assert care.oldest(months, at) == seconds(datetime.fromisoformat(day).replace(tzinfo=UTC))
