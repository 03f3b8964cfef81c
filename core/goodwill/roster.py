"""Everybody at one glance: where each stands by capital, kept in memory between two questions.

Only those with news are counted anew; all of them when the day has turned. Whoever asks gets what is known,
however much is being counted meanwhile: with 20,000 people that takes some seconds the first time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from goodwill import posting, schema, shelf
from goodwill.codec import digest as hash_of
from goodwill.errors import GoodwillError
from goodwill.judging import need_owner
from goodwill.model import Person, Saying
from goodwill.roll import Calling, Line, Roll, calling_of, line_of, roll_of
from goodwill.said import said_of
from goodwill.standing import fold
from goodwill.store import Store

OLD = 600
"""Seconds after which those with news are looked for although nothing was stored: time passes."""
STALE = 6 * 3_600
"""Seconds after which everybody is counted anew."""
PAUSE = 5
"""Nobody is counted again until this many times as long has passed as it took."""
BREATH = 0.0002
"""Seconds for which the counting lets others go ahead after each person."""

_log = logging.getLogger("goodwill.roster")


@dataclass(slots=True)
class _Known:
    stamp: int
    line: Line
    calling: Calling | None


class Roster:
    """Keeps the roll of one store; may be asked by several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._roll: Roll | None = None
        self._known: dict[tuple[int, ...], _Known] = {}
        self._whole_at = 0
        self._stamp: object = None
        self._rests_until = 0.0
        self._running: threading.Event | None = None
        self._error: GoodwillError | None = None
        self._news = self._times = 0  # how often ``expect`` and ``forget`` were called

    def roll(self, now: int, patience: float) -> Roll | None:
        """The roll as of about ``now``; None where it cannot be there within ``patience`` seconds.

        Raises GoodwillError where the store cannot be read.
        """
        with self._store.reading() as connection:
            stamp = _stamp_of(connection)
        if not self._is_fresh(stamp, now):
            done = self._refresh(stamp, now)
            done.wait(patience)
            if self._error is not None and self._roll is None:
                raise self._error
        return self._roll

    @property
    def is_known(self) -> bool:
        """Whether anybody was counted yet."""
        return self._roll is not None

    def expect(self) -> None:
        """Let the next question count those with news, however lately they were counted."""
        with self._lock:
            self._news += 1
            self._rests_until = 0.0

    def forget(self) -> None:
        """Keep nothing of anybody."""
        with self._lock:
            self._roll, self._known, self._stamp, self._whole_at = None, {}, None, 0
            self._times += 1
            self._rests_until = 0.0

    def _is_fresh(self, stamp: object, now: int) -> bool:
        roll = self._roll
        if roll is None:
            return False
        rests = time.monotonic() < self._rests_until
        return rests or (stamp == self._stamp and 0 <= now - roll.at < OLD)

    def _refresh(self, stamp: object, now: int) -> threading.Event:
        """Count in a thread of its own; returns what is set at its end."""
        with self._lock:
            if self._running is None:
                self._running = threading.Event()
                threading.Thread(
                    target=self._work, args=(stamp, now, self._running), name="roster", daemon=True
                ).start()
            return self._running

    def _work(self, stamp: object, now: int, done: threading.Event) -> None:
        begun, self._error = time.monotonic(), None
        news, times = self._news, self._times
        try:
            roll, known, whole_at = self._count(now)
            with self._lock:
                if times == self._times:  # else somebody was forgotten meanwhile
                    self._roll, self._known, self._whole_at, self._stamp = roll, known, whole_at, stamp
        except GoodwillError as error:
            self._error = error
        except Exception as error:  # nobody waits for this thread; it must not vanish
            _log.error("counting: this should not have happened (%s)", type(error).__name__)
            self._error = GoodwillError("this should not have happened", "The log tells more")
        finally:
            with self._lock:
                if (news, times) == (self._news, self._times):
                    self._rests_until = time.monotonic() + PAUSE * (time.monotonic() - begun)
                self._running = None
            done.set()

    def _count(self, now: int) -> tuple[Roll, dict[tuple[int, ...], _Known], int]:
        anew = not 0 <= now - self._whole_at < STALE
        before = {} if anew else self._known
        known: dict[tuple[int, ...], _Known] = {}
        with self._store.reading() as connection:
            owner = need_owner(connection)
            said = _by_name(posting.sayings(connection))
            stamps = shelf.stamps(connection, now)
            for person, ids, _conduct, _last in shelf.persons(connection, now):
                if not owner.isdisjoint(person.addresses):
                    continue
                theirs = _about(said, person)
                stamp = hash_of(repr((person, [stamps.get(id_) for id_ in ids], [one.id for one in theirs])))
                one = before.get(ids)
                if one is None or one.stamp != stamp:
                    contacts = shelf.contacts(connection, ids, now)
                    addresses = frozenset(person.addresses)
                    told = said_of(theirs, person.addresses, now)
                    standing = fold(contacts, addresses, owner, now, told)
                    calling = calling_of(person, ids, standing)
                    one = _Known(stamp, line_of(person, standing), calling)
                    time.sleep(BREATH)  # a check that waits at the door goes first
                known[ids] = one
        return _rolled(known.values(), now), known, now if anew else self._whole_at


def _rolled(known: Collection[_Known], now: int) -> Roll:
    calling = (one.calling for one in known if one.calling is not None)
    return roll_of((one.line for one in known), calling, now)


def _by_name(sayings: Iterable[Saying]) -> dict[str, list[Saying]]:
    found: dict[str, list[Saying]] = defaultdict(list)
    for one in sayings:
        found[one.about].append(one)
    return found


def _about(said: dict[str, list[Saying]], person: Person) -> list[Saying]:
    """What was said of a person or of their domain."""
    if not said:
        return []
    names = {name for address in person.addresses for name in (address, f"@{address.rpartition('@')[2]}")}
    return [one for name in sorted(names) for one in said.get(name, ())]


def _stamp_of(connection: Connection) -> object:
    """A value that changes whenever something is stored that a line may be made of."""
    meta = schema.meta.c
    numbers = connection.execute(select(meta.name, meta.value).order_by(meta.name)).all()
    contacts = connection.scalar(select(func.count()).select_from(schema.contacts))
    return tuple(map(tuple, numbers)), contacts, posting.owner_of(connection)
