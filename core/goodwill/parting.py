"""The last steps of forgetting somebody: the bytes, the logs, the backups, and what lies elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from goodwill import care, logs, traces
from goodwill.app import App
from goodwill.backup import FOLDER
from goodwill.forgotten import Whom
from goodwill.store import Store
from goodwill.traces import Trace
from goodwill.writer import number

PATIENCE = 10
"""Seconds to wait for another writer."""
SHOWN = 5
"""Namesakes that are named at the most."""
OTHERS = "somebody else's name, an account's setting or your own words"
UNREADABLE = "it cannot be read as a backup, and only you can say whether it is needed"
Say = Callable[[str], None]


def sweep(store: Store, say: Say) -> bool:
    """Make the bytes of what was deleted go; False where that must wait."""
    if store.file is None:
        say("The rows are gone; when that database writes over their bytes is its own affair (VACUUM).")
        return True
    with store.writing(PATIENCE):
        swept = care.sweep(store)
    if swept:
        say("No byte of what was deleted is left in the store.")
        return True
    say(
        "goodwill: everything is deleted, but another program is reading the store, so that its bytes are"
        " still in the file. End that program, then run this again."
    )
    return False


def beside(app: App, whom: Whom, backups: bool, say: Say, swept: bool = True) -> None:
    """Take somebody out of the logs and, if wished, the backups; name the files that hold them still."""
    struck = logs.strike(app.home, whom.is_named_in)
    if struck:
        say(f"{number(struck, 'line')} of the log went.")
    for path in traces.files(app.home):
        if _is_live(app, path):
            if swept and path.resolve() == app.store.file and traces.in_live_store(path, whom):
                say(f"{path} still names them: {OTHERS}.")
        elif traces.is_store(path) and _is_elsewhere(app, path):
            if traces.in_store(path, whom):
                say(f"{path} still names them: it is the store of another home.")
        elif traces.is_store(path):
            _in_backup(path, traces.in_store(path, whom), backups, say)
        elif traces.in_bytes(path, whom):
            say(f"{path} still names them: {UNREADABLE if path.parent.name == FOLDER else OTHERS}.")


def _is_live(app: App, path: Path) -> bool:
    """Whether a file is the store, or belongs to it, by whatever way it is reached."""
    live = app.store.file
    return live is not None and path.resolve() in _with_its_journal(live.resolve())


def _is_elsewhere(app: App, path: Path) -> bool:
    """Whether a store is that of another home, which happens to lie in this one."""
    return path.parent.resolve() != app.home.resolve() and path.with_name("goodwill.lock").exists()


def _with_its_journal(store: Path) -> list[Path]:
    return [store.with_name(store.name + end) for end in ("", "-wal", "-shm", "-journal")]


def _in_backup(path: Path, found: Trace | None, delete: bool, say: Say) -> None:
    """Delete a backup that surely holds them, if that is wished; else say what it holds."""
    if found is None:
        return
    if not found.sure:
        say(f"{path} is a backup that may hold them: {found.why}. Look, and delete it yourself.")
    elif delete:
        for one in _with_its_journal(path):
            one.unlink(missing_ok=True)
        say(f"{path} is deleted: it held them.")
    else:
        way = f", or: goodwill forget {found.address} --backups" if found.address else " yourself."
        say(f"{path} still holds them: it is a backup. Delete it{way}")
