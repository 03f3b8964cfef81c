"""The calendars of the small Graph of ``graph.py``: series, their exceptions, and how an event is told.

Nothing here knows of requests: what is in a window and what changed is reckoned here, ``graph.py`` answers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from hashlib import md5
from threading import RLock
from typing import Any
from zoneinfo import ZoneInfo

ME = "me@home.example"
GOID = "040000008200E00074C5B7101A82E008"
ZONES = {  # Windows' names, which Outlook answers with
    "W. Europe Standard Time": "Europe/Berlin",
    "Romance Standard Time": "Europe/Paris",
    "GMT Standard Time": "Europe/London",
    "Eastern Standard Time": "America/New_York",
    "Pacific Standard Time": "America/Los_Angeles",
    "India Standard Time": "Asia/Kolkata",
    "Tokyo Standard Time": "Asia/Tokyo",
}
ZONE = "W. Europe Standard Time"
DAYS = {"daily": 1, "weekly": 7}
Row = str | tuple[str, str, str]  # an item, or what left: its immutable id, the other one, the reason


def zone_of(name: str) -> ZoneInfo:
    """Windows' names and those of the IANA; Graph takes both."""
    return ZoneInfo(ZONES.get(name, name))


def clock_of(fields: dict[str, Any]) -> tzinfo:
    """Where the days of a series are counted."""
    return UTC if fields.get("all_day") else zone_of(fields.get("zone", ZONE))


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def x500(address: str) -> str:
    """The name that Exchange gives to its own people instead of an address."""
    mark = md5(address.encode()).hexdigest().upper()
    return f"/O=EXCHANGELABS/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN={mark}"


