"""Calendars on any server: ``goodwill connect caldav ADDRESS``, and the source that such an account has."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth, HTTPDigestAuth

from goodwill.errors import AccountError, InputError, SignInError
from goodwill.plugin import Account, Connector, Desk
from goodwill_connectors import passwords
from goodwill_connectors.caldav_calendar import CalDavCalendar, calendars
from goodwill_connectors.caldav_hosts import APP_PASSWORDS, ELSEWHERE, WELL_KNOWN, Found, candidates, probed
from goodwill_connectors.calendars import Listed, chosen
from goodwill_connectors.certificates import distrusted, verification
from goodwill_connectors.dav import CALDAV, DAV, Dav, Resource, joined
from goodwill_connectors.domains import is_host
from goodwill_connectors.passwords import address_of, certificate_of
from goodwill_connectors.wire import LOOPBACK, Wire, as_it_is

NAME = "caldav"
OPTIONS = frozenset(("address", "server", "user", "certificate", "calendar"))
ENDPOINTS: frozenset[str] = frozenset()
UNTRUSTED = (
    "If the server is your own, save its certificate and connect again with --certificate FILE; "
    "otherwise check this machine's clock"
)
_PRINCIPAL, _HOME = f"{DAV}current-user-principal", f"{CALDAV}calendar-home-set"
_ADDRESSES = f"{CALDAV}calendar-user-address-set"


@dataclass(frozen=True, slots=True)
class Server:
    """Where calendars lie, whether it wants passwords hashed, and the certificate (PEM) trusted for it."""

    url: str
    digest: bool = False
    certificate: str = ""

    @property
    def host(self) -> str:
        """The host, with its port if that is an unusual one."""
        return urlsplit(self.url).netloc


def connect(desk: Desk, wishes: Mapping[str, Any]) -> Account:
    """Sign in, show what would be read, and keep the password; returns the account.

    ``wishes`` are the options of the command line. Raises InputError and AccountError.
    """
    address = address_of(desk, wishes)
    server = find(address.rpartition("@")[2], wishes, desk)
    user = str(wishes.get("user") or address)
    if server.host in APP_PASSWORDS:
        desk.say(f"{server.host} wants an app password. It is made here: {APP_PASSWORDS[server.host]}")
    password = passwords.asked(user, server.host, desk)
    settings, others = look(server, user, password, wishes.get("calendar") or (), desk)
    account = Account(NAME, address, settings, tuple(dict.fromkeys((address, *others))))
    passwords.keep(account.name, password, desk)
    return account


def find(domain: str, wishes: Mapping[str, Any], desk: Desk) -> Server:
    """The server that the owner names, else the one of the domain, else the answer to a question."""
    certificate = certificate_of(wishes)
    wish = str(wishes.get("server") or "")
    if not wish and domain in ELSEWHERE:
        raise InputError(f"calendars of {domain} open to no password", f"Use: {ELSEWHERE[domain]}")
    found = None if wish else _found(domain, certificate)
    if found is None:
        wish = wish or desk.ask(f"The CalDAV server of {domain} (HOST or https://…): ", False).strip()
        found = _probe(_meant(wish), certificate)
    if found is None:
        raise InputError(
            f"nothing at {wish[:80]} speaks CalDAV",
            "Look up the address of your calendars in your provider's help and give it with --server",
        )
    server = Server(found.url, found.digest, certificate)
    host = urlsplit(found.url).hostname or ""
    if host not in wish and host != domain and not host.endswith(f".{domain}"):
        desk.say(f"The calendars of {domain} lie at {server.host}.")
    return server


def _found(domain: str, certificate: str) -> Found | None:
    """Where the calendars of a domain are; None where it does not tell."""
    try:
        return _probe(candidates(domain), certificate)
    except AccountError:
        return None  # many domains have no server of their own at all


def _meant(wish: str) -> list[str]:
    """The addresses that ``HOST``, ``HOST:PORT`` or a whole address may mean."""
    whole = wish if "://" in wish else f"https://{wish}"
    try:
        parts = urlsplit(whole)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not is_host(host) or any(one.isspace() for one in whole) or port == 0 or parts.username is not None:
        raise InputError(
            f"'{wish.rpartition('@')[2][:80]}' is no server",
            "Give HOST or https://HOST/…, such as caldav.example.com",
        )
    if parts.scheme != "https" and (parts.scheme != "http" or host not in LOOPBACK):
        raise InputError(
            f"without encryption anybody on the way to {host} could read your password",
            "Give the address with https",
        )
    root = f"{parts.scheme}://{parts.netloc}"
    return [whole] if parts.path.strip("/") else [root + WELL_KNOWN, f"{root}/"]


def _probe(urls: Sequence[str], certificate: str) -> Found | None:
    """The first of ``urls`` that answers; AccountError where a certificate or the network stands between."""
    trouble: AccountError | None = None
    for url in urls:
        session = _session(certificate)
        try:
            found = probed(session, url)
        except requests.exceptions.SSLError as error:
            trouble = _distrusted(urlsplit(url).netloc, error)
        except requests.RequestException:
            trouble = trouble or AccountError(
                f"{urlsplit(url).netloc} cannot be reached", "Check the name and the network"
            )
        else:
            if found is not None:
                return found
    if trouble is not None:
        raise trouble
    return None


def _distrusted(host: str, error: requests.exceptions.SSLError) -> AccountError:
    found = verification(error)
    if found is not None:
        return AccountError(*distrusted(host, found, UNTRUSTED))
    return AccountError(
        f"{host} does not speak TLS as it should",
        "Check the port; for a server on this machine that speaks plain HTTP give http://…",
    )


def look(
    server: Server, user: str, password: str, names: Sequence[str], desk: Desk
) -> tuple[dict[str, Any], list[str]]:
    """Sign in and say what would be read; returns the account's settings and the owner's addresses there."""
    dav = _dav(server, user, password)
    where, me = dav.about(server.url, (_PRINCIPAL, _HOME))
    principal = next(iter(me.links(_PRINCIPAL)), where)
    where, me = dav.about(joined(where, principal) or where, (_HOME, _ADDRESSES))
    homes = [home for one in me.links(_HOME) if (home := joined(where, one))]
    if not homes:
        raise AccountError(
            f"{server.host} tells of no calendars for {user}",
            "Look up the address of your calendars and give it with --server",
        )
    listed = [one for home in homes for one in calendars(dav, home, principal)]
    read = chosen(listed, names)
    _show(dav, read, [one for one in listed if one not in read], bool(names), desk)
    urls = [one.id for one in read]
    return asdict(server) | {"user": user, "calendars": urls}, _addresses(me)


def _show(dav: Dav, read: Sequence[Listed], left: Sequence[Listed], named: bool, desk: Desk) -> None:
    """Say what would be read, before anything is."""
    reader = CalDavCalendar(dav, (), desk.now)
    desk.say(
        f"{len(read)} calendar{'s' * (len(read) != 1)} will be read:" if read else "No calendar is your own."
    )
    for one in read:
        desk.say(f"  {reader.count(one.id):>9,} entries  {one.name}")
    if left:
        names = ", ".join(f"'{one.name}'" for one in left)
        why = "not named" if named else "not your own (--calendar NAME reads them)"
        desk.say(f"Left out, as {why}: {names}.")
    desk.say("Nothing is changed there.")


def _addresses(me: Resource) -> list[str]:
    """The mail addresses under which the owner is invited."""
    links = [one.lower() for one in me.links(_ADDRESSES)]
    return [one.removeprefix("mailto:") for one in links if one.startswith("mailto:") and "@" in one]


def disconnect(account: Account, desk: Desk) -> str:
    """Delete the password; the server is not told of anything."""
    return passwords.drop(account, desk)


def sources(account: Account, desk: Desk) -> Sequence[tuple[str, Connector]]:
    """What there is to read; raises SignInError where the password is missing."""
    settings = account.settings
    server = Server(settings["url"], settings["digest"], settings["certificate"])
    dav = _dav(server, settings["user"], passwords.kept(account, desk))
    return [("CalDAV", CalDavCalendar(dav, tuple(settings["calendars"]), desk.now))]


def explain(account: Account, error: SignInError, now: datetime) -> SignInError:
    """The server's own words are all there is to say."""
    return error


def _dav(server: Server, user: str, password: str) -> Dav:
    session = _session(server.certificate)
    name, secret = user.encode(), password.encode()
    session.auth = HTTPDigestAuth(user, password) if server.digest else HTTPBasicAuth(name, secret)
    return Dav(Wire(session, "CalDAV", untrusted=UNTRUSTED), server.url)


def _session(certificate: str) -> requests.Session:
    """A session without a password, which trusts ``certificate`` (PEM) beside the system's."""
    session = requests.Session()
    session.auth = as_it_is
    if certificate:
        session.mount("https://", _Trusting(certificate))
    return session


class _Trusting(HTTPAdapter):
    """Trusts a certificate beside those that the system trusts."""

    def __init__(self, certificate: str) -> None:
        self._context = ssl.create_default_context()
        try:
            self._context.load_verify_locations(cadata=certificate)
        except ssl.SSLError:
            raise InputError("the certificate cannot be read", "Give one in PEM form") from None
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """Let every connection use it."""
        super().init_poolmanager(*args, ssl_context=self._context, **more)
