"""Who is who: addresses become persons; the owner, lists and bots are told apart (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from goodwill.model import FORGOTTEN, Event, Flag

MANY = 60
"""A mail or meeting with more people than this says nothing about any one of them."""

FIRST_YEAR = 1985
"""No mail or calendar entry is older: a date before it is a broken clock's."""
STREAM = 10
"""So many mails from somebody who was never written to are a stream, not letters."""
OWNER_LEAD = 1.25
"""By how much an address must be on more mails than any other to be proposed as the owner's."""

_ROBOT = re.compile(
    r"^(?:no|not|do-?not|dont)[._-]?(?:reply|respond|answer)|noreply|^(?:mailer-daemon|postmaster|bounces?"
    r"|listserv|majordomo|daemon|automailer|autoreply)\b|^bounce[+-]|^notifications?@|^newsletters?@|^news@"
    r"|-(?:request|bounces|owner)@|^unsubscribe",
    re.IGNORECASE,
)


_DESK = re.compile(
    r"^(?:abuse|accounts?|admin|alerts?|billing|bookings?|careers|contact|cust(?:omer)?(?:[._-]?(?:care|serv(?:ice)?))?"
    r"|editors?|e?mail|enquiries|events|feedback|hello|help(?:[._-]?desk)?|hr|info|inquiries|invoices?|jobs|marketing"
    r"|members(?:hip)?|office|orders?|press|privacy|reception|registration|reservations?|returns|sales|service"
    r"|services|subscriptions?|support|team|tickets?|updates|webmaster|welcome)\d*$",
    re.IGNORECASE,
)
_DESK_PARTS = frozenset(
    re.findall(
        r"\w+", "admin administrator announcements contest dl helpdesk list noreply promotions team support"
    )
)
_DESK_WORDS = frozenset(
    re.findall(
        r"\w+",
        "accounts admin administrator alerts billing care center centre club com customer department"
        " desk editor editors events group help helpdesk info information inc llc ltd magazine mail marketing"
        " net news newsletter office online orders passport program programme reception rewards sales"
        " service services shop store subscriptions support surgery system team updates",
    )
)


def is_desk(address: str, name: str) -> bool:
    """Whether a role answers there and not a person: by the address, unless it bears somebody's own name."""
    local, _, host = address.partition("@")
    words = set(plain_name(name).split())
    if _DESK_PARTS.intersection(re.split(r"[._-]", local)) or local.endswith(("support", "promotions")):
        return True
    if len(local) > 3 and host.startswith(local):
        return not is_full_name(plain_name(name))
    if words & _DESK_WORDS:
        return bool(_DESK.match(local)) or len(words & _DESK_WORDS) > 1
    return bool(_DESK.match(local)) and not is_full_name(plain_name(name))


def contacts_of(event: Event, owner: frozenset[str]) -> list[tuple[str, int]]:
    """The addresses that the event brings into contact with the owner, each with its flags.

    An event without the owner, one of more than ``MANY`` people, a cancelled meeting, one that the owner or
    the other side declined, one that the owner only may attend, and whatever a broken clock has dated before
    there was mail, are contacts with nobody.
    """
    if event.at.year < FIRST_YEAR and event.dated:
        return []
    # Who was forgotten is company to the others still, and in contact with nobody.
    return [(a, flags) for a, flags in _contacts_of(event, owner) if not a.endswith(FORGOTTEN)]


def _contacts_of(event: Event, owner: frozenset[str]) -> list[tuple[str, int]]:
    if event.kind == "calendar":
        return _met(event, owner)
    if event.sender is None:
        return []
    base = Flag.BULK * event.bulk | Flag.AUTOMATIC * event.automatic
    if event.sender.address in owner:
        return _written(event, owner, base)
    named = [party.address for party in event.to + event.cc]
    if not owner.intersection(named):
        base |= Flag.UNNAMED
    in_to = any(party.address in owner for party in event.to)
    others = len({*named} - owner - {event.sender.address})
    flags = base | Flag.IN | Flag.COPY * (not in_to) | _group(others)
    return [(event.sender.address, flags)]


def _written(event: Event, owner: frozenset[str], base: int) -> list[tuple[str, int]]:
    in_to = {party.address for party in event.to} - owner
    everybody = in_to | {party.address for party in event.cc} - owner
    if len(everybody) > MANY:
        return []
    group = _group(len(everybody) - 1)
    return [
        (address, base | Flag.OUT | Flag.COPY * (address not in in_to) | group)
        for address in sorted(everybody)
    ]


def _met(event: Event, owner: frozenset[str]) -> list[tuple[str, int]]:
    meeting = event.appointment
    if meeting is None or meeting.status != "confirmed" or meeting.all_day:
        return []
    present = {party.address for party in event.parties if meeting.answers.get(party.address) != "declined"}
    present -= {address for address in owner if meeting.answers.get(address) == "tentative"}
    mine = owner & {party.address for party in event.parties}
    if mine and not mine & present:
        return []
    # An assistant who books the table is not at it: the organiser counts only among the attendees.
    attending = {party.address for party in event.to} & present - owner
    if not attending and event.sender and event.sender.address in present - owner:
        attending = {event.sender.address}
    if not 0 < len(attending) <= MANY:
        return []
    flags = Flag.MEETING | Flag.RECURRING * meeting.recurring | _group(len(attending) - 1)
    return [(address, flags) for address in sorted(attending)]


def _group(others: int) -> int:
    others = max(0, min(others, 4_000))
    return others << Flag.OTHERS_SHIFT | Flag.DIRECT * (others == 0)


