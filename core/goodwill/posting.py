"""Posts events to the people they touch: contacts and names, and from these the persons.

All of it is a cache over the stored events and the owner's addresses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, update

from goodwill import people, schema
from goodwill.codec import seconds, unpack_event
from goodwill.model import Event, Flag, Saying
from goodwill.said import identities

T = TypeVar("T")
BATCH = 400
_SAYINGS = select(*schema.sayings.c).order_by(schema.sayings.c.id)
_META = select(schema.meta.c.value).where(schema.meta.c.name == bindparam("name"))
_OWNER = select(schema.owner.c.address)
MAX_NAMESAKES = 12
"""More addresses than this under one name is the name of a service, not of a person."""


def batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut ``things`` into lists of at most ``size``."""
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch


def next_id(connection: Connection, table: Table) -> int:
    """The number after the highest that the table ever gave; numbers are not used twice."""
    name = f"next_{table.name}"
    stored = connection.scalar(select(schema.meta.c.value).where(schema.meta.c.name == name))
    highest = connection.scalar(select(func.max(table.c.id))) or 0
    free = max(int(stored or 0), int(highest) + 1)
    set_meta(connection, name, str(free))
    return free


def set_meta(connection: Connection, name: str, value: str) -> None:
    """Remember ``value`` under ``name``."""
    connection.execute(delete(schema.meta).where(schema.meta.c.name == name))
    connection.execute(insert(schema.meta).values(name=name, value=value))


def get_meta(connection: Connection, name: str) -> str | None:
    """What was remembered under ``name``."""
    value = connection.scalar(_META, {"name": name})
    return None if value is None else str(value)


def owner_of(connection: Connection) -> frozenset[str]:
    """The owner's addresses; empty while they are not known."""
    return frozenset(connection.scalars(_OWNER))


def sayings(connection: Connection) -> tuple[Saying, ...]:
    """Everything that the owner ever said of anybody, in order: a few hundred rows at the most."""
    return tuple(Saying(*row) for row in connection.execute(_SAYINGS))


def stored_events(connection: Connection, ids: Sequence[int] | None = None) -> Iterator[tuple[int, Event]]:
    """Stored events with their numbers, all of them or those named, in the order of their numbers."""
    table = schema.events.c
    query = select(table.id, table.kind, table.at, table.payload, table.text, table.quoted).order_by(table.id)
    if ids is None:
        last = 0
        while rows := connection.execute(query.where(table.id > last).limit(BATCH)).all():
            yield from ((row[0], unpack_event(*row[1:])) for row in rows)
            last = rows[-1][0]
    else:
        for chunk in batches(sorted(ids), BATCH):
            for row in connection.execute(query.where(table.id.in_(chunk))).all():
                yield row[0], unpack_event(*row[1:])


def post(connection: Connection, events: Mapping[int, Event], owner: frozenset[str]) -> None:
    """Post ``events`` to everybody whom they bring into contact with the owner."""
    if not owner or not events:
        return
    found = [
        (id_, event, contact) for id_, event in events.items() for contact in people.contacts_of(event, owner)
    ]
    numbers = _address_ids(connection, {address for _, _, (address, _) in found}, create=True)
    rows = [
        {"address_id": numbers[address], "at": over(event), "event_id": id_, "flags": flags}
        for id_, event, (address, flags) in found
    ]
    if rows:
        connection.execute(insert(schema.contacts), rows)
    _count_names(connection, _names(found, numbers), 1)
    links = [
        {"event_id": id_, "one": one, "other": other}
        for id_, event in events.items()
        for one, other in people.own_copies(event, owner)
    ]
    if links:
        connection.execute(insert(schema.links), links)
    set_meta(connection, "people_stale", "1")


def withdraw(connection: Connection, ids: Sequence[int], owner: frozenset[str]) -> None:
    """Remove stored events and everything that was posted from them."""
    for chunk in batches(ids, BATCH):
        events = list(stored_events(connection, chunk))
        found = [
            (id_, event, contact) for id_, event in events for contact in people.contacts_of(event, owner)
        ]
        numbers = _address_ids(connection, {address for _, _, (address, _) in found}, create=False)
        _count_names(connection, _names(found, numbers), -1)
        for table in (schema.contacts, schema.links, schema.signals, schema.problems):
            connection.execute(delete(table).where(table.c.event_id.in_(chunk)))
        connection.execute(delete(schema.events).where(schema.events.c.id.in_(chunk)))


def repost(connection: Connection) -> None:
    """Post every stored event anew, as when the owner's addresses have changed."""
    owner = owner_of(connection)
    for table in (schema.contacts, schema.links, schema.names, schema.addresses, schema.capitals):
        connection.execute(delete(table))
    for batch in batches(stored_events(connection), BATCH):
        post(connection, dict(batch), owner)
    refresh_people(connection)


def over(event: Event) -> int:
    """When a mail was written, or a meeting over, in seconds."""
    return seconds(event.appointment.end if event.appointment else event.at)


_Found = list[tuple[int, Event, tuple[str, int]]]


def _names(found: _Found, numbers: Mapping[str, int]) -> Counter[tuple[int, str]]:
    counts: Counter[tuple[int, str]] = Counter()
    for _, event, (address, _) in found:
        name = next((party.name for party in event.parties if party.address == address), "")
        if name and address in numbers:
            counts[numbers[address], name[:255]] += 1
    return counts


