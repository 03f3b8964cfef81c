"""The ledger: contacts and their signals become dated entries, each worth so many points (pure).

Units. One *point* is a small favour: some minutes of somebody's goodwill. The sizes stand to each
other as 1 : 3 : 9, after the data guide's minutes, an hour, days: each step costs about a working
day's fraction more, and a geometric scale keeps "three small ones make a middling one" true.

Half-lives. Goodwill fades with a half-life of one year: the doctrine's first test of depth is "at
least a year", and Alex's investments, spread over a year, must still count at its end. The weight
of an ask fades in half that time. Both are this project's choice, not measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from goodwill.model import Contact, Entry, EntryKind, Flag, Signal

DAY = 86_400
SIZE_POINTS = {"small": 1.0, "medium": 3.0, "large": 9.0}
GOODWILL_HALF_LIFE = 365.0
ASK_HALF_LIFE = 182.5
OFFER_SHARE = 0.25
"""An offer is a small favour until it is kept."""
UNASKED_SHARE = 0.5
"""What was given without being asked for binds the owner less than what was asked for."""
HOUR_POINTS = 1.5
"""An hour with nobody else there, for each of the two."""
LONG_MINUTES = 600
COMPANY, COMPANY_MINUTES = 3, 120
"""With three others or more, hours beyond two are an event, not time spent with this person."""
LETTER_POINTS = 0.15
LETTERS_A_MONTH = 4
"""Letters beyond these in one month keep in touch but add nothing: much mail is not much capital."""
THREAD_GAP_DAYS = 60
LEAST = 0.45
"""A favour less sure than this is no entry: in everyday mail most such are courtesies."""
SKEW = 2 * DAY
"""So far, in seconds, two people's clocks and time zones may be apart."""
ECHO_DAYS = 21
"""Thanks within this time of a favour confirm it, and are not another one."""

THINGS = {
    "introduction": "an introduction",
    "referral": "a referral",
    "endorsement": "an endorsement",
    "promotion": "a promotion",
    "advice": "advice",
    "information": "information",
    "resource": "something useful",
    "help": "help",
    "time": "time",
    "gift": "a gift",
    "recognition": "recognition",
    "money": "money",
    "job": "a job",
}


_DEEDS: dict[tuple[str, bool, bool], tuple[EntryKind, str]] = {
    ("ask", False, True): ("asked", "you asked for"),
    ("ask", False, False): ("was asked", "they asked for"),
    ("favour", True, True): ("gave", "you offered"),
    ("favour", True, False): ("got", "they offered"),
    ("favour", False, True): ("gave", "you gave"),
    ("favour", False, False): ("got", "they gave"),
}


_TOLD: dict[str, tuple[str, str]] = {
    "news": ("news", "they had good news"),
    "seeks": ("seek", "they look for"),
    "does": ("do", "they work as"),
}
"""The status of the entry, and the words of what somebody tells of themselves; no points are in it."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The ledger of one person before it is valued: contacts in order of time, and their entries."""

    contacts: tuple[Contact, ...]
    entries: tuple[Entry, ...]


def post(contacts: Iterable[Contact], theirs: frozenset[str], owner: frozenset[str], until: int) -> Posted:
    """The entries that the contacts up to ``until`` (seconds) make, in order of time."""
    past = sorted(_caused({c.event_id: c for c in contacts if c.at <= until}.values()), key=_order)
    threads = _threads(past)
    so_far = _SoFar()
    entries: list[Entry] = []
    for contact in past:
        entries.extend(_post(contact, threads[contact.event_id], theirs, owner, so_far))
    return Posted(tuple(past), tuple(entries))


def _caused(contacts: Collection[Contact]) -> Iterator[Contact]:
    """Yield the contacts with every answer after what it answers, where two clocks say otherwise.

    Only by up to ``SKEW``: a mail from another year is wrong about more than its clock.
    """
    written = {contact.message: contact.at for contact in contacts if contact.message is not None}
    for contact in contacts:
        cause = written.get(contact.parent, contact.at - 1) if contact.parent is not None else contact.at - 1
        skewed = 0 <= cause - contact.at <= SKEW
        yield contact._replace(at=cause + 1) if skewed else contact


def _order(contact: Contact) -> tuple[int, ...]:
    # The event's number comes last: it tells the order of arrival, which must not matter.
    return (contact.at, contact.message or 0, contact.topic or 0, contact.flags, contact.event_id)


