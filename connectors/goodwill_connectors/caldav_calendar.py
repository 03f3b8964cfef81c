"""CalDAV: each calendar by its sync token, or by comparing what it holds where a server has no tokens.

A resource holds one entry with all its occurrences and exceptions (RFC 4791, section 4.1), so that its item
says that it holds every one. What changed is told by sync-collection (RFC 6578); a server without it is asked
for the mark of the whole calendar (CTag), and where that is another one for the marks of all entries. Series
are expanded up to the owner's horizon, and everything is looked at again when that moves, once a year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from icalendar.timezone import tzp

from goodwill.errors import GoodwillError, InputError
from goodwill.model import Event, Problem
from goodwill.plugin import Item, Known, Page, Series, Whole
from goodwill_connectors.calendar_text import stamp
from goodwill_connectors.calendars import Listed, in_order
from goodwill_connectors.cursors import pack, unpack
from goodwill_connectors.dav import CALDAV, DAV, SERVER, Dav, Resource, element, is_same, properties
from goodwill_connectors.icalsplit import sheets
from goodwill_connectors.wire import Gone, Refused

NAME = "CalDAV"
NEWEST = "99999999"
"""An edition that outranks every other: what the server shows now."""
FETCHED = 50
"""Entries that are asked for at once: what an interruption can cost."""
MOST_ROUNDS = 1_000
"""Pieces in which a server may tell one list of changes."""
MANY = 2_000
"""Of a series with so many occurrences the oldest may have been left out."""
ETAG, CHANGED, DATA = f"{DAV}getetag", f"{DAV}getlastmodified", f"{CALDAV}calendar-data"
CTAG, TOKEN, TYPE = f"{SERVER}getctag", f"{DAV}sync-token", f"{DAV}resourcetype"
RIGHTS, OWNER, KINDS = (
    f"{DAV}current-user-privilege-set", f"{DAV}owner", f"{CALDAV}supported-calendar-component-set",
)  # fmt: skip
ZONE = f"{CALDAV}calendar-timezone"
_EVER, _FOREVER = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
_NO_REPORT = frozenset((400, 403, 405, 415, 422, 501))


def calendars(dav: Dav, home: str, principal: str) -> list[Listed]:
    """The calendars in ``home`` that ``principal`` may read; own are those that lie in their name.

    One that shows only when somebody is busy is none.
    """
    names = (f"{DAV}displayname", TYPE, RIGHTS, OWNER, KINDS)
    return in_order([_listed(one, principal) for one in dav.members(home, names) if _is_calendar(one)])


def _is_calendar(one: Resource) -> bool:
    kinds = one.properties.get(KINDS)
    events = kinds is None or any(comp.get("name", "").upper() == "VEVENT" for comp in kinds)
    rights = one.properties.get(RIGHTS)
    readable = rights is None or _may(one, "read") or _may(one, "all")
    return one.has(TYPE, f"{CALDAV}calendar") and events and readable


def _may(one: Resource, right: str) -> bool:
    return one.has(RIGHTS, f"{DAV}{right}")


def _listed(one: Resource, principal: str) -> Listed:
    owners = one.links(OWNER)
    subscribed = one.has(TYPE, f"{SERVER}subscribed")
    whose = any(is_same(owner, principal) for owner in owners) or not owners
    may = one.properties.get(RIGHTS) is None or any(_may(one, right) for right in ("write", "bind", "all"))
    return Listed(
        one.href, one.text(f"{DAV}displayname") or one.name, whose and may and not subscribed, False
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reading of a calendar stands: after ``token`` (RFC 6578), else at the mark ``ctag``.

    ``until`` (ISO 8601) is how far its series were expanded.
    """

    token: str = ""
    ctag: str = ""
    until: str = ""

    @property
    def cursor(self) -> str:
        """The place as a string to store."""
        return pack(self)


@dataclass(frozen=True, slots=True)
class _Changes:
    """What stands in a calendar, or changed there: editions (etag) by address, and what went."""

    there: Mapping[str, str]
    gone: Sequence[str]
    after: Place


