"""What people tell of themselves is seen where they say so outright, and nowhere else."""

from __future__ import annotations

import pytest
from invented_mails import mail, seen

from goodwill.model import Party
from goodwill_plugins import told

SAID = [
    ("Guess what: I got the job! I start in May.", ("news", "job", "")),
    ("We're getting married in June!", ("news", "wedding", "")),
    ("Our daughter Mia was born on Sunday.", ("news", "baby", "")),
    ("My second novel is out at last.", ("news", "publication", "")),
    ("My talk on harbour walls finally got accepted.", ("news", "publication", "")),
    ("I've finally got the book coming out.", ("news", "publication", "")),
    ("I passed the bar!", ("news", "exam", "")),
    ("We\u2019ve bought a house!", ("news", "home", "")),
    ("I've just opened my own bakery.", ("news", "business", "")),
    ("We won the first prize at the fair.", ("news", "award", "")),
    ("We're looking for a good graphic designer for the shop.", ("seeks", "graphic designer", "")),
    ("Do you know a reliable plumber?", ("seeks", "plumber", "")),
    ("I work as a freelance translator, by the way.", ("does", "translator", "")),
    ("I'm a potter now. I have room for new commissions.", ("does", "potter", "open")),
    ("I'll send you the address of my accountant.", ("promise", "", "")),
    ("I will introduce you to Bo.", ("promise", "", "")),
]
UNSAID = [
    "I hope I got the job.",
    "If I got the job I would move.",
    "Did we win the first prize?",
    "My daughter was born in 1998.",
    "I got married last July.",
    "She said: I got the job!",
    "He got the job.",
    "We are engaged in talks.",
    "When we bought a house, prices were lower.",
    "I'm not looking for a designer.",
    "We found a plumber, thank you. We were looking for a plumber for weeks.",
    "Are you a designer?",
    "I'll send you the address if I find it.",
    "I'll send it tomorrow.",
    "Let me know if I can help.",
    "Could I send you the address?",
]


@pytest.mark.parametrize(("text", "signal"), SAID, ids=[text for text, _ in SAID])
def test_it_is_seen(text: str, signal: tuple[str, str, str]) -> None:
    (found,) = seen(told, mail(text))
    assert (found.kind, found.type, found.status) == signal
    assert found.quote in text


@pytest.mark.parametrize("text", UNSAID)
def test_it_is_not_seen(text: str) -> None:
    assert not seen(told, mail(text))


def test_nothing_is_told_by_a_newsletter_or_to_a_crowd() -> None:
    text = "We've bought a house!"
    assert not seen(told, mail(f"{text} To unsubscribe click below.")), "a newsletter"
    crowd = tuple(Party(f"p{n}@there.example") for n in range(20))
    assert not seen(told, mail(text, to=crowd))
