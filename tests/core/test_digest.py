"""Whom to invest in: what is owed first, never more than asked for, never somebody just seen."""

from __future__ import annotations

from build import ME, OWNER, THEIRS, YOU, ask, at, favour, letter, meeting

from goodwill.digest import Advice, digest
from goodwill.model import Contact, Person
from goodwill.standing import fold

PAIR = [letter(400, True), letter(399, False)]


def advise(*contacts: Contact, ahead: bool = False, name: str = "Ada Sample") -> tuple[Advice, ...]:
    person = Person(1, name, (YOU,))
    return digest([(person, fold([*PAIR, *contacts], THEIRS, OWNER, at(0)), ahead)], 5)


def section(*contacts: Contact) -> str | None:
    found = advise(*contacts)
    return found[0].section if found else None


def test_an_unanswered_ask_is_owed():
    (advice,) = advise(letter(20, False, ask(YOU, ME), topic=3))
    assert advice.section == "you owe"
    assert advice.why == "Ada asked for help and has no answer"
    assert advice.evidence[0].at == at(20)


def test_an_everyday_question_settles_itself_within_a_month():
    assert section(letter(20, False, ask(YOU, ME, routine=True), topic=3)) == "you owe"
    assert section(letter(45, False, ask(YOU, ME, routine=True), topic=3)) is None


def test_a_promise_is_owed_until_something_is_given():
    offer = letter(40, True, favour(status="offer"))
    assert section(offer) == "you owe"
    assert section(offer, letter(20, True, favour())) is None


def test_a_favour_wants_thanks():
    assert section(letter(20, False, favour(YOU, ME))) == "thank"
    assert section(letter(20, False, favour(YOU, ME)), letter(19, True)) is None


def test_an_overdrawn_account_wants_a_deposit():
    asks = [letter(60 + n, True, ask(), topic=n) for n in range(3)]
    answered = [letter(59 + n, False, topic=n) for n in range(3)]
    assert section(*asks, *answered) == "invest"


def test_a_rhythm_that_breaks_is_named():
    (advice,) = advise(*(meeting(80 + 14 * n) for n in range(12)))
    assert "usually in touch every 2 weeks" in advice.why


def test_nobody_with_a_meeting_ahead_or_just_seen():
    question = letter(20, False, ask(YOU, ME), topic=3)
    assert not advise(question, ahead=True)
    assert not advise(question, letter(1, True, topic=9))


def test_at_most_as_many_as_asked_for():
    standing = fold([*PAIR, letter(20, False, ask(YOU, ME))], THEIRS, OWNER, at(0))
    people = [(Person(n, f"Person {n}", (f"p{n}@there.example",)), standing, False) for n in range(9)]
    assert [advice.person.id for advice in digest(people, 3)] == [0, 1, 2]
