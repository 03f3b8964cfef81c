"""One owner, two providers and a file: the same people and the same meetings, whichever shows them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from calendars import Calendars, calendars
from gmail import ME, Answer, Gmail, serve
from gmail_account import answers, connect
from graph import Graph
from microsoft_world import World, microsoft

BO = "bo.sample@there.example"
SEED = {"user": {"email": ME, "name": "Me Owner"}, "timeZone": "Europe/Berlin", "events": []}
ICS = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:{uid}
DTSTART:20260302T110000Z
DTEND:20260302T120000Z
SUMMARY:Lunch
ORGANIZER:mailto:me@home.example
ATTENDEE;CN=Bo S.:mailto:bo.sample@there.example
END:VEVENT
END:VCALENDAR
"""


def google(box: Gmail, world: Calendars) -> Callable[[str, str], Answer]:
    """Gmail and Google Calendar at one address, as Google has them."""
    mail = answers(box)

    def answer(method: str, url: str) -> Answer:
        if not urlsplit(url).path.startswith("/calendar/"):
            return mail(method, url)
        headers = {"Authorization": f"Bearer {world.token}"}
        told = requests.request(method, world.api + url, headers=headers, timeout=20)
        return told.status_code, {}, told.content

    return answer


def appointment(world: Calendars, summary: str, start: str, **more: Any) -> str:
    """Put a meeting with Bo into Google Calendar; returns its iCalendar identity."""
    times = {
        name: {"dateTime": f"{start}:00:00", "timeZone": "Europe/Berlin"}
        for name, start in (("start", start), ("end", start[:-2] + f"{int(start[-2:]) + 1:02d}"))
    }
    people = [{"email": BO, "displayName": "Bo Sample"}]
    return str(world.call("POST", "", {"summary": summary, "attendees": people, **times, **more})["iCalUID"])


def wrapped(uid: str) -> str:
    """How Exchange keeps the identity of somebody else's entry ([MS-OXCICAL] section 2.1.3.1.1.20.26)."""
    held = b"vCal-Uid\1\0\0\0" + uid.encode() + b"\0"
    size = len(held).to_bytes(4, "little").hex()
    return f"040000008200E00074C5B7101A82E008{'0' * 40}{size}{held.hex()}".upper()


def letter(subject: str, message_id: str) -> bytes:
    head = f"From: Bo Sample <{BO}>\nTo: {ME}\nSubject: {subject}\nMessage-ID: {message_id}\n"
    return f"{head}Date: Mon, 5 Jan 2026 10:00:00 +0000\n\nHello.\n".encode()


def test_one_person_and_one_meeting_through_gmail_outlook_and_a_calendar(home: Path, tmp_path: Path):
    gmail, outlook = Gmail(), Graph()
    gmail.add("g1", letter("from Gmail", "<1@there.example>"))
    gmail.add("g2", letter("in both", "<2@there.example>"))
    at = int(datetime.fromisoformat("2026-01-05T10:00:00+00:00").timestamp())
    theirs: dict[str, Any] = {
        "sender": (BO.upper(), "Sample, Bo"),
        "to": [(ME, "")],
        "at": at,
        "text": "Hello.",
    }
    outlook.add("o1", subject="from Outlook", message_id="<3@there.example>", **theirs)
    outlook.add("o2", subject="in both", message_id="<2@there.example>", **theirs)
    with calendars(SEED) as world, serve(google(gmail, world)) as url:
        lunch = appointment(world, "Lunch", "2026-03-02T12")
        tea = appointment(world, "Tea", "2026-03-23T16", recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
        people = [(BO, "Bo Sample", "accepted", "required")]
        for id_, uid, start, more in (
            ("lunch", wrapped(lunch), "2026-03-02T12:00+01:00", {}),
            ("tea", tea, "2026-03-23T16:00+01:00", {"recurrence": ("weekly", 3)}),
        ):
            when = datetime.fromisoformat(start)
            outlook.add_event(
                id_, when, when.replace(hour=when.hour + 1), attendees=people, iCalUId=uid, **more
            )
        connect(home, url, 6_000, calendars=[ME])
        with microsoft(tmp_path, home, outlook) as one:
            assert one.by_hand().status == 0
            read = one.run("sync")
            assert (read.status, read.err) == (0, "")
            assert one.run("sync").out.count("0 new") == 2
            file = tmp_path / "lunch.ics"
            file.write_text(ICS.format(uid=lunch).replace("\n", "\r\n"))
            assert "1 events met: 0 new" in one.run("import", file).out.replace("event met", "events met")
            _same(one)
            outlook.change_event("lunch", attendees=[])  # of two calendars that differ one is believed
            assert one.run("sync").status == 0
            _same(one)


def _same(one: World) -> None:
    counts = json.loads(one.run("status", "--json").out)["counts"]
    assert (counts["mail"], counts["calendar"]) == (3, 4)
    (person,) = [json.loads(line) for line in one.run("people", "--json").out.splitlines()]
    assert (person["person"], person["addresses"]) == ("Bo Sample", [BO])
    assert (person["heard"], person["meetings"]) == (3, 4)
