"""The traps of the Outlook calendar, each by its name, against the small Graph of this project."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from graph import ME, Graph, refusal
from stored import Stored

from goodwill import accounts
from goodwill.errors import Unavailable
from goodwill.plugin import Account
from goodwill.testing import ConnectorContract
from goodwill_connectors import graph as connector
from goodwill_connectors.outlook_calendar import AHEAD, OutlookCalendar, calendars
from goodwill_connectors.outlook_text import uid_of, zone_of
from goodwill_connectors.wire import Wire

API = "https://graph.microsoft.com"
NOW = datetime(2026, 10, 1, tzinfo=UTC)
BO = ("bo.sample@there.example", "Bo Sample", "accepted", "required")
Opened = Callable[..., OutlookCalendar]


def at(day: int, hour: int = 12, month: int = 10, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def put(box: Graph, id_: str, start: datetime, **more: Any) -> None:
    more = {"subject": "Lunch", "attendees": [BO]} | more
    box.add_event(id_, start, more.pop("end", start + timedelta(hours=1)), **more)


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def open_box(slept: list[float]) -> Iterator[Opened]:
    """Put a calendar behind Microsoft's address; what waits only writes down how long."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        boxes: list[Graph] = []

        def answer(request: requests.PreparedRequest) -> Any:
            body = request.body if isinstance(request.body, bytes) else b""
            return boxes[-1].answer(str(request.method), str(request.url), request.headers, body)

        for method in (responses.GET, responses.POST):
            mock.add_callback(method, re.compile(f"{API}/.*"), callback=answer)

        def opened(box: Graph, now: datetime = NOW, ids: tuple[str, ...] = ("c-main",)) -> OutlookCalendar:
            boxes.append(box)
            return OutlookCalendar(reading(slept), ids, frozenset((ME,)), now)

        yield opened


def reading(slept: list[float]) -> connector.Graph:
    session = requests.Session()
    session.headers["Authorization"] = "Bearer invented"
    wire = Wire(session, "Outlook calendar", connector.passing, sleep=slept.append, chance=lambda: 0.5)
    return connector.Graph(wire)


@pytest.fixture
def book(tmp_path: Path) -> Stored:
    return Stored(tmp_path / "home")


def test_an_entry_with_its_answers(open_box: Opened, book: Stored):
    box = Graph()
    put(
        box, "e", at(5), organizer=("bo.sample@there.example", "Bo Sample"), responseStatus="accepted",
        attendees=[
            (ME, "Me", "none", "required"), ("kim@x.example", "Kim", "tentativelyAccepted", "optional"),
            ("room@x.example", "Room", "accepted", "resource"),
        ],
        location="Café Mitte", body="<p>Let us talk</p>",
    )  # fmt: skip
    book.read(open_box(box))
    (event,) = book.events()
    assert event.at == at(5)
    assert event.appointment is not None
    assert (event.appointment.end - event.at) == timedelta(hours=1)
    # Who called it takes part though Graph does not list them; the owner's answer stands beside the list.
    assert event.appointment.answers == {
        ME: "accepted", "kim@x.example": "tentative", "bo.sample@there.example": "accepted",
    }  # fmt: skip
    assert {party.address for party in event.to} == {ME, "kim@x.example", "bo.sample@there.example"}
    assert (event.subject, event.text, event.appointment.location) == ("Lunch", "Let us talk", "Café Mitte")


def test_a_private_entry_tells_with_whom_and_when_only(open_box: Opened, book: Stored):
    box = Graph()
    put(box, "e", at(5), sensitivity="private", location="the clinic", body="<p>the results</p>")
    book.read(open_box(box))
    (event,) = book.events()
    assert event.appointment is not None
    assert (event.subject, event.text, event.appointment.location) == ("", "", "")
    assert "bo.sample@there.example" in {party.address for party in event.to}


@pytest.mark.parametrize(
    ("fields", "status", "busy"),
    [
        ({}, "confirmed", True),
        ({"isCancelled": True}, "cancelled", True),
        ({"showAs": "free"}, "confirmed", False),
        ({"showAs": "tentative"}, "tentative", True),
        ({"showAs": "tentative", "organizer": ("bo.sample@there.example", "Bo")}, "confirmed", True),
    ],
)
def test_states(open_box: Opened, book: Stored, fields: dict[str, Any], status: str, busy: bool):
    box = Graph()
    put(box, "e", at(5), **fields)
    book.read(open_box(box))
    (event,) = book.events()
    assert event.appointment is not None
    assert (event.appointment.status, event.appointment.busy) == (status, busy)


