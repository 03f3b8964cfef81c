"""The laws of the ledger, as properties over arbitrary histories."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from build import ME, NOW, OWNER, THEIRS, THIRD, YOU, ask, at, favour, letter, meeting
from hypothesis import given
from hypothesis import strategies as st

from goodwill.ledger import ECHO_DAYS, GOODWILL_HALF_LIFE
from goodwill.model import Contact, Signal, Standing
from goodwill.standing import fold

NOW_S = at(0)
SIZES = ("small", "medium", "large")


def stand(*contacts: Contact, now: int = NOW_S) -> Standing:
    return fold(contacts, THEIRS, OWNER, now)


days = st.integers(min_value=1, max_value=2000)
signals = st.builds(
    lambda make, mine, size: make(*((ME, YOU) if mine else (YOU, ME)), size),
    st.sampled_from([ask, favour]),
    st.booleans(),
    st.sampled_from(SIZES),
)
letters = st.builds(
    lambda d, out, found: letter(d, out, *found), days, st.booleans(), st.lists(signals, max_size=2)
)
meetings = st.builds(meeting, days, st.integers(10, 300), st.integers(0, 40))
histories = st.lists(letters | meetings, max_size=25)


@given(histories)
def test_the_entries_add_up_to_capital_exactly(history):
    standing = stand(*history)
    assert standing.capital == sum(entry.value(NOW_S) for entry in standing.entries)
    assert standing.capital == pytest.approx(standing.given - standing.drawn)


@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(history, shuffler: random.Random):
    shuffled = list(history)
    shuffler.shuffle(shuffled)
    assert stand(*shuffled) == stand(*history)


@given(histories, st.integers(1, 500))
def test_nothing_after_now_counts(history, later):
    future = [letter(-later, True, favour()), meeting(-later), letter(-later, True, ask())]
    assert stand(*history, *future) == stand(*history)


@given(histories, st.sampled_from(SIZES))
def test_giving_never_lowers_capital(history, size):
    gift = letter(0.5, True, favour(size=size))
    assert stand(*history, gift).capital >= stand(*history).capital


@given(histories, st.sampled_from(SIZES))
def test_asking_in_a_letter_never_raises_capital_above_the_letter_itself(history, size):
    silent, asking = letter(0.5, True), letter(0.5, True, ask(size=size))
    assert stand(*history, asking).capital <= stand(*history, silent).capital


@given(histories)
def test_two_addresses_of_one_person_are_as_one(history):
    renamed = [
        contact._replace(
            signals=tuple(
                type(s)(s.kind, s.type, _other(s.by), tuple(map(_other, s.to)), s.size, s.routine, s.status)
                for s in contact.signals
            )
        )
        for contact in history
    ]
    plain = [
        contact._replace(
            signals=tuple(
                type(s)(s.kind, s.type, s.by, s.to, s.size, s.routine, s.status) for s in contact.signals
            )
        )
        for contact in history
    ]
    both = fold(renamed, frozenset({YOU, THIRD}), OWNER, NOW_S)
    assert both.capital == stand(*plain).capital


def _other(address: str) -> str:
    return THIRD if address == YOU else address


def test_a_favour_halves_in_a_year():
    fresh, old = stand(letter(0, True, favour())), stand(letter(GOODWILL_HALF_LIFE, True, favour()))
    assert old.capital == pytest.approx(fresh.capital / 2)


def test_what_they_gave_is_debt_and_not_credit():
    standing = stand(letter(10, False, favour(YOU, ME)))
    assert standing.capital < 0 < standing.received


def test_what_was_asked_for_is_not_charged_twice():
    asked = letter(10, True, ask(), topic=7)
    granted = letter(9, False, favour(YOU, ME), topic=7)
    unasked = letter(9, False, favour(YOU, ME), topic=8)
    assert stand(asked, granted).capital == pytest.approx(stand(asked).capital)
    assert stand(asked, unasked).capital < stand(asked).capital


def test_a_routine_ask_draws_nothing():
    assert stand(letter(3, True, ask(routine=True))).capital == stand(letter(3, True)).capital


def test_forty_on_a_call_are_nearly_nothing_and_twenty_lunches_are_a_lot():
    call = stand(*(meeting(7 * week, 60, others=38) for week in range(1, 40)))
    lunches = stand(*(meeting(30 * month, 75) for month in range(1, 21)))
    assert call.capital < 0.5
    assert lunches.capital > 10


def test_thanks_confirm_a_favour_and_do_not_double_it():
    gave = letter(30, True, favour())
    thanks = letter(29, False, favour(ME, YOU))
    late = letter(30 - ECHO_DAYS - 5, False, favour(ME, YOU))
    once = stand(gave).capital
    assert once < stand(gave, thanks).capital < once * 1.5
    assert stand(gave, late).capital > once * 1.5


def test_much_mail_is_not_much_capital():
    few = stand(*(letter(day, True) for day in range(1, 5)))
    many = stand(*(letter(1 + day / 10, True) for day in range(200)))
    assert many.capital < 3 * few.capital


def test_their_ask_waits_until_the_thread_is_answered():
    question = letter(20, False, ask(YOU, ME), topic=5)
    assert stand(question).unanswered
    assert not stand(question, letter(19, True, topic=5)).unanswered
    assert not stand(question, letter(19, True, topic=6)).unanswered
    assert stand(question, letter(2, True, topic=6)).unanswered


def test_a_signal_between_others_posts_nothing():
    aside = letter(5, False, favour(YOU, THIRD), ask(YOU, THIRD))
    assert {entry.kind for entry in stand(aside).entries} == {"heard"}


def test_a_mail_of_1970_and_one_of_2038_do_no_harm():
    old = letter((NOW.timestamp()) / 86_400, True, favour())
    standing = stand(old, letter(-4500, True, favour()))
    assert standing.first == old.at == 0
    assert 0 <= standing.capital < 1e-9


def test_a_doubtful_favour_is_no_entry():
    doubtful = replace(favour(), confidence=0.4)
    assert stand(letter(3, True, doubtful)).capital == stand(letter(3, True)).capital


def test_praise_binds_nobody():
    praise = letter(3, False, favour(YOU, ME, type="recognition"))
    assert stand(praise).capital == 0
    assert stand(letter(3, False, favour(YOU, ME))).capital < 0


def test_an_answer_by_a_slow_clock_is_an_answer():
    question = letter(10, False, ask(YOU, ME))
    reply = letter(10.3, True)._replace(parent=question.message)
    assert fold([question], THEIRS, OWNER, at(0)).unanswered
    assert not fold([question, reply], THEIRS, OWNER, at(0)).unanswered
    assert not fold([reply, question], THEIRS, OWNER, at(0)).unanswered


def test_a_mail_from_another_year_is_left_where_its_date_is():
    question = letter(10, False, ask(YOU, ME))
    reply = letter(400, True)._replace(parent=question.message)
    assert fold([question, reply], THEIRS, OWNER, at(0)).first == at(400)


def test_a_small_ask_does_not_pay_for_a_large_favour():
    gift = letter(3, False, favour(YOU, ME, "large"), topic=7)
    asked = letter(5, True, ask(size="small"), topic=7)
    assert stand(asked, gift).capital <= stand(letter(5, True, topic=7), gift).capital


def test_a_letter_that_asks_is_no_investment():
    asked = [letter(1400 + n, True, ask(size="small")) for n in (0, 30, 60)]
    assert stand(*asked).capital <= stand().capital


def test_their_thanks_never_weigh_less_beside_a_gift():
    thanks = letter(365, False, favour(ME, YOU))
    assert stand(letter(384, True, favour(size="small")), thanks).capital >= stand(thanks).capital


GRANTED = Signal("answer", "reply", ME, (YOU,), status="granted")


def test_granting_is_a_favour():
    asked = letter(20, False, ask(YOU, ME), topic=7)
    granted = stand(asked, letter(19, True, GRANTED, topic=7))
    assert granted.capital > stand(asked, letter(19, True, topic=7)).capital + 0.5
    assert [e.what for e in granted.entries if e.kind == "gave"] == ["you granted help"]


@given(st.sampled_from(SIZES), days)
def test_a_deed_beside_a_grant_never_lowers_capital(size, later):
    asked = letter(2100, False, ask(YOU, ME), topic=7)
    word = letter(2090, True, GRANTED, topic=7)
    deed = letter(later, True, favour(size=size), topic=7)
    assert stand(asked, word, deed).capital >= stand(asked, word).capital - 1e-9


@given(st.sampled_from(SIZES), st.sampled_from(SIZES), days)
def test_keeping_a_promise_never_lowers_capital_and_closes_it(offered, given_, later):
    offer = letter(2100, True, favour(size=offered, status="offer"))
    also = letter(2099, True, favour(size=offered, status="offer"))
    deed = letter(later, True, favour(size=given_))
    assert stand(offer, also, deed).capital >= stand(offer, also).capital - 1e-9
    assert len(stand(offer).offers_mine) == 1
    assert stand(offer, deed).offers_mine == ()


def test_a_copy_to_a_third_keeps_in_touch():
    introduced = letter(10, True, favour(type="introduction"), others=1)
    assert stand(letter(900, False), letter(899, True), introduced).silence == pytest.approx(10)
