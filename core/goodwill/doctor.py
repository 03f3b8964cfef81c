"""``goodwill doctor``: what a bug report needs, without anybody's name, address or secret."""

from __future__ import annotations

import json
import platform
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from goodwill.app import App
from goodwill.codec import iso
from goodwill.config import Config
from goodwill.errors import GoodwillError
from goodwill.logs import masked
from goodwill.schema import HEAD
from goodwill.version import version

TAIL = 30
"""Lines of the log that are shown."""
_ADDRESS = re.compile(r"[^\s@<>\"'(),;:/=]+@[^\s@<>\"'(),;:/=]+")
_SECRET = frozenset(("client", "store_url"))


def report(app: App) -> Iterator[tuple[str, str]]:
    """What there is to know, as pairs of a heading and what stands under it."""
    yield "Goodwill", f"{version()}, schema {HEAD}, {_installed()}"
    yield "Python", f"{platform.python_version()} on {platform.platform()}, SQLite {sqlite3.sqlite_version}"
    yield "Home", plain(str(app.home)) + f", {_free(app.home)} free"
    yield "Configuration", json.dumps(_settings(app.config), default=sorted)
    for one in app.plugins():
        state = plain(one.problem.what) if one.problem else "loaded" if one.enabled else "switched off"
        yield f"Plugin {one.group}", f"{one.name} {one.version} from {one.distribution}: {state}"
    try:
        yield from _store(app)
    except GoodwillError as error:
        yield "Store", plain(str(error))
    yield from (("Log", plain(line)) for line in _log(app.home / "goodwill.log"))


def _store(app: App) -> Iterator[tuple[str, str]]:
    status = app.status()
    size = app.store.path.stat().st_size if app.store.path.exists() else 0
    told = ", ".join(f"{count:,} {name}" for name, count in status.counts.items())
    yield "Store", f"{size:,} bytes, {told}, {status.stale:,} stale"
    for state in status.accounts:
        read = iso(state.read_at) if state.read_at is not None else "never"
        words = f"{state.name}, read {read}, {state.failures} failures, {state.pending:,} to come"
        yield f"Account {masked(state.account.name)}", f"{words}. {plain(state.trouble)}".rstrip(". ") + "."
    for problem in status.problems:
        yield "Problem", plain(f"{problem['place']}: {problem['what']}")


def plain(text: str) -> str:
    """A text without addresses, and without the name of the user's folder."""
    text = _ADDRESS.sub(lambda found: masked(f"address:{found[0].lower()}"), text)
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def _settings(config: Config) -> dict[str, Any]:
    """The configuration without what may be a secret; of a provider only which keys are set."""
    told = {name: value for name, value in asdict(config).items() if name not in _SECRET}
    told["store_url"] = config.store_url.partition(":")[0]
    told["providers"] = {name: sorted(map(plain, table)) for name, table in config.providers.items()}
    return told


def _installed() -> str:
    return "a virtual environment" if sys.prefix != sys.base_prefix else "the system's Python"


def _free(home: Path) -> str:
    there = next((folder for folder in (home, *home.parents) if folder.exists()), Path("/"))
    return f"{shutil.disk_usage(there).free // 1_048_576:,} MiB"


def _log(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "replace").splitlines()[-TAIL:]
    except OSError:
        return []
