"""Verdicts on small histories: the doctrine's cases, and the laws."""

from __future__ import annotations

from build import ME, OWNER, THEIRS, YOU, ask, at, favour, letter, meeting
from hypothesis import given, settings
from hypothesis import strategies as st
from test_ledger import SIZES, histories

from goodwill.model import Contact, Flag, Person, Signal, Verdict
from goodwill.standing import fold
from goodwill.verdict import Account, judge

NOW_S = at(0)
RANK = ("clear", "caution", "premature")


def check(*contacts: Contact, asks: list[Signal] | None = None) -> Verdict:
    person = Person(1, "You There", (YOU,))
    account = Account(YOU, person, fold(contacts, THEIRS, OWNER, NOW_S))
    return judge([ask()] if asks is None else asks, [account], NOW_S, 0.5)


def codes(verdict: Verdict) -> list[str]:
    return [reason.code for recipient in verdict.recipients for reason in recipient.reasons]


LUNCHES = [meeting(30 * month, 75) for month in range(1, 15)]
LETTERS = [letter(400, True), letter(399, False)]


def test_a_stranger_is_premature():
    verdict = check()
    assert verdict.verdict == "premature"
    assert codes(verdict) == ["never_met"]
    assert verdict.recipients[0].instead


def test_a_year_of_lunches_carries_a_middling_ask():
    assert check(*LUNCHES, *LETTERS).verdict == "clear"


def test_somebody_just_met_is_premature():
    verdict = check(letter(1, True), letter(0.9, False))
    assert verdict.verdict == "premature"
    assert "young" in codes(verdict)


def test_a_call_of_forty_is_no_relationship():
    verdict = check(*(meeting(7 * week, 60, others=38) for week in range(1, 40)))
    assert codes(verdict)[0] == "never_alone"


def test_a_deep_tie_gone_quiet_is_caution():
    verdict = check(*(meeting(550 + 14 * n, 75) for n in range(50)), letter(700, True), letter(699, False))
    assert verdict.verdict == "caution"
    assert codes(verdict)[0] == "dormant"


def test_an_ask_on_the_heels_of_a_favour_is_caution():
    gave = [letter(1, True, favour()), letter(150, True, favour()), letter(149, False), meeting(100)]
    verdict = check(*gave)
    assert verdict.verdict == "caution"
    assert "looks_like_trade" in codes(verdict)


def test_their_unanswered_question_comes_first():
    waiting = letter(40, False, ask(YOU, ME), topic=4)
    verdict = check(waiting, letter(300, True), letter(299, False))
    assert codes(verdict)[0] == "their_ask_waits"
    assert "Answer what You asked you" in verdict.recipients[0].instead[0]


def test_their_offer_invites_an_ask():
    small = [letter(100 + n, True, favour(size="small")) for n in range(2)]
    history = [letter(200, True), letter(199, False), *small]
    offer = letter(5, False, favour(YOU, ME, status="offer"))
    assert check(*history).verdict != "clear"
    assert check(*history, offer).verdict == "clear"


def test_only_asking_shows_the_pattern():
    verdict = check(*(letter(20 * n, True, ask()) for n in range(1, 5)), letter(10, False))
    assert verdict.verdict == "premature"
    assert "only_asking" in codes(verdict)


@given(histories)
def test_a_draft_that_asks_nothing_or_only_routine_things_is_clear(history):
    assert check(*history, asks=[]).verdict == "clear"
    assert check(*history, asks=[ask(routine=True)]).verdict == "clear"


@given(histories)
def test_an_uncertain_ask_is_not_judged(history):
    unsure = Signal("ask", "help", ME, (YOU,), "large", False, "", 0.3, "perhaps")
    assert check(*history, asks=[unsure]).verdict == "clear"


@settings(max_examples=200)
@given(histories)
def test_a_larger_ask_is_never_judged_milder(history):
    verdicts = [
        RANK.index(check(*history, asks=[ask(size=size)]).verdict) for size in ("small", "medium", "large")
    ]
    assert verdicts == sorted(verdicts)


