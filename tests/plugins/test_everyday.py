"""Everyday mail is left in peace, and favour asks to strangers are still seen."""

from __future__ import annotations

import pytest
from everyday_drafts import FAVOURS, ROUTINE
from invented_mails import FRIEND, NOTHING, OWNER, mail, seen

from goodwill.model import Context, Party, Signal
from goodwill_plugins import ask, favour

Draft = tuple[str, str, str]


def signals(draft: Draft) -> list[Signal]:
    subject, address, text = draft
    return list(seen(ask, mail(f"{text}\n\nNora" if text else "", subject=subject, to=(Party(address),))))


def draws(draft: Draft) -> bool:
    return any(not signal.routine for signal in signals(draft))


def test_there_are_enough() -> None:
    assert (len(ROUTINE), len(FAVOURS)) == (40, 20)


def test_the_share_that_is_right() -> None:
    assert sum(not draws(draft) for draft in ROUTINE) >= 38
    assert sum(map(draws, FAVOURS)) >= 17


@pytest.mark.parametrize("draft", ROUTINE, ids=lambda one: one[0])
def test_what_is_paid_for_or_owed_is_routine(draft: Draft) -> None:
    assert not draws(draft)


@pytest.mark.parametrize("draft", FAVOURS, ids=lambda one: one[0])
def test_favours_are_seen(draft: Draft) -> None:
    assert draws(draft)


@pytest.mark.parametrize(
    "text",
    [
        "Could I take you both to dinner next week?",
        "Would you and Ida like to come to dinner on Sunday?",
        "May I buy you a drink to say thanks?",
        "Would you be able to go to the game with me on Saturday?",
    ],
)
def test_an_invitation_that_gives_asks_nothing(text: str) -> None:
    assert seen(ask, mail(text)) == []


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Could you lend me 4,000 until the boat is sold?", "large"),
        ("Would you invest in our harbour cafe?", "large"),
        ("Could you chip in for the farewell gift?", "medium"),
    ],
)
def test_money_is_asked_for_in_plain_words(text: str, size: str) -> None:
    (signal, *_) = seen(ask, mail(text))
    assert (signal.type, signal.size) == ("money", size)


@pytest.mark.parametrize(
    "text",
    [
        "Could you fill in this short form?",
        "I would value your advice on the seed catalogue.",
        "Could you lend me your drill at the weekend?",
        "Would you look over the rent figures for the fund?",
    ],
)
def test_a_weak_word_is_not_money(text: str) -> None:
    assert "money" not in {signal.type for signal in seen(ask, mail(text))}


def test_a_subject_speaks_for_an_empty_body_but_not_in_a_reply() -> None:
    question = "Could you introduce me to the harbour master?"
    (signal,) = seen(ask, mail("Nora", subject=question))
    assert (signal.type, signal.routine, signal.quote) == ("introduction", False, question)
    assert seen(ask, mail("Nora", subject=f"Re: {question}")) == []


def test_one_who_came_with_an_opening_is_answered() -> None:
    approach = mail(
        "Dear Nora, we look for a harbour pilot. Would you be free for a call about the role?",
        sender=FRIEND,
        to=(OWNER,),
        subject="A role",
    )
    answer = mail(
        "Thanks for writing. Would you be willing to talk for half an hour on Tuesday?",
        subject="Re: A role",
    )
    pilots = Context(NOTHING.owner, (approach,))
    assert any(not signal.routine for signal in seen(ask, answer))
    assert all(signal.routine for signal in seen(ask, answer, pilots))
    bold = mail("Could you introduce me to the director of the harbour?", subject="Re: A role")
    assert any(not signal.routine for signal in seen(ask, bold, pilots))


@pytest.mark.parametrize(
    "text",
    [
        "Could you tell me when the rehearsal starts?",
        "The bins go out on Tuesday this week. Could you move your car a bit?",
        "Could I come on Monday instead of Tuesday?",
    ],
)
def test_a_small_plain_request_is_routine(text: str) -> None:
    assert all(signal.routine for signal in seen(ask, mail(text)))


@pytest.mark.parametrize(
    "text",
    [
        "Hello Ms Bauer, could you give me some information about your evening courses?",
        "Good morning, could you advise when the goods were dispatched?",
    ],
)
def test_what_a_customer_asks_is_routine(text: str) -> None:
    assert all(signal.routine for signal in seen(ask, mail(text)))


@pytest.mark.parametrize(
    "text",
    [
        "I would never ask you to lend me money, don't worry.",
        "What a favour you did me! I owe you one.",
        "If you ever need a second pair of eyes on a contract, just call me. I mean it.",
        "You can't be serious. Who gave you that advice?",
        "Could you use an introduction to the buyer at the mill? I know her well.",
        "Want me to introduce you to Petra?",
        "Would it help if I looked over your slides?",
        "Please do not hesitate to contact me. Looking forward to hearing from you.",
        "Can I just say how much I loved your talk?",
        "No need to introduce me to Petra any more.",
        "Please remove me from your list.",
        "Tell me how I can help you. I would be glad to introduce you to anybody I know.",
        "Could I introduce you to my printer? It would be a pleasure.",
        "Would you mind not calling me again?",
        "She asked me: could you introduce me to her? I said no.",
    ],
)
def test_what_only_looks_like_an_ask_is_none(text: str) -> None:
    assert seen(ask, mail(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Could you use an introduction to the buyer at the mill? I know her well.",
        "Want me to introduce you to Petra?",
        "Would it help if I looked over your slides?",
        "Do you need a lift to the station tomorrow?",
    ],
)
def test_an_offer_in_the_form_of_a_question_is_an_offer(text: str) -> None:
    (signal, *_) = seen(favour, mail(text))
    assert signal.status == "offer"


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for asking whether I could introduce you to my banker. I am afraid I cannot.",
        "Thank you for offering to introduce me to your editor. There is no need any more.",
        "My colleague wondered: could you introduce me to your editor? I told her no.",
        'You wrote: "could you write a reference for me?" Yes, gladly; it is attached.',
    ],
)
def test_what_others_asked_is_no_ask(text: str) -> None:
    assert [one for one in seen(ask, mail(text)) if not one.routine] == []


def test_more_of_the_same_is_no_smaller_ask() -> None:
    sizes = [
        seen(ask, mail(f"Could you spend {time} designing our new fonts for us for free?"))[0].size
        for time in ("a day", "the whole of next month", "the rest of the year")
    ]
    assert sizes == ["large"] * 3


def test_of_several_readers_those_who_are_greeted_are_asked() -> None:
    readers = (Party("fay@long.example", "Fay Long"), Party("hugo@stark.example", "Hugo Stark"))
    text = "Could you introduce me to Hugo Stark, and put in a word for me?"
    assert seen(ask, mail(f"Dear Fay,\n\n{text}", to=readers))[0].to == ("fay@long.example",)
    assert len(seen(ask, mail(f"Dear all,\n\n{text}", to=readers))[0].to) == 2
