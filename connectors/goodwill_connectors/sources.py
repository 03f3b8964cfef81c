"""Streams of messages: an mbox that is followed as it grows, and packed streams that are read only once."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from goodwill_connectors.cursors import Mark, mark, resumable
from goodwill_connectors.items import Found
from goodwill_connectors.mbox import CutShort, Message, Readable, envelope_date, read_mbox
from goodwill_connectors.sniff import HEAD


@dataclass(slots=True)
class Tracker:
    """Numbers the messages of an mbox and knows the cursor after each."""

    path: Path
    start: Mark
    count: int = 0
    end: int = 0
    last: int = 0

    def follow(self, messages: Iterable[Message]) -> Iterator[Found]:
        self.count, self.end, self.last = self.start.count, self.start.end, self.start.last
        for message in messages:
            self.count += 1
            self.end, self.last = message.end, message.start
            yield _mbox_found(str(self.path), self.count, message)

    def cursor(self, last: Found | None) -> str | None:
        return mark(self.path, self.end, self.last, self.count).encode()


def resume(path: Path, known: Mark | None) -> Mark | None:
    """From where to read an mbox: its old end when it only grew, else its start; None when unchanged."""
    fresh = Mark(0, 0, "", "", 0, 0, 0)
    if known is None or not resumable(path, known):
        return fresh
    if path.stat().st_size == known.end:
        return None
    with path.open("rb") as file:
        file.seek(known.end)
        if file.read(64).lstrip(b"\r\n").startswith(b"From "):
            return known
    # the last message was still being written: read it again
    return Mark(
        known.size, known.mtime, known.head, known.tail, known.last, known.last, max(known.count - 1, 0)
    )


def _mbox_found(place: str, number: int, message: Message) -> Found:
    date = envelope_date(message.envelope)
    data = message.data
    return Found(
        id=str(message.start),
        place=f"{place}: message {number} at byte {message.start}",
        load=lambda: data,
        version=f"{message.end - message.start}-{zlib.crc32(data):08x}",
        inferred=date,
        vouched=date is not None,
        done=message.end,
        size=len(data),
    )


def packed_messages(place: str, source: Readable, broken: list[str]) -> Iterator[Found]:
    number = 0
    end = 0
    try:
        for message in read_mbox(source):
            number += 1
            end = message.end
            yield _mbox_found(place, number, message)
    except CutShort as error:
        broken.append(
            f"is cut short or damaged after {number} messages (byte {end}): {error}; the rest is lost"
        )


class Rewound:
    """A stream whose first bytes were looked at and are given again; remembers the error that ended it."""

    def __init__(self, source: Readable) -> None:
        self.source = source
        self.error: Exception | None = None
        self.head = b""
        self.given = 0
        while len(self.head) < HEAD:
            chunk = self._read(HEAD - len(self.head))
            if not chunk:
                break
            self.head += chunk

    def _read(self, size: int) -> bytes:
        try:
            return self.source.read(size)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, ValueError, RuntimeError) as error:
            self.error = error
            return b""

    def read(self, size: int = -1, /) -> bytes:
        if self.given < len(self.head):
            piece = self.head[self.given :] if size < 0 else self.head[self.given : self.given + size]
            self.given += len(piece)
            return piece
        if self.error is not None:
            raise self.error
        return self.source.read(size if size >= 0 else 1 << 20)

    def rest(self, most: int) -> tuple[bytes, Exception | None]:
        """Everything up to ``most`` bytes, and the error that ended it, if any."""
        pieces: list[bytes] = []
        size = 0
        try:
            while size < most and (chunk := self.read(1 << 20)):
                pieces.append(chunk)
                size += len(chunk)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, ValueError, RuntimeError) as error:
            return b"".join(pieces), error
        return b"".join(pieces), None


class Raw(io.RawIOBase):
    """Lets gzip read from a stream that only has ``read``."""

    def __init__(self, source: Readable) -> None:
        self.source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self.source.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


class Unzipped:
    """A gzip stream that gives all it has before it fails; GzipFile itself drops what it had unpacked."""

    def __init__(self, packed: gzip.GzipFile) -> None:
        self.packed = packed
        self.error: Exception | None = None

    def read(self, size: int = -1, /) -> bytes:
        """``size`` bytes, or what is left of them; raises what gzip raised once nothing is left."""
        wanted = size if size >= 0 else 1 << 20
        pieces: list[bytes] = []
        try:
            while self.error is None and wanted > 0 and (piece := self.packed.read1(wanted)):
                pieces.append(piece)
                wanted -= len(piece)
        except (OSError, EOFError, zlib.error) as error:
            self.error = error
        if self.error is not None and not pieces:
            raise self.error
        return b"".join(pieces)
