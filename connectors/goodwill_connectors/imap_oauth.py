"""IMAP by a sign-in with Google or Microsoft instead of a password (XOAUTH2).

The OAuth client is that of an account that is connected already; the owner consents once more, for IMAP.
Neither provider knows a right to read alone: developers.google.com/workspace/gmail/imap/xoauth2-protocol and
learn.microsoft.com/en-us/exchange/client-developer/legacy-protocols (authenticate by using OAuth).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal

from goodwill.errors import InputError, SignInError
from goodwill.plugin import Account, Desk
from goodwill_connectors import google_auth, google_http, google_kept, graph, microsoft_auth, microsoft_kept
from goodwill_connectors.google_auth import Client
from goodwill_connectors.imap_login import Bearer
from goodwill_connectors.microsoft_auth import Cache
from goodwill_connectors.tokens import Tokens
from goodwill_connectors.vault import Vault

Provider = Literal["google", "microsoft"]
NAMES = {"google": "Google", "microsoft": "Microsoft"}
RIGHTS = {
    "google": "to read, write, send and delete all your mail (https://mail.google.com/)",
    "microsoft": "to read, write and delete mail in every mailbox that you may open (IMAP.AccessAsUser.All, "
    "which your app's registration must list), also later (offline_access)",
}
MICROSOFT = ("https://outlook.office.com/IMAP.AccessAsUser.All",)
"""No right of another resource beside it: Entra gives a token for one resource at a time."""
_TYPED = (google_http.AGAIN, graph.AGAIN)
Opened = tuple[Bearer, dict[str, Any], Callable[[str], None]]


def sign_in(provider: Provider, address: str, user: str, wishes: Mapping[str, Any], desk: Desk) -> Opened:
    """Let the owner consent to IMAP, by the OAuth client of an account that is connected.

    Returns how to sign in, what the account must know of that, and what keeps the secret under its name.
    Raises InputError where there is none, and AccountError where the sign-in fails.
    """
    lender = _lender(provider, address, desk)
    desk.say(f"The OAuth client of {lender.name} is used. {NAMES[provider]} will ask you to allow Goodwill")
    desk.say(f"  {RIGHTS[provider]}.")
    desk.say(
        f"{NAMES[provider]} knows no smaller right for IMAP. Goodwill opens folders for reading only, and"
    )
    desk.say("changes, sends and deletes nothing.")
    with _told_of(provider, address):
        return (_by_google if provider == "google" else _by_microsoft)(lender, address, user, wishes, desk)


def _lender(provider: Provider, address: str, desk: Desk) -> Account:
    """The account whose OAuth client is used: best the one of the same address, then of the same domain."""
    mine = [one for one in desk.accounts("imap") if one.settings.get("sign_in") == provider]
    known = [*desk.accounts(provider), *mine]
    if not known:
        raise InputError(
            f"no account of {NAMES[provider]} is connected whose OAuth client could be used",
            f"Connect one first, any address will do: goodwill connect {provider}",
        )
    domain = address.rpartition("@")[2]
    return max(known, key=lambda one: (one.address == address, one.address.endswith(f"@{domain}")))


def _by_google(lender: Account, address: str, user: str, wishes: Mapping[str, Any], desk: Desk) -> Opened:
    secret = Vault(desk.home).get(lender.name).get("client_secret", "")
    if not secret:
        raise SignInError(
            f"the OAuth client of {lender.name} is not in the keyring any more",
            f"Connect that again first: goodwill connect {lender.provider}",
        )
    settings = {"sign_in": "google"} | {name: lender.settings[name] for name in ("client", "auth", "token")}
    client = _client(settings, secret, desk.endpoints(address))
    token, _ = google_auth.sign_in(client, ("imap",), not wishes.get("no_browser"), desk)

    def keep(name: str) -> None:
        Vault(desk.home, desk.say).put(name, {"refresh_token": token, "client_secret": secret})

    return _bearer("google", address, user, google_kept.bearer(client, token)), settings, keep


def _by_microsoft(lender: Account, address: str, user: str, wishes: Mapping[str, Any], desk: Desk) -> Opened:
    settings = {"sign_in": "microsoft"} | {name: lender.settings[name] for name in ("client", "authority")}
    cache = Cache()
    app = microsoft_kept.application(settings, cache)
    how = "code" if wishes.get("device_code") else "by hand" if wishes.get("no_browser") else "browser"
    microsoft_auth.sign_in(app, MICROSOFT, how, desk)

    def keep(name: str) -> None:
        Vault(desk.home).drop(name)  # a password, if there was one
        Tokens(desk.home, name, desk.say).save(cache.serialize())

    token = partial(microsoft_auth.token, app, MICROSOFT)
    return _bearer("microsoft", address, user, token), settings, keep


def kept(account: Account, desk: Desk) -> Bearer:
    """How an account signs in by what is kept of it; raises SignInError where that is missing."""
    provider: Provider = account.settings["sign_in"]
    with _told_of(provider, account.address):
        token = (_kept_google if provider == "google" else _kept_microsoft)(account, desk)
    return _bearer(provider, account.address, account.settings["user"], token)


def _kept_google(account: Account, desk: Desk) -> Callable[[bool], str]:
    secret = Vault(desk.home).get(account.name)
    if not secret.get("refresh_token") or not secret.get("client_secret"):
        raise SignInError(
            f"the sign-in of {account.address} is not in the keyring any more", google_http.AGAIN
        )
    client = _client(account.settings, secret["client_secret"], desk.endpoints(account.address))
    return google_kept.bearer(client, secret["refresh_token"])


def _kept_microsoft(account: Account, desk: Desk) -> Callable[[bool], str]:
    def token(anew: bool) -> str:
        # Read anew for every connection: who listens and who reads renew the same sign-in.
        cache, keep = microsoft_kept.signed(account, desk)
        found = microsoft_auth.token(microsoft_kept.application(account.settings, cache), MICROSOFT, anew)
        keep()
        return found

    return token


def disconnect(account: Account, desk: Desk) -> str:
    """Delete the sign-in, and withdraw it where that can be done."""
    if account.settings["sign_in"] == "microsoft":
        return microsoft_kept.forgotten(account, desk)
    vault = Vault(desk.home)
    token = vault.get(account.name).get("refresh_token", "")
    revoke = str(desk.endpoints(account.address).get("revoke") or "")
    told = google_kept.withdrawn(account, token, revoke, desk)
    vault.drop(account.name)
    return told


def _client(settings: Mapping[str, Any], secret: str, endpoints: Mapping[str, Any]) -> Client:
    token = str(endpoints.get("token") or settings["token"])
    return Client(str(settings["client"]), secret, str(settings["auth"]), token)


def _bearer(provider: Provider, address: str, user: str, token: Callable[[bool], str]) -> Bearer:
    def named(anew: bool) -> str:
        with _told_of(provider, address):
            return token(anew)

    remedy = f"Check that IMAP is allowed there, and who signed in; then {_again(provider, address).lower()}"
    return Bearer(user, remedy, named)


def _again(provider: Provider, address: str) -> str:
    return f"Sign in again: goodwill connect imap {address} --sign-in {provider}"


@contextmanager
def _told_of(provider: Provider, address: str) -> Iterator[None]:
    """Name the account of IMAP in the remedy of what fails, not the one of the API."""
    try:
        yield
    except SignInError as error:
        remedy = error.remedy
        for one in _TYPED:
            remedy = remedy.replace(one, _again(provider, address))
        raise SignInError(error.what, remedy) from None
