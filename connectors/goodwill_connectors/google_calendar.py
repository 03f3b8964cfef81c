"""Google Calendar: every chosen calendar by its sync token, every series as Google expands it.

The list of a calendar says what changed; of a series that changed all occurrences are taken anew from
``events.instances``, so that moved, edited and cancelled ones need no guessing, and the item of the series
says that it holds all of them. A sync token must not be mixed with a window of time, so the first read takes
everything; series are expanded up to a horizon, and when that has come near they are read again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from goodwill.model import Appointment, Event, Party, Problem
from goodwill.plugin import Item, Known, Page, Series
from goodwill_connectors.calendar_text import description, is_room, stamp, unless_private
from goodwill_connectors.calendars import Listed, in_order
from goodwill_connectors.google_http import call
from goodwill_connectors.headers import clean_name
from goodwill_connectors.wire import Gone, Refused

NAME = "Google Calendar"
PAGE = 2_500
AHEAD = timedelta(days=400)
"""So far series are expanded; when less than half of it is left they are read anew."""
OWN = "owner"
_ODD = (KeyError, ValueError, TypeError, AttributeError, OverflowError)
"""What an entry can cause that is not what Google's reference says."""
PLAIN = frozenset(("default", "fromGmail"))
"""Kinds of entries that may be meetings: no birthdays, absences, focus times or places of work."""
_ANSWERS = {"accepted": "accepted", "declined": "declined", "tentative": "tentative"}
_STATUS: dict[str, Literal["confirmed", "tentative", "cancelled"]] = {
    "tentative": "tentative",
    "cancelled": "cancelled",
}


def calendars(service: Any) -> list[Listed]:
    """The calendars of an account, the primary one first."""
    found: list[Listed] = []
    token: str | None = None
    while True:
        more = {"pageToken": token} if token else {}
        answer = call(service.calendarList().list(maxResults=250, **more), NAME)
        for one in answer.get("items") or ():
            if not one.get("deleted"):
                name = str(one.get("summaryOverride") or one.get("summary") or one["id"])
                own = one.get("accessRole") == OWN
                found.append(Listed(str(one["id"]), name, own, bool(one.get("primary"))))
        token = answer.get("nextPageToken")
        if not token:
            return in_order(found)


