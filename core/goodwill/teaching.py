"""The owner teaches: what is said of people is written down, and who is who is decided anew.

Sayings are truth, never a cache: nothing is overwritten, a later word outranks an earlier one.
"""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import Connection, insert

from goodwill import posting, schema, shelf
from goodwill.codec import seconds
from goodwill.errors import InputError
from goodwill.model import ASK_TYPES, Person, SayingKind
from goodwill.outcomes import Warned
from goodwill.said import KNOWN_SINCE, NOTES
from goodwill.store import Store

POINTS = 13
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_DOMAIN = re.compile(r"@[^@\s]+\.[^@\s]+")


def confirm(store: Store, wanted: str, point: int, answer: str, since: str | None, now: datetime) -> Person:
    """Write down the owner's ``answer`` (yes, no, unknown) on a point; raises InputError for a wrong one.

    ``since`` is the day (ISO 8601) since which the two have known each other.
    """
    if not 1 <= point <= POINTS:
        raise InputError(f"there is no point {point}", f"The points are numbered 1 to {POINTS}")
    if since is not None and answer != "yes":
        raise InputError(f"--since says yes to point 2, and '{answer}' does not", "Leave one of them out")
    if since is None:
        return _say(store, wanted, "point", f"{point} {answer}", now)
    if point != KNOWN_SINCE:
        raise InputError("--since belongs to point 2", "It says since when you have known each other")
    return _say(store, wanted, "since", _day(since, now), now)


def _day(text: str, now: datetime) -> str:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=now.tzinfo)
    except ValueError:
        raise InputError(f"--since: '{text}' is no date", "Write it as 2019-05-31") from None
    if not day.year >= 1900 or day > now:
        raise InputError(f"--since: {text} cannot be", "Name a day between 1900 and today")
    return f"{day:%Y-%m-%d}"


def note(store: Store, wanted: str, about: SayingKind, text: str, now: datetime) -> Person:
    """Write down a note about a product, a goal, the family or anything else; raises InputError if empty."""
    words = " ".join(text.split())
    if not any(letter.isalpha() for letter in words):
        raise InputError("the note has no words", 'Write it behind the name: goodwill note ADA "keeps bees"')
    return _say(store, wanted, about, words, now)


def remove_note(store: Store, wanted: str, number: int, now: datetime) -> Person:
    """Take back the note that ``show`` lists under ``number``; raises InputError if there is none."""
    from goodwill.said import said_of

    with store.reading() as connection:
        person, _ = shelf.one(connection, wanted)
        notes = said_of(posting.sayings(connection), person.addresses, seconds(now)).notes
    if number > len(notes):
        raise InputError(f"{person.shown} has {len(notes)} notes", "`goodwill show` numbers them")
    return _say(store, wanted, notes[number - 1].kind, f"-{notes[number - 1].id}", now)


def close(store: Store, wanted: str, undo: bool, now: datetime) -> Person:
    """Write down that the two are close, or no longer."""
    return _say(store, wanted, "close", "no" if undo else "yes", now)


def fine(store: Store, wanted: str, type_: str, undo: bool, now: datetime) -> Person:
    """Write down that asks of ``type_`` are fine for this person; raises InputError for an unknown type."""
    if type_ not in ASK_TYPES:
        raise InputError(f"'{type_}' is no type of ask", f"Known are {', '.join(ASK_TYPES)}")
    return _say(store, wanted, "fine", f"-{type_}" if undo else type_, now)


def mute(store: Store, wanted: str, undo: bool, now: datetime) -> str:
    """Write down that nothing is to be said of a person or, as ``@domain``, of a house; returns whom."""
    value = "no" if undo else "yes"
    if not wanted.startswith("@"):
        return _say(store, wanted, "mute", value, now).shown
    domain = wanted.strip().lower()
    if not _DOMAIN.fullmatch(domain):
        raise InputError(f"'{wanted}' is no domain", "Write it as @example.com")
    with store.writing(), store.transaction() as connection:
        _write(connection, domain, "mute", value, now)
    return domain


