"""How the owner stands with one person at one moment, from the ledger and the owner's word (pure)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import quantiles

from goodwill.asks import as_of, keeps, told_apart
from goodwill.ledger import COMPANY, DAY, GOODWILL_HALF_LIFE, SIZE_POINTS, post
from goodwill.model import Contact, Entry, EntryKind, Flag, Ledger, Said, Standing

ANSWER_DAYS, SOON_DAYS, YEAR_DAYS = 3, 14, 365
OFFER_DAYS = 120
"""So long their offer may be taken up; the owner's own stay open until they are kept."""
TREND_DAYS = 90
BANDS = (5, 15, 50, 150)
NOTHING = Said()


def fold(
    contacts: Iterable[Contact],
    theirs: frozenset[str],
    owner: frozenset[str],
    now: int,
    said: Said = NOTHING,
) -> Standing:
    """The standing with the person behind the addresses ``theirs``, as of ``now``.

    ``contacts`` in any order, each event once; whatever lies after ``now`` does not exist. The result
    depends on the set of contacts alone.
    """
    return standing(settled(contacts, theirs, owner, now), now, said)


@dataclass(frozen=True, slots=True)
class Touch:
    """How two people were in touch, apart from what it was worth: moments in seconds, and numbers.

    ``first`` and ``last`` are of the contacts in person, ``last_direct`` of those in company of two at the
    most; ``rhythm`` is the usual gap between these in days.
    """

    first: int | None
    last: int | None
    last_direct: int | None
    written: int
    heard: int
    meetings: int
    direct_meetings: int
    rhythm: float | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What of a standing does not depend on the moment: the entries, told apart, and the contacts' sums."""

    entries: Ledger
    touch: Touch


def settled(
    contacts: Iterable[Contact], theirs: frozenset[str], owner: frozenset[str], until: int
) -> Settled:
    """The first half of ``fold``, up to ``until`` (seconds), which can be kept."""
    posted = post(contacts, theirs, owner, until)
    return Settled(told_apart(posted.entries), _touch(posted.contacts))


def _touch(past: Sequence[Contact]) -> Touch:
    personal = [c for c in past if not c.flags & (Flag.BULK | Flag.AUTOMATIC | Flag.UNNAMED)]
    close = [c for c in personal if c.others < COMPANY]
    meetings = [c for c in past if c.flags & Flag.MEETING]
    return Touch(
        first=personal[0].at if personal else None,
        last=close[-1].at if close else personal[-1].at if personal else None,
        last_direct=close[-1].at if close else None,
        written=sum(1 for c in personal if c.flags & Flag.OUT and c.others <= 3),
        heard=sum(1 for c in personal if c.flags & Flag.IN and c.others <= 3),
        meetings=len(meetings),
        direct_meetings=sum(1 for c in meetings if not c.others),
        rhythm=_rhythm([c.at / DAY for c in close]),
    )


def standing(known: Settled, now: int, said: Said = NOTHING) -> Standing:
    """What ``settled`` entries are worth ``now`` (seconds), and how the two stand: the second half."""
    entries, touch = as_of(known.entries, now), known.touch
    values = [entry.value(now) for entry in entries.worth]
    received = sum(
        SIZE_POINTS[e.size] * e.confidence * 0.5 ** ((now - e.at) / DAY / GOODWILL_HALF_LIFE)
        for e in entries.of("got")
        if e.status != "offer"
    )
    capital = sum(values, 0.0)
    before = now - TREND_DAYS * DAY
    return Standing(
        now=now,
        entries=entries,
        capital=capital,
        given=sum((value for value in values if value > 0), 0.0),
        drawn=0.0 - sum(value for value in values if value < 0),
        received=received,
        # The owner knows better than a mailbox that begins one day.
        first=said.since if said.since is not None and said.since <= now else touch.first,
        last=touch.last,
        last_direct=touch.last_direct,
        written=touch.written,
        heard=touch.heard,
        meetings=touch.meetings,
        direct_meetings=touch.direct_meetings,
        rhythm=touch.rhythm,
        silence=None if touch.last_direct is None else now / DAY - touch.last_direct / DAY,
        unanswered=_unanswered(entries, now),
        offers_theirs=_open_offers(entries, "got", now - OFFER_DAYS * DAY),
        offers_mine=_open_offers(entries, "gave", 0),
        asks_open=tuple(e for e in entries.of("asked") if not e.routine and e.outcome == "open"),
        trend=capital - sum(e.value(before) for e in entries.worth if e.at <= before),
        said=said,
    )


