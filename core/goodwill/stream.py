"""Hands the event stream to subscribers: each from its own place, at least once, in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from goodwill import schema
from goodwill.codec import digest, readable_event, readable_signal, unpack_event, unpack_signal
from goodwill.plugin import Loaded, SubscriberHooks, hooks_of
from goodwill.store import Store

PAGE = 200
Row = tuple[int, str, dict[str, Any]]


def _events_after(connection: Connection, position: int) -> list[Row]:
    table = schema.events.c
    query = select(table.id, table.kind, table.at, table.payload, table.text, table.quoted)
    rows = connection.execute(query.where(table.id > position).order_by(table.id).limit(PAGE)).all()
    events = [(row[0], unpack_event(*row[1:])) for row in rows]
    return [(id_, f"{digest(min(event.keys)):016x}", readable_event(event)) for id_, event in events]


def _signals_after(connection: Connection, position: int) -> list[Row]:
    table = schema.signals.c
    query = select(table.id, table.payload, table.detector)
    rows = connection.execute(query.where(table.id > position).order_by(table.id).limit(PAGE)).all()
    return [
        (id_, f"{digest(detector + payload):016x}", readable_signal(unpack_signal(payload)))
        for id_, payload, detector in rows
    ]


def _notices_after(topic: str) -> Callable[[Connection, int], list[Row]]:
    def after(connection: Connection, position: int) -> list[Row]:
        table = schema.notices.c
        query = select(table.id, table.key, table.payload).where(table.topic == topic, table.id > position)
        rows = connection.execute(query.order_by(table.id).limit(PAGE)).all()
        return [(id_, key, json.loads(payload)) for id_, key, payload in rows]

    return after


TOPICS: dict[str, tuple[Callable[[Connection, int], list[Row]], str]] = {
    "event": (_events_after, "event"),
    "signal": (_signals_after, "signal"),
    "verdict": (_notices_after("verdict"), "verdict"),
    "digest": (_notices_after("digest"), "digest"),
    "account": (_notices_after("account"), "account"),
    "draft": (_notices_after("draft"), "draft"),
}


def publish(connection: Connection, topic: str, key: str, payload: dict[str, Any]) -> None:
    """Put a verdict or a digest into the stream; the same ``key`` again changes nothing."""
    table = schema.notices
    known = connection.scalar(select(table.c.id).where(table.c.topic == topic, table.c.key == key))
    if known is None:
        text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
        connection.execute(insert(table).values(topic=topic, key=key, payload=text))


def deliver(store: Store, subscribers: Iterable[Loaded], now: int) -> None:
    """Give each subscriber what it has not had yet.

    One that raises is left at its place: it gets the same thing again at the next delivery, the
    problem is recorded, and the other subscribers go on.
    """
    for loaded in subscribers:
        if loaded.plugin is None:
            continue
        for name, hook in hooks_of(loaded.plugin, SubscriberHooks).items():
            topic = name.removeprefix("goodwill_on_")
            _deliver(store, loaded, topic, hook, now)


def _deliver(store: Store, loaded: Loaded, topic: str, hook: Any, now: int) -> None:
    after, argument = TOPICS[topic]
    while True:
        with store.reading() as connection:
            position = place(connection, loaded.name, topic)
            rows = after(connection, position)
        if not rows:
            return
        failure: BaseException | None = None
        for id_, key, payload in rows:
            try:
                hook(key=key, **{argument: payload})
            except (Exception, SystemExit) as error:  # a stranger's subscriber may raise anything
                failure = error
                break
            position = id_
        with store.transaction() as connection:
            _set_place(connection, loaded.name, topic, position)
            _record(connection, loaded, topic, failure, now)
        if failure is not None:
            return


def place(connection: Connection, subscriber: str, topic: str) -> int:
    """The number of the last thing of ``topic`` that ``subscriber`` took; 0 before the first."""
    table = schema.places.c
    query = select(table.position).where(table.subscriber == subscriber, table.topic == topic)
    return connection.scalar(query) or 0


def _set_place(connection: Connection, subscriber: str, topic: str, position: int) -> None:
    table = schema.places
    mine = (table.c.subscriber == subscriber) & (table.c.topic == topic)
    connection.execute(delete(table).where(mine))
    connection.execute(insert(table).values(subscriber=subscriber, topic=topic, position=position))


def _record(
    connection: Connection, loaded: Loaded, topic: str, failure: BaseException | None, now: int
) -> None:
    table = schema.problems
    where = f"subscriber {loaded.name}, {topic} stream"
    connection.execute(delete(table).where(table.c.source == loaded.name, table.c.place == where))
    if failure is not None:
        connection.execute(
            insert(table).values(
                at=now,
                source=loaded.name,
                place=where,
                what=f"stopped with {type(failure).__name__}",
                remedy=f"It will be tried again; if it stays, update or switch off {loaded.distribution}",
            )
        )
