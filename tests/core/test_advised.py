"""What was shown twice, put off or done rests; what is owed is not silenced by "not important"."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from build import at

from goodwill.advised import KIND, Memory, Word, remember
from goodwill.digest import Advice
from goodwill.model import Evidence, Person, Saying

NOW = at(0)
TODAY = datetime.fromtimestamp(NOW, UTC).date()
ADA = Person(1, "Ada Sample", ("ada@there.example", "ada@home.example"))


def advice(section: str = "invest", when: int = 30) -> Advice:
    return Advice(ADA, section, "why", "give", (Evidence(at(when), "then"),), at(when), 1.0, 1.0)


def said(word: Word, ago: int, about: str = "ada@there.example") -> Saying:
    return Saying(1, at(ago), about, KIND, f"{advice().key} {word}")


def shown(*ago: int) -> Memory:
    days = [(TODAY - timedelta(days=n)).isoformat() for n in ago]
    return remember([(day, advice().key) for day in days], (), NOW, TODAY)


@pytest.mark.parametrize(
    ("ago", "rests"),
    [((), False), ((1,), False), ((1, 2), True), ((0, 0, 1), False), ((0,), False), ((1, 13), True),
     ((1, 15), False), ((20, 19), False)],
)  # fmt: skip
def test_nothing_is_said_three_days_running(ago: tuple[int, ...], rests: bool):
    assert shown(*ago).rests(advice(), NOW) == rests


def test_another_reason_is_another_advice():
    memory = shown(1, 2)
    assert not memory.rests(advice(when=12), NOW)
    assert not memory.rests(advice("thank"), NOW)


@pytest.mark.parametrize(
    ("word", "ago", "rests"),
    [("done", 300, True), ("wrong", 300, True), ("snooze", 3, True), ("snooze", 8, False),
     ("not important", 80, True)],
)  # fmt: skip
def test_answers(word: Word, ago: int, rests: bool):
    assert remember((), [said(word, ago)], NOW, TODAY).rests(advice(), NOW) == rests


def test_a_later_word_outranks_an_earlier_one():
    words = [said("snooze", 2), said("done", 1)._replace(id=2)]
    assert remember((), words, at(-30), TODAY + timedelta(days=30)).rests(advice(), at(-30))


def test_a_word_that_is_not_said_yet_does_not_exist():
    assert not remember((), [said("done", -1)], NOW, TODAY).rests(advice(), NOW)


def test_not_important_is_about_the_person_and_not_about_debts():
    memory = remember((), [said("not important", 10, "ada@home.example")], NOW, TODAY)
    assert memory.rests(advice(when=5), NOW)
    assert not memory.rests(advice("you owe", 5), NOW)
    later = remember((), [said("not important", 100)], NOW, TODAY)
    assert not later.rests(advice(when=5), NOW)


def test_the_key_stays_the_same():
    assert advice().key == advice().key
    assert len({advice().key, advice("thank").key, advice(when=4).key}) == 3


def test_a_day_is_the_owners_and_not_that_of_utc():
    """Seven in the morning in Auckland is still yesterday in Greenwich."""
    shown_on = [(TODAY + timedelta(days=n)).isoformat() for n in (-1, 0)]
    there = remember([(day, advice().key) for day in shown_on], (), NOW, TODAY + timedelta(days=1))
    assert there.rests(advice(), NOW)