@dataclass(slots=True)
class _SoFar:
    """What the entries before this one leave to be remembered."""

    letters: Counter[tuple[int, int]] = field(default_factory=Counter)
    asked: dict[int, tuple[int, float]] = field(default_factory=dict)
    gave: list[tuple[int, float]] = field(default_factory=list)


def _threads(past: Sequence[Contact]) -> dict[int, int]:
    """Map each event to the first event of its thread: by the Message-IDs, else by the subject."""
    first: dict[int, int] = {}
    by_message: dict[int, int] = {}
    by_topic: dict[int, tuple[int, int]] = {}
    for contact in past:
        root = contact.event_id
        if contact.parent is not None and contact.parent in by_message:
            root = by_message[contact.parent]
        elif contact.topic is not None and contact.topic in by_topic:
            known, at = by_topic[contact.topic]
            if contact.at - at <= THREAD_GAP_DAYS * DAY:
                root = known
        first[contact.event_id] = root
        if contact.message is not None:
            by_message[contact.message] = root
        if contact.topic is not None:
            by_topic[contact.topic] = (root, contact.at)
    return first


def _post(
    contact: Contact,
    thread: int,
    theirs: frozenset[str],
    owner: frozenset[str],
    so_far: _SoFar,
) -> list[Entry]:
    if contact.flags & Flag.MEETING:
        return [_meeting(contact, thread)]
    if contact.flags & (Flag.BULK | Flag.AUTOMATIC | Flag.UNNAMED) and not contact.flags & Flag.OUT:
        return [_letter(contact, thread, so_far)]
    found = [
        entry
        for signal in _surest(contact.signals)
        if (entry := _signal(contact, thread, signal, theirs, owner, so_far)) is not None
    ]
    asks = any(entry.kind == "asked" and not entry.routine for entry in found)
    return [_letter(contact, thread, so_far, asks)._replace(status=_answer(contact, theirs, owner)), *found]


def _meeting(contact: Contact, thread: int) -> Entry:
    """Time spent together: worth its hours to the square root, shared among those present.

    A call with forty people is nearly nothing; the fourth hour adds less than the first.
    """
    hours = min(contact.minutes, LONG_MINUTES if contact.others < COMPANY else COMPANY_MINUTES) / 60
    points = HOUR_POINTS * hours**0.5 / (1 + contact.others) ** 1.5
    signal = next((s for s in contact.signals if s.kind == "meeting"), None)
    type_ = signal.type if signal else "meeting"
    company = "just the two of you" if not contact.others else f"{contact.others + 2} people"
    return Entry(
        at=contact.at,
        event_id=contact.event_id,
        kind="meeting",
        what=f"{_length(contact.minutes)} together, {company}",
        points=points,
        half_life=GOODWILL_HALF_LIFE,
        type=type_,
        quote=signal.quote if signal else "",
        thread=thread,
        direct=not contact.others,
        flags=contact.flags,
    )


def _length(minutes: int) -> str:
    return f"{minutes} minutes" if minutes < 60 else f"{minutes / 60:.1f}".removesuffix(".0") + " h"


def _letter(contact: Contact, thread: int, so_far: _SoFar, asks: bool = False) -> Entry:
    """A letter; one that ``asks`` for a favour is no investment."""
    out = bool(contact.flags & Flag.OUT)
    direct = bool(contact.flags & Flag.DIRECT)
    points = 0.0
    if out and direct and not asks:
        when = datetime.fromtimestamp(contact.at, UTC)
        month = (when.year, when.month)
        so_far.letters[month] += 1
        points = LETTER_POINTS if so_far.letters[month] <= LETTERS_A_MONTH else 0.0
    return Entry(
        at=contact.at,
        event_id=contact.event_id,
        kind="wrote" if out else "heard",
        what="you wrote" if out else "they wrote",
        points=points,
        thread=thread,
        direct=direct,
        flags=contact.flags,
    )


def _surest(signals: Iterable[Signal]) -> Iterable[Signal]:
    """Of signals that say the same of one event (two detectors may see one deed) the surest."""
    found: dict[tuple[object, ...], Signal] = {}
    for signal in signals:
        key = (signal.kind, signal.type, signal.by, signal.status, signal.routine)
        if key not in found or signal.confidence > found[key].confidence:
            found[key] = signal
    return found.values()


def _answer(contact: Contact, theirs: frozenset[str], owner: frozenset[str]) -> str:
    """Whether a letter between the two grants or declines what was asked before."""
    return next(
        (
            signal.status
            for signal in contact.signals
            if signal.kind == "answer"
            and (signal.by in owner or signal.by in theirs)
            and not (theirs | owner).isdisjoint(signal.to)
        ),
        "",
    )


