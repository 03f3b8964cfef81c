"""Takes from the store what the judgement needs: a person's contacts, never the whole mailbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, bindparam, func, select

from goodwill import schema
from goodwill.codec import moment, unpack_event, unpack_signal, unpack_signals
from goodwill.errors import InputError
from goodwill.ledger import COMPANY
from goodwill.model import Contact, Event, Flag, Person, Signal
from goodwill.people import Conduct, is_person, plain_name
from goodwill.posting import contact_totals

CHUNK = 400
THREAD_MAILS, THREAD_SECONDS = 10, 60 * 86_400

_contacts, _events = schema.contacts.c, schema.events.c
# Built once: composing a query costs more than running it.
_CONTACTS = (
    select(
        _contacts.at,
        _contacts.event_id,
        _contacts.flags,
        _events.message,
        _events.parent,
        _events.topic,
        _events.kind,
        _events.at.label("start"),
    )
    .join_from(schema.contacts, schema.events, _events.id == _contacts.event_id)
    .where(_contacts.address_id.in_(bindparam("ids", expanding=True)), _contacts.at <= bindparam("until"))
)
_SIGNALS = (
    select(schema.signals.c.event_id, schema.signals.c.payload)
    .join_from(schema.contacts, schema.signals, schema.signals.c.event_id == _contacts.event_id)
    .where(_contacts.address_id.in_(bindparam("ids", expanding=True)), _contacts.at <= bindparam("until"))
)
_STAMP = select(func.count(), func.max(_contacts.event_id)).where(
    _contacts.address_id.in_(bindparam("ids", expanding=True)), _contacts.at <= bindparam("until")
)
_READ = select(schema.meta.c.value).where(schema.meta.c.name == "next_signals")
_UNREAD = (
    select(schema.streams.c.id)
    .where(schema.streams.c.account != bindparam("whole"), schema.streams.c.complete == 0)
    .limit(1)
)
_BY_ADDRESS = select(schema.addresses.c.person_id, schema.addresses.c.id).where(
    schema.addresses.c.address == bindparam("address")
)
_BY_PERSON = (
    select(schema.addresses.c.id, schema.addresses.c.address, schema.addresses.c.name)
    .where(schema.addresses.c.person_id.in_(bindparam("ids", expanding=True)))
    .order_by(schema.addresses.c.address)
)


def person_at(connection: Connection, address: str) -> tuple[Person, tuple[int, ...]] | None:
    """The person behind an address, with the numbers of all their addresses; None if never seen."""
    row = connection.execute(_BY_ADDRESS, {"address": address}).first()
    if row is None:
        return None
    return person_numbered(connection, row.person_id) if row.person_id is not None else None


def person_numbered(connection: Connection, id_: int) -> tuple[Person, tuple[int, ...]]:
    """The person with this number, with the numbers of their addresses."""
    rows = connection.execute(_BY_PERSON, {"ids": [id_]}).all()
    name = next((row.name for row in rows if row.id == id_ and row.name), "")
    name = name or next((row.name for row in rows if row.name), "")
    return Person(id_, name, tuple(row.address for row in rows)), tuple(row.id for row in rows)


def stamp(connection: Connection, ids: Sequence[int], until: int) -> tuple[object, ...]:
    """A value that changes whenever ``contacts`` would answer something else.

    Events and signals are only ever replaced under new numbers.
    """
    count, last = connection.execute(_STAMP, {"ids": list(ids), "until": until}).one()
    return count, last, connection.scalar(_READ)


def contacts(connection: Connection, ids: Sequence[int], until: int) -> list[Contact]:
    """The contacts with the addresses numbered ``ids`` up to ``until`` (seconds), each event once."""
    values = {"ids": list(ids), "until": until}
    signals: dict[int, list[Signal]] = {}
    # A mail to two addresses of one person is met twice; its signals are so many all the same.
    said_of = dict.fromkeys((row[0], row[1]) for row in connection.execute(_SIGNALS, values))
    for (event_id, _), signal in zip(said_of, unpack_signals(payload for _, payload in said_of), strict=True):
        signals.setdefault(event_id, []).append(signal)
    found: dict[int, Contact] = {}
    met: Counter[int] = Counter()
    for at, event_id, flags, message, parent, topic, kind, start in connection.execute(_CONTACTS, values):
        minutes = (at - start) // 60 if kind == "calendar" else 0
        said = tuple(sorted(signals.get(event_id, ()), key=_signal_order))
        contact = Contact(at, event_id, flags, message, parent, topic, minutes, said)
        met[event_id] += 1
        known = found.get(event_id)
        if known is None or (contact.flags, -len(said)) < (known.flags, -len(known.signals)):
            found[event_id] = contact
    return [_alone(contact, met[id_]) for id_, contact in found.items()]


def _alone(contact: Contact, addresses: int) -> Contact:
    """The contact with so many addresses of one person, who is no company to themselves."""
    if addresses == 1:
        return contact
    others = max(0, contact.others - addresses + 1)
    low = contact.flags & ((1 << Flag.OTHERS_SHIFT) - 1)
    return contact._replace(flags=low | others << Flag.OTHERS_SHIFT | Flag.DIRECT * (others == 0))


def stamps(connection: Connection, until: int) -> dict[int, tuple[int, int]]:
    """By address number: how many contacts up to ``until`` (seconds), and the newest event's number.

    They change whenever the contacts do: what is replaced gets a new number.
    """
    query = (
        select(_contacts.address_id, func.count(), func.max(_contacts.event_id))
        .where(_contacts.at <= until)
        .group_by(_contacts.address_id)
    )
    return {id_: (count, newest) for id_, count, newest in connection.execute(query)}


def is_partial(connection: Connection, whole: str) -> bool:
    """Whether an account is not read to its end yet; the account ``whole`` always counts as read."""
    return connection.execute(_UNREAD, {"whole": whole}).first() is not None


def persons(
    connection: Connection, until: int, streams: bool = False
) -> Iterator[tuple[Person, tuple[int, ...], Conduct, int]]:
    """Everybody who is a person and not a list or a bot, with their conduct and last contact (seconds).

    With ``streams`` those too who write and write and are never written to.
    """
    totals = contact_totals(connection, until)
    table = schema.addresses.c
    groups: dict[int, list[tuple[int, str, str]]] = {}
    for id_, address, name, person in connection.execute(
        select(table.id, table.address, table.name, table.person_id).order_by(table.address)
    ):
        if id_ in totals:
            groups.setdefault(person or id_, []).append((id_, address, name))
    for person_id, members in sorted(groups.items()):
        rows = [totals[id_] for id_, _, _ in members]
        conduct = Conduct(**{key: sum(int(row[key]) for row in rows) for key in Conduct.__dataclass_fields__})
        name = next((n for _, _, n in members if n), "")
        if not any(is_person(address, conduct, name, streams) for _, address, _ in members):
            continue
        person = Person(person_id, name, tuple(address for _, address, _ in members))
        yield person, tuple(id_ for id_, _, _ in members), conduct, max(int(row["last"]) for row in rows)


def _signal_order(signal: Signal) -> tuple[object, ...]:
    return signal.kind, signal.quote, signal.type, signal.by, signal.to


def find(connection: Connection, wanted: str) -> list[tuple[Person, tuple[int, ...]]]:
    """The persons whom ``wanted`` may mean: an address, else a name or a part of one."""
    wanted = wanted.strip()
    if not wanted:
        raise InputError("the name is empty", "`goodwill people` lists everybody")
    exact = person_at(connection, wanted.lower())
    if exact:
        return [exact]
    table = schema.addresses.c
    words = plain_name(wanted).split()
    rows = connection.execute(select(table.person_id, table.name, table.address)).all()
    ids = {
        row.person_id
        for row in rows
        if row.person_id is not None
        and (
            (words and set(words) <= set(plain_name(row.name).split()))
            or wanted.lower() in row.address
            or wanted.lower() in row.name.lower()
        )
    }
    return [person_numbered(connection, id_) for id_ in sorted(ids)]


def one(connection: Connection, wanted: str) -> tuple[Person, tuple[int, ...]]:
    """The one person whom ``wanted`` names; raises InputError for none or several."""
    found = find(connection, wanted)
    if not found:
        raise InputError(f"nobody in the book is called '{wanted}'", "`goodwill people` lists everybody")
    if len(found) > 1:
        names = ", ".join(f"{person.shown} <{person.addresses[0]}>" for person, _ in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise InputError(f"'{wanted}' may be {names}{more}", "Name the address")
    return found[0]


def thread_before(connection: Connection, parents: Sequence[int]) -> tuple[Event, ...]:
    """The stored mails with these Message-ID hashes, oldest first, with what was kept of their words."""
    if not parents:
        return ()
    query = select(_events.id, _events.kind, _events.at, _events.payload, _events.text, _events.quoted)
    rows = connection.execute(query.where(_events.message.in_(list(parents))).order_by(_events.at)).all()
    return tuple(
        unpack_event(kind, at, payload, kept_words(connection, id_) if text is None else text, quoted)
        for id_, kind, at, payload, text, quoted in rows
    )


def thread_about(
    connection: Connection, topic: int, addresses: Sequence[str], until: int
) -> tuple[Event, ...]:
    """The latest mails about ``topic`` (a hash) with one of ``addresses``, oldest first."""
    query = (
        select(_events.id, _events.kind, _events.at, _events.payload, _events.text, _events.quoted)
        .join_from(schema.contacts, schema.events, _events.id == _contacts.event_id)
        .join(schema.addresses, schema.addresses.c.id == _contacts.address_id)
        .where(schema.addresses.c.address.in_(list(addresses)), _events.topic == topic)
        .where(_contacts.at.between(until - THREAD_SECONDS, until))
        .order_by(_contacts.at.desc())
        .limit(THREAD_MAILS)
    )
    rows = {row.id: row for row in connection.execute(query)}
    return tuple(
        unpack_event(row.kind, row.at, row.payload, row.text or kept_words(connection, row.id), row.quoted)
        for row in sorted(rows.values(), key=lambda row: row.at)
    )


def kept_words(connection: Connection, event_id: int) -> str:
    """The sentences that the signals of an event quote, a line each."""
    table = schema.signals.c
    kept = connection.scalars(select(table.payload).where(table.event_id == event_id).order_by(table.id))
    return "\n".join(dict.fromkeys(unpack_signal(one).quote for one in kept))


def ahead(
    connection: Connection, since: int, until: int, crowd: int, among: Collection[int] | None = None
) -> dict[int, int]:
    """When the owner meets whom next, by the number of the address: moments in seconds, up to ``until``.

    Of a meeting with ``COMPANY`` others or more the moment is ``crowd``. ``among``: of these numbers only.
    """
    query = (
        select(_contacts.address_id, _contacts.flags, _events.at)
        .join_from(schema.contacts, schema.events, _events.id == _contacts.event_id)
        .where(_events.kind == "calendar", _events.at > since, _events.at <= until)
    )
    if among is not None:
        query = query.where(_contacts.address_id.in_(list(among)), _contacts.at > since)
    found: dict[int, int] = {}
    for id_, flags, at in connection.execute(query):
        moment_ = at if flags >> Flag.OTHERS_SHIFT < COMPANY else crowd
        found[id_] = min(found.get(id_, moment_), moment_)
    return found


def met_before(connection: Connection, one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether an event names addresses out of both (by their numbers): they know each other."""
    mine, theirs = schema.contacts.alias().c, schema.contacts.alias().c
    query = (
        select(mine.event_id)
        .join_from(mine.event_id.table, theirs.event_id.table, mine.event_id == theirs.event_id)
        .where(mine.address_id.in_(list(one)), theirs.address_id.in_(list(other)))
    )
    return connection.execute(query.limit(1)).first() is not None


