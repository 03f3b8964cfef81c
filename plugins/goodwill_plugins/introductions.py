"""Introductions made: one mail to people of different houses that presents them to each other."""

from __future__ import annotations

from itertools import combinations

from goodwill.model import Context, Event, Party, Signal
from goodwill_plugins.parties import addressees, is_desk, is_machine, names_of, same_house
from goodwill_plugins.reading import Line, read


def introduced(event: Event, context: Context) -> list[Signal]:
    """Return the introduction that the mail makes, if it makes one: ``to`` holds all who were presented.

    It takes two people or more outside the sender's house and not all of one house, both named in text
    or subject, and words that present.
    """
    if not event.sender or event.kind != "mail":
        return []
    people = _outsiders(event, context)
    named = [party for party in people if _is_named(party, event)]
    if len(named) < 2 or all(same_house(a.address, b.address) for a, b in combinations(named, 2)):
        return []
    best, line = max(((_presents(one), one) for one in read(event.text).lines), default=(0.0, None), key=lambda p: p[0])
    if line is None or best < 0.5:
        return []
    return [
        Signal(
            kind="favour",
            type="introduction",
            by=event.sender.address,
            to=tuple(party.address for party in named),
            size="medium",
            status="given",
            confidence=best,
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


def _is_named(party: Party, event: Event) -> bool:
    words = {word.strip(".,;:!?()'\"") for word in f"{event.subject} {event.text[:4000]}".lower().replace("-", " ").split()}
    return any(name in words or name + "'s" in words for name in names_of(party))


def _presents(line: Line) -> float:
    seen = line.cues
    score = 0.45 * ("intro.meet" in seen) + 0.45 * ("intro.each_other" in seen) + 0.5 * ("intro.introduce" in seen)
    if "form.question" in seen:
        score -= 0.4
    return min(0.95, 0.4 + score) if score >= 0.4 else 0.0
