"""Accounts that a password opens: what their owner is asked for, and where the password is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goodwill.errors import InputError, SignInError
from goodwill.plugin import Account, Desk
from goodwill_connectors.vault import Vault


def address_of(desk: Desk, wishes: Mapping[str, Any]) -> str:
    """The owner's mail address, as they gave it or give it now; InputError where it is none."""
    address = str(wishes.get("address") or desk.ask("Your mail address: ", False)).strip().lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        raise InputError(f"'{address[:80]}' is no mail address", "Give it as name@example.com")
    return address


def asked(user: str, server: str, desk: Desk) -> str:
    """The password of ``user`` at ``server``, which is not shown; InputError for an empty one."""
    password = desk.ask(f"Password of {user} at {server}: ", True).rstrip("\r\n")
    if not password:
        raise InputError("no password was given", "Nothing was connected; run this again")
    return password


def keep(name: str, password: str, desk: Desk) -> None:
    """Keep the password of the account ``name``."""
    Vault(desk.home, desk.say).put(name, {"password": password})


def kept(account: Account, desk: Desk) -> str:
    """The password of an account; raises SignInError where it is not there any more."""
    password = Vault(desk.home).get(account.name).get("password")
    if not password:
        raise SignInError(
            f"the password of {account.address} is not in the keyring any more",
            f"Connect it again: goodwill connect {account.provider}",
        )
    return password


def drop(account: Account, desk: Desk) -> str:
    """Delete the password, of which the server is not told; returns what became of it, in a sentence."""
    Vault(desk.home).drop(account.name)
    return "Its password is deleted here. If it was an app password, remove it at your provider too."


def certificate_of(wishes: Mapping[str, Any]) -> str:
    """The certificates (PEM) that the owner trusts beside the system's; empty where there are none.

    Raises InputError for a file without any.
    """
    if not wishes.get("certificate"):
        return ""
    path = Path(str(wishes["certificate"])).expanduser()
    try:
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InputError(f"{path}: cannot be read: {reason}", "Give a certificate in PEM form") from None
    if "PRIVATE KEY" in text:
        raise InputError(
            f"{path}: holds a private key", "Give the certificate alone; keep the key where it was"
        )
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise InputError(f"{path}: holds no certificate", "Give one in PEM form")
    return text
