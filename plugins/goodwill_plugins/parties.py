"""Who is at the two ends of an event: one house or two, a person, a help desk, a list or a bot."""

from __future__ import annotations

import functools
import re

from goodwill.model import Event, Party
from goodwill_plugins.mass import is_mass

_ROLE = re.compile(
    r"^(?:reception|support|info|help|help-?desk|service|services|customer[._-]?(?:care|service|services|support)|care"
    r"|sales|billing|accounts?|invoices?|office|admin|administration|enquiries|inquiries|contact|hello|team|booking"
    r"|bookings|reservations?|orders?|returns|hr|it|jobs|careers|recruiting|recruitment|press|media|legal|privacy|abuse"
    r"|postmaster|webmaster|registrar|registry|frontdesk|desk|front[._-]desk|parts|repairs|dispatch|members?|membership"
    r"|ticketing|complaints|claims|payroll|service[._-]?desk|appointments|surgery|secretary|planning|library)\d*$"
)
_BOT = re.compile(
    r"^(?:no-?_?\.?reply|do-?_?not-?_?reply|donotreply|mailer-daemon|notifications?|notify|alerts?|news(?:letters?)?"
    r"|bounces?|bot|robot|automated|auto|system|digest|updates|marketing|promo(?:tions)?|offers|deals)(?:[-_.+].*)?\d*$"
)
_LIST = re.compile(
    r"(?:^|[.@-])(?:lists?|listserv|googlegroups|groups|yahoogroups|freelists)\.|^(?:all|everyone|staff)@|^dl-|[.]dl-"
)


def is_desk(party: Party) -> bool:
    """Whether a role answers there (reception, support), not a person with an account of goodwill."""
    return _is_role(_local(party.address))


@functools.lru_cache(maxsize=4096)
def _is_role(local: str) -> bool:
    return bool(_ROLE.match(local))


def is_machine(party: Party) -> bool:
    """Whether nobody reads or writes there: a bot, a notifier, a mailing list."""
    return _runs_itself(party.address)


@functools.lru_cache(maxsize=4096)
def _runs_itself(address: str) -> bool:
    return bool(_BOT.match(_local(address)) or _LIST.search(address))


def is_silent(event: Event) -> bool:
    """Whether the event shows nothing of a relationship: bulk, automatic, or from a machine."""
    unread = event.bulk or event.automatic or event.sender is None or is_machine(event.sender)
    return unread or is_mass(event.text)


def addressees(event: Event) -> tuple[Party, ...]:
    """To whom the mail speaks: To; a Cc only if the text greets it by name, or if there is no To."""
    sender = event.sender.address if event.sender else ""
    direct = event.to or event.cc
    greeted = () if not event.cc or not event.to else tuple(p for p in event.cc if _greeted(p, event.text))
    unique = {party.address: party for party in (*direct, *greeted) if party.address != sender}
    return tuple(unique.values())


def asked_of(event: Event) -> tuple[Party, ...]:
    """Whom an ask of the mail is put to: of several addressees those whom its first words greet by name."""
    people = tuple(party for party in addressees(event) if not is_machine(party))
    greeted = tuple(party for party in people if _greeted(party, event.text)) if len(people) > 1 else ()
    return greeted or people


@functools.lru_cache(maxsize=4096)
def names_of(party: Party) -> tuple[str, ...]:
    """Return the words, in small letters, by which a text may name the party: the given name first."""
    words = re.findall(r"[^\W\d_]{2,}", party.name.lower())
    return tuple(words or re.findall(r"[^\W\d_]{3,}", _local(party.address)))


def _greeted(party: Party, text: str) -> bool:
    head = text[:200].lower()
    name = next(iter(names_of(party)), "")
    if not name or name not in head:  # which spares most of many recipients a pattern of their own
        return False
    return bool(re.search(rf"(?:^|\n|hi |dear |and |& |, ){re.escape(name)}\b", head))


def _local(address: str) -> str:
    return address.partition("@")[0].lower()
