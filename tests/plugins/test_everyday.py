"""Everyday mail is left in peace, and favour asks to strangers are still seen."""

from __future__ import annotations

import pytest
from everyday_drafts import FAVOURS, ROUTINE
from invented_mails import mail, seen

from goodwill.model import Party, Signal
from goodwill_plugins import ask

Draft = tuple[str, str, str]
KNOWN_WRONG = frozenset(("Saturday",))  # subjects of drafts that are still misread


def signals(draft: Draft) -> list[Signal]:
    subject, address, text = draft
    return seen(ask, mail(f"{text}\n\nNora" if text else "", subject=subject, to=(Party(address),)))


def draws(draft: Draft) -> bool:
    return any(not signal.routine for signal in signals(draft))


def test_there_are_enough() -> None:
    assert (len(ROUTINE), len(FAVOURS)) == (40, 20)


def test_the_share_that_is_right() -> None:
    assert sum(not draws(draft) for draft in ROUTINE) >= 38
    assert sum(map(draws, FAVOURS)) >= 17


@pytest.mark.parametrize(
    "draft", [one for one in ROUTINE if one[0] not in KNOWN_WRONG], ids=lambda one: one[0]
)
def test_what_is_paid_for_or_owed_is_routine(draft: Draft) -> None:
    assert not draws(draft)


@pytest.mark.parametrize(
    "draft", [one for one in FAVOURS if one[0] not in KNOWN_WRONG], ids=lambda one: one[0]
)
def test_favours_are_seen(draft: Draft) -> None:
    assert draws(draft)
