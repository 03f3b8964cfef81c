"""Copies of a SQLite store that can be trusted: made while others write, checked, and never half there."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from goodwill.errors import InputError, StoreError

FOLDER = "backups"
KEPT = 5
"""Copies of each of the two kinds that are named by the program; older ones are removed."""
_DATED = re.compile(r"goodwill-\d{8}-\d{6}(-\d+)?\.db")
_BEFORE = re.compile(r"goodwill-before-\w+(-\d+)?\.db")


def dated(home: Path, now: datetime) -> Path:
    """The name of a copy that is made ``now`` without one being asked for."""
    return _unused(home / FOLDER / f"goodwill-{now:%Y%m%d-%H%M%S}.db")


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
            old.unlink(missing_ok=True)


def copy(source: Path, target: Path) -> int:
    """Copy the store ``source`` to the new file ``target``; returns its size in bytes.

    Others may read and write all the while: the copy is of one moment. Raises InputError where ``target``
    exists, StoreError where the copy cannot be made or is not sound; nothing is left behind then.
    """
    if os.path.lexists(target):
        raise InputError(f"{target}: is there already", "Name another file; a backup overwrites nothing")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _make_folder(target.parent)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _fill(source, part)
        size = part.stat().st_size
        _put_in_place(part, target)
    except FileExistsError:
        raise InputError(f"{target}: is there already", "Name another file") from None
    except OSError as error:
        raise StoreError(f"{target}: the backup cannot be written: {error.strerror or error}") from None
    except sqlite3.Error as error:
        raise StoreError(
            f"{target}: the backup cannot be made: {error}",
            "Free some disk space; if the store is damaged, `goodwill status --check` says how",
        ) from None
    finally:
        for name in (part.name, f"{part.name}-journal", f"{part.name}-wal", f"{part.name}-shm"):
            part.with_name(name).unlink(missing_ok=True)
    return size


def complaints(path: Path) -> list[str]:
    """What SQLite finds broken in the file at ``path``; empty where all is well."""
    with closing(sqlite3.connect(path)) as connection:
        return complaints_of(connection)


def complaints_of(connection: sqlite3.Connection) -> list[str]:
    """What SQLite finds broken in the database behind ``connection``; empty where all is well."""
    try:
        rows = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if rows == ["ok"] else rows or ["it cannot be checked"]


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _fill(source: Path, part: Path) -> None:
    with closing(sqlite3.connect(source)) as store, closing(sqlite3.connect(part)) as new:
        # All pages in one step: a copy in steps begins anew whenever another process writes.
        store.backup(new)
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
