"""The sign-in of an account at Microsoft, as it is kept: opened, renewed, and deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import requests

from goodwill.errors import SignInError
from goodwill.plugin import Account, Desk
from goodwill_connectors import microsoft_auth
from goodwill_connectors.graph import AGAIN
from goodwill_connectors.microsoft_auth import Cache
from goodwill_connectors.tokens import Tokens
from goodwill_connectors.wire import Wire, as_it_is

APPS = "https://account.live.com/consent/Manage (personal) or https://myapps.microsoft.com (work)"


def application(settings: Mapping[str, Any], cache: Cache) -> Any:
    """MSAL's application of an account, by its settings."""
    plain = requests.Session()
    plain.auth = as_it_is
    wire = Wire(plain, "Microsoft's sign-in")
    return microsoft_auth.application(settings["client"], settings["authority"], cache, wire)


def signed(account: Account, desk: Desk) -> tuple[Cache, Callable[[], None]]:
    """The sign-in that is kept, and how to keep it where it was renewed; raises SignInError without one."""
    tokens = Tokens(desk.home, account.name)
    kept = tokens.load()
    if not kept:
        raise SignInError(f"the sign-in of {account.address} is not in the keyring any more", AGAIN)
    cache = Cache()
    try:
        cache.deserialize(kept)
        cache.find(Cache.CredentialType.ACCOUNT)
    except (ValueError, TypeError, AttributeError, KeyError):
        raise SignInError(f"the sign-in of {account.address} that is kept is damaged", AGAIN) from None

    def keep() -> None:
        if cache.has_state_changed:
            tokens.save(cache.serialize())

    return cache, keep


def forgotten(account: Account, desk: Desk) -> str:
    """Delete what is kept; says what the owner can do at Microsoft, which nobody can withdraw from here."""
    Tokens(desk.home, account.name).drop()
    return f"The sign-in is deleted here. To withdraw it at Microsoft too, remove Goodwill at {APPS}."
