"""What came of a warning: was the ask sent all the same, and did it do harm? (pure)

A warning that is overridden without harm was not worth the interruption. When most of the recent ones
were, the confidence from which an ask is judged rises, so that Goodwill speaks up less; it falls again
with the warnings that follow, or at the owner's word (``goodwill review --reset``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from goodwill.asks import WAIT_DAYS, as_of
from goodwill.ledger import DAY
from goodwill.model import Entry, Ledger

Answer = Literal["", "no ask", "close", "fine", "sent", "kept", "answered", "granted", "declined", "ignored"]
HARMLESS = frozenset(("no ask", "close", "fine", "answered", "granted"))
SETTLED = HARMLESS | {"kept", "declined", "ignored"}
SENT_DAYS = 3
"""An ask that is sent within this time of the warning is the one that was warned of."""
RECENT, ENOUGH = 10, 5
"""How many of the latest settled warnings are looked at, and how many it takes to learn from them."""
STEPS = ((0.9, 0.3), (0.75, 0.2), (0.5, 0.1))
"""By how much the threshold rises when more than this share of the warnings was needless."""
MOST = 0.95
_FATES: dict[str, Answer] = {
    "granted": "granted", "declined": "declined", "answered": "answered", "open": "sent",
    "ignored": "ignored",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning that was given: when (seconds), about whom, how grave, why, and what came of it.

    ``keys`` are the hashes of the sentences that asked, ``types`` their types; no word is kept.
    """

    id: int
    at: int
    address: str
    verdict: str
    codes: tuple[str, ...]
    types: tuple[str, ...]
    keys: tuple[str, ...]
    answer: Answer = ""


def outcome(warned: Warned, entries: Iterable[Entry], now: int) -> Answer:
    """Return what came of a warning, from the ledger (told apart) with that person, as of ``now``."""
    if warned.answer in SETTLED:
        return warned.answer
    later = sorted((e for e in entries if warned.at <= e.at <= now), key=lambda entry: entry.at)
    asked = [e for e in later if e.kind == "asked" and e.at <= warned.at + SENT_DAYS * DAY]
    wrote = [e for e in later if e.kind == "wrote" and e.at <= warned.at + SENT_DAYS * DAY]
    sent = asked or (wrote if warned.answer == "sent" else [])
    if not sent:
        patient = SENT_DAYS if not warned.answer else WAIT_DAYS
        waits = now - warned.at <= patient * DAY
        return warned.answer if waits else "ignored" if warned.answer == "sent" else "kept"
    if asked:
        fates = {entry.outcome for entry in as_of(Ledger(asked), now)}
        return next((_FATES[fate] for fate in _FATES if fate in fates), "sent")
    until = sent[0].at + WAIT_DAYS * DAY
    theirs = [e for e in later if sent[0].at < e.at <= until and (e.thread == sent[0].thread or e.direct)]
    if any(e.kind == "heard" for e in theirs):
        return "answered"
    return "ignored" if now > until else "sent"


def raised(threshold: float, warnings: Sequence[Warned]) -> tuple[float, int, int]:
    """Return the threshold as it has risen, and of how many recent warnings how many were needless.

    ``warnings`` are those since the last reset, oldest first.
    """
    settled = [one for one in warnings if one.answer in SETTLED][-RECENT:]
    needless = sum(one.answer in HARMLESS for one in settled)
    if len(settled) < ENOUGH:
        return threshold, needless, len(settled)
    share = needless / len(settled)
    step = next((step for over, step in STEPS if share > over), 0.0)
    return max(threshold, min(MOST, threshold + step)), needless, len(settled)
