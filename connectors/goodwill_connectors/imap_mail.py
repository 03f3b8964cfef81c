"""IMAP: each folder newest first and resumable, then what came in since.

Folders are opened for reading only (EXAMINE) and mails taken without a mark (BODY.PEEK): what lies on the
server stays as it is. A cursor holds the folder's UIDVALIDITY, the number from which mails are new, and the
number down to which the first read has come. What was deleted or moved after it was read stays in the ledger:
it happened, and a mail that lies elsewhere now is known by its Message-ID. So nothing has to be asked about
changed flags or vanished mails (CONDSTORE, QRESYNC): UIDNEXT alone tells whether something is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from goodwill.model import Problem
from goodwill.plugin import Item, Known, Page
from goodwill_connectors.cursors import pack, unpack
from goodwill_connectors.imap_folders import Folder, readable
from goodwill_connectors.imap_line import Changed, Line, Refused
from goodwill_connectors.items import Found, mail_item

WINDOW = 10_000
"""Messages whose numbers are asked for at once: one line of an answer, which may not be too long."""
FETCHED, FETCHED_BYTES = 50, 1 << 20
"""Mails, and bytes of them, that are asked for at once: what a line must carry without being cut."""
LARGEST = 16 << 20
"""Bytes that are taken of one mail: its words come before what is attached."""
UNWANTED = frozenset((b"\\Draft", b"\\Deleted"))
_STATUS = (b"UIDVALIDITY", b"UIDNEXT", b"MESSAGES")
_ABOUT = ("RFC822.SIZE", "INTERNALDATE", "FLAGS")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reading of a folder stands: from ``next`` on mails are new, from ``low`` on they are read.

    ``validity`` is the UIDVALIDITY for which the numbers mean something; ``low`` is 1 where everything is
    read. ``done`` of ``total`` mails were looked at.
    """

    validity: int
    next: int
    low: int
    done: int = 0
    total: int = 0

    @property
    def cursor(self) -> str:
        """The place as a string to store."""
        return pack(self)


