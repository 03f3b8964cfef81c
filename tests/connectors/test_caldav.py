"""CalDAV against Radicale: read to the end, changed meanwhile, and left as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from radicale_server import (
    HOME,
    PASSWORD,
    USER,
    Answer,
    Radicale,
    Start,
    by_digest,
    radicale,
    without_any_mark,
    without_tokens,
)
from reader import Reader
from stored import Stored

from goodwill.errors import AccountError, SignInError, Unavailable
from goodwill.model import Event
from goodwill.testing import ConnectorContract
from goodwill_connectors.caldav import Server, _dav, look
from goodwill_connectors.caldav_calendar import FETCHED, CalDavCalendar
from goodwill_connectors.caldav_hosts import probed
from goodwill_connectors.dav import may_go, multistatus

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><multistatus xmlns="DAV:">&b;</multistatus>'
EXCEPT = "EXDATE;TZID=Europe/Berlin:20261109T100000"
BERLIN = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


def entry(uid: str, start: str = "20260105T100000Z", subject: str = "", more: str = "") -> str:
    guest = "ATTENDEE;CN=Bo Sample;PARTSTAT=ACCEPTED:mailto:bo.sample@there.example"
    zone = "" if start.endswith("Z") else ";TZID=Europe/Berlin"
    return f"""BEGIN:VEVENT
        UID:{uid}
        DTSTAMP:20260101T000000Z
        DTSTART{zone}:{start}
        DURATION:PT1H
        SUMMARY:{subject or uid}
        ORGANIZER:mailto:{USER}
        {guest}
        {more or "CLASS:PUBLIC"}
        END:VEVENT
        """


def calendar(server: Radicale, name: str = "work", now: datetime = NOW) -> CalDavCalendar:
    dav = _dav(Server(server.url), USER, PASSWORD)
    return CalDavCalendar(dav, [f"{server.url}{HOME}{name}/"], now)


@pytest.fixture
def server() -> Iterator[Radicale]:
    with radicale() as one:
        yield one


def met(reader: Reader) -> list[Event]:
    return [event for page in reader.pages for item in page.items for event in item.events]


def gone(reader: Reader) -> list[str]:
    return [item.id for page in reader.pages for item in page.items if item.gone]


class TestCalDavKeepsTheContract(ConnectorContract):
    @pytest.fixture(autouse=True)
    def _fill(self, server: Radicale):
        for number in range(2 * FETCHED + 5):
            server.put(f"e{number}", entry(f"e{number}"))
        server.put("weekly", entry("weekly", more="RRULE:FREQ=WEEKLY;COUNT=20"))
        self.server = server

    def connector(self, folder: Path) -> CalDavCalendar:
        return calendar(self.server)


@pytest.mark.parametrize("handicap", [None, without_tokens, without_any_mark])
def test_what_changes_is_read_and_nothing_twice(server: Radicale, handicap: object):
    if handicap is not None:
        server.handicaps.append(handicap)  # type: ignore[arg-type]
    for name in ("a", "b", "c"):
        server.put(name, entry(name))
    reader = Reader()
    assert sorted(reader.read(calendar(server))) == ["a", "b", "c"]
    assert reader.read(calendar(server)) == []
    assert all(not page.items for page in reader.pages)
    server.put("b", entry("b", subject="b moved"))
    server.put("d", entry("d"))
    server.delete("a")
    assert sorted(reader.read(calendar(server))) == ["b moved", "d"]
    whole = reader.pages[-1].whole
    assert gone(reader) == ["a.ics"] or (whole and whole.ids == {"b.ics", "c.ics", "d.ics"})
    assert reader.read(calendar(server)) == []


def test_a_calendar_that_did_not_change_costs_one_request(server: Radicale):
    for number in range(30):
        server.put(f"e{number}", entry(f"e{number}"))
    reader = Reader()
    reader.read(calendar(server))
    for handicaps in ([], [without_tokens]):
        server.handicaps[:] = handicaps
        reader.read(calendar(server))
        assert not [problem for page in reader.pages for problem in page.problems]
        server.asked.clear()
        reader.read(calendar(server))
        assert (server.asked.total(), reader.pages) == (1, [])


def test_a_token_that_is_lost_is_followed_by_a_whole_look(server: Radicale):
    for name in ("a", "b", "c"):
        server.put(name, entry(name))
    reader = Reader()
    reader.read(calendar(server))
    server.forget_tokens()
    server.delete("a")
    server.put("d", entry("d"))
    assert reader.read(calendar(server)) == ["d"]  # what is known is not fetched again
    whole = reader.pages[-1].whole
    assert whole
    assert whole.ids == {"b.ics", "c.ics", "d.ics"}
    assert reader.read(calendar(server)) == []


@pytest.mark.parametrize("status", ["403 Forbidden", "409 Conflict", "412 Precondition Failed"])
def test_however_a_server_says_that_a_token_is_lost(server: Radicale, status: str):
    def refuse(environ: dict[str, object], start: Start, server: Radicale) -> Answer | None:
        if environ["REQUEST_METHOD"] != "REPORT" or server.asked["refused"]:
            return None
        server.asked["refused"] += 1
        body = b'<?xml version="1.0"?><error xmlns="DAV:"><valid-sync-token/></error>'
        start(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
        return [body]

    server.put("a", entry("a"))
    reader = Reader()
    reader.read(calendar(server))
    server.put("b", entry("b"))
    server.handicaps.append(refuse)
    assert reader.read(calendar(server)) == ["b"]


def test_an_interrupted_first_read_goes_on_where_it_was(server: Radicale):
    for number in range(3 * FETCHED):
        server.put(f"e{number}", entry(f"e{number}"))
    reader = Reader()
    assert len(reader.read(calendar(server), pages=1)) == FETCHED
    assert len(reader.read(calendar(server))) == 2 * FETCHED
    assert len(reader.met) == 3 * FETCHED


def test_a_series_with_moved_and_cancelled_occurrences(server: Radicale):
    server.put("weekly", BERLIN + entry(
        "weekly", "20261019T100000", more="RRULE:FREQ=WEEKLY;COUNT=4\n" + EXCEPT
    ) + entry("weekly", "20261027T150000", "moved", "RECURRENCE-ID;TZID=Europe/Berlin:20261026T100000")
      + entry("weekly", "20261102T100000", "off",
              "STATUS:CANCELLED\nRECURRENCE-ID;TZID=Europe/Berlin:20261102T100000"))  # fmt: skip
    reader = Reader()
    reader.read(calendar(server))
    found = {
        (event.subject, event.at, event.appointment.status) for event in met(reader) if event.appointment
    }
    assert found == {
        ("weekly", datetime(2026, 10, 19, 8, tzinfo=UTC), "confirmed"),  # summer time
        ("moved", datetime(2026, 10, 27, 14, tzinfo=UTC), "confirmed"),  # standard time
        ("off", datetime(2026, 11, 2, 9, tzinfo=UTC), "cancelled"),
    }
    assert all(event.keys[0].startswith("cal:weekly/") for event in met(reader))


def test_times_without_a_zone_are_of_the_calendar(server: Radicale):
    whole = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + BERLIN.replace("\n", "\r\n") + "END:VCALENDAR\r\n"
    )
    server.add_calendar("home", zone=whole)
    server.put("a", entry("a", "20260705T100000").replace(";TZID=Europe/Berlin", ""), "home")
    reader = Reader()
    reader.read(calendar(server, "home"))
    assert [event.at for event in met(reader)] == [datetime(2026, 7, 5, 8, tzinfo=UTC)]


def test_an_entry_that_changes_without_saying_so_is_a_newer_edition(server: Radicale):
    server.put("a", entry("a"))
    reader = Reader()
    reader.read(calendar(server))
    first = met(reader)[0]
    server.put("a", entry("a", "20260106T100000Z"))
    reader.read(calendar(server, now=NOW + timedelta(minutes=5)))
    assert met(reader)[0].version > first.version


def test_series_are_looked_at_again_when_a_year_has_passed(server: Radicale):
    server.put("weekly", entry("weekly", "20260105T100000Z", more="RRULE:FREQ=WEEKLY"))
    reader = Reader()
    reader.read(calendar(server))
    last = max(event.at for event in met(reader))
    assert last.year == 2027
    reader.read(calendar(server, now=NOW + timedelta(days=60)))
    assert max(event.at for event in met(reader)).year == 2028
    reader.read(calendar(server, now=NOW + timedelta(days=61)))
    assert reader.pages == []


def test_private_entries_tell_with_whom_and_when_only(server: Radicale):
    for kind in ("PRIVATE", "CONFIDENTIAL"):
        text = f"CLASS:{kind}\nDESCRIPTION:about the test results\nLOCATION:the clinic"
        server.put(kind.lower(), entry(kind, subject="What it is about", more=text))
    reader = Reader()
    reader.read(calendar(server))
    assert len(met(reader)) == 2
    for event in met(reader):
        assert (event.subject, event.text) == ("", "")
        assert event.appointment
        assert event.appointment.location == ""
        assert {party.address for party in event.parties} == {USER, "bo.sample@there.example"}


def test_what_is_no_meeting_is_left_alone(server: Radicale):
    server.add_calendar("tasks", kind="VTODO")
    server.put("task", "BEGIN:VTODO\nUID:task\nDTSTAMP:20260101T000000Z\nSUMMARY:Paint\nEND:VTODO", "tasks")
    server.put("free", entry("free", more="TRANSP:TRANSPARENT"))
    reader = Reader()
    assert reader.read(calendar(server)) == ["free"]
    appointment = met(reader)[0].appointment
    assert appointment
    assert not appointment.busy
    assert reader.read(calendar(server, "tasks")) == []


def test_a_broken_entry_does_not_stop_the_others(server: Radicale):
    server.put("good", entry("good"))
    server.put("endless", entry("endless", more="RRULE:FREQ=SECONDLY"))
    reader = Reader()
    subjects = reader.read(calendar(server))
    assert "good" in subjects
    problems = [one.what for page in reader.pages for item in page.items for one in item.problems]
    assert any("repeats more often" in what for what in problems)


def test_nothing_on_the_server_changes(server: Radicale):
    for number in range(FETCHED + 3):
        server.put(f"e{number}", entry(f"e{number}"))
    before = server.everything()
    assert len(before) == FETCHED + 4
    reader = Reader()
    reader.read(calendar(server))
    reader.read(calendar(server))
    assert server.everything() == before


def test_a_calendar_that_is_gone_is_a_problem_and_the_others_are_read(server: Radicale):
    server.put("a", entry("a"))
    dav = _dav(Server(server.url), USER, PASSWORD)
    urls = [f"{server.url}{HOME}{name}/" for name in ("nothing", "work")]
    reader = Reader()
    assert reader.read(CalDavCalendar(dav, urls, NOW)) == ["a"]
    assert [one.what for page in reader.pages for one in page.problems] == ["is not there any more"]


def test_a_wrong_password_is_said(server: Radicale):
    with pytest.raises(SignInError, match="does not let you in"):
        list(
            CalDavCalendar(_dav(Server(server.url), USER, "no"), [server.url + HOME], NOW).poll(
                {}, Reader().known
            )
        )


def test_a_password_goes_nowhere_else(server: Radicale):
    def redirect(environ: dict[str, object], start: Start, server: Radicale) -> Answer | None:
        start("301 Moved", [("Location", "https://elsewhere.example/dav/"), ("Content-Length", "0")])
        return [b""]

    server.handicaps.append(redirect)
    with pytest.raises(AccountError, match="may not have your password"):
        _dav(Server(server.url), USER, PASSWORD).about(server.url, ("{DAV:}owner",))


@pytest.mark.parametrize("body", [b"<html>", b"", b"<?xml version='1.0'?><multistatus/>", b"\xff\xfe",
    BOMB])  # fmt: skip
def test_an_answer_that_makes_no_sense_is_one_sentence(server: Radicale, body: bytes):
    def answer(environ: dict[str, object], start: Start, server: Radicale) -> Answer | None:
        start("207 Multi-Status", [("Content-Length", str(len(body)))])
        return [body]

    server.handicaps.append(answer)
    with pytest.raises(Unavailable, match="not CalDAV"):
        list(calendar(server).poll({}, Reader().known))


def test_a_list_of_changes_in_pieces(server: Radicale):
    """A server may tell what changed in pieces (RFC 6578, section 3.6)."""
    told = {"": ("one", "1", True), "1": ("two", "2", True), "2": ("three", "3", False)}

    def answer(environ: dict[str, object], start: Start, server: Radicale) -> Answer | None:
        if environ["REQUEST_METHOD"] != "REPORT":
            return None
        body = environ["wsgi.input"].read(int(str(environ["CONTENT_LENGTH"])))  # type: ignore[attr-defined]
        if b"sync-collection" not in body:
            from io import BytesIO

            environ["wsgi.input"] = BytesIO(body)
            return None
        token = body.partition(b"<d:sync-token>")[2].partition(b"<")[0].decode()
        name, following, more = told[token]
        path = f"{HOME}work/".replace("@", "%40")
        cut = f"<response><href>{path}</href><status>HTTP/1.1 507 Insufficient Storage</status></response>"
        text = (
            f'<multistatus xmlns="DAV:"><response><href>{path}{name}.ics</href><propstat><prop><getetag>"x"'
            f"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>{cut if more else ''}"
            f"<sync-token>{following}</sync-token></multistatus>"
        ).encode()
        start("207 Multi-Status", [("Content-Length", str(len(text)))])
        return [text]

    for name in ("one", "two", "three"):
        server.put(name, entry(name))
    server.handicaps.append(answer)
    reader = Reader()
    assert sorted(reader.read(calendar(server))) == ["one", "three", "two"]
    assert '"token": "3"' in next(iter(reader.cursors.values()))


def test_whose_calendars_there_are(server: Radicale):
    said: list[str] = []

    class Desk:
        now, say = NOW, staticmethod(said.append)

    server.add_calendar("family", "Family & friends")
    server.add_calendar("tasks", kind="VTODO")
    server.put("a", entry("a"), "family")
    settings, _ = look(Server(server.url + "/"), USER, PASSWORD, (), Desk())  # type: ignore[arg-type]
    assert [url.rpartition("example/")[2] for url in settings["calendars"]] == ["family/", "work/"]
    assert PASSWORD not in str(settings)
    assert any("1 entries  Family & friends" in line for line in said)
    only, _ = look(Server(server.url + "/"), USER, PASSWORD, ["work"], Desk())  # type: ignore[arg-type]
    assert len(only["calendars"]) == 1


def test_a_server_that_wants_passwords_hashed(server: Radicale):
    server.put("a", entry("a"))
    server.handicaps.append(by_digest)
    with requests.Session() as session:
        found = probed(session, server.url + "/")
    assert found
    assert found.digest
    urls = [f"{server.url}{HOME}work/"]
    for password in (PASSWORD, "no"):
        dav = _dav(Server(server.url, digest=True), USER, password)
        poll = CalDavCalendar(dav, urls, NOW)
        if password == PASSWORD:
            assert Reader().read(poll) == ["a"]
        else:
            with pytest.raises(SignInError):
                Reader().read(poll)


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://caldav.home.example/x", True),
        ("https://caldav.home.example:443/x", True),
        ("https://caldav.home.example:8443/x", False),
        ("https://p01.home.example/x", False),
        ("https://home.example/", False),
        ("http://caldav.home.example/", False),
        ("https://caldav.home.example.there.example/", False),
        ("ftp://caldav.home.example/", False),
        ("https://caldav.home.example:99999/", False),
        ("https://[::1/", False),
    ],
)
def test_where_a_password_may_go(url: str, may: bool):
    assert may_go(url, "https://caldav.home.example/") is may


def test_where_a_password_may_go_at_a_provider_of_many_servers_and_on_this_machine():
    assert may_go("https://p34-caldav.icloud.com:443/1/", "https://caldav.icloud.com/")
    assert not may_go("https://p34-caldav.icloud.com:8443/1/", "https://caldav.icloud.com/")
    assert not may_go("https://icloud.com.there.example/1/", "https://caldav.icloud.com/")
    assert not may_go("http://127.0.0.1:2/", "http://127.0.0.1:1/")
    assert not may_go("http://localhost:1/", "https://localhost:1/")


@pytest.mark.parametrize("change", ["moved on", "all called off", "emptied"])
@pytest.mark.parametrize("rule", ["", "RRULE:FREQ=WEEKLY;COUNT=2"])
def test_an_entry_that_has_lost_every_occurrence(server: Radicale, tmp_path: Path, change: str, rule: str):
    server.put("a", entry("a", more=rule))
    book = Stored(tmp_path / "home")
    book.read(calendar(server))
    assert len(book.events()) == (2 if rule else 1)
    if change == "moved on":
        server.put("a", entry("a", "20290105T100000Z", more=rule))
    elif change == "all called off":
        days = "EXDATE:20260105T100000Z,20260112T100000Z"
        server.put("a", entry("a", more=f"RRULE:FREQ=WEEKLY;COUNT=2\n{days}"))
    else:
        server.delete("a")
    book.read(calendar(server))
    assert book.events() == []


def test_a_change_of_this_and_all_that_follow(server: Radicale):
    later = "RECURRENCE-ID;RANGE=THISANDFUTURE:20260119T100000Z"
    server.put(
        "a", entry("a", more="RRULE:FREQ=WEEKLY;COUNT=5") + entry("a", "20260120T110000Z", "later", later)
    )
    reader = Reader()
    reader.read(calendar(server))
    assert len({event.keys[0] for event in met(reader)}) == 5
    assert sorted((event.at.day, event.subject) for event in met(reader) if event.at.month == 1) == [
        (5, "a"), (12, "a"), (20, "later"), (27, "later"),
    ]  # fmt: skip


def test_addresses_that_make_no_sense_hide_no_others(server: Radicale):
    told = b"""<multistatus xmlns="DAV:"><response><href>http://[::1/x.ics</href></response>
        <response><href>/a.ics</href></response></multistatus>"""
    assert [one.name for one in multistatus(told, "https://home.example/").resources] == ["a.ics"]
