"""The background (``goodwill run``): reads every account in its rhythm, and makes the digest at its hour.

One thread keeps the agenda (the standard library's ``sched``, on a clock that is given), the others read, one
account each: one that is dead or slow delays nobody. Nothing is kept in memory that is not in the store, so
that a crash at any moment costs a page of mail at the most; and stopping means to end the page at hand, or,
where that takes too long, to end like a crash.
"""

from __future__ import annotations

import logging
import random
import sched
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import time, tzinfo
from threading import Event, Lock

from goodwill import accounts, polling, posting, ranking, rhythm
from goodwill.accounts import State
from goodwill.app import App
from goodwill.book import Tally
from goodwill.clock import Clock
from goodwill.errors import GoodwillError
from goodwill.logs import masked
from goodwill.plugin import Page
from goodwill.sync import PATIENCE

TICK = 15.0
"""Seconds between two looks at whether the machine has slept, and accounts have come or gone."""
JUMP = 60.0
"""Seconds by which the clock is off that mean a sleep, or that somebody has set it."""
WAKE = (2.0, 8.0)
"""Seconds after a sleep until accounts are read: the network needs a moment."""
AT_ONCE = 8
"""Accounts that are read side by side."""
GRACE = 3.0
"""Seconds that a page may take to be stored when the program is to end."""
STORE_PAUSE = 60.0
"""Seconds until the store is tried again where it cannot be written (a full disk, another writer)."""
NEWS = 600.0
"""Seconds that a digest waits for what came in while the machine slept."""
MADE = "digest_made"

_log = logging.getLogger("goodwill.daemon")


class Stopped(BaseException):
    """Ends a poll between two pages. No ``Exception``: whoever catches those goes on."""