def last_subject(connection: Connection, ids: Sequence[int], until: int) -> str:
    """What the last mail or meeting in small company up to ``until`` (seconds) was about; "" for none."""
    query = (
        select(_contacts.flags, _events.kind, _events.at, _events.payload)
        .join_from(schema.contacts, schema.events, _events.id == _contacts.event_id)
        .where(_contacts.address_id.in_(list(ids)), _contacts.at <= until)
        .order_by(_contacts.at.desc(), _contacts.event_id.desc())
        .limit(CHUNK)
    )
    impersonal = Flag.BULK | Flag.AUTOMATIC | Flag.UNNAMED
    for flags, kind, at, payload in connection.execute(query):
        if flags >> Flag.OTHERS_SHIFT < COMPANY and not flags & impersonal:
            return str(unpack_event(kind, at, payload).subject)
    return ""


def upcoming(
    connection: Connection, ids: Sequence[int], since: int, until: int, most: int = 5
) -> list[tuple[int, str]]:
    """The next meetings with the addresses numbered ``ids``: when each begins (seconds), and its title."""
    query = (
        select(_events.id, _events.kind, _events.at, _events.payload)
        .join_from(schema.contacts, schema.events, _events.id == _contacts.event_id)
        .where(_contacts.address_id.in_(list(ids)), _contacts.at > since)
        .where(_events.kind == "calendar", _events.at > since, _events.at <= until)
        .order_by(_events.at, _events.id)
    )
    found = {row.id: (row.at, unpack_event(*row[1:]).subject) for row in connection.execute(query)}
    return list(found.values())[:most]


def names_on_mail(connection: Connection, addresses: frozenset[str]) -> set[str]:
    """The names that the latest mails write with ``addresses``."""
    query = select(_events.kind, _events.at, _events.payload).where(_events.kind == "mail")
    rows = connection.execute(query.order_by(_events.id.desc()).limit(CHUNK))
    parties = (party for row in rows for party in unpack_event(*row).parties)
    return {party.name for party in parties if party.address in addresses and party.name}


def counts(connection: Connection) -> dict[str, int]:
    """How many mails, calendar entries, signals and problems the store holds."""
    found = {"mail": 0, "calendar": 0}
    for kind, number in connection.execute(select(_events.kind, func.count()).group_by(_events.kind)):
        found[kind] = number
    for table in (schema.signals, schema.problems):
        found[table.name] = connection.scalar(select(func.count()).select_from(table)) or 0
    return found


def span(connection: Connection) -> tuple[str, str] | None:
    """The days of the first and the last dated mail."""
    row = connection.execute(
        select(func.min(_events.at), func.max(_events.at)).where(_events.kind == "mail", _events.at > 0)
    ).one()
    if row[0] is None:
        return None
    return f"{moment(row[0]):%Y-%m-%d}", f"{moment(row[1]):%Y-%m-%d}"
