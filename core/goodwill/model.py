"""The words of the trade, as frozen values: what happened, what it meant, and what follows.

Everything here is data. Behaviour lives in the rooms that take these values and return others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal, NamedTuple

Kind = Literal["mail", "calendar"]
SignalKind = Literal["meeting", "favour", "ask", "answer", "news", "seeks", "does", "promise"]
Size = Literal["small", "medium", "large"]
Answer = Literal["clear", "caution", "premature"]

ASK_TYPES = (
    "introduction", "referral", "endorsement", "promotion", "time",
    "advice", "information", "help", "money", "job",
)  # fmt: skip
FAVOUR_TYPES = (
    "introduction", "referral", "endorsement", "promotion", "advice", "information",
    "resource", "help", "time", "gift", "recognition",
)  # fmt: skip
NEWS_TYPES = ("job", "baby", "wedding", "award", "publication", "exam", "home", "business")
"""What good news is of, where people tell it of themselves."""
WRITER, READER = "writer@example.com", "reader@example.com"
"""Who writes and who reads a sentence that is given on its own, without its mail."""

FORGOTTEN = "@forgotten.invalid"
"""How the address ends that stands in for somebody who was forgotten; it is nobody's."""


class Party(NamedTuple):
    """One end of an event: a lower-case address, and the name it was written with ("" if none)."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    """What only a calendar entry has.

    ``answers`` maps a participant's address to ``accepted``, ``declined``, ``tentative`` or
    ``needs-action``; an address that is missing has said nothing.
    """

    end: datetime
    status: Literal["confirmed", "tentative", "cancelled"] = "confirmed"
    all_day: bool = False
    recurring: bool = False
    busy: bool = True
    location: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: a mail, or one occurrence of a calendar entry.

    ``at`` is an aware UTC moment: the Date of a mail, the start of a meeting. ``dated`` is false when
    the source named no usable date and ``at`` was inferred (or is 1970-01-01 when nothing helped).
    ``keys`` are the identities under which the same event may be met in another place (a Message-ID,
    an iCalendar UID with its original start, a fingerprint of the content); any one in common makes
    two events the same. ``text`` holds the author's own words, ``quoted`` the words of others that
    the mail carries along. ``parents`` are the Message-IDs that it answers, nearest last.
    ``version`` orders editions of one calendar entry; the highest is believed.
    """

    kind: Kind
    at: datetime
    keys: tuple[str, ...]
    sender: Party | None
    to: tuple[Party, ...] = ()
    cc: tuple[Party, ...] = ()
    subject: str = ""
    text: str = ""
    quoted: str = ""
    message_id: str = ""
    parents: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    bulk: bool = False
    automatic: bool = False
    dated: bool = True
    version: str = ""
    appointment: Appointment | None = None

    @property
    def series(self) -> str:
        """The key of the calendar entry that this is an occurrence of (``cal:UID``); empty for a mail."""
        if self.appointment is None or not self.keys:
            return ""
        return self.keys[0].rpartition("/")[0] if self.appointment.recurring else self.keys[0]

    @property
    def parties(self) -> tuple[Party, ...]:
        """Everybody named on the event, the sender first, each address once."""
        seen: dict[str, Party] = {}
        for party in ((self.sender,) if self.sender else ()) + self.to + self.cc:
            known = seen.get(party.address)
            if known is None or (party.name and not known.name):
                seen[party.address] = party
        return tuple(seen.values())


