# ruff: noqa: E501 - furniture is easier to read on one line
"""What is detected does not hang on how a mail is dressed: furniture around it never changes it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import pytest
from everyday_drafts import FAVOURS, ROUTINE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented_mails import OWNER

from goodwill.detect import Detectors
from goodwill.drafts import parse_line
from goodwill.plugin import Loaded
from goodwill_plugins import ask, favour, meeting

DETECTORS = Detectors(
    [Loaded("detectors", one.NAME, one.VERSION, "goodwill", one) for one in (ask, favour, meeting)]
)
GIVING = [
    "Here is a paragraph that you can paste into your newsletter; I wrote it on the train.",
    "Ruth, meet Olu. Olu runs the print shop that I told you about; you two will get on.",
    "Congratulations on the prize! Nobody deserves it more than you do.",
    "It was great seeing you yesterday. Shall we have lunch again on the 14th at noon?",
    "Thank you so much for the ladder, you saved my weekend.",
    "I have to cancel our call on Friday, my train is stuck.",
]
TEXTS = [text for _, _, text in ROUTINE + FAVOURS] + GIVING
QUOTE = "Could you lend me 400 until Friday?\nAnd would you introduce me to your editor?"
MARKED = QUOTE.replace("\n", "\n> ")
FURNITURE = {
    "signature": "\n-- \nNora Birch\nBirchwood Prints\n+1 555 0100\nwww.birchwood.example",
    "device": "\n\nSent from my iPhone",
    "english quote": f"\n\nOn Mon, 3 Mar 2025 at 09:12, Otto Linden <otto@lindenhof.example> wrote:\n\n> {MARKED}",
    "german quote": "\n\nAm Mo., 3. März 2025 um 09:12 Uhr schrieb Otto Linden <otto@lindenhof.example>:\n> "
    + MARKED,
    "french quote": "\n\nLe lun. 3 mars 2025 à 09:12, Otto Linden <otto@lindenhof.example> a écrit :\n> "
    + MARKED,
    "spanish quote": "\n\nEl lun, 3 mar 2025 a las 9:12, Otto (<otto@lindenhof.example>) escribió:\n> "
    + MARKED,
    "outlook headers": "\n\n-----Original Message-----\nFrom: Otto Linden\nSent: Monday, March 3, 2025 9:12 AM\n"
    f"To: Nora Birch\nSubject: Print fair\n\n{QUOTE}",
    "forward": "\n\n---------- Forwarded message ---------\nFrom: Otto <otto@lindenhof.example>\nDate: Mon, 3 Mar 2025\n"
    f"Subject: Print fair\nTo: Nora\n\n{QUOTE}",
    "disclaimer": "\n\nThis e-mail and any attachments are confidential and intended solely for the use of the "
    "individual to whom it is addressed. If you have received it in error, please notify the sender and delete it.",
}  # fmt: skip


def classified(text: str) -> tuple[dict[str, float], list[tuple[str, str, str, bool, str]]]:
    row = {
        "from": OWNER.address,
        "to": ["otto@lindenhof.example"],
        "subject": "",
        "text": text,
        "me": [OWNER.address],
    }
    event, context = parse_line(row, "test")
    signals = [one for _, one in DETECTORS.detect(event, context).signals]
    return DETECTORS.score(event, context), [
        (one.kind, one.type, one.status, one.routine, one.quote) for one in signals
    ]


@pytest.mark.parametrize("furniture", FURNITURE.values(), ids=FURNITURE)
def test_furniture_never_changes_what_is_detected(furniture: str) -> None:
    for text in TEXTS:
        assert classified(text + furniture) == classified(text), text


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(TEXTS), st.permutations(list(FURNITURE.values())), st.integers(1, 3))
def test_furniture_upon_furniture_changes_nothing_either(text: str, pieces: list[str], count: int) -> None:
    # A signature stands above what is quoted, never below it.
    chosen = sorted(pieces[:count], key=lambda piece: not piece.startswith("\n--"))
    assert classified(text + "".join(chosen)) == classified(text)


def curly(text: str) -> str:
    return text.replace("'", "\u2019").replace('"', "\u201c")


DRESS: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "lower case": str.lower,
    "curly quotes": curly,
    "non-breaking spaces": lambda text: text.replace(" ", "\u00a0"),
    "wrapped at 40": lambda text: "\n".join(textwrap.wrap(text, 40)),
    "crlf": lambda text: text.replace("\n", "\r\n"),
}


def kinds(text: str) -> set[tuple[Any, ...]]:
    return {(kind, routine) for kind, _, _, routine, _ in classified(text)[1]}


@pytest.mark.parametrize("dress", DRESS.values(), ids=DRESS)
def test_dress_hardly_ever_changes_what_is_detected(dress: Callable[[str], str]) -> None:
    changed = [text for text in TEXTS if kinds(dress(text)) != kinds(text)]
    assert len(changed) <= len(TEXTS) * 0.03, changed
