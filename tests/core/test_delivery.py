"""At most once a day, whatever crashes: the claim comes first, and only what has not gone is repeated."""

from __future__ import annotations

import itertools

import pytest

from goodwill.delivery import Claim, State, claimed, in_words, pack, unpack

DAY, NEXT, NOW = "2026-05-04", "2026-05-05", 1_777_900_000


def test_the_first_of_a_day_may_go():
    assert claimed(None, DAY, NOW) == Claim(DAY, "trying", NOW)
    assert claimed(Claim(DAY, "sent", NOW), NEXT, NOW + 80_000) == Claim(NEXT, "trying", NOW + 80_000)


@pytest.mark.parametrize("state", ["trying", "sent", "unknown"])
@pytest.mark.parametrize("asked", [False, True])
def test_what_has_gone_or_may_have_does_not_go_again(state: State, asked: bool):
    """``trying`` is what a crash leaves behind."""
    assert claimed(Claim(DAY, state, NOW), DAY, NOW + 40_000, asked) is None


def test_what_has_certainly_not_gone_is_tried_again_ever_more_slowly():
    claim, waits = Claim(DAY, "unsent", NOW), []
    for _ in range(6):
        waits.append(claim.again - claim.at)
        assert claimed(claim, DAY, claim.again - 1) is None
        assert claimed(claim, DAY, claim.again - 1, asked=True) is not None
        again = claimed(claim, DAY, claim.again)
        assert again is not None
        claim = Claim(DAY, "unsent", again.at, again.tries)
    assert waits == [300, 600, 1200, 2400, 3600, 3600]


def test_a_day_that_was_does_not_come_again():
    """Whoever flies west, or sets the clock back, has the same day twice."""
    for state in ("sent", "unsent", "trying", "unknown"):
        assert claimed(Claim(NEXT, state, NOW), DAY, NOW - 50_000, asked=True) is None  # type: ignore[arg-type]


def test_a_clock_that_was_years_ahead_does_not_silence_it_for_years():
    assert claimed(Claim("2031-01-01", "sent", NOW), DAY, NOW) == Claim(DAY, "trying", NOW)
    assert claimed(Claim("2026-05-06", "sent", NOW), DAY, NOW) is not None


def test_a_claim_comes_back_from_the_store():
    claim = Claim(DAY, "unknown", NOW, 3, "it broke off; „so“ it seems")
    assert unpack(pack(claim)) == claim
    for text in (None, "", "x", "[]", '{"day": 1}', pack(Claim("soon", "sent", NOW)), '{"a": 1}'):
        assert unpack(text) is None


def test_only_trouble_is_told():
    assert in_words("mail", Claim(DAY, "sent", NOW)) == ""
    assert "has not gone by mail: no network." in in_words(
        "mail", Claim(DAY, "unsent", NOW, 1, "no network.")
    )
    for state in ("trying", "unknown"):
        assert "not sent again" in in_words("mail", Claim(DAY, state, NOW))  # type: ignore[arg-type]


def test_no_order_of_crashes_sends_twice():
    """Every try either goes, or has not gone, or ends in a crash before or after the mail has gone."""
    for fates in itertools.product(("goes", "fails", "crashes before", "crashes after"), repeat=4):
        claim, gone, now = None, 0, NOW
        for fate in fates:
            now += 4_000
            new = claimed(claim, DAY, now)
            if new is None:
                continue
            claim = new
            gone += fate in ("goes", "crashes after")
            if fate == "goes":
                claim = Claim(DAY, "sent", now, new.tries)
            elif fate == "fails":
                claim = Claim(DAY, "unsent", now, new.tries)
        assert gone <= 1
