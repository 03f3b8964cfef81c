"""Meetings: from the calendar with certainty, from mail by its words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from invented_mails import AT, FRIEND, OTHER, OWNER, mail, seen

from goodwill.model import Appointment, Event
from goodwill_plugins import meeting


def entry(summary: str = "Catch up", minutes: int = 60, **changes: Any) -> Event:
    appointment = Appointment(end=AT + timedelta(minutes=minutes), **changes)
    return mail("", kind="calendar", subject=summary, to=(FRIEND, OWNER), appointment=appointment)


def test_a_confirmed_entry_is_held() -> None:
    (signal,) = seen(meeting, entry("Lunch with Otto"))
    assert (signal.type, signal.status, signal.size) == ("meal", "held", "medium")
    assert (signal.by, signal.to) == (OWNER.address, (FRIEND.address,))


@pytest.mark.parametrize(("status", "expected"), [("cancelled", "cancelled"), ("tentative", "proposed")])
def test_status_follows_the_entry(status: str, expected: str) -> None:
    assert seen(meeting, entry(status=status))[0].status == expected


@pytest.mark.parametrize(
    ("minutes", "size"), [(15, "small"), (30, "medium"), (120, "medium"), (121, "large")]
)
def test_size_follows_the_length(minutes: int, size: str) -> None:
    assert seen(meeting, entry(minutes=minutes))[0].size == size


def test_who_declined_does_not_meet() -> None:
    assert seen(meeting, entry(answers={FRIEND.address: "declined"})) == []
    assert seen(meeting, entry(answers={OWNER.address: "declined"})) == []


def test_a_free_or_whole_day_is_no_meeting_unless_social() -> None:
    assert seen(meeting, entry("Otto on leave", all_day=True)) == []
    assert seen(meeting, entry("Focus", busy=False)) == []
    assert seen(meeting, entry("Garden party", all_day=True))[0].type == "social"


@pytest.mark.parametrize(
    ("summary", "kind"),
    [
        ("Zoom with Otto", "call"),
        ("Otto's birthday", "personal"),
        ("Golf", "social"),
        ("Budget review", "business"),
    ],
)
def test_type_follows_the_summary(summary: str, kind: str) -> None:
    assert seen(meeting, entry(summary))[0].type == kind


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Shall we have lunch on Thursday at noon?", "proposed"),
        ("Thursday at noon works for me, see you there.", "agreed"),
        ("It was great to see you at lunch yesterday.", "held"),
        ("I'm sorry, I have to cancel our lunch on Thursday.", "cancelled"),
    ],
)
def test_mail_speaks_of_a_meeting(text: str, status: str) -> None:
    (signal,) = seen(meeting, mail(text, cc=(OTHER,)))
    assert (signal.status, signal.to) == (status, (FRIEND.address,))
    assert signal.confidence <= 0.9


def test_a_mail_without_a_meeting() -> None:
    assert seen(meeting, mail("The sails arrived this morning and they are blue.")) == []
