"""``goodwill doctor``: what a bug report needs, without anybody's name, address or secret."""

from __future__ import annotations

import json
import platform
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from goodwill import backup, sieve
from goodwill.app import GROUPS, App
from goodwill.codec import iso
from goodwill.config import ENDPOINTS, LEVELS, Config, load
from goodwill.errors import GoodwillError
from goodwill.home import default_home
from goodwill.logs import masked
from goodwill.schema import HEAD
from goodwill.version import version

TAIL = 30
"""Lines of the log that are shown."""
_SECRET = frozenset(("client", "store_url", "providers", "disabled"))
_PACKAGES = frozenset(("goodwill", "goodwill_connectors", "goodwill_plugins"))
_DATABASES = frozenset(("sqlite", "postgresql", "mysql", "mariadb", "oracle", "mssql"))
_FRAME = re.compile(r'File "([^"]+)", line (\d+), in (\w+)')
_AT = re.compile(r"[\d:.TZ+-]{10,40}")
_FROM = re.compile(r"goodwill(?:_connectors|_plugins)?(?:\.[a-z_]{1,20}){0,2}")

_Pairs = Iterator[tuple[str, str]]


def report(home: Path, config: Path | None) -> _Pairs:
    """What there is to know, as pairs of a heading and what stands under it.

    Nothing is shown but what ``sieve`` lets through; what cannot be told does not keep the rest back.
    """
    yield "Goodwill", f"{version()}, schema {HEAD}, {_installed()}"
    yield "Python", f"{platform.python_version()} on {platform.platform()}, SQLite {sqlite3.sqlite_version}"
    settings = Config()
    try:
        settings = load(config or home / "config.toml", required=config is not None)
    except GoodwillError as error:
        yield "Configuration", f"cannot be used: {sieve.words(str(error))}"
    app = App(home, settings)
    for heading, section in _SECTIONS:
        try:
            yield from section(app)
        except GoodwillError as error:
            yield heading, sieve.words(str(error))
        except Exception as error:  # a report tells what it can, whatever is broken
            yield heading, f"cannot be told: {type(error).__name__} {sieve.words(str(error))}"


def _place(app: App) -> _Pairs:
    usual = app.home == default_home()
    where = "the usual one" if usual else f"another, {sieve.place(str(app.home))}"
    yield "Home", f"{where}, {_free(app.home)} free"


def _settings(app: App) -> _Pairs:
    """The configuration without what may be a secret; of a provider only which keys are set."""
    config = app.config
    told: dict[str, Any] = {name: one for name, one in asdict(config).items() if name not in _SECRET}
    kind = config.store_url.partition(":")[0].partition("+")[0]
    told["store_url"] = kind if kind in _DATABASES or not kind else sieve.CUT
    told["providers"] = {
        name: sorted(key if key in ENDPOINTS else masked(f"address:{key}") for key in table)
        for name, table in config.providers.items()
    }
    known = {entry.name for group in GROUPS for entry in entry_points(group=f"goodwill.{group}")}
    told["disabled"] = sorted(name if name in known else sieve.CUT for name in config.disabled)
    yield "Configuration", json.dumps(told, ensure_ascii=False, default=sorted)


def _plugins(app: App) -> _Pairs:
    for one in app.plugins():
        state = sieve.head(one.problem.what) if one.problem else "loaded" if one.enabled else "switched off"
        yield f"Plugin {one.group}", f"{one.name} {one.version} from {one.distribution}: {state}"


def _files(app: App) -> _Pairs:
    """What lies in the home, without opening it."""
    store = app.home / "goodwill.db"
    folder = app.home / backup.FOLDER
    size = f"{store.stat().st_size:,} bytes" if store.exists() else "none"
    copies = f"{len(backup.found(app.home))} backups"
    odd = ", but their place is no folder" if folder.exists() and not folder.is_dir() else ""
    yield "File", f"{size}, {copies}{odd}"


def _store(app: App) -> _Pairs:
    status = app.status()
    told = ", ".join(f"{count:,} {name}" for name, count in status.counts.items())
    yield "Store", f"{told}, {status.stale:,} stale"
    for state in status.accounts:
        read = iso(state.read_at) if state.read_at is not None else "never"
        words = f"{state.name}, read {read}, {state.failures} failures, {state.pending:,} to come"
        trouble = sieve.words(state.trouble).rstrip(". ")
        yield f"Account {masked(state.account.name)}", f"{words}. {trouble}".rstrip(". ") + "."
    for problem in status.problems:
        yield "Problem", f"{sieve.place(problem['place'])}: {sieve.head(problem['what'])}"


def _log(app: App) -> _Pairs:
    try:
        lines = (app.home / "goodwill.log").read_text("utf-8", "replace").splitlines()[-TAIL:]
    except FileNotFoundError:
        return
    yield from (("Log", _line(line)) for line in lines)


def _line(line: str) -> str:
    """A line of the log: when, how grave, who says it, and what of it can be shown."""
    try:
        told = json.loads(line)
        at, level, name, what, error = (str(told.get(key, "")) for key in _KEYS)
    except (ValueError, AttributeError):
        return sieve.CUT
    shown = [
        at if _AT.fullmatch(at) else sieve.CUT,
        level if level in LEVELS else sieve.CUT,
        name if _FROM.fullmatch(name) else sieve.CUT,
        sieve.words(what),
        *(f"{_module(path)}:{number} {function}" for path, number, function in _FRAME.findall(error)),
        sieve.raised(error) if error else "",
    ]
    return " ".join(shown).rstrip()


def _module(path: str) -> str:
    found = Path(path)
    return found.name if found.parent.name in _PACKAGES else sieve.CUT


_KEYS = ("at", "level", "from", "what", "error")
_SECTIONS: tuple[tuple[str, Callable[[App], _Pairs]], ...] = (
    ("Home", _place),
    ("Configuration", _settings),
    ("Plugin", _plugins),
    ("File", _files),
    ("Store", _store),
    ("Log", _log),
)


def _installed() -> str:
    return "a virtual environment" if sys.prefix != sys.base_prefix else "the system's Python"


def _free(home: Path) -> str:
    there = next((folder for folder in (home, *home.parents) if folder.exists()), Path("/"))
    return f"{shutil.disk_usage(there).free // 1_048_576:,} MiB"
