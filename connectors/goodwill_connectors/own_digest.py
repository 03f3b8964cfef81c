"""Knows a digest again that comes back as mail to be read: it is no letter of anybody's (pure)."""

from __future__ import annotations

from goodwill.delivery import DOMAIN, HEADER
from goodwill_connectors.headers import Headers, first, parties, read_headers
from goodwill_connectors.mime import divide

MOST_HEAD = 20_000
"""Bytes in which the headers are looked for."""


def is_digest(headers: Headers) -> bool:
    """Whether the headers are those of a digest of Goodwill's, from its reader to its reader."""
    marked = HEADER.lower() in headers or f"@{DOMAIN}" in first(headers, "message-id")
    sender = parties(headers.get("from", ()))
    recipients = {one.address for one in parties(headers.get("to", ()))}
    return marked and bool(sender) and sender[0].address in recipients


def is_digest_mail(raw: bytes) -> bool:
    """As ``is_digest``, for a whole message; those that do not look like it are not read."""
    head = raw[:MOST_HEAD]
    marked = DOMAIN.encode() in head or HEADER.encode() in head
    return marked and is_digest(read_headers(divide(raw)[0]))
