"""A notice on the desktop where an account needs its owner, once; nothing else is worth an interruption."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from goodwill.plugin import hookimpl

NAME = "notices"
VERSION = "1"
TITLE = "Goodwill needs you"
LONGEST = 400


@hookimpl
def goodwill_on_account(key: str, account: Mapping[str, Any]) -> None:
    """Show which account it is and what to do. A machine without a desktop shows nothing."""
    from desktop_notifier.sync import DesktopNotifierSync

    logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL)  # no desktop is no error
    message = f"{account.get('account', '')}: {account.get('trouble', '')}"[:LONGEST]
    DesktopNotifierSync(app_name="Goodwill").send(title=TITLE, message=message)
