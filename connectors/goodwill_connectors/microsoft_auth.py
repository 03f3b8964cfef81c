"""Signing in to Microsoft with MSAL: in the browser of this machine, as a public client.

It is for reading only, unless the owner wishes drafts to be marked, or the digest to be sent. MSAL
speaks over the one HTTP stack.
What Entra refuses it numbers (AADSTS…); ``refusal`` says in plain words what the owner, or an administrator,
can do about it, by learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes.
"""

from __future__ import annotations

import contextlib
import logging
import re
import warnings
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msal
import requests

from goodwill.errors import AccountError, InputError, SignInError, Unavailable
from goodwill.plugin import Desk
from goodwill_connectors.graph import AGAIN
from goodwill_connectors.loopback import Loopback, has_browser, query_of
from goodwill_connectors.rights import asked
from goodwill_connectors.wire import Wire

AUTH = "https://login.microsoftonline.com"
TENANT = "common"
SCOPES = {"mail": "Mail.Read", "calendar": "Calendars.Read", "drafts": "Mail.ReadWrite", "send": "Mail.Send"}
"""What each feature needs; to it come User.Read (whose account it is) and offline_access (MSAL's own)."""
WHOSE = "User.Read"
WAIT_SECONDS = 300
DONE = "Signed in. You can close this page and go back to Goodwill."
NOWHERE = "http://localhost:1/"
HOW = "The README shows each step of registering an app"


logging.getLogger("msal").setLevel(logging.CRITICAL)  # it would write answers with secrets in them


class Cache(msal.SerializableTokenCache):  # type: ignore[misc]  # MSAL has no types
    """The tokens of one account, as MSAL keeps them."""


class Carrier:
    """What MSAL takes for its HTTP client, over a ``Wire``."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def get(self, url: str, **more: Any) -> requests.Response:
        """Send a GET."""
        return self._wire.request("GET", url, **_plain(more))

    def post(self, url: str, **more: Any) -> requests.Response:
        """Send a POST."""
        return self._wire.request("POST", url, **_plain(more))

    def close(self) -> None:
        """Nothing to close: the session outlives the client."""


def _plain(more: Mapping[str, Any]) -> dict[str, Any]:
    """The options that make the request what it is; how long to wait is the wire's business."""
    kept = {name: value for name, value in more.items() if name in ("params", "data", "headers", "json")}
    return kept | {"allow_redirects": False}  # a form with a secret in it goes nowhere else


def scopes(features: Sequence[str]) -> list[str]:
    """What is asked for, for the sake of ``features``."""
    return [*(SCOPES[feature] for feature in asked(features)), WHOSE]


def application(client: str, authority: str, cache: Cache, wire: Wire) -> msal.PublicClientApplication:
    """The owner's app at ``authority``; raises AccountError where that knows no sign-in."""
    try:
        return msal.PublicClientApplication(
            client,
            authority=authority,
            token_cache=cache,
            http_client=Carrier(wire),
            instance_discovery=False,  # it would ask Microsoft about authorities that the owner has chosen
        )
    except ValueError:
        raise AccountError(
            f"{authority} is no place to sign in", "Check --tenant, and 'auth' in the configuration"
        ) from None


def sign_in(app: msal.PublicClientApplication, asked: Sequence[str], how: str, desk: Desk) -> dict[str, Any]:
    """Let the owner consent ``how`` ("browser", "by hand" or "code"); returns what MSAL tells.

    Raises SignInError for a refusal and where nobody signs in.
    """
    with _sense():
        if how == "code":
            found = _by_code(app, asked, desk)
        elif how == "browser" and has_browser():
            found = _by_loopback(app, asked, desk)
        else:
            found = _by_hand(app, asked, desk)
    if "access_token" not in found and found.get("error") == "invalid_grant" and not _numbers(found):
        raise SignInError("Microsoft does not take what came back: it was used before, or is too old", AGAIN)
    if "access_token" not in found:
        raise refusal(found, app.client_id, asked)
    if not app.get_accounts():
        raise SignInError("Microsoft gave no lasting sign-in", AGAIN)
    return found


