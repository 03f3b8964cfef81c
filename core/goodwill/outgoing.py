"""Looks at mail that is on its way out, for the programs that stand in a mail program's way.

Fails open: a mail that cannot be judged goes, and whoever sends it is told.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.parser import BytesHeaderParser
from email.utils import getaddresses

from goodwill import asking, render
from goodwill.app import App
from goodwill.errors import GoodwillError, StoreError
from goodwill.model import Verdict
from goodwill.plugin import load_named
from goodwill.writer import Writer

LEAVE = b"x-goodwill"
"""A header by this name that says ``send`` lets a mail go; it is taken out."""
_HEADERS = ("to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc")


@dataclass(frozen=True, slots=True)
class Seen:
    """What is to be said of a mail: the reasons for a ``warning`` ("" for none), and what went wrong."""

    warning: str = ""
    trouble: str = ""


def look(app: App, raw: bytes, to: Sequence[str], now: datetime) -> Seen:
    """Judge a mail on its way ``to`` these addresses, by the open door where there is one."""
    draft = with_hidden(raw, to)
    told = asking.ask(app.home, draft, asking.MAIL, "text") if asking.is_open(app.home) else None
    if told is not None:
        verdict, _, text = told
        return Seen("" if verdict == "clear" else text.decode())
    try:
        found = app.check(load_named("formats", "mail")(draft), now)
        return Seen() if found.verdict == "clear" else Seen(_in_words(app, found, now))
    except GoodwillError as error:
        return Seen(trouble=str(error))
    except Exception as error:  # whatever is wrong here, the mail is more important
        return Seen(trouble=f"this should not have happened ({type(error).__name__})")


def _in_words(app: App, verdict: Verdict, now: datetime) -> str:
    """The reasons, kept as a warning where that can be done just now."""
    try:
        verdict = app.announce(verdict, now)
    except StoreError:
        verdict = replace(verdict, notes=(*verdict.notes, "This warning could not be written down"))
    out = io.StringIO()
    render.verdict(verdict, Writer(out))
    return out.getvalue()


def with_hidden(raw: bytes, to: Sequence[str]) -> bytes:
    """The mail as its writer sees it: with those in Bcc whom only the envelope names."""
    headers = BytesHeaderParser().parsebytes(raw)
    named = {
        address.lower()
        for _, address in getaddresses([str(v) for h in _HEADERS for v in headers.get_all(h, [])])
    }
    hidden = [address for address in to if "@" in address and address.lower() not in named]
    return f"Bcc: {', '.join(hidden)}\n".encode() + raw if hidden else raw


def without_leave(raw: bytes) -> tuple[bytes, bool]:
    """The mail without its ``X-Goodwill`` headers, and whether one of them said ``send``."""
    kept: list[bytes] = []
    allowed, lines = False, raw.splitlines(keepends=True)
    end = next((n for n, line in enumerate(lines) if not line.strip(b"\r\n")), len(lines))
    for line in _unfolded(lines[:end]):
        name, colon, value = line.partition(b":")
        if colon and name.strip().lower() == LEAVE:
            allowed = allowed or value.strip().lower() == b"send"
        else:
            kept.append(line)
    return b"".join(kept + lines[end:]), allowed


def _unfolded(lines: Sequence[bytes]) -> list[bytes]:
    """Header fields, each with the lines that go on with it."""
    fields: list[bytes] = []
    for line in lines:
        if fields and line[:1] in (b" ", b"\t"):
            fields[-1] += line
        else:
            fields.append(line)
    return fields
