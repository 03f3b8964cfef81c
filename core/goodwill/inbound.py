"""The same judgement turned round: who draws on the owner, and what did they put in before? (pure)"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from goodwill.ledger import DAY, SIZE_POINTS
from goodwill.model import Answer, Contact, Entry, Flag, Person, Standing
from goodwill.standing import fold
from goodwill.verdict import carried

SIZE_MINUTES = {"small": 10, "medium": 60, "large": 480}
"""What granting an ask takes: the data guide's minutes, an hour, a day."""
MONTHS = 12
SURE = 0.5
_UNGRANTED = frozenset(("declined", "ignored"))


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one person asked of the owner within a year, the oldest ask first.

    ``minutes`` is the time a month that granting took, by ``SIZE_MINUTES``. ``capital`` is what they had
    with the owner, in points, when they asked last, ``given`` what their favours were worth then, and
    ``verdict`` how that ask would have been judged from their side.
    """

    person: Person
    asks: tuple[Entry, ...]
    minutes: float
    capital: float
    given: float
    verdict: Answer


def drawn(
    person: Person, standing: Standing, contacts: Sequence[Contact], owner: frozenset[str]
) -> Drawn | None:
    """Return what ``person`` asked of the owner in the year before ``standing.now``; None if nothing."""
    since = standing.now - MONTHS * 30.4 * DAY
    asks = tuple(
        entry
        for entry in standing.entries
        if entry.kind == "was asked" and not entry.routine and entry.confidence >= SURE and entry.at >= since
    )
    if not asks:
        return None
    minutes = sum(SIZE_MINUTES[ask.size] for ask in asks if ask.outcome not in _UNGRANTED)
    theirs = frozenset(person.addresses)
    before = fold(map(mirrored, contacts), owner, theirs, asks[-1].at - 1)
    answer, _ = carried(before, SIZE_POINTS[asks[-1].size])
    gifts = sum(e.value(before.now) for e in before.entries if e.kind == "gave")
    return Drawn(person, asks, minutes / MONTHS, before.capital, gifts, answer)


def mirrored(contact: Contact) -> Contact:
    """Return the contact as the other side sees it."""
    sides = Flag.OUT * bool(contact.flags & Flag.IN) | Flag.IN * bool(contact.flags & Flag.OUT)
    return contact._replace(flags=contact.flags & ~(Flag.IN | Flag.OUT) | sides)
