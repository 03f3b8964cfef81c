"""``goodwill status`` and ``goodwill plugins``: what is there, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goodwill.accounts import State
from goodwill.app import Status
from goodwill.codec import iso
from goodwill.judging import FILES
from goodwill.plugin import Loaded
from goodwill.writer import Writer, number


def show(status: Status) -> None:
    """The state of the home."""
    write = Writer()
    write.line(f"Home      {status.home}")
    write.line(f"Owner     {', '.join(status.owner) or 'not known yet: goodwill import --me ADDRESS'}")
    counts = status.counts
    entries = number(counts["calendar"], "calendar entry", "calendar entries")
    write.line(f"Read      {number(counts['mail'], 'mail')}, {entries}")
    if status.span:
        write.line(f"History   from {status.span[0]} to {status.span[1]}")
    write.line(f"Signals   {counts['signals']:,}")
    if status.stale:
        events = number(status.stale, "event")
        write.line(f"Stale     {events} read by other detectors than today's: import the same files again,")
        write.line("          or for accounts: goodwill sync --again")
    _accounts(status.accounts, write)
    if status.sources:
        write.line()
        rows = [
            (s["account"], s["stream"], (s["polled"] or "never")[:16], _state(s)) for s in status.sources[:40]
        ]
        write.table(("account", "stream", "last read", "state"), rows, frozenset())
        if len(status.sources) > 40:
            write.line(f"… and {len(status.sources) - 40} more")
    if status.problems:
        write.line()
        write.line(f"Problems, the latest first ({counts['problems']:,} in the store)", "bold")
        for problem in status.problems:
            remedy = f" ({problem['remedy']})" if problem["remedy"] else ""
            write.line(f"  {problem['place']}: {problem['what']}{remedy}")


def _accounts(states: Sequence[State], write: Writer) -> None:
    """Every account: when it was read last, how far back, what is still to come, and why it waits."""
    for state in states:
        write.line()
        write.line(state.account.name, "bold")
        read = _when(state.read_at) if state.read_at is not None else "never to its end"
        write.line(f"  Last read whole   {read}")
        if state.tried_at is not None and state.tried_at != state.read_at:
            write.line(f"  Last tried        {_when(state.tried_at)}")
        if state.reaches is not None:
            write.line(f"  Reaches back to   {_when(state.reaches)[:10]}")
        if state.pending:
            write.line(f"  Still to read     about {state.pending:,}")
        if state.trouble:
            write.line(f"  Trouble           {state.trouble}")
        if state.wait_until is not None:
            write.line(f"  Waits until       {_when(state.wait_until)}")


def _when(at: int) -> str:
    return iso(at)[:16].replace("T", " ") + " UTC"


def account_line(state: State) -> dict[str, Any]:
    """One account's state as a JSON value."""
    return {
        "account": state.account.name,
        "read": iso(state.read_at) if state.read_at is not None else None,
        "tried": iso(state.tried_at) if state.tried_at is not None else None,
        "reaches": iso(state.reaches) if state.reaches is not None else None,
        "pending": state.pending,
        "trouble": state.trouble or None,
        "waits_until": iso(state.wait_until) if state.wait_until is not None else None,
    }


def _state(source: dict[str, Any]) -> str:
    again = "import it" if source["account"] == FILES else "sync"
    return "complete" if source["complete"] else f"interrupted: {again} again"


def plugin_line(loaded: Loaded) -> dict[str, Any]:
    """One plugin as a JSON value."""
    return {
        "kind": loaded.group,
        "name": loaded.name,
        "version": loaded.version,
        "from": loaded.distribution,
        "state": _plugin_state(loaded),
    }


def plugins(loaded: Sequence[Loaded]) -> None:
    """All plugins in a table."""
    rows = [tuple(plugin_line(one).values()) for one in loaded]
    Writer().table(("kind", "name", "version", "from", "state"), rows, frozenset())


def _plugin_state(loaded: Loaded) -> str:
    if loaded.problem:
        return loaded.problem.what
    return "loaded" if loaded.enabled else "switched off in the config"
