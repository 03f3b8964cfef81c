"""Trend, balance and circle; and the judgement turned round."""

from __future__ import annotations

import pytest
from build import ME, OWNER, THEIRS, YOU, ask, at, entry, favour, letter, meeting
from hypothesis import given
from test_ledger import histories

from goodwill.inbound import drawn, mirrored
from goodwill.model import Contact, Person
from goodwill.people import contacts_of
from goodwill.standing import balance, band, direction, fold

NOW_S = at(0)
PERSON = Person(1, "You There", (YOU,))


def stand(*contacts: Contact):
    return fold(contacts, THEIRS, OWNER, NOW_S)


def test_trend_tells_what_three_months_changed():
    assert direction(stand()) == "steady"
    assert direction(stand(meeting(10, 90), meeting(20, 90))) == "rising"
    assert direction(stand(letter(300, True, favour(size="large")))) == "falling"
    assert stand(meeting(10)).trend == pytest.approx(stand(meeting(10)).capital)


@given(histories)
def test_the_balance_ends_with_capital_and_begins_before_the_history(history):
    standing = stand(*history)
    points = balance(standing)
    assert points[-1] == (NOW_S, pytest.approx(standing.capital))
    assert len(points) == 24
    assert points[0][0] < NOW_S - 690 * 86_400


def test_circles():
    assert [band(rank) for rank in (1, 5, 6, 15, 16, 51, 150, 151)] == [
        "inner 5", "inner 5", "inner 15", "inner 15", "inner 50", "inner 150", "inner 150", "beyond 150",
    ]  # fmt: skip


def test_reciprocity():
    assert stand().reciprocity is None
    one_sided = stand(letter(3, True, favour()), letter(2, False))
    assert one_sided.reciprocity == 1
    assert stand(letter(3, False, favour(YOU, ME))).reciprocity == 0


def turned(*contacts: Contact):
    return drawn(PERSON, stand(*contacts), contacts, OWNER)


def test_whoever_asks_without_having_given_draws_on_the_owner():
    found = turned(letter(30, False, ask(YOU, ME, "medium")))
    assert found is not None
    assert (found.verdict, found.given, len(found.asks)) == ("premature", 0, 1)
    assert found.minutes == 0  # it was never answered


def test_what_was_granted_took_time():
    asked, granted = letter(30, False, ask(YOU, ME), topic=4), letter(29, True, favour(), topic=4)
    found = turned(asked, granted)
    assert found is not None
    assert found.minutes == 60 / 12


def test_somebody_who_gave_for_a_year_has_earned_it():
    gave = [letter(400 - 30 * n, False, favour(YOU, ME)) for n in range(12)]
    mine = [letter(399 - 30 * n, True) for n in range(12)]
    found = turned(*gave, *mine, letter(20, False, ask(YOU, ME)))
    assert found is not None
    assert found.verdict == "clear"
    assert found.given > 3


def test_nobody_who_asks_routine_things_or_long_ago_is_listed():
    assert turned(letter(30, False, ask(YOU, ME, routine=True))) is None
    assert turned(letter(500, False, ask(YOU, ME))) is None


@given(histories)
def test_seen_from_the_other_side_twice_is_as_it_was(history):
    assert [mirrored(mirrored(contact)) for contact in history] == list(history)


def test_a_promise_stays_open_until_it_is_kept():
    offer = letter(40, True, favour(status="offer", type="introduction"), topic=3)
    assert len(stand(offer).offers_mine) == 1
    assert stand(offer, letter(30, True, favour(type="introduction"))).offers_mine == ()
    assert stand(offer, letter(30, True, favour(type="help"), topic=3)).offers_mine == ()
    assert len(stand(offer, letter(30, True, favour(type="help"))).offers_mine) == 1
    assert len(stand(offer, letter(50, True, favour(type="introduction"))).offers_mine) == 1


@pytest.mark.parametrize("status", ["cancelled", "tentative"])
def test_a_meeting_that_was_not_held_counts_nothing(status: str):
    event = entry([ME, YOU], status=status)
    assert contacts_of(event, OWNER) == []


def test_a_meeting_that_one_declined_or_that_lies_ahead_counts_nothing():
    assert contacts_of(entry([ME, YOU], answers={YOU: "declined"}), OWNER) == []
    assert contacts_of(entry([ME, YOU], answers={ME: "declined"}), OWNER) == []
    assert stand(meeting(-3)) == stand()


def test_a_letter_and_its_answer_next_day_are_one_occasion():
    mine, theirs = (
        [letter(30 * n, True) for n in range(1, 12)],
        [letter(30 * n - 1, False) for n in range(1, 12)],
    )
    assert stand(*mine, *theirs).rhythm == pytest.approx(29, abs=1)
    assert stand(*(letter(n, True) for n in range(1, 40))).rhythm == 1
