"""The owner's own word on people, which outranks all inference (pure).

Of several words on one thing the latest counts, so that whatever was said can be taken back; what was
said after the moment of judging does not exist, like everything after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Literal

from goodwill.model import Said, Saying

NOTES = frozenset(("product", "goal", "family", "note"))
"""What a note can be about; each is a kind of saying."""
KNOWN_SINCE = 2
"""The point that "since when" answers too."""
_TAKEN_BACK = re.compile(r"-\d{1,18}")  # the number of the note that no longer holds
_SAME_OR_APART = frozenset(("same", "apart"))


def said_of(sayings: Iterable[Saying], addresses: Iterable[str], now: int) -> Said:
    """Return what was said up to ``now`` (seconds) of the person behind ``addresses``, or of their domain."""
    names = {name for address in addresses for name in (address, f"@{address.rpartition('@')[2]}")}
    known = sorted((one for one in sayings if one.about in names and one.at <= now), key=_order)
    points: dict[int, tuple[Literal["yes", "no"], int]] = {}
    fine: dict[str, int] = {}
    notes: dict[int, Saying] = {}
    since: int | None = None
    for one in known:
        if one.kind == "point":
            number, _, answer = one.value.partition(" ")
            points.pop(int(number), None)
            if int(number) == KNOWN_SINCE:
                since = None
            if answer == "yes":
                points[int(number)] = ("yes", one.at)
            elif answer == "no":
                points[int(number)] = ("no", one.at)
        elif one.kind == "since":
            points.pop(KNOWN_SINCE, None)
            since = None if one.value == "no" else _day(one.value)
        elif one.kind == "fine":
            fine[one.value.removeprefix("-")] = 0 if one.value.startswith("-") else one.at
        elif one.kind in NOTES:
            if _TAKEN_BACK.fullmatch(one.value):
                notes.pop(int(one.value[1:]), None)
            else:
                notes[one.id] = one
    return Said(
        points=points,
        notes=tuple(notes.values()),
        fine={type_: at for type_, at in fine.items() if at},
        since=since,
        close=_latest(known, "close"),
        muted=_latest(known, "mute"),
    )


def _latest(known: Sequence[Saying], kind: str) -> int | None:
    """Return when the last word of ``kind`` was said; None when it took the word back."""
    last = next((one for one in reversed(known) if one.kind == kind), None)
    return None if last is None or last.value == "no" else last.at


def _day(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def _order(saying: Saying) -> int:
    # As they were said, not as they are dated: a clock that is set back must not turn them round.
    return saying.id


def identities(sayings: Iterable[Saying]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the pairs of addresses that are one person by the owner's word, and those that are not.

    Of two words on one pair the later counts.
    """
    verdicts = {
        tuple(sorted((one.about, one.value))): one.kind
        for one in sorted(sayings, key=_order)
        if one.kind in _SAME_OR_APART
    }
    same = sorted((a, b) for (a, b), kind in verdicts.items() if kind == "same")
    return same, sorted((a, b) for (a, b), kind in verdicts.items() if kind == "apart")


def sentence_key(quote: str) -> str:
    """Return by what a sentence is known that is no ask: a hash of its words, for drafts are not kept."""
    return blake2b(" ".join(quote.lower().split()).encode(), digest_size=8).hexdigest()


def no_asks(sayings: Iterable[Saying], now: int) -> frozenset[str]:
    """Return the keys of the sentences that the owner called no ask, up to ``now`` (seconds)."""
    known: set[str] = set()
    for one in sorted((one for one in sayings if one.kind == "no ask" and one.at <= now), key=_order):
        (known.discard if one.value.startswith("-") else known.add)(one.value.removeprefix("-"))
    return frozenset(known)