@contextlib.contextmanager
def _sense() -> Iterator[None]:
    """Say in one sentence that an answer is none: MSAL stumbles over it in several ways."""
    try:
        yield
    except (ValueError, RuntimeError, KeyError, TypeError, AttributeError) as error:
        what = f"Microsoft's sign-in answers with something that makes no sense ({type(error).__name__})"
        raise Unavailable(what, 0.0) from None


def _by_loopback(app: msal.PublicClientApplication, asked: Sequence[str], desk: Desk) -> dict[str, Any]:
    with Loopback(DONE) as loopback:
        flow = app.initiate_auth_code_flow(
            list(asked), redirect_uri=loopback.address, prompt="select_account", response_mode="form_post"
        )
        desk.say(f"Your browser opens Microsoft's page; if not, open this:\n\n{flow['auth_uri']}\n")
        webbrowser.open(flow["auth_uri"])
        told = loopback.wait(flow["state"], WAIT_SECONDS)
    if not told:
        minutes = WAIT_SECONDS // 60
        remedy = f"{AGAIN}; if Microsoft's page named an error, the README says what it means"
        raise SignInError(f"nobody came back from Microsoft's page within {minutes} minutes", remedy)
    return dict(app.acquire_token_by_auth_code_flow(flow, dict(told)))


def _by_hand(app: msal.PublicClientApplication, asked: Sequence[str], desk: Desk) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MSAL recommends a form, which an address to paste cannot be
        flow = app.initiate_auth_code_flow(list(asked), redirect_uri=NOWHERE, prompt="select_account")
    desk.say(f"Open this page in a browser on any machine, and sign in:\n\n{flow['auth_uri']}\n")
    desk.say(f"It ends at an address that begins with {NOWHERE} and cannot be shown: that is right.")
    told = query_of(desk.ask("Paste that whole address here: ", False))
    if told.get("state") != flow["state"] or not told.keys() & {"code", "error"}:
        raise SignInError("that is not the address at which this sign-in ends", AGAIN)
    return dict(app.acquire_token_by_auth_code_flow(flow, dict(told)))


def _by_code(app: msal.PublicClientApplication, asked: Sequence[str], desk: Desk) -> dict[str, Any]:
    flow = app.initiate_device_flow(list(asked))
    if "user_code" not in flow:
        raise refusal(flow, app.client_id, asked)
    desk.say(f"On any machine open {flow['verification_uri']} and enter the code {flow['user_code']}")
    desk.say("Go on only if you have started this yourself just now.")
    return dict(app.acquire_token_by_device_flow(flow))


def token(app: msal.PublicClientApplication, asked: Sequence[str], anew: bool) -> str:
    """A token for the requests of the moment, renewed where that is needed or ``anew`` wants it.

    Raises SignInError where the owner has to sign in again.
    """
    accounts = app.get_accounts()
    if not accounts:
        raise SignInError("the sign-in is not kept any more", AGAIN)
    with _sense():
        found = app.acquire_token_silent_with_error(list(asked), accounts[0], force_refresh=anew)
    if not found or "access_token" not in found:
        raise refusal(found or {}, app.client_id, asked)
    return str(found["access_token"])


def missing(found: Mapping[str, Any], features: Sequence[str]) -> list[str]:
    """Which of ``features`` were not allowed."""
    granted = {one.rpartition("/")[2].lower() for one in str(found.get("scope") or "").split()}
    return [feature for feature in asked(features) if SCOPES[feature].lower() not in granted]