class CalDavCalendar:
    """The calendars at ``urls``, read at ``now`` (aware); series are expanded to the end of the next year."""

    def __init__(self, dav: Dav, urls: Sequence[str], now: datetime) -> None:
        self._dav = dav
        self._urls = urls
        self._now = now
        self._horizon = datetime(now.year + 2, 1, 1, tzinfo=UTC)

    def poll(self, cursors: Mapping[str, str], known: Known) -> Iterator[Page]:
        """Yield what changed in each calendar since its cursor; one that is refused is a problem."""
        for url in self._urls:
            stream = f"calendar {url}"
            try:
                yield from self._calendar(stream, url, unpack(Place, cursors.get(stream)), known)
            except (Gone, Refused) as error:
                gone = isinstance(error, Gone)
                problem = Problem(
                    f"calendar '{Resource(url).name}'",
                    "is not there any more" if gone else error.what,
                    "Connect the account anew to choose among the calendars that there are",
                )
                yield Page(stream, (), None, complete=True, problems=(problem,))

    def count(self, url: str) -> int:
        """How many entries a calendar has."""
        return len(self._listed(url))

    def _calendar(self, stream: str, url: str, place: Place | None, known: Known) -> Iterator[Page]:
        place = place if place is not None and place.until == self._until else None
        changes = self._followed(url, place) if place is not None and place.token else None
        if changes is not None and changes.after == place and not changes.there and not changes.gone:
            return
        about = self._dav.about(url, (CTAG, TOKEN, ZONE))[1]
        if place is not None and not place.token and place.ctag and place.ctag == about.text(CTAG):
            return
        reading = _Reading(self._dav, stream, url, self._now, self._horizon, _zone(about.text(ZONE)))
        whole = changes is None
        yield from reading.pages(changes or self._everything(url, about), known, whole)

    def _followed(self, url: str, place: Place) -> _Changes | None:
        """What changed after ``place``; None where the server knows that no more, or no tokens at all."""
        try:
            return self._since(url, place)
        except (Gone, Refused) as error:
            if error.status != 410 and error.status not in _NO_REPORT:
                raise
            return None

    @property
    def _until(self) -> str:
        return self._horizon.isoformat()

    def _everything(self, url: str, about: Resource) -> _Changes:
        """All that a calendar holds; the mark after which changes follow was taken before."""
        if about.text(TOKEN):
            try:
                return self._since(url, Place(until=self._until))
            except Refused as error:
                if error.status not in _NO_REPORT:
                    raise
        return _Changes(self._listed(url), (), Place(ctag=about.text(CTAG), until=self._until))

    def _listed(self, url: str) -> dict[str, str]:
        found = self._dav.members(url, (ETAG, TYPE))
        return {one.href: one.text(ETAG) for one in found if not one.has(TYPE, f"{DAV}collection")}

    def _since(self, url: str, place: Place) -> _Changes:
        """What changed after ``place``; everything after an empty one. Raises Gone (410) for a lost one."""
        there: dict[str, str] = {}
        gone: dict[str, None] = {}
        for _ in range(MOST_ROUNDS):
            told = self._dav.report(url, _sync(place.token), "0")
            more = False
            for one in told.resources:
                if is_same(one.href, url):
                    more = more or one.status == 507
                elif one.status in (404, 410):
                    there.pop(one.href, None)
                    gone[one.href] = None
                elif not one.href.endswith("/"):
                    there[one.href] = one.text(ETAG)
                    gone.pop(one.href, None)
            more = more and told.token != place.token
            place = replace(place, token=told.token, ctag="")
            if not more:
                break
        return _Changes(there, tuple(gone), place)


