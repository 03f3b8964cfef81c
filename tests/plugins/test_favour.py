"""Favours: given, offered, introductions made, and thanks as evidence."""

from __future__ import annotations

import pytest
from invented_mails import FRIEND, OTHER, OWNER, mail, seen

from goodwill_plugins import favour


def test_an_introduction_names_all_who_were_presented() -> None:
    event = mail(
        "Otto, meet Ines, who builds masts. Ines, Otto runs the yard. I'll let you two talk.",
        to=(FRIEND, OTHER),
        subject="Otto / Ines",
    )
    (signal,) = [one for one in seen(favour, event) if one.type == "introduction"]
    assert (signal.by, set(signal.to), signal.status) == (
        OWNER.address,
        {FRIEND.address, OTHER.address},
        "given",
    )


def test_a_colleague_is_not_presented() -> None:
    colleague = FRIEND._replace(address="otto@birchwood.example")
    event = mail("Ines, meet Otto. You two should talk.", to=(OTHER, colleague))
    assert not any(len(signal.to) > 1 and signal.type == "introduction" for signal in seen(favour, event))


@pytest.mark.parametrize(
    "text",
    [
        "You saved our Saturday, the whole club says so!",
        "Thanks to your notes we passed the inspection.",
        "I owe you one. He took all nine berths.",
    ],
)
def test_warm_thanks_show_what_the_other_gave(text: str) -> None:
    signals = [one for one in seen(favour, mail(text)) if one.by == FRIEND.address]
    assert [signal.to for signal in signals] == [(OWNER.address,)]
    assert signals[0].status == "given"


@pytest.mark.parametrize(
    "text",
    ["Many thanks for your mail.", "Thanks in advance.\nNora", "The order arrived, thanks,\nNora", "Thanks"],
)
def test_plain_politeness_shows_nothing(text: str) -> None:
    assert [one for one in seen(favour, mail(text)) if one.by == FRIEND.address] == []


@pytest.mark.parametrize(
    "text",
    [
        "Could you use an introduction to my boatbuilder? I'd be happy to write to him.",
        "If there is anything I can do to help with the move, just say the word.",
    ],
)
def test_offers(text: str) -> None:
    signals = [one for one in seen(favour, mail(text)) if one.by == OWNER.address]
    assert signals
    assert signals[0].status == "offer"


def test_congratulations_are_recognition() -> None:
    signals = seen(favour, mail("Congratulations on the prize, you deserve it more than anybody!"))
    assert ("recognition", OWNER.address, "given") in [(one.type, one.by, one.status) for one in signals]


def test_a_courtesy_is_no_offer() -> None:
    assert seen(favour, mail("Let me know if you have any questions.")) == []


def test_bulk_gives_nothing() -> None:
    assert seen(favour, mail("Congratulations, you deserve it!", bulk=True)) == []