def test_an_online_meeting_says_nothing_of_how_to_dial_in(open_box: Opened, book: Stored):
    body = f"<p>About the boat</p><p>{'_' * 32}</p><p>Microsoft Teams meeting</p><p>Join</p>"
    box = Graph()
    put(box, "e", at(5), isOnlineMeeting=True, body=body)
    book.read(open_box(box))
    assert book.events()[0].text == "About the boat"


def test_a_whole_day(open_box: Opened, book: Stored):
    box = Graph()
    put(box, "e", at(5, 0), end=at(6, 0), all_day=True)
    book.read(open_box(box))
    (event,) = book.events()
    assert event.appointment is not None
    assert (event.appointment.all_day, event.at) == (True, at(5, 0))


def test_occurrences_are_stubs_and_their_series_is_asked(open_box: Opened, book: Stored):
    box = Graph()
    put(box, "s", at(5), recurrence=("weekly", 4), subject="Tea")
    book.read(open_box(box))
    assert book.starts() == ["10-05 12:00", "10-12 12:00", "10-19 12:00", "10-26 13:00"]  # winter time
    assert {event.subject for event in book.events()} == {"Tea"}
    assert len({event.keys[0].partition("/")[0] for event in book.events()}) == 1
    assert all(event.appointment and event.appointment.recurring for event in book.events())


@pytest.mark.parametrize(
    "quirk", ["", "no master", "bare exceptions", "repeats", "empty pages", "master too"]
)
def test_a_series_that_lives(open_box: Opened, book: Stored, quirk: str):
    box = Graph()
    box.quirks |= {quirk} - {""}
    put(box, "s", at(5), recurrence=("weekly", 4))
    put(box, "e", at(7))
    book.read(open_box(box))
    box.change_occurrence("s", date(2026, 10, 12), start=at(13), end=at(13, 14), subject="Late lunch")
    book.read(open_box(box))
    assert book.starts() == ["10-05 12:00", "10-07 12:00", "10-13 12:00", "10-19 12:00", "10-26 13:00"]
    assert [event.subject for event in book.events()][2] == "Late lunch"
    box.cancel_occurrence("s", date(2026, 10, 19))
    book.read(open_box(box))
    assert book.starts() == ["10-05 12:00", "10-07 12:00", "10-13 12:00", "10-26 13:00"]
    box.change_event("s", subject="Dinner", start=at(5, 18), end=at(5, 20))
    book.read(open_box(box))
    assert book.starts() == ["10-05 18:00", "10-07 12:00", "10-12 18:00", "10-19 18:00", "10-26 19:00"]
    box.delete_event("s")
    box.delete_event("e")
    book.read(open_box(box))
    assert book.starts() == []


def test_a_changed_series_changes_all_its_occurrences(open_box: Opened, book: Stored):
    box = Graph()
    put(box, "s", at(5), recurrence=("weekly", 3))
    book.read(open_box(box))
    box.change_event("s", attendees=[("kim@x.example", "Kim", "accepted", "required")])
    book.read(open_box(box))
    assert all(
        "kim@x.example" in (event.appointment.answers if event.appointment else ()) for event in book.events()
    )


@pytest.mark.parametrize("quirk", ["", "soft deletes"])
def test_a_removed_entry_is_looked_up_before_it_is_believed(open_box: Opened, book: Stored, quirk: str):
    """Outside of the window is not gone; what was thrown away may answer, but not in its calendar."""
    box = Graph()
    box.quirks |= {"out of window", quirk}
    put(box, "e", at(5))
    put(box, "f", at(6))
    book.read(open_box(box))
    box.change_event("e", start=at(5, year=2029), end=at(6, year=2029))
    box.delete_event("f")
    before = box.asked.copy()
    book.read(open_box(box))
    assert [event.at for event in book.events()] == [at(5, year=2029)]
    assert box.asked["batch"] - before["batch"] == 1


def test_a_whole_series_that_is_deleted_costs_few_requests(open_box: Opened, book: Stored):
    box = Graph()
    put(box, "s", at(5), recurrence=("daily", 100))
    book.read(open_box(box))
    box.delete_event("s")
    before = box.asked.copy()
    book.read(open_box(box))
    assert book.starts() == []
    assert box.asked["batch"] - before["batch"] <= 6


