"""A granted ask, a declined one and an ignored one are told apart by what followed."""

from __future__ import annotations

import pytest
from build import ME, OWNER, THEIRS, YOU, ask, at, favour, letter
from hypothesis import given
from test_ledger import histories

from goodwill.model import Contact, Entry, Signal
from goodwill.standing import fold

ASKED = letter(40, True, ask(), topic=5)


def no(by: str = YOU, to: str = ME, status: str = "declined") -> Signal:
    return Signal("answer", "", by, (to,), status=status, confidence=0.8, quote="I am afraid not")


def asked(*contacts: Contact, now: float = 0, kind: str = "asked") -> Entry:
    entries = fold([ASKED, *contacts], THEIRS, OWNER, at(now)).entries
    return next(entry for entry in entries if entry.kind == kind)


def test_nothing_followed():
    assert asked(now=30).outcome == "open"
    assert asked().outcome == "ignored"


def test_what_followed_in_the_thread():
    assert asked(letter(38, False, topic=5)).outcome == "answered"
    assert asked(letter(38, False, no(), topic=5)).outcome == "declined"
    assert asked(letter(38, False, no(status="granted"), topic=5)).outcome == "granted"
    assert asked(letter(38, False, favour(YOU, ME), topic=5)).outcome == "granted"


def test_a_yes_after_a_no_grants():
    assert asked(letter(38, False, no(), topic=5), letter(20, False, favour(YOU, ME), topic=5)).outcome == (
        "granted"
    )


def test_an_answer_under_another_subject_counts_for_two_weeks():
    assert asked(letter(30, False, topic=8)).outcome == "answered"
    assert asked(letter(20, False, topic=8)).outcome == "ignored"


def test_a_refusal_meant_for_somebody_else_declines_nothing():
    other = Signal("answer", "", YOU, ("third@elsewhere.example",), status="declined", confidence=0.8)
    assert asked(letter(38, False, other, topic=5)).outcome == "answered"


def test_what_brought_nothing_costs_half():
    granted, declined = (
        asked(letter(38, False, favour(YOU, ME), topic=5)),
        asked(letter(38, False, no(), topic=5)),
    )
    assert declined.points == pytest.approx(granted.points / 2)
    assert asked().points == pytest.approx(granted.points / 2)


def test_their_asks_are_told_apart_too():
    theirs = letter(60, False, ask(YOU, ME), topic=9)
    mine = letter(58, True, no(ME, YOU), topic=9)
    assert asked(theirs, mine, kind="was asked").outcome == "declined"


@given(histories)
def test_every_ask_has_an_outcome_and_nothing_else_has(history):
    for entry in fold(history, THEIRS, OWNER, at(0)).entries:
        assert bool(entry.outcome) == (entry.kind in {"asked", "was asked"})
