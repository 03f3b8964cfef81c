"""A notice on the desktop, once: where an account needs its owner, and where a draft asks too early.

Nothing else is worth an interruption.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from goodwill.plugin import hookimpl

NAME = "notices"
VERSION = "1"
TITLE = "Goodwill needs you"
DRAFT = "Before you send that mail"
PEOPLE = 3
"""Named in one notice."""
LONGEST = 400


@hookimpl
def goodwill_on_account(key: str, account: Mapping[str, Any]) -> None:
    """Show which account it is and what to do. A machine without a desktop shows nothing."""
    _show(TITLE, f"{account.get('account', '')}: {account.get('trouble', '')}")


@hookimpl
def goodwill_on_draft(key: str, draft: Mapping[str, Any]) -> None:
    """Show of whom a draft asks too early, why, and what would make it fine."""
    warned = [one for one in draft.get("recipients") or () if one.get("verdict") != "clear"]
    told = [f"{one['person']}: {_first(one.get('reasons') or ())}" for one in warned[:PEOPLE]]
    more = [f"and {len(warned) - PEOPLE} more"] if len(warned) > PEOPLE else []
    instead = [f"{idea}." for one in warned[:1] for idea in one.get("instead") or ()]
    _show(DRAFT, "\n".join([*told, *more, *instead]))


def _first(reasons: Sequence[Mapping[str, Any]]) -> str:
    return f"{reasons[0]['text']}." if reasons else ""


def _show(title: str, message: str) -> None:
    _desktop().send(title=title, message=message[:LONGEST])


@cache
def _desktop() -> Any:
    """One way to the desktop for the life of a process: each has a loop of its own."""
    from desktop_notifier.sync import DesktopNotifierSync

    logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL)  # no desktop is no error
    return DesktopNotifierSync(app_name="Goodwill")
