"""The commands that take care of the store. Each returns the exit status."""

from __future__ import annotations

import argparse

from goodwill.common import moment, open_app, talk
from goodwill.errors import StoreError
from goodwill.writer import clean


def backup(arguments: argparse.Namespace) -> int:
    """Copy the store to a file of its own, and say where it lies."""
    from goodwill import backup as copies

    app = open_app(arguments)
    if app.store.file is None:
        raise StoreError(
            f"{app.store.place}: only a SQLite store can be backed up from here",
            "Use that database's own tools, pg_dump for PostgreSQL",
        )
    target = arguments.file or copies.dated(app.home, moment(arguments))
    size = copies.copy(app.store.file, target)
    copies.prune(app.home)
    print(clean(str(target)))
    talk(f"The backup holds {_bytes(size)}, and is sound.")
    return 0


def _bytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.0f} kB"
