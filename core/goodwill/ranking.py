"""Where somebody stands among all, by capital: only those with news are counted anew.

What is kept is a cache. A sum of entries that fade alike fades as each of them does, so that the capital
of a later day follows from one number a half-life.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from goodwill import schema, shelf
from goodwill.asks import WAIT_DAYS
from goodwill.codec import digest
from goodwill.errors import StoreError
from goodwill.judging import need_owner
from goodwill.ledger import DAY
from goodwill.model import Entry, Person
from goodwill.standing import fold
from goodwill.store import Store

_TABLE = schema.capitals
FOR_EVER = 2**62
CHUNK = 400


@dataclass(frozen=True, slots=True)
class Counted:
    """Capital as it was counted ``at`` a moment (seconds), by half-life (days); it holds ``until`` another.

    ``stamp`` tells what it was counted from.
    """

    stamp: str
    at: int
    until: int
    sums: tuple[tuple[float, float], ...]

    def capital(self, now: int) -> float:
        """Return what it is ``now`` (seconds), in points."""
        days = (now - self.at) / DAY
        return float(sum(points * 0.5 ** (days / half_life) for half_life, points in self.sums))


def counted(entries: Sequence[Entry], stamp: str, now: int) -> Counted:
    """Return the capital of ``entries`` as of ``now`` (seconds) in a form that can be kept.

    It holds until the next ask that is still open counts as ignored.
    """
    sums: dict[float, float] = defaultdict(float)
    for entry in entries:
        if entry.points:
            sums[entry.half_life] += entry.value(now)
    waits = (e.at + WAIT_DAYS * DAY for e in entries if e.outcome == "open")
    return Counted(stamp, now, min(waits, default=FOR_EVER), tuple(sorted(sums.items())))


def rank(store: Store, person: Person, now: int) -> tuple[int, int] | None:
    """The place of ``person`` by capital as of ``now`` (seconds), from 1, and of how many; None for nobody.

    Those who have equally much share a place.
    """
    capitals = refresh(store, now)
    if person.id not in capitals:
        return None
    mine = round(capitals[person.id], 9)
    return 1 + sum(round(other, 9) > mine for other in capitals.values()), len(capitals)


def refresh(store: Store, now: int) -> dict[int, float]:
    """Count the capital as of ``now`` (seconds) of those with news, and keep it; returns everybody's."""
    with store.reading() as connection:
        fresh, capitals = _count(connection, _kept(connection), now)
    if fresh:
        _keep(store, fresh)
    return capitals


def _count(
    connection: Connection, kept: dict[int, Counted], now: int
) -> tuple[dict[int, Counted], dict[int, float]]:
    """Everybody's capital by their number, and what had to be counted anew for it."""
    owner = need_owner(connection)
    stamps = shelf.stamps(connection, now)
    fresh: dict[int, Counted] = {}
    capitals: dict[int, float] = {}
    for person, ids, _conduct, _last in shelf.persons(connection, now):
        if not owner.isdisjoint(person.addresses):
            continue
        stamp = f"{digest(repr([(id_, stamps.get(id_)) for id_ in ids])):016x}"
        one = kept.get(person.id)
        if one is None or one.stamp != stamp or not one.at <= now <= one.until:
            theirs = frozenset(person.addresses)
            entries = fold(shelf.contacts(connection, ids, now), theirs, owner, now).entries
            fresh[person.id] = one = counted(entries, stamp, now)
        capitals[person.id] = one.capital(now)
    later = {id_ for id_ in fresh if id_ in kept and kept[id_].at > now}
    return {id_: one for id_, one in fresh.items() if id_ not in later}, capitals


def _kept(connection: Connection) -> dict[int, Counted]:
    return {
        row.person_id: Counted(row.stamp, row.at, row.until, tuple(map(tuple, json.loads(row.sums))))
        for row in connection.execute(select(_TABLE))
    }


def _keep(store: Store, fresh: dict[int, Counted]) -> None:
    rows: list[dict[str, Any]] = [
        {"person_id": id_, "stamp": one.stamp, "at": one.at, "until": one.until, "sums": json.dumps(one.sums)}
        for id_, one in fresh.items()
    ]
    try:
        with store.writing(), store.transaction() as connection:
            for start in range(0, len(rows), CHUNK):
                chunk = rows[start : start + CHUNK]
                numbers = [row["person_id"] for row in chunk]
                connection.execute(delete(_TABLE).where(_TABLE.c.person_id.in_(numbers)))
                connection.execute(insert(_TABLE), chunk)
    except StoreError:
        return  # A cache: whoever asks next counts again.
