"""iCalendar files to events, one for each occurrence (pure).

An answer (METHOD:REPLY) knows no more than its sender's own part: its event has the lowest version,
so that any other edition of the entry outranks it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Literal

import icalendar
from icalendar.timezone import tzp

from goodwill.model import Appointment, Event, Party, Problem
from goodwill_connectors.calendar_text import description, is_room, stamp, unless_private
from goodwill_connectors.headers import clean_name
from goodwill_connectors.icalsplit import Entry, Sheet, sheets
from goodwill_connectors.recurrence import Component, TooMany, occurrences

_ANSWERS = {
    "ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative", "NEEDS-ACTION": "needs-action",
    "DELEGATED": "declined",
}  # fmt: skip
_STATUS: dict[str, Literal["confirmed", "tentative", "cancelled"]] = {
    "TENTATIVE": "tentative", "CANCELLED": "cancelled", "CANCELED": "cancelled",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What an entry needs to know of the calendar around it."""

    zone: tzinfo
    method: str


@dataclass(frozen=True, slots=True)
class _Parsed:
    entry: Entry
    component: Component
    uid: str
    version: str

    @property
    def repeats(self) -> bool:
        return "RRULE" in self.component or "RDATE" in self.component

    @property
    def is_exception(self) -> bool:
        return "RECURRENCE-ID" in self.component


def parse_calendar(raw: bytes, horizon: datetime, zone: tzinfo = UTC) -> tuple[list[Event], list[Problem]]:
    """The events of an iCalendar file that start before ``horizon`` (aware), and what could not be read.

    Times without a zone are of the file's own, else of ``zone``. A problem's place names the entry and its
    line. Raises InputError when the file is no calendar.
    """
    events: dict[tuple[str, ...], Event] = {}
    problems: list[Problem] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries warn of odd zones; the user can do nothing about it
        for sheet in sheets(raw):
            for event in _read_sheet(sheet, horizon, zone, problems):
                known = events.get(event.keys)
                if known is None or known.version <= event.version:
                    events[event.keys] = event
    return list(events.values()), problems


def uids(raw: bytes) -> list[str]:
    """The identities of the entries of an iCalendar file. Raises InputError when the file is no calendar."""
    return sorted({uid for sheet in sheets(raw) for entry in sheet.entries if (uid := entry.value("UID"))})


def _read_sheet(sheet: Sheet, horizon: datetime, zone: tzinfo, problems: list[Problem]) -> Iterable[Event]:
    tzp.use_default()  # a zone that another file defined under the same name must not leak into this one
    zones = _zones(sheet, problems)
    about = _Sheet(_zone(sheet.properties, zone), sheet.properties.get("METHOD", "").upper())
    singles: list[_Parsed] = []
    series: dict[str, list[_Parsed]] = {}
    for entry in sheet.entries:
        parsed = _parse(entry, problems)
        if parsed is None:
            continue
        singles.append(parsed)
        if parsed.repeats and not parsed.is_exception:
            series.setdefault(parsed.uid, [])
    for parsed in singles:
        if parsed.uid in series:
            series[parsed.uid].append(parsed)
        else:
            yield from _guarded(parsed, about, horizon, problems)
    for members in series.values():
        yield from _expand(members, zones, about, horizon, problems)


def _zones(sheet: Sheet, problems: list[Problem]) -> list[Component]:
    found = []
    for text in sheet.zones:
        try:
            zone = icalendar.Timezone.from_ical(text)
            tzp.cache_timezone_component(zone)
            found.append(zone)
        except Exception as error:  # the library raises many kinds for a broken zone
            problems.append(Problem("a time zone", f"cannot be read ({error}); its times count as UTC"))
    return found


def _zone(properties: dict[str, str], default: tzinfo) -> tzinfo:
    name = properties.get("X-WR-TIMEZONE", "")
    try:
        return (tzp.timezone(name) if name else None) or default
    except Exception:
        return default


def _place(entry: Entry) -> str:
    name = entry.value("SUMMARY")[:60] or entry.value("UID")[:60]
    return f"entry '{name}' at line {entry.line}" if name else f"entry at line {entry.line}"


def _parse(entry: Entry, problems: list[Problem]) -> _Parsed | None:
    place = _place(entry)
    if not entry.closed:
        problems.append(Problem(place, "is cut short and was left out", "Export the calendar again"))
        return None
    try:
        component = icalendar.Event.from_ical("\r\n".join(entry.lines) + "\r\n")
    except Exception as error:  # whatever the library trips over concerns this entry alone
        problems.append(Problem(place, f"cannot be read: {error}"))
        return None
    start = component.get("DTSTART")
    if not isinstance(_when(start), date):
        problems.append(Problem(place, "has no start that can be read and was left out"))
        return None
    if component.errors:
        names = ", ".join(sorted({str(name) for name, _ in component.errors}))
        problems.append(Problem(place, f"has lines that cannot be read ({names}); the rest was kept"))
    uid = str(component.get("UID", "")).strip() or _made_up_uid(entry)
    return _Parsed(entry, component, uid, _version(component))


def _when(value: Any) -> Any:
    """The time in a property; None when it has none or, broken, raises at the mere question."""
    try:
        return getattr(value, "dt", None)
    except ValueError:
        return None


def _made_up_uid(entry: Entry) -> str:
    return f"no-uid/{entry.value('DTSTART')}/{entry.value('SUMMARY')}"


def _version(component: Any) -> str:
    """Sequence and time of the last change, so that the order of strings is the order of editions."""
    try:
        sequence = max(0, int(component.get("SEQUENCE", 0)))
    except (TypeError, ValueError):
        sequence = 0
    changed = ""
    for name in ("LAST-MODIFIED", "DTSTAMP", "CREATED"):
        value = _when(component.get(name))
        if isinstance(value, date):
            changed = stamp(_utc(value, UTC))
            break
    return f"{sequence:08d}.{changed}"


