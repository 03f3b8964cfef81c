"""``goodwill import``: progress while it reads, the question whose mail this is, and the summary."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from goodwill.app import App
from goodwill.book import Tally
from goodwill.errors import InputError
from goodwill.model import Problem
from goodwill.plugin import Page
from goodwill.progress import progress, quiet
from goodwill.writer import clean, number

GARBAGE_EVERY = 20_000
"""A page of events is no garbage: to look it through every 700 objects costs a twentieth of the time."""

MAX_SAID = 5
"""Of sources that could not be read to their end, so many are named on the spot; ``status`` has all."""


def run(app: App, paths: Sequence[Path], me: Sequence[str], now: datetime, as_json: bool) -> int:
    """Import ``paths`` for the owner of the addresses ``me``; returns the exit status.

    It is 2 when a source could not be read to its end: what was read of it is kept.
    """
    if not paths and not me:
        raise InputError(
            "there is nothing to import", "Name files or folders: goodwill import PATH… --me ADDRESS"
        )
    for address in me:
        if "@" not in address.strip("@ ") or " " in address.strip():
            raise InputError(f"--me: '{address}' is no mail address")
    gc.set_threshold(GARBAGE_EVERY)
    broken: list[Problem] = []
    with progress() as show:

        def watch(page: Page, tally: Tally) -> None:
            broken.extend(page.problems)
            show(page, tally)

        tally = app.import_files(paths, me, now, watch)
    if not app.owner():
        _settle_owner(app, now)
    elif me and app.counts()["mail"] and not app.knows_anybody():
        raise InputError(_stranger(app, me), "Name your address: goodwill import --me ADDRESS")
    _summary(app, tally, as_json)
    if tally.new or me:
        for address in app.namesakes()[:MAX_SAID]:
            hint = f"if it is yours too: goodwill import --me {address}"
            print(clean(f"{address} bears your name; {hint}"), file=sys.stderr)
    for problem in broken[:MAX_SAID]:
        remedy = f". {problem.remedy}" if problem.remedy else ""
        print(clean(f"goodwill: {problem.place}: {problem.what}{remedy}."), file=sys.stderr)
    return 2 if broken else 0


def _stranger(app: App, me: Sequence[str]) -> str:
    proposed = app.propose_owner()
    likely = f"; most of it seems to be the mail of {proposed}" if proposed else ""
    return f"no mail is from or to {', '.join(me)}{likely}"


def _settle_owner(app: App, now: datetime) -> None:
    """Ask whose mail this is; where nobody can be asked, say how to tell."""
    proposed = app.propose_owner()
    if proposed is None:
        raise InputError(
            "everything is read, but I cannot tell whose mail this is",
            "Tell me: goodwill import --me ADDRESS",
        )
    if not sys.stdin.isatty():
        raise InputError(
            f"everything is read; most of it seems to be the mail of {proposed}",
            f"Confirm that with: goodwill import --me {proposed}",
        )
    print(f"Most of this seems to be the mail of {proposed}. Is that you? [Y/n] ", end="", file=sys.stderr)
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"", "y", "yes"}:
        raise InputError("your address is not known yet", "Tell me: goodwill import --me ADDRESS")
    app.import_files([], [proposed], now, quiet)


def _summary(app: App, tally: Tally, as_json: bool) -> None:
    counts = app.counts()  # not the whole status, which loads every plugin
    mails, meetings = counts["mail"], counts["calendar"]
    if as_json:
        line = {
            "items": tally.items,
            "events": tally.met,
            "new": tally.new,
            "again": tally.again,
            "problems": tally.problems,
            "mails_in_store": mails,
            "meetings_in_store": meetings,
        }
        print(json.dumps(line))
        return
    print(f"{number(tally.met, 'event')} met: {tally.new:,} new, {tally.again:,} known before or met twice.")
    if tally.problems:
        print(f"Could not be read: {tally.problems:,}; `goodwill status` names them.")
    entries = number(meetings, "calendar entry", "calendar entries")
    print(f"The ledger stands on {number(mails, 'mail')} and {entries}.")