class Daemon:
    """Does what is due, on ``clock``, until it is stopped.

    ``every`` is the pause between two readings of an account in seconds, ``at`` the hour of the digest in the
    zone ``local``; ``battery`` tells whether the machine runs on one, ``chance`` is a number in [0, 1).
    """

    def __init__(
        self,
        app: App,
        clock: Clock,
        every: int,
        at: time,
        local: tzinfo,
        battery: Callable[[], bool] = lambda: False,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._app = app
        self._clock = clock
        self._every = every
        self._at = at
        self._local = local
        self._battery = battery
        self._chance = chance
        self._stop = Event()
        self._agenda = sched.scheduler(clock.steady, lambda seconds: None)
        self._next: dict[str, sched.Event] = {}
        self._busy: dict[str, Future[None]] = {}
        self._lock = Lock()
        self._store_trouble = ""
        self._awake = 0.0
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="account")

    def stop(self) -> None:
        """Begin to end; may be called from a signal handler."""
        self._stop.set()

    def run(self) -> bool:
        """Work until stopped; returns whether everything came to its end in time.

        Raises StoreError where another process reads the accounts of this home.
        """
        with self._app.store.polling():
            _log.info("started")
            self._awake = self._clock.now()
            self._expect_digest()
            self._tick()
            offset = self._clock.now() - self._clock.steady()
            while not self._stop.is_set():
                offset = self._after_a_jump(offset)
                pause = self._agenda.run(blocking=False)
                if not self._stop.is_set():
                    self._clock.wait(self._stop, max(0.05, min(pause or TICK, TICK)))
            return self._end()

    def _end(self) -> bool:
        self._pool.shutdown(wait=False, cancel_futures=True)
        _, hanging = wait(list(self._busy.values()), GRACE)
        _log.info("stopped%s", f", {len(hanging)} in the middle" if hanging else "")
        return not hanging

    # The agenda

    def _after_a_jump(self, offset: float) -> float:
        """Begin anew where the clock is off by more than it should be; returns by how much it is off now."""
        now = self._clock.now() - self._clock.steady()
        if abs(now - offset) > JUMP:
            _log.info("the clock has moved by %d s: everything is read soon", now - offset)
            self._forget_plans()
            self._awake = self._clock.now()
            self._expect_digest()
            self._tick()
        return now

    def _tick(self) -> None:
        """See who is there, and put whoever has no place on the agenda."""
        try:
            with self._app.store.reading() as connection:
                states = accounts.states(connection)
            for state in states:
                self._plan(state)
        except GoodwillError as error:
            self._complain(error)
        finally:
            self._agenda.enter(TICK, 0, self._tick)

    def _forget_plans(self) -> None:
        for event in self._agenda.queue:
            self._agenda.cancel(event)
        with self._lock:
            self._next.clear()

    def _plan(self, state: State, after: float | None = None) -> None:
        """Put the next reading of an account on the agenda, unless it stands there or goes on."""
        name = state.account.name
        with self._lock:
            if self._stop.is_set() or (after is None and (name in self._next or name in self._busy)):
                return
            low, high = WAKE
            pause = low + (high - low) * self._chance() if after is None else after
            self._next[name] = self._agenda.enter(pause, 1, self._begin, (name,))

    def _begin(self, name: str) -> None:
        with self._lock:
            self._next.pop(name, None)
            if name not in self._busy:
                self._busy[name] = self._pool.submit(self._read, name)

    # The work

    def _read(self, name: str) -> None:
        """Read one account, and put it on the agenda again."""
        after, state = STORE_PAUSE, self._state(name)
        try:
            if state is not None:
                after = self._poll(state)
        except Stopped:
            return
        except GoodwillError as error:  # the store's: what an account does wrong is written down with it
            self._complain(error)
        except Exception as error:  # a crash over one account must not end the others' reading
            _log.error("reading %s: this should not have happened", masked(name), exc_info=error)
        finally:
            with self._lock:
                self._busy.pop(name, None)
        if state is not None:
            self._plan(state, after)

    def _poll(self, state: State) -> float:
        """Read what is new; returns the seconds until the next time."""
        name = masked(state.account.name)
        if not state.waits(self._clock.now()):
            found = polling.poll_one(self._app, state, self._clock.moment(), progress=self._progress)
            if found.tally.new:
                polling.settle(self._app, self._clock.moment())
                ranking.refresh(self._app.store, int(self._clock.now()))
            state = self._state(state.account.name) or state
            if found.tally.new or state.failures == 1:
                _log.info("read %s: %d new, %s", name, found.tally.new, state.name)
        self._store_trouble = ""
        now = self._clock.moment()
        return rhythm.pause(state, self._every, now, self._local, self._battery(), self._chance())

    def _progress(self, page: Page, tally: Tally) -> None:
        if self._stop.is_set():
            raise Stopped

    def _state(self, name: str) -> State | None:
        try:
            with self._app.store.reading() as connection:
                return next((s for s in accounts.states(connection) if s.account.name == name), None)
        except GoodwillError as error:
            self._complain(error)
            return None

    def _expect_digest(self) -> None:
        """Make the digest of today where its hour has passed, and put the next one on the agenda."""
        now = self._clock.moment()
        day = rhythm.digest_day(now, self._at, self._local)
        if day is not None:
            try:
                if not self._is_news(now.timestamp()):
                    self._agenda.enter(TICK, 2, self._expect_digest)
                    return
                self._digest(day)
            except GoodwillError as error:
                self._complain(error)
                self._agenda.enter(STORE_PAUSE, 2, self._expect_digest)
                return
        due = rhythm.next_digest(now, self._at, self._local)
        self._agenda.enter((due - now).total_seconds(), 2, self._expect_digest)

    def _is_news(self, now: float) -> bool:
        """Whether every account was tried since the start or the last sleep, or has had the time for it."""
        if now - self._awake > NEWS:
            return True
        with self._app.store.reading() as connection:
            return all((state.tried_at or 0) >= int(self._awake) for state in accounts.states(connection))

    def _digest(self, day: str) -> None:
        with self._app.store.reading() as connection:
            if posting.get_meta(connection, MADE) == day or not posting.owner_of(connection):
                return
        now = self._clock.moment()
        advice = self._app.digest(now)
        self._app.announce_digest(advice, now, day)
        with self._app.store.writing(PATIENCE), self._app.store.transaction() as connection:
            posting.set_meta(connection, MADE, day)
        _log.info("digest of %s: %d people", day, len(advice))

    def _complain(self, error: GoodwillError) -> None:
        """Say once what is wrong with the store, until something else is or it is well again."""
        if str(error) != self._store_trouble:
            self._store_trouble = str(error)
            _log.error("%s", error)
