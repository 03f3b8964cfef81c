"""Mailboxes on any server: ``goodwill connect imap ADDRESS``, and the source that such an account has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from email.utils import parseaddr
from threading import Event
from typing import Any

from goodwill.errors import InputError, SignInError
from goodwill.plugin import Account, Connector, Desk
from goodwill_connectors import passwords
from goodwill_connectors.domains import is_host
from goodwill_connectors.imap_folders import Folder
from goodwill_connectors.imap_hosts import APP_PASSWORDS, SIGNED, discovered
from goodwill_connectors.imap_line import LOOPBACK, Line, Refused, Server
from goodwill_connectors.imap_login import Login, Password
from goodwill_connectors.imap_mail import ImapMail
from goodwill_connectors.passwords import address_of, certificate_of

NAME = "imap"
OPTIONS = frozenset(
    ("address", "server", "user", "tls", "certificate", "sign_in", "no_browser", "device_code")
)
ENDPOINTS = frozenset(("token", "revoke"))
PORTS = {"implicit": 993, "starttls": 143, "none": 143}
SAMPLE, OFTEN = 200, 5
"""Sent mails that are looked at for further addresses of the owner, and how many make one."""
Opened = tuple[Login, dict[str, Any], Callable[[str], None]]
"""How to sign in, what the account must know of that, and what keeps the secret under the account's name."""


def connect(desk: Desk, wishes: Mapping[str, Any]) -> Account:
    """Sign in, show what would be read, and keep the secret; returns the account.

    ``wishes`` are the options of the command line. Raises InputError and AccountError.
    """
    _agree(wishes)
    address = address_of(desk, wishes)
    server = _server(address.rpartition("@")[2], wishes, desk)
    user = str(wishes.get("user") or address)
    opened = _signed_in(address, user, wishes, desk) if wishes.get("sign_in") else _typed(server, user, desk)
    login, settings, keep = opened
    look(Line(server, login), address, desk)
    account = Account(NAME, address, asdict(server) | {"user": user} | settings, (address,))
    keep(account.name)
    return account


def _agree(wishes: Mapping[str, Any]) -> None:
    """Raise InputError where the options contradict each other."""
    ways = [one for one in ("no_browser", "device_code") if wishes.get(one)]
    flags = [f"--{one.replace('_', '-')}" for one in ways]
    if len(ways) > 1:
        raise InputError(f"{' and '.join(flags)} are two ways to sign in", "Leave one of them out")
    if ways and not wishes.get("sign_in"):
        raise InputError(
            f"{flags[0]} is about a sign-in, and this is a password", "Add --sign-in, or leave it out"
        )
    if wishes.get("device_code") and wishes["sign_in"] != "microsoft":
        raise InputError(
            "--device-code is Microsoft's; Google has none for mail", "Give --no-browser instead"
        )


def _typed(server: Server, user: str, desk: Desk) -> Opened:
    where = APP_PASSWORDS.get(server.host) or APP_PASSWORDS.get(server.shown)
    if where:
        desk.say(f"{server.host} wants an app password. It is made here: {where}")
    password = passwords.asked(user, server.shown, desk)

    def keep(name: str) -> None:
        passwords.keep(name, password, desk)

    return Password(user, password), {}, keep


def _signed_in(address: str, user: str, wishes: Mapping[str, Any], desk: Desk) -> Opened:
    from goodwill_connectors import imap_oauth  # which takes longer to load than all else

    return imap_oauth.sign_in(wishes["sign_in"], address, user, wishes, desk)


def _server(domain: str, wishes: Mapping[str, Any], desk: Desk) -> Server:
    """The server that the owner names, else whom they sign in with, else the domain's, else the answer."""
    found = None if wishes.get("server") else SIGNED.get(wishes.get("sign_in", "")) or discovered(domain)
    if found is not None and not _is_of(found.host, domain):
        desk.say(f"The mail of {domain} lies at {found.shown}.")
    wish = str(wishes.get("server") or "")
    if not wish and found is None:
        wish = desk.ask(f"The IMAP server of {domain} (HOST or HOST:PORT): ", False).strip()
    server = found or _named(wish)
    if wishes.get("tls"):
        port = server.port if ":" in wish.strip("[]") or found else PORTS[wishes["tls"]]
        server = replace(server, tls=wishes["tls"], port=port)
    server = replace(server, certificate=certificate_of(wishes))
    if server.tls == "none" and server.host not in LOOPBACK:
        raise InputError(
            f"without encryption anybody on the way to {server.host} could read your password",
            "Leave --tls out, or choose starttls",
        )
    return server


