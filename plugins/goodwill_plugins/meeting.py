"""Sees meetings: in the calendar, and in mail that proposes, agrees on, recalls or cancels one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from goodwill.model import Appointment, Context, Event, Signal
from goodwill.plugin import hookimpl
from goodwill_plugins.gatherings import is_social, meeting_type, size_between
from goodwill_plugins.kinds import MeetingStatus, meeting_status
from goodwill_plugins.model import load
from goodwill_plugins.parties import addressees, is_machine, is_silent
from goodwill_plugins.reading import Line, read_event, weigh

NAME = "meeting"
VERSION = "2"
_CALLED_OFF = ("cancelled", "canceled", "cancel:", "abgesagt", "annul")


@hookimpl
def goodwill_detect(event: Event, context: Context) -> Iterable[Signal]:
    """Return at most one signal: the meeting of a calendar entry, or the one that a mail speaks of."""
    if event.kind == "calendar":
        return _entry(event)
    return _mail(event)


@hookimpl
def goodwill_score(event: Event, context: Context) -> Mapping[str, float]:
    """Return the calibrated probability that the event shows a meeting of its two sides."""
    if event.kind == "calendar":
        return {"meeting": max((signal.confidence for signal in _entry(event)), default=0.0)}
    silent = is_silent(event) or not read_event(event).lines
    return {"meeting": 0.0 if silent else weigh(event).meeting}


def _entry(event: Event) -> list[Signal]:
    entry = event.appointment
    if entry is None or event.sender is None:
        return []
    words = f"{event.subject}\n{event.text[:500]}"
    if (entry.all_day or not entry.busy) and not is_social(event.subject):
        return []
    here = tuple(
        party.address
        for party in (*event.to, *event.cc)
        if party.address != event.sender.address
        and entry.answers.get(party.address) != "declined"
        and not is_machine(party)
    )
    organiser_left = entry.answers.get(event.sender.address) == "declined"
    if not here or organiser_left:
        return []
    return [
        Signal(
            kind="meeting",
            type=meeting_type(words, entry.location),
            by=event.sender.address,
            to=tuple(dict.fromkeys(here)),
            size=size_between(event.at, entry.end, entry.all_day),
            status=_entry_status(entry, event.subject),
            confidence=_entry_confidence(entry),
            quote=event.subject.strip(),
        )
    ]


def _entry_status(entry: Appointment, summary: str) -> MeetingStatus:
    opening = summary.lower().lstrip(" [(*")
    if entry.status == "cancelled" or opening.startswith(_CALLED_OFF):
        return "cancelled"
    return "proposed" if entry.status == "tentative" else "held"


def _entry_confidence(entry: Appointment) -> float:
    accepted = "accepted" in entry.answers.values()
    return 0.95 if accepted else 0.9


def _mail(event: Event) -> list[Signal]:
    people = tuple(party.address for party in addressees(event) if not is_machine(party))
    if is_silent(event) or not people or not event.sender:
        return []
    odds = weigh(event).meeting
    lines = read_event(event).lines
    if odds < load().thresholds["meeting"] or not lines:
        return []
    line = max(lines, key=lambda one: one.meeting)
    return [
        Signal(
            kind="meeting",
            type=meeting_type(line.sentence.text if _tells(line) else event.text[:2000], ""),
            by=event.sender.address,
            to=people,
            status=meeting_status(line, lines),
            confidence=round(min(0.9, odds), 4),
            quote=event.text[line.sentence.start : line.sentence.end],
        )
    ]


def _tells(line: Line) -> bool:
    return "meet.gathering" in line.cues
