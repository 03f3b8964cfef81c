"""Whom to invest in today, and why (pure)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from goodwill.codec import digest as hash_of
from goodwill.gives import RULES, Give
from goodwill.houses import colleagues
from goodwill.ledger import DAY
from goodwill.matches import Fair, Strangers
from goodwill.model import Evidence, Person, Standing
from goodwill.people import plain_name
from goodwill.standing import balance, direction
from goodwill.verdict import day

SECTIONS = ("you owe", "invest", "thank", "asks still open", "asks of you")
SOON_DAYS = 3
"""So near a meeting must be for what is owed to be brought up before it; else a meeting says it all."""
CROWD = 1 << 60
"""The moment of a meeting in a crowd: never near, but whoever is in the calendar needs no reminder."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One person to invest in: in which section, why now, and the one thing to do.

    ``last`` is the last contact (seconds), ``about`` what it was about ("" where nobody knows), ``capital``
    is in points with its ``direction`` and the ``balance`` at the end of each of the last months. What
    ``resumes`` a tie has no other reason than its silence.
    """

    person: Person
    section: str
    why: str
    give: str
    evidence: tuple[Evidence, ...]
    last: int | None
    capital: float
    weight: float
    direction: str = "steady"
    balance: tuple[tuple[int, float], ...] = ()
    about: str = ""
    resumes: bool = False

    @property
    def key(self) -> str:
        """What this advice is known by on another day: who, in which section, because of what."""
        return key(self.section, self.person.addresses[0], self.evidence[0].at if self.evidence else 0)


def key(section: str, address: str, at: int) -> str:
    """The key (eight hexadecimal digits) of an advice; ``at`` is the moment of its first evidence."""
    return f"{hash_of(f'{section} {address} {at}'):016x}"[:8]


Rests = Callable[[Advice], bool]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose digest it is: the addresses, and the names that stand with them."""

    addresses: frozenset[str] = frozenset()
    names: Collection[str] = ()

    def may_be(self, person: Person) -> bool:
        """Whether this seems to be an address of the owner's that Goodwill was not told of."""
        own = {_words(name) for name in self.names} | {_words(_local(one)) for one in self.addresses}
        theirs = {_words(person.name)} if person.name else {_words(_local(one)) for one in person.addresses}
        return any(len(words) > 1 for words in own & theirs)


def digest(
    people: Iterable[tuple[Person, Standing, int | None]],
    limit: int,
    rests: Rests = lambda advice: False,
    owner: Owner = Owner(),
    strangers: Strangers = lambda one, other: True,
) -> tuple[Advice, ...]:
    """At most ``limit`` people, the most pressing first; ties go to the name.

    Each is (person, standing, when the two meet next by the calendar in seconds, or None). Of what ``rests``
    nothing is said; the next best of that person is. ``strangers`` tells whether two people were never in
    touch where the owner could see it.
    """
    found: dict[int, Advice] = {}
    fair = Fair([], [])
    for person, standing, meeting in people:
        if not standing.two_way or standing.said.muted is not None or owner.may_be(person):
            continue
        near = meeting is not None and meeting - standing.now <= SOON_DAYS * DAY
        if meeting is not None and not near:
            continue
        advice = _best(person, standing, meeting, owner, rests)
        if advice is not None:
            found[person.id] = advice
        if meeting is None:
            fair.note(person, standing)
    for person, standing, give in fair.introductions(strangers):
        if person.id not in found and not rests(introduction := _advice(person, standing, give)):
            found[person.id] = introduction
    best = sorted(found.values(), key=lambda one: (-one.weight, one.person.shown, one.person.addresses))
    return tuple(best[:limit])


def _best(
    person: Person, standing: Standing, meeting: int | None, owner: Owner, rests: Rests
) -> Advice | None:
    """The first thing that a rule finds and that does not rest; before a meeting only what presses."""
    name = (person.name.split() or [person.shown])[0]
    colleague = any(colleagues(address, owner.addresses) for address in person.addresses)
    for rule in RULES:
        give = rule(name, standing, colleague)
        if give is None or (meeting is not None and not give.pressing):
            continue
        if meeting is not None:
            give = give._replace(give=f"Before you meet on {day(meeting)}: {_lowered(give.give)}")
        advice = _advice(person, standing, give)
        if not rests(advice):
            return advice
    return None


def _advice(person: Person, standing: Standing, give: Give) -> Advice:
    return Advice(
        person=person,
        section=give.section,
        why=give.why,
        give=give.give,
        evidence=tuple(Evidence(e.at, e.told) for e in give.evidence),
        last=standing.last,
        capital=standing.capital,
        weight=give.weight,
        direction=direction(standing),
        balance=balance(standing),
        resumes=give.resumes,
    )


def picked_up(advice: Advice, about: str) -> Advice:
    """The advice with what the last contact was ``about``, which is where a silent tie is best picked up."""
    if not about:
        return advice
    if not advice.resumes:
        return replace(advice, about=about)
    name = (advice.person.name.split() or [advice.person.shown])[0]
    return replace(advice, about=about, give=f"Write to {name}, and pick up where you left off: “{about}”")


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _local(address: str) -> str:
    return re.sub(r"[._-]+", " ", address.partition("@")[0])


def _words(name: str) -> frozenset[str]:
    """The words of a name that tell people apart, in any order: no initials."""
    return frozenset(word for word in plain_name(name).split() if len(word) > 1)
