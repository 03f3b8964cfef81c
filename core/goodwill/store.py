"""The store: one database that opens safely, at the right schema version, or says why not.

What is read from it and written to it stands in the rooms that need it (``book``, ``shelf``); here
are the engine, the transactions, the lock of the one writer and the migrations.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

from goodwill import backup
from goodwill.errors import InputError, StoreError
from goodwill.schema import HEAD

BUSY_SECONDS = 10
"""How long a reader waits for SQLite's short write locks."""
PATIENCE = 10.0
"""Seconds to wait for another writer: the background writes a page of mail at a time."""


class Store:
    """A database with the current schema. ``home`` holds the writer's lock and the SQLite file."""

    def __init__(self, home: Path, url: str = "") -> None:
        self.home = home
        self.path = home / "goodwill.db"
        self.engine = _engine(url or _file_url(self.path))
        self.place = self.engine.url.render_as_string(hide_password=True) if url else str(self.path)
        self._at_home = not url
        self._opened: tuple[int, int] | None = None

    def open(self, create: bool) -> None:
        """Check the schema version, make or migrate the tables; raise StoreError when that cannot be."""
        if create:
            self._make_home()
        elif self._at_home and not self.path.exists():
            raise InputError(
                f"there is nothing in {self.home} yet", "Begin with: goodwill import PATH --me ADDRESS"
            )
        with self._sayable():
            revision = self._revision()
        if revision == HEAD:
            return
        if revision is None and not create and self._at_home:
            raise StoreError(
                f"{self.place}: the file holds no ledger",
                "Put a backup in its place, or remove it and import anew",
            )
        if revision is not None and not _is_known(revision):
            raise StoreError(
                f"{self.place}: this store was made by a newer version of Goodwill (schema {revision})",
                "Update Goodwill, or use another --home",
            )
        with self.writing():
            self._back_up()
            with self._sayable():
                _migrate(self.engine)

    @property
    def file(self) -> Path | None:
        """The file of a SQLite store; None for every other database."""
        url = self.engine.url
        if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
            return None
        return self.path if self._at_home else Path(url.database)

    def is_in_place(self) -> bool:
        """Whether the file of a SQLite store is the one that was opened."""
        if not self._at_home:
            return True
        try:
            stat = self.path.stat()
        except OSError:
            return False
        found = (stat.st_dev, stat.st_ino)
        self._opened = self._opened or found
        return found == self._opened

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading, in one consistent snapshot."""
        with self._sayable(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, patience: float = PATIENCE) -> Iterator[None]:
        """Be the one writer of this home; StoreError when another is for ``patience`` seconds on."""
        with self._lock("goodwill.lock", patience, f"another goodwill is writing to {self.home}"):
            yield

    @contextmanager
    def polling(self) -> Iterator[None]:
        """Be the one who reads this home's accounts; others may write all the while."""
        held = f"`goodwill run` or `goodwill sync` is reading for {self.home}"
        with self._lock("sync.lock", 0, held, "`goodwill status` says how far it is"):
            yield

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Be the one who keeps this home's door."""
        held = f"`goodwill run` or `goodwill serve` keeps the door of {self.home} open already"
        with self._lock("door.lock", 0, held, "One is enough"):
            yield

    def is_polled(self) -> bool:
        """Whether somebody reads this home's accounts just now."""
        return self._is_held("sync.lock")

    def is_served(self) -> bool:
        """Whether the door of this home is open just now."""
        return self._is_held("door.lock")

    def _is_held(self, name: str) -> bool:
        from filelock import FileLock, Timeout

        lock = FileLock(self.home / name)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        except OSError:  # a home that nobody can write to
            return False
        lock.release()
        return False

    @contextmanager
    def _lock(
        self,
        name: str,
        patience: float,
        held: str,
        remedy: str = "Wait until it has ended, then run this again",
    ) -> Iterator[None]:
        from filelock import FileLock, Timeout

        lock = FileLock(self.home / name)
        try:
            lock.acquire(timeout=patience)
        except Timeout:
            raise StoreError(held, remedy) from None
        except OSError as error:
            raise StoreError(f"{self.home}: cannot be written: {error.strerror or error}") from None
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A writing transaction: all of it is kept, or nothing."""
        with self._sayable(), self.engine.connect() as connection:
            yield connection.execution_options(goodwill_writes=True)
            connection.commit()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    def _back_up(self) -> None:
        """Copy a store of an older schema before it is migrated; where that fails, so does the migration."""
        with self._sayable():
            revision = self._revision()
        if revision in (None, HEAD) or self.file is None:
            return
        backup.before_update(self.file, self.home, str(revision))

    def _make_home(self) -> None:
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{self.home}: cannot be made: {error.strerror}", "Choose another folder with --home"
            ) from None

    def _revision(self) -> str | None:
        with self.engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            if "alembic_version" not in tables:
                if tables:
                    raise StoreError(
                        f"{self.place}: this database belongs to another program", "Use another --home"
                    )
                return None
            row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
            return str(row[0]) if row else None

    @contextmanager
    def _sayable(self) -> Iterator[None]:
        """Turn the database's own errors into sentences for the user."""
        try:
            yield
        except OperationalError as error:
            raise StoreError(f"{self.place}: {_reason(error)}", _remedy(error)) from None
        except DatabaseError as error:
            raise StoreError(
                f"{self.place}: {_reason(error)}",
                "If the file is damaged, put a backup in its place (`goodwill backup` makes them), or move it"
                " away and import again; your mail is not touched",
            ) from None


def _file_url(path: Path) -> str:
    """The URL of the SQLite file; where nothing may be written, of its last complete state."""
    if path.exists() and not os.access(path.parent, os.W_OK):
        return f"sqlite:///file:{quote(str(path))}?mode=ro&immutable=1&uri=true"
    return f"sqlite:///{path}"


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        engine = create_engine(parsed)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(f"store.url: {url!r} cannot be used: {error}", "See config.example.toml") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(raw: Any, _record: object) -> None:
    # The driver's own transaction handling commits behind our back around some statements.
    raw.isolation_level = None
    cursor = raw.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-8000")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    # A writer takes its lock at once: a snapshot that is upgraded later can fail half-way.
    writes = connection.get_execution_options().get("goodwill_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(engine: Engine) -> None:
    from alembic import command

    config = _alembic_config()
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        raw.cursor().execute("PRAGMA journal_mode=WAL")
        raw.close()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)


def _alembic_config() -> Any:
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def _is_known(revision: str) -> bool:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_alembic_config())
    return any(script.revision == revision for script in scripts.walk_revisions())


def _reason(error: DatabaseError) -> str:
    return str(error.orig or error).strip().splitlines()[0]


def _remedy(error: DatabaseError) -> str:
    reason = _reason(error).lower()
    if "full" in reason or "disk i/o" in reason:
        return "Free some disk space and run this again; nothing was half-written"
    if "readonly" in reason or "read-only" in reason or "unable to open" in reason:
        return "Check that the folder exists and may be written, or choose another with --home"
    if "locked" in reason:
        return "Another program holds the database; wait for it and run this again"
    return ""
