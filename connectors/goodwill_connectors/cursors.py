"""Places as strings to store, and what a file looked like when it was last read, which is such a place."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

P = TypeVar("P")
EDGE = 4096  # bytes at the head and before the end that are hashed


def pack(place: Any) -> str:
    """A place (a dataclass of plain values) as a string to store."""
    return json.dumps(asdict(place), sort_keys=True)


def unpack(kind: type[P], cursor: str | None) -> P | None:
    """The place of a ``kind`` that a stored cursor means; None for none, and for one that makes no sense."""
    try:
        return kind(**json.loads(cursor)) if cursor else None
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class Mark:
    """How far an mbox was read: up to ``end``, its last message at ``last``, and the file's look then."""

    size: int
    mtime: int
    head: str
    tail: str
    end: int
    last: int
    count: int

    def encode(self) -> str:
        return pack(self)

    @staticmethod
    def decode(cursor: str | None) -> Mark | None:
        return unpack(Mark, cursor)


def mark(path: Path, end: int, last: int, count: int) -> Mark:
    """The mark of a file that was read up to ``end``."""
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        head, tail = _edges(file.fileno(), end)
    return Mark(status.st_size, status.st_mtime_ns, head, tail, end, last, count)


def resumable(path: Path, known: Mark) -> bool:
    """Whether the file still is what was read, up to the mark's end: it may have grown since."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size < known.end:
            return False
        return _edges(file.fileno(), known.end) == (known.head, known.tail)


def signature(path: Path) -> str:
    """Size, time of change and a hash of both ends of a file that is read whole or not at all."""
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        head, tail = _edges(file.fileno(), status.st_size)
    return f"{status.st_size}-{status.st_mtime_ns}-{head}-{tail}"


def _edges(descriptor: int, end: int) -> tuple[str, str]:
    head = os.pread(descriptor, min(EDGE, end), 0)
    start = max(0, end - EDGE)
    tail = os.pread(descriptor, end - start, start)
    return digest(head), digest(tail)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
