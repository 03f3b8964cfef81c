"""Whether a digest may be sent by a way today (pure): at most once a day, whatever crashes.

A claim is written down before the attempt and what came of it afterwards. So a crash in between leaves a
claim, and nothing is sent twice; only what has certainly not gone is tried again. Days only go forward:
whoever flies west, or sets the clock back, gets no second digest of a day that was.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

HEADER = "X-Goodwill-Digest"
DOMAIN = "digest.goodwill.invalid"
"""A header, and what the Message-ID ends in: they tell a digest that comes back from a letter."""
Way = Literal["file", "mail", "apprise"]
State = Literal["trying", "sent", "unsent", "unknown"]
FIRST_PAUSE, LONGEST_PAUSE = 300, 3_600
"""Seconds until what has certainly not gone is tried again, doubled after each further try."""


@dataclass(frozen=True, slots=True)
class Claim:
    """How far a way is: for the digest of which ``day`` (ISO 8601), since when (seconds), what went wrong.

    ``trying`` that has not ended is a crash: nobody knows then, as with ``unknown``, whether it has gone.
    """

    day: str
    state: State
    at: int
    tries: int = 1
    trouble: str = ""

    @property
    def again(self) -> int:
        """The moment (seconds) from which it may be tried again, where it certainly has not gone."""
        return self.at + int(min(FIRST_PAUSE * 2 ** min(self.tries - 1, 10), LONGEST_PAUSE))


def claimed(before: Claim | None, day: str, now: int, asked: bool = False) -> Claim | None:
    """The claim to write down before the digest of ``day`` is sent; None where it may not be (any more, yet).

    Where the owner has ``asked`` just now, what has certainly not gone need not wait.
    """
    if before is None or before.day < day or _is_far(before.day, day):
        return Claim(day, "trying", now)
    if before.day == day and before.state == "unsent" and (asked or now >= before.again or now < before.at):
        return Claim(day, "trying", now, before.tries + 1)
    return None


def _is_far(later: str, day: str) -> bool:
    """Whether a day lies so far ahead that a clock was wrong: no flight takes anybody back by two days."""
    return (date.fromisoformat(later) - date.fromisoformat(day)).days > 1


def name(way: str) -> str:
    """Under which name the store keeps the claim of a way."""
    return f"delivery {way}"


def pack(claim: Claim) -> str:
    """The claim as text; ``unpack`` is its inverse."""
    return json.dumps(asdict(claim), ensure_ascii=False)


def unpack(text: str | None) -> Claim | None:
    """The claim that was packed; None for none, or what is not one."""
    try:
        claim = Claim(**json.loads(text)) if text else None
        return claim if claim and date.fromisoformat(claim.day) else None
    except (ValueError, TypeError):
        return None


def in_words(way: str, claim: Claim) -> str:
    """What became of a digest, in a sentence; "" where all is well."""
    if claim.state == "sent":
        return ""
    if claim.state == "unsent":
        return f"the digest of {claim.day} has not gone by {way}: {claim.trouble}"
    why = claim.trouble or "Goodwill ended in the middle."
    return f"nobody knows whether the digest of {claim.day} has gone by {way}, so it is not sent again: {why}"
