"""Copies of a SQLite store that can be trusted: made while others write, checked, and never half there."""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from goodwill.errors import GoodwillError, InputError, StoreError

FOLDER = "backups"
KEPT = 5
"""Copies of each of the two kinds that are named by the program; older ones are removed."""
_DATED = re.compile(r"goodwill-\d{8}-\d{6}(-\d+)?\.db")
_BEFORE = re.compile(r"goodwill-before-\w+(-\d+)?\.db")


def dated(folder: Path, now: datetime) -> Path:
    """The name of a copy that is made ``now`` in ``folder`` without one being asked for."""
    return _unused(folder / f"goodwill-{now:%Y%m%d-%H%M%S}.db")


def before(home: Path, revision: str) -> Path:
    """The name of the copy that is made before a store of schema ``revision`` is migrated."""
    return _unused(home / FOLDER / f"goodwill-before-{revision}.db")


def found(home: Path) -> list[Path]:
    """The copies in this home that the program named, the newest first."""
    folder = home / FOLDER
    if not folder.is_dir():
        return []
    named = [one for one in folder.iterdir() if _DATED.fullmatch(one.name) or _BEFORE.fullmatch(one.name)]
    return sorted(named, key=lambda one: (one.stat().st_mtime_ns, one.name), reverse=True)


def prune(home: Path) -> None:
    """Keep the newest ``KEPT`` copies of each kind."""
    for kind in (_DATED, _BEFORE):
        for old in [one for one in found(home) if kind.fullmatch(one.name)][KEPT:]:
            with suppress(OSError):  # the new copy is made, and that is what counts
                old.unlink()


def before_update(source: Path, home: Path, revision: str) -> None:
    """Copy the store before it is migrated from schema ``revision``; raises StoreError where that fails."""
    try:
        copy(source, before(home, revision))
    except GoodwillError as error:
        raise StoreError(
            f"{source}: it must be copied before this version changes its tables, and {error.what}",
            "Nothing was changed; give it room and a folder that may be written, and run this again",
        ) from None
    prune(home)


def copy(source: Path, target: Path) -> int:
    """Copy the store ``source`` to the new file ``target``; returns its size in bytes.

    Others may read and write all the while: the copy is of one moment. Raises InputError where ``target``
    exists, StoreError where the copy cannot be made or is not sound; nothing is left behind then.
    """
    if os.path.lexists(target):
        raise InputError(f"{target}: is there already", "Name another file; a backup overwrites nothing")
    _make_folder(target.parent)
    part: Path | None = None
    try:
        file, name = tempfile.mkstemp(".part", ".goodwill-", target.parent)
        os.close(file)
        part = Path(name)
        _fill(source, part)
        size = part.stat().st_size
        _put_in_place(part, target)
    except FileExistsError:
        raise InputError(f"{target}: is there already", "Name another file") from None
    except OSError as error:
        raise _unwritable(target, error) from None
    except sqlite3.Error as error:
        raise StoreError(f"{target}: the backup cannot be made: {error}", _remedy(error)) from None
    finally:
        if part is not None:
            _remove(part)
    return size


def _remove(part: Path) -> None:
    for end in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):
            part.with_name(part.name + end).unlink()


def opened(path: Path) -> sqlite3.Connection:
    """The database at ``path``; where nothing may be written beside it, its last complete state."""
    if os.access(path.parent, os.W_OK):
        return sqlite3.connect(path)
    for way in ("mode=ro", "mode=ro&immutable=1"):
        connection = sqlite3.connect(f"file:{quote(str(path))}?{way}", uri=True)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master")
            break
        except sqlite3.OperationalError:  # its journal would have to be made first
            if "immutable" not in way:
                connection.close()
        except sqlite3.DatabaseError:  # damaged: whoever uses it says so
            break
    return connection


def complaints_of(connection: sqlite3.Connection) -> list[str]:
    """What SQLite finds broken in the database behind ``connection``; empty where all is well.

    Raises OperationalError where it cannot be looked at: that says nothing of the file.
    """
    try:
        rows = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if rows == ["ok"] else rows or ["it cannot be checked"]


def _make_folder(folder: Path) -> None:
    """Make the folder of a copy, for the owner's eyes only."""
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise StoreError(
            f"{folder}: is no folder, so that no backup can lie in it", "Move that file away, or name another"
        ) from None
    except OSError as error:
        raise _unwritable(folder, error) from None


def _unwritable(place: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{place}: the backup cannot be written: {error.strerror or error}", "Name a file in another folder"
    )


def _remedy(error: sqlite3.Error) -> str:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return "Free some disk space, or name a file on another disk"
    return "If the store is damaged, `goodwill status --check` says how"


def _fill(source: Path, part: Path) -> None:
    with closing(opened(source)) as store, closing(sqlite3.connect(part)) as new:
        # All pages in one step: a copy in steps begins anew whenever another process writes.
        store.backup(new)
        if new.execute("SELECT name FROM sqlite_master").fetchone() is None:
            raise sqlite3.DatabaseError("the store is empty")
        # The copy shall be one file, whose pages are all in it.
        new.execute("PRAGMA journal_mode=DELETE")
        broken = complaints_of(new)
        if broken:
            raise sqlite3.DatabaseError(broken[0])
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _put_in_place(part: Path, target: Path) -> None:
    """Give the finished copy its name; FileExistsError where somebody took it meanwhile."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        part.replace(target)


def _unused(path: Path) -> Path:
    number = 2
    free = path
    while os.path.lexists(free):
        free = path.with_stem(f"{path.stem}-{number}")
        number += 1
    return free
