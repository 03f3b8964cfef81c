"""The owner's word: the latest counts, it outranks inference, and it can be taken back."""

from __future__ import annotations

from itertools import count

from build import ME, OWNER, THEIRS, YOU, ask, at, letter, meeting
from hypothesis import given
from hypothesis import strategies as st

from goodwill.depth import points
from goodwill.model import Person, Saying
from goodwill.people import merge
from goodwill.said import identities, no_asks, said_of, sentence_key
from goodwill.standing import fold
from goodwill.verdict import Account, judge

NUMBERS = count(1)
NOW_S = at(0)


def say(kind: str, value: str, days_ago: float = 10, about: str = YOU) -> Saying:
    return Saying(next(NUMBERS), at(days_ago), about, kind, value)  # type: ignore[arg-type]


def answers(*sayings: Saying) -> dict[int, str]:
    said = said_of(sayings, [YOU], NOW_S)
    return {point.number: point.answer for point in points(fold([], THEIRS, OWNER, NOW_S, said))}


def verdict(*sayings: Saying, type_: str = "help") -> str:
    standing = fold([letter(3, True)], THEIRS, OWNER, NOW_S, said_of(sayings, [YOU], NOW_S))
    return judge([ask(type=type_)], [Account(YOU, Person(1, "", (YOU,)), standing)], NOW_S, 0.5).verdict


def test_the_latest_word_on_a_point_counts():
    assert answers(say("point", "7 yes"))[7] == "yes"
    assert answers(say("point", "7 yes", 10), say("point", "7 no", 5))[7] == "no"
    assert answers(say("point", "7 yes", 10), say("point", "7 unknown", 5))[7] == "unknown"


def test_a_word_outranks_what_mail_shows():
    letters = [letter(900, True), letter(890, False)]
    said = said_of([say("point", "2 no")], [YOU], NOW_S)
    (_, second, *_) = points(fold(letters, THEIRS, OWNER, NOW_S, said))
    assert (second.answer, second.evidence[0].what) == ("no", "you said no")


def test_the_owner_knows_since_when():
    said = said_of([say("since", "2010-05-01")], [YOU], NOW_S)
    standing = fold([letter(20, True)], THEIRS, OWNER, NOW_S, said)
    assert standing.age > 15 * 365
    assert points(standing)[1].answer == "yes"
    taken_back = said_of([say("since", "2010-05-01", 9), say("since", "no", 8)], [YOU], NOW_S)
    assert fold([letter(20, True)], THEIRS, OWNER, NOW_S, taken_back).age == 20


def test_enough_notes_answer_a_point():
    goals = [say("goal", f"goal {n}") for n in range(5)]
    assert answers(*goals[:4])[6] == "unknown"
    assert answers(*goals)[6] == "yes"
    assert answers(*goals, say("goal", f"-{goals[0].id}", 1))[6] == "unknown"
    assert answers(*(say("product", f"product {n}") for n in range(3)))[3] == "yes"


def test_a_note_may_begin_with_a_dash():
    assert [n.value for n in said_of([say("note", "- moved"), say("note", "-3 kg")], [YOU], NOW_S).notes] == [
        "- moved",
        "-3 kg",
    ]


def test_close_muted_and_fine_are_not_warned_of():
    assert verdict() == "premature"
    assert verdict(say("close", "yes")) == "clear"
    assert verdict(say("close", "yes", 9), say("close", "no", 8)) == "premature"
    assert verdict(say("mute", "yes", about="@there.example")) == "clear"
    assert verdict(say("fine", "help")) == "clear"
    assert verdict(say("fine", "help"), type_="money") == "premature"
    assert verdict(say("fine", "help", 9), say("fine", "-help", 8)) == "premature"


def test_a_word_said_later_does_not_exist_yet():
    assert verdict(say("close", "yes", days_ago=-1)) == "premature"


def test_a_word_about_somebody_else_is_not_about_them():
    assert (
        verdict(say("close", "yes", about=ME), say("mute", "yes", about="@elsewhere.example")) == "premature"
    )


def test_a_sentence_is_known_again_however_it_is_wrapped():
    known = no_asks([say("no ask", sentence_key("Could you\n pass it on?"))], NOW_S)
    assert sentence_key("could you pass it on?") in known
    assert sentence_key("could you pass it over?") not in known


def test_of_two_words_on_who_is_who_the_later_counts():
    same, apart = say("same", "b@x.example", 5, "a@x.example"), say("apart", "a@x.example", 4, "b@x.example")
    assert identities([same]) == ([("a@x.example", "b@x.example")], [])
    assert identities([apart, same]) == ([], [("a@x.example", "b@x.example")])


pairs = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=8)


@given(pairs, pairs)
def test_those_told_apart_are_never_one_person(links: list[tuple[str, str]], apart: list[tuple[str, str]]):
    first = merge({}, links, apart)
    for one, other in apart:
        if one != other and one in first and other in first:
            assert first[one] != first[other]


@given(pairs)
def test_without_enemies_linked_ones_are_one(links: list[tuple[str, str]]):
    first = merge({}, links)
    assert all(first[one] == first[other] for one, other in links)


def test_a_muted_meeting_still_stands_in_the_ledger():
    said = said_of([say("mute", "yes")], [YOU], NOW_S)
    assert fold([meeting(3)], THEIRS, OWNER, NOW_S, said).capital > 0


def test_the_same_note_three_times_is_one_note():
    assert answers(*(say("product", word) for word in ("rye", "Rye", "rye")))[3] == "unknown"


def test_a_sentence_can_be_an_ask_again():
    assert no_asks([say("no ask", "abc", 9), say("no ask", "-abc", 8)], NOW_S) == frozenset()


def test_a_clear_verdict_says_that_it_rests_on_the_owners_word():
    standing = fold([letter(3, True)], THEIRS, OWNER, NOW_S, said_of([say("close", "yes")], [YOU], NOW_S))
    judged = judge([ask()], [Account(YOU, Person(1, "", (YOU,)), standing)], NOW_S, 0.5)
    assert [reason.code for reason in judged.recipients[0].reasons] == ["your_word"]


def test_since_and_point_two_answer_each_other():
    assert answers(say("point", "2 no"), say("since", "2010-05-01"))[2] == "yes"
    assert answers(say("since", "2010-05-01"), say("point", "2 no"))[2] == "no"
    assert answers(say("since", "2010-05-01"), say("point", "2 unknown"))[2] == "unknown"


def test_a_clock_that_is_set_back_does_not_turn_words_round():
    same, apart = (
        say("same", "b@x.example", 10, "a@x.example"),
        say("apart", "b@x.example", 300, "a@x.example"),
    )
    assert identities([same, apart]) == ([], [("a@x.example", "b@x.example")])
