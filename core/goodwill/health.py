"""How the accounts are read, in one line: whoever trusts a digest must know what it has not seen (pure)."""

from __future__ import annotations

from collections.abc import Sequence

from goodwill.accounts import State
from goodwill.codec import moment

STALE = 86_400
"""Seconds without a whole reading after which an account is said to be behind."""


def line(states: Sequence[State], files: int | None, now: int) -> str:
    """One line on ``states``; ``files`` is when files were last imported; moments in seconds."""
    told = [_trouble(state, now) for state in states]
    troubled = [one for one in told if one]
    well = [state.read_at for state, one in zip(states, told, strict=True) if state.read_at and not one]
    if well:
        accounts = "the account" if len(well) == 1 else f"{len(well)} accounts"
        rest = (
            "" if len(well) == len(states) == 1 else f" of {accounts}" if troubled else f" of all {accounts}"
        )
        troubled.append(f"everything{rest} is read up to {_when(min(well))}")
    if not states:
        troubled.append(f"files only, last imported on {_when(files)}" if files else "nothing is read yet")
    text = "; ".join(troubled)
    return f"{text[:1].upper()}{text[1:]}."


def _trouble(state: State, now: int) -> str:
    """What is wrong with one account; "" where nothing is."""
    name = state.account.name
    if state.kind == "needs you":
        return f"{name} needs you: {state.trouble.rstrip('.')}"
    if state.name == "new":
        return f"{name} is not read yet"
    if state.read_at is None:
        more = f", about {state.pending:,} still to come" if state.pending else ""
        return f"{name} is still reading history{more}"
    if now - state.read_at > STALE:
        why = f": {state.trouble.rstrip('.')}" if state.trouble else ""
        return f"{name} was last read on {_when(state.read_at)}{why}"
    return ""


def _when(at: int) -> str:
    when = moment(at)
    return f"{when.day} {when:%B %Y, %H:%M} UTC"
