"""Google accounts: ``goodwill connect google``, and the sources that such an account has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from google.auth.transport.requests import AuthorizedSession

from goodwill.errors import SignInError
from goodwill.plugin import Account, Connector, Desk
from goodwill_connectors import google_auth, google_calendar, google_kept, rights
from goodwill_connectors.calendars import chosen
from goodwill_connectors.drafts import GmailDrafts, GmailMarks
from goodwill_connectors.gmail import UNITS_A_MINUTE, Gmail, units
from goodwill_connectors.google_auth import Client
from goodwill_connectors.google_calendar import GoogleCalendar
from goodwill_connectors.google_http import AGAIN, passing, service
from goodwill_connectors.pace import Pace
from goodwill_connectors.rights import MARK, asked, intention, wanted
from goodwill_connectors.self_mail import GmailSender
from goodwill_connectors.vault import Vault
from goodwill_connectors.wire import Wire

NAME = "google"
OPTIONS = frozenset(("client", "no_browser", "only", "calendar", "mark_drafts", "send_digest"))
ENDPOINTS = frozenset(("client", "api", "auth", "token", "revoke", "units_per_minute"))
TESTING_DAYS = 7
may_mark = rights.may_mark
may_send = rights.may_send
_WHY = {
    "mail": "mail, to see who did what for whom (gmail.readonly)",
    "calendar": "the entries and the list of your calendars, to see whom you meet (calendar.events.readonly, "
    "calendar.calendarlist.readonly)",
    "drafts": "mail, to see who did what for whom and to mark drafts (gmail.modify). Google knows no smaller "
    "right for that: this one would also allow to write, send and bin mail. Goodwill puts one label, "
    f"'{MARK}', on drafts and takes it off again, where [drafts] mark is true; it changes nothing else",
    "send": "to send mail (gmail.send). Google knows no smaller right for that: this one would allow to write"
    " to anybody. Goodwill sends the digest, from you to you, where [digest] deliver says so; nothing else",
}
TRAP = (
    "If your app is in 'Testing', Google ends this sign-in after 7 days. To leave that: Google Cloud "
    "console, Google Auth Platform, Audience, 'Publish app'; then connect once more, for a sign-in made in "
    "'Testing' keeps its 7 days."
)


def connect(desk: Desk, wishes: Mapping[str, Any]) -> Account:
    """Sign in, check that the APIs answer, and keep the secret; returns the account.

    ``wishes`` are the options of the command line. Raises InputError and AccountError.
    """
    features = wanted(wishes)
    endpoints = desk.endpoints("")
    path = wishes.get("client") or endpoints.get("client")
    client = google_auth.client_of(Path(path).expanduser() if path else None, endpoints, desk)
    desk.say(intention("Google", features))
    for feature in asked(features):
        desk.say(f"  - {_WHY[feature]}")
    token, allowed = google_auth.sign_in(client, features, not wishes.get("no_browser"), desk)
    missing = [feature for feature in features if feature not in allowed]
    if missing:
        raise SignInError(
            f"the box for your {' and '.join(missing)} was not ticked", f"{AGAIN}, and tick every box"
        )
    settings: dict[str, Any] = {"client": client.id, "auth": client.auth, "token": client.token}
    settings |= {"features": list(features)}
    secret = {"refresh_token": token, "client_secret": client.secret}
    return _look(settings, secret, wishes.get("calendar") or (), desk)


def _look(settings: dict[str, Any], secret: dict[str, str], names: Sequence[str], desk: Desk) -> Account:
    """See whose account it is and what it holds, before anything is kept."""
    services = _services(settings, secret, desk.endpoints(""))
    addresses: list[str] = []
    if "mail" in services:
        gmail = Gmail(services["mail"], desk.now)
        addresses += gmail.addresses()
        size = gmail.size()
        about = f", about {size:,} messages" if size else ""
        desk.say(f"Gmail: {', '.join(addresses) or 'an account without a name'}{about}.")
    if "calendar" in services:
        listed = google_calendar.calendars(services["calendar"])
        read = chosen(listed, names)
        settings["calendars"] = [one.id for one in read]
        addresses += [one.id.lower() for one in listed if one.primary and "@" in one.id]
        desk.say(f"Google Calendar: {', '.join(one.name for one in read) or 'none of your own'}.")
    if not addresses:
        raise SignInError("Google does not say whose account this is", AGAIN)
    account = Account(NAME, addresses[0], settings, tuple(dict.fromkeys(addresses)))
    Vault(desk.home, desk.say).put(account.name, secret)
    desk.say(TRAP)
    return account


def disconnect(account: Account, desk: Desk) -> str:
    """Withdraw the sign-in at Google and delete the secret."""
    vault = Vault(desk.home)
    token = vault.get(account.name).get("refresh_token", "")
    endpoints = desk.endpoints(account.address)
    told = google_kept.withdrawn(account, token, str(endpoints.get("revoke") or ""), desk)
    vault.drop(account.name)
    return told


def sources(account: Account, desk: Desk) -> Sequence[tuple[str, Connector]]:
    """What there is to read, each with its name; raises SignInError where the secret is missing."""
    services = _signed(account, desk)
    found: list[tuple[str, Connector]] = []
    if "mail" in services:
        horizon = datetime(desk.now.year + 2, 1, 1, tzinfo=UTC)
        found.append(("Gmail", Gmail(services["mail"], horizon)))
    if "calendar" in services:
        ids = tuple(account.settings.get("calendars", ()))
        found.append(("Google Calendar", GoogleCalendar(services["calendar"], ids, desk.now)))
    return found


def drafts(account: Account, desk: Desk) -> GmailDrafts | None:
    """The drafts of the mailbox; None where mail is not read."""
    services = _signed(account, desk)
    if "mail" not in services:
        return None
    return GmailMarks(services["mail"]) if rights.may_mark(account) else GmailDrafts(services["mail"])


def sender(account: Account, desk: Desk) -> GmailSender:
    """Who sends mail to the owner from their own mailbox; raises SignInError without the secret."""
    endpoints = desk.endpoints(account.address)
    session = _session(account.settings, _secret(account, desk), endpoints)
    again = f"goodwill connect {NAME} --send-digest"
    return GmailSender(session, str(endpoints.get("api") or ""), again)


def _signed(account: Account, desk: Desk) -> dict[str, Any]:
    """Google's client of each API that is read, signed in as the owner."""
    return _services(account.settings, _secret(account, desk), desk.endpoints(account.address))


