"""What the door does for its clients: checks a draft, learns from an answer, tells about a recipient.

A check never waits for the right to write. What follows from it (the warning that is kept, the owner's
answer) is written by one thread behind, as soon as whoever writes to the store lets it.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any, cast

from goodwill import advising, render, report
from goodwill.advised import Word
from goodwill.app import App
from goodwill.codec import iso
from goodwill.depth import depth, points
from goodwill.errors import GoodwillError, StoreError
from goodwill.model import Event, Verdict
from goodwill.plugin import load_named
from goodwill.verdict import Account, day
from goodwill.writer import Writer, number

ANSWERS: Mapping[str, str] = {"send": "sent", "edit": "", "not-an-ask": "no ask", "close": "close"}
"""What a client may say of a warning, and what is kept of that ("": nothing, nobody has decided yet)."""
REMEMBERED = 500
"""Checks whose answer may still come."""
DAY = 86_400
SOON = 10.0
"""Seconds for which somebody waits in front of a page."""
PATIENCE = 600.0
"""Seconds for which what is to be kept waits for the right to write."""

_log = logging.getLogger("goodwill.counter")


class Counter:
    """Serves the clients of one home; to be closed at the end."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._checks: OrderedDict[str, Verdict] = OrderedDict()
        self._behind = ThreadPoolExecutor(1, thread_name_prefix="counter")

    @property
    def home(self) -> Path:
        """The home that is served."""
        return self._app.home

    def advised(self, key: str) -> tuple[str, str] | None:
        """About whom (address, name) the advice ``key`` was; None for one that is not kept (any more)."""
        return advising.whom(self._app.store, key)

    def advise(self, key: str, address: str, word: Word, now: datetime) -> None:
        """Keep the owner's answer to a line of a digest; raises StoreError where that cannot be done now."""
        advising.say(self._app.store, key, address, word, now, SOON)

    def warm(self) -> None:
        """Load what the first check would wait for."""
        _ = self._app.judge, self._app.detectors, self.read

    @cached_property
    def read(self) -> Callable[[bytes], Event]:
        """Make a draft of RFC 822 bytes; raises InputError for what is no mail."""
        return cast("Callable[[bytes], Event]", load_named("formats", "mail"))

    def check(self, draft: Event, now: datetime) -> dict[str, Any]:
        """The verdict on a draft with the name of this check; raises as ``App.check``.

        The same asks to the same people are the same check: a client need not ask its user twice.
        """
        verdict = self._app.check(draft, now)
        name = report.check_name(verdict)
        if verdict.verdict != "clear":
            before = self._checks.get(name)
            self._remember(name, verdict)
            if before is None or before.now // DAY != verdict.now // DAY:  # else it is the same warning
                self._behind.submit(self._safely, lambda: self._app.announce(verdict, now, PATIENCE))
        return report.verdict(verdict) | {"check": name}

    def check_for_owner(self, draft: Event, now: datetime, shown: str) -> tuple[str, str, str]:
        """For the command line: the verdict, a note, and what is ``shown`` (text, json, or styled lines)."""
        verdict, note = self._app.check(draft, now), ""
        if verdict.verdict != "clear":
            try:
                verdict = self._app.keep(verdict)
            except StoreError as error:
                note = f"the warning was not logged: {error}"
            self._behind.submit(self._safely, lambda: self._app.tell(now, PATIENCE))
        if shown == "json":
            return verdict.verdict, note, json.dumps(report.verdict(verdict), ensure_ascii=False) + "\n"
        text, lines = StringIO(), _Lines()
        render.verdict(verdict, lines if shown == "lines" else Writer(text))
        return verdict.verdict, note, json.dumps(lines.found) if shown == "lines" else text.getvalue()

    def answer(self, check: str, answer: str, now: datetime) -> bool:
        """Learn from what the owner said of a check; returns False for one that is not known."""
        verdict = self._checks.get(check)
        if verdict is None:
            return False
        if ANSWERS[answer]:
            self._behind.submit(self._safely, lambda: self._learn(verdict, ANSWERS[answer], now))
        return True

    def hint(self, address: str, now: datetime) -> dict[str, Any]:
        """How the owner stands with whoever has this address, in numbers and in one sentence."""
        account, is_whole = self._app.account(address, now)
        one = account.standing
        judged = points(one)
        return {
            "address": account.address,
            "person": account.person.shown if account.person else account.address,
            "known": bool(one.entries),
            "capital": round(one.capital, 2),
            "depth": depth(judged, one),
            "yes": sum(point.answer == "yes" for point in judged),
            "last": iso(one.last) if one.last is not None else None,
            "hint": _hint(account, is_whole),
        }

    def close(self, patience: float) -> None:
        """End, after what is still to be written where that takes no longer than ``patience`` seconds."""
        last = self._behind.submit(lambda: None)
        self._behind.shutdown(wait=False, cancel_futures=False)
        try:
            last.result(patience)
        except TimeoutError:
            _log.warning("what clients said last could not be written")

    def _remember(self, name: str, verdict: Verdict) -> None:
        self._checks[name] = verdict
        self._checks.move_to_end(name)
        while len(self._checks) > REMEMBERED:
            self._checks.popitem(last=False)

    def _learn(self, verdict: Verdict, said: str, now: datetime) -> None:
        for one in self._app.announce(verdict, now, PATIENCE).recipients:
            if one.warning:
                self._app.answer(one.warning, said, now, PATIENCE)

    def _safely(self, task: Callable[[], object]) -> None:
        try:
            task()
        except GoodwillError as error:
            _log.error("not written: %s", error)
        except Exception as error:  # nobody waits for the result; it must not vanish
            _log.error("this should not have happened", exc_info=error)


@dataclass
class _Lines(Writer):
    """Collects lines with their styles, for whoever has a terminal."""

    found: list[tuple[str, str]]

    def __init__(self) -> None:
        super().__init__(StringIO())
        self.found = []

    def line(self, text: str = "", style: str = "") -> None:
        self.found.append((text, style))


def _hint(account: Account, is_whole: bool) -> str:
    one = account.standing
    if not account.personal or account.colleague or one.said.muted is not None:
        return ""
    if not one.entries:
        return "You have not been in touch yet." if is_whole else ""
    times = number(one.written + one.heard, "letter") + (
        f" and {number(one.meetings, 'meeting')}" if one.meetings else ""
    )
    last = f", last on {day(one.last)}" if one.last is not None else ""
    return f"{times}{last}; capital {one.capital:.1f}."
