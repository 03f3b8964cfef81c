"""Takes one person out of the whole store, in one transaction; what they said of it comes from ``forgotten``.

What is derived (contacts, names, persons, capitals) is derived anew from what is left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from goodwill import care, gate, posting, schema, shelf
from goodwill.codec import digest, message_hash, pack_event, pack_signal, unpack_signal
from goodwill.errors import InputError
from goodwill.forgotten import (
    Whom,
    concerns_others,
    event_without,
    json_without,
    signal_without,
    stand_ins,
    takes_part,
)
from goodwill.judging import FILES
from goodwill.model import Event, Person, Signal
from goodwill.posting import BATCH, batches
from goodwill.said import NOTES
from goodwill.store import Store

_Rows = list[dict[str, Any]]


@dataclass(slots=True)
class Outcome:
    """What was done: how many mails and entries went, and how many stay for others without the person.

    ``whom`` has every name of theirs that was met; ``namesakes`` are other addresses that bear one.
    """

    whom: Whom
    gone: int = 0
    changed: int = 0
    namesakes: set[str] = field(default_factory=set)


def find(store: Store, wanted: str) -> tuple[Person, int]:
    """Whom ``wanted`` names, and how many mails and meetings the owner had with them.

    An address may be of somebody of whom the book tells nothing. Raises InputError for a name that means
    nobody or several, and for the owner.
    """
    address = wanted.strip().lower()
    with store.reading() as connection:
        if "@" in address.strip("@") and " " not in address:
            # Never a part of an address: what is forgotten by mistake is gone.
            exact = shelf.person_at(connection, address)
            person, ids = exact or (Person(0, "", (address,)), ())
        else:
            person, ids = shelf.one(connection, wanted)
        own = posting.owner_of(connection).intersection(person.addresses)
        if own:
            raise InputError(f"{min(own)} is your own address", "You can forget others only")
        contacts = schema.contacts.c
        count = connection.scalar(select(func.count()).where(contacts.address_id.in_(ids))) or 0
    return person, count


def forget(store: Store, person: Person, for_good: bool) -> Outcome:
    """Take ``person`` out of every table, and ``for_good`` let them in no more; the caller may write.

    Their bytes are overwritten, but may still be in the journal and in other copies: see ``care.sweep``.
    """
    with store.transaction() as connection:
        care.wiping(connection)
        owner = posting.owner_of(connection)
        traits = _traits(connection, person)
        found = Outcome(traits.whom, namesakes=traits.namesakes)
        _out_of_events(connection, traits, owner, found)
        _out_of_words(connection, traits.whom)
        _out_of_sources(connection, traits.whom)
        posting.repost(connection)
        if for_good:
            gate.never_again(connection, person.addresses)
    return found


@dataclass(slots=True)
class _Traits:
    """By what they are known: besides addresses and names, the hashes of the mails that they wrote."""

    whom: Whom
    wrote: set[int] = field(default_factory=set)
    namesakes: set[str] = field(default_factory=set)


def _traits(connection: Connection, person: Person) -> _Traits:
    addresses = frozenset(person.addresses)
    names = {person.name}
    book, table = schema.addresses.c, schema.names.c
    known = select(table.name).join_from(schema.names, schema.addresses, book.id == table.address_id)
    names.update(connection.scalars(known.where(book.address.in_(sorted(addresses)))))
    parties: dict[str, set[str]] = defaultdict(set)
    wrote: set[int] = set()
    for _, event in posting.stored_events(connection):
        for party in (*event.parties, *event.to, *event.cc):
            parties[party.address].add(party.name)
        if event.sender and event.sender.address in addresses and event.message_id:
            wrote.add(message_hash(event.message_id))
    names.update(name for address in addresses for name in parties.pop(address, ()))
    whom = Whom(addresses, frozenset(names - {""}))
    same = {address for address, found in parties.items() if any(map(whom.is_namesake, found))}
    return _Traits(whom, wrote, same)


def _out_of_events(connection: Connection, traits: _Traits, owner: frozenset[str], found: Outcome) -> None:
    gone: list[int] = []
    latest: dict[int, tuple[int, bool]] = {}
    for batch in batches(posting.stored_events(connection), BATCH):
        signals = _signals(connection, [id_ for id_, _ in batch])
        changed: dict[int, Event] = {}
        for id_, event in batch:
            theirs = takes_part(event, traits.whom)
            if event.series and event.appointment and event.appointment.recurring:
                series = digest(event.series)
                latest[series] = max(latest.get(series, (-1, False)), (posting.over(event), theirs))
            if theirs and not concerns_others(event, traits.whom, owner):
                gone.append(id_)
            elif theirs or _speaks(event, signals[id_], traits):
                changed[id_] = event
        _change_events(connection, changed, traits.whom)
        _change_signals(connection, changed, signals, traits.whom)
        found.changed += len(changed)
    found.gone = len(gone)
    gate.close(connection, gone)
    gate.close_series(connection, {series for series, (_, theirs) in latest.items() if theirs})
    for chunk in batches(gone, BATCH):
        for table in (schema.signals, schema.problems):
            connection.execute(delete(table).where(table.c.event_id.in_(chunk)))
        connection.execute(delete(schema.events).where(schema.events.c.id.in_(chunk)))


def _speaks(event: Event, signals: Iterable[tuple[int, Signal]], traits: _Traits) -> bool:
    """Whether an event in which they take no part names them, or quotes a mail that they wrote."""
    if (event.text or event.quoted) and not traits.wrote.isdisjoint(map(message_hash, event.parents)):
        return True
    place = event.appointment.location if event.appointment else ""
    names = (p.name for p in (*event.parties, *event.to, *event.cc) if not traits.whom.is_namesake(p.name))
    ids = (*event.keys, event.message_id, *event.parents)
    texts = (event.subject, event.text, event.quoted, place, *event.attachments, *names, *ids)
    quotes = (signal.quote for _, signal in signals)
    return any(traits.whom.is_named_in(text) for text in (*texts, *quotes))


def _signals(connection: Connection, ids: Sequence[int]) -> dict[int, list[tuple[int, Signal]]]:
    """The signals of the events numbered ``ids`` with their own numbers."""
    table = schema.signals.c
    found: dict[int, list[tuple[int, Signal]]] = {id_: [] for id_ in ids}
    query = select(table.id, table.event_id, table.payload).where(table.event_id.in_(ids))
    for id_, event_id, payload in connection.execute(query):
        found[event_id].append((id_, unpack_signal(payload)))
    return found


def _change_events(connection: Connection, changed: Mapping[int, Event], whom: Whom) -> None:
    """Write the events without them; no other edition may take their place from now on."""
    table = schema.events
    ranks = select(table.c.id, table.c.rank).where(table.c.id.in_(list(changed)))
    rank = {id_: old.partition("|")[0] + gate.CLOSED for id_, old in connection.execute(ranks)}
    rows = [
        {"i": id_, "p": pack_event(event_without(event, whom)), "r": rank[id_]}
        for id_, event in changed.items()
    ]
    if rows:
        change = update(table).where(table.c.id == bindparam("i"))
        values: dict[str, Any] = {
            "payload": bindparam("p"),
            "rank": bindparam("r"),
            "text": None,
            "quoted": None,
        }
        connection.execute(change.values(values), rows)


def _change_signals(
    connection: Connection,
    changed: Mapping[int, Event],
    signals: Mapping[int, Sequence[tuple[int, Signal]]],
    whom: Whom,
) -> None:
    table = schema.signals
    lost: list[int] = []
    rows: _Rows = []
    for id_, event in changed.items():
        others = stand_ins(event, whom)
        for number, signal in signals[id_]:
            left = signal_without(signal, whom, others, event.kind == "mail")
            if left is None:
                lost.append(number)
            elif left != signal:
                rows.append({"i": number, "p": pack_signal(left)})
    for chunk in batches(lost, BATCH):
        connection.execute(delete(table).where(table.c.id.in_(chunk)))
    if rows:
        change = update(table).where(table.c.id == bindparam("i"))
        connection.execute(change.values(payload=bindparam("p")), rows)


def _out_of_words(connection: Connection, whom: Whom) -> None:
    """Take them out of what the owner said, and of what Goodwill said."""
    said = schema.sayings
    theirs = sorted(whom.addresses)
    connection.execute(delete(said).where(said.c.about.in_(theirs) | said.c.value.in_(theirs)))
    for id_, kind, value in connection.execute(select(said.c.id, said.c.kind, said.c.value)).all():
        if kind in NOTES and whom.is_named_in(value):
            connection.execute(update(said).where(said.c.id == id_).values(value=whom.cut_from(value)))
    connection.execute(delete(schema.warnings).where(schema.warnings.c.address.in_(theirs)))
    told = schema.notices
    for id_, payload in connection.execute(select(told.c.id, told.c.payload)).all():
        if whom.is_named_in(payload):
            values = {"payload": json_without(payload, whom)}
            connection.execute(update(told).where(told.c.id == id_).values(values))
    wrong = schema.problems
    for id_, *texts in connection.execute(select(wrong.c.id, wrong.c.place, wrong.c.what)).all():
        if any(map(whom.is_named_in, texts)):
            connection.execute(delete(wrong).where(wrong.c.id == id_))


def _out_of_sources(connection: Connection, whom: Whom) -> None:
    """Take them out of the names of files and items, and of what was wrong with an account."""
    items, streams, accounts = schema.items, schema.streams, schema.accounts
    named = [one for one in connection.scalars(select(items.c.item).distinct()) if whom.is_named_in(one)]
    for chunk in batches(named, BATCH):
        connection.execute(delete(items).where(items.c.item.in_(chunk)))
    paths = select(streams.c.id, streams.c.name).where(streams.c.account == FILES)
    for id_, name in connection.execute(paths).all():
        if whom.is_named_in(name):
            connection.execute(delete(items).where(items.c.stream_id == id_))
            connection.execute(delete(streams).where(streams.c.id == id_))
    for name, trouble in connection.execute(select(accounts.c.name, accounts.c.trouble)).all():
        if whom.is_named_in(trouble):
            values = {"trouble": whom.cut_from(trouble)}
            connection.execute(update(accounts).where(accounts.c.name == name).values(values))
