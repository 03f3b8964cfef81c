"""What Google Calendar may say and ``myworld`` never does: odd entries, moved calendars, foreign series."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
import responses

from goodwill.plugin import Item, Page
from goodwill_connectors.google_calendar import NEWEST, GoogleCalendar
from goodwill_connectors.google_http import passing, service
from goodwill_connectors.wire import Wire

NOW = datetime(2026, 9, 22, 12, tzinfo=UTC)
START = {"dateTime": "2026-03-02T12:00:00Z"}
Answers = dict[str, Any]


def entry(id_: str = "e1", **more: Any) -> dict[str, Any]:
    return {"id": id_, "status": "confirmed", "start": START, "iCalUID": f"{id_}@google.com", **more}


@pytest.fixture
def read() -> Iterator[Any]:
    """Read calendars whose answers are given by path; what is not given is not there (404)."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        answers: Answers = {}

        def answer(request: requests.PreparedRequest):
            path = unquote(urlsplit(str(request.url)).path).removeprefix("/calendar/v3/calendars/")
            found = answers.get(path)
            if isinstance(found, int) or found is None:
                return found or 404, {}, "{}"
            return 200, {}, json.dumps(found)

        mock.add_callback(responses.GET, re.compile("https://.*"), callback=answer)

        def run(given: Answers, *calendars: str, cursors: dict[str, str] | None = None) -> list[Page]:
            answers.clear()
            answers.update(given)
            wire = Wire(requests.Session(), "Google Calendar", passing, sleep=lambda seconds: None)
            source = GoogleCalendar(service("calendar", "v3", wire, ""), calendars or ("a",), NOW)
            return list(source.poll(cursors or {}, lambda stream, ids: set()))

        yield run


def listed(*entries: Any) -> dict[str, Any]:
    return {"items": list(entries), "nextSyncToken": "t"}


def items(pages: list[Page]) -> list[Item]:
    return [item for page in pages for item in page.items]


@pytest.mark.parametrize(
    "odd",
    [
        entry("odd", start={"date": "0001-01-01"}),
        entry("odd", start={}),
        entry("odd", start={"dateTime": "soon"}),
        entry("odd", start={"dateTime": "2026-03-02T12:00:00", "timeZone": "Europe"}),
        entry("odd", start=None),
        entry("odd", attendees=["a string"]),
        entry("odd", organizer=["a list"]),
        entry("odd", sequence="many"),
        entry("odd", summary="half a \ud83d smile"),
        {"status": "confirmed"},
        "a string",
        None,
    ],
    ids=repr,
)
def test_an_odd_entry_does_not_stop_the_others(read, odd: Any):
    pages = read({"a/events": {"timeZone": "Europe/Berlin", **listed(odd, entry("good"))}})
    assert "good" in [item.id for item in items(pages) if item.events]
    assert pages[-1].complete
    for item in items(pages):
        assert item.events or item.problems
        for event in item.events:
            event.subject.encode("utf-8")


def test_odd_occurrences_of_a_series_are_named(read):
    series = entry("s", recurrence=["RRULE:FREQ=DAILY"])
    one = {"recurringEventId": "s", "iCalUID": "s@google.com", "originalStartTime": START}
    instances = {
        "items": [entry("s_1", **one), entry("s_2", **one, start={}), entry("s_3", **one, sequence=None)]
    }
    found = items(read({"a/events": listed(series), "a/events/s/instances": instances}))
    assert [(item.id, len(item.events), len(item.problems)) for item in found] == [
        ("s_1", 1, 0), ("s_2", 0, 1), ("s_3", 1, 0), ("s", 0, 0),
    ]  # fmt: skip
    assert [(one.edition, len(one.holds)) for one in found[-1].series] == [(NEWEST, 2)]


def test_a_calendar_that_is_gone_does_not_stop_the_next(read):
    kept = {"calendar a": '{"token": "t", "until": "2027-09-01T00:00:00+00:00"}'}
    pages = read({"b/events": listed(entry())}, "a", "b", cursors=kept)
    assert [problem.place for page in pages for problem in page.problems] == ["calendar a"]
    assert [item.id for item in items(pages)] == ["e1"]


def test_an_entry_that_moved_to_another_calendar_is_not_called_off(read):
    stub = {"id": "e1", "status": "cancelled"}
    moved = {"a/events": listed(entry()), "a/events/e1": entry(), "b/events": listed(stub)}
    assert [item.series for item in items(read(moved, "a", "b")) if not item.events] == []
    gone = {"a/events": listed(), "b/events": listed(stub)}
    (item,) = items(read(gone, "a", "b"))
    assert [one.key for one in item.series] == ["cal:e1@google.com"]


def test_an_invitation_to_one_occurrence_of_a_foreign_series(read):
    invited = entry("x_1", recurringEventId="x", originalStartTime=START, iCalUID="x@other.example")
    (item,) = items(read({"a/events": listed(invited)}))
    assert [event.keys for event in item.events] == [("cal:x@other.example/20260302T120000Z",)]
    assert item.series == ()


def test_a_series_that_may_not_be_read_is_a_problem_of_its_own(read):
    series = entry("s", recurrence=["RRULE:FREQ=DAILY"])
    found = items(read({"a/events": listed(series, entry()), "a/events/s/instances": 403}))
    assert [(item.id, len(item.events), len(item.problems)) for item in found] == [("s", 0, 1), ("e1", 1, 0)]


def test_birthdays_and_absences_are_no_meetings(read):
    kinds = [entry(kind, eventType=kind) for kind in ("birthday", "outOfOffice", "focusTime", "default")]
    assert [item.id for item in items(read({"a/events": listed(*kinds)}))] == ["default"]
