"""Events enter the store: each once, read by the detectors, and posted to the people it touches.

Everything here runs inside the caller's transaction, so that a page of events and the cursor after it
are kept together or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from goodwill import gate, schema
from goodwill.codec import digest, message_hash, pack_event, pack_signal, seconds
from goodwill.detect import Detectors, quoted_mail
from goodwill.model import Context, Event
from goodwill.plugin import Series
from goodwill.posting import batches, next_id, owner_of, post, stored_events, withdraw
from goodwill.words import normalize_subject

CHUNK = 400
"""How many values one IN (…) names; SQLite's oldest limit is 999."""


@dataclass(slots=True)
class Tally:
    """What became of the events of a batch: ``met`` is all, ``again`` those that were known before."""

    met: int = 0
    mails: int = 0
    new: int = 0
    again: int = 0
    reread: int = 0
    items: int = 0
    problems: int = 0

    def add(self, other: Tally) -> None:
        """Count another batch as well."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


@dataclass(slots=True)
class _Row:
    id: int
    rank: str
    readers: int

    @property
    def closed(self) -> bool:
        """Whether it was forgotten, or somebody in it: no edition takes its place."""
        return self.rank.endswith(gate.CLOSED)


@dataclass(slots=True)
class _Plan:
    """What a batch will change: new events, stored ones that give way, and which key is whose now."""

    known: dict[int, _Row]
    fresh: dict[int, tuple[_Row, Event]] = field(default_factory=dict)
    heirs: dict[int, int] = field(default_factory=dict)
    erased: list[int] = field(default_factory=list)
    changed: dict[int, int] = field(default_factory=dict)

    def heir(self, id_: int) -> int:
        while id_ in self.heirs:
            id_ = self.heirs[id_]
        return id_


class Book:
    """Appends events to one store, as its only writer. ``now`` (seconds) dates the problems.

    With ``keep_full`` the words of events are kept, from the moment ``oldest`` (seconds) on.
    """

    def __init__(self, detectors: Detectors, keep_full: bool, now: int, oldest: int = -(2**62)) -> None:
        self._detectors = detectors
        self._keep_full = keep_full
        self._oldest = oldest
        self._now = now

    def readers(self, connection: Connection) -> int:
        """The number of today's set of detectors."""
        return readers_id(connection, self._detectors.fingerprint)

    def append(self, connection: Connection, events: Sequence[Event], tally: Tally) -> None:
        """Store the events that are new or a better edition; the others only gain what keys they lack.

        Which of several editions stays does not depend on their order.
        """
        owner = owner_of(connection)
        readers = self.readers(connection)
        met = len(events)
        events = gate.admitted(connection, events, owner)
        tally.met += met - len(events)
        tally.again += met - len(events)
        plan = _Plan(_known(connection, events))
        stored = set(plan.known)
        free = next_id(connection, schema.events)
        for event in events:
            free = _place(event, plan, free, readers, tally)
        _clear(connection, plan, owner)
        _write_keys(connection, plan, stored)
        fresh = {id_: event for id_, (_, event) in plan.fresh.items()}
        rows = [self._row(row, event) for row, event in plan.fresh.values()]
        if rows:
            connection.execute(insert(schema.events), rows)
        self._read(connection, fresh, owner)
        post(connection, fresh, owner)

    def missing(self, connection: Connection, series: Series, held: Collection[str]) -> set[int]:
        """The stored occurrences of ``series`` whose keys its newest edition does not hold, by number."""
        table, keys = schema.events.c, schema.keys
        query = select(table.id, table.rank).where(table.series == digest(series.key))
        if series.since is not None:
            query = query.where(table.at >= seconds(series.since))
        if series.until is not None:
            query = query.where(table.at < seconds(series.until))
        stored = {id_ for id_, rank in connection.execute(query) if rank.partition("|")[0] <= series.edition}
        for chunk in batches(sorted({digest(key) for key in (*held, *series.holds)}), CHUNK):
            stored -= set(connection.scalars(select(keys.c.event_id).where(keys.c.hash.in_(chunk))))
        return stored

    def call_off(self, connection: Connection, events: Collection[int]) -> None:
        """Take out stored calendar entries, by their numbers."""
        keys = schema.keys
        gate.close(connection, gate.closed(connection, events))
        for chunk in batches(sorted(set(events) - {gate.NOTHING}), CHUNK):
            connection.execute(delete(keys).where(keys.c.event_id.in_(chunk)))
            withdraw(connection, chunk, owner_of(connection))

    def reread(self, connection: Connection) -> tuple[int, int]:
        """Let the detectors read every event again whose words were kept, or that never had any.

        Returns how many were read, and how many mails could not be: of those only the sentences that
        signals quote were kept, so they keep the signals that they have. So do events from which somebody
        was taken out: what is left of their words tells less than was in them.
        """
        owner = owner_of(connection)
        readers = self.readers(connection)
        closed = gate.closed(connection)
        read = left = 0
        for batch in batches(stored_events(connection), CHUNK):
            whole = [(id_, event) for id_, event in batch if id_ not in closed]
            events = {id_: event for id_, event in whole if event.text or event.kind == "calendar"}
            read += len(events)
            left += len(whole) - len(events)
            for table in (schema.signals, schema.problems):
                connection.execute(delete(table).where(table.c.event_id.in_(sorted(events))))
            done = sorted({*events, *(id_ for id_, _ in batch if id_ in closed)})
            renewed = update(schema.events).where(schema.events.c.id.in_(done))
            connection.execute(renewed.values(readers=readers))
            self._read(connection, events, owner)
        return read, left

    def _read(self, connection: Connection, events: Mapping[int, Event], owner: frozenset[str]) -> None:
        """Store what the detectors say of ``events``."""
        signals: list[dict[str, Any]] = []
        problems: list[dict[str, Any]] = []
        free = next_id(connection, schema.signals)
        for id_, event in events.items():
            finding = self._detectors.detect(event, Context(owner, quoted_mail(event)))
            for name, signal in finding.signals:
                row = {"id": free + len(signals), "event_id": id_, "detector": name}
                signals.append(row | {"payload": pack_signal(signal)})
            for name, problem in finding.problems:
                row = {"at": self._now, "source": name, "event_id": id_, "place": problem.place}
                problems.append(row | {"what": problem.what, "remedy": problem.remedy})
        if signals:
            connection.execute(insert(schema.signals), signals)
        if problems:
            connection.execute(insert(schema.problems), problems)

    def _row(self, row: _Row, event: Event) -> dict[str, Any]:
        topic = normalize_subject(event.subject) if event.kind == "mail" else ""
        kept = self._keep_full and seconds(event.at) >= self._oldest
        return {
            "id": row.id,
            "kind": event.kind,
            "at": seconds(event.at),
            "message": message_hash(event.message_id) if event.message_id else None,
            "parent": message_hash(event.parents[-1]) if event.parents else None,
            "topic": digest(topic) if topic else None,
            "rank": row.rank,
            "readers": row.readers,
            "payload": pack_event(event),
            "text": event.text if kept else None,
            "quoted": event.quoted if kept else None,
            "series": digest(event.series) if event.series else None,
        }