def _is_of(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _named(wish: str) -> Server:
    """The server called ``HOST`` or ``HOST:PORT`` (an IPv6 address in brackets)."""
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?", wish)
    if found is None or not 0 < int(found[3] or 993) < 65_536 or not is_host(found[1] or found[2]):
        raise InputError(
            f"'{wish[:80]}' is no server", "Give HOST or HOST:PORT, such as imap.example.com:993"
        )
    port = int(found[3] or 993)
    return Server(found[1] or found[2], port, "starttls" if port in (143, 1143) else "implicit")


def look(line: Line, address: str, desk: Desk) -> None:
    """Sign in, and say what would be read, before anything is."""
    try:
        _show(line, ImapMail(line, desk.now).folders(), address, desk)
    finally:
        line.close()


def _show(line: Line, folders: Sequence[Folder], address: str, desk: Desk) -> None:
    counts = {folder.name: _count(line, folder) for folder in folders}
    desk.say(f"{address}: {sum(counts.values()):,} mails in {len(folders):,} folders will be read:")
    for name, count in counts.items():
        if count:
            desk.say(f"  {count:>9,}  {name}")
    desk.say("Nothing is changed there: folders are opened for reading only, and no mail is marked as read.")
    for other in _others(line, folders, address):
        desk.say(f"You also write as {other}. If that is yours: goodwill import --me {other}")


def _count(line: Line, folder: Folder) -> int:
    """How many mails a folder holds: for one that the server does not open, none."""
    try:
        return line.status(folder.name, [b"MESSAGES"]).get(b"MESSAGES", 0)
    except Refused:
        return 0


def _others(line: Line, folders: Sequence[Folder], address: str) -> list[str]:
    """Other addresses that the latest sent mails are from."""
    met: Counter[str] = Counter()
    for folder in folders:
        exists = line.examine(folder.name).get(b"EXISTS", 0) if folder.sent else 0
        if not exists:
            continue
        uids = line.search(max(1, exists - SAMPLE + 1), exists)
        told = line.fetch(uids, ["BODY.PEEK[HEADER.FIELDS (FROM)]"])
        for one in told.values():
            raw = next((value for key, value in one.items() if key.startswith(b"BODY[")), b"")
            sender = parseaddr((raw or b"").decode("utf-8", "replace").partition(":")[2])[1].lower()
            met[sender] += 1
    return [one for one, times in met.most_common() if times >= OFTEN and one != address and "@" in one]


def disconnect(account: Account, desk: Desk) -> str:
    """Delete the secret; of a password the server is not told anything."""
    if account.settings.get("sign_in"):
        from goodwill_connectors import imap_oauth

        return imap_oauth.disconnect(account, desk)
    return passwords.drop(account, desk)


def sources(account: Account, desk: Desk) -> Sequence[tuple[str, Connector]]:
    """What there is to read; raises SignInError where the password is missing."""
    horizon = datetime(desk.now.year + 2, 1, 1, tzinfo=UTC)
    return [("IMAP", ImapMail(_line(account, desk), horizon))]


def listen(account: Account, desk: Desk, end: Event, news: Callable[[], None]) -> bool:
    """Call ``news`` when something comes into the inbox, until ``end`` is set; False without IDLE."""
    line = _line(account, desk)
    try:
        return line.listen("INBOX", end, news)
    finally:
        line.close()


def _line(account: Account, desk: Desk) -> Line:
    settings = account.settings
    server = Server(settings["host"], settings["port"], settings["tls"], settings["certificate"])
    return Line(server, _login(account, desk))


def _login(account: Account, desk: Desk) -> Login:
    if account.settings.get("sign_in"):
        from goodwill_connectors import imap_oauth

        return imap_oauth.kept(account, desk)
    return Password(account.settings["user"], passwords.kept(account, desk))


def explain(account: Account, error: SignInError, now: datetime) -> SignInError:
    """The server's own words are all there is to say, but for Google's trap of apps in 'Testing'."""
    if account.settings.get("sign_in") == "google":
        from goodwill_connectors import google

        return google.explain(account, error, now)
    return error