def _count_names(connection: Connection, counts: Counter[tuple[int, str]], sign: int) -> None:
    table = schema.names
    stored: dict[tuple[int, str], int] = {}
    for chunk in batches(sorted({address for address, _ in counts}), BATCH):
        for address, name, count in connection.execute(select(table).where(table.c.address_id.in_(chunk))):
            stored[address, name] = count
    new, old = [], []
    for (address, name), count in counts.items():
        if (address, name) in stored:
            old.append({"a": address, "n": name, "c": stored[address, name] + sign * count})
        elif sign > 0:
            new.append({"address_id": address, "name": name, "count": count})
    if new:
        connection.execute(insert(table), new)
    if old:
        where = (table.c.address_id == bindparam("a")) & (table.c.name == bindparam("n"))
        connection.execute(update(table).where(where).values(count=bindparam("c")), old)


def _address_ids(connection: Connection, addresses: set[str], create: bool) -> dict[str, int]:
    table = schema.addresses
    numbers: dict[str, int] = {}
    for chunk in batches(sorted(addresses), BATCH):
        query = select(table.c.address, table.c.id).where(table.c.address.in_(chunk))
        numbers.update((address, id_) for address, id_ in connection.execute(query))
    missing = sorted(addresses - set(numbers)) if create else []
    if missing:
        free = next_id(connection, table)
        rows = [{"id": free + n, "address": address, "name": ""} for n, address in enumerate(missing)]
        connection.execute(insert(table), rows)
        numbers.update((row["address"], row["id"]) for row in rows)  # type: ignore[misc]
    return numbers


def refresh_people(connection: Connection) -> None:
    """Decide anew which addresses are one person, and by what name each is called."""
    table = schema.addresses.c
    address_of = {row.id: row.address for row in connection.execute(select(table.id, table.address))}
    seen: dict[int, dict[str, int]] = {}
    names = schema.names.c
    for id_, name, count in connection.execute(select(names.address_id, names.name, names.count)):
        if count > 0:
            seen.setdefault(id_, {})[name] = count
    best = {id_: people.best_name(seen.get(id_, {})) for id_ in address_of}
    groups: dict[str, list[str]] = {}
    for id_, counts in seen.items():
        for plain in sorted({people.plain_name(name) for name in counts} - {""}):
            groups.setdefault(plain, []).append(address_of[id_])
    groups = {name: found for name, found in groups.items() if 1 < len(found) <= MAX_NAMESAKES}
    number = {address: id_ for id_, address in address_of.items()}
    same, apart = identities(sayings(connection))
    told = [(one, other) for one, other in same if one in number and other in number]
    first = people.merge(groups, [*told, *_links(connection, groups, number)], apart)
    rows = [
        {"i": id_, "n": best[id_], "p": number[first.get(address, address)]}
        for id_, address in sorted(address_of.items())
    ]
    if rows:
        change = update(schema.addresses).where(table.id == bindparam("i"))
        connection.execute(change.values(name=bindparam("n"), person_id=bindparam("p")), rows)
    set_meta(connection, "people_stale", "0")


def _links(
    connection: Connection, groups: Mapping[str, Sequence[str]], number: Mapping[str, int]
) -> list[tuple[str, str]]:
    """Pairs of addresses that a mail shows to be one person's.

    Either it went from one to the other under one name; or a namesake answers what was written to
    the other address.
    """
    contacts, events = schema.contacts.c, schema.events
    links = [
        (one, other)
        for one, other in connection.execute(select(schema.links.c.one, schema.links.c.other))
        if one in number and other in number
    ]
    for name, addresses in sorted(groups.items()):
        if not people.is_full_name(name) or len({people.domain(a) for a in addresses}) < 2:
            continue
        ids = [number[address] for address in addresses]
        query = (
            select(events.c.kind, events.c.at, events.c.payload, events.c.parent)
            .join_from(schema.contacts, events, events.c.id == contacts.event_id)
            .where(contacts.address_id.in_(ids), contacts.flags.bitwise_and(Flag.IN) != 0)
            .where(events.c.parent.is_not(None))
        )
        for kind, at, payload, parent in connection.execute(query).all():
            links.extend(_answers_for(connection, unpack_event(kind, at, payload), parent, addresses))
    return links


def _answers_for(
    connection: Connection, event: Event, parent: int, addresses: Sequence[str]
) -> list[tuple[str, str]]:
    if event.sender is None:
        return []
    table = schema.events.c
    query = select(table.kind, table.at, table.payload).where(table.message == parent)
    found: list[tuple[str, str]] = []
    for row in connection.execute(query).all():
        asked = {party.address for party in unpack_event(*row).parties}
        if event.sender.address not in asked:
            found.extend((event.sender.address, a) for a in addresses if a in asked)
    return found


def contact_totals(connection: Connection, until: int) -> dict[int, dict[str, Any]]:
    """By address number: how it behaved towards the owner up to ``until`` (seconds), as counts."""
    c = schema.contacts.c

    def count(bit: int) -> Any:
        return func.sum(func.coalesce(c.flags.bitwise_and(bit) / bit, 0))

    query = (
        select(
            c.address_id,
            count(Flag.IN).label("received"),
            count(Flag.OUT).label("sent"),
            count(Flag.BULK).label("bulk"),
            count(Flag.AUTOMATIC).label("automatic"),
            count(Flag.UNNAMED).label("unnamed"),
            count(Flag.MEETING).label("meetings"),
            func.max(c.at).label("last"),
        )
        .where(c.at <= until)
        .group_by(c.address_id)
    )
    return {row.address_id: dict(row._mapping) for row in connection.execute(query)}
