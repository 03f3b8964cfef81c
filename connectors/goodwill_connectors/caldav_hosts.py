"""Where the calendars of an address lie: known for large providers, else by the domain (RFC 6764)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from goodwill_connectors.dav import MOST_HOPS, joined
from goodwill_connectors.domains import Resolver, path_of, services
from goodwill_connectors.wire import LOOPBACK

WELL_KNOWN = "/.well-known/caldav"
SERVICE = "_caldavs"
SECONDS = 15.0
ICLOUD, FASTMAIL = "https://caldav.icloud.com/", "https://caldav.fastmail.com/dav/"
_DOMAINS = {
    ICLOUD: ("icloud.com", "me.com", "mac.com"),
    FASTMAIL: ("fastmail.com", "fastmail.fm"),
    "https://caldav.calendar.yahoo.com/": ("yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "ymail.com"),
    "https://caldav.gmx.net/": ("gmx.net", "gmx.de", "gmx.at", "gmx.ch"),
    "https://caldav.web.de/": ("web.de",),
    "https://posteo.de:8443/": ("posteo.de", "posteo.net"),
    "https://dav.mailbox.org/caldav/": ("mailbox.org",),
    "https://calendar.zoho.com/caldav/": ("zoho.com", "zohomail.com"),
}
KNOWN = {domain: url for url, domains in _DOMAINS.items() for domain in domains}
ELSEWHERE = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), "goodwill connect google"),
    **dict.fromkeys(("outlook.com", "hotmail.com", "live.com", "msn.com"), "goodwill connect microsoft"),
}
"""Providers whose calendars no password opens, and how they are read instead."""
APP_PASSWORDS = {
    "caldav.icloud.com": "https://account.apple.com, Sign-In and Security, App-Specific Passwords",
    "caldav.fastmail.com": "https://app.fastmail.com/settings/security/apps",
    "caldav.calendar.yahoo.com": "https://login.yahoo.com/account/security",
}
"""Where the owner makes a password for one program, which these providers ask for."""


@dataclass(frozen=True, slots=True)
class Found:
    """An address that answers, and whether it wants passwords hashed (digest) instead of as they are."""

    url: str
    digest: bool


def candidates(domain: str, resolver: Resolver | None = None) -> list[str]:
    """The addresses at which the calendars of ``domain`` may lie, the likeliest first."""
    if domain in KNOWN:
        return [KNOWN[domain]]
    path = path_of(SERVICE, domain, resolver) or WELL_KNOWN
    told = [f"https://{_shown(host, port)}{path}" for host, port in services(SERVICE, domain, resolver)]
    return [*told, f"https://{domain}{WELL_KNOWN}"]


def probed(session: requests.Session, url: str) -> Found | None:
    """Where ``url`` leads to, asked without any password; None where nothing there speaks WebDAV.

    Raises what requests does.
    """
    for _ in range(MOST_HOPS):
        if not _is_safe(url):
            return None
        answer = session.request(
            "PROPFIND", url, headers={"Depth": "0"}, timeout=SECONDS, allow_redirects=False
        )
        if not answer.is_redirect:
            ways = answer.headers.get("WWW-Authenticate", "").lower()
            digest = "digest" in ways and "basic" not in ways
            return Found(url, digest) if answer.status_code in (207, 401, 403) else None
        url = joined(url, answer.headers["Location"])
    return None


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    except ValueError:
        return False


def _shown(host: str, port: int) -> str:
    return host if port == 443 else f"{host}:{port}"
