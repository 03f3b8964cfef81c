"""The accounts that are polled, as the store keeps them, and how the last poll of each went."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from goodwill import schema
from goodwill.codec import moment
from goodwill.errors import InputError
from goodwill.plugin import Account

_TABLE = schema.accounts
LONGEST_WAIT = 86_400
BEFORE = "~"
"""The version of items that are to be read anew: no connector gives it."""


Trouble = Literal["", "waiting", "needs you"]
"""None; what passes by itself; and what only the owner can end."""
Condition = Literal["new", "reading history", "up to date", "waiting", "needs you"]


@dataclass(frozen=True, slots=True)
class State:
    """How an account stands; moments in seconds.

    ``read_at`` is the last poll that read all of it, ``tried_at`` the last one at all, ``reaches`` the oldest
    mail or entry that was read, ``pending`` how many are not read yet (roughly), and ``trouble`` why the last
    poll ended early, of a ``kind``, after so many ``failures`` in a row. Until ``wait_until`` the provider
    does not want to be asked.
    """

    account: Account
    tried_at: int | None
    read_at: int | None
    wait_until: int | None
    trouble: str
    reaches: int | None
    pending: int
    kind: Trouble = ""
    failures: int = 0

    @property
    def name(self) -> Condition:
        """How it stands in one word or two."""
        if self.kind:
            return self.kind
        if self.tried_at is None and self.read_at is None and self.reaches is None:
            return "new"
        return "reading history" if self.read_at is None else "up to date"

    def waits(self, now: float) -> bool:
        """Whether the provider is to be left alone ``now`` (seconds); a time days off means nothing."""
        return self.wait_until is not None and 0 < self.wait_until - now <= LONGEST_WAIT


def keep(connection: Connection, account: Account, now: int) -> None:
    """Keep an account that the owner has signed in to just now; its cursors stay if it was known."""
    before = connection.execute(select(_TABLE.c.read_at).where(_TABLE.c.name == account.name)).first()
    connection.execute(delete(_TABLE).where(_TABLE.c.name == account.name))
    row: dict[str, Any] = {"name": account.name, "provider": account.provider, "address": account.address}
    row |= {"settings": json.dumps(dict(account.settings)), "connected_at": now, "trouble": ""}
    row["read_at"] = before.read_at if before else None
    connection.execute(insert(_TABLE), [row])


def drop(connection: Connection, account: Account) -> None:
    """Forget an account with its cursors; what was read of it stays.

    A stream that was not read to its end stays too: what is known of its people is still a part only.
    """
    _forget_streams(connection, account, schema.streams.c.complete == 1)
    connection.execute(delete(schema.problems).where(schema.problems.c.source == account.name))
    connection.execute(delete(_TABLE).where(_TABLE.c.name == account.name))


def begin_anew(connection: Connection, account: Account) -> None:
    """Forget how far an account was read, so that it is read from the beginning.

    Which calendar entries its items hold stays known: what is not met again has gone meanwhile.
    """
    streams, items = schema.streams, schema.items
    ids = select(streams.c.id).where(streams.c.account == account.name)
    mine = items.c.stream_id.in_(ids)
    held = connection.execute(
        select(items.c.stream_id, items.c.item, func.max(items.c.key).label("key"))
        .where(mine, items.c.key.is_not(None))
        .group_by(items.c.stream_id, items.c.item)
    ).all()
    connection.execute(delete(items).where(mine))
    if held:
        connection.execute(insert(items), [{**row._mapping, "version": BEFORE} for row in held])
    anew = {"cursor": None, "complete": 0, "done": 0, "total": 0}
    connection.execute(update(streams).where(streams.c.account == account.name).values(anew))


def _forget_streams(connection: Connection, account: Account, which: ColumnElement[bool]) -> None:
    chosen = (schema.streams.c.account == account.name) & which
    ids = select(schema.streams.c.id).where(chosen)
    connection.execute(delete(schema.items).where(schema.items.c.stream_id.in_(ids)))
    connection.execute(delete(schema.streams).where(chosen))


def never_whole(connection: Connection) -> bool:
    """Whether an account was never read to its end."""
    return (
        connection.execute(select(_TABLE.c.name).where(_TABLE.c.read_at.is_(None)).limit(1)).first()
        is not None
    )


def states(connection: Connection) -> list[State]:
    """Every account with its state, by name."""
    streams = schema.streams.c
    query = select(streams.account, func.min(streams.reaches), func.sum(streams.total - streams.done))
    reach = {name: oldest for name, oldest, _ in connection.execute(query.group_by(streams.account))}
    pending = {name: int(rest) for name, _, rest in connection.execute(query.group_by(streams.account))}
    return [
        _state(row._mapping, reach, pending)
        for row in connection.execute(select(_TABLE).order_by(_TABLE.c.name))
    ]


def _state(row: Mapping[Any, Any], reach: Mapping[str, int], pending: Mapping[str, int]) -> State:
    account = Account(
        row["provider"], row["address"], json.loads(row["settings"]), connected=moment(row["connected_at"])
    )
    return State(
        account,
        row["tried_at"],
        row["read_at"],
        row["wait_until"],
        row["trouble"],
        reach.get(account.name),
        pending.get(account.name, 0),
        row["kind"],
        row["failures"],
    )


def one(connection: Connection, wanted: str) -> Account:
    """The account called ``wanted``, by its name or address; raises InputError for none or several."""
    known = [state.account for state in states(connection)]
    wanted = wanted.strip().lower()
    found = [a for a in known if wanted in (a.name.lower(), a.address.lower(), a.provider)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(account.name for account in found or known)
    if not found:
        raise InputError(
            f"no account is called '{wanted}'", f"There are {names}" if names else "None is connected"
        )
    raise InputError(f"'{wanted}' may be {names}", "Name one of them")


def tried(
    connection: Connection, account: Account, now: int, trouble: str, kind: Trouble, wait_until: int | None
) -> None:
    """Write down how a poll ended: without ``trouble`` everything was read."""
    values: dict[str, Any] = {"tried_at": now, "trouble": trouble, "kind": kind, "wait_until": wait_until}
    values["failures"] = _TABLE.c.failures + 1 if trouble else 0
    if not trouble:
        values["read_at"] = now
    connection.execute(update(_TABLE).where(_TABLE.c.name == account.name).values(values))
