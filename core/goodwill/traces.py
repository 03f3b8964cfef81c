"""Looks for somebody in files: in the rows of stores, and in the bytes of whatever else there is."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from goodwill.forgotten import MAX_GAP, Whom
from goodwill.people import is_full_name, plain_name

OVERLAP, SEEN = 4096, 1024
"""Bytes that are read twice, so that nothing is overlooked between two pieces of a file; of the first of
these it is known what they hold."""
PIECE = 1 << 24
MAGIC = b"SQLite format 3\0"
NAMESAKE = "somebody in it is called so"
WITHIN = "an address of theirs stands in the name of a mail or entry"
BYTES = "their address or name is among its bytes"
_TABLES = frozenset(("alembic_version", "events", "streams"))
_APART = "\n" * (MAX_GAP + 1)
_IN_NAME = frozenset("-'’")
_IN_ADDRESS = frozenset(".!#$%&'*+/=?^_`{|}~-")
_EDGE = rb"0-9A-Za-z.!#$%&*+/?^_`{|}~\x80-\xff-"


@dataclass(frozen=True, slots=True)
class Trace:
    """That a file names them. Where that is not ``sure``, ``why`` it may be; ``address`` is one it holds."""

    sure: bool
    why: str = ""
    address: str = ""


def files(home: Path) -> list[Path]:
    """Every file in ``home``."""
    return sorted(one for one in home.rglob("*") if one.is_file())


def is_store(path: Path) -> bool:
    """Whether ``path`` is a store of Goodwill's that can be read, of whatever version."""
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                return False
        with closing(_opened(path)) as connection:
            return set(_tables(connection)) >= _TABLES
    except (OSError, sqlite3.Error):
        return False


def in_store(path: Path, whom: Whom) -> Trace | None:
    """How a store names them: by an address as a whole, or by their full name in somebody's words.

    It is not sure where somebody bears their name, where an identifier holds their address, where the rows
    cannot be read, and where only bytes that no row holds are theirs.
    """
    reading = _Reading(whom)
    try:
        with closing(_opened(path)) as connection:
            for table in _tables(connection):
                reading.take(connection.execute(f'SELECT * FROM "{table}"'))
    except sqlite3.Error:
        return in_bytes(path, whom)
    return reading.found() or in_bytes(path, whom, reading.near)


def in_bytes(path: Path, whom: Whom, near: Iterable[str] = ()) -> Trace | None:
    """Whether their address or full name is among the bytes of a file, outside of the longer ``near``."""
    try:
        with path.open("rb") as file:
            return _in_pieces(iter(lambda: file.read(PIECE), b""), whom, near)
    except FileNotFoundError:  # it went while we looked
        return None


def in_live_store(path: Path, whom: Whom) -> Trace | None:
    """As ``in_store``, of a store that this process has open; raises sqlite3.Error where it cannot be read.

    Only SQLite may open and close such a file: the locks of a process on a file go with the first handle that
    it closes (fcntl(2)), and another program would then take the store's journal for left behind.
    """
    reading = _Reading(whom)
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for table in _tables(connection):
            reading.take(connection.execute(f'SELECT * FROM "{table}"'))
        whole = memoryview(connection.serialize())
        pieces = (bytes(whole[start : start + PIECE]) for start in range(0, len(whole), PIECE))
        return reading.found() or _in_pieces(pieces, whom, reading.near)


def _in_pieces(pieces: Iterable[bytes], whom: Whom, near: Iterable[str]) -> Trace | None:
    tail = b""
    pattern: re.Pattern[bytes] | None = None
    for piece in pieces:
        pattern = pattern or _pattern(whom, near, is_text=b"\0" not in piece)
        for match in pattern.finditer(tail + piece):
            # What begins a piece that was read before may be the rest of something longer.
            if match["theirs"] and (not tail or match.start() >= SEEN):
                return Trace(False, BYTES)
        tail = piece[-OVERLAP:]
    return None


def _pattern(whom: Whom, near: Iterable[str], is_text: bool) -> re.Pattern[bytes]:
    theirs = _any_of({*whom.addresses, *_full_names(whom)})
    if is_text:
        # A JSON text writes a line's end as two characters, and the second is a letter.
        theirs = rb"(?:(?<=\\[nrt])|(?<![%b]))(?:%b)(?![0-9A-Za-z_-]|\.[0-9A-Za-z])" % (_EDGE, theirs)
    # In a database no bounds: what stands beside a text may be anything.
    longer = _any_of(set(near)) or b"(?!)"
    return re.compile(rb"(?:%b)|(?P<theirs>%b)" % (longer, theirs), re.IGNORECASE)


