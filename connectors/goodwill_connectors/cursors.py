"""What a file or folder looked like when it was last read, so that reading it again costs next to nothing."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

EDGE = 4096  # bytes at the head and before the end that are hashed


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
        return json.dumps(asdict(self), sort_keys=True)

    @staticmethod
    def decode(cursor: str | None) -> Mark | None:
        try:
            return Mark(**json.loads(cursor)) if cursor else None
        except (ValueError, TypeError):
            return None


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
