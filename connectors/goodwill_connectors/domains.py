"""What the name servers of a domain say of its services (RFC 2782)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import dns.exception
import dns.resolver

SECONDS = 6.0
"""How long the name servers may take."""
Resolver = dns.resolver.Resolver
_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


def is_host(name: str) -> bool:
    """Whether a server may be called so: by its name or by numbers."""
    labels = name.removesuffix(".").split(".")
    return ":" in name or (len(name) <= 253 and all(_LABEL.fullmatch(one) for one in labels))


def services(name: str, domain: str, resolver: Resolver | None = None) -> Iterator[tuple[str, int]]:
    """The hosts and ports at which ``domain`` has the service ``name`` (``_imaps``), the preferred first."""
    for record in sorted(_asked(f"{name}._tcp.{domain}", "SRV", resolver), key=_preference):
        host = str(record.target).rstrip(".")
        if host:
            yield host, int(record.port)


def path_of(name: str, domain: str, resolver: Resolver | None = None) -> str:
    """The path at which a service is, which RFC 6764 has in a TXT record; empty where there is none."""
    for record in _asked(f"{name}._tcp.{domain}", "TXT", resolver):
        for part in record.strings:
            key, _, value = part.decode("utf-8", "replace").partition("=")
            if key.lower() == "path" and value.startswith("/"):
                return str(value)
    return ""


def _preference(record: Any) -> tuple[int, int]:
    return record.priority, -record.weight


def _asked(name: str, kind: str, resolver: Resolver | None) -> list[Any]:
    try:
        return list((resolver or Resolver()).resolve(name, kind, lifetime=SECONDS))
    except (dns.exception.DNSException, OSError, ValueError):
        return []
