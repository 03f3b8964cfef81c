"""Outlook calendar: a moving window by its delta, and once what lies before it.

Graph tells changes only within a window of time, and of a series it tells stubs; so the delta says *that*
something changed, and what it is now is asked for: of every series that was touched the master and all its
occurrences in the window. What the delta calls removed may have moved, or left the window: it is looked up
before it is believed. The window reaches from ``BEHIND`` to ``AHEAD``; when half of what lay ahead is used up
it is drawn anew. Earlier entries are read once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import quote

from goodwill.model import Problem
from goodwill.plugin import Item, Known, Page, Series, Whole
from goodwill_connectors.calendars import Listed, in_order
from goodwill_connectors.cursors import pack, unpack
from goodwill_connectors.graph import DELTA, NEXT, Graph, Json, rows
from goodwill_connectors.outlook_text import ODD, entry_event, moment, uid_of, words
from goodwill_connectors.wire import Gone, Refused

NAME = "Outlook calendar"
BEHIND, AHEAD = timedelta(days=60), timedelta(days=400)
LONGEST_VIEW = timedelta(days=1_800)
"""Exchange refuses to look at more than 1,825 days at once."""
PAGE = 200
NEWEST = "99999999"
"""An edition that outranks every other."""
_FIELDS = (
    "id,iCalUId,type,seriesMasterId,subject,start,end,originalStart,originalStartTimeZone,isAllDay,"
    "isCancelled,isOrganizer,showAs,location,organizer,attendees,responseStatus,changeKey,lastModifiedDateTime"
)
_WITH_WORDS = f"{_FIELDS},body,recurrence"
_SERIES = ("occurrence", "exception", "seriesMaster")


def calendars(graph: Graph, me: Sequence[str]) -> list[Listed]:
    """The calendars of an account whose owner's addresses are ``me``, the default one first."""
    found: list[Listed] = []
    query = {"$select": "id,name,owner,canEdit,isDefaultCalendar", "$top": "100"}
    for answer in graph.pages("me/calendars", query):
        for one in rows(answer):
            owner = str((one.get("owner") or {}).get("address") or "").lower()
            first = bool(one.get("isDefaultCalendar"))
            own = first or (bool(one.get("canEdit")) and (not owner or owner in me))
            found.append(Listed(str(one["id"]), str(one.get("name") or one["id"]), own, first))
    return in_order(found)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reading of a calendar stands.

    ``link``, which Graph gave ``at`` that time, leads to what follows in the window from ``since`` to
    ``until`` (ISO 8601). Once its first round is through (``known``), ``past`` leads to the next page of what
    lies before, until that is "read".
    """

    link: str = ""
    at: str = ""
    since: str = ""
    until: str = ""
    known: bool = False
    past: str = ""

    @property
    def cursor(self) -> str:
        """The place as a string to store."""
        return pack(self)

    @property
    def read(self) -> bool:
        """Whether everything was read once."""
        return self.past == READ

    @property
    def window(self) -> tuple[datetime, datetime]:
        """From when to when changes are told; raises ValueError where there is no window yet."""
        return datetime.fromisoformat(self.since), datetime.fromisoformat(self.until)


READ = "read"


@dataclass(slots=True)
class _Job:
    """One reading of one calendar: which series were taken anew, and which items were met."""

    stream: str
    calendar: str
    since: datetime
    until: datetime
    taken: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)


class OutlookCalendar:
    """The calendars called ``ids`` of an owner with the addresses ``me``; ``now`` (aware) is when."""

    def __init__(self, graph: Graph, ids: tuple[str, ...], me: frozenset[str], now: datetime) -> None:
        self._graph = graph
        self._ids = ids
        self._me = me
        self._now = now

    def poll(self, cursors: Mapping[str, str], known: Known) -> Iterator[Page]:
        """Yield what changed in each calendar since its cursor."""
        for id_ in self._ids:
            stream = f"calendar {id_}"
            try:
                yield from self._calendar(id_, stream, self._current(cursors.get(stream)), known)
            except Gone:
                remedy = "Connect the account anew to choose among those that there are"
                problem = Problem(f"calendar {id_[:20]}…", "is not there any more", remedy)
                yield Page(stream, (), None, complete=True, problems=(problem,))

    def _current(self, cursor: str | None) -> Place:
        """The stored place, or the beginning of a new window where the old one is used up."""
        place = unpack(Place, cursor) or Place()
        try:
            if place.link and place.window[1] > self._now + AHEAD / 2:
                return place
        except (ValueError, TypeError):
            return self._window(Place())
        return self._window(place)

    def _window(self, place: Place) -> Place:
        since = datetime.combine((self._now - BEHIND).date(), time(), UTC)
        until = datetime.combine((self._now + AHEAD).date(), time(), UTC)
        return Place(since=since.isoformat(), until=until.isoformat(), past=place.past)

    def _calendar(self, id_: str, stream: str, place: Place, known: Known) -> Iterator[Page]:
        try:
            for page, after in self._window_pages(id_, stream, place, known):
                place = after
                yield page
        except Gone as error:
            if error.status != 410 or not place.link:
                raise
            for page, after in self._window_pages(id_, stream, self._window(place), known):
                place = after
                yield page
        if not place.read:
            yield from self._past(id_, stream, place, known)

    # The window

    def _window_pages(
        self, id_: str, stream: str, place: Place, known: Known
    ) -> Iterator[tuple[Page, Place]]:
        """What the delta tells from ``place`` on, each page with the place after it."""
        since, until = place.window
        job = _Job(stream, id_, since, until)
        whole = not place.link
        first = self._resume(place) if place.link else self._first(job)
        for answer in self._graph.after(first, PAGE):
            anew = not place.known
            items = tuple(self._changes(rows(answer), job, known, anew))
            ended = NEXT not in answer
            place = replace(
                place,
                link=str(answer.get(NEXT) or answer.get(DELTA) or place.link),
                known=place.known or ended,
            )
            all_ = Whole(since, until, frozenset(job.met)) if whole and ended else None
            if ended and not whole and not items and self._fresh(place.at):
                return  # nothing is new, and the place serves for longer
            place = replace(place, at=self._now.isoformat())
            yield Page(stream, items, place.cursor, complete=place.read, whole=all_), place

    def _fresh(self, moment: str) -> bool:
        try:
            return abs(self._now - datetime.fromisoformat(moment)) < timedelta(days=1)
        except (ValueError, TypeError):
            return False

    def _first(self, job: _Job) -> Json:
        query = {"startDateTime": _iso(job.since), "endDateTime": _iso(job.until)}
        return self._graph.get(f"me/calendars/{quote(job.calendar)}/calendarView/delta", query, PAGE)

    def _resume(self, place: Place) -> Json:
        try:
            return self._graph.follow(place.link, PAGE)
        except Refused as error:
            if error.status != 400:
                raise
            raise Gone(error.what, error.remedy, 410) from None

    def _changes(self, entries: Sequence[Json], job: _Job, known: Known, anew: bool) -> Iterator[Item]:
        """The items of what changed; ``anew`` while the window is read for the first time."""
        removed = [str(one["id"]) for one in entries if "@removed" in one and one.get("id")]
        for entry in entries:
            if "@removed" in entry or not entry.get("id"):
                continue
            if entry.get("type") in _SERIES:
                yield from self._guarded(entry, job, known, anew)
            else:
                yield from self._unknown(job, [self._single(entry, job)], known)
        yield from self._gone(removed, job)

    def _gone(self, ids: Sequence[str], job: _Job) -> Iterator[Item]:
        """Of what is called removed, what is not there any more."""
        wanted = [id_ for id_ in dict.fromkeys(ids) if id_ not in job.met]
        paths = [f"me/events/{quote(id_)}?$select=id" for id_ in wanted]
        for id_, found in zip(wanted, self._graph.batch(paths), strict=True):
            if found is None:
                yield Item(job.stream, id_, gone=True)

    def _guarded(self, entry: Json, job: _Job, known: Known, anew: bool) -> Iterator[Item]:
        """The items of a series that was touched, once in a reading."""
        id_ = str(entry["id"] if entry["type"] == "seriesMaster" else entry.get("seriesMasterId") or "")
        if not id_ or id_ in job.taken:
            return
        job.taken.add(id_)
        try:
            master = self._graph.get(f"me/events/{quote(id_)}", {"$select": _WITH_WORDS})
            found = list(self._instances(id_, job.since, job.until))
        except Gone:  # an invitation to one occurrence of somebody else's series
            if "subject" in entry and entry["type"] != "seriesMaster":
                yield from self._unknown(job, [self._single(entry, job)], known)
            return
        items = [self._item(one, master, job) for one in found]
        keys = tuple(event.keys[0] for item in items for event in item.events)
        series = Series(f"cal:{uid_of(master)}", NEWEST, keys, job.since, job.until)
        version = f"{_edition(master)}@{job.until:%Y%m%d}"
        job.met.add(id_)
        yield from self._unknown(job, items, known)
        if not anew or not known(job.stream, [(id_, version)]):
            yield Item(job.stream, id_, version, series=(series,))

    def _instances(self, id_: str, since: datetime, until: datetime) -> Iterator[Json]:
        """Every occurrence of a series between two moments, whole."""
        while since < until:
            end = min(until, since + LONGEST_VIEW)
            query = {"startDateTime": _iso(since), "endDateTime": _iso(end), "$select": _FIELDS}
            for answer in self._graph.pages(f"me/events/{quote(id_)}/instances", query, PAGE):
                yield from rows(answer)
            since = end

    def _unknown(self, job: _Job, items: Sequence[Item], known: Known) -> Iterator[Item]:
        """The items that the store has not met in this edition."""
        job.met.update(item.id for item in items)
        met = known(job.stream, [(item.id, item.version) for item in items])
        yield from (item for item in items if (item.id, item.version) not in met)

    def _single(self, entry: Json, job: _Job) -> Item:
        return self._item(entry, entry, job)

    def _item(self, entry: Json, master: Json, job: _Job) -> Item:
        """One entry, or one occurrence of ``master``; what makes no sense is a problem, and others go on."""
        id_, version = str(entry.get("id") or "an entry without a name"), _edition(entry)
        if entry is not master:  # what the series says is not in the occurrence's own edition
            version = hashlib.sha256(f"{_edition(master)} {version}".encode()).hexdigest()[:32]
        try:
            event = entry_event(entry, uid_of(master), words(master), self._me)
        except ODD as error:
            place = f"entry '{str(entry.get('subject') or '')[:60]}' of {NAME}"
            problem = Problem(place, f"cannot be understood ({type(error).__name__})")
            return Item(job.stream, id_, version, problems=(problem,))
        return Item(job.stream, id_, version, (event,))

    # What lies before it

    def _past(self, id_: str, stream: str, place: Place, known: Known) -> Iterator[Page]:
        """What begins before the window, the newest first, from where it was left."""
        job = _Job(stream, id_, datetime.min.replace(tzinfo=UTC), place.window[0])
        first = self._onward(id_, place)
        for answer in self._graph.after(first, PAGE):
            items = tuple(item for entry in rows(answer) for item in self._earlier(entry, job, known))
            place = replace(place, past=str(answer.get(NEXT) or READ))
            yield Page(stream, items, place.cursor, complete=place.read)

    def _onward(self, id_: str, place: Place) -> Json:
        """The page that the place leads to, or the first where Graph no longer makes sense of it."""
        if not place.past:
            return self._list(id_)
        try:
            return self._graph.follow(place.past, PAGE)
        except (Gone, Refused) as error:
            if error.status not in (400, 410):
                raise
            return self._list(id_)

    def _list(self, id_: str) -> Json:
        query = {"$select": _WITH_WORDS, "$orderby": "start/dateTime desc"}
        return self._graph.get(f"me/calendars/{quote(id_)}/events", query, PAGE)

    def _earlier(self, entry: Json, job: _Job, known: Known) -> Iterator[Item]:
        try:
            begins = moment(entry["start"])
        except ODD:
            yield from self._unknown(job, [self._single(entry, job)], known)
            return
        if begins >= job.until:
            return
        if entry.get("type") != "seriesMaster":
            yield from self._unknown(job, [self._single(entry, job)], known)
            return
        until = min(job.until, _last(entry))
        try:
            found = list(self._instances(str(entry["id"]), begins, until))
        except Gone:
            return  # deleted just now
        yield from self._unknown(job, [self._item(one, entry, job) for one in found], known)


def _last(master: Mapping[str, Any]) -> datetime:
    """A moment after which a series has no occurrences any more; the end of time where it has no end."""
    span = (master.get("recurrence") or {}).get("range") or {}
    try:
        if span.get("type") == "endDate":
            return datetime.fromisoformat(str(span["endDate"])).replace(tzinfo=UTC) + timedelta(days=400)
    except (ValueError, KeyError, OverflowError):
        pass
    return datetime.max.replace(tzinfo=UTC)


def _edition(entry: Mapping[str, Any]) -> str:
    return str(entry.get("changeKey") or entry.get("@odata.etag") or entry.get("lastModifiedDateTime") or "")[
        :50
    ]


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
