"""Cues: one example and one counter-example for the families that decisions rest on."""

from __future__ import annotations

import pytest

from goodwill_plugins.cues import cues
from goodwill_plugins.patterns import CUES


@pytest.mark.parametrize(
    ("sentence", "cue"),
    [
        ("Could you ring the harbour master?", "request.could_you"),
        ("I have a favour to ask.", "request.favour"),
        ("Just give them my number.", "request.give_them_my"),
        ("COULD YOU USE a second oar?", "offer.could_you_use"),
        ("Would it help if I came early?", "offer.would_help"),
        ("Let me know if you have any questions.", "courtesy.if_questions"),
        ("She asked me whether you sail.", "reported.asked"),
        ("Who could ask for more?", "rhetorical.who"),
        ("I can't do the Friday.", "refusal.cannot"),
        ("You saved our regatta!", "thanks.effect"),
        ("I owe you one.", "thanks.strong"),
        ("Thanks in advance.", "courtesy.advance"),
        ("Congratulations on the prize!", "praise.congrats"),
        ("You two should know each other.", "intro.each_other"),
        ("Lunch on Thursday?", "meet.gathering"),
        ("We have to cancel.", "meet.cancel"),
        ("Can you lend me \u20ac200?", "form.money"),
    ],
)
def test_cue_is_found(sentence: str, cue: str) -> None:
    assert cue in cues(sentence)


@pytest.mark.parametrize(
    ("sentence", "cue"),
    [
        ("The could is a modal.", "request.could_you"),
        ("The price is $.", "form.money"),
        ("Nothing to say.", "thanks.word"),
        ("A cancer charity wrote.", "meet.cancel"),
    ],
)
def test_cue_is_not_found(sentence: str, cue: str) -> None:
    assert cue not in cues(sentence)


def test_a_sentence_of_marks_has_no_cue() -> None:
    assert cues("") == frozenset()


def test_every_cue_belongs_to_a_family() -> None:
    families = {name.partition(".")[0] for name in CUES}
    known = {"request", "form", "offer", "gift", "courtesy", "reported", "rhetorical", "refusal"}
    assert families == known | {"thanks", "praise", "intro", "meet", "about"}