def balance(standing: Standing, months: int = 24) -> tuple[tuple[int, float], ...]:
    """Return what capital was at the end of each of the last ``months`` months of 30.4 days, the last now.

    Each is (moment in seconds, points), from the entries that existed by then.
    """
    moments = [standing.now - round((months - 1 - n) * 30.4 * DAY) for n in range(months)]
    return tuple(
        (at, sum((e.value(at) for e in standing.entries.worth if e.at <= at), 0.0)) for at in moments
    )


def band(rank: int) -> str:
    """Return the circle in which the relationship of this rank (from 1) stands.

    The sizes are Dunbar's: about 5, 15, 50 and 150 people, each circle holding the one before (Dunbar,
    "Coevolution of neocortical size, group size and language in humans", 1993, and later work).
    """
    return next((f"inner {size}" for size in BANDS if rank <= size), "beyond 150")


def direction(standing: Standing) -> str:
    """Return ``rising``, ``falling`` or ``steady`` (by less than a tenth, or half a point)."""
    before = standing.capital - standing.trend
    if abs(standing.trend) < max(0.5, 0.1 * abs(before)):
        return "steady"
    return "rising" if standing.trend > 0 else "falling"


def _rhythm(days: Sequence[float]) -> float | None:
    """The usual gap, in days, between the days on which they were in touch, in company of two at the most.

    The upper quartile: a letter and its answer the next day are one occasion, not a daily rhythm.
    """
    distinct = sorted({int(day) for day in days})
    if len(distinct) < 4:
        return None
    return float(quantiles((b - a for a, b in pairwise(distinct)), n=4, method="inclusive")[-1])


def _unanswered(entries: Ledger, now: int) -> tuple[Entry, ...]:
    """Their asks of the last year, to the owner alone, that the owner did not write back to.

    A letter of the owner's in the same thread is an answer, and so is any letter to them alone soon
    after: people answer under new subjects, and a reminder that is not due is worse than none.
    """
    waiting = _awaiting(entries, "was asked", "wrote")
    letters = [e.at for e in entries.of("wrote") if e.direct] if waiting else []
    return tuple(
        e
        for e in waiting
        if e.direct and ANSWER_DAYS * DAY <= now - e.at <= YEAR_DAYS * DAY and not _soon_after(letters, e.at)
    )


def _soon_after(letters: Sequence[int], at: int) -> bool:
    following = bisect_right(letters, at)
    return following < len(letters) and letters[following] <= at + SOON_DAYS * DAY


def _awaiting(entries: Ledger, ask: EntryKind, answer: EntryKind) -> list[Entry]:
    """The asks of one side after which the other side wrote nothing in the thread."""
    asks = entries.of(ask)
    last = {entry.thread: entry.at for entry in entries.of(answer)} if asks else {}
    return [e for e in asks if (ask != "asked" or not e.routine) and last.get(e.thread, e.at) <= e.at]


def _open_offers(entries: Ledger, kind: EntryKind, since: int) -> tuple[Entry, ...]:
    """The offers of one side since a moment (seconds) that it has not kept."""
    given = [e for e in entries.of(kind) if e.status != "offer"]
    return tuple(
        e
        for e in entries.of(kind)
        if e.status == "offer" and e.at >= since and not any(keeps(g, e) for g in given)
    )
