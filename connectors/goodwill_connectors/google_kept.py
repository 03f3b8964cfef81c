"""The sign-in of an account at Google, as it is kept: renewed, and withdrawn."""

from __future__ import annotations

from collections.abc import Callable

import google.auth.exceptions
import google.oauth2.credentials
import requests
from google.auth.transport.requests import AuthorizedSession, Request

from goodwill.errors import Unavailable
from goodwill.plugin import Account, Desk
from goodwill_connectors.google_auth import Client
from goodwill_connectors.google_http import sign_in_again
from goodwill_connectors.wire import as_it_is

REVOKE = "https://oauth2.googleapis.com/revoke"


def session(client: Client, refresh_token: str) -> AuthorizedSession:
    """A session that signs every request, and renews the sign-in by itself."""
    signed = AuthorizedSession(_credentials(client, refresh_token), auth_request=_renewing())
    signed.auth = as_it_is
    return signed


def bearer(client: Client, refresh_token: str) -> Callable[[bool], str]:
    """Who gives the access token of the moment, for what is no HTTP; told whether a new one is needed.

    It raises SignInError where the owner must sign in again, and Unavailable for what passes.
    """
    credentials, renewing = _credentials(client, refresh_token), _renewing()

    def token(anew: bool) -> str:
        try:
            if anew or not credentials.valid:
                credentials.refresh(renewing)
        except google.auth.exceptions.RefreshError as error:
            raise sign_in_again(error) from None
        except google.auth.exceptions.TransportError:
            raise Unavailable("Google cannot be reached to renew the sign-in", 0.0) from None
        return str(credentials.token)

    return token


def _credentials(client: Client, refresh_token: str) -> google.oauth2.credentials.Credentials:
    return google.oauth2.credentials.Credentials(
        None,
        refresh_token=refresh_token,
        token_uri=client.token,
        client_id=client.id,
        client_secret=client.secret,
    )


def _renewing() -> Request:
    plain = requests.Session()
    plain.auth = as_it_is
    return Request(plain)


def withdrawn(account: Account, refresh_token: str, url: str, desk: Desk) -> str:
    """Tell Google that a sign-in holds no more, unless others would end with it; says what became of it.

    Google withdraws whatever an owner has allowed an app, not one sign-in.
    """
    others = _ending_with(account, desk)
    if others:
        return (
            f"The secret is deleted, but Google was not told: it would end {' and '.join(others)} too. When "
            "you have disconnected that as well, remove Goodwill at https://myaccount.google.com/connections."
        )
    if refresh_token and revoke(refresh_token, url or REVOKE):
        return "Google has withdrawn the sign-in, and the secret is deleted."
    return (
        "The secret is deleted, but Google was not told. "
        "Remove Goodwill at https://myaccount.google.com/connections too."
    )


def _ending_with(account: Account, desk: Desk) -> list[str]:
    """The accounts that may be of the same owner by the same client: two of the API never are."""
    known = [*desk.accounts("google"), *desk.accounts("imap")]
    return [
        one.name
        for one in known
        if one.name != account.name
        and one.settings.get("client") == account.settings["client"]
        and "imap" in (one.provider, account.provider)
    ]


def revoke(refresh_token: str, url: str) -> bool:
    """Tell Google that the sign-in holds no more; whether it heard."""
    try:
        answer = requests.post(url, data={"token": refresh_token}, timeout=20, auth=as_it_is)
    except requests.RequestException:
        return False
    return answer.status_code in (200, 400)  # 400: it did not hold any more