def test_what_lies_before_the_window_is_read_once(open_box: Opened, book: Stored):
    box = Graph()
    put(box, "old", at(5, year=2014))
    put(box, "older", at(5, year=2009), recurrence=("weekly", 500))
    put(box, "soon", at(20))
    book.read(open_box(box))
    assert len(book.events()) == 502
    before = box.asked.total()
    book.read(open_box(box))
    assert box.asked.total() - before == 1


def test_a_series_without_an_end(open_box: Opened, book: Stored):
    box = Graph()
    put(box, "s", at(5, year=2019), recurrence=("weekly", 0))
    book.read(open_box(box))
    last = max(event.at for event in book.events())
    assert NOW + AHEAD - timedelta(days=8) < last <= NOW + AHEAD
    assert min(event.at for event in book.events()) == at(5, 12, year=2019)


def test_the_window_moves_on(open_box: Opened, book: Stored):
    box = Graph()
    put(box, "s", at(5), recurrence=("weekly", 0))
    put(box, "far", at(1, month=6, year=2028))
    book.read(open_box(box))
    assert max(event.at for event in book.events()) < NOW + AHEAD
    later = NOW + timedelta(days=250)
    box.cancel_occurrence("s", date(2027, 5, 17))
    book.read(open_box(box, later))
    starts = [f"{event.at:%Y-%m-%d}" for event in book.events()]
    assert "2028-06-01" in starts
    assert "2027-05-17" not in starts
    assert "2026-10-05" in starts  # long past by now, and kept
    assert len(starts) == len(set(starts))


@pytest.mark.parametrize("code", ["SyncStateNotFound", "resyncRequired"])
def test_a_token_that_has_expired_is_followed_by_a_whole_window(open_box: Opened, book: Stored, code: str):
    box = Graph()
    for day in range(1, 6):
        put(box, f"e{day}", at(day))
    put(box, "s", at(10), recurrence=("weekly", 2))
    book.read(open_box(box))
    box.delete_event("e3")
    box.cancel_occurrence("s", date(2026, 10, 17))
    put(box, "new", at(20))
    box.expire(code)
    book.read(open_box(box))  # nothing tells of what was deleted but that it is not there
    assert [start[:5] for start in book.starts()] == ["10-01", "10-02", "10-04", "10-05", "10-10", "10-20"]
    box.delete_event("e4")
    book.read(open_box(box))
    assert len(book.events()) == 5


def test_a_token_that_expires_within_the_first_read(open_box: Opened, book: Stored):
    box = Graph()
    for day in range(1, 28):
        put(box, f"old{day}", at(day, year=2020))
        put(box, f"e{day}", at(day))
    box.failures = [("events", refusal(503, "serviceNotAvailable", **{"Retry-After": "3600"}))]
    with pytest.raises(Unavailable):
        book.read(open_box(box))
    assert len(book.events()) == 27  # what is near came first
    box.expire()
    book.read(open_box(box))
    assert len(book.events()) == 54


def test_an_occurrence_in_two_accounts_stays_until_both_let_go(open_box: Opened, book: Stored):
    mine, ours = Graph(), Graph()
    for box in (mine, ours):
        put(box, "s", at(5), recurrence=("weekly", 3), iCalUId="same@there.example")
    book.read(open_box(mine), "microsoft:a")
    book.read(open_box(ours), "microsoft:b")
    for box, account, left in ((mine, "microsoft:a", 3), (ours, "microsoft:b", 2)):
        box.cancel_occurrence("s", date(2026, 10, 12))
        box.change_event("s", subject="Tea")
        book.read(open_box(box), account)
        assert len(book.events()) == left


@pytest.mark.parametrize("days", [120, 210])
def test_a_long_pause_leaves_no_gap(open_box: Opened, book: Stored, days: int):
    box = Graph()
    put(box, "a", at(10))
    book.read(open_box(box))
    put(box, "b", at(20))
    box.delete_event("a")
    if days < 200:
        box.expire()
    book.read(open_box(box, NOW + timedelta(days=days)))
    assert book.starts() == ["10-20 12:00"]


def test_a_clock_that_was_wrong_once(open_box: Opened, book: Stored):
    box = Graph()
    put(box, "a", at(10))
    book.read(open_box(box))
    book.read(open_box(box, NOW + timedelta(days=400)))
    put(box, "b", at(20))
    box.delete_event("a")
    book.read(open_box(box, NOW + timedelta(days=2)))
    assert book.starts() == ["10-20 12:00"]


