"""Microsoft accounts: ``goodwill connect microsoft``, and the sources that such an account has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import requests

from goodwill.errors import ConfigError, InputError, SignInError
from goodwill.plugin import Account, Connector, Desk
from goodwill_connectors import microsoft_auth, microsoft_kept, outlook_calendar, rights
from goodwill_connectors.calendars import chosen
from goodwill_connectors.drafts import OutlookDrafts, OutlookMarks
from goodwill_connectors.graph import AGAIN, API, EDITION, REQUESTS_A_MINUTE, Graph, Signed, passing
from goodwill_connectors.microsoft_auth import Cache
from goodwill_connectors.outlook_calendar import OutlookCalendar
from goodwill_connectors.outlook_mail import OutlookMail, addresses, readable
from goodwill_connectors.pace import Pace
from goodwill_connectors.rights import MARK, asked, intention, wanted
from goodwill_connectors.self_mail import GraphSender
from goodwill_connectors.tokens import Tokens
from goodwill_connectors.wire import Wire

NAME = "microsoft"
OPTIONS = frozenset(
    ("client", "no_browser", "device_code", "tenant", "only", "calendar", "mark_drafts", "send_digest")
)
ENDPOINTS = frozenset(("client", "api", "auth", "units_per_minute"))
may_mark = rights.may_mark
may_send = rights.may_send
_WHY = {
    "mail": "mail, to see who did what for whom (Mail.Read)",
    "calendar": "calendars, to see whom you meet (Calendars.Read)",
    "drafts": "mail, to see who did what for whom and to mark drafts (Mail.ReadWrite, which your app's "
    "registration must list). Microsoft knows no smaller right for that: this one would also allow to write, "
    f"change and delete mail, though not to send it. Goodwill puts one category, '{MARK}', on drafts and "
    "takes it off again, where [drafts] mark is true; it changes nothing else. What you send all the same "
    "keeps the category, and who gets it may see it",
    "send": "to send mail (Mail.Send, which your app's registration must list). Microsoft knows no smaller "
    "right for that: this one would allow to write to anybody. Goodwill sends the digest, from you to you, "
    "where [digest] deliver says so; nothing else",
}


def connect(desk: Desk, wishes: Mapping[str, Any]) -> Account:
    """Sign in, check that Graph answers, and keep the sign-in; returns the account.

    ``wishes`` are the options of the command line. Raises InputError and AccountError.
    """
    features = wanted(wishes)
    if wishes.get("device_code") and wishes.get("no_browser"):
        raise InputError("--device-code and --no-browser are two ways to sign in", "Leave one of them out")
    endpoints = desk.endpoints("")
    client = microsoft_auth.client_of(str(wishes.get("client") or endpoints.get("client") or ""), desk)
    settings: dict[str, Any] = {"client": client, "features": list(features)}
    settings["authority"] = _authority(str(endpoints.get("auth") or ""), str(wishes.get("tenant") or ""))
    desk.say(intention("Microsoft", features))
    for feature in asked(features):
        desk.say(f"  - {_WHY[feature]}")
    desk.say(
        "  - your name and address, to know whose account it is (User.Read), also later (offline_access)"
    )
    cache = Cache()
    app = microsoft_kept.application(settings, cache)
    how = "code" if wishes.get("device_code") else "by hand" if wishes.get("no_browser") else "browser"
    found = microsoft_auth.sign_in(app, microsoft_auth.scopes(features), how, desk)
    # The right to mark drafts is the one to read mail too.
    left_out = ["mail" if one == "drafts" else one for one in microsoft_auth.missing(found, features)]
    if left_out:
        read = [one for one in left_out if one != "send"]
        what = (
            f"your {' and '.join(read)} was not allowed to be read" if read else "it was not allowed to send"
        )
        raise SignInError(what, f"{AGAIN}, and accept")
    return _look(settings, cache, wishes.get("calendar") or (), desk)


def _authority(auth: str, tenant: str) -> str:
    """Where to sign in: ``auth`` may name the host only, or the tenant with it."""
    root = (auth or microsoft_auth.AUTH).rstrip("/")
    if not root.startswith("https://"):
        raise ConfigError(
            f"'microsoft.auth' is {root}", "It must begin with https://: MSAL signs in nowhere else"
        )
    if tenant and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}", tenant):
        raise InputError(
            f"'{tenant[:60]}' is no tenant", "Give a domain, a tenant ID, 'consumers' or 'organizations'"
        )
    host, _, path = root.partition("://")[2].partition("/")
    return f"https://{host}/{tenant or path or microsoft_auth.TENANT}"


def _look(settings: dict[str, Any], cache: Cache, names: Sequence[str], desk: Desk) -> Account:
    """See whose account it is and what it holds, before anything is kept."""
    graph = _graph(settings, cache, desk.endpoints(""), "the account", lambda: None)
    own = addresses(graph)
    if not own:
        raise SignInError("Microsoft does not say whose account this is", AGAIN)
    if "mail" in settings["features"]:
        found = readable(graph)
        total = sum(one.total for one in found)
        desk.say(f"Outlook mail: {own[0]}, {len(found):,} folders, {total:,} messages.")
    if "calendar" in settings["features"]:
        mine = [
            one for one in outlook_calendar.calendars(graph, own) if one.own
        ]  # Calendars.Read allows no more
        read = chosen(mine, names)
        settings["calendars"] = [one.id for one in read]
        desk.say(f"Outlook calendar: {', '.join(one.name for one in read) or 'none of your own'}.")
    settings["addresses"] = list(own)
    account = Account(NAME, own[0], settings, own)
    Tokens(desk.home, account.name, desk.say).save(cache.serialize())
    return account


def disconnect(account: Account, desk: Desk) -> str:
    """Delete the sign-in; Microsoft has no way to withdraw it from here."""
    return microsoft_kept.forgotten(account, desk)


def sources(account: Account, desk: Desk) -> Sequence[tuple[str, Connector]]:
    """What there is to read, each with its name; raises SignInError where the sign-in is missing."""
    cache, keep = microsoft_kept.signed(account, desk)
    settings, endpoints = account.settings, desk.endpoints(account.address)
    found: list[tuple[str, Connector]] = []
    features = settings["features"]
    if "mail" in features:
        horizon = datetime(desk.now.year + 2, 1, 1, tzinfo=UTC)
        graph = _graph(settings, cache, endpoints, "Outlook mail", keep)
        mail = OutlookMail(graph, account.address, desk.now, horizon, invitations="calendar" not in features)
        found.append(("Outlook mail", mail))
    if "calendar" in features:
        graph = _graph(settings, cache, endpoints, "Outlook calendar", keep)
        me = frozenset(settings.get("addresses") or (account.address,))
        calendar = OutlookCalendar(graph, tuple(settings.get("calendars", ())), me, desk.now)
        found.append(("Outlook calendar", calendar))
    return found


def drafts(account: Account, desk: Desk) -> OutlookDrafts | None:
    """The drafts of the mailbox; None where mail is not read."""
    if "mail" not in account.settings["features"]:
        return None
    cache, keep = microsoft_kept.signed(account, desk)
    graph = _graph(account.settings, cache, desk.endpoints(account.address), "Outlook mail", keep)
    kind = OutlookMarks if rights.may_mark(account) else OutlookDrafts
    return kind(graph, account.address)


def sender(account: Account, desk: Desk) -> GraphSender:
    """Who sends mail to the owner from their own mailbox; raises SignInError without the sign-in."""
    cache, keep = microsoft_kept.signed(account, desk)
    session, signed = _session(account.settings, cache, keep)
    root = str(desk.endpoints(account.address).get("api") or API).rstrip("/") + EDITION
    again = f"goodwill connect {NAME} --send-digest"
    return GraphSender(session, f"{root}me/sendMail", signed.renew, again)


def explain(account: Account, error: SignInError, now: datetime) -> SignInError:
    """Microsoft says itself why a sign-in ended."""
    return error


def _graph(
    settings: Mapping[str, Any], cache: Cache, endpoints: Mapping[str, Any], name: str, keep: Any
) -> Graph:
    """Graph over a session that signs, renews the sign-in by itself, and stays within the quota."""
    session, signed = _session(settings, cache, keep)
    quota = int(endpoints.get("units_per_minute") or REQUESTS_A_MINUTE)
    pace = Pace(0.9 * quota, 60, 0.05 * quota)
    wire = Wire(session, name, passing, before=lambda url: pace.spend(1))
    return Graph(wire, str(endpoints.get("api") or ""), signed.renew)


def _session(settings: Mapping[str, Any], cache: Cache, keep: Any) -> tuple[requests.Session, Signed]:
    """A session that signs each request, and whom to tell that a token was refused."""
    asked = microsoft_auth.scopes(settings["features"])
    app: list[Any] = []

    def token(anew: bool) -> str:
        if not app:
            app.append(microsoft_kept.application(settings, cache))
        found = microsoft_auth.token(app[0], asked, anew)
        keep()
        return found

    signed = Signed(token)
    session = requests.Session()
    session.auth = signed
    return session, signed
