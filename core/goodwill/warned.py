"""Keeps the warnings that were given, and what came of each."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select, update

from goodwill import posting, schema
from goodwill.codec import digest
from goodwill.model import Verdict
from goodwill.outcomes import SETTLED, Answer, Warned
from goodwill.said import sentence_key

RESET = "review_since"
_TABLE = schema.warnings
_ALL = select(*(c for c in _TABLE.c if c.name != "draft")).order_by(_TABLE.c.id)
# Built once: composing a query costs more than running it.
_LATELY_SETTLED = (
    _ALL.where(
        _TABLE.c.at <= bindparam("now"), _TABLE.c.id > bindparam("since"), _TABLE.c.answer.in_(SETTLED)
    )
    .order_by(None)
    .order_by(_TABLE.c.id.desc())
    .limit(bindparam("most"))
)


def keep(connection: Connection, verdict: Verdict) -> dict[str, int]:
    """Keep a verdict's warnings; returns the number of each by its address.

    The same draft to the same person, checked twice on one day, is one warning.
    """
    numbers: dict[str, int] = {}
    for one in verdict.recipients:
        if one.verdict == "clear":
            continue
        asks = [ask for ask in verdict.asks if one.address in ask.to and not ask.routine]
        keys = sorted(sentence_key(ask.quote) for ask in asks)
        draft = digest(f"{keys} {verdict.now // 86_400}")
        known = (_TABLE.c.draft == draft) & (_TABLE.c.address == one.address)
        found = connection.scalar(select(_TABLE.c.id).where(known))
        if found is None:
            found = posting.next_id(connection, _TABLE)
            payload = {
                "codes": [reason.code for reason in one.reasons],
                "types": [ask.type for ask in asks],
                "keys": keys,
            }
            row = {"id": found, "at": verdict.now, "draft": draft, "address": one.address}
            row |= {"verdict": one.verdict, "payload": json.dumps(payload), "answer": ""}
            connection.execute(insert(_TABLE), [row])
        numbers[one.address] = int(found)
    return numbers


def all_up_to(connection: Connection, now: int) -> list[Warned]:
    """Return the warnings given up to ``now`` (seconds), oldest first."""
    return [_warned(*row) for row in connection.execute(_ALL.where(_TABLE.c.at <= now))]


def _warned(id_: int, at: int, address: str, verdict: str, payload: str, answer: Answer) -> Warned:
    kept = {name: tuple(values) for name, values in json.loads(payload).items()}
    return Warned(id_, at, address, verdict, answer=answer, **kept)


def lately_settled(connection: Connection, now: int, most: int) -> list[Warned]:
    """Those of the latest warnings since the last reset, up to ``now`` (seconds), that came to an end."""
    since = int(posting.get_meta(connection, RESET) or -1)
    rows = connection.execute(_LATELY_SETTLED, {"now": now, "since": since, "most": most}).all()
    return [_warned(*row) for row in reversed(rows)]


def since_reset(connection: Connection, warnings: Sequence[Warned]) -> list[Warned]:
    """Return those after which the owner did not yet say that the threshold is to begin anew."""
    since = int(posting.get_meta(connection, RESET) or -1)
    return [one for one in warnings if one.id > since]


def reset(connection: Connection) -> None:
    """Learn nothing any more from the warnings given so far."""
    posting.set_meta(
        connection, RESET, str(connection.scalar(select(_TABLE.c.id).order_by(_TABLE.c.id.desc())) or 0)
    )


def settle(connection: Connection, id_: int, answer: Answer) -> None:
    """Write down what came of a warning."""
    connection.execute(update(_TABLE).where(_TABLE.c.id == id_).values(answer=answer))