@dataclass(frozen=True, slots=True)
class Signal:
    """What a detector saw in an event.

    ``by`` did it (gave the favour, asked, called the meeting) for ``to``: lower-case addresses.
    ``status`` is ``given`` or ``offer`` for a favour, ``proposed``, ``agreed``, ``held`` or
    ``cancelled`` for a meeting, ``granted`` or ``declined`` for an answer to an ask, ``open`` for one who
    wants more of what they do, and else empty. What somebody ``seeks`` or ``does`` is the ``type`` in small
    letters, one of ``NEWS_TYPES`` that of their ``news``. ``routine`` marks an ask that draws on no goodwill.
    ``confidence`` is a probability in [0, 1]; ``quote`` the words that show it.
    """

    kind: SignalKind
    type: str
    by: str
    to: tuple[str, ...]
    size: Size = "small"
    routine: bool = False
    status: str = ""
    confidence: float = 1.0
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a detector may know beyond the event: the owner's addresses, and the thread before it.

    ``thread`` holds earlier mails of the thread, oldest first: for a draft those in the store, for
    ``classify`` those of the line. While history is read it holds only the mail that the event itself
    quotes, because what a detector says of a past event must not depend on the order of arrival.
    """

    owner: frozenset[str] = frozenset()
    thread: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be done: where, what, and what the user can do about it."""

    place: str
    what: str
    remedy: str = ""


class Flag:
    """Bits of ``Contact.flags``: how one address took part in one event with the owner."""

    OUT = 1  # the owner wrote to them
    IN = 2  # they wrote to the owner
    MEETING = 4  # they and the owner took part in a calendar entry that was not called off
    DIRECT = 8  # nobody else was there
    COPY = 16  # the one who was written to stood in Cc only
    BULK = 32  # a list or newsletter, by its headers
    AUTOMATIC = 64  # written by a machine, by its headers
    UNNAMED = 128  # the owner is not named among the recipients
    RECURRING = 256
    OTHERS_SHIFT = 12  # above: how many further people were there


class Contact(NamedTuple):
    """One event as it touches one person: the row from which the ledger is folded.

    ``at`` is in seconds since 1970 UTC: when the mail was written, or the meeting over. ``message``
    and ``parent`` are hashes of Message-IDs and ``topic`` of the subject, by which threads are found.
    ``minutes`` is the length of a meeting.
    """

    at: int
    event_id: int
    flags: int
    message: int | None = None
    parent: int | None = None
    topic: int | None = None
    minutes: int = 0
    signals: tuple[Signal, ...] = ()

    @property
    def others(self) -> int:
        """How many people beside the owner and this person were there."""
        return self.flags >> Flag.OTHERS_SHIFT


EntryKind = Literal["meeting", "gave", "got", "asked", "was asked", "wrote", "heard", "told", "promised"]


class Entry(NamedTuple):
    """One line of the ledger with one person.

    ``points`` is its effect on capital on the day itself (one point: some minutes of goodwill), which
    halves every ``half_life`` days. ``what`` says in plain words what it was. ``outcome`` tells what became
    of an ask: granted, declined, answered, ignored or open; the ``status`` of a letter whether it grants or
    declines, and that of what was ``told`` whether it was ``news``, what they ``seek`` or ``do``, or do and
    are ``open`` to more of.
    """

    at: int
    event_id: int
    kind: EntryKind
    what: str
    points: float = 0.0
    half_life: float = 365.0
    type: str = ""
    size: Size = "small"
    status: str = ""
    routine: bool = False
    confidence: float = 1.0
    quote: str = ""
    thread: int = 0
    direct: bool = False
    flags: int = 0
    outcome: str = ""

    @property
    def told(self) -> str:
        """What it was and what became of it, with the words that show it, on one line."""
        what = f"{self.what} ({self.outcome})" if self.outcome and not self.routine else self.what
        return what + (f": “{' '.join(self.quote.split())}”" if self.quote else "")

    def value(self, now: int) -> float:
        """What is left of the points ``now`` (seconds since 1970)."""
        return float(self.points * 0.5 ** ((now - self.at) / 86_400 / self.half_life))