_ADMIN = (
    "Ask an administrator to grant the app {client} the delegated permissions {rights} (Entra admin center, "
    "Enterprise applications, the app, Permissions, 'Grant admin consent'); then run this again"
)
_REGISTER = "In the app's registration (entra.microsoft.com, App registrations, the app, Authentication)"
_MEANING: tuple[tuple[str, str, str], ...] = (
    ("65004", "you did not allow it", f"{AGAIN}, and press Accept"),
    ("65001", "this app is not allowed to read your mail, or not any more",
     f"{AGAIN}. Where Microsoft's page says that an administrator must approve it: {_ADMIN}"),
    ("90094 90093 90092", "your organisation lets no app read mail before an administrator has allowed it",
     _ADMIN),
    ("650056 650057", "the app's registration lacks a permission that Goodwill asks for",
     "Add {rights} and offline_access under API permissions, as the README says"),
    ("50105", "your organisation has not given you this app",
     "Ask an administrator to add you to the app {client} (Enterprise applications, Users and groups)"),
    ("53000 53001 53002 53003 53004 53009 53011 530003 530021 530034 530035 50158 50097", "a rule of your "
     "organisation (Conditional Access) does not allow this sign-in",
     "Ask an administrator whether the app {client} may be used from this device, and tell them the code "
     "{code}; a sign-in with --device-code is often forbidden where one in the browser is not"),
    ("50072 50074 50076 50078 50079 50203 16000 16001 16003", "Microsoft wants to see you again (a second "
     "factor, or which account)", AGAIN),
    ("70000 70008 70043 50173 50133 50089 700082 700084 70019", "the sign-in has expired or was "
     "withdrawn (a new password does that too)", AGAIN),
    ("50057", "Microsoft has switched this account off", "Ask an administrator"),
    ("50020 50034 90072 500200 50194 9002332 700005", "this account may not use the app: it is registered "
     "for another kind of account", "Give --tenant (your organisation's domain, or 'consumers' for a "
     "personal account), or register the app for accounts of any organisation and personal ones"),
    ("9002331 9002346", "the app is registered for another kind of account",
     "Give --tenant consumers for personal accounts, or --tenant organizations for work accounts"),
    ("700016 700038", "Microsoft does not know the app {client}", "Check the Application (client) ID, and "
     "that --tenant is where it was registered"),
    ("90002 900023", "there is no organisation by that name", "Check --tenant"),
    ("7000218 7000215", "the app is registered as one with a secret, and public client flows are off",
     f"{_REGISTER} add the platform 'Mobile and desktop applications', and allow public client flows"),
    ("50011 500113 900971", "the app does not allow a sign-in from this machine",
     f"{_REGISTER} add the platform 'Mobile and desktop applications' with http://localhost"),
)  # fmt: skip
_BUSY = frozenset(("90033", "90006", "50196", "90055", "90056"))
"""Microsoft's own trouble, and asking too often: both pass."""
_SENTENCES = {code: (what, remedy) for codes, what, remedy in _MEANING for code in codes.split()}


def refusal(found: Mapping[str, Any], client: str, asked: Sequence[str]) -> AccountError:
    """What Entra's refusal of the rights ``asked`` means; ``found`` is its answer as MSAL gives it."""
    told = str(found.get("error_description") or "")
    codes = _numbers(found)
    if _BUSY.intersection(codes) or found.get("error") in ("temporarily_unavailable", "server_error"):
        return Unavailable("Microsoft's sign-in is busy", 0.0)
    rights = ", ".join(one.rpartition("/")[2] for one in asked)
    for code in codes:
        if code in _SENTENCES:
            more = {"client": client, "code": f"AADSTS{code}", "rights": rights}
            what, remedy = (part.format_map(more) for part in _SENTENCES[code])
            return SignInError(f"{what} (AADSTS{code})", remedy)
    error = str(found.get("error") or "")
    if error in ("authorization_declined", "access_denied"):
        return SignInError("you did not allow it", f"{AGAIN}, and press Accept")
    if error in ("expired_token", "code_expired"):
        return SignInError("nobody signed in in time", AGAIN)
    if error in ("invalid_grant", "interaction_required", "login_required", "consent_required"):
        return SignInError("Microsoft no longer accepts the sign-in: it was withdrawn or has expired", AGAIN)
    first = re.split(r"[\r\n]|Trace ID", told)[0].strip().rstrip(".")[:300]
    return SignInError(f"Microsoft refuses the sign-in: {first or error or 'it names no reason'}", AGAIN)


def _numbers(found: Mapping[str, Any]) -> list[str]:
    """Entra's numbers for what is wrong, the most exact first."""
    listed = found.get("error_codes")
    named = re.findall(r"AADSTS(\d+)", str(found.get("error_description") or ""))
    return [str(code) for code in (listed if isinstance(listed, list) else ())] + named


def client_of(wanted: str, desk: Desk) -> str:
    """The Application (client) ID that was given, or that the owner pastes; InputError if it is none."""
    client = (wanted or desk.ask("Application (client) ID: ", False)).strip().strip("{}").lower()
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", client):
        raise InputError(f"'{client[:60]}' is no Application (client) ID (32 digits in five groups)", HOW)
    return client