def _utc(value: date | datetime, zone: tzinfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return value.replace(tzinfo=UTC)


def _expand(
    members: list[_Parsed],
    zones: list[Component],
    about: _Sheet,
    horizon: datetime,
    problems: list[Problem],
) -> Iterable[Event]:
    newest: dict[str, _Parsed] = {}
    for member in members:
        key = _original(member.component, about) if member.is_exception else ""
        if key not in newest or newest[key].version <= member.version:
            newest[key] = member
    master = newest.get("") or members[0]
    try:
        found = occurrences([member.component for member in newest.values()], zones, horizon)
    except TooMany as error:
        problems.append(Problem(_place(master.entry), f"{error}; only its first occurrence was kept"))
        yield from _guarded(master, about, horizon, problems)
        return
    except Exception as error:  # a rule that the libraries cannot work out
        problems.append(Problem(_place(master.entry), f"repeats in a way that cannot be read: {error}"))
        yield from _guarded(master, about, horizon, problems)
        return
    originals: set[str] = set()
    for component in found:
        original = _original(component, about)
        if original in originals:  # a change of this and all that follow names the first of them only
            component.pop("RECURRENCE-ID", None)
        originals.add(original)
        one = _Parsed(master.entry, component, master.uid, _version(component))
        yield from _guarded(one, about, horizon, problems, recurring=True)


def _guarded(
    parsed: _Parsed, about: _Sheet, horizon: datetime, problems: list[Problem], recurring: bool = False
) -> Iterable[Event]:
    try:
        event = _event(parsed, about, recurring or parsed.is_exception or parsed.repeats)
    except Exception as error:  # one odd entry must not stop the others
        problems.append(Problem(_place(parsed.entry), f"cannot be understood: {error!r}"))
        return
    if event.at < horizon:
        yield event


def _original(component: Component, about: _Sheet) -> str:
    value = _when(component.get("RECURRENCE-ID")) or component["DTSTART"].dt
    return stamp(_utc(value, about.zone)) if isinstance(value, datetime) else f"{value:%Y%m%d}"


def _event(parsed: _Parsed, about: _Sheet, recurring: bool) -> Event:
    component = parsed.component
    start = component["DTSTART"].dt
    at = _utc(start, about.zone).replace(microsecond=0)
    key = f"cal:{parsed.uid}" + (f"/{_original(component, about)}" if recurring else "")
    to, cc, answers = _attendees(component)
    sender = _party(component.get("ORGANIZER"))
    said = (_text(component, name) for name in ("SUMMARY", "DESCRIPTION", "LOCATION"))
    subject, text, location = unless_private(_text(component, "CLASS"), *said)
    return Event(
        kind="calendar",
        at=at,
        keys=(key[:500],),
        sender=sender,
        to=to,
        cc=cc,
        subject=subject[:1000],
        text=description(text),
        version="" if about.method in ("REPLY", "COUNTER", "REFRESH") else parsed.version,
        appointment=Appointment(
            end=_end(component, start, at, about.zone),
            status=_status(component, about),
            all_day=not isinstance(start, datetime),
            recurring=recurring,
            busy=_text(component, "TRANSP").upper() != "TRANSPARENT",
            location=location[:500],
            answers=answers,
        ),
    )


def _status(component: Component, about: _Sheet) -> Literal["confirmed", "tentative", "cancelled"]:
    if about.method == "CANCEL":
        return "cancelled"
    return _STATUS.get(_text(component, "STATUS").upper(), "confirmed")


def _end(component: Component, start: date | datetime, at: datetime, zone: tzinfo) -> datetime:
    end = _when(component.get("DTEND"))
    if isinstance(end, date):
        return max(at, _utc(end, zone).replace(microsecond=0))
    length = _when(component.get("DURATION"))
    if isinstance(length, timedelta):
        return max(at, at + length)
    return at if isinstance(start, datetime) else at + timedelta(days=1)


def _text(component: Component, name: str) -> str:
    value = component.get(name, "")
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value).replace("\r\n", "\n").strip()


def _values(component: Component, name: str) -> list[Any]:
    value = component.get(name, [])
    return value if isinstance(value, list) else [value]


def _party(value: Any) -> Party | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None:
        return None
    parameters = getattr(value, "params", {})
    address = _address(str(value)) or _address(str(parameters.get("EMAIL", "")))
    return Party(address, clean_name(str(parameters.get("CN", "")), address)) if address else None


def _address(value: str) -> str:
    address = value.strip().strip("<>'\" ").lower().removeprefix("mailto:").strip("<>'\" ")
    return address if "@" in address.strip("@") and not re.search(r"\s", address) else ""


def _attendees(component: Component) -> tuple[tuple[Party, ...], tuple[Party, ...], dict[str, str]]:
    """Those who take part, those who are only told, and what each has answered. Rooms are nobody."""
    to: dict[str, Party] = {}
    cc: dict[str, Party] = {}
    answers: dict[str, str] = {}
    for value in _values(component, "ATTENDEE"):
        party = _party(value)
        parameters = getattr(value, "params", {})
        if party is None or str(parameters.get("CUTYPE", "")).upper() in ("ROOM", "RESOURCE"):
            continue
        if is_room(party.address):
            continue
        watches = str(parameters.get("ROLE", "")).upper() == "NON-PARTICIPANT"
        (cc if watches else to).setdefault(party.address, party)
        answer = _ANSWERS.get(str(parameters.get("PARTSTAT", "")).upper())
        if answer:
            answers[party.address] = answer
    return tuple(to.values()), tuple(cc.values()), answers
