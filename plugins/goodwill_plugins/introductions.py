"""Introductions made: one mail to people of different houses that presents them to each other."""

from __future__ import annotations

import re
from itertools import combinations

from goodwill.houses import same_house
from goodwill.model import Context, Event, Party, Signal
from goodwill_plugins.parties import addressees, is_desk, is_machine, names_of
from goodwill_plugins.reading import Line, read_event

_WORD = re.compile(r"[^\W\d_]+")


def introduced(event: Event, context: Context) -> list[Signal]:
    """Return the introduction that the mail makes, if it makes one: ``to`` holds all who were presented.

    It takes two people or more outside the sender's house and not all of one house, both named in text
    or subject, and words that present.
    """
    if not event.sender or event.kind != "mail":
        return []
    people = _outsiders(event, context)
    if len(people) < 2:
        return []
    words = _words(event)
    named = [party for party in people if not words.isdisjoint(names_of(party))]
    if len(named) < 2 or all(same_house(a.address, b.address) for a, b in combinations(named, 2)):
        return []
    lines = read_event(event).lines
    line = max(lines, key=_presents, default=None)
    if line is None or _presents(line) < 0.5:
        return []
    return [
        Signal(
            kind="favour",
            type="introduction",
            by=event.sender.address,
            to=tuple(party.address for party in named),
            size="medium",
            status="given",
            confidence=_presents(line),
            quote=event.text[line.sentence.start : line.sentence.end],
        )
    ]


def _outsiders(event: Event, context: Context) -> list[Party]:
    assert event.sender
    everyone = {party.address: party for party in (*event.to, *event.cc, *addressees(event))}
    return [
        party
        for party in everyone.values()
        if party.address != event.sender.address
        and not same_house(party.address, event.sender.address)
        and not (event.sender.address in context.owner and party.address in context.owner)
        and not is_machine(party)
        and not is_desk(party)
    ][:6]


def _words(event: Event) -> set[str]:
    return set(_WORD.findall(f"{event.subject} {event.text[:4000]}".lower()))


def _presents(line: Line) -> float:
    seen = line.cues
    shown = ("intro.meet" in seen) + ("intro.each_other" in seen) + ("intro.introduce" in seen)
    score = 0.45 * shown
    if "form.question" in seen:
        score -= 0.4
    return min(0.95, 0.4 + score) if score >= 0.4 else 0.0
