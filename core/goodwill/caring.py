"""The commands that take care of the store. Each returns the exit status."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from goodwill.backup import FOLDER
from goodwill.common import moment, open_app, print_json, talk
from goodwill.errors import InputError, StoreError
from goodwill.writer import Writer, clean, number

if TYPE_CHECKING:
    from goodwill.app import App
    from goodwill.model import Person

PATIENCE = 10
"""Seconds to wait for another writer."""


def backup(arguments: argparse.Namespace) -> int:
    """Copy the store to a file of its own, and say where it lies."""
    from goodwill import backup as copies
    from goodwill.store import Store

    app = open_app(arguments)
    store = Store(app.home, app.config.store_url)  # as it is: for a copy nothing must be brought up to date
    if store.file is None:
        raise StoreError(
            f"{store.place}: only a SQLite store can be backed up from here",
            "Use that database's own tools, pg_dump for PostgreSQL",
        )
    if not store.file.exists():
        store = app.store
    target = _target(arguments, app.home)
    size = copies.copy(store.file or store.path, target)
    copies.prune(app.home)
    print(clean(str(target)))
    talk(f"The backup holds {_bytes(size)}, and is sound.")
    return 0


def _target(arguments: argparse.Namespace, home: Path) -> Path:
    from goodwill import backup as copies

    wanted: Path | None = arguments.file
    if wanted == Path("-"):
        raise InputError("a backup is checked as a file and cannot be printed", "Name a file or a folder")
    if wanted is None or wanted.is_dir():
        return copies.dated(wanted or home / FOLDER, moment(arguments))
    return wanted


def check(arguments: argparse.Namespace) -> int:
    """Say whether the store is whole; 1 where it is not."""
    from goodwill import checking
    from goodwill.store import Store

    app = open_app(arguments)
    store = Store(app.home, app.config.store_url)
    found = checking.broken_file(store) or checking.broken_rows(app.store)
    if arguments.json:
        what, remedy = found or (None, None)
        print_json({"store": store.place, "broken": what, "remedy": remedy})
    elif found is None:
        Writer().line(f"{store.place} is whole: nothing is broken.")
    if found is not None:
        talk(f"goodwill: {StoreError(f'{store.place}: {found[0]}', found[1])}")
    return 0 if found is None else 1


def forget(arguments: argparse.Namespace) -> int:
    """Take somebody out of the store and its surroundings; 2 where bytes of theirs may be left."""
    from goodwill import care, forgetting, parting

    app = open_app(arguments)
    if arguments.undo:
        return _welcome(app, arguments.person)
    try:
        person, count = forgetting.find(app.store, arguments.person)
    except InputError:
        if not care.is_unswept(app.store):
            raise
        return _sweep(app)
    if not arguments.yes:
        _confirm(person, count, arguments.for_good)
    elif not _is_exact(person, arguments.person):
        raise InputError(
            f"'{arguments.person}' is but a part of what {person.shown} <{person.addresses[0]}> is called",
            "With --yes give the whole address or the full name",
        )
    with app.store.writing(PATIENCE):
        done = forgetting.forget(app.store, person, arguments.for_good)
    gone = number(done.gone, "mail or entry", "mails and entries")
    talk(f"Forgotten. {gone} went; {done.changed:,} stay for others, without them.")
    for address in sorted(done.namesakes)[: parting.SHOWN]:
        talk(f"{address} bears the same name; if it is theirs too: goodwill forget {address}")
    status = _sweep(app)
    parting.beside(app, done.whom, arguments.backups, talk, status == 0)
    return status


def _welcome(app: App, address: str) -> int:
    from goodwill import gate

    with app.store.writing(PATIENCE), app.store.transaction() as connection:
        if not gate.welcome(connection, [address.strip().lower()]):
            raise InputError(
                f"'{address}' was not forgotten for good", "Name the address: goodwill forget ADDRESS --undo"
            )
    talk("New mail with them is taken in again; what was forgotten stays so.")
    return 0


def _is_exact(person: Person, wanted: str) -> bool:
    """Whether ``wanted`` is an address of theirs, or all of their full name."""
    from goodwill.people import is_full_name, plain_name

    wanted = " ".join(wanted.split()).casefold()
    named = wanted == " ".join(person.name.split()).casefold() and is_full_name(plain_name(wanted))
    return named or wanted in person.addresses


def _confirm(person: Person, count: int, for_good: bool) -> None:
    """Ask the owner once more; raises InputError where nobody can be asked, or where the answer is no."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError(f"{person.shown} is to be forgotten, and nobody can be asked", "Add --yes to do it")
    what = f"{person.shown} ({', '.join(person.addresses)}), {number(count, 'contact')}"
    ever = " and never let them in again" if for_good else ""
    print(clean(f"Forget {what}{ever}? It cannot be undone. [y/N] "), end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise InputError("nothing was forgotten")


def _sweep(app: App) -> int:
    """Make the bytes of what was deleted go; 2 where that must wait."""
    from goodwill import parting

    return 0 if parting.sweep(app.store, talk) else 2


def _bytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.0f} kB"