def test_invitations_to_single_occurrences_are_two_meetings(open_box: Opened, book: Stored):
    box = Graph()
    for day in (6, 13):
        put(box, f"o{day}", at(day), iCalUId=PLAIN[:32] + f"07EA0A{day:02X}" + PLAIN[40:])
    book.read(open_box(box))
    assert [event.keys[0].rpartition("/")[2] for event in book.events()] == [
        "20261006T120000Z",
        "20261013T120000Z",
    ]


def test_a_window_that_was_read_in_part_only_tells_nothing_of_what_is_gone(open_box: Opened, book: Stored):
    box = Graph()
    for day in range(1, 28):
        put(box, f"e{day}", at(day))
    put(box, "s", at(2), recurrence=("daily", 300))
    book.read(open_box(box))
    box.delete_event("e7")
    box.expire()
    wait = {"Retry-After": "3600"}
    box.failures = [("view.delta", refusal(410, "SyncStateNotFound"))]
    box.failures += [("instances", refusal(503, "serviceNotAvailable", **wait))]
    with pytest.raises(Unavailable):
        book.read(open_box(box))
    book.read(open_box(box))
    assert "10-07 12:00" not in [
        f"{e.at:%m-%d %H:%M}"
        for e in book.events()
        if e.subject == "Lunch" and not (e.appointment and e.appointment.recurring)
    ]


@pytest.mark.parametrize("status", [400, 403])
def test_a_series_that_is_refused_does_not_stop_the_others(open_box: Opened, book: Stored, status: int):
    box = Graph()
    put(box, "s", at(5), recurrence=("weekly", 2))
    put(box, "e", at(7))
    book.read(open_box(box))
    box.expire()
    box.failures = [("instances", refusal(status, "ErrorAccessDenied"))]
    pages = book.read(open_box(box))
    assert book.starts() == ["10-05 12:00", "10-07 12:00", "10-12 12:00"]  # refused is not gone
    assert ["series" in problem.place for page in pages for problem in page.problems] == [True]


def test_a_removed_occurrence_that_answers_400_is_gone(open_box: Opened, book: Stored):
    box = Graph()
    put(box, "s", at(5), recurrence=("weekly", 2))
    book.read(open_box(box))
    box.cancel_occurrence("s", date(2026, 10, 12))
    box.failures = [("event", refusal(400, "ErrorCalendarOccurrenceIsDeletedFromRecurrence"))] * 2
    book.read(open_box(box))
    assert book.starts() == ["10-05 12:00"]


def test_entries_deleted_while_the_past_is_listed_hide_no_others(open_box: Opened, book: Stored):
    box = Graph()
    for number in range(450):
        put(box, f"e{number}", at(1, year=2020) + timedelta(days=number))
    answer = box.answer

    def between(*words: Any) -> Any:
        told = answer(*words)
        if box.asked["events"] == 1 and len(box.events) == 450:
            for number in range(445, 450):
                box.delete_event(f"e{number}")
        return told

    box.answer = between
    book.read(open_box(box))
    starts = {event.at for event in book.events()}
    assert all(at(1, year=2020) + timedelta(days=number) in starts for number in range(445))


def test_again_tells_what_has_gone_meanwhile(open_box: Opened, book: Stored):
    box = Graph()
    put(box, "a", at(10))
    put(box, "b", at(20))
    put(box, "old", at(5, year=2020))
    book.read(open_box(box), "microsoft:a")
    box.delete_event("a")
    box.delete_event("old")
    account = Account("microsoft", "a", {})
    with book.app.store.writing(), book.app.store.transaction() as connection:
        accounts.begin_anew(connection, account)
    book.read(open_box(box), "microsoft:a")
    assert book.starts() == ["10-20 12:00"]


def test_who_hides_the_others_knows_less(open_box: Opened, book: Stored):
    mine, ours = Graph(), Graph()
    people = [(f"{name}@there.example", name, "accepted", "required") for name in ("bo", "kim", "max")]
    put(mine, "e", at(5), iCalUId="same@x", attendees=people)
    boss = ("boss@there.example", "Boss")
    put(ours, "e", at(5), iCalUId="same@x", attendees=people[:1], organizer=boss, hideAttendees=True)
    ours.change_event("e", subject="later")
    book.read(open_box(mine), "microsoft:a")
    book.read(open_box(ours), "microsoft:b")
    assert len(book.events()[0].to) == 4


