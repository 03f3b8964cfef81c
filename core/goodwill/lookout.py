"""Hears of new mail as it comes in, where an account's provider can tell: one thread each, which only waits.

What is heard is no news yet: it brings the next reading of the account forward, and that finds what is new.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from threading import Event, Lock, Thread

from goodwill import polling
from goodwill.accounts import State
from goodwill.app import App
from goodwill.clock import Clock
from goodwill.errors import GoodwillError
from goodwill.logs import masked
from goodwill.plugin import Account

PAUSE, LONGEST_PAUSE = 30.0, 900.0
"""Seconds until somebody is listened to again who cannot be; doubled after each further time."""

_log = logging.getLogger("goodwill.lookout")


class Lookout:
    """Calls ``news`` with the name of an account when something may have come in there."""

    def __init__(self, app: App, clock: Clock, news: Callable[[str], None]) -> None:
        self._app = app
        self._clock = clock
        self._news = news
        self._ends: dict[str, tuple[object, Event]] = {}
        self._lock = Lock()

    def see_to(self, states: Iterable[State]) -> None:
        """Listen to these accounts as they are signed in now, and to no other; none is waited for."""
        wanted = {state.account.name: state.account for state in states if state.name == "up to date"}
        with self._lock:
            for name, (signed, end) in list(self._ends.items()):
                if name not in wanted or wanted[name].connected != signed:
                    end.set()
                    del self._ends[name]
            for name, account in wanted.items():
                if name not in self._ends:
                    self._ends[name] = account.connected, self._begun(account)

    def close(self) -> None:
        """Listen to nobody any more."""
        self.see_to(())

    def _begun(self, account: Account) -> Event:
        end = Event()
        Thread(target=self._listen, args=(account, end), name="lookout", daemon=True).start()
        return end

    def _listen(self, account: Account, end: Event) -> None:
        pause = PAUSE
        while not end.is_set():
            begun = self._clock.steady()
            try:
                heard = polling.listen(
                    self._app, account, self._clock.moment(), end, lambda: self._news(account.name)
                )
                if not heard:
                    return  # its provider does not tell
            except GoodwillError as error:
                _log.info("%s cannot be listened to: %s", masked(account.name), type(error).__name__)
            except Exception as error:  # the account is read in its rhythm all the same
                _log.error(
                    "%s: this should not have happened (%s)", masked(account.name), type(error).__name__
                )
            pause = PAUSE if self._clock.steady() - begun > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
            end.wait(pause)
