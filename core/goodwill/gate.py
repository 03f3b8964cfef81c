"""What is not let in again: mails and entries of people who were forgotten, and people forgotten for good.

Of the former the hashes of the keys stay, with no event behind them; of the latter a salted hash of each
address.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b

from sqlalchemy import Connection, delete, insert, select, update

from goodwill import schema
from goodwill.forgotten import Whom, concerns_others, event_without, takes_part
from goodwill.model import Event
from goodwill.posting import batches, get_meta, set_meta

NOTHING = 0
"""The number of no event: what the keys of a forgotten one lead to."""
CLOSED = "|~"
"""How the rank of an event ends from which somebody was taken out: no other edition may take its place."""
CHUNK = 400
_SALT, _NEVER = "never_salt", "never:"


def close(connection: Connection, events: Iterable[int]) -> None:
    """Let the keys of ``events`` lead to nothing, so that they do not come back."""
    keys = schema.keys
    for chunk in batches(events, CHUNK):
        connection.execute(update(keys).where(keys.c.event_id.in_(chunk)).values(event_id=NOTHING))


def close_series(connection: Connection, hashes: Collection[int]) -> None:
    """Let no further occurrence of the series whose keys have these ``hashes`` in."""
    keys = schema.keys
    for chunk in batches(sorted(hashes), CHUNK):
        known = set(connection.scalars(select(keys.c.hash).where(keys.c.hash.in_(chunk))))
        rows = [{"hash": one, "event_id": NOTHING} for one in chunk if one not in known]
        if rows:
            connection.execute(insert(keys), rows)


def closed(connection: Connection, among: Collection[int] | None = None) -> set[int]:
    """The numbers of the stored events (``among`` these) from which somebody was taken out."""
    table = schema.events.c
    query = select(table.id).where(table.rank.endswith(CLOSED, autoescape=True))
    if among is None:
        return set(connection.scalars(query))
    chunks = batches(sorted(among), CHUNK)
    return {id_ for chunk in chunks for id_ in connection.scalars(query.where(table.id.in_(chunk)))}


def never_again(connection: Connection, addresses: Collection[str]) -> None:
    """Let nothing in any more with these ``addresses``; of each only a salted hash is kept."""
    welcome(connection, addresses)
    salt = get_meta(connection, _SALT) or secrets.token_hex(16)
    set_meta(connection, _SALT, salt)
    for address in addresses:
        set_meta(connection, _NEVER + _hash(address, salt), "")


def welcome(connection: Connection, addresses: Collection[str]) -> bool:
    """Take ``never_again`` back; returns whether it held for one of the ``addresses``."""
    salt = get_meta(connection, _SALT)
    names = [_NEVER + _hash(address, salt) for address in addresses] if salt else []
    gone = connection.execute(delete(schema.meta).where(schema.meta.c.name.in_(names)))
    return gone.rowcount > 0


def admitted(connection: Connection, events: Sequence[Event], owner: Collection[str]) -> list[Event]:
    """The ``events`` without whoever was forgotten for good; one that concerns nobody else is left out."""
    table = schema.meta.c
    stored = connection.scalars(select(table.name).where(table.name.startswith(_NEVER, autoescape=True)))
    never = {name.removeprefix(_NEVER) for name in stored}
    if not never:
        return list(events)
    salt = get_meta(connection, _SALT) or ""
    named = {party.address for event in events for party in event.parties}
    barred = frozenset(address for address in named if _hash(address, salt) in never)
    found = []
    for event in events:
        names = {party.name for party in (*event.parties, *event.to, *event.cc) if party.address in barred}
        whom = Whom(barred, frozenset(names) - {""})
        if not barred or not takes_part(event, whom):
            found.append(event)
        elif concerns_others(event, whom, owner):
            found.append(event_without(event, whom, words=True))
    return found


def _hash(address: str, salt: str) -> str:
    return blake2b(address.encode(), key=salt.encode(), digest_size=16).hexdigest()
