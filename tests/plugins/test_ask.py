"""Asks: heard as people write them, silent where words only look like one."""

from __future__ import annotations

import dataclasses
import textwrap

import pytest
from invented_mails import FRIEND, NOTHING, OTHER, OWNER, mail, seen

from goodwill.model import Context, Event, Party
from goodwill_plugins import ask

FAVOURS = [
    ("Would you introduce me to the director of the sailing school?", "introduction"),
    ("I hate to ask, but could you lend me 2,000 pounds until the boat is sold?", "money"),
    ("Would you write me a reference for the harbour post?", "endorsement"),
    ("Could you share our regatta with your newsletter readers?", "promotion"),
]
ROUTINE = "Please send me the invoice for the March order by Friday."
SILENT = [
    "Could you use an introduction to my boatbuilder? I could ask him for you.",
    "My brother asked me whether I would lend him the dinghy.",
    "Thank you for a lovely evening.",
    "Please find the tide table attached. Let me know if you have any questions.",
    "The sails arrived this morning and they are blue.",
]


@pytest.mark.parametrize(("text", "kind"), FAVOURS)
def test_favours_are_heard(text: str, kind: str) -> None:
    signals = seen(ask, mail(f"Hi Otto,\n\n{text}\n\nNora"))
    assert [signal.type for signal in signals][:1] == [kind]
    assert not signals[0].routine
    assert signals[0].by == OWNER.address
    assert signals[0].to == (FRIEND.address,)


@pytest.mark.parametrize("text", SILENT)
def test_words_that_only_look_like_asks_are_silent(text: str) -> None:
    assert seen(ask, mail(f"Hi Otto,\n\n{text}\n\nNora")) == []


def test_work_in_hand_is_routine() -> None:
    signals = seen(ask, mail(ROUTINE))
    assert signals
    assert all(signal.routine for signal in signals)


def test_a_desk_and_a_colleague_owe_no_goodwill() -> None:
    desk = mail(FAVOURS[2][0], to=(Party("reception@lindenhof.example"),))
    colleague = mail(
        "Can you do me a favour and send the budget report?", to=(Party("tom@birchwood.example"),)
    )
    for event in (desk, colleague):
        assert all(signal.routine for signal in seen(ask, event))


@pytest.mark.parametrize("change", [{"bulk": True}, {"automatic": True}, {"sender": None}, {"to": ()}])
def test_bulk_and_machines_ask_nothing(change: dict[str, object]) -> None:
    assert seen(ask, mail(FAVOURS[0][0], **change)) == []


def test_quoted_asks_are_somebody_elses() -> None:
    assert seen(ask, mail("I was glad to read it.", quoted=FAVOURS[0][0])) == []


def test_answering_an_approach_is_routine() -> None:
    approach = mail("Would you be free to talk about the harbour post this week?", sender=FRIEND, to=(OWNER,))
    answer = mail("Thursday at ten. Could you send me the contract form before?")
    assert all(signal.routine for signal in seen(ask, answer, Context(NOTHING.owner, (approach,))))


def test_only_the_addressed_are_asked() -> None:
    (signal, *_) = seen(ask, mail("Hi Otto,\n" + FAVOURS[0][0], cc=(OTHER,)))
    assert signal.to == (FRIEND.address,)


@pytest.mark.parametrize("text", [text for text, _ in FAVOURS] + [ROUTINE] + SILENT)
def test_dress_does_not_matter(text: str) -> None:
    def verdict(event: Event) -> tuple[bool, bool]:
        signals = seen(ask, event)
        return bool(signals), any(not signal.routine for signal in signals)

    plain = mail(text)
    for dressed in (
        text.upper(),
        text.lower(),
        text.replace("'", "\u2019"),
        text.replace(" ", "\u00a0"),
        textwrap.fill(text, 40),
        textwrap.fill(text, 72).replace("\n", "\r\n"),
    ):
        assert verdict(dataclasses.replace(plain, text=dressed)) == verdict(plain), dressed