def readers_id(connection: Connection, fingerprint: str) -> int:
    """The number under which this set of detectors, with their versions, is known."""
    table = schema.readers
    found = connection.scalar(select(table.c.id).where(table.c.detectors == fingerprint))
    if found is None:
        found = next_id(connection, table)
        connection.execute(insert(table).values(id=found, detectors=fingerprint))
    return int(found)


def _rank(event: Event) -> str:
    """A string whose order tells the better of two editions; equal only for equal content.

    The later edition of a calendar entry; of a mail the copy that did not come through a list, and
    among such copies any, as long as it is always the same one.
    """
    parties = f"{event.sender}{event.to}{event.cc}"
    content = f"{sorted(event.keys)}{parties}{event.subject}{event.text}{event.appointment}"
    # A calendar entry without an edition knows least; "-" sorts before every number, as "|" does not.
    edition = event.version[:60] or ("-" if event.kind == "calendar" else "")
    return f"{edition}|{not event.bulk:d}{event.dated:d}|{digest(content):016x}"


def _known(connection: Connection, events: Sequence[Event]) -> dict[int, _Row]:
    """Map the hashes of the events' keys to the stored events that have them."""
    hashes = sorted({digest(key) for event in events for key in (*event.keys, event.series) if key})
    table, keys = schema.events.c, schema.keys.c
    query = (
        select(keys.hash, keys.event_id, table.rank, table.readers)
        .join_from(schema.keys, schema.events, table.id == keys.event_id, isouter=True)
        .where((keys.event_id == gate.NOTHING) | table.id.is_not(None))
    )
    found: dict[int, _Row] = {}
    rows: dict[int, _Row] = {}
    for chunk in batches(hashes, CHUNK):
        for hash_, id_, rank, readers in connection.execute(query.where(keys.hash.in_(chunk))):
            row = _Row(id_, rank, readers) if id_ != gate.NOTHING else _Row(id_, gate.CLOSED, 0)
            found[hash_] = rows.setdefault(id_, row)
    return found


