"""Google Calendar against ``myworld``: what is moved, called off, answered and deleted, and its refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from calendars import ME, Calendars, calendars
from stored import Stored

from goodwill.errors import Unavailable
from goodwill.testing import ConnectorContract
from goodwill_connectors.google_calendar import GoogleCalendar
from goodwill_connectors.google_calendar import calendars as listed
from goodwill_connectors.google_http import passing, service
from goodwill_connectors.wire import Wire

NOW = datetime(2026, 9, 22, 12, tzinfo=UTC)
BO = "bo.sample@there.example"
SEED = {
    "user": {"email": ME, "name": "Me Owner"},
    "timeZone": "Europe/Berlin",
    "people": [{"email": BO, "name": "Bo Sample"}],
    "calendars": [{"id": "team@home.example", "summary": "The team", "accessRole": "reader"}],
    "events": [],
}


def moment(text: str) -> dict[str, str]:
    return {"dateTime": f"{text}:00", "timeZone": "Europe/Berlin"}


def entry(day: str = "2026-03-02", **more: Any) -> dict[str, Any]:
    times = {"start": moment(f"{day}T12:00"), "end": moment(f"{day}T13:30")}
    return {"summary": "Lunch", "attendees": [{"email": BO}], **times, **more}


@pytest.fixture
def world() -> Iterator[Calendars]:
    with calendars(SEED) as one:
        yield one


def source(world: Calendars, slept: list[float] | None = None, now: datetime = NOW) -> GoogleCalendar:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {world.token}"
    wire = Wire(session, "Google Calendar", passing, sleep=(slept if slept is not None else []).append)
    return GoogleCalendar(service("calendar", "v3", wire, world.api), (ME,), now)


@pytest.fixture
def book(tmp_path: Path) -> Stored:
    return Stored(tmp_path / "home")


def test_an_entry_with_its_answers_and_its_zone(world: Calendars, book: Stored):
    world.call("POST", "", entry(location="Café Mitte", description="<b>Let us talk</b>"))
    book.read(source(world))
    (event,) = book.events()
    assert event.at == datetime(2026, 3, 2, 11, tzinfo=UTC)
    assert event.appointment is not None
    assert (event.appointment.end - event.at).total_seconds() == 90 * 60
    assert event.appointment.answers == {ME: "accepted", BO: "needs-action"}
    assert (event.subject, event.text, event.appointment.location) == ("Lunch", "Let us talk", "Café Mitte")
    assert event.keys[0].startswith("cal:")
    assert not event.appointment.recurring


def test_a_private_entry_tells_with_whom_and_when_only(world: Calendars, book: Stored):
    world.call("POST", "", entry(location="the clinic", description="the results", visibility="private"))
    book.read(source(world))
    (event,) = book.events()
    assert event.appointment is not None
    assert (event.subject, event.text, event.appointment.location) == ("", "", "")
    assert BO in {party.address for party in event.to}


def test_a_whole_day(world: Calendars, book: Stored):
    day = {"start": {"date": "2026-03-02"}, "end": {"date": "2026-03-03"}}
    world.call("POST", "", {"summary": "Away", "attendees": [{"email": BO}], **day})
    book.read(source(world))
    (event,) = book.events()
    assert event.appointment is not None
    assert event.appointment.all_day


@pytest.fixture
def weekly(world: Calendars, book: Stored) -> str:
    made = world.call("POST", "", entry(recurrence=["RRULE:FREQ=WEEKLY;COUNT=5"]))
    book.read(source(world))
    return str(made["id"])


def test_a_series_across_the_change_of_clocks(weekly: str, book: Stored):
    assert book.starts() == ["03-02 11:00", "03-09 11:00", "03-16 11:00", "03-23 11:00", "03-30 10:00"]
    assert all(event.appointment and event.appointment.recurring for event in book.events())


def test_a_moved_instance(world: Calendars, weekly: str, book: Stored):
    moved = {"start": moment("2026-03-10T18:00"), "end": moment("2026-03-10T19:00")}
    world.call("PATCH", f"/{weekly}_20260309T110000Z", moved)
    book.read(source(world))
    assert book.starts() == ["03-02 11:00", "03-10 17:00", "03-16 11:00", "03-23 11:00", "03-30 10:00"]


def test_a_cancelled_instance(world: Calendars, weekly: str, book: Stored):
    world.call("DELETE", f"/{weekly}_20260309T110000Z")
    book.read(source(world))
    assert book.starts() == ["03-02 11:00", "03-16 11:00", "03-23 11:00", "03-30 10:00"]


def test_a_series_that_ends_earlier(world: Calendars, weekly: str, book: Stored):
    world.call("PATCH", f"/{weekly}", {"recurrence": ["RRULE:FREQ=WEEKLY;UNTIL=20260310T000000Z"]})
    book.read(source(world))
    assert book.starts() == ["03-02 11:00", "03-09 11:00"]


def test_a_series_that_is_deleted(world: Calendars, weekly: str, book: Stored):
    world.call("DELETE", f"/{weekly}")
    book.read(source(world))
    assert book.starts() == []


def test_an_entry_that_is_deleted(world: Calendars, book: Stored):
    made, kept = world.call("POST", "", entry()), world.call("POST", "", entry("2026-03-03"))
    book.read(source(world))
    world.call("DELETE", f"/{made['id']}")
    book.read(source(world))
    assert [event.keys[0] for event in book.events()] == [f"cal:{kept['iCalUID']}"]


def test_a_declined_invitation_is_time_with_nobody(world: Calendars, book: Stored):
    made = world.call("POST", "", entry())
    declined = {"attendees": [{"email": ME, "responseStatus": "declined"}, {"email": BO}]}
    world.call("PATCH", f"/{made['id']}", declined)
    book.read(source(world))
    assert [standing.meetings for _, standing in book.app.people(NOW)] in ([], [0])


def test_only_what_changed_comes_again(world: Calendars, weekly: str, book: Stored):
    (page,) = book.read(source(world))
    assert page.items == ()
    world.call("POST", "", entry("2026-04-01"))
    (page,) = book.read(source(world))
    assert len(page.items) == 1


def test_410_on_a_sync_token(world: Calendars, weekly: str, book: Stored):
    world.call("POST", "", entry("2026-04-01"))
    source_ = source(world)
    stream = f"calendar {ME}"
    expired = {stream: '{"token": "CPDexpired", "until": "2027-09-01T00:00:00+00:00"}'}
    pages = list(source_.poll(expired, lambda stream, ids: set()))
    assert len([event for page in pages for item in page.items for event in item.events]) == 6
    assert "CPDexpired" not in str(pages[-1].next_cursor)


def test_a_horizon_that_has_come_near_is_moved_on(world: Calendars, book: Stored):
    world.call("POST", "", entry(recurrence=["RRULE:FREQ=MONTHLY"]))
    book.read(source(world))
    before = len(book.events())
    later = datetime(2027, 6, 1, tzinfo=UTC)
    book.read(source(world, now=later))
    assert len(book.events()) == before + 9


FAULTS = [
    {"tool": "*", "kind": "rate_limit", "times": 2, "retry_after": 7},
    {"tool": "*", "kind": "unavailable", "times": 2},
    {"tool": "*", "kind": "bad_gateway", "times": 2},
    {"tool": "*", "kind": "server_error", "times": 2},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one["kind"])
def test_what_passes_is_tried_again(world: Calendars, book: Stored, fault: dict[str, Any]):
    world.call("POST", "", entry())
    slept: list[float] = []
    world.fail(fault)
    book.read(source(world, slept))
    assert len(book.events()) == 1
    assert len(slept) == 2


def test_a_known_lie_its_quota_names_no_retry_after(world: Calendars):
    """Google's may; ``test_gmail`` holds us to it. When this fails, the server has learnt it."""
    world.fail({"tool": "*", "kind": "rate_limit", "retry_after": 7})
    answer = requests.get(
        f"{world.api}/calendar/v3/users/me/calendarList",
        headers={"Authorization": f"Bearer {world.token}"},
        timeout=20,
    )
    assert (answer.status_code, answer.headers.get("Retry-After")) == (403, None)


def test_an_outage_keeps_what_there_is(world: Calendars, weekly: str, book: Stored):
    world.fail({"tool": "*", "kind": "unavailable", "times": None})
    with pytest.raises(Unavailable):
        book.read(source(world))
    assert len(book.events()) == 5


def test_calendars_are_told_apart(world: Calendars):
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {world.token}"
    found = listed(service("calendar", "v3", Wire(session, "Google Calendar", passing), world.api))
    own = [one for one in found if one.own]
    assert [(one.id, one.primary) for one in own] == [(ME, True)]
    assert "The team" in [one.name for one in found if not one.own]
    assert source(world).addresses() == (ME,)


class TestGoogleCalendarKeepsTheContract(ConnectorContract):
    @pytest.fixture(autouse=True)
    def _open(self, world: Calendars):
        world.call("POST", "", entry(recurrence=["RRULE:FREQ=WEEKLY;COUNT=5"]))
        world.call("POST", "", entry("2026-04-01"))
        self.world = world

    def connector(self, folder: Path) -> GoogleCalendar:
        return source(self.world)