@dataclass
class Event:
    """A single event or a whole series; ``changes`` and ``cancelled`` go by the original local date."""

    id: str
    calendar: str
    start: datetime
    end: datetime
    fields: dict[str, Any]
    recurrence: tuple[str, int] | None
    version: int
    changes: dict[date, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    cancelled: set[date] = field(default_factory=set)


@dataclass(frozen=True)
class Happening:
    """What one id stands for: a single event, a series' master, an occurrence or an exception."""

    id: str
    kind: str
    start: datetime
    end: datetime
    fields: dict[str, Any]
    version: int
    event: Event
    original: datetime | None = None

    def within(self, start: datetime, end: datetime) -> bool:
        return self.start < end and (self.end > start or self.start >= start)


@dataclass
class Diary:
    """Calendars and what is in them; every change gets the next ``number``."""

    calendars: list[dict[str, Any]] = field(default_factory=list)
    events: dict[str, Event] = field(default_factory=dict)
    thrown: dict[str, Happening] = field(default_factory=dict)
    quirks: set[str] = field(default_factory=set)
    number: int = 1_000
    event_log: list[tuple[int, str, str]] = field(default_factory=list)
    lock: Any = field(default_factory=RLock)

    def __post_init__(self) -> None:
        if not self.calendars:
            self.add_calendar("c-main", "Calendar")

    def add_calendar(self, id_: str, name: str, can_edit: bool = True, owner: str = ME) -> None:
        with self.lock:
            self.calendars.append(
                {
                    "id": id_,
                    "name": name,
                    "color": "auto",
                    "isDefaultCalendar": not self.calendars,
                    "canEdit": can_edit,
                    "canShare": owner == ME,
                    "canViewPrivateItems": owner == ME,
                    "owner": {"name": owner.partition("@")[0].title(), "address": owner},
                }
            )

    def add_event(
        self, id_: str, start: datetime, end: datetime, calendar: str = "c-main", **fields: Any
    ) -> None:
        """Someone puts an event in; ``recurrence=("weekly", 5)`` makes it a series, of ever more with 0."""
        with self.lock:
            recurrence = fields.pop("recurrence", None)
            self.events[id_] = Event(id_, calendar, start, end, fields, recurrence, 0)
            self._note(id_)

    def change_event(self, id_: str, **fields: Any) -> None:
        """A series that is put at another time loses its exceptions, as Outlook warns."""
        with self.lock:
            event = self.events[id_]
            if {"start", "end", "recurrence"} & set(fields):
                event.changes.clear()
                event.cancelled.clear()
            event.start = fields.pop("start", event.start)
            event.end = fields.pop("end", event.end)
            event.recurrence = fields.pop("recurrence", event.recurrence)
            event.fields = event.fields | fields
            self._note(id_)

    def change_occurrence(self, master: str, original: date, **fields: Any) -> None:
        """One of a series becomes an exception; its id stays."""
        with self.lock:
            event = self.events[master]
            before = event.changes.get(original, (0, {}))[1]
            self._note(occurrence_id(master, original))
            event.changes[original] = (self.number, before | fields)

    def cancel_occurrence(self, master: str, original: date) -> None:
        with self.lock:
            self.events[master].cancelled.add(original)
            self._note(occurrence_id(master, original))

    def delete_event(self, id_: str) -> None:
        with self.lock:
            self._note(id_)
            found = self.find(id_)
            assert found is not None
            self.thrown[id_] = found
            del self.events[id_]

    def _note(self, id_: str) -> None:
        self.number += 7
        event = self.events[master_of(id_) or id_]
        event.version = event.version if master_of(id_) else self.number
        self.event_log.append((self.number, event.calendar, id_))

    def find(self, id_: str) -> Happening | None:
        """What an id stands for now, if anything."""
        if event := self.events.get(id_):
            kind = "seriesMaster" if event.recurrence else "singleInstance"
            return Happening(id_, kind, event.start, event.end, event.fields, event.version, event)
        event = self.events.get(master_of(id_) or "")
        try:
            return occurrence(event, id_[-8:]) if event else None
        except ValueError:  # no such day
            return None

    def top_events(self, calendar: str) -> list[Happening]:
        """Singles and masters, as a calendar lists them."""
        mine = [id_ for id_, one in self.events.items() if one.calendar == calendar]
        return [found for id_ in mine if (found := self.find(id_))]

    def inside(
        self, calendar: str, start: datetime, end: datetime, masters: bool = False
    ) -> Iterator[Happening]:
        """What is between two times; a series' master comes before the first of its occurrences."""
        for event in self.events.values():
            if event.calendar != calendar:
                continue
            itself = self.find(event.id)
            assert itself is not None
            found = list(instances(event, start, end)) if event.recurrence else []
            if (found and masters) or (not event.recurrence and itself.within(start, end)):
                yield itself
            yield from found

    def view_changes(
        self, calendar: str, start: datetime, end: datetime, since: int, known: frozenset[str]
    ) -> tuple[list[Row], frozenset[str]]:
        """What a view has to tell to who knows it as it was, and what is known then.

        A change to a series tells all of it anew; one of an occurrence only this one.
        """
        present = dict.fromkeys(
            one.id for one in self.inside(calendar, start, end, masters="no master" not in self.quirks)
        )
        touched: dict[str, None] = {}
        for _, where, id_ in self.event_log[bisect_right(self.event_log, since, key=lambda one: one[0]) :]:
            if where == calendar:
                touched[id_] = None
                touched |= dict.fromkeys(one for one in [*present, *sorted(known)] if master_of(one) == id_)
                if "master too" in self.quirks and (master := master_of(id_)):
                    touched[master] = None
        rows: list[Row] = []
        for id_ in touched:
            lost = "out of window" in self.quirks or self.find(id_) is None
            if id_ in present:
                rows.append(id_)
            elif id_ in known:
                rows.append((id_, id_, "deleted") if lost else id_)
        return rows, frozenset(present)

    def tell_stub(self, one: Happening, zone: str) -> dict[str, Any]:
        """The little that a delta says of an occurrence."""
        told = self.tell(one, zone)
        return {name: told[name] for name in ("id", "seriesMasterId", "type", "start", "end")}

    def tell(self, one: Happening, zone: str = "UTC") -> dict[str, Any]:
        """An event as Graph words it, its times in a zone."""
        fields, body = one.fields, one.fields.get("body", "")
        organizer, name = fields.get("organizer", (ME, "Me"))
        mine = organizer == ME
        if "x500" in self.quirks and organizer.endswith(ME[ME.index("@") :]):
            organizer = x500(organizer)
        changed = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=one.version)
        answer = fields.get("responseStatus", "organizer" if mine else "notResponded")
        location = fields.get("location", "")
        local = fields.get("zone", ZONE)
        told: dict[str, Any] = {
            "@odata.etag": f'W/"{one.version}"',
            "id": one.id,
            "createdDateTime": "2026-01-01T00:00:00.0000000Z",
            "lastModifiedDateTime": f"{changed:%Y-%m-%dT%H:%M:%S}.0000000Z",
            "changeKey": f"ck{one.version}",
            "categories": [],
            "originalStartTimeZone": local,
            "originalEndTimeZone": local,
            "iCalUId": ical_uid(one),
            "hasAttachments": False,
            "subject": fields.get("subject", "a meeting"),
            "bodyPreview": re.sub("<[^>]*>", "", body)[:255],
            "importance": "normal",
            "sensitivity": fields.get("sensitivity", "normal"),
            "isAllDay": bool(fields.get("all_day")),
            "isCancelled": fields.get("isCancelled", False),
            "isOrganizer": mine,
            "responseRequested": True,
            "seriesMasterId": one.event.id if one.original else None,
            "showAs": fields.get("showAs", "busy"),
            "type": one.kind,
            "isOnlineMeeting": fields.get("isOnlineMeeting", False),
            "onlineMeetingProvider": "teamsForBusiness" if fields.get("isOnlineMeeting") else "unknown",
            "isDraft": False,
            "hideAttendees": bool(fields.get("hideAttendees")),
            "responseStatus": {"response": answer, "time": "0001-01-01T00:00:00Z"},
            "body": {"contentType": "html", "content": body},
            "start": moment(one.start, zone, bool(fields.get("all_day"))),
            "end": moment(one.end, zone, bool(fields.get("all_day"))),
            "location": {"displayName": location, "locationType": "default"},
            "locations": [{"displayName": location, "locationType": "default"}] if location else [],
            "recurrence": recurrence(one) if one.kind == "seriesMaster" else None,
            "attendees": [
                {
                    "type": kind,
                    "status": {"response": response, "time": "0001-01-01T00:00:00Z"},
                    "emailAddress": {"name": called, "address": address},
                }
                for address, called, response, kind in fields.get("attendees", [])
            ],
            "organizer": {"emailAddress": {"name": name, "address": organizer}},
        }
        if one.original:
            told["originalStart"] = stamp(one.original)
        return told