@dataclass(slots=True)
class _Reading:
    """One reading of one calendar."""

    dav: Dav
    stream: str
    url: str
    now: datetime
    horizon: datetime
    zone: tzinfo

    def pages(self, changes: _Changes, known: Known, whole: bool) -> Iterator[Page]:
        """The items of what changed; ``whole`` where that is all there is. Only then is there a cursor."""
        unnamed = stamp(self.now)  # an edition without a mark is always another one
        versions = {href: f"{etag[:80] or unnamed}@{self.horizon:%Y}" for href, etag in changes.there.items()}
        names = {href: Resource(href).name for href in (*versions, *changes.gone)}
        met = known(self.stream, [(names[href], version) for href, version in versions.items()])
        wanted = [href for href, version in versions.items() if (names[href], version) not in met]
        items: list[Item] = [Item(self.stream, names[href], gone=True) for href in changes.gone]
        done = len(versions) - len(wanted)
        for start in range(0, len(wanted), FETCHED):
            if items:
                yield Page(self.stream, tuple(items), None, not whole, done=done, total=len(versions))
            part = wanted[start : start + FETCHED]
            items = [self._item(names[href], versions[href], told) for href, told in self._fetched(part)]
            done += len(part)
        all_ = Whole(_EVER, _FOREVER, frozenset(names[href] for href in versions)) if whole else None
        yield Page(
            self.stream, tuple(items), changes.after.cursor, complete=True, done=done, total=len(versions),
            whole=all_,
        )  # fmt: skip

    def _fetched(self, hrefs: Sequence[str]) -> Iterator[tuple[str, Resource | None]]:
        """What the server tells of each address; None where it is silent."""
        wanted = [element(f"{DAV}href", text=_path(href)) for href in hrefs]
        asked = element(f"{CALDAV}calendar-multiget", properties((ETAG, CHANGED, DATA)), *wanted)
        told = {one.name: one for one in self.dav.report(self.url, asked, "0").resources}
        for href in hrefs:
            yield href, told.get(Resource(href).name)

    def _item(self, name: str, version: str, told: Resource | None) -> Item:
        if told is not None and told.status in (404, 410):
            return Item(self.stream, name, gone=True)
        if told is None or DATA not in told.properties:
            problem = Problem(self._place(name), "is not given out by the server", "Nothing else was lost")
            return Item(self.stream, name, version, problems=(problem,))
        try:
            return self._entry(name, version, told)
        except GoodwillError as error:
            problem = Problem(self._place(name), error.what, error.remedy)
        except Exception as error:  # an entry that no parser should fall over must not stop the others
            problem = Problem(self._place(name), f"cannot be read ({type(error).__name__})")
        return Item(self.stream, name, version, problems=(problem,))

    def _entry(self, name: str, version: str, told: Resource) -> Item:
        """The item of one entry, with every occurrence."""
        from goodwill_connectors.ical import parse_calendar, uids  # slow to import

        raw, taken_in = told.text(DATA).encode(), _moment(told.text(CHANGED)) or self.now
        found, wrong = parse_calendar(raw, self.horizon, self.zone)
        events = tuple(_edition(event, taken_in) for event in found)
        problems = tuple(Problem(f"{self._place(name)}: {one.place}", one.what, one.remedy) for one in wrong)
        since = min(event.at for event in events) if len(events) >= MANY else None
        # An entry may have lost all its occurrences; one that cannot be read is left as it was.
        empty = set() if wrong else {f"cal:{uid}" for uid in uids(raw)}
        series = (Series(key, NEWEST, (), since) for key in sorted({one.series for one in events} | empty))
        return Item(self.stream, name, version, events, problems, tuple(series))

    def _place(self, name: str) -> str:
        return f"entry {name} of {self.stream}"


def _edition(event: Event, taken_in: datetime) -> Event:
    """``event`` as of when the server took it in: programs change entries without saying so."""
    sequence, _, when = event.version.partition(".")
    return replace(event, version=f"{sequence}.{max(when, stamp(taken_in))}") if sequence else event


def _moment(text: str) -> datetime | None:
    """The moment (aware) in an HTTP date; None for none."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _sync(token: str) -> Element:
    """The request for what changed after ``token``."""
    return element(
        f"{DAV}sync-collection",
        element(f"{DAV}sync-token", text=token),
        element(f"{DAV}sync-level", text="1"),
        properties((ETAG,)),
    )


def _path(href: str) -> str:
    """An address as a path, which every server understands in a report on itself."""
    return urlsplit(href).path


def _zone(raw: str) -> tzinfo:
    """The time zone of a calendar, for times that name none (RFC 4791, section 5.2.2); else UTC."""
    try:
        texts = sheets(raw.encode())[0].zones if raw else []
    except InputError:
        return UTC
    for line in "".join(texts).splitlines():
        if line.upper().startswith("TZID"):
            found: Any = tzp.timezone(line.partition(":")[2].strip())
            return found if isinstance(found, tzinfo) else UTC
    return UTC