class GoogleCalendar:
    """The calendars called ``ids``. ``service`` is Google's client of the Calendar API, version v3.

    ``now`` (aware) decides how far series are expanded.
    """

    def __init__(self, service: Any, ids: tuple[str, ...], now: datetime) -> None:
        self._events = service.events()
        self._service = service
        self._ids = ids
        self._now = now

    def addresses(self) -> tuple[str, ...]:
        """The owner's own address: the primary calendar is called by it."""
        return tuple(one.id.lower() for one in calendars(self._service) if one.primary and "@" in one.id)

    def poll(self, cursors: Mapping[str, str], known: Known) -> Iterator[Page]:
        """Yield what changed in each calendar since its cursor."""
        for id_ in self._ids:
            stream = f"calendar {id_}"
            # A token that has expired is followed by a whole read; without it the calendar itself is gone.
            for token, horizon in (self._resume(cursors.get(stream)), ("", self._now + AHEAD)):
                try:
                    yield from self._list(id_, stream, token, horizon)
                    break
                except Gone:
                    continue
            else:
                remedy = "Connect the account anew to choose among those that there are"
                problem = Problem(f"calendar {id_}", "is not there any more", remedy)
                yield Page(stream, (), None, complete=True, problems=(problem,))

    def _resume(self, cursor: str | None) -> tuple[str, datetime]:
        """The sync token to go on from, if it still serves, and how far series are to be expanded."""
        try:
            kept = json.loads(cursor or "{}")
            until = datetime.fromisoformat(kept["until"])
            if until > self._now + AHEAD / 2:
                return str(kept["token"]), until
        except (ValueError, KeyError, TypeError):
            pass
        return "", self._now + AHEAD

    def _list(self, id_: str, stream: str, token: str, horizon: datetime) -> Iterator[Page]:
        job = _Listing(stream, id_, horizon, zone=UTC)
        following = bool(token)
        page = ""
        while True:
            more: dict[str, Any] = {"syncToken": token} if token else {"showDeleted": True}
            if page:
                more["pageToken"] = page
            answer = call(
                self._events.list(calendarId=id_, maxResults=PAGE, singleEvents=False, **more), NAME
            )
            job.zone = zone(str(answer.get("timeZone", "")))
            items = [item for entry in answer.get("items") or () for item in self._guarded(entry, job)]
            job.done += len(items)
            page = str(answer.get("nextPageToken", ""))
            if not page:
                break
            yield Page(stream, tuple(items), None, complete=following, done=job.done, total=0)
        next_token = str(answer.get("nextSyncToken", ""))
        cursor = json.dumps({"token": next_token, "until": horizon.isoformat()}) if next_token else None
        yield Page(stream, tuple(items), cursor, complete=True, done=job.done, total=job.done)

    def _guarded(self, entry: Any, job: _Listing) -> Iterator[Item]:
        """The items of one entry; one that makes no sense is a problem, and the others go on."""
        try:
            yield from list(self._items(entry, job))
        except _ODD as error:
            id_ = str(entry.get("id", "")) if isinstance(entry, dict) else ""
            problem = Problem(
                f"entry '{id_}' of {job.stream}", f"cannot be understood ({type(error).__name__})"
            )
            yield Item(job.stream, id_ or "an entry without a name", problems=(problem,))

    def _items(self, entry: Mapping[str, Any], job: _Listing) -> Iterator[Item]:
        series = str(entry.get("recurringEventId", "")) or (str(entry["id"]) if "recurrence" in entry else "")
        if series:
            if series not in job.expanded:
                job.expanded.add(series)
                yield from self._series(series, entry, job)
        elif entry.get("status") == "cancelled" and "start" not in entry:
            if not self._elsewhere(entry, job):
                yield self._called_off(entry, job)
        elif entry.get("eventType", "default") in PLAIN:
            yield _single(entry, job)

    def _series(self, id_: str, entry: Mapping[str, Any], job: _Listing) -> Iterator[Item]:
        """All occurrences of a series up to the horizon, and that these are all of them."""
        until = job.horizon.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        found: list[Mapping[str, Any]] = []
        page: str | None = None
        try:
            while True:
                more = {"pageToken": page} if page else {}
                request = self._events.instances(
                    calendarId=job.calendar, eventId=id_, maxResults=PAGE, timeMax=until, **more
                )
                answer = call(request, NAME)
                found += answer.get("items") or ()
                page = answer.get("nextPageToken")
                if not page:
                    break
        except Gone:
            if entry.get("status") != "cancelled" and "start" in entry:
                yield _single(entry, job)  # an invitation to one occurrence of somebody else's series
                return
            found = []
        except Refused as error:
            if error.status != 400:
                problem = Problem(f"entry '{id_}' of {job.stream}", error.what, error.remedy)
                yield Item(job.stream, id_, _edition(entry), problems=(problem,))
                return
            found = []  # it is a series no more
        uid = next((str(one["iCalUID"]) for one in found if one.get("iCalUID")), "") or self._uid(
            id_, entry, job
        )
        keys = []
        for one in found:
            if one.get("status") == "cancelled" or one.get("eventType", "default") not in PLAIN:
                continue
            name = str(one.get("id") or id_)
            try:
                event = _event(one, uid, job)
            except _ODD as error:
                place = f"entry '{name}' of {job.stream}"
                problem = Problem(place, f"cannot be understood ({type(error).__name__})")
                yield Item(job.stream, name, _edition(one), problems=(problem,))
            else:
                keys.append(event.keys[0])
                yield Item(job.stream, name, _edition(one), (event,))
        series = Series(f"cal:{uid}", NEWEST, tuple(keys))  # what Google shows now outranks what was known
        yield Item(job.stream, id_, _edition(entry), series=(series,))

    def _elsewhere(self, entry: Mapping[str, Any], job: _Listing) -> bool:
        """Whether an entry that left this calendar was moved to another one that is read."""
        id_ = str(entry["id"])
        for calendar in self._ids:
            if calendar != job.calendar:
                try:
                    found = call(self._events.get(calendarId=calendar, eventId=id_), NAME)
                except (Gone, Refused):
                    continue
                if found.get("status") != "cancelled":
                    return True
        return False

    def _called_off(self, entry: Mapping[str, Any], job: _Listing) -> Item:
        """An entry that was deleted: of it only its number is told."""
        uid = self._uid(str(entry["id"]), entry, job)
        return Item(job.stream, str(entry["id"]), _edition(entry), (), series=(Series(f"cal:{uid}", NEWEST),))

    def _uid(self, id_: str, entry: Mapping[str, Any], job: _Listing) -> str:
        """The iCalendar identity of an entry; Google's own entries are called by their number."""
        if entry.get("iCalUID"):
            return str(entry["iCalUID"])
        try:
            found = call(self._events.get(calendarId=job.calendar, eventId=id_), NAME)
        except (Gone, Refused):
            found = {}
        return str(found.get("iCalUID") or f"{id_}@google.com")


