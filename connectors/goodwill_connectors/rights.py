"""What an owner allows: to read mail and calendars, and, only where they wish it, to mark drafts or to send.

Sent is the digest, from the owner to the owner, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from goodwill.errors import InputError
from goodwill.plugin import Account

MARK = "Goodwill: look again"
"""The one label or category that Goodwill puts on drafts, and takes off again."""


def wanted(wishes: Mapping[str, Any]) -> tuple[str, ...]:
    """The features that the options of the command line mean; InputError where they contradict each other."""
    features: tuple[str, ...] = (wishes["only"],) if wishes.get("only") else ("mail", "calendar")
    if wishes.get("calendar") and "calendar" not in features:
        raise InputError("--calendar chooses calendars, and --only mail reads none", "Leave one of them out")
    if wishes.get("mark_drafts"):
        if "mail" not in features:
            raise InputError(
                "--mark-drafts is about drafts, and --only calendar reads none", "Leave one of them out"
            )
        features += ("drafts",)
    if wishes.get("send_digest"):
        if "mail" not in features:
            raise InputError(
                "--send-digest sends from your mailbox, and --only calendar has none", "Leave one of them out"
            )
        features += ("send",)
    return features


def asked(features: Sequence[str]) -> list[str]:
    """The features to ask for: the right to mark drafts holds the one to read mail."""
    return [one for one in features if one != "mail" or "drafts" not in features]


def may_mark(account: Account) -> bool | None:
    """Whether the owner allowed drafts to be marked; None where mail is not read."""
    features = account.settings.get("features", ())
    return "drafts" in features if "mail" in features else None


def may_send(account: Account) -> bool | None:
    """Whether the owner allowed mail to themselves to be sent; None where mail is not read."""
    features = account.settings.get("features", ())
    return "send" in features if "mail" in features else None


def intention(name: str, features: Sequence[str]) -> str:
    """What ``name`` is about to ask the owner to allow, before the rights one by one."""
    if "drafts" in features:
        return f"{name} will ask you to allow Goodwill to read, and to change mail:"
    if "send" in features:
        return f"{name} will ask you to allow Goodwill to read, to send mail, and never to change any:"
    return f"{name} will ask you to allow Goodwill to read, and never to change:"
