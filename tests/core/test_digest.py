"""Whom to invest in: what is owed first, never more than asked for, never somebody just seen."""

from __future__ import annotations

import pytest
from build import ME, OWNER, THEIRS, YOU, ask, at, favour, letter, meeting

from goodwill.digest import CROWD, Advice, Owner, digest, picked_up
from goodwill.model import Contact, Person, Signal
from goodwill.standing import fold

PAIR = [letter(400, True), letter(399, False)]
ME_MYSELF = Owner(OWNER, {"Robin Myself"})
PROMISE = Signal("promise", "", ME, (YOU,), confidence=0.9, quote="I'll send you the address")


def told(kind: str, type: str, by: str = YOU, status: str = "", quote: str = "it is so") -> Signal:
    return Signal(kind, type, by, (ME,), status=status, confidence=0.9, quote=quote)  # type: ignore[arg-type]


def advise(*contacts: Contact, ahead: int | None = None, name: str = "Ada Sample") -> tuple[Advice, ...]:
    person = Person(1, name, (YOU,))
    return digest([(person, fold([*PAIR, *contacts], THEIRS, OWNER, at(0)), ahead)], 5, owner=ME_MYSELF)


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


def test_a_promise_is_owed_until_the_owner_writes_again():
    promise = letter(40, True, PROMISE)
    (advice,) = advise(promise)
    assert advice.section == "you owe"
    assert "I'll send you the address" in advice.evidence[0].what
    assert section(promise, letter(20, False)) == "you owe"
    assert section(promise, letter(20, True)) is None
    assert section(promise, meeting(20)) is None
    assert section(letter(1, True, PROMISE)) is None
    assert section(letter(40, True, PROMISE, favour())) is None, "it was given in the same mail"


def test_an_offer_that_nobody_took_up_is_no_debt():
    assert section(letter(40, True, favour(status="offer"))) is None


def test_a_favour_wants_thanks():
    assert section(letter(20, False, favour(YOU, ME))) == "thank"
    assert section(letter(20, False, favour(YOU, ME)), letter(19, True)) is None


def test_an_overdrawn_account_alone_is_no_reproach():
    asks = [letter(60 + n, True, ask(), topic=n) for n in range(3)]
    answered = [letter(59 + n, False, topic=n) for n in range(3)]
    assert section(*asks, *answered) is None


def test_a_rhythm_that_breaks_is_named():
    (advice,) = advise(*(meeting(80 + 14 * n) for n in range(12)))
    assert advice.resumes
    assert "usually in touch every 2 weeks" in advice.why


def test_nobody_with_a_meeting_ahead_or_just_seen():
    question = letter(20, False, ask(YOU, ME), topic=3)
    for day in (-10, -4):
        assert not advise(question, ahead=at(day))
    assert not advise(question, ahead=CROWD)
    assert not advise(question, letter(1, True, topic=9))


def test_at_most_as_many_as_asked_for():
    standing = fold([*PAIR, letter(20, False, ask(YOU, ME))], THEIRS, OWNER, at(0))
    people = [(Person(n, f"Person {n}", (f"p{n}@there.example",)), standing, None) for n in range(9)]
    assert [advice.person.id for advice in digest(people, 3)] == [0, 1, 2]


def test_an_ask_without_an_answer_may_be_brought_up_once():
    asked = letter(10, True, ask(), topic=5)
    (advice,) = advise(asked)
    assert advice.section == "asks still open"
    assert "no answer has come" in advice.why
    assert section(letter(3, True, ask(), topic=5)) != "asks still open"
    assert section(asked, letter(8, False, topic=6)) != "asks still open"
    assert section(asked, letter(8, True, topic=5)) != "asks still open"  # that was the reminder


def test_who_asks_for_much_and_gave_nothing_asks_of_you():
    assert section(letter(20, False, ask(YOU, ME, type="introduction"), topic=3)) == "asks of you"
    large = ask(YOU, ME, size="large")
    assert section(letter(20, False, large, topic=3)) == "asks of you"
    assert section(letter(300, False, favour(YOU, ME)), letter(20, False, large, topic=3)) == "you owe"
    assert section(meeting(90), letter(20, False, large, topic=3)) == "you owe"


def test_where_one_advice_rests_the_next_best_is_given():
    contacts = [letter(60, False, ask(YOU, ME, "small"), topic=3), *(meeting(80 + 14 * n) for n in range(12))]
    standing = fold([*PAIR, *contacts], THEIRS, OWNER, at(0))
    people = [(Person(1, "Ada Sample", (YOU,)), standing, None)]
    (first,) = digest(people, 5)
    assert first.section == "you owe"
    (second,) = digest(people, 5, lambda advice: advice.key == first.key)
    assert second.section == "invest"
    assert not digest(people, 5, lambda advice: True)


