"""What became of each ask: granted, declined, answered, ignored, or still open (pure).

What became of it when nothing more comes is worked out once; only the asks of the last days are open.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from goodwill.ledger import DAY, GOODWILL_HALF_LIFE, OFFER_SHARE, SIZE_POINTS, THINGS, faded
from goodwill.model import Entry, Ledger

WAIT_DAYS = 14
"""So long an answer may take; an ask without any counts as ignored then."""
UNGRANTED_SHARE = 0.5
"""What an ask costs that brought nothing: the bother of it, not the thing asked for."""
_WORDS = {"asked": ("heard", "got"), "was asked": ("wrote", "gave")}


def told_apart(entries: Sequence[Entry]) -> Ledger:
    """Return ``entries`` (in order of time) with the outcome that every ask has when nothing more comes.

    What follows in the thread tells: something given grants, a refusal declines, any other letter
    answers. Without a thread a letter to them alone within ``WAIT_DAYS`` is an answer too. Asks that were
    declined or ignored cost less than they did on the day. A yes is worth an offer, as far as no deed in
    the ledger shows more, and an offer that was kept is worth no more than what it exceeds the deed by.
    """
    if not any(entry.kind in _WORDS or entry.status == "offer" for entry in entries):
        return Ledger(entries)
    by_thread: dict[tuple[str, int], list[Entry]] = defaultdict(list)
    alone: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        by_thread[entry.kind, entry.thread].append(entry)
        if entry.direct:
            alone[entry.kind].append(entry.at)
    found: list[Entry] = []
    grants: dict[tuple[int, str], Entry] = {}
    for entry in _less_what_was_kept(entries):
        if entry.kind not in _WORDS:
            found.append(entry)
            continue
        letter, gift = _WORDS[entry.kind]
        letters = [e for e in by_thread[letter, entry.thread] if e.at > entry.at]
        gifts = [e for e in by_thread[gift, entry.thread] if e.at > entry.at and e.status != "offer"]
        outcome = _outcome(entry, letters, gifts, alone[letter])
        found.append(_with_outcome(entry, outcome))
        word = next((one for one in letters if one.status == "granted"), None)
        if word is not None and outcome == "granted" and not entry.routine:
            grant = _grant(entry, word, gifts)
            if grant is not None:
                grants.setdefault((word.event_id, entry.type), grant)
    return Ledger(sorted([*found, *grants.values()], key=lambda entry: entry.at))


def _grant(ask: Entry, word: Entry, gifts: Sequence[Entry]) -> Entry | None:
    """The favour that lies in the ``word`` (a letter) that grants ``ask``; None where ``gifts`` show it."""
    mine = ask.kind == "was asked"
    worth = OFFER_SHARE * SIZE_POINTS[ask.size] * ask.confidence
    shown = sum(faded(abs(g.points), g.at - word.at, GOODWILL_HALF_LIFE) for g in gifts)
    if gifts and (not mine or shown >= worth):
        return None
    return ask._replace(
        at=word.at,
        event_id=word.event_id,
        kind="gave" if mine else "got",
        what=f"{'you' if mine else 'they'} granted {THINGS.get(ask.type, ask.type)}",
        points=worth - shown if mine else 0.0,
        half_life=GOODWILL_HALF_LIFE,
        status="given",
        quote="",
        direct=word.direct,
        flags=word.flags,
    )


def _less_what_was_kept(entries: Sequence[Entry]) -> list[Entry]:
    """The owner's offers without what later deeds have made of them; each deed keeps offers once."""
    deeds = [e for e in entries if e.kind == "gave" and e.status != "offer"]
    left = [deed.points for deed in deeds]
    found = []
    for entry in entries:
        if entry.kind == "gave" and entry.status == "offer" and entry.points:
            for number, deed in enumerate(deeds):
                if keeps(deed, entry):
                    used = min(entry.points, faded(left[number], deed.at - entry.at, GOODWILL_HALF_LIFE))
                    left[number] -= faded(used, entry.at - deed.at, GOODWILL_HALF_LIFE)
                    entry = entry._replace(points=entry.points - used)
        found.append(entry)
    return found


def keeps(deed: Entry, offer: Entry) -> bool:
    """Whether ``deed`` makes ``offer`` true: the same kind of thing, or given in the same thread, later."""
    return deed.at > offer.at and (deed.type == offer.type or deed.thread == offer.thread)


def as_of(entries: Ledger, now: int) -> Ledger:
    """Return ``entries``, told apart, with those asks open that did not wait too long ``now`` (seconds)."""
    latest = len(entries)
    while latest and entries[latest - 1].at >= now - WAIT_DAYS * DAY:
        latest -= 1
    late = [_reopened(entry) for entry in entries[latest:]]
    if all(new is old for new, old in zip(late, entries[latest:], strict=True)):
        return entries
    return Ledger((*entries[:latest], *late))


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
