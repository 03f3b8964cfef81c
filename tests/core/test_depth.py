"""The thirteen points: yes with evidence, no only where silence proves it, else unknown."""

from __future__ import annotations

from build import ME, OWNER, THEIRS, YOU, ask, at, favour, letter, meeting
from hypothesis import given
from test_ledger import histories

from goodwill.depth import TEXTS, depth, is_dormant, points
from goodwill.model import Contact, Point, Standing
from goodwill.standing import fold


def stand(*contacts: Contact) -> Standing:
    return fold(contacts, THEIRS, OWNER, at(0))


def answers(*contacts: Contact) -> dict[int, Point]:
    return {point.number: point for point in points(stand(*contacts))}


@given(histories)
def test_every_yes_has_dated_evidence_and_there_are_thirteen(history):
    judged = points(stand(*history))
    assert [point.number for point in judged] == list(range(1, 14))
    assert len(TEXTS) == 13
    for point in judged:
        assert point.answer != "yes" or point.evidence
        assert all(evidence.at <= at(0) for evidence in point.evidence)


def test_a_year_is_counted_from_the_first_exchange_in_both_directions():
    assert answers(letter(400, True), letter(390, False))[2].answer == "yes"
    assert answers(letter(400, True), letter(100, False))[2].answer == "no"
    assert answers(letter(400, True))[2].answer == "unknown"


def test_an_introduction_shows_trust():
    point = answers(letter(30, True, favour(type="introduction")))[1]
    assert point.answer == "yes"
    assert "introduction" in point.evidence[0].what


def test_a_granted_ask_shows_that_asking_is_not_awkward():
    asked = letter(50, True, ask(), topic=3)
    granted = letter(49, False, favour(YOU, ME), topic=3)
    assert answers(asked, granted)[8].answer == "yes"
    assert answers(asked)[8].answer == "unknown"


def test_offers_on_both_sides_and_congratulations():
    mine = letter(40, True, favour(status="offer"), favour(type="recognition"))
    theirs = letter(30, False, favour(YOU, ME, status="offer"))
    both = answers(mine, theirs)
    assert both[5].answer == both[11].answer == "yes"
    assert answers(mine)[5].answer == "unknown"


def test_regular_appointments_and_time_enjoyed():
    assert answers(*(meeting(30 * n) for n in range(1, 6)))[10].answer == "yes"
    assert answers(meeting(10))[10].answer == "unknown"


def test_depth_is_none_without_an_exchange_and_dormant_after_long_silence():
    assert depth(points(stand(letter(5, True))), stand(letter(5, True))) == "none"
    old = stand(*(meeting(600 + 14 * n) for n in range(10)), letter(900, True), letter(899, False))
    assert is_dormant(old)
    assert depth(points(old), old) == "dormant"


def test_the_pairs_own_rhythm_decides_what_is_silence():
    yearly = stand(*(letter(360 + 365 * n, n % 2 == 0) for n in range(6)))
    weekly = stand(*(letter(360 + 7 * n, n % 2 == 0) for n in range(60)))
    assert not is_dormant(yearly)
    assert is_dormant(weekly)
