"""The log file in the home: rotating, one JSON object a line, readable by the owner only.

No mail's words enter it, and no address above the level DEBUG: ``masked`` names an account.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_BYTES = 1_000_000
BACKUPS = 3

logging.getLogger("goodwill").addHandler(logging.NullHandler())


class _Private(RotatingFileHandler):
    def _open(self):  # type: ignore[no-untyped-def]
        os.close(os.open(self.baseFilename, os.O_CREAT | os.O_APPEND, 0o600))
        return super()._open()

    def emit(self, record: logging.LogRecord) -> None:
        """Go on in a new file where this one was moved away: by the owner, or by another process."""
        if self.stream is not None and not self._is_in_place():
            self.stream.close()
            self.stream = None
        super().emit(record)

    def _is_in_place(self) -> bool:
        try:
            opened = self.stream.fileno() if self.stream else -1
            return os.path.samestat(os.stat(self.baseFilename), os.fstat(opened))
        except OSError:
            return False


class _Lines(logging.Formatter):
    """One JSON object a line: when, how grave, who says it, and what."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"at": at, "level": record.levelname, "from": record.name, "what": record.getMessage()}
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def masked(account: str) -> str:
    """An account's name without its address: ``google:3f9c2a``; the same address gives the same letters."""
    provider, _, address = account.partition(":")
    return f"{provider}:{hashlib.sha256(address.encode()).hexdigest()[:6]}"


def log_to(home: Path, level: str) -> None:
    """Send the loggers below ``goodwill`` to ``home/goodwill.log``; a log that cannot be written is none."""
    logger = logging.getLogger("goodwill")
    if any(not isinstance(handler, logging.NullHandler) for handler in logger.handlers):
        return
    try:
        handler: logging.Handler = _Private(
            home / "goodwill.log", maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(_Lines())
    handler.handleError = lambda record: None  # type: ignore[method-assign]
    logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = False


def strike(home: Path, named: Callable[[str], bool]) -> int:
    """Take the lines that are ``named`` out of every log file in ``home``; returns how many.

    In place: a process that is writing to the log goes on doing so.
    """
    struck = 0
    for path in sorted(home.glob("goodwill.log*")):
        lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if not named(line.decode("utf-8", "replace"))]
        if len(kept) < len(lines):
            struck += len(lines) - len(kept)
            with path.open("rb+") as file:
                file.write(b"".join(kept))
                file.truncate()
    return struck
