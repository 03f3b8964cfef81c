"""The pages: each asks the book, and gives what a view makes of the answer to a template."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from goodwill import advising, digest, forgetting, shelf
from goodwill.codec import seconds
from goodwill.errors import InputError
from goodwill.intake import Failed
from goodwill.judging import need_owner
from goodwill.model import ASK_TYPES
from goodwill.options import ANSWERS
from goodwill.render import OUTCOMES
from goodwill.roll import Roll
from goodwill.said import NOTES
from goodwill.statusing import BY_HAND, in_words
from goodwill.web import views
from goodwill.web.asked import Asked, Go, Shown
from goodwill.web.desk import Desk, is_number

DAY = 86_400
UPCOMING_DAYS = 90
NEAR = 20
"""A digest is made of so many times as many people as it has room for, those of whom most is to be said; and
of as many of whom nothing is to be said, but who told what they do or look for."""
WARNINGS = 50
"""Warnings on a page."""


def today(desk: Desk, asked: Asked) -> Shown:
    """The digest."""
    roll = desk.roll(asked)
    if roll is None:
        return _counting(desk, "Today", "")
    sections = views.today(advice_of(desk, asked, roll))
    return Shown("today.html", {"sections": sections, "at": roll.at, "health": desk.app.health(asked.now)})


def advice_of(desk: Desk, asked: Asked, roll: Roll) -> tuple[digest.Advice, ...]:
    """As ``App.digest``, of those of whom most is to be said."""
    at, limit = seconds(asked.now), desk.app.config.digest_people
    with desk.app.store.reading() as connection:
        memory = advising.memory(connection, desk.app.local(asked.now))

        def rests(one: digest.Advice) -> bool:
            return memory.rests(one, at)

        open_ = (one for one in roll.calling if one.advice and not all(map(rests, one.advice)))
        tellers = (one for one in roll.calling if not one.advice)
        near = [one for some in (open_, tellers) for one in islice(some, NEAR * limit)]
    told = ((one.person, one.ids, one.standing) for one in near)
    return desk.app.digest_of(told, asked.now, [number for one in near for number in one.ids])


def people(desk: Desk, asked: Asked) -> Shown:
    """Everybody."""
    roll = desk.roll(asked)
    if roll is None:
        return _counting(desk, "People", "/people")
    return Shown("people.html", views.people(roll, views.wish(asked.query)))


def person(desk: Desk, asked: Asked) -> Shown:
    """One person."""
    who, standing = desk.person(asked.query.get("of", ""), asked)
    at = seconds(asked.now)
    with desk.app.store.reading() as connection:
        found = shelf.person_at(connection, who.addresses[0])
        upcoming = shelf.upcoming(connection, found[1] if found else (), at, at + UPCOMING_DAYS * DAY)
    roll = desk.roll(asked, hurry=True)
    rank = roll.rank(who) if roll else None
    everything = asked.query.get("all") == "1"
    more = {"types": ASK_TYPES, "abouts": sorted(NOTES)}
    return Shown("person.html", views.person(who, standing, rank, upcoming, everything) | more)


def forget(desk: Desk, asked: Asked) -> Shown:
    """The second question: what goes when somebody is forgotten."""
    address = asked.query.get("of", "")
    try:
        who, count = forgetting.find(desk.app.store, address)
    except InputError as error:
        raise Failed(404, error.what, error.remedy) from None
    if not count or address.strip().lower() not in who.addresses:
        raise Failed(404, f"nobody is known by '{address[:80]}'", "The page People lists everybody")
    return Shown("forget.html", {"who": who, "of": who.addresses[0], "count": count, "done": None})


def check(desk: Desk, asked: Asked) -> Shown:
    """Where a draft is pasted."""
    to = asked.query.get("to", "")[:400]
    return Shown("check.html", {"draft": {"to": to, "subject": "", "text": ""}, "verdict": None, "wrong": ""})


def warnings(desk: Desk, asked: Asked) -> Shown:
    """The warnings that were given, the latest first, and what came of each."""
    found = desk.app.review(asked.now)
    start = asked.query.get("from", "0")
    first = int(start) if is_number(start) else 0
    latest = list(reversed(found.warnings))
    with desk.app.store.reading() as connection:
        people = {
            one.address: shelf.person_at(connection, one.address) for one in latest[first : first + WARNINGS]
        }
    values: dict[str, Any] = {
        "found": found,
        "names": {address: one[0].shown for address, one in people.items() if one},
        "warnings": latest[first : first + WARNINGS],
        "next": first + WARNINGS if len(latest) > first + WARNINGS else None,
        "outcomes": OUTCOMES,
        "answers": list(ANSWERS),
    }
    return Shown("warnings.html", values)


def accounts(desk: Desk, asked: Asked) -> Shown:
    """What is read, from where, and what went wrong."""
    status = desk.status()
    states = [(state, in_words(state)) for state in status.accounts]
    return Shown("accounts.html", {"status": status, "states": states, "by_hand": BY_HAND})


def network(desk: Desk, asked: Asked) -> Shown:
    """Who has capital with whom."""
    roll = desk.roll(asked)
    return Shown("network.html", views.network_of(roll)) if roll else _counting(desk, "Network", "/network")


def _counting(desk: Desk, title: str, path: str) -> Shown:
    with desk.app.store.reading() as connection:
        need_owner(connection)
    return Shown("counting.html", {"title": title, "back": path or "/"})


HANDLERS: dict[str, Callable[[Desk, Asked], Shown | Go]] = {
    "/": today, "/people": people, "/person": person, "/person/forget": forget, "/check": check,
    "/warnings": warnings, "/accounts": accounts, "/network": network,
}  # fmt: skip