def say_of(
    store: Store, address: str, kind: SayingKind, value: str, now: datetime, patience: float = 0
) -> None:
    """Write down a word about an address, whoever has it by now; ``patience`` as in ``Store.writing``."""
    with store.writing(patience), store.transaction() as connection:
        _write(connection, address, kind, value, now)


def merge(store: Store, wanted: str, other: str, now: datetime) -> Person:
    """Make one person of two; raises InputError where they are one already."""
    with store.writing(), store.transaction() as connection:
        one, _ = shelf.one(connection, wanted)
        two, _ = shelf.one(connection, other)
        if one.id == two.id:
            raise InputError(f"'{wanted}' and '{other}' are one person already: {one.shown}")
        _refuse_owner(connection, *one.addresses, *two.addresses)
        for mine in one.addresses:
            for theirs in two.addresses:
                _write(connection, mine, "same", theirs, now)
        posting.refresh_people(connection)
        return shelf.one(connection, one.addresses[0])[0]


def split(store: Store, wanted: str, address: str, now: datetime) -> tuple[Person, Person]:
    """Make a person of their own of one of a person's addresses; raises InputError if it is not theirs."""
    address = address.strip().lower()
    with store.writing(), store.transaction() as connection:
        person, _ = shelf.one(connection, wanted)
        others = [one for one in person.addresses if one != address]
        if address not in person.addresses:
            raise InputError(
                f"'{address}' is none of {person.shown}'s addresses",
                f"They are {', '.join(person.addresses)}",
            )
        if not others:
            raise InputError(f"{address} is {person.shown}'s only address", "There is nothing to split")
        for other in others:
            _write(connection, other, "apart", address, now)
        posting.refresh_people(connection)
        return shelf.one(connection, others[0])[0], shelf.one(connection, address)[0]


def learn(connection: Connection, warned: Warned, said: str, now: datetime) -> None:
    """Write down what follows for later drafts from what the owner says of a warning."""
    about = warned.address
    if said == "close":
        _write(connection, about, "close", "yes", now)
    elif said == "fine":
        for type_ in dict.fromkeys(warned.types):
            _write(connection, about, "fine", type_, now)
    elif said == "no ask":
        for key in warned.keys:
            _write(connection, about, "no ask", key, now)


def unlearn(connection: Connection, warned: Warned, now: datetime) -> None:
    """Take back what followed from an earlier answer to the same warning."""
    about = warned.address
    if warned.answer == "close":
        _write(connection, about, "close", "no", now)
    elif warned.answer == "fine":
        for type_ in dict.fromkeys(warned.types):
            _write(connection, about, "fine", f"-{type_}", now)
    elif warned.answer == "no ask":
        for key in warned.keys:
            _write(connection, about, "no ask", f"-{key}", now)


def _say(store: Store, wanted: str, kind: SayingKind, value: str, now: datetime) -> Person:
    with store.writing(), store.transaction() as connection:
        person = _known_or_not(connection, wanted)
        _refuse_owner(connection, *person.addresses)
        for address in _meant(wanted, person, kind):
            _write(connection, address, kind, value, now)
    return person


def _meant(wanted: str, person: Person, kind: SayingKind) -> tuple[str, ...]:
    """The addresses that a word is about: the one that was named, else all that the person has.

    So it stays with each of them when they turn out to be two people. A note is kept once.
    """
    address = wanted.strip().lower()
    if address in person.addresses:
        return (address,)
    return person.addresses[:1] if kind in NOTES else person.addresses


def _known_or_not(connection: Connection, wanted: str) -> Person:
    """Return whom ``wanted`` names; an address may be of somebody of whom no mail tells."""
    address = wanted.strip().lower()
    if _ADDRESS.fullmatch(address) and not shelf.find(connection, address):
        return Person(0, "", (address,))
    return shelf.one(connection, wanted)[0]


def _refuse_owner(connection: Connection, *addresses: str) -> None:
    own = posting.owner_of(connection).intersection(addresses)
    if own:
        raise InputError(f"{min(own)} is your own address", "The book is about others")


def _write(connection: Connection, about: str, kind: SayingKind, value: str, now: datetime) -> None:
    row = {"id": posting.next_id(connection, schema.sayings), "at": seconds(now)}
    connection.execute(insert(schema.sayings), [row | {"about": about, "kind": kind, "value": value}])