def _any_of(texts: set[str]) -> bytes:
    spelt = {one.encode("utf-8", "replace") for text in texts for one in (text, json.dumps(text)[1:-1])}
    return b"|".join(re.escape(one) for one in sorted(spelt, key=lambda one: (-len(one), one)))


def _full_names(whom: Whom) -> set[str]:
    return {name for name in whom.names if is_full_name(plain_name(name)) and "@" not in name}


def _opened(path: Path) -> sqlite3.Connection:
    """The database at ``path``, to which nothing is done; not even its journal is looked at."""
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return connection


def _tables(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


@dataclass
class _Reading:
    """What the rows of a store tell of somebody, whatever tables there are."""

    whom: Whom
    addresses: set[str] = field(default_factory=set)
    """Theirs, as a whole."""
    others: set[str] = field(default_factory=set)
    """Whole addresses of somebody, and of whom."""
    labels: set[str] = field(default_factory=set)
    """Names that stand beside addresses."""
    near: set[str] = field(default_factory=set)
    """Longer addresses, identifiers and names of which theirs is a part."""
    named: set[str] = field(default_factory=set)
    """Texts in which a full name of theirs stands as it is."""
    alike: set[str] = field(default_factory=set)
    """Texts in which it stands in any form: it may be a part of another's."""

    def take(self, rows: sqlite3.Cursor) -> None:
        """Read the rows of one table."""
        columns = [column[0] for column in rows.description]
        for row in rows:
            texts: list[str] = []
            for column, cell in zip(columns, row, strict=True):
                if isinstance(cell, str):
                    if column in ("address", "about", "one", "other"):
                        self.others.add(cell)
                    elif column == "name":
                        self.labels.add(cell)
                    texts += self._texts(cell)
            joined = _APART.join(texts)
            if self._parts.search(joined) or self._named.is_named_in(joined):
                for text in texts:
                    self._look(text)

    def found(self) -> Trace | None:
        """What all of it comes to."""
        if self.addresses:
            return Trace(True, address=min(self.addresses))
        if self.named and not self.labels & self.alike:
            return Trace(True)
        if self.named or self.alike:
            return Trace(False, NAMESAKE)
        addressed = Whom(self.whom.addresses)
        if any(map(addressed.is_named_in, self.near - {one.lower() for one in self.others})):
            return Trace(False, WITHIN)
        return None

    @cached_property
    def _named(self) -> Whom:
        return Whom(frozenset(), self.whom.names)

    @cached_property
    def _parts(self) -> re.Pattern[str]:
        parts = sorted({*self.whom.addresses, *_full_names(self.whom)})
        return re.compile("|".join(map(re.escape, parts)), re.IGNORECASE)

    def _texts(self, cell: str) -> Iterator[str]:
        if cell[:1] in ("[", "{"):
            try:
                yield from self._leaves(json.loads(cell))
                return
            except (ValueError, RecursionError):
                pass
        yield cell

    def _leaves(self, value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for key, one in value.items():
                yield key
                yield from self._leaves(one)
        elif isinstance(value, list):
            if len(value) == 2 and all(isinstance(one, str) for one in value):
                self.others.add(value[0])  # somebody's address and name, as events are packed
                self.labels.add(value[1])
            for one in value:
                yield from self._leaves(one)

    def _look(self, text: str) -> None:
        rest = text
        for match in reversed(list(self._parts.finditer(text))):
            start, end = _whole(text, *match.span())
            whole = text[start:end].lower()
            if whole in self.whom.addresses:
                self.addresses.add(whole)
            elif whole == match[0].lower():
                self.named.add(text)
            else:
                self.near.add(whole)
                rest = rest[:start] + _APART + rest[max(start, end) :]
        if self._named.is_named_in(rest):
            self.alike.add(text)


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the address, identifier or name stands of which ``text[start:end]`` is at least a part."""
    within, edge = (_IN_ADDRESS, ".'") if "@" in text[start:end] else (_IN_NAME, "-'’")
    first, last = start, end
    while first > 0 and (text[first - 1].isalnum() or text[first - 1] in within):
        first -= 1
    while last < len(text) and (text[last].isalnum() or text[last] in within):
        last += 1
    first += sum(1 for _ in takewhile(edge.__contains__, text[first:start]))
    last -= sum(1 for _ in takewhile(edge.__contains__, reversed(text[end:last])))
    return first, end if text[end:last] in ("'s", "’s") else last