def occurrence_id(master: str, original: date) -> str:
    return f"{master}_{original:%Y%m%d}"


def master_of(id_: str) -> str | None:
    """The series that an occurrence's id belongs to."""
    found = re.fullmatch(r"(.+)_\d{8}", id_)
    return found[1] if found else None


def occurrences(event: Event) -> Iterator[Happening]:
    """All of a series that was not called off; of an endless one, enough for any window."""
    if event.recurrence:
        every, count = event.recurrence
        first = event.start.astimezone(clock_of(event.fields))
        for turn in range(count or 3_660):
            original = first + timedelta(
                days=turn * DAYS[every]
            )  # the same hour of the clock, summer or winter
            if original.date() not in event.cancelled:
                yield happening(event, original)


def occurrence(event: Event, day: str) -> Happening | None:
    """The one of a day, without going through all of the series."""
    every, count = event.recurrence or ("daily", 1)
    first = event.start.astimezone(clock_of(event.fields))
    turn, rest = divmod((date.fromisoformat(day) - first.date()).days, DAYS[every])
    original = first + timedelta(days=turn * DAYS[every])
    there = event.recurrence and rest == 0 and 0 <= turn < (count or 3_660)
    return happening(event, original) if there and original.date() not in event.cancelled else None


def happening(event: Event, original: datetime) -> Happening:
    """An occurrence, or the exception that was made of it."""
    version, own = event.changes.get(original.date(), (0, {}))
    start = own.get("start", original).astimezone(UTC)
    end = own.get("end", start + (event.end - event.start)).astimezone(UTC)
    fields = event.fields | {name: own[name] for name in own if name not in ("start", "end")}
    kind, id_ = "exception" if own else "occurrence", occurrence_id(event.id, original)
    return Happening(id_, kind, start, end, fields, max(version, event.version), event, original)


def instances(event: Event, start: datetime, end: datetime) -> Iterator[Happening]:
    return (one for one in occurrences(event) if one.within(start, end))


def moment(at: datetime, zone: str, all_day: bool) -> dict[str, str]:
    """A time in the zone that was preferred; a whole day is at midnight UTC wherever one looks from."""
    zone = "UTC" if all_day else zone
    return {"dateTime": f"{at.astimezone(zone_of(zone)):%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": zone}


def ical_uid(one: Happening) -> str:
    """Exchange's own ids name an occurrence's day in their bytes 16 to 19; a foreign id says nothing."""
    size, mark = "10000000", md5(one.event.id.encode()).hexdigest().upper()
    uid = str(one.fields.get("iCalUId") or f"{GOID}{'0' * 8}{'0' * 16}{'0' * 16}{size}{mark}")
    if one.original is None or not uid.startswith(GOID):
        return uid
    day = one.original
    return f"{uid[:32]}{day.year:04X}{day.month:02X}{day.day:02X}{uid[40:]}"


def recurrence(one: Happening) -> dict[str, Any]:
    assert one.event.recurrence is not None
    every, count = one.event.recurrence
    local = one.fields.get("zone", ZONE)
    first = one.start.astimezone(clock_of(one.fields))
    return {
        "pattern": {
            "type": every,
            "interval": 1,
            "month": 0,
            "dayOfMonth": 0,
            "daysOfWeek": [f"{first:%A}".lower()] if every == "weekly" else [],
            "firstDayOfWeek": "sunday",
            "index": "first",
        },
        "range": {
            "type": "numbered" if count else "noEnd",
            "startDate": f"{first:%Y-%m-%d}",
            "endDate": "0001-01-01",
            "recurrenceTimeZone": local,
            "numberOfOccurrences": count,
        },
    }
