"""Newsletters and notices are told by their words; letters that share a word with them are not."""

from __future__ import annotations

import pytest
from invented_mails import mail, seen

from goodwill_plugins import ask, favour, meeting
from goodwill_plugins.mass import is_mass

MASS = [
    "Congratulations! You are this week's winner.\n\nTo stop these, unsubscribe at the foot of the page.",
    "This is an automated message from the tide gauge. Could you confirm the reading?",
    "Your parcel is on its way. Please do not reply to this email.",
    "Dear customer, enjoy 20% off all nets. This offer ends on Sunday.",
    "You are receiving this email because you signed up. Let's meet at the fair!",
    "<html><body><table>Could you use a holiday?</table></body></html>",
]
LETTERS = [
    "Could you mention our open day in your newsletter? It would mean the world.",
    "I found a coupon for the bakery and thought of you, it is on the fridge.",
    "Did you get the mail that says the meeting is moved? Please reply to it.",
    "Dear friends, would you lend us a hand with the move on Saturday?",
    "They knocked 10% off when I mentioned your name, thank you so much!",
]


@pytest.mark.parametrize("text", MASS)
def test_mass_mail_shows_nothing(text: str) -> None:
    assert is_mass(text)
    for plugin in (ask, favour, meeting):
        assert seen(plugin, mail(text)) == []


@pytest.mark.parametrize("text", LETTERS)
def test_letters_are_read(text: str) -> None:
    assert not is_mass(text)


def test_the_foot_of_a_long_text_is_looked_at() -> None:
    assert is_mass("word " * 30_000 + "unsubscribe")