def _refuse(hashes: Sequence[int], closed: _Row, plan: _Plan, tally: Tally) -> None:
    """Leave an event out that was forgotten, under whatever other keys it is met."""
    tally.again += 1
    for hash_ in hashes:
        if hash_ not in plan.known:
            plan.known[hash_] = closed
            plan.changed[hash_] = closed.id


def _place(event: Event, plan: _Plan, free: int, readers: int, tally: Tally) -> int:
    """Decide whether ``event`` is new, a better edition of a known one, or nothing new.

    ``free`` is the next free number of an event; returns the one after this event.
    """
    hashes = [digest(key) for key in event.keys]
    matches = list({plan.known[h].id: plan.known[h] for h in hashes if h in plan.known}.values())
    rank = _rank(event)
    tally.met += 1
    tally.mails += event.kind == "mail"
    entry = plan.known.get(digest(event.series)) if event.series else None
    shut = next((row for row in (*matches, entry) if row is not None and row.closed), None)
    if shut is not None:
        _refuse(hashes, shut, plan, tally)
        return free
    best = max(matches, key=lambda row: (row.rank, -row.id), default=None)
    stale = best is not None and best.rank == rank and best.readers != readers
    tally.new += best is None
    tally.again += best is not None
    tally.reread += stale
    if best is None or rank > best.rank or stale:
        best = _Row(free, rank, readers)
        plan.fresh[free] = best, event
        free += 1
    for match in matches:
        if match.id != best.id:
            _give_way(match, best, plan)
    for hash_ in hashes:
        if hash_ not in plan.known or plan.known[hash_].id != best.id:
            plan.known[hash_] = best
            plan.changed[hash_] = best.id
    return free


def _give_way(loser: _Row, winner: _Row, plan: _Plan) -> None:
    """Let ``winner`` take over the identity of ``loser``."""
    for hash_, row in plan.known.items():
        if row.id == loser.id:
            plan.known[hash_] = winner
            plan.changed[hash_] = winner.id
    plan.heirs[loser.id] = winner.id
    if plan.fresh.pop(loser.id, None) is None:
        plan.erased.append(loser.id)


def _clear(connection: Connection, plan: _Plan, owner: frozenset[str]) -> None:
    """Take the stored events that give way out of the book, and hand on the keys they have."""
    for loser in plan.erased:
        keys = update(schema.keys).where(schema.keys.c.event_id == loser)
        connection.execute(keys.values(event_id=plan.heir(loser)))
    withdraw(connection, plan.erased, owner)


def _write_keys(connection: Connection, plan: _Plan, stored: set[int]) -> None:
    changed = {hash_: plan.heir(id_) for hash_, id_ in plan.changed.items()}
    moved = [hash_ for hash_ in changed if hash_ in stored]
    for chunk in batches(moved, CHUNK):
        connection.execute(delete(schema.keys).where(schema.keys.c.hash.in_(chunk)))
    if changed:
        rows = [{"hash": hash_, "event_id": id_} for hash_, id_ in changed.items()]
        connection.execute(insert(schema.keys), rows)
