"""Mailboxes on any server: ``goodwill connect imap ADDRESS``, and the source that such an account has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from threading import Event
from typing import Any

from goodwill.errors import InputError, SignInError
from goodwill.plugin import Account, Connector, Desk
from goodwill_connectors.imap_folders import Folder
from goodwill_connectors.imap_hosts import APP_PASSWORDS, discovered
from goodwill_connectors.imap_line import LOOPBACK, Line, Refused, Server
from goodwill_connectors.imap_mail import ImapMail
from goodwill_connectors.vault import Vault

NAME = "imap"
OPTIONS = frozenset(("address", "server", "user", "tls", "certificate"))
ENDPOINTS: frozenset[str] = frozenset()
PORTS = {"implicit": 993, "starttls": 143, "none": 143}
SAMPLE, OFTEN = 200, 5
"""Sent mails that are looked at for further addresses of the owner, and how many make one."""
AGAIN = "Connect it again: goodwill connect imap"


def connect(desk: Desk, wishes: Mapping[str, Any]) -> Account:
    """Sign in, show what would be read, and keep the password; returns the account.

    ``wishes`` are the options of the command line. Raises InputError and AccountError.
    """
    address = str(wishes.get("address") or desk.ask("Your mail address: ", False)).strip().lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        raise InputError(f"'{address[:80]}' is no mail address", "Give it as name@example.com")
    server = _server(address.rpartition("@")[2], wishes, desk)
    user = str(wishes.get("user") or address)
    if server.host in APP_PASSWORDS:
        desk.say(f"{server.host} wants an app password. It is made here: {APP_PASSWORDS[server.host]}")
    password = desk.ask(f"Password of {user} at {server.shown}: ", True).rstrip("\r\n")
    if not password:
        raise InputError("no password was given", "Nothing was connected; run this again")
    line = Line(server, user, password)
    try:
        _show(line, ImapMail(line, desk.now).folders(), address, desk)
    finally:
        line.close()
    account = Account(NAME, address, asdict(server) | {"user": user}, (address,))
    Vault(desk.home, desk.say).put(account.name, {"password": password})
    return account


def _server(domain: str, wishes: Mapping[str, Any], desk: Desk) -> Server:
    """The server that the owner names, else the one of the domain, else the answer to a question."""
    found = None if wishes.get("server") else discovered(domain)
    if found is not None and not _is_of(found.host, domain):
        desk.say(f"The mail of {domain} lies at {found.shown}.")
    wish = str(wishes.get("server") or "")
    if not wish and found is None:
        wish = desk.ask(f"The IMAP server of {domain} (HOST or HOST:PORT): ", False).strip()
    server = found or _named(wish)
    if wishes.get("tls"):
        port = server.port if ":" in wish.strip("[]") or found else PORTS[wishes["tls"]]
        server = replace(server, tls=wishes["tls"], port=port)
    if wishes.get("certificate"):
        server = replace(server, certificate=_certificate(Path(str(wishes["certificate"])).expanduser()))
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
    if found is None or not 0 < int(found[3] or 993) < 65_536:
        raise InputError(
            f"'{wish[:80]}' is no server", "Give HOST or HOST:PORT, such as imap.example.com:993"
        )
    port = int(found[3] or 993)
    return Server(found[1] or found[2], port, "starttls" if port in (143, 1143) else "implicit")


def _certificate(path: Path) -> str:
    """The certificates (PEM) in a file; raises InputError for a file without any."""
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


def _show(line: Line, folders: Sequence[Folder], address: str, desk: Desk) -> None:
    """Say what would be read, before anything is."""
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
    """Delete the password; the server is not told of anything."""
    Vault(desk.home).drop(account.name)
    return "Its password is deleted here. If it was an app password, remove it at your provider too."


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
    password = Vault(desk.home).get(account.name).get("password")
    if not password:
        raise SignInError(f"the password of {account.address} is not in the keyring any more", AGAIN)
    settings = account.settings
    server = Server(settings["host"], settings["port"], settings["tls"], settings["certificate"])
    return Line(server, settings["user"], password)


def explain(account: Account, error: SignInError, now: datetime) -> SignInError:
    """The server's own words are all there is to say."""
    return error
