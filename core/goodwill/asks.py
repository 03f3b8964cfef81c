"""What became of each ask: granted, declined, answered, ignored, or still open (pure).

What became of it when nothing more comes is worked out once; only the asks of the last days are open.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from goodwill.ledger import DAY
from goodwill.model import Entry

WAIT_DAYS = 14
"""So long an answer may take; an ask without any counts as ignored then."""
UNGRANTED_SHARE = 0.5
"""What an ask costs that brought nothing: the bother of it, not the thing asked for."""
_WORDS = {"asked": ("heard", "got"), "was asked": ("wrote", "gave")}


def told_apart(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return ``entries`` (in order of time) with the outcome that every ask has when nothing more comes.

    What follows in the thread tells: something given grants, a refusal declines, any other letter
    answers. Without a thread a letter to them alone within ``WAIT_DAYS`` is an answer too. Asks that were
    declined or ignored cost less than they did on the day.
    """
    if not any(entry.kind in _WORDS for entry in entries):
        return tuple(entries)
    by_thread: dict[tuple[str, int], list[Entry]] = defaultdict(list)
    alone: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        by_thread[entry.kind, entry.thread].append(entry)
        if entry.direct:
            alone[entry.kind].append(entry.at)
    found = []
    for entry in entries:
        if entry.kind not in _WORDS:
            found.append(entry)
            continue
        letter, gift = _WORDS[entry.kind]
        letters = [e for e in by_thread[letter, entry.thread] if e.at > entry.at]
        gifts = [e for e in by_thread[gift, entry.thread] if e.at > entry.at and e.status != "offer"]
        found.append(_with_outcome(entry, _outcome(entry, letters, gifts, alone[letter])))
    return tuple(found)


def as_of(entries: Sequence[Entry], now: int) -> tuple[Entry, ...]:
    """Return ``entries``, told apart, with those asks open that did not wait too long ``now`` (seconds)."""
    latest = len(entries)
    while latest and entries[latest - 1].at >= now - WAIT_DAYS * DAY:
        latest -= 1
    return (*entries[:latest], *(_reopened(entry) for entry in entries[latest:]))


def _reopened(entry: Entry) -> Entry:
    if entry.outcome != "ignored":
        return entry
    return entry._replace(outcome="open", points=entry.points / UNGRANTED_SHARE)


def _outcome(ask: Entry, letters: Sequence[Entry], gifts: Sequence[Entry], alone: Sequence[int]) -> str:
    said = {letter.status for letter in letters}
    if gifts or "granted" in said:
        return "granted"
    if "declined" in said:
        return "declined"
    until = ask.at + WAIT_DAYS * DAY
    following = bisect_right(alone, ask.at)
    if letters or (ask.direct and following < len(alone) and alone[following] <= until):
        return "answered"
    return "ignored"


def _with_outcome(ask: Entry, outcome: str) -> Entry:
    costs = UNGRANTED_SHARE if outcome in ("declined", "ignored") else 1.0
    return ask._replace(outcome=outcome, points=ask.points * costs)
