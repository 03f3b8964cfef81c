"""The commands that take care of the store. Each returns the exit status."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from goodwill.common import moment, open_app, print_json, talk
from goodwill.errors import InputError, StoreError
from goodwill.writer import Writer, clean, number

if TYPE_CHECKING:
    from goodwill.app import App
    from goodwill.forgotten import Whom
    from goodwill.model import Person

PATIENCE = 10
"""Seconds to wait for another writer."""
SHOWN = 5
"""Namesakes that are named at the most."""


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


def check(arguments: argparse.Namespace) -> int:
    """Say whether the store is whole; 2 where it is not."""
    from goodwill import checking

    store = open_app(arguments).store
    found = checking.broken(store)
    if arguments.json:
        what, remedy = found or (None, None)
        print_json({"store": store.place, "broken": what, "remedy": remedy})
    elif found is None:
        Writer().line(f"{store.place} is whole: nothing is broken.")
    if found is not None:
        talk(f"goodwill: {StoreError(f'{store.place}: {found[0]}', found[1])}")
    return 0 if found is None else 2


def forget(arguments: argparse.Namespace) -> int:
    """Take somebody out of the store and its surroundings; 2 where bytes of theirs may be left."""
    from goodwill import care, forgetting

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
    with app.store.writing(PATIENCE):
        done = forgetting.forget(app.store, person, arguments.for_good)
    gone = number(done.gone, "mail or entry", "mails and entries")
    talk(f"Forgotten. {gone} went; {done.changed:,} stay for others, without them.")
    for address in sorted(done.namesakes)[:SHOWN]:
        talk(f"{address} bears the same name; if it is theirs too: goodwill forget {address}")
    status = _sweep(app)
    _beside(app, done.whom, arguments.backups, status == 0)
    return status


def _welcome(app: App, address: str) -> int:
    from goodwill import door

    with app.store.writing(PATIENCE), app.store.transaction() as connection:
        if not door.welcome(connection, [address.strip().lower()]):
            raise InputError(
                f"'{address}' was not forgotten for good", "Name the address: goodwill forget ADDRESS --undo"
            )
    talk("New mail with them is taken in again; what was forgotten stays so.")
    return 0


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
    from goodwill import care

    if app.store.file is None:
        talk("The rows are gone; when that database writes over their bytes is its own affair (VACUUM).")
        return 0
    with app.store.writing(PATIENCE):
        swept = care.sweep(app.store)
    if swept:
        talk("No byte of what was deleted is left in the store.")
        return 0
    talk(
        "goodwill: everything is deleted, but another program is reading the store, so that its bytes are"
        " still in the file. End that program, then run this again."
    )
    return 2


def _beside(app: App, whom: Whom, backups: bool, swept: bool) -> None:
    """Take somebody out of the logs and, if wished, the backups; name the files that hold them still."""
    from goodwill import backup as copies
    from goodwill import logs, traces

    struck = logs.strike(app.home, whom.is_named_in)
    if struck:
        talk(f"{number(struck, 'line')} of the log went.")
    folder = app.home / copies.FOLDER
    for path in traces.holding(traces.files(folder, folder / "none"), whom):
        if backups:
            path.unlink()
            talk(f"{path} is deleted: it held them.")
        else:
            talk(f"{path} still holds them. Delete it, or let --backups do that.")
    if swept:
        for path in traces.holding(traces.files(app.home, folder), whom):
            talk(f"{path} still names them: somebody else's name, an account's setting or your own words.")


def _bytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.0f} kB"
