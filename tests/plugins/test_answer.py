"""A reply that says yes or no is told from one that does neither."""

from __future__ import annotations

import pytest
from invented_mails import mail, seen

from goodwill_plugins import answer


def says(text: str, subject: str = "Re: a thing") -> list[str]:
    return [signal.status for signal in seen(answer, mail(text, subject=subject))]


@pytest.mark.parametrize(
    "text",
    [
        "Of course, I will write to her tonight.",
        "Hi Ida,\nhappy to! I have put you both on one mail.",
        "Done. She expects your call.",
        "I've forwarded your letter to the board.",
        "No problem, and yes: consider it done.",
    ],
)
def test_yes(text: str) -> None:
    assert says(text) == ["granted"]


@pytest.mark.parametrize(
    "text",
    [
        "I'm afraid I do not know her well enough for that.",
        "Thank you for thinking of me. Unfortunately we have no room this year.",
        "Sorry, I can't do that.",
        "I would rather not, I hope you understand.",
    ],
)
def test_no(text: str) -> None:
    assert says(text) == ["declined"]


@pytest.mark.parametrize(
    "text",
    [
        "I can't wait to see it!",
        "Sorry for the delay. Which day would suit you?",
        "Could you send me the text first?",
        "Thank you, I have read it with interest.",
        "I cannot thank you enough.",
    ],
)
def test_neither(text: str) -> None:
    assert says(text) == []


def test_only_a_reply_answers() -> None:
    assert says("Of course, I will.", subject="a thing") == []