def is_robot(address: str) -> bool:
    """Whether the address itself says that nobody reads there."""
    return bool(_ROBOT.search(address))


@dataclass(frozen=True, slots=True)
class Conduct:
    """How an address behaved towards the owner, in counts of events."""

    received: int = 0
    sent: int = 0
    bulk: int = 0
    automatic: int = 0
    unnamed: int = 0
    meetings: int = 0


def is_person(address: str, conduct: Conduct, name: str = "", streams: bool = False) -> bool:
    """Whether somebody is behind the address: not a list, a newsletter, a bot or a service desk.

    Judged by what its mail says of itself (headers) and by how it behaves: most of its mail bulk,
    automatic or not addressed to the owner, and no meeting. Mail to it proves nothing: people answer
    newsletters and write to lists. One that the owner never wrote to must look like somebody's own
    address, and not send in a stream (unless ``streams``: whoever asks and asks may be a person too).
    """
    if is_robot(address):
        return False
    if conduct.meetings:
        return True
    if is_desk(address, name):
        return False
    if conduct.received == 0:
        return conduct.sent > 0
    impersonal = conduct.bulk + conduct.automatic
    if conduct.sent == 0:
        impersonal += conduct.unnamed
        if (not streams and conduct.received >= STREAM) or not is_own_address(address, name):
            return False
    return impersonal * 2 < conduct.received


def is_own_address(address: str, name: str) -> bool:
    """Whether an address looks like one person's: it bears their name, or the shape of one."""
    local = plain_name(address.partition("@")[0].replace(".", " ").replace("_", " "))
    if name and "@" not in name:
        plain = plain_name(name)
        borne = any(len(word) > 2 and word in local.replace(" ", "") for word in plain.split())
        return borne and is_full_name(plain) and _DESK_WORDS.isdisjoint(plain.split())
    return is_full_name(local) and len(local.split()) <= 3


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """A name in a form in which two writings of it are equal: no accents, case, titles or brackets."""
    name = re.sub(r"\(.*?\)|\[.*?\]|[\"“”]", " ", name)
    decomposed = unicodedata.normalize("NFKD", name)
    letters = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", letters)
    return " ".join(word for word in words if word not in {"mr", "mrs", "ms", "dr", "prof", "via"})


def is_full_name(plain: str) -> bool:
    """Whether a plain name has at least a given and a family name."""
    return len([word for word in plain.split() if len(word) > 1]) >= 2


def domain(address: str) -> str:
    """What stands after the last @."""
    return address.rpartition("@")[2]


def own_copies(event: Event, owner: frozenset[str]) -> list[tuple[str, str]]:
    """Pairs of a mail's sender and a recipient who bears the same full name: one person's two addresses."""
    if event.kind != "mail" or event.sender is None or event.sender.address in owner or event.bulk:
        return []
    name = plain_name(event.sender.name)
    if not is_full_name(name):
        return []
    me = event.sender.address
    copies = {p.address for p in event.to + event.cc if plain_name(p.name) == name} - owner - {me}
    return [(me, address) for address in sorted(copies)]


def merge(
    groups: Mapping[str, Sequence[str]],
    links: Iterable[tuple[str, str]],
    apart: Iterable[tuple[str, str]] = (),
) -> dict[str, str]:
    """Map each address to the first (in sorted order) address of the same person.

    ``groups`` maps a plain full name to the addresses written with it; ``links`` are pairs of
    addresses that an event or the owner showed to be one person (see ``posting``). A name alone joins
    addresses only within one domain: two people may share a name. No join brings together a pair that
    is ``apart`` by the owner's word; what comes first in ``links`` goes first.
    """
    members: dict[str, set[str]] = {}
    enemies = {frozenset(pair) for pair in apart}

    def join(a: str, b: str) -> None:
        one, other = (members.setdefault(address, {address}) for address in (a, b))
        if one is other or (enemies and any(frozenset((x, y)) in enemies for x in one for y in other)):
            return
        one |= other
        for address in other:
            members[address] = one

    for a, b in links:
        join(a, b)
    for name, addresses in groups.items():
        if not is_full_name(name):
            continue
        by_domain: dict[str, str] = {}
        for address in sorted(addresses):
            join(by_domain.setdefault(domain(address), address), address)
    return {address: min(group) for address, group in sorted(members.items())}


def best_name(counts: Mapping[str, int]) -> str:
    """The name to show of those seen: a full one before a bare one, then the most frequent."""
    real = {name: count for name, count in counts.items() if name and "@" not in name}
    if not real:
        return ""
    best = min(real, key=lambda name: (not is_full_name(plain_name(name)), -real[name], name))
    return best.title() if best.isupper() and is_full_name(plain_name(best)) else best


def propose_owner(presence: Counter[str], senders: Counter[str], total: int) -> str | None:
    """The address whose mail this seems to be, or None when no address stands out.

    It is on more of the ``total`` mails than any other, as sender or recipient, and sends some itself.
    ``presence`` counts the mails that name an address, ``senders`` those that it sent.
    """
    likely = sorted((a for a in presence if senders[a] and not is_robot(a)), key=lambda a: (-presence[a], a))
    if not likely or presence[likely[0]] * 6 < total:
        return None
    best, second = presence[likely[0]], presence[likely[1]] if len(likely) > 1 else 0
    everywhere = best > second and best >= 0.95 * total
    return likely[0] if everywhere or best >= OWNER_LEAD * second else None
