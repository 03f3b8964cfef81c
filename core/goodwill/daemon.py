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
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from threading import Event, Lock

from goodwill import accounts, delivering, polling, posting, ranking, rhythm
from goodwill.accounts import State
from goodwill.app import App
from goodwill.book import Tally
from goodwill.clock import Clock
from goodwill.errors import GoodwillError, StoreError
from goodwill.logs import masked
from goodwill.lookout import Lookout
from goodwill.plugin import Page
from goodwill.rhythm import Hours
from goodwill.sync import PATIENCE
from goodwill.trouble import Trouble
from goodwill.watching import Watch

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
STORE_PAUSE, LONGEST_STORE_PAUSE = 60.0, 900.0
"""Seconds until the store is tried again where it cannot be written (a full disk, another writer); doubled
after each further time."""
NEWS = 600.0
"""Seconds that a digest waits for what came in while the machine slept."""
MADE = "digest_made"

_log = logging.getLogger("goodwill.daemon")


class Stopped(BaseException):
    """Ends a poll between two pages. No ``Exception``: whoever catches those goes on."""


class Daemon:
    """Does what is due, on ``clock``, until it is stopped.

    ``every`` is the pause between two readings of an account in seconds, ``hours`` say when a digest is made;
    ``battery`` tells whether the machine runs on one, ``networks`` which addresses it has in them, ``chance``
    is a number in [0, 1).
    Drafts are looked at every ``drafts`` seconds; 0 for never.
    """

    def __init__(
        self,
        app: App,
        clock: Clock,
        every: int,
        hours: Hours,
        battery: Callable[[], bool] = lambda: False,
        networks: Callable[[], frozenset[str]] = frozenset,
        drafts: float = 0,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._app = app
        self._clock = clock
        self._every = every
        self._hours = hours
        self._battery = battery
        self._networks = networks
        self._here = networks()
        self._drafts = drafts
        self._watch = Watch(app)
        self._looking: Future[None] | None = None
        self._sending: Future[None] | None = None
        self._signed: dict[str, datetime | None] = {}
        self._store_failures = 0
        self._chance = chance
        self._stop = Event()
        self._agenda = sched.scheduler(clock.steady, lambda seconds: None)
        self._next: dict[str, sched.Event] = {}
        self._busy: dict[str, Future[None]] = {}
        self._heard: set[str] = set()
        self._lock = Lock()
        self._store_trouble = ""
        self._trouble = Trouble(app.home)
        self._awake = 0.0
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="account")
        self._lookout = Lookout(app, clock, self._hear)

    def stop(self) -> None:
        """Begin to end; may be called from a signal handler."""
        self._stop.set()

    def run(self) -> bool:
        """Work until stopped; returns whether everything came to its end in time.

        Raises StoreError where another process reads the accounts of this home, or the store is no longer
        the one that was opened.
        """
        with self._app.store.polling(), self._trouble.kept():
            _log.info("started")
            self._awake = self._clock.now()
            self._expect_digest()
            self._tick()
            self._expect_drafts()
            offset = self._clock.now() - self._clock.steady()
            try:
                while not self._stop.is_set():
                    offset = self._after_a_jump(offset)
                    self._see_to_the_store()
                    pause = self._agenda.run(blocking=False)
                    if not self._stop.is_set():
                        self._clock.wait(self._stop, max(0.05, min(pause or TICK, TICK)))
            finally:
                self._stop.set()
                ended = self._end()
            return ended

    def _end(self) -> bool:
        self._lookout.close()
        self._pool.shutdown(wait=False, cancel_futures=True)
        errands = [one for one in (self._looking, self._sending) if one is not None]
        _, hanging = wait([*self._busy.values(), *errands], GRACE)
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
            if self._is_elsewhere():
                _log.info("the network has changed: what waits is read soon")
                self._bring_forward(state.account.name for state in states if state.kind == "waiting")
            self._bring_forward(self._signed_in_anew(states))
            self._lookout.see_to(states)
            for state in states:
                self._plan(state.account.name)
        except Exception as error:  # one look that fails must not end the rest
            self._complain(error)
        finally:
            self._agenda.enter(TICK, 0, self._tick)

    def _is_elsewhere(self) -> bool:
        """Whether the machine has come into another network, or into one again, since the last look."""
        before, self._here = self._here, self._networks()
        return bool(self._here - before)

    def _signed_in_anew(self, states: Sequence[State]) -> list[str]:
        """The accounts whose owner has signed in since the last look."""
        before = self._signed
        self._signed = {state.account.name: state.account.connected for state in states}
        return [name for name, at in self._signed.items() if name in before and before[name] != at]

    def _bring_forward(self, names: Iterable[str]) -> None:
        """Take accounts off the agenda, to be put there anew: what they waited for may be here."""
        with self._lock:
            for name in names:
                if name in self._next:
                    self._agenda.cancel(self._next.pop(name))

    def _forget_plans(self) -> None:
        for event in self._agenda.queue:
            self._agenda.cancel(event)
        with self._lock:
            self._next.clear()

    def _plan(self, name: str, after: float | None = None) -> None:
        """Put the next reading of an account on the agenda; without ``after`` unless it is there already."""
        with self._lock:
            if self._stop.is_set() or (after is None and (name in self._next or name in self._busy)):
                return
            if name in self._next:
                self._agenda.cancel(self._next[name])
            low, high = WAKE
            pause = low + (high - low) * self._chance() if after is None else after
            self._next[name] = self._agenda.enter(pause, 1, self._begin, (name,))

    def _begin(self, name: str) -> None:
        with self._lock:
            self._next.pop(name, None)
            if name not in self._busy:
                self._busy[name] = self._pool.submit(self._read, name)

    def _hear(self, name: str) -> None:
        """Read an account at once where something was heard to come in; again, where it is being read."""
        with self._lock:
            if self._stop.is_set():
                return
            if name in self._busy:
                self._heard.add(name)
                return
            if name in self._next:
                self._agenda.cancel(self._next.pop(name))
            self._busy[name] = self._pool.submit(self._read, name)

    # The work

    def _read(self, name: str) -> None:
        """Read one account, and put it on the agenda again."""
        after = None
        try:
            state = self._state(name)
            after = self._poll(state) if state else None  # it may have been disconnected meanwhile
        except Stopped:
            return
        except Exception as error:  # the store's: what an account does wrong is written down with it
            self._complain(error, masked(name))
            after = self._store_pause()
        finally:
            with self._lock:
                self._busy.pop(name, None)
                heard = name in self._heard
                self._heard.discard(name)
        if after is not None:
            self._plan(name, 0 if heard else after)

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
        self._well_again()
        now = self._clock.moment()
        return rhythm.pause(state, self._every, now, self._hours.local, self._battery(), self._chance())

    def _progress(self, page: Page, tally: Tally) -> None:
        if self._stop.is_set():
            raise Stopped

    def _expect_drafts(self) -> None:
        """Look at the drafts of whoever is well, and put the next look on the agenda."""
        if not self._drafts:
            return
        if self._looking is None or self._looking.done():
            self._looking = self._pool.submit(self._look_at_drafts)
        slowness = rhythm.slowness(self._clock.moment(), self._hours.local, self._battery())
        self._agenda.enter(self._drafts * slowness, 3, self._expect_drafts)

    def _look_at_drafts(self) -> None:
        try:
            with self._app.store.reading() as connection:
                states = accounts.states(connection)
            for state in states:
                if not self._stop.is_set() and not state.kind and not state.waits(self._clock.now()):
                    found = self._watch.look(state, self._clock.moment())
                    if found:
                        _log.info("drafts of %s: %d ask too early", masked(state.account.name), len(found))
        except Exception as error:  # drafts are no reason to stop reading
            self._complain(error, "drafts")

    def _state(self, name: str) -> State | None:
        with self._app.store.reading() as connection:
            return next((s for s in accounts.states(connection) if s.account.name == name), None)

    def _expect_digest(self) -> None:
        """Make the digest of today where its hour has passed, and put the next one on the agenda."""
        now = self._clock.moment()
        day = self._hours.day(now)
        if day is not None:
            try:
                if not self._is_news(now.timestamp()):
                    self._agenda.enter(TICK, 2, self._expect_digest)
                    return
                self._digest(day)
                self._begin_delivery()
            except Exception as error:  # a digest that fails is tried again
                self._complain(error)
                self._agenda.enter(self._store_pause(), 2, self._expect_digest)
                return
        due = self._hours.next(now)
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

    def _begin_delivery(self) -> None:
        """Let the digest of today be sent where it has not been; no other errand waits for it."""
        if self._app.config.deliver and (self._sending is None or self._sending.done()):
            self._sending = self._pool.submit(self._deliver)

    def _deliver(self) -> None:
        try:
            now = self._clock.moment()
            day = self._hours.day(now)
            if day is None:
                return
            delivering.deliver(self._app, now, self._hours.local)
            again = delivering.next_try(self._app, day)
            if again is not None and not self._stop.is_set():
                self._agenda.enter(max(again - self._clock.now(), TICK), 2, self._begin_delivery)
        except Exception as error:  # nothing was sent that was not claimed: it is tried again
            self._complain(error, "the delivery")
            if not self._stop.is_set():
                self._agenda.enter(self._store_pause(), 2, self._begin_delivery)

    # What is wrong with the store

    def _complain(self, error: Exception, place: str = "") -> None:
        """Say once what is wrong with the store, until something else is or it is well again.

        It is said beside the store: that may be full, or gone.
        """
        with self._lock:
            self._store_failures += 1
            unheard = str(error) != self._store_trouble
            self._store_trouble = str(error)
        if isinstance(error, GoodwillError):
            self._trouble.write(str(error))
            if unheard:
                _log.error("%s", error)
        elif unheard:  # a crash over one account, or in one errand, must not end the others
            _log.error("%s: this should not have happened", place or "the agenda", exc_info=error)

    def _well_again(self) -> None:
        with self._lock:
            self._store_failures, was, self._store_trouble = 0, self._store_trouble, ""
        if was:
            self._trouble.write("")

    def _store_pause(self) -> float:
        """Seconds until the store is tried again, longer each time."""
        return min(STORE_PAUSE * 2.0 ** min(max(self._store_failures, 1) - 1, 10), LONGEST_STORE_PAUSE)

    def _see_to_the_store(self) -> None:
        """Raise StoreError where another store has taken this one's place, or none."""
        if not self._app.store.is_in_place():
            raise StoreError(
                f"{self._app.store.place}: was replaced or removed", "Start `goodwill run` again"
            )
