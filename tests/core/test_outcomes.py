"""What came of a warning, and what Goodwill learns from it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from build import ME, OWNER, THEIRS, YOU, ask, at, favour, letter
from hypothesis import given
from hypothesis import strategies as st

from goodwill.model import Contact, Signal
from goodwill.outcomes import HARMLESS, SETTLED, Warned, outcome, raised
from goodwill.standing import settled

WARNED = Warned(1, at(30), YOU, "premature", ("never_met",), ("help",), ("k",))


def came(*contacts: Contact, now: float = 0, warned: Warned = WARNED) -> str:
    return outcome(warned, settled(contacts, THEIRS, OWNER, at(now)).entries, at(now))


SENT = letter(29, True, ask(), topic=7)


def test_an_ask_that_never_went_out_was_kept_back():
    assert came() == "kept"
    assert came(letter(10, True, ask())) == "kept"
    assert came(now=29) == ""


def test_what_followed_in_the_thread_tells():
    assert came(SENT, letter(28, False, topic=7)) == "answered"
    assert came(SENT, letter(28, False, favour(YOU, ME), topic=7)) == "granted"
    assert came(SENT) == "ignored"
    assert came(SENT, now=20) == "sent"


def test_a_refusal_is_no_harmless_answer():
    refused = letter(28, False, Signal("answer", "reply", YOU, (ME,), status="declined"), topic=7)
    assert came(SENT, refused) == "declined"
    assert "declined" not in HARMLESS


def test_a_late_answer_is_one_only_in_the_thread():
    assert came(SENT, letter(3, False, topic=7)) == "answered"
    assert came(SENT, letter(3, False, topic=8)) == "ignored"


def test_the_owner_says_that_it_was_sent():
    said = replace(WARNED, answer="sent")
    assert came(letter(29, True, topic=7), letter(28, False, topic=7), warned=said) == "answered"
    assert came(warned=said) == "ignored"
    assert came(warned=said, now=20) == "sent"


@pytest.mark.parametrize("word", sorted(SETTLED))
def test_what_is_settled_stays(word: str):
    assert came(SENT, letter(28, False, topic=7), warned=replace(WARNED, answer=word)) == word


def past(*answers: str) -> list[Warned]:
    return [replace(WARNED, id=n, answer=answer) for n, answer in enumerate(answers, 1)]


def test_the_threshold_rises_when_most_warnings_were_needless():
    assert raised(0.5, past(*["kept"] * 10)) == (0.5, 0, 10)
    assert raised(0.5, past(*["granted"] * 4)) == (0.5, 4, 4)
    assert raised(0.5, past(*["granted"] * 3, *["kept"] * 2))[0] == pytest.approx(0.6)
    assert raised(0.5, past(*["granted"] * 10))[0] == pytest.approx(0.8)
    assert raised(0.9, past(*["granted"] * 10))[0] == 0.95
    assert raised(0.99, past(*["granted"] * 10))[0] == 0.99


def test_it_falls_again_with_later_warnings_that_were_right():
    assert raised(0.5, past(*["granted"] * 10, *["ignored"] * 10)) == (0.5, 0, 10)


@given(st.lists(st.sampled_from(sorted(SETTLED | {"", "sent"})), max_size=30), st.floats(0, 1))
def test_the_threshold_never_falls_below_the_configured_one(answers: list[str], threshold: float):
    level, needless, of = raised(threshold, past(*answers))
    assert threshold <= level <= max(threshold, 0.95)
    assert needless <= of <= 10
    assert not HARMLESS - SETTLED