def _signal(
    contact: Contact,
    thread: int,
    signal: Signal,
    theirs: frozenset[str],
    owner: frozenset[str],
    so_far: _SoFar,
) -> Entry | None:
    """The entry of one signal between the owner and this person; None when it is between others."""
    mine = signal.by in owner and not theirs.isdisjoint(signal.to)
    from_them = signal.by in theirs and not owner.isdisjoint(signal.to)
    if not (mine or from_them) or signal.kind in ("meeting", "answer"):
        return None
    if signal.kind in _TOLD or signal.kind == "promise":
        return _told(contact, thread, signal, mine)
    if signal.kind == "favour" and signal.confidence < LEAST:
        return None
    kind, verb = _DEEDS[signal.kind, signal.status == "offer", mine]
    points, half_life = _worth(contact, thread, signal, mine, so_far)
    return Entry(
        at=contact.at,
        event_id=contact.event_id,
        kind=kind,
        what=f"{verb} {THINGS.get(signal.type, signal.type)}",
        points=points,
        half_life=half_life,
        type=signal.type,
        size=signal.size,
        status=signal.status,
        routine=signal.routine,
        confidence=signal.confidence,
        quote=signal.quote,
        thread=thread,
        direct=bool(contact.flags & Flag.DIRECT),
        flags=contact.flags,
    )


def _told(contact: Contact, thread: int, signal: Signal, mine: bool) -> Entry | None:
    """The entry of what they told of themselves, or the owner promised; None the other way round."""
    if mine is not (signal.kind == "promise"):
        return None
    status, what = _TOLD.get(signal.kind, ("", "you promised"))
    return Entry(
        at=contact.at,
        event_id=contact.event_id,
        kind="promised" if mine else "told",
        what=f"{what} {with_article(signal.type)}" if status in ("seek", "do") else what,
        type=signal.type,
        status=signal.status or status,
        confidence=signal.confidence,
        quote=signal.quote,
        thread=thread,
        direct=bool(contact.flags & Flag.DIRECT),
        flags=contact.flags,
    )


def with_article(thing: str) -> str:
    """A thing in small letters with its article."""
    return f"{'an' if thing[:1] in 'aeiou' else 'a'} {thing}"


def _worth(contact: Contact, thread: int, signal: Signal, mine: bool, so_far: _SoFar) -> tuple[float, float]:
    """What a signal adds to capital, in points, and how fast that fades, in days."""
    size = SIZE_POINTS[signal.size] * signal.confidence
    if signal.kind == "ask":
        if not mine or signal.routine:
            return 0.0, ASK_HALF_LIFE
        so_far.asked[thread] = (contact.at, size + _left(so_far, thread, contact.at))
        return -size, ASK_HALF_LIFE
    if signal.status == "offer":
        return (OFFER_SHARE * size if mine else 0.0), GOODWILL_HALF_LIFE
    if not mine:
        return -_bound(size, contact.at, thread, signal.type, so_far), ASK_HALF_LIFE
    points = size if contact.flags & Flag.OUT else _unechoed(size, contact.at, so_far)
    so_far.gave.append((contact.at, points))
    return points, GOODWILL_HALF_LIFE


def _bound(size: float, at: int, thread: int, type_: str, so_far: _SoFar) -> float:
    """What a favour of theirs draws: what asking for it has not drawn already, and nothing for praise."""
    if type_ == "recognition":
        return 0.0
    paid = _left(so_far, thread, at)
    cost = UNASKED_SHARE * size
    if thread in so_far.asked:
        so_far.asked[thread] = (at, max(0.0, paid - cost))
    return max(0.0, cost - paid)


def _left(so_far: _SoFar, thread: int, at: int) -> float:
    """What the asks of this thread still weigh ``at`` a moment, less what was given for them."""
    when, points = so_far.asked.get(thread, (at, 0.0))
    return faded(points, at - when, ASK_HALF_LIFE)


def faded(points: float, seconds: int, half_life: float) -> float:
    """What is left of ``points`` after so many ``seconds``; ``half_life`` in days."""
    return float(points * 0.5 ** (seconds / DAY / half_life))


def _unechoed(size: float, at: int, so_far: _SoFar) -> float:
    """What their thanks add when they may speak of favours that are in the ledger already."""
    booked = sum(
        faded(points, at - when, GOODWILL_HALF_LIFE)
        for when, points in so_far.gave[-20:]
        if at - when <= ECHO_DAYS * DAY
    )
    return max(size - booked, 0.25 * size)