def test_what_stands_in_two_accounts_stays_until_both_let_go(open_box: Opened, book: Stored):
    mine, ours = Graph(), Graph()
    for box in (mine, ours):
        put(box, "e", at(5), iCalUId="same@there.example")
    book.read(open_box(mine), "microsoft:a")
    book.read(open_box(ours), "microsoft:b")
    assert len(book.events()) == 1
    mine.delete_event("e")
    book.read(open_box(mine), "microsoft:a")
    assert len(book.events()) == 1
    ours.delete_event("e")
    book.read(open_box(ours), "microsoft:b")
    assert book.events() == []


def test_calendars_of_ones_own_and_of_others(open_box: Opened, slept: list[float]):
    box = Graph()
    box.add_calendar("c-two", "Another")
    box.add_calendar("c-days", "Birthdays", can_edit=False)
    box.add_calendar("c-boss", "Boss", owner="boss@home.example")
    open_box(box)
    listed = calendars(reading(slept), [ME])
    assert [(one.name, one.own) for one in listed] == [
        ("Calendar", True), ("Another", True), ("Birthdays", False), ("Boss", False),
    ]  # fmt: skip


def test_a_calendar_that_is_gone_is_a_problem_and_the_others_go_on(open_box: Opened, book: Stored):
    box = Graph()
    put(box, "e", at(5))
    pages = book.read(open_box(box, ids=("c-none", "c-main")))
    assert book.starts() == ["10-05 12:00"]
    assert [problem.what for page in pages for problem in page.problems] == ["is not there any more"]


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "odd"},
        {"id": "odd", "start": {"dateTime": "soon", "timeZone": "UTC"}},
        {"id": "odd", "start": {"dateTime": "2026-10-05T12:00:00.0000000"}, "attendees": [None]},
        {"id": "odd", "start": {"dateTime": "2026-10-05T12:00:00", "timeZone": "tzone://Microsoft/Custom"}},
        {"id": "odd", "type": "occurrence", "seriesMasterId": "nobody"},
        {"id": "odd", "type": "seriesMaster"},
        {"start": {}},
        "nonsense",
    ],
)
def test_an_entry_that_makes_no_sense_stops_nothing(open_box: Opened, book: Stored, entry: Any):
    box = Graph()
    put(box, "old", at(5, year=2020))
    page = {"value": [entry], "@odata.deltaLink": f"{API}/v1.0/me/later"}
    box.failures = [("view.delta", (200, {}, json.dumps(page).encode()))]
    book.read(open_box(box))
    assert at(5, year=2020) in [event.at for event in book.events()]


GOID = "040000008200E00074C5B7101A82E008"
PLAIN = f"{GOID}00000000A0B1C2D3E4F5A6B7000000000000000010000000" + "AB" * 16


@pytest.mark.parametrize(
    ("told", "uid"),
    [
        ("abc@google.com", "abc@google.com"),
        (PLAIN, PLAIN),
        (PLAIN.lower(), PLAIN),
        (PLAIN[:32] + "07EA0A0C" + PLAIN[40:], PLAIN),
        (
            f"{GOID}{'0' * 40}1F000000" + (b"vCal-Uid\1\0\0\0" + b"abc@google.com\0").hex().upper(),
            "abc@google.com",
        ),
        (f"{GOID}07EA0A0C{'0' * 32}1F000000" + (b"vCal-Uid\1\0\0\0" + b"x@y\0").hex().upper(), "x@y"),
        ("", "id"),
    ],
)
def test_who_an_entry_is_in_other_calendars(told: str, uid: str):
    assert uid_of({"id": "id", "iCalUId": told}) == uid


def test_time_zones_as_windows_calls_them():
    when = datetime(2026, 7, 1, 12, tzinfo=UTC)
    hours = {
        name: when.replace(tzinfo=zone_of(name)).utcoffset()
        for name in ("W. Europe Standard Time", "Eastern Standard Time", "Asia/Kolkata", "Nowhere Time", "")
    }
    assert [int(offset.total_seconds() / 60) for offset in hours.values() if offset is not None] == [
        120, -240, 330, 0, 0,
    ]  # fmt: skip


class TestOutlookCalendarKeepsTheContract(ConnectorContract):
    @pytest.fixture(autouse=True)
    def _open(self, open_box: Opened):
        self.box = Graph()
        for day in range(1, 28):
            put(self.box, f"e{day}", at(day))
            put(self.box, f"old{day}", at(day, year=2020))
        put(self.box, "s", at(5, year=2025), recurrence=("weekly", 120))
        put(self.box, "d", at(5, year=2018), recurrence=("daily", 30))
        self.source = open_box

    def connector(self, folder: Path) -> OutlookCalendar:
        return self.source(self.box)