def test_before_a_meeting_only_what_presses_is_said():
    (advice,) = advise(letter(20, False, ask(YOU, ME), topic=3), ahead=at(-2))
    assert advice.give == "Before you meet on 3 June 2026: answer Ada"
    quiet = [meeting(80 + 14 * n) for n in range(12)]
    assert not advise(*quiet, ahead=at(-2))
    assert not advise(letter(10, True, ask(), topic=5), ahead=at(-2)), "you can ask when you meet"


@pytest.mark.parametrize(
    ("quote", "days", "said"),
    [("Which boat would you take?", 20, True), ("Which boat would you take?", 40, False),
     ("How are you?", 5, False), ("Are you in town tonight?", 4, False), ("Can you do Thursday?", 5, True),
     ("Can you do Thursday?", 12, False), ("please read this", 5, False)],
)  # fmt: skip
def test_of_everyday_questions_only_those_that_still_wait(quote: str, days: int, said: bool):
    question = Signal("ask", "information", YOU, (ME,), "small", True, "", 0.9, quote)
    assert (section(letter(days, False, question, topic=3)) == "you owe") is said


def test_a_colleague_s_question_is_work():
    question = letter(20, False, ask("ada@home.example", ME, routine=True), topic=3)
    standing = fold([*PAIR, question], frozenset({"ada@home.example"}), OWNER, at(0))
    assert not digest([(Person(1, "Ada Sample", ("ada@home.example",)), standing, None)], 5, owner=ME_MYSELF)


def test_good_news_is_answered():
    news = letter(5, False, told("news", "job", quote="I got the job!"))
    (advice,) = advise(news)
    assert (advice.section, advice.give) == ("invest", "Congratulate Ada on the new post")
    assert "I got the job!" in advice.evidence[0].what
    assert section(news, letter(4, True)) is None
    assert section(letter(40, False, told("news", "job"))) is None


def test_thanks_are_not_due_for_praise_to_a_crowd_or_in_the_owner_s_own_words():
    assert section(letter(20, False, favour(YOU, ME, type="recognition"))) is None
    assert section(letter(20, False, favour(YOU, ME), others=12)) is None
    assert section(letter(20, True, favour(YOU, ME))) is None


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Robin Myself", YOU),
        ("Myself, Robin", YOU),
        ("Robin Q. Myself", YOU),
        ("", "robin.myself@free.example"),
    ],
)
def test_the_owner_needs_no_reminder_of_themselves(name: str, address: str):
    standing = fold([*PAIR, letter(20, False, ask(YOU, ME), topic=3)], THEIRS, OWNER, at(0))
    owner = Owner(frozenset({"robin.myself@home.example"}), {"Robin Myself"})
    assert not digest([(Person(1, name, (address,)), standing, None)], 5, owner=owner)
    assert digest([(Person(1, "Robin Other", (YOU,)), standing, None)], 5, owner=owner)


SEEK = told("seeks", "designer", by="bo@one.example", quote="We are looking for a designer.")
DO = told("does", "graphic designer", by="cleo@two.example", status="open", quote="I am a graphic designer.")


def fair(seek: Signal = SEEK, do: Signal = DO, *more: Contact, known: bool = False) -> tuple[Advice, ...]:
    """What is said of Bo, who looks for something, and Cleo, who does something."""
    bo, cleo = Person(1, "Bo Seeker", ("bo@one.example",)), Person(2, "Cleo Doer", ("cleo@two.example",))
    people = [
        (one, fold([*PAIR, *contacts], frozenset(one.addresses), OWNER, at(0)), None)
        for one, contacts in ((bo, [letter(10, False, seek), *more]), (cleo, [letter(60, False, do)]))
    ]
    return digest(people, 5, owner=ME_MYSELF, strangers=lambda one, other: not known)


def test_who_looks_for_what_another_does_may_be_introduced_when_both_like_it():
    (advice,) = fair()
    assert advice.person.shown == "Bo Seeker"
    assert advice.why == "Bo looks for a designer, and Cleo Doer is one and wants more of that work"
    assert (
        advice.give
        == "Ask Bo, and then Cleo, whether they would like to meet; introduce them only if both do"
    )
    assert [one.what for one in advice.evidence] == [
        "they look for a designer: “We are looking for a designer.”",
        "they work as a graphic designer: “I am a graphic designer.”",
    ]


def test_nobody_is_introduced_who_does_not_fit_or_knows_the_other():
    other = told("does", "interior designer", by="cleo@two.example", status="open")
    web = told("seeks", "web designer", by="bo@one.example")
    assert fair(do=other), "a designer of any kind"
    assert not fair(web, other)
    assert not fair(web, told("does", "designer", by="cleo@two.example", status="open"))
    assert not fair(do=told("does", "designer", by="cleo@two.example")), (
        "nobody knows whether they would like it"
    )
    assert not fair(SEEK, DO, letter(5, True))
    assert not fair(known=True)


def test_a_silent_tie_is_picked_up_where_it_was_left():
    (advice,) = advise(*(meeting(80 + 14 * n) for n in range(12)))
    assert picked_up(advice, "The boat").give == "Write to Ada, and pick up where you left off: “The boat”"
    assert picked_up(advice, "") == advice