NEWEST = "99999999"
"""An edition that outranks every other."""


@dataclass(slots=True)
class _Listing:
    """One reading of one calendar: what was expanded so far, and how many items were made."""

    stream: str
    calendar: str
    horizon: datetime
    zone: ZoneInfo | Any
    expanded: set[str] = field(default_factory=set)
    done: int = 0


def _single(entry: Mapping[str, Any], job: _Listing) -> Item:
    uid = str(entry.get("iCalUID") or f"{entry['id']}@google.com")
    event = _event(entry, uid, job)
    # An entry on its own may have been a series before; an occurrence on its own says nothing of the others.
    series = () if entry.get("originalStartTime") else (Series(f"cal:{uid}", NEWEST),)
    return Item(job.stream, str(entry["id"]), _edition(entry), (event,), series=series)


def _event(entry: Mapping[str, Any], uid: str, job: _Listing) -> Event:
    """The event that an entry, or one occurrence of a series, is (pure)."""
    start, whole = _moment(entry["start"], job.zone)
    end, _ = _moment(entry.get("end") or entry["start"], job.zone)
    original = entry.get("originalStartTime")
    key = f"cal:{uid}"
    if original:
        first, whole_first = _moment(original, job.zone)
        key += f"/{_day(original)}" if whole_first else f"/{stamp(first)}"
    sender = _party(entry.get("organizer") or {})
    people = [
        one for one in entry.get("attendees") or () if isinstance(one, dict) and not one.get("resource")
    ]
    parties = [party for one in people if (party := _party(one)) and not is_room(party.address)]
    answers = {
        _text(one, "email").lower(): _ANSWERS.get(str(one.get("responseStatus")), "needs-action")
        for one in people
        if one.get("email")
    }
    said = (_text(entry, name) for name in ("summary", "description", "location"))
    subject, text, location = unless_private(_text(entry, "visibility"), *said)
    return Event(
        kind="calendar",
        at=start,
        keys=(key[:500],),
        sender=sender,
        to=tuple(parties),
        subject=subject[:1000],
        text=description(text),
        version=_version(entry),
        appointment=Appointment(
            end=max(start, end),
            status=_STATUS.get(str(entry.get("status")), "confirmed"),
            all_day=whole,
            recurring=bool(original),
            busy=entry.get("transparency") != "transparent",
            location=location[:500],
            answers=answers,
        ),
    )


def _text(entry: Mapping[str, Any], name: str) -> str:
    """The words under ``name``, such that they can be stored."""
    return str(entry.get(name) or "").encode("utf-8", "replace").decode("utf-8")


def _version(entry: Mapping[str, Any]) -> str:
    """Sequence and time of the last change, as an iCalendar export of the same entry would have them."""
    updated = str(entry.get("updated", ""))
    try:
        when = stamp(datetime.fromisoformat(updated).astimezone(UTC)) if updated else ""
    except ValueError:
        when = ""
    return f"{int(entry.get('sequence') or 0):08d}.{when}"


def _edition(entry: Mapping[str, Any]) -> str:
    return str(entry.get("etag", "")).strip('"')[:60]


def _moment(value: Mapping[str, Any], default: Any) -> tuple[datetime, bool]:
    """A start or an end in UTC, and whether it is a whole day."""
    if "date" in value:
        day = date.fromisoformat(str(value["date"]))
        return datetime.combine(day, time(), default).astimezone(UTC), True
    when = datetime.fromisoformat(str(value["dateTime"]))
    if when.tzinfo is None:
        when = when.replace(tzinfo=zone(str(value.get("timeZone", "")), default))
    return when.astimezone(UTC).replace(microsecond=0), False


def _day(value: Mapping[str, Any]) -> str:
    return str(value["date"]).replace("-", "")


def zone(name: str, default: Any = UTC) -> Any:
    """The time zone called ``name`` (IANA), else ``default``."""
    try:
        return ZoneInfo(name) if name else default
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return default


def _party(value: Mapping[str, Any]) -> Party | None:
    if not isinstance(value, Mapping):
        return None
    address = _text(value, "email").strip().lower()
    return Party(address, clean_name(_text(value, "displayName"), address)) if "@" in address else None
