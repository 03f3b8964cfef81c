"""Each occurrence is one event, and one broken entry spoils no other."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodwill.errors import InputError
from goodwill.model import Appointment, Event, Flag, Party, Problem
from goodwill.people import contacts_of
from goodwill_connectors.ical import parse_calendar

HORIZON = datetime(2028, 1, 1, tzinfo=UTC)


def read(*entries: str, head: str = "") -> tuple[list[Event], list[Problem]]:
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\n{head}" + "".join(
        f"BEGIN:VEVENT\n{one}\nEND:VEVENT\n" for one in entries
    )
    return parse_calendar((text + "END:VCALENDAR\n").replace("\n", "\r\n").encode(), HORIZON)


def one(entry: str, head: str = "") -> tuple[Event, Appointment]:
    (event,), problems = read(entry, head=head)
    assert problems == []
    assert event.appointment is not None
    return event, event.appointment


def test_a_single_entry() -> None:
    event, appointment = one(
        "UID:u1\nSEQUENCE:3\nLAST-MODIFIED:20240501T000000Z\nDTSTART;TZID=W. Europe Standard Time:20240513T100000\n"  # noqa: E501
        "DURATION:PT1H\nSUMMARY:Lunch\\, at last\nLOCATION:Café\nORGANIZER;CN=Ada:mailto:Ada@example.com\n"
        "ATTENDEE;PARTSTAT=ACCEPTED;CN=Bo:mailto:bo@example.com\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com\n"
        "ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:room@example.com\nTRANSP:TRANSPARENT\nSTATUS:TENTATIVE\n"
        "DESCRIPTION:Let us talk.\\n\\nJoin Zoom Meeting\\nhttps://zoom.us/j/1"
    )
    assert event.keys == ("cal:u1",)
    assert event.version == "00000003.20240501T000000Z"
    assert event.at == datetime(2024, 5, 13, 8, tzinfo=UTC)
    assert appointment.end - event.at == timedelta(hours=1)
    assert event.sender == Party("ada@example.com", "Ada")
    assert event.to == (Party("bo@example.com", "Bo"), Party("ada@example.com"))
    assert appointment.answers == {"ada@example.com": "accepted", "bo@example.com": "accepted"}
    assert (event.subject, event.text, appointment.location) == ("Lunch, at last", "Let us talk.", "Café")
    assert (appointment.busy, appointment.status) == (False, "tentative")


def test_an_all_day_entry_and_a_floating_one() -> None:
    event, appointment = one("UID:u\nDTSTART;VALUE=DATE:20240513\nSUMMARY:x")
    assert appointment.all_day
    assert appointment.end - event.at == timedelta(days=1)
    event, _ = one("UID:u\nDTSTART:20240513T100000\nSUMMARY:x", head="X-WR-TIMEZONE:Europe/Berlin\n")
    assert event.at == datetime(2024, 5, 13, 8, tzinfo=UTC)


def test_a_series_with_a_moved_a_cancelled_and_an_excluded_occurrence() -> None:
    events, problems = read(
        "UID:s\nDTSTART:20240506T100000Z\nDTEND:20240506T110000Z\nRRULE:FREQ=WEEKLY;COUNT=5\nSUMMARY:Walk\n"
        "EXDATE:20240527T100000Z\nRDATE:20240601T100000Z",
        "UID:s\nRECURRENCE-ID:20240513T100000Z\nDTSTART:20240514T120000Z\nSUMMARY:Walk, moved\nSEQUENCE:1",
        "UID:s\nRECURRENCE-ID;TZID=Europe/Berlin:20240520T120000\nDTSTART:20240520T100000Z\nSTATUS:CANCELLED\nSUMMARY:Walk",
    )
    assert problems == []
    found = {event.keys[0]: event for event in events}
    assert sorted(found) == [
        f"cal:s/{day}T100000Z" for day in ("20240506", "20240513", "20240520", "20240601", "20240603")
    ]
    assert found["cal:s/20240513T100000Z"].at == datetime(2024, 5, 14, 12, tzinfo=UTC)
    cancelled = found["cal:s/20240520T100000Z"].appointment
    assert cancelled is not None
    assert cancelled.status == "cancelled"


def test_methods() -> None:
    entry = "UID:u\nSEQUENCE:1\nDTSTAMP:20240101T000000Z\nDTSTART:20240513T100000Z\nSUMMARY:x"
    _, appointment = one(entry, head="METHOD:CANCEL\n")
    assert appointment.status == "cancelled"
    answer, _ = one(entry, head="METHOD:REPLY\n")
    request, _ = one(entry, head="METHOD:REQUEST\n")
    assert answer.version < request.version


def test_an_endless_series_keeps_the_newest_two_thousand() -> None:
    events, problems = read("UID:s\nDTSTART:19900101T100000Z\nRRULE:FREQ=DAILY\nSUMMARY:x")
    assert problems == []
    assert len(events) == 2000
    assert max(event.at for event in events) == datetime(2027, 12, 31, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=HOURLY;BYMINUTE=1,2,3;BYSECOND=1,2,3", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=X", "FREQ=DAILY;INTERVAL=0"],  # noqa: E501
)  # fmt: skip
def test_a_wild_rule_is_a_problem_and_not_a_wait(rule: str) -> None:
    start = time.process_time()
    events, problems = read(
        f"UID:s\nDTSTART:19900101T100000Z\nRRULE:{rule}\nSUMMARY:Wild", "UID:u\nDTSTART:20240101T000000Z"
    )
    assert time.process_time() - start < 2
    assert "cal:u" in {event.keys[0] for event in events}
    assert all("Wild" in problem.place for problem in problems)


def test_a_broken_entry_is_named_and_the_others_go_on() -> None:
    events, problems = read(
        "UID:a\nDTSTART:20240513T100000Z\nSUMMARY:Good",
        "UID:b\nDTSTART:yesterday\nSUMMARY:Bad start",
        "UID:c\nDTSTART:20240513T100000Z\nthis is no line\nSUMMARY:Bad line",
        "UID:d\nSUMMARY:No start",
        "UID:e\nDTSTART:20240514T100000Z\nSUMMARY:Good too",
    )
    assert {"cal:a", "cal:e"} <= {event.keys[0] for event in events}
    assert [problem.place.split("'")[1] for problem in problems] == ["Bad start", "Bad line", "No start"]
    assert all("at line" in problem.place for problem in problems)


def test_a_file_cut_short_keeps_what_is_whole() -> None:
    whole = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20240513T100000Z\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:b\r\nDTST"  # noqa: E501
    events, problems = parse_calendar(whole, HORIZON)
    assert [event.keys for event in events] == [("cal:a",)]
    assert len(problems) == 1


@given(st.binary(max_size=500))
def test_never_raises_inside_a_calendar(noise: bytes) -> None:
    parse_calendar(
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\n" + noise + b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        HORIZON,
    )
    with pytest.raises(InputError):
        parse_calendar(b"x" + noise.replace(b"BEGIN", b""), HORIZON)


def test_an_organiser_who_attends_is_one_of_those_present() -> None:
    event, _ = one(
        "UID:u1\nDTSTART:20240513T100000Z\nORGANIZER:mailto:ada@example.com\nATTENDEE:mailto:ada@example.com\n"
        "ATTENDEE:mailto:bo@example.com\nATTENDEE:mailto:me@example.com"
    )
    met = contacts_of(event, frozenset({"me@example.com"}))
    assert {address: flags >> Flag.OTHERS_SHIFT for address, flags in met} == {
        "ada@example.com": 1,
        "bo@example.com": 1,
    }
