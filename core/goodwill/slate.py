"""A small JSON file that several processes change, readable by the owner only.

It is read from memory while it is the same, and replaced as a whole.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from goodwill.errors import StoreError

PATIENCE = 5.0
"""Seconds to wait for another process that changes the file."""


class Slate:
    """The JSON object at ``path``; {} while there is none. ``remedy`` helps where it cannot be read."""

    def __init__(self, path: Path, remedy: str) -> None:
        self._path = path
        self._remedy = remedy
        self._seen: tuple[int, int] | None = None
        self._kept: dict[str, Any] = {}

    def read(self) -> dict[str, Any]:
        """What stands there. Raises StoreError where that cannot be read."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreError(f"{self._path}: cannot be read: {error.strerror}", self._remedy) from None
        seen = (stat.st_mtime_ns, stat.st_ino)
        if seen != self._seen:
            self._kept, self._seen = self._parsed(), seen
        return self._kept

    def change(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        """Put what ``change`` makes of the object in its place, while nobody else does; returns it.

        Raises StoreError where that cannot be done; then nothing has changed.
        """
        from filelock import FileLock, Timeout

        try:
            with FileLock(f"{self._path}.lock", timeout=PATIENCE):
                told = change(self.read())
                _write(self._path, told)
                return told
        except Timeout:
            raise StoreError(f"{self._path}: another goodwill holds it", "Try again") from None
        except OSError as error:
            raise StoreError(f"{self._path}: cannot be written: {error.strerror or error}") from None

    def _parsed(self) -> dict[str, Any]:
        try:
            told = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise StoreError(f"{self._path}: cannot be read: {error}", self._remedy) from None
        if not isinstance(told, dict):
            raise StoreError(f"{self._path}: holds no JSON object", self._remedy)
        return told


def _write(path: Path, told: dict[str, Any]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(told, file)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
