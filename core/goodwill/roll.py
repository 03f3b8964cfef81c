"""Everybody at one glance as of a moment: a line each, in order of their capital (pure)."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import Any

from goodwill import digest as digests
from goodwill.depth import depth, points
from goodwill.digest import Advice
from goodwill.ledger import DAY
from goodwill.matches import DOES_DAYS
from goodwill.model import Person, Standing
from goodwill.page import EARNED
from goodwill.people import plain_name
from goodwill.standing import balance, band, direction


@dataclass(frozen=True, slots=True)
class Line:
    """One person in a list; moments in seconds, ``balance`` as ``standing.balance`` without the moments."""

    person: Person
    capital: float
    given: float
    drawn: float
    received: float
    depth: str
    yes: int
    trend: float
    direction: str
    first: int | None
    last: int | None
    two_way: bool
    muted: bool
    balance: array[float]
    words: str


@dataclass(frozen=True, slots=True)
class Calling:
    """Somebody of whom a digest may have something to say, with the numbers of their addresses.

    ``advice`` is all that there may be to say, what comes first first; it is empty for
    who only told what they do or look for, which may be of use to somebody else.
    """

    person: Person
    ids: tuple[int, ...]
    standing: Standing
    advice: tuple[Advice, ...]


@dataclass(frozen=True)
class Roll:
    """Everybody as of a moment (``at``, seconds), those with the most behind them first.

    ``ranks`` has the place of each by the person's number. ``calling`` are those of
    whom a digest may have something to say, the most pressing first.
    """

    at: int
    lines: tuple[Line, ...]
    ranks: dict[int, int]
    calling: tuple[Calling, ...]
    orders: dict[str, tuple[Line, ...]] = field(default_factory=dict)

    @cached_property
    def by_address(self) -> dict[str, Line]:
        """Each line by every address of the person."""
        return {address: line for line in self.lines for address in line.person.addresses}

    def rank(self, person: Person) -> tuple[int, int] | None:
        """The place of a person, from 1, and of how many; those who have equally much share one."""
        found = self.ranks.get(person.id)
        return (found, len(self.lines)) if found else None

    def band(self, line: Line) -> str:
        """The circle of their rank; empty where there is nothing behind it."""
        return band(self.ranks[line.person.id]) if line.capital >= EARNED else ""

    def sorted_by(self, name: str, key: Callable[[Line], Any]) -> tuple[Line, ...]:
        """The lines in another order, which is kept under ``name``."""
        if name not in self.orders:
            self.orders[name] = tuple(sorted(self.lines, key=key))
        return self.orders[name]


def line_of(person: Person, standing: Standing) -> Line:
    """One person's line; the rank follows from all of them."""
    judged = points(standing)
    return Line(
        person=person,
        capital=standing.capital,
        given=standing.given,
        drawn=standing.drawn,
        received=standing.received,
        depth=depth(judged, standing),
        yes=sum(point.answer == "yes" for point in judged),
        trend=standing.trend,
        direction=direction(standing),
        first=standing.first,
        last=standing.last,
        two_way=standing.two_way,
        muted=standing.said.muted is not None,
        balance=array("f", (value for _, value in balance(standing))),
        words=" ".join((plain_name(person.name), person.name.casefold(), *person.addresses)),
    )


def calling_of(person: Person, ids: tuple[int, ...], standing: Standing) -> Calling | None:
    """All that a digest may say of somebody: each is offered when the one before it rests."""
    found: list[Advice] = []

    def rests(advice: Advice) -> bool:
        found.append(advice)
        return True

    digests.digest([(person, standing, None)], 1, rests)
    pairs = any(entry.at > standing.now - DOES_DAYS * DAY for entry in standing.entries.of("told"))
    return Calling(person, ids, standing, tuple(found)) if found or pairs else None


def roll_of(lines: Iterable[Line], calling: Iterable[Calling], now: int) -> Roll:
    """Everybody ranked, those with the most behind them first; those of whom most is to be said first."""
    ordered = sorted(lines, key=lambda line: (-line.capital, not line.two_way, line.person.shown.lower()))
    ranks: dict[int, int] = {}
    before, rank = None, 0
    for place, line in enumerate(ordered, 1):
        capital = round(line.capital, 9)
        rank = rank if capital == before else place
        before = capital
        ranks[line.person.id] = rank
    pressing = sorted(calling, key=lambda one: -max((advice.weight for advice in one.advice), default=inf))
    return Roll(now, tuple(ordered), ranks, tuple(pressing))
