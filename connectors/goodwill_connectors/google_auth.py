"""Signing in to Google: the owner's own OAuth client, in the browser, with PKCE.

It is for reading only, unless the owner wishes drafts to be marked, or the digest to be sent.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from google_auth_oauthlib.flow import InstalledAppFlow, WSGITimeoutError
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from goodwill.errors import AccountError, InputError, SignInError
from goodwill.plugin import Desk
from goodwill_connectors.google_http import AGAIN
from goodwill_connectors.loopback import has_browser
from goodwill_connectors.rights import asked
from goodwill_connectors.wire import LOOPBACK

AUTH = "https://accounts.google.com/o/oauth2/auth"
TOKEN = "https://oauth2.googleapis.com/token"
SCOPES = {
    "mail": ("https://www.googleapis.com/auth/gmail.readonly",),
    "calendar": (
        "https://www.googleapis.com/auth/calendar.events.readonly",
        "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    ),
    "drafts": ("https://www.googleapis.com/auth/gmail.modify",),
    "send": ("https://www.googleapis.com/auth/gmail.send",),
    "imap": ("https://mail.google.com/",),
}
"""What each feature needs, and no more; by developers.google.com/identity/protocols/oauth2/scopes.

Labels of a message are changed with gmail.modify or with a right to everything, no less: gmail.labels is for
the list of labels only (developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages/modify).
"""
BROADER = {
    "mail": frozenset(("https://mail.google.com/", "https://www.googleapis.com/auth/gmail.modify")),
    "calendar": frozenset(
        ("https://www.googleapis.com/auth/calendar", "https://www.googleapis.com/auth/calendar.readonly")
    ),
    "drafts": frozenset(("https://mail.google.com/",)),
    "send": frozenset(("https://mail.google.com/", "https://www.googleapis.com/auth/gmail.compose")),
    "imap": frozenset(),
}
"""What allows as much, and is granted where the owner had allowed it to the same client before."""
WAIT_SECONDS = 300
DONE = "Signed in. You can close this page and go back to Goodwill."
HOW = "In the Google Cloud console make an OAuth client of the type 'Desktop app'; the README shows each step"


@dataclass(frozen=True, slots=True)
class Client:
    """The owner's own OAuth client, with the addresses at which it signs in."""

    id: str
    secret: str
    auth: str = AUTH
    token: str = TOKEN

    @property
    def config(self) -> dict[str, Any]:
        """In the form of the file that the Google Cloud console gives out."""
        told = {
            "client_id": self.id,
            "client_secret": self.secret,
            "auth_uri": self.auth,
            "token_uri": self.token,
        }
        return {"installed": told}


def client_of(path: Path | None, endpoints: Mapping[str, Any], desk: Desk) -> Client:
    """The client in the file at ``path``, or the one that the owner pastes; InputError if it is none."""
    if path is None:
        id_ = desk.ask("Client ID (ends in .apps.googleusercontent.com): ", False).strip()
        secret = desk.ask("Client secret: ", True).strip()
        if not id_ or not secret:
            raise InputError("a client needs an ID and a secret", HOW)
        told: Mapping[str, Any] = {"client_id": id_, "client_secret": secret}
    else:
        told = _read(path)
    auth, token = (
        str(told.get(name) or default) for name, default in (("auth_uri", AUTH), ("token_uri", TOKEN))
    )
    return Client(
        str(told["client_id"]),
        str(told["client_secret"]),
        str(endpoints.get("auth") or auth),
        str(endpoints.get("token") or token),
    )


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file", HOW) from None
    except (OSError, ValueError):
        raise InputError(f"{path}: is no OAuth client as Google gives it out (a JSON file)", HOW) from None
    if isinstance(found, dict) and "web" in found:
        raise InputError(f"{path}: is a client of the type 'Web application'", HOW)
    told = found.get("installed") if isinstance(found, dict) else None
    if not isinstance(told, dict) or not told.get("client_id") or not told.get("client_secret"):
        raise InputError(f"{path}: holds no client ID and secret", HOW)
    return told


def sign_in(client: Client, features: Sequence[str], browser: bool, desk: Desk) -> tuple[str, frozenset[str]]:
    """Let the owner consent in the browser; returns the refresh token and the features that were allowed.

    Without ``browser`` the owner opens the page anywhere and pastes the address at which it ends. Raises
    SignInError for a refusal, a time-out, and a client that Google does not know.
    """
    scopes = [scope for feature in asked(features) for scope in SCOPES[feature]]
    flow = InstalledAppFlow.from_client_config(client.config, scopes, autogenerate_code_verifier=True)
    with _relaxed(client.token):
        try:
            if browser and has_browser():
                _by_loopback(flow)
            else:
                _by_hand(flow, desk)
        except WSGITimeoutError:
            raise SignInError(f"nobody signed in within {WAIT_SECONDS // 60} minutes", AGAIN) from None
        except OAuth2Error as error:
            raise _refused(error) from None
        except requests.RequestException as error:
            raise AccountError(
                f"Google cannot be reached to sign in: {type(error).__name__}", AGAIN
            ) from None
    if not flow.credentials.refresh_token:
        raise SignInError("Google gave no lasting sign-in", AGAIN)
    granted = frozenset(flow.oauth2session.token.get("scope", scopes))
    allowed = frozenset(f for f in features if granted.issuperset(SCOPES[f]) or granted & BROADER[f])
    return str(flow.credentials.refresh_token), allowed


def _by_loopback(flow: InstalledAppFlow) -> None:
    with contextlib.redirect_stdout(sys.stderr):
        flow.run_local_server(
            host="127.0.0.1",
            port=0,
            timeout_seconds=WAIT_SECONDS,
            success_message=DONE,
            authorization_prompt_message="Your browser opens Google's page; if not, open this:\n\n{url}\n",
            access_type="offline",
            prompt="consent",
        )


def _by_hand(flow: InstalledAppFlow, desk: Desk) -> None:
    flow.redirect_uri = "http://127.0.0.1:1/"
    url, state = flow.authorization_url(access_type="offline", prompt="consent")
    desk.say(f"Open this page in a browser on any machine, and sign in:\n\n{url}\n")
    desk.say("It ends at an address that begins with http://127.0.0.1:1/ and cannot be shown: that is right.")
    pasted = desk.ask("Paste that whole address here: ", False).strip()
    try:
        told = parse_qs(urlsplit(pasted).query)
    except ValueError:
        told = {}
    if told.get("error"):
        raise OAuth2Error(description=told["error"][0])
    if not told.get("code") or told.get("state") != [state]:
        raise SignInError("that is not the address at which this sign-in ends", AGAIN)
    flow.fetch_token(code=told["code"][0])


@contextlib.contextmanager
def _relaxed(token: str) -> Iterator[None]:
    """Accept fewer scopes than were asked for, and plain HTTP on this machine only."""
    wanted = {"OAUTHLIB_RELAX_TOKEN_SCOPE": "1"}
    if urlsplit(token).hostname in LOOPBACK:
        wanted["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


def _refused(error: OAuth2Error) -> SignInError:
    what = f"{error.error or ''} {error.description or ''}".strip()
    if "access_denied" in what:
        return SignInError("you did not allow it", f"{AGAIN}, and press Continue")
    if "invalid_client" in what or "unauthorized_client" in what:
        return SignInError("Google does not know this OAuth client", HOW)
    if "redirect_uri" in what:
        return SignInError("the OAuth client does not allow a sign-in from this machine", HOW)
    return SignInError(f"Google refuses the sign-in: {what or type(error).__name__}", AGAIN)
