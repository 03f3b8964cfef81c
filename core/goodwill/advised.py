"""Which advice has been given and answered already, and rests (pure).

A reminder that comes a third time is a reproach: what was shown on two days rests, and so does what the owner
has put off. What is done, or was wrong, does not come again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, cast, get_args

from goodwill.digest import Advice
from goodwill.ledger import DAY
from goodwill.model import Saying, SayingKind

Word = Literal["done", "snooze", "not important", "wrong"]
WORDS: tuple[Word, ...] = get_args(Word)
KIND: SayingKind = "advice"
"""The kind of a saying that answers advice; its value is the key of the advice, a space, and the word."""
SHORTEST = 4
"""Digits of an advice's key at least, by which the owner may call it."""
SHOWN_AT_MOST, REST_DAYS = 2, 14
"""Advice that was shown on so many of the last days is not shown on a further one of them."""
SNOOZE_DAYS = 7
UNIMPORTANT_DAYS = 90
"""So long nothing but what is owed is said of somebody about whom the owner found advice not important."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The days (before today) on which each advice was shown, by its key, and the owner's answers to it.

    ``answers`` maps a key to the last word and when it was said (seconds), ``unimportant`` an address to the
    moment of that word. ``today`` is the owner's day, which need not be that of UTC.
    """

    today: date
    shown: Mapping[str, Collection[date]] = field(default_factory=dict)
    answers: Mapping[str, tuple[Word, int]] = field(default_factory=dict)
    unimportant: Mapping[str, int] = field(default_factory=dict)

    def rests(self, advice: Advice, now: int) -> bool:
        """Whether ``advice`` is better not given ``now`` (seconds)."""
        word, at = self.answers.get(advice.key, ("", 0))
        if word in ("done", "wrong", "not important") or (word == "snooze" and now - at < SNOOZE_DAYS * DAY):
            return True
        told = max((self.unimportant.get(address, 0) for address in advice.person.addresses), default=0)
        if advice.section != "you owe" and told and now - told < UNIMPORTANT_DAYS * DAY:
            return True
        first = self.today - timedelta(days=REST_DAYS)
        days = [one for one in self.shown.get(advice.key, ()) if first <= one < self.today]
        return len(days) >= SHOWN_AT_MOST


def remember(shown: Iterable[tuple[str, str]], sayings: Iterable[Saying], now: int, today: date) -> Memory:
    """The memory ``now`` (seconds), on the day ``today``.

    ``shown`` is the day (ISO 8601) and key of each advice up to today.
    """
    days: dict[str, set[date]] = {}
    for day, key in shown:
        days.setdefault(key, set()).add(date.fromisoformat(day))
    answers: dict[str, tuple[Word, int]] = {}
    unimportant: dict[str, int] = {}
    for one in sorted((one for one in sayings if one.kind == KIND and one.at <= now), key=lambda one: one.id):
        key, _, word = one.value.partition(" ")
        answers[key] = cast(Word, word), one.at
        if word == "not important":
            unimportant[one.about] = one.at
    return Memory(today, days, answers, unimportant)
