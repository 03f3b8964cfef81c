"""Where the mail of an address lies: known for large providers, else by the domain's SRV records."""

from __future__ import annotations

from collections.abc import Iterator

from goodwill_connectors.domains import Resolver, services
from goodwill_connectors.imap_line import Server

_DOMAINS = {
    "imap.gmail.com": ("gmail.com", "googlemail.com"),
    "imap.mail.me.com": ("icloud.com", "me.com", "mac.com"),
    "imap.fastmail.com": ("fastmail.com", "fastmail.fm"),
    "imap.mail.yahoo.com": (
        "yahoo.com",
        "yahoo.co.uk",
        "yahoo.de",
        "yahoo.fr",
        "ymail.com",
        "rocketmail.com",
    ),
    "imap.aol.com": ("aol.com",),
    "imap.gmx.net": ("gmx.net", "gmx.de", "gmx.at", "gmx.ch"),
    "imap.gmx.com": ("gmx.com",),
    "imap.web.de": ("web.de",),
    "posteo.de": ("posteo.de", "posteo.net"),
    "imap.mailbox.org": ("mailbox.org",),
    "secureimap.t-online.de": ("t-online.de",),
    "imap.zoho.com": ("zoho.com", "zohomail.com"),
    "imap.migadu.com": ("migadu.com",),
}
KNOWN = {domain: Server(host, 993) for host, domains in _DOMAINS.items() for domain in domains}
BRIDGE = Server("127.0.0.1", 1143, "starttls")
"""Proton's mail can be read through its Bridge only, a program on the same machine."""
KNOWN |= dict.fromkeys(("proton.me", "protonmail.com", "pm.me"), BRIDGE)
SIGNED = {"google": Server("imap.gmail.com", 993), "microsoft": Server("outlook.office365.com", 993)}
"""Where the mail lies of those who sign in with Google or Microsoft."""
APP_PASSWORDS = {
    "imap.gmail.com": "https://myaccount.google.com/apppasswords",
    "imap.mail.me.com": "https://account.apple.com, Sign-In and Security, App-Specific Passwords",
    "imap.fastmail.com": "https://app.fastmail.com/settings/security/apps",
    "imap.mail.yahoo.com": "https://login.yahoo.com/account/security",
    "imap.aol.com": "https://login.aol.com/account/security",
    "127.0.0.1:1143": "Proton Bridge, which shows a password of its own for each account",
}
"""Where the owner makes a password for one program, which these providers ask for."""


def discovered(domain: str, resolver: Resolver | None = None) -> Server | None:
    """The server of a mail ``domain``; None where neither we nor the domain's name servers know one.

    By RFC 6186: ``_imaps`` before ``_imap``, which encrypts by STARTTLS.
    """
    if domain in KNOWN:
        return KNOWN[domain]
    return next(_published(domain, resolver), None)


def _published(domain: str, resolver: Resolver | None) -> Iterator[Server]:
    for host, port in services("_imaps", domain, resolver):
        yield Server(host, port)
    for host, port in services("_imap", domain, resolver):
        yield Server(host, port, "starttls")
