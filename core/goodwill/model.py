"""The words of the trade, as frozen values: what happened, what it meant, and what follows.

Everything here is data. Behaviour lives in the rooms that take these values and return others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

Kind = Literal["mail", "calendar"]
SignalKind = Literal["meeting", "favour", "ask"]
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
    ``cancelled`` for a meeting, and empty for an ask. ``routine`` marks an ask that draws on no
    goodwill. ``confidence`` is a probability in [0, 1]; ``quote`` the words that show it.
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

    ``thread`` holds earlier mails of the thread, oldest first. It is filled for a draft and for
    ``classify``; while history is read it is empty, because what a detector says of a past event must
    not depend on the order in which events arrive. What the mail itself quotes is in ``event.quoted``.
    """

    owner: frozenset[str] = frozenset()
    thread: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be done: where, what, and what the user can do about it."""

    place: str
    what: str
    remedy: str = ""
