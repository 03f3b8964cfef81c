"""Providers that keep mail and calendars behind one password: ``goodwill connect icloud``, ``… fastmail``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from threading import Event
from typing import Any

from goodwill.errors import InputError, SignInError
from goodwill.plugin import Account, Connector, Desk
from goodwill_connectors import caldav, caldav_hosts, imap, imap_hosts, passwords
from goodwill_connectors.imap_line import Line
from goodwill_connectors.imap_line import Server as MailServer
from goodwill_connectors.imap_login import Password


@dataclass(frozen=True, slots=True)
class Hosted:
    """One such provider, called ``name``, and where it keeps mail and calendars.

    An account's settings hold those of its ``imap`` and of its ``caldav`` part, or of one alone.
    """

    name: str
    mail: MailServer
    calendars: caldav.Server
    OPTIONS: frozenset[str] = frozenset(("address", "user", "only", "calendar"))
    ENDPOINTS: frozenset[str] = frozenset()

    def connect(self, desk: Desk, wishes: Mapping[str, Any]) -> Account:
        """Sign in, show what would be read, and keep the password; returns the account.

        ``wishes`` are the options of the command line. Raises InputError and AccountError.
        """
        if wishes.get("only") == "mail" and wishes.get("calendar"):
            raise InputError(
                "--calendar chooses calendars, and --only mail reads none", "Leave one of them out"
            )
        address = passwords.address_of(desk, wishes)
        where = imap_hosts.APP_PASSWORDS.get(self.mail.host)
        if where:
            desk.say(f"An app password is wanted, for mail and calendars. It is made here: {where}")
        user = str(wishes.get("user") or address)
        password = passwords.asked(user, self.name, desk)
        settings: dict[str, Any] = {}
        addresses = [address]
        if wishes.get("only") != "calendar":
            imap.look(Line(self.mail, Password(address, password)), address, desk)
            settings["imap"] = asdict(self.mail) | {"user": address}
        if wishes.get("only") != "mail":
            names = wishes.get("calendar") or ()
            settings["caldav"], more = caldav.look(self.calendars, user, password, names, desk)
            addresses += more
        account = Account(self.name, address, settings, tuple(dict.fromkeys(addresses)))
        passwords.keep(account.name, password, desk)
        return account

    def disconnect(self, account: Account, desk: Desk) -> str:
        """Delete the password; the provider is not told of anything."""
        return passwords.drop(account, desk)

    def sources(self, account: Account, desk: Desk) -> Sequence[tuple[str, Connector]]:
        """What there is to read; raises SignInError where the password is missing."""
        found: list[tuple[str, Connector]] = []
        for part, provider in (("imap", imap), ("caldav", caldav)):
            if part in account.settings:
                found += provider.sources(_part(account, part), desk)
        return found

    def listen(self, account: Account, desk: Desk, end: Event, news: Callable[[], None]) -> bool:
        """Call ``news`` when something comes into the inbox, until ``end`` is set; False without mail."""
        return "imap" in account.settings and imap.listen(_part(account, "imap"), desk, end, news)

    def explain(self, account: Account, error: SignInError, now: datetime) -> SignInError:
        """The server's own words are all there is to say."""
        return error


def _part(account: Account, name: str) -> Account:
    """The account as the provider ``name`` of one of its parts knows it; the password is the same."""
    return replace(account, settings=account.settings[name])


ICLOUD = Hosted("icloud", imap_hosts.KNOWN["icloud.com"], caldav.Server(caldav_hosts.ICLOUD))
FASTMAIL = Hosted("fastmail", imap_hosts.KNOWN["fastmail.com"], caldav.Server(caldav_hosts.FASTMAIL))
