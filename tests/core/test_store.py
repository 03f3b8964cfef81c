"""The store opens at the right version, or says in one sentence why not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from goodwill.errors import InputError, StoreError
from goodwill.schema import HEAD, metadata
from goodwill.store import Store


@pytest.fixture
def store(tmp_path: Path):
    store = Store(tmp_path / "home")
    store.open(create=True)
    yield store
    store.close()


def test_the_migrations_make_the_tables_that_the_code_uses(store: Store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == HEAD
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_transaction_is_kept_whole_or_not_at_all(store: Store):
    def write_and_fail() -> None:
        with store.transaction() as connection:
            connection.exec_driver_sql("INSERT INTO owner VALUES ('me@home.example')")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_fail()
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM owner").scalar() == 0


def test_a_store_of_a_newer_version_is_left_alone(store: Store):
    with store.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer version") as caught:
        Store(store.home).open(create=False)
    assert "Update Goodwill" in caught.value.remedy


def test_a_second_writer_is_told_to_wait(store: Store):
    with store.writing(), pytest.raises(StoreError, match="another goodwill"), Store(store.home).writing():
        pass


def test_a_reader_is_not_disturbed_by_the_writer(store: Store):
    with store.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO owner VALUES ('me@home.example')")
        with Store(store.home).reading() as other:
            assert other.exec_driver_sql("SELECT count(*) FROM owner").scalar() == 0


def test_no_store_yet(tmp_path: Path):
    with pytest.raises(InputError, match="nothing in"):
        Store(tmp_path / "home").open(create=False)
    assert not (tmp_path / "home").exists()


def test_a_damaged_file_and_somebody_elses_database(tmp_path: Path):
    (tmp_path / "goodwill.db").write_bytes(b"this is no database at all, only words" * 100)
    with pytest.raises(StoreError, match="not a database"):
        Store(tmp_path).open(create=False)
    (tmp_path / "goodwill.db").unlink()
    connection = sqlite3.connect(tmp_path / "goodwill.db")
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        Store(tmp_path).open(create=False)


@pytest.mark.parametrize("url", ["nonsense", "nosuchdb://localhost/x", "postgresql+nodriver://localhost/x"])
def test_a_wrong_url_is_named(tmp_path: Path, url: str):
    with pytest.raises(StoreError, match=r"store\.url"):
        Store(tmp_path, url)


def test_any_url_serves(tmp_path: Path):
    store = Store(tmp_path / "home", f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    store.open(create=True)
    assert (tmp_path / "elsewhere.sqlite").exists()
    store.close()
