"""The advice of past digests in the store, and the owner's answers to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from goodwill import posting, schema, teaching
from goodwill.advised import KIND, SHORTEST, WORDS, Memory, Word, remember
from goodwill.codec import seconds
from goodwill.digest import Advice
from goodwill.errors import InputError
from goodwill.store import Store

DAYS = 60
"""Digests that are looked at: no answer comes later, and no rest is longer."""


def memory(connection: Connection, now: datetime) -> Memory:
    """What was shown on the days up to that of ``now`` in its own zone, and answered."""
    today = f"{now:%Y-%m-%d}"
    shown = [(day, line["key"]) for day, line in _lines(connection) if day <= today]
    return remember(shown, posting.sayings(connection), seconds(now), now.date())


def answer(store: Store, code: str, word: Word, today: Iterable[Advice], now: datetime) -> str:
    """Write down what the owner says of the advice whose key begins with ``code``; returns whom it is about.

    It is one of ``today`` or of a digest that was kept. Raises InputError where none or several are.
    """
    wanted = code.strip().lower()
    with store.reading() as connection:
        known = dict(known_lines(connection))
    known |= {one.key: (one.person.addresses[0], one.person.shown) for one in today}
    found = {key: whom for key, whom in known.items() if key.startswith(wanted)}
    if len(wanted) < SHORTEST or not found:
        raise InputError(f"no advice is called '{code}'", "`goodwill digest` shows the code of each line")
    if len(found) > 1:
        raise InputError(f"'{code}' is the beginning of several", f"They are {', '.join(sorted(found))}")
    ((key, (address, name)),) = found.items()
    teaching.say_of(store, address, KIND, f"{key} {word}", now)
    return str(name)


def known_lines(connection: Connection) -> Iterator[tuple[str, tuple[str, str]]]:
    """The key of each line of the latest digests, and about whom it was: address and name."""
    yield from ((line["key"], (line["address"], line["person"])) for _, line in _lines(connection))


def whom(store: Store, key: str) -> tuple[str, str] | None:
    """About whom the advice ``key`` was: address and name; None for one that is not kept (any more)."""
    with store.reading() as connection:
        return dict(known_lines(connection)).get(key)


def say(store: Store, key: str, address: str, word: Word, now: datetime, patience: float = 0) -> None:
    """Write down what the owner says of the advice ``key`` about whoever has ``address``.

    ``patience`` is in seconds, as in ``Store.writing``.
    """
    teaching.say_of(store, address, KIND, f"{key} {word}", now, patience)


FOLLOWS: Mapping[Word, str] = {
    "done": "It is not brought up again",
    "snooze": "It rests for a week",
    "not important": "Of them only what you owe is brought up for three months",
    "wrong": "It is not brought up again",
}
"""What follows from each answer."""


def word_of(text: str) -> Word:
    """The word that is meant by ``text``, which may have hyphens; raises InputError for another one."""
    for word in WORDS:
        if word == text.replace("-", " "):
            return word
    raise InputError(f"'{text}' is no answer", f"Known are {', '.join(w.replace(' ', '-') for w in WORDS)}")


def _lines(connection: Connection) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The days (ISO 8601) and lines of the latest digests; those of an older version had no keys."""
    table = schema.notices.c
    query = select(table.key, table.payload).where(table.topic == "digest").order_by(table.key.desc())
    for day, payload in connection.execute(query.limit(DAYS)).all():
        yield from ((day, line) for line in json.loads(payload)["people"] if "key" in line)
