"""The entries of one Outlook calendar, asked for by their identity, and as items.

Everything is asked for within its calendar: what was deleted may still answer elsewhere in the mailbox.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from goodwill.model import Problem
from goodwill.plugin import Item
from goodwill_connectors.graph import Graph, Json, rows
from goodwill_connectors.outlook_text import ODD, entry_event, moment, uid_of, words

LONGEST_VIEW = timedelta(days=1_800)
"""Exchange refuses to look at more than 1,825 days at once."""
PAGE = 200
NOT_THERE = (400, 404, 410)
"""What Graph answers of an entry that it has called removed, and that is not there: 400 for an occurrence
(ErrorCalendarOccurrenceIsDeletedFromRecurrence)."""
_FIELDS = (
    "id,iCalUId,type,seriesMasterId,subject,start,end,originalStart,originalStartTimeZone,isAllDay,"
    "isCancelled,isOrganizer,showAs,sensitivity,location,organizer,attendees,hideAttendees,responseStatus,changeKey,"
    "lastModifiedDateTime"
)
_WITH_WORDS = f"{_FIELDS},body,recurrence"


class Entries:
    """What stands in the calendar ``id_`` of an owner with the addresses ``me``; items are of ``stream``."""

    def __init__(self, graph: Graph, id_: str, me: frozenset[str], stream: str) -> None:
        self._graph = graph
        self._path = f"me/calendars/{quote(id_, safe='')}"
        self._me = me
        self._stream = stream

    def changes(self, since: datetime, until: datetime) -> Json:
        """The first page of the delta of a window."""
        query = {"startDateTime": _iso(since), "endDateTime": _iso(until)}
        return self._graph.get(f"{self._path}/calendarView/delta", query, PAGE)

    def listed(self, skip: int) -> Json:
        """Single entries and masters of series, the latest first, from number ``skip`` on."""
        query = {"$select": _WITH_WORDS, "$orderby": "start/dateTime desc", "$top": str(PAGE)}
        return self._graph.get(f"{self._path}/events", query | ({"$skip": str(skip)} if skip else {}))

    def one(self, id_: str) -> Json:
        """An entry by its identity; raises Gone where there is none."""
        return self._graph.get(self._place(id_), {"$select": _WITH_WORDS})

    def looked_up(self, ids: Sequence[str]) -> list[Json | None]:
        """Entries that were called removed; None for those that are."""
        paths = [f"{self._place(id_)}?$select={_WITH_WORDS}" for id_ in ids]
        found = self._graph.batch(paths, nothing=NOT_THERE)
        return [entry if entry is not None and self._is_shown(entry) else None for entry in found]

    def _is_shown(self, entry: Json) -> bool:
        """Whether the calendar shows an entry when it is opened at its time."""
        try:
            begins, ends = moment(entry["start"]), moment(entry["end"])
        except ODD:
            return False
        query = {
            "startDateTime": _iso(begins),
            "endDateTime": _iso(ends + timedelta(seconds=1)),
            "$select": "id",
        }
        shown = self._graph.pages(f"{self._path}/calendarView", query, PAGE)
        return any(one.get("id") == entry.get("id") for page in shown for one in rows(page))

    def instances(self, id_: str, since: datetime, until: datetime) -> Iterator[Json]:
        """Every occurrence of a series between two moments, whole."""
        while since < until:
            end = min(until, since + LONGEST_VIEW)
            query = {"startDateTime": _iso(since), "endDateTime": _iso(end), "$select": _FIELDS}
            for answer in self._graph.pages(f"{self._place(id_)}/instances", query, PAGE):
                yield from rows(answer)
            since = end

    def item(self, entry: Json, master: Json | None = None) -> Item:
        """One entry, or one occurrence of ``master``; what makes no sense is a problem, and others go on."""
        id_, version = str(entry.get("id") or "an entry without a name"), edition(entry)
        if master is not None:  # what the series says is not in the occurrence's own edition
            version = hashlib.sha256(f"{edition(master)} {version}".encode()).hexdigest()[:32]
        told = master or entry
        try:
            event = entry_event(entry, uid_of(told), words(told), self._me)
        except ODD as error:
            place = f"entry '{str(entry.get('subject') or '')[:60]}' of your Outlook calendar"
            problem = Problem(place, f"cannot be understood ({type(error).__name__})")
            return Item(self._stream, id_, version, problems=(problem,))
        return Item(self._stream, id_, version, (event,))

    def _place(self, id_: str) -> str:
        return f"{self._path}/events/{quote(id_, safe='')}"


def edition(entry: Mapping[str, Any]) -> str:
    """What changes whenever the entry does."""
    told = entry.get("changeKey") or entry.get("@odata.etag") or entry.get("lastModifiedDateTime")
    return str(told or "")[:50]


def ends(master: Mapping[str, Any]) -> datetime:
    """A moment after which a series has no occurrences any more; the end of time where it has no end.

    An occurrence may have been put off by a year or so.
    """
    try:
        span = master["recurrence"]["range"]
        if span["type"] == "endDate":
            return datetime.fromisoformat(str(span["endDate"])).replace(tzinfo=UTC) + timedelta(days=400)
    except ODD:
        pass
    return datetime.max.replace(tzinfo=UTC)


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