class ImapMail:
    """One mailbox, on a ``line`` to its server. ``horizon`` (aware) ends the expansion of invitations."""

    def __init__(self, line: Line, horizon: datetime) -> None:
        self._line = line
        self._horizon = horizon

    def folders(self) -> list[Folder]:
        """The folders that are read, in the order in which they are."""
        return self._line.ask(readable)

    def poll(self, cursors: Mapping[str, str], known: Known) -> Iterator[Page]:
        """Yield what is new since the cursors, in pages of at most ``FETCHED`` mails."""
        try:
            folders = self.folders()
            for folder in folders:
                try:
                    yield from self._folder(folder.name, unpack(Place, cursors.get(folder.name)), known)
                except (Refused, Changed) as error:
                    problem = Problem(f"IMAP folder {folder.name}", error.what, "The others are read")
                    yield Page(folder.name, (), None, complete=True, problems=(problem,))
            yield from _gone(cursors, {folder.name for folder in folders})
        finally:
            self._line.close()

    def _folder(self, name: str, place: Place | None, known: Known) -> Iterator[Page]:
        told = self._line.status(name, _STATUS)
        validity, following = told.get(b"UIDVALIDITY", 0), told.get(b"UIDNEXT", 0)
        if place and place.validity == validity and place.low <= 1 and following == place.next:
            return  # nothing has come in
        opened = self._line.examine(name)
        exists = opened.get(b"EXISTS", 0)
        validity = opened.get(b"UIDVALIDITY", validity)
        following = opened.get(b"UIDNEXT", following) or self._highest(exists) + 1
        if place is None or place.validity != validity:
            place = Place(validity, following, following, total=exists)
        else:
            new = list(_parts(self._down(exists, place.next, 1 << 32)))
            for part in reversed(new):
                place = replace(place, next=part[0] + 1)
                yield self._page(name, place, part, known)
            place = replace(place, next=max(following, place.next))
        for part in _parts(self._down(exists, 1, place.low)):
            done = place.done + len(part)
            place = replace(place, low=part[-1], done=done, total=max(place.total, done))
            yield self._page(name, place, part, known)
        place = replace(place, low=1, total=place.done)
        yield Page(name, (), place.cursor, complete=True, done=place.done, total=place.total)

    def _page(self, name: str, place: Place, uids: Sequence[int], known: Known) -> Page:
        items = self._items(name, place.validity, uids, known)
        return Page(name, items, place.cursor, complete=place.low <= 1, done=place.done, total=place.total)

    def _highest(self, exists: int) -> int:
        if not exists:
            return 0
        return max(self._line.search(exists, exists), default=0)

    def _down(self, exists: int, low: int, high: int) -> Iterator[int]:
        """The UIDs from ``low`` on and below ``high``, the highest first.

        Windows are of places in the folder. What is expunged meanwhile moves mails to lower places only, so
        that none is passed over; what is met twice is below ``high`` no more.
        """
        last = exists
        while last > 0:
            first = max(1, last - WINDOW + 1)
            found = self._line.search(first, last)
            for uid in sorted(found, reverse=True):
                if low <= uid < high:
                    high = uid
                    yield uid
            if found and min(found) < low:
                return
            last = first - 1

    # Single mails

    def _items(self, name: str, validity: int, uids: Sequence[int], known: Known) -> tuple[Item, ...]:
        ids = {uid: f"{validity}.{uid}" for uid in uids}
        met = known(name, [(id_, "") for id_ in ids.values()])
        wanted = [uid for uid in uids if (ids[uid], "") not in met]
        if not wanted:
            return ()
        about = self._line.fetch(wanted, _ABOUT)
        found: list[Item] = []
        for group in _groups([uid for uid in wanted if _is_wanted(about.get(uid))], about):
            bodies = self._bodies(group, about)
            for uid in group:
                found += self._item(name, ids[uid], bodies.get(uid), about[uid])
        found += [Item(name, ids[uid]) for uid in wanted if uid not in about]  # it is gone: done with
        return tuple(found)

    def _bodies(self, uids: Sequence[int], about: Mapping[int, Mapping[bytes, Any]]) -> dict[int, bytes]:
        large = len(uids) == 1 and _size(about[uids[0]]) > LARGEST
        what = f"BODY.PEEK[]<0.{LARGEST}>" if large else "BODY.PEEK[]"
        told = self._line.fetch(uids, [what])
        return {uid: body for uid, one in told.items() if (body := _body(one)) is not None}

    def _item(self, name: str, id_: str, raw: bytes | None, about: Mapping[bytes, Any]) -> list[Item]:
        if raw is None:
            return [Item(name, id_)]
        place = f"IMAP folder {name}, mail {id_.partition('.')[2]}"
        found = Found(id_, place, lambda: raw, inferred=_received(about), vouched=True)
        item = mail_item(name, found, self._horizon)
        return [] if item is None else [item]


def _parts(uids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(uids)
    while part := list(islice(rest, FETCHED)):
        yield part


def _gone(cursors: Mapping[str, str], there: set[str]) -> Iterator[Page]:
    """Nothing more will be read of a folder that is gone: it is at its end."""
    for name, cursor in cursors.items():
        place = unpack(Place, cursor)
        if name not in there and place is not None and place.low > 1:
            ended = replace(place, low=1, total=place.done)
            yield Page(name, (), ended.cursor, complete=True, done=ended.done, total=ended.total)


def _groups(uids: Sequence[int], about: Mapping[int, Mapping[bytes, Any]]) -> Iterator[list[int]]:
    """Cut ``uids`` into groups of no more bytes than are asked for at once, except for single large mails."""
    group: list[int] = []
    size = 0
    for uid in uids:
        more = _size(about[uid])
        if group and size + more > FETCHED_BYTES:
            yield group
            group, size = [], 0
        group.append(uid)
        size += more
    if group:
        yield group


def _is_wanted(about: Mapping[bytes, Any] | None) -> bool:
    return about is not None and not UNWANTED.intersection(about.get(b"FLAGS") or ())


def _size(about: Mapping[bytes, Any]) -> int:
    size = about.get(b"RFC822.SIZE")
    return size if isinstance(size, int) else LARGEST


def _body(told: Mapping[bytes, Any]) -> bytes | None:
    found = next((value for key, value in told.items() if key.startswith(b"BODY[]")), None)
    return found if isinstance(found, bytes) else None


def _received(about: Mapping[bytes, Any]) -> datetime | None:
    at = about.get(b"INTERNALDATE")
    if not isinstance(at, datetime):
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
