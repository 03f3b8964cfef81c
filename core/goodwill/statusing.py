"""``goodwill status`` and ``goodwill plugins``: what is there, and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from goodwill.accounts import State
from goodwill.app import Status
from goodwill.codec import iso
from goodwill.judging import FILES
from goodwill.plugin import Loaded
from goodwill.writer import Writer, number

SHOWN, FEW = 40, 4
"""Lines of the table, and streams of an account that are listed one by one."""
LONGEST = 60
BY_HAND = "by hand only: goodwill sync. By itself: goodwill run, or goodwill service install"


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
    if status.accounts:
        write.line(f"Reading   {'goes on' if status.background else BY_HAND}")
    if status.trouble:
        write.line(f"Trouble   nothing can be stored: {status.trouble}")
    if status.door or status.door_trouble:
        write.line(f"Door      {'open' if status.door else f'shut: {status.door_trouble}'}")
    for told in status.undelivered:
        write.line(f"Digest    {told}")
    _accounts(status.accounts, status.unmarked, write)
    if status.sources:
        write.line()
        rows = _rows(status.sources)
        write.table(("account", "stream", "last read", "state"), rows[:SHOWN], frozenset())
        if len(rows) > SHOWN:
            write.line(f"… and {len(rows) - SHOWN} more")
    if status.problems:
        write.line()
        write.line(f"Problems, the latest first ({counts['problems']:,} in the store)", "bold")
        for problem in status.problems:
            remedy = f" ({problem['remedy']})" if problem["remedy"] else ""
            write.line(f"  {problem['place']}: {problem['what']}{remedy}")


def _rows(sources: Sequence[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    """The table of what was read: of an account with many streams those that are complete in one line."""
    many = Counter(s["account"] for s in sources if s["account"] != FILES and s["complete"])
    rows, folded = [], dict[str, str]()
    for one in sources:
        read = (one["polled"] or "never")[:16]
        if one["complete"] and many[one["account"]] > FEW:
            folded[one["account"]] = min(read, folded.get(one["account"], read))
        else:
            rows.append((one["account"], _short(one["stream"]), read, _state(one)))
    whole = [(account, f"{many[account]} others", read, "complete") for account, read in folded.items()]
    return rows + sorted(whole)


def _short(stream: str) -> str:
    """A stream's name; of the endless names that some providers give to folders the end tells them apart."""
    kind, space, rest = stream.partition(" ")
    return f"{kind} …{rest[-12:]}" if space and len(rest) > LONGEST and "/" not in rest else stream


def _accounts(states: Sequence[State], unmarked: Sequence[str], write: Writer) -> None:
    """Every account: how it stands, how far back it was read, and what is still to come."""
    for state in states:
        write.line()
        write.line(state.account.name, "bold")
        write.line(f"  State             {in_words(state)}")
        if state.tried_at is not None and state.tried_at != state.read_at:
            write.line(f"  Last tried        {_when(state.tried_at)}")
        if state.read_at is not None and state.kind:
            write.line(f"  Last read whole   {_when(state.read_at)}")
        if state.reaches is not None:
            write.line(f"  Reaches back to   {_when(state.reaches)[:10]}")
        if state.pending:
            write.line(f"  Still to read     about {state.pending:,}")
        if state.account.name in unmarked:
            again = f"goodwill connect {state.account.provider} --mark-drafts"
            write.line(f"  Drafts            not marked, the sign-in does not allow it: {again}")


def in_words(state: State) -> str:
    """How an account stands, in a sentence."""
    if state.name == "up to date":
        return f"up to date since {_when(state.read_at or 0)}"
    if state.name == "reading history":
        return (
            f"reading history, about {state.pending:,} still to come" if state.pending else "reading history"
        )
    if state.name == "needs you":
        return f"needs you: {state.trouble}"
    if state.name == "waiting":
        until = f" until {_when(state.wait_until)}" if state.wait_until else ""
        return f"waiting{until}: {state.trouble}"
    return "new: nothing is read of it yet"


def _when(at: int) -> str:
    return iso(at)[:16].replace("T", " ") + " UTC"


def account_line(state: State) -> dict[str, Any]:
    """One account's state as a JSON value."""
    return {
        "account": state.account.name,
        "state": state.name,
        "failures": state.failures,
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