def _secret(account: Account, desk: Desk) -> dict[str, str]:
    secret = Vault(desk.home).get(account.name)
    if not secret.get("refresh_token") or not secret.get("client_secret"):
        raise SignInError(f"the sign-in of {account.address} is not in the keyring any more", AGAIN)
    return secret


def explain(account: Account, error: SignInError, now: datetime) -> SignInError:
    """Name the trap of apps in 'Testing' where a sign-in ended about when it does."""
    age = now - account.connected if account.connected else None
    if age is None or not timedelta(days=TESTING_DAYS - 1) <= age <= timedelta(days=TESTING_DAYS + 7):
        return error
    return SignInError(f"{error.what}. It was {age.days} days old: {TRAP}", error.remedy)


def _services(
    settings: Mapping[str, Any], secret: Mapping[str, str], endpoints: Mapping[str, Any]
) -> dict[str, Any]:
    """Google's client of each API that is read, over one session."""
    features = tuple(settings["features"])
    session = _session(settings, secret, endpoints)
    api = str(endpoints.get("api") or "")
    quota = int(endpoints.get("units_per_minute") or UNITS_A_MINUTE)
    pace = Pace(0.9 * quota, 60, 0.05 * quota)
    found: dict[str, Any] = {}
    if "mail" in features:
        wire = Wire(session, "Gmail", passing, before=lambda url: pace.spend(units(url)))
        found["mail"] = service("gmail", "v1", wire, api)
    if "calendar" in features:
        found["calendar"] = service("calendar", "v3", Wire(session, "Google Calendar", passing), api)
    return found


def _session(
    settings: Mapping[str, Any], secret: Mapping[str, str], endpoints: Mapping[str, Any]
) -> AuthorizedSession:
    token = str(endpoints.get("token") or settings["token"])
    client = Client(str(settings["client"]), secret["client_secret"], str(settings["auth"]), token)
    return google_kept.session(client, secret["refresh_token"])