class Ledger(tuple[Entry, ...]):
    """The entries with one person in order of time; those of one kind are found without reading them all."""

    def of(self, kind: EntryKind) -> Sequence[Entry]:
        """Return the entries of one kind, in order of time."""
        return self._by_kind.get(kind, ())

    @cached_property
    def worth(self) -> Sequence[Entry]:
        """The entries that have points."""
        return [entry for entry in self if entry.points]

    @cached_property
    def _by_kind(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self:
            found.setdefault(entry.kind, []).append(entry)
        return found


@dataclass(frozen=True, slots=True)
class Evidence:
    """One dated thing that speaks for a judgement; ``at`` in seconds since 1970 UTC."""

    at: int
    what: str


@dataclass(frozen=True, slots=True)
class Point:
    """One of the thirteen points of a deep relationship, with what speaks for the answer."""

    number: int
    text: str
    answer: Literal["yes", "no", "unknown"]
    evidence: tuple[Evidence, ...] = ()


SayingKind = Literal[
    "point",
    "since",
    "product",
    "goal",
    "family",
    "note",
    "close",
    "fine",
    "mute",
    "same",
    "apart",
    "no ask",
    "advice",
]


class Saying(NamedTuple):
    """One thing that the owner said: when (seconds), about which address (or ``@domain``), and what.

    ``value`` is, by kind: ``4 yes`` for a point, a date for ``since``, the text of a note, ``yes`` or
    ``no`` for ``close`` and ``mute``, a type of ask (with a minus: no longer) for ``fine``, the other
    address for ``same`` and ``apart``, a hash of the sentence for ``no ask``, and for ``advice`` its key and
    an answer (see ``advised``).
    """

    id: int
    at: int
    about: str
    kind: SayingKind
    value: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the owner has said of one person, as of one moment; the moments are in seconds.

    ``points`` maps the number of a point to ("yes" or "no", when it was said); ``fine`` maps the types
    of asks that are fine for them to when that was said. None: nothing was said.
    """

    points: Mapping[int, tuple[Literal["yes", "no"], int]] = field(default_factory=dict)
    notes: tuple[Saying, ...] = ()
    fine: Mapping[str, int] = field(default_factory=dict)
    since: int | None = None
    close: int | None = None
    muted: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the owner stands with one person at one moment; every number follows from ``entries``.

    ``capital`` is the sum of what all entries are still worth; ``given`` and ``drawn`` are its two
    sides, ``received`` what they gave (kept apart: it is the owner's debt, not credit). All four in
    points. ``rhythm`` and ``silence`` are in days (None: too few contacts to tell). ``trend`` is by how many
    points capital changed within 90 days.
    """

    now: int
    entries: Ledger
    capital: float
    given: float
    drawn: float
    received: float
    first: int | None
    last: int | None
    last_direct: int | None
    written: int
    heard: int
    meetings: int
    direct_meetings: int
    rhythm: float | None
    silence: float | None
    unanswered: tuple[Entry, ...] = ()
    offers_theirs: tuple[Entry, ...] = ()
    offers_mine: tuple[Entry, ...] = ()
    asks_open: tuple[Entry, ...] = ()
    trend: float = 0.0
    said: Said = Said()

    @property
    def reciprocity(self) -> float | None:
        """The owner's share of what the two gave each other, from 0 to 1; None where nothing was given."""
        both = self.given + self.received
        return self.given / both if both > 0 else None

    @property
    def two_way(self) -> bool:
        """Both have written to the other in person, or they met with nobody else there."""
        return (self.written > 0 and self.heard > 0) or self.direct_meetings > 0

    @property
    def age(self) -> float:
        """Days since the first contact (0 without one)."""
        return (self.now - self.first) / 86_400 if self.first is not None else 0.0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody else, behind one or more addresses."""

    id: int
    name: str
    addresses: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The name to call them by: their own, else their address."""
        return self.name or self.addresses[0]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict is what it is: a stable code, plain words, and dated evidence."""

    code: str
    text: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class RecipientVerdict:
    """The judgement of one recipient's account; ``warning`` is its number once it is kept (else 0)."""

    address: str
    person: str
    verdict: Answer
    capital: float
    depth: str
    yes: int
    unknown: int
    reasons: tuple[Reason, ...] = ()
    instead: tuple[str, ...] = ()
    warning: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of a draft: the worst of its recipients' verdicts."""

    verdict: Answer
    now: int
    asks: tuple[Signal, ...]
    recipients: tuple[RecipientVerdict, ...]
    notes: tuple[str, ...] = ()
