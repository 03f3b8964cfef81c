"""The messages of an mbox, streamed: memory stays bounded whatever the file's and a message's size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from goodwill_connectors.headers import moment
from goodwill_connectors.mime import slim

CHUNK = 1 << 20
TAIL = 1 << 14  # bytes kept back for a separator that lies across two chunks
WHOLE = 2 << 20  # bytes of one message that are kept as they are
MOST = 8 << 20  # bytes of one message that are kept at all, after slimming
LONGEST_LENGTH = 4 << 20  # a Content-Length beyond this is not followed

_CANDIDATE = re.compile(rb"\n(From [^\n]{0,1000})\n")
_HEADER = re.compile(rb">?[!-9;-~]{1,80}[ \t]*:|>From ")
_DATED = re.compile(
    rb"From .*?\b([A-Za-z]{3}) +(\d{1,2}) +(\d{1,2}:\d\d(?::\d\d)?) +(?:([+-]\d{4}"
    rb"|[A-Z]{1,5}) +)?(\d{4})(?: +([+-]\d{4}))?"
)
_LENGTH = re.compile(rb"^Content-Length:[ \t]*(\d{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_BLANK = re.compile(rb"\r?\n\r?\n")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


class Readable(Protocol):
    """Anything that gives bytes: a file, a zip's member, a gzip stream."""

    def read(self, size: int = -1, /) -> bytes: ...


class CutShort(Exception):
    """The source broke off; everything before the break has been given out."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: where its separator begins and its last byte ends in the mbox, and what it holds."""

    start: int
    end: int
    envelope: bytes
    data: bytes


def read_mbox(source: Readable, start: int = 0) -> Iterator[Message]:
    """Yield the messages of ``source``, which stands at byte ``start`` of the mbox.

    A ``From `` line separates after a blank line when a header or its own date vouches for it, else only
    when it has a date and a header follows. Raises CutShort at the end when the source breaks off.
    """
    reader = _Reader(source, start)
    yield from reader.messages()
    if reader.error is not None:
        raise CutShort(str(reader.error) or type(reader.error).__name__) from reader.error


class _Reader:
    def __init__(self, source: Readable, start: int) -> None:
        self.source = source
        self.error: Exception | None = None
        self.buffer = b""
        self.base = start  # offset of the buffer in the mbox
        self.finished = False

    def fill(self, keep: int) -> None:
        """Drop the buffer before ``keep`` and read on."""
        try:
            more = self.source.read(CHUNK)
        except Exception as error:  # gzip, zlib and zipfile each raise their own for broken data
            more, self.error = b"", error
        self.finished = not more
        self.base += keep
        self.buffer = self.buffer[keep:] + more

    def messages(self) -> Iterator[Message]:
        self.fill(0)
        begin = self._skip_blank()
        pieces: list[bytes] = []
        first = self.base + begin
        search = begin
        fresh = True
        while True:
            if fresh:
                search, ready = self._after_length(begin, search)
                if not ready:
                    self.fill(begin)
                    search -= begin
                    begin = 0
                    continue
                fresh = False
            end, resume = self._separator(search)
            if end >= 0:
                pieces.append(self.buffer[begin:end])
                yield _message(first, self.base + end, pieces)
                pieces, begin, search, fresh = [], end, end, True
                first = self.base + begin
                continue
            if self.finished:
                pieces.append(self.buffer[begin:])
                if any(piece.strip() for piece in pieces):
                    yield _message(first, self.base + len(self.buffer), pieces)
                return
            if resume - begin > CHUNK:
                _keep(pieces, self.buffer[begin:resume])
                begin = resume
            self.fill(begin)
            search = max(resume - begin, 0)
            begin = 0

    def _skip_blank(self) -> int:
        return len(self.buffer) - len(self.buffer.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t "))

    def _after_length(self, begin: int, search: int) -> tuple[int, bool]:
        """Where to look for the next separator, and whether enough is read to know."""
        blank = _BLANK.search(self.buffer, begin, begin + TAIL * 4)
        if blank is None:
            return search, self.finished or len(self.buffer) - begin >= TAIL * 4
        length = _LENGTH.search(self.buffer, begin, blank.start() + 1)
        size = int(length[1]) if length else 0
        if not 0 < size <= LONGEST_LENGTH:
            return search, True
        end = blank.end() + size
        if end + 8 > len(self.buffer) and not self.finished:
            return search, False
        rest = self.buffer[end : end + 8].lstrip(b"\r\n")
        vouched = rest.startswith(b"From ") or (not rest and end <= len(self.buffer))
        return (max(search, end - 2) if vouched else search), True

    def _separator(self, search: int) -> tuple[int, int]:
        """The start of the next separator (-1: none), and from where to search on after reading more."""
        for match in _CANDIDATE.finditer(self.buffer, search):
            below = self.buffer[match.end() : match.end() + 200]
            if len(below) < 200 and not self.finished:
                return -1, max(match.start() - 2, search)
            if self._separates(match, below):
                return match.start() + 1, match.end()
        return -1, max(len(self.buffer) - TAIL, search)

    def _separates(self, match: re.Match[bytes], below: bytes) -> bool:
        before = self.buffer[max(match.start() - 2, 0) : match.start()]
        blank = before.endswith(b"\n") or before == b"\n\r"
        dated = _DATED.match(match[1]) is not None
        headed = _HEADER.match(below) is not None
        return (dated and headed) or (blank and (dated or headed))


def _keep(pieces: list[bytes], piece: bytes) -> None:
    held = sum(map(len, pieces))
    if held < MOST:
        pieces.append(slim(piece, inside=held > WHOLE))


def _message(start: int, end: int, pieces: list[bytes]) -> Message:
    whole = b"".join(pieces)
    envelope, _newline, data = whole.partition(b"\n") if whole.startswith(b"From ") else (b"", b"", whole)
    if data.endswith(b"\r\n"):
        data = data[:-2]
    elif data.endswith(b"\n"):
        data = data[:-1]
    if b">From " in data:
        data = _QUOTED.sub(rb"\1", data)
    return Message(start, end, envelope.rstrip(b"\r"), data)


def envelope_date(envelope: bytes) -> datetime | None:
    """The moment that a separator names (without a zone: UTC), or None."""
    match = _DATED.match(envelope)
    if match is None:
        return None
    month, day, clock, zone, year, late_zone = (
        group.decode("ascii") if group else "" for group in match.groups()
    )
    return moment(f"{day} {month} {year} {clock} {zone or late_zone}".strip())
