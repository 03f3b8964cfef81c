"""Looks at drafts while they are written, wherever that is: on a phone, in a browser, in any program.

What was there when the watch began is no news. A draft is spoken of once, and again only if its asks or those
who are asked have changed; nothing of it is stored but the warning, without its words. Where the owner wishes
it, a draft that asks too early bears a mark, until an edition of it does so no more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from goodwill import plugin, polling
from goodwill.accounts import State
from goodwill.app import App
from goodwill.errors import GoodwillError, InputError, Unavailable
from goodwill.logs import masked
from goodwill.model import Event, Verdict
from goodwill.plugin import Account, Drafts
from goodwill.report import check_name

_log = logging.getLogger("goodwill.watching")

_Mark = Callable[[str, bool], str | None]


@dataclass(slots=True)
class _Desk:
    """What is known of one account's drafts: the editions that were seen, and what was said of which.

    ``drafts`` is None where they have to be opened anew: the owner has signed in again, perhaps. Where they
    are ``unmarked`` they cannot be marked, and that was said.
    """

    account: Account
    drafts: Drafts | None = None
    unmarked: bool = False
    seen: set[tuple[str, str]] | None = None
    told: dict[str, str] = field(default_factory=dict)


class Watch:
    """The drafts of the accounts of one home. ``open_drafts`` gives those of an account, None for none."""

    def __init__(
        self, app: App, open_drafts: Callable[[App, State, datetime], Drafts | None] = polling.drafts
    ) -> None:
        self._app = app
        self._open = open_drafts
        self._desks: dict[str, _Desk] = {}

    def look(self, state: State, now: datetime) -> list[Verdict]:
        """Judge what was written since the last look; returns the warnings, which the subscribers get.

        What cannot be read now is looked at another time: the account's state tells of its troubles.
        """
        name = state.account.name
        try:
            return self._look(name, state, now)
        except GoodwillError as error:
            _log.debug("drafts of %s: %s", masked(name), error.what)
            if name in self._desks:
                self._desks[name].drafts = None
            return []

    def _look(self, name: str, state: State, now: datetime) -> list[Verdict]:
        desk = self._desk(name, state.account)
        drafts = desk.drafts = desk.drafts or self._open(self._app, state, now)
        if drafts is None:
            return []
        mark = self._marker(desk, drafts)
        listed = drafts.listed()
        if desk.seen is None:
            desk.seen = set(listed)
            return []
        new = [one for one in listed if one not in desk.seen]
        read = [(one, drafts.read(one[0])) for one in new]
        judged = [(one, self._check(draft, now)) for one, draft in read if draft is not None]
        found = [
            verdict
            for (id_, _), verdict in judged
            if verdict is not None and self._tell(desk, id_, verdict, name, now)
        ]
        desk.seen = set(listed)  # what failed before this is looked at again
        if mark is not None:
            for one, verdict in judged:
                self._mark(desk, mark, one, verdict is not None and verdict.verdict != "clear", desk.seen)
        there = {id_ for id_, _ in listed}
        desk.told = {id_: check for id_, check in desk.told.items() if id_ in there}
        return found

    def _desk(self, name: str, account: Account) -> _Desk:
        desk = self._desks.setdefault(name, _Desk(account))
        if desk.account != account:  # the owner has signed in anew, perhaps with other rights
            desk.account, desk.drafts, desk.unmarked = account, None, False
        return desk

    def _check(self, draft: Event, now: datetime) -> Verdict | None:
        try:
            return self._app.check(draft, now)
        except InputError:  # it names nobody yet
            return None

    def _tell(self, desk: _Desk, id_: str, verdict: Verdict, account: str, now: datetime) -> bool:
        """Hand a warning to the subscribers, unless it was said before; whether it was not."""
        if verdict.verdict == "clear" or desk.told.get(id_) == check_name(verdict):
            return False
        self._app.announce_draft(verdict, account, now)
        desk.told[id_] = check_name(verdict)
        return True

    # The mark

    def _marker(self, desk: _Desk, drafts: Drafts) -> _Mark | None:
        """What marks these drafts; None where the owner does not wish it, or it cannot be."""
        if desk.unmarked or not self._app.config.mark_drafts:
            return None
        mark: _Mark | None = getattr(drafts, "mark", None)
        if mark is None and plugin.may_mark(desk.account) is False:
            remedy = f"goodwill connect {desk.account.provider} --mark-drafts"
            self._unmarked(desk, f"the sign-in does not allow it. Sign in again: {remedy}")
        return mark

    def _mark(
        self, desk: _Desk, mark: _Mark, one: tuple[str, str], early: bool, seen: set[tuple[str, str]]
    ) -> None:
        """Mark a draft, or take the mark off, and count the edition that comes of it among those ``seen``.

        One that could not be marked just now is seen no more: the next look tries it again.
        """
        if desk.unmarked:
            return
        edition = None
        try:
            edition = mark(one[0], early)
        except Unavailable as error:
            _log.debug("a mark in %s: %s", masked(desk.account.name), error.what)
        except GoodwillError as error:
            edition = one[1]
            self._unmarked(desk, str(error).rstrip("."))
        except Exception as error:  # a provider's crash costs the marks, and not the watch
            edition = one[1]
            self._unmarked(desk, f"this should not have happened ({type(error).__name__}); please report it")
        if edition is None:
            seen.discard(one)
        else:
            seen.add((one[0], edition))

    def _unmarked(self, desk: _Desk, why: str) -> None:
        """Say once, in the log, why an account's drafts are not marked; they are watched all the same."""
        desk.unmarked = True
        _log.warning("drafts of %s are not marked: %s", masked(desk.account.name), why)
