"""Outlook calendar: a moving window by its delta, and once what lies before it.

Graph tells changes only within a window of time, and of a series it tells stubs; so the delta says *that*
something changed, and what it is now is asked for: of every series that was touched the master and all its
occurrences in the window. What the delta calls removed may have moved, or left the window: it is looked up
before it is believed. The window reaches from ``BEHIND`` before now (or before the last reading) to
``AHEAD``; when half of what lay ahead is used up it is drawn anew. Earlier entries are read once.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from goodwill.model import Problem
from goodwill.plugin import Item, Known, Page, Series, Whole
from goodwill_connectors.calendars import Listed, in_order
from goodwill_connectors.cursors import pack, unpack
from goodwill_connectors.graph import DELTA, NEXT, Graph, Json, rows
from goodwill_connectors.outlook_entries import LONGEST_VIEW, PAGE, Entries, edition, ends
from goodwill_connectors.outlook_text import ODD, moment, uid_of
from goodwill_connectors.wire import Gone, Refused

NAME = "Outlook calendar"
BEHIND, AHEAD = timedelta(days=60), timedelta(days=400)
NEWEST = "99999999"
"""An edition that outranks every other."""
ALL = -1
"""Instead of a number of entries: all of them."""
OVERLAP = 20
"""So many entries of a list are looked at again on its next page: others may have been deleted meanwhile."""
_SERIES = ("occurrence", "exception", "seriesMaster")
_EVER = datetime.min.replace(tzinfo=UTC)


def calendars(graph: Graph, me: Sequence[str]) -> list[Listed]:
    """The calendars of an account whose owner's addresses are ``me``, the default one first."""
    found: list[Listed] = []
    query = {"$select": "id,name,owner,canEdit,isDefaultCalendar", "$top": "100"}
    for answer in graph.pages("me/calendars", query):
        for one in rows(answer):
            told = one.get("owner")
            owner = str(told.get("address") or "").lower() if isinstance(told, dict) else ""
            first = bool(one.get("isDefaultCalendar"))
            own = first or (bool(one.get("canEdit")) and (not owner or owner in me))
            if one.get("id"):
                found.append(Listed(str(one["id"]), str(one.get("name") or one["id"]), own, first))
    return in_order(found)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reading of a calendar stands.

    ``link``, which Graph gave ``at`` that time, leads to what changed in the window from ``since`` to
    ``until`` (ISO 8601); empty until the window was read to its end. ``past`` counts the entries that were
    listed to find what lies before.
    """

    link: str = ""
    at: str = ""
    since: str = ""
    until: str = ""
    past: int = 0

    @property
    def cursor(self) -> str:
        """The place as a string to store."""
        return pack(self)

    @property
    def read(self) -> bool:
        """Whether everything was read once."""
        return self.past == ALL


@dataclass(slots=True)
class _Job:
    """One reading of one calendar: which series were taken anew, and which items were met."""

    stream: str
    entries: Entries
    since: datetime
    until: datetime
    taken: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


class OutlookCalendar:
    """The calendars called ``ids`` of an owner with the addresses ``me``; ``now`` (aware) is when."""

    def __init__(self, graph: Graph, ids: tuple[str, ...], me: frozenset[str], now: datetime) -> None:
        self._graph = graph
        self._ids = ids
        self._me = me
        self._now = now

    def poll(self, cursors: Mapping[str, str], known: Known) -> Iterator[Page]:
        """Yield what changed in each calendar since its cursor; one that is refused is a problem."""
        for id_ in self._ids:
            stream = f"calendar {id_}"
            place = unpack(Place, cursors.get(stream)) or Place()
            entries = Entries(self._graph, id_, self._me, stream)
            try:
                yield from self._calendar(stream, entries, place, known)
            except (Gone, Refused) as error:
                what = "is not there any more" if isinstance(error, Gone) else error.what
                remedy = "Connect the account anew to choose among the calendars that there are"
                problem = Problem(f"calendar {id_[-12:]}", what, remedy)
                yield Page(stream, (), None, complete=True, problems=(problem,))

    def _calendar(self, stream: str, entries: Entries, place: Place, known: Known) -> Iterator[Page]:
        window = self._window(place)
        try:
            if window is None:
                yield from self._follow(stream, entries, place, known)
            else:
                place = yield from self._draw(stream, entries, place, window, known)
        except Gone as error:
            if error.status != 410:
                raise
            place = yield from self._draw(stream, entries, place, self._drawn(place), known)
        if not place.read:
            yield from self._past(stream, entries, place, known)

    def _window(self, place: Place) -> tuple[datetime, datetime] | None:
        """The window to be read anew; None where the one there is serves."""
        since, until = _iso(place.since), _iso(place.until)
        if not place.link or since is None or until is None:
            return self._drawn(place)
        ahead = until - self._now
        # More ahead than a window has: the clock was wrong when it was drawn.
        serves = since <= self._now and AHEAD / 2 < ahead <= AHEAD + timedelta(days=1)
        return None if serves else self._drawn(place)

    def _drawn(self, place: Place) -> tuple[datetime, datetime]:
        """A window around now, which also holds what a window of the last time would have held."""
        last = _iso(place.at) or self._now
        since = max(min(self._now, last) - BEHIND, self._now + AHEAD - LONGEST_VIEW)
        until = self._now + AHEAD
        return (
            datetime.combine(since.date(), time(), UTC),
            datetime.combine(until.date(), time(), UTC),
        )

    # The window

    def _draw(
        self, stream: str, entries: Entries, place: Place, window: tuple[datetime, datetime], known: Known
    ) -> Generator[Page, None, Place]:
        """Read a window from its beginning to its end; returns the place after it.

        Only then is there a cursor: whoever was interrupted could not tell what has gone since.
        """
        since, until = window
        job = _Job(stream, entries, since, until)
        first = entries.changes(since, until)
        link = ""
        for answer in self._graph.after(first, PAGE):
            items = tuple(self._changes(rows(answer), job, known, anew=True))
            link = str(answer.get(DELTA) or "")
            if items and not link:
                yield Page(stream, items, None, complete=place.read)
        after = Place(link, self._now.isoformat(), since.isoformat(), until.isoformat(), place.past)
        # What was refused was not met, and is there all the same.
        whole = None if job.problems else Whole(since, until, frozenset(job.met))
        problems = tuple(job.problems)
        yield Page(stream, items, after.cursor, complete=after.read, whole=whole, problems=problems)
        return after

    def _follow(self, stream: str, entries: Entries, place: Place, known: Known) -> Iterator[Page]:
        """Read what changed in the window since ``place``."""
        since, until = _iso(place.since) or self._now, _iso(place.until) or self._now
        job = _Job(stream, entries, since, until)
        for answer in self._graph.after(self._graph.resume(place.link, PAGE), PAGE):
            items = tuple(self._changes(rows(answer), job, known, anew=False))
            link = str(answer.get(NEXT) or answer.get(DELTA) or place.link)
            if NEXT not in answer and not items and not job.problems and self._is_fresh(place):
                return  # nothing is new, and the place serves for longer
            place = replace(place, link=link, at=self._now.isoformat())
            problems, job.problems = tuple(job.problems), []
            yield Page(stream, items, place.cursor, complete=place.read, problems=problems)

    def _is_fresh(self, place: Place) -> bool:
        last = _iso(place.at)
        return last is not None and abs(self._now - last) < timedelta(days=1)

    def _changes(self, entries: Sequence[Json], job: _Job, known: Known, anew: bool) -> Iterator[Item]:
        """The items of what changed; ``anew`` while the window is read from its beginning."""
        removed = [str(one["id"]) for one in entries if "@removed" in one and one.get("id")]
        for entry in entries:
            if "@removed" not in entry and entry.get("id"):
                yield from self._touched(entry, job, known, anew)
        wanted = [id_ for id_ in dict.fromkeys(removed) if id_ not in job.met]
        for id_, found in zip(wanted, job.entries.looked_up(wanted), strict=True):
            if found is None:
                yield Item(job.stream, id_, gone=True)
            else:
                yield from self._touched(found, job, known, anew)

    def _touched(self, entry: Json, job: _Job, known: Known, anew: bool) -> Iterator[Item]:
        if entry.get("type") not in _SERIES:
            yield from self._unknown(job, [job.entries.item(entry)], known)
            return
        id_ = str(entry["id"] if entry["type"] == "seriesMaster" else entry.get("seriesMasterId") or "")
        if not id_ or id_ in job.taken:
            return
        job.taken.add(id_)
        try:
            master = job.entries.one(id_)
            found = list(job.entries.instances(id_, job.since, job.until))
        except Gone:  # an invitation to one occurrence of somebody else's series
            if "subject" in entry and entry["type"] != "seriesMaster":
                yield from self._unknown(job, [job.entries.item(entry)], known)
            return
        except Refused as error:
            job.met.update((id_, str(entry["id"])))
            job.problems.append(_refused(entry, error))
            return
        yield from self._series(id_, master, found, job, known, anew)

    def _series(
        self, id_: str, master: Json, found: Sequence[Json], job: _Job, known: Known, anew: bool
    ) -> Iterator[Item]:
        """The occurrences of a series in the window, and that these are all of them."""
        items = [job.entries.item(one, master) for one in found]
        keys = tuple(event.keys[0] for item in items for event in item.events)
        series = Series(f"cal:{uid_of(master)}", NEWEST, keys, job.since, job.until)
        version = f"{edition(master)}@{job.until:%Y%m%d}"
        job.met.add(id_)
        yield from self._unknown(job, items, known)
        if not anew or not known(job.stream, [(id_, version)]):
            yield Item(job.stream, id_, version, series=(series,))

    def _unknown(self, job: _Job, items: Sequence[Item], known: Known) -> Iterator[Item]:
        """The items that the store has not met in this edition."""
        job.met.update(item.id for item in items)
        met = known(job.stream, [(item.id, item.version) for item in items])
        yield from (item for item in items if (item.id, item.version) not in met)

    # What lies before it

    def _past(self, stream: str, entries: Entries, place: Place, known: Known) -> Iterator[Page]:
        """What begins before the window, the newest first, from where it was left."""
        job = _Job(stream, entries, _EVER, _iso(place.since) or self._now)
        begun, refused = place.past, False
        while not place.read:
            listed = rows(entries.listed(max(0, place.past - OVERLAP)))
            items = tuple(item for entry in listed for item in self._earlier(entry, job, known))
            done = max(0, place.past - OVERLAP) + len(listed)
            place = replace(place, past=done if len(listed) >= PAGE and done > place.past else ALL)
            refused = refused or bool(job.problems)
            problems, job.problems = tuple(job.problems), []
            told = place.read and not begun and not refused
            whole = Whole(_EVER, job.until, frozenset(job.met)) if told else None
            yield Page(stream, items, place.cursor, complete=place.read, problems=problems, whole=whole)

    def _earlier(self, entry: Json, job: _Job, known: Known) -> Iterator[Item]:
        try:
            begins = moment(entry["start"])
        except ODD:
            yield from self._unknown(job, [job.entries.item(entry)], known)
            return
        job.met.add(str(entry["id"]))
        if begins >= job.until:
            return
        if entry.get("type") != "seriesMaster":
            yield from self._unknown(job, [job.entries.item(entry)], known)
            return
        if str(entry["id"]) in job.taken:
            return
        job.taken.add(str(entry["id"]))
        try:
            found = list(job.entries.instances(str(entry["id"]), begins, min(job.until, ends(entry))))
        except Gone:
            return  # deleted just now
        except Refused as error:
            job.problems.append(_refused(entry, error))
            return
        yield from self._unknown(job, [job.entries.item(one, entry) for one in found], known)


def _refused(entry: Json, error: Refused) -> Problem:
    return Problem(f"series '{str(entry.get('subject') or '')[:60]}' of {NAME}", error.what, error.remedy)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return None
