"""What became of each ask: granted, declined, answered, ignored, or still open (pure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from goodwill.ledger import DAY
from goodwill.model import Entry

WAIT_DAYS = 14
"""So long an answer may take; an ask without any counts as ignored then."""
UNGRANTED_SHARE = 0.5
"""What an ask costs that brought nothing: the bother of it, not the thing asked for."""
_WORDS = {"asked": ("heard", "got"), "was asked": ("wrote", "gave")}


def told_apart(entries: Sequence[Entry], now: int) -> tuple[Entry, ...]:
    """Return ``entries`` with the outcome of every ask as of ``now`` (seconds).

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
        found.append(_with_outcome(entry, _outcome(entry, letters, gifts, alone[letter], now)))
    return tuple(found)


def _outcome(
    ask: Entry, letters: Sequence[Entry], gifts: Sequence[Entry], alone: Iterable[int], now: int
) -> str:
    said = {letter.status for letter in letters}
    if gifts or "granted" in said:
        return "granted"
    if "declined" in said:
        return "declined"
    until = ask.at + WAIT_DAYS * DAY
    if letters or (ask.direct and any(ask.at < at <= until for at in alone)):
        return "answered"
    return "open" if now <= until else "ignored"


def _with_outcome(ask: Entry, outcome: str) -> Entry:
    costs = UNGRANTED_SHARE if outcome in ("declined", "ignored") else 1.0
    return ask._replace(outcome=outcome, points=ask.points * costs)
