"""What a file is, told by its content and never by its name; and which folders hold no events (pure)."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["mbox", "mail", "calendar", "gzip", "zip", "empty", "other"]

HEAD = 16_384  # bytes of a file that are looked at

_SEPARATOR = re.compile(rb"[\r\n]*From [^\r\n]*\r?\n(?:>?[!-9;-~]+[ \t]*:|\r?\n)")
_FIELD = re.compile(rb"^([!-9;-~]{1,80})[ \t]*:", re.MULTILINE)
_COMMON = frozenset(
    (
        b"from", b"to", b"cc", b"bcc", b"subject", b"date", b"message-id", b"received", b"return-path",
        b"mime-version",
        b"content-type", b"delivered-to", b"reply-to", b"sender", b"in-reply-to", b"references",
        b"envelope-to",
        b"x-mozilla-status", b"x-gmail-labels", b"dkim-signature", b"x-mailer", b"user-agent",
        b"resent-from",
        b"content-transfer-encoding", b"x-gm-thrid", b"x-uidl", b"x-account-key", b"arc-seal",
        b"authentication-results",
        b"list-id", b"precedence", b"status",
    )
)  # fmt: skip
_EXTENSION = re.compile(r"\.(?:mbox|mbx|sbd|gz|imapmbox|txt)\b.*$", re.IGNORECASE)
_UNWANTED = frozenset(
    (
        "drafts", "draft", "junk", "junk e-mail", "junk email", "spam", "bulk mail", "trash",
        "deleted items", "deleted messages", "deleted",
        "bin", "outbox", "templates", "unsent messages", "unsent", "entwürfe", "entwurf", "papierkorb",
        "gelöschte elemente",
        "gelöschte objekte", "postausgang", "vorlagen", "junk-e-mail", "brouillons", "corbeille",
        "éléments supprimés", "pourriel",
        "courrier indésirable", "indésirables", "borradores", "papelera", "elementos eliminados",
        "correo no deseado",
        "entw&apw-rfe", "gel&apy-schte elemente", "gel&apy-schte objekte", "&amk-l&aok-ments supprim&aok-s",
    )
)  # fmt: skip


def sniff(head: bytes) -> Kind:
    """What begins with ``head`` (up to 16 KiB of it)."""
    if not head:
        return "empty"
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    if head[:2] == b"\x1f\x8b":
        return "gzip"
    head = head[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t ")
    if not head:
        return "empty"
    if head[:15].upper() == b"BEGIN:VCALENDAR":
        return "calendar"
    if head[:5] == b"From " and _SEPARATOR.match(head):
        return "mbox"
    return "mail" if _is_mail(head) else "other"


def _is_mail(head: bytes) -> bool:
    first = _FIELD.match(head)
    if first is None:
        return False
    block = re.split(rb"\r?\n[ \t]*\r?\n", head, maxsplit=1)[0]
    if b"\0" in block:
        return False
    names = {name.lower() for name in _FIELD.findall(block)}
    return len(names & _COMMON) >= 2


def is_unwanted(name: str) -> bool:
    """Whether a folder or mbox of this name holds drafts, spam or what was thrown away, never an event."""
    bare = _EXTENSION.sub("", name.strip("/"))
    nested = bare.startswith(".") or bare.lower().startswith("inbox.")  # Maildir++ writes folders with dots
    last = bare.split(".")[-1] if nested else bare.rpartition("/")[2]
    return last.strip().lower() in _UNWANTED