@given(histories)
def test_every_warning_has_a_reason_and_a_way_out(history):
    verdict = check(*history)
    for recipient in verdict.recipients:
        if recipient.verdict != "clear":
            assert 1 <= len(recipient.reasons) <= 3
            assert 1 <= len(recipient.instead) <= 2
            assert all(e.at <= NOW_S for reason in recipient.reasons for e in reason.evidence)


def test_the_worst_recipient_decides():
    friend = Account(YOU, None, fold([*LUNCHES, *LETTERS], THEIRS, OWNER, NOW_S))
    stranger = Account("new@far.example", None, fold([], frozenset(), OWNER, NOW_S))
    both = [Signal("ask", "help", ME, (YOU, "new@far.example"), "medium", False, "", 0.9, "please")]
    verdict = judge(both, [friend, stranger], NOW_S, 0.5)
    assert [one.verdict for one in verdict.recipients] == ["clear", "premature"]
    assert verdict.verdict == "premature"


def test_somebody_in_copy_who_is_not_asked_is_clear():
    stranger = Account("new@far.example", None, fold([], frozenset(), OWNER, NOW_S))
    assert judge([ask()], [stranger], NOW_S, 0.5).verdict == "clear"


@settings(max_examples=300)
@given(histories, st.sampled_from(SIZES), st.sampled_from(SIZES))
def test_a_new_gift_never_makes_a_verdict_worse(history, asked, given_):
    before = check(*history, asks=[ask(size=asked)])
    after = check(*history, letter(0.5, True, favour(size=given_)), asks=[ask(size=asked)])
    assert RANK.index(after.verdict) <= RANK.index(before.verdict)


@settings(max_examples=300)
@given(histories, st.integers(0, 30), st.sampled_from(SIZES), st.sampled_from(SIZES))
def test_having_given_more_in_a_letter_never_makes_a_verdict_worse(history, which, asked, given_):
    sent = [n for n, contact in enumerate(history) if contact.flags & Flag.OUT]
    if not sent:
        return
    chosen = sent[which % len(sent)]
    better = history[chosen]._replace(signals=(*history[chosen].signals, favour(size=given_)))
    generous = [*history[:chosen], better, *history[chosen + 1 :]]
    before = check(*history, asks=[ask(size=asked)])
    after = check(*generous, asks=[ask(size=asked)])
    assert RANK.index(after.verdict) <= RANK.index(before.verdict)


def test_what_was_earned_before_is_no_trade():
    earned = [meeting(30 * month, 75) for month in range(1, 15)]
    assert check(*earned, *LETTERS, letter(1, True, favour())).verdict == "clear"


def test_a_rhythm_is_no_reason_to_be_stricter():
    seldom = [letter(470, False), letter(469, True), meeting(258, 360), meeting(257.7, 360)]
    assert check(*seldom).verdict == "clear"
    assert check(*seldom, *(meeting(255 - 3 * n) for n in range(4))).verdict == "clear"


def test_colleagues_are_named_as_the_reason():
    account = Account(YOU, None, fold([], THEIRS, OWNER, NOW_S), colleague=True)
    verdict = judge([ask()], [account], NOW_S, 0.5)
    assert (verdict.verdict, codes(verdict)) == ("clear", ["colleague"])


@given(histories)
def test_every_reason_has_dated_evidence_unless_nothing_ever_happened(history):
    verdict = check(*history)
    for reason in verdict.recipients[0].reasons:
        assert reason.evidence or reason.code == "never_met"


def test_the_young_are_told_to_wait():
    verdict = check(*(meeting(9 + 9 * n, 120) for n in range(4)), letter(40, True), letter(39, False))
    assert codes(verdict) == ["young"]
    assert "Give it some months" in verdict.recipients[0].instead[0]
