"""The parts of a MIME message: texts, quoted messages, calendars and names of attachments (pure)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.policy import compat32
from functools import lru_cache
from typing import NamedTuple

from goodwill.markup import LONGEST, from_html
from goodwill_connectors.headers import Headers, decode_bytes, first, read_headers, text_of

DEEPEST = 12
MOST_PARTS = 500
MOST_TEXT = 200_000
KEPT = 300_000  # bytes of one run of base64 that survive slimming; a multiple of 400

_BLANK = re.compile(rb"\n[ \t]*\r?\n")  # begins with a letter of its own, to which the engine can skip
_STUB = re.compile(
    r"(?:view|open|see|read|display|ansehen|anzeigen|visuali[sz]er|ver)\b.{0,60}(?:html|browser"
    r"|navigat)|html (?:mail|e-?mail|message|format)"
    r"|(?:not|nicht|pas|no) .{0,30}html",
    re.IGNORECASE,
)
_SEALS = frozenset(
    (
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-encrypted",
    )
)


_AFTER_BOUNDARY = re.compile(rb"(--)?[ \t]*(?=\r?\n|\Z)")
_FIRST_BREAK = re.compile(rb"\A\r?\n")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_RUN = re.compile(  # possessive, so that a run that is too short is not tried again and again
    rb"^(?:(?:[A-Za-z0-9+/]{40,998}+={0,2}\r?\n){41,}+|[A-Za-z0-9+/]{1000,}+)", re.MULTILINE
)


def slim(raw: bytes, *, inside: bool = False) -> bytes:
    """The message with very long runs of base64 cut short: an attachment's bytes are never read.

    ``inside`` keeps about 3 kB of each instead of 300 kB, for a piece from the middle of a message.
    """
    if len(raw) < 100_000:
        return raw
    keep = KEPT // 100 if inside else KEPT
    return _RUN.sub(lambda run: _shorten(run[0], keep), raw)


def _shorten(run: bytes, keep: int) -> bytes:
    if len(run) <= keep:
        return run
    return run[: run.rfind(b"\n", 0, keep) + 1 or keep]


@dataclass(slots=True)
class Body:
    """What was found in a message: ``own`` texts in order, texts of others, and the rest by name."""

    own: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    calendars: list[bytes] = field(default_factory=list)
    parts: int = 0
    wordless: bool = False  # another form of the same text was taken: look only for files


def divide(raw: bytes) -> tuple[bytes, bytes]:
    """Header block and body of a message."""
    blank = _BLANK.search(raw)
    start = blank.start() if blank else len(raw)
    if start and raw[start - 1 : start] == b"\r":
        start -= 1
    headless = _FIRST_BREAK.match(raw)
    if headless and (blank is None or start > 0):
        return raw[:1], raw[headless.end() :]
    return (raw[: start + 1], raw[blank.end() :]) if blank else (raw, b"")


def read_body(headers: Headers, content: bytes) -> Body:
    """Walk the parts of a message, whatever they claim to be."""
    body = Body()
    _read_part(headers, content, body, 0)
    return body


class _Declared(NamedTuple):
    """What a part says of itself: its kind, boundary, charset, disposition and file name, "" for none."""

    kind: str
    boundary: bytes
    charset: str
    disposition: str
    name: str


def _declared(headers: Headers) -> _Declared:
    return _declare(first(headers, "content-type")[:4000], first(headers, "content-disposition")[:4000])


@lru_cache(maxsize=256)
def _declare(content_type: str, disposition: str) -> _Declared:
    message = Message(compat32)
    if content_type:
        message["content-type"] = content_type
    if disposition:
        message["content-disposition"] = disposition
    return _Declared(
        message.get_content_type(),
        _boundary(message),
        _parameter(message, "charset"),
        message.get_content_disposition() or "",
        _filename(message),
    )


def _read_part(headers: Headers, content: bytes, body: Body, depth: int) -> None:
    body.parts += 1
    if depth > DEEPEST or body.parts > MOST_PARTS:
        return
    declared = _declared(headers)
    kind = declared.kind
    if kind.startswith("multipart/"):
        parts = _pieces(content, declared.boundary) if declared.boundary else []
        if parts:
            _read_parts(kind, parts, body, depth)
            return
        kind = "text/plain"
    if kind in ("message/rfc822", "message/global"):
        _read_enclosed(declared, headers, content, body, depth)
    else:
        _read_leaf(kind, declared, headers, content, body)


def _read_parts(kind: str, parts: list[bytes], body: Body, depth: int) -> None:
    if kind == "multipart/alternative":
        _read_alternatives(parts, body, depth)
        return
    for part in parts:
        head, content = divide(part)
        _read_part(read_headers(head), content, body, depth + 1)


def _read_alternatives(parts: list[bytes], body: Body, depth: int) -> None:
    """Of several forms of one text keep the plain one, unless it says nothing."""
    best: Body | None = None
    for part in parts:
        head, content = divide(part)
        enough = body.wordless or (best is not None and not _says_little(best))
        form = Body(parts=body.parts, wordless=enough)
        _read_part(read_headers(head), content, form, depth + 1)
        body.parts = form.parts
        body.attachments += form.attachments
        body.calendars += form.calendars
        if not enough:
            best = form if form.own or form.quoted or best is None else best
    if best is not None:
        body.own += best.own
        body.quoted += best.quoted


def _says_little(form: Body) -> bool:
    text = "\n".join(form.own).strip()
    return not form.quoted and (not text or (len(text) < 400 and _STUB.search(text) is not None))


def _read_enclosed(declared: _Declared, headers: Headers, content: bytes, body: Body, depth: int) -> None:
    """A mail carried as an attachment: all its words are somebody's earlier words."""
    content = _unpack(headers, content)
    head, rest = divide(content.lstrip(b"\r\n"))
    inner_headers = read_headers(head)
    inner = Body(parts=body.parts, wordless=body.wordless)
    _read_part(inner_headers, rest, inner, depth + 1)
    body.parts = inner.parts
    labels = [
        f"{label}: {text_of(first(inner_headers, label.lower()))}"
        for label in ("From", "Date", "To", "Subject")
    ]
    body.quoted.append("\n".join([*labels, "", *inner.own, *inner.quoted]))
    body.attachments += [declared.name, *inner.attachments] if declared.name else inner.attachments


def _read_leaf(kind: str, declared: _Declared, headers: Headers, content: bytes, body: Body) -> None:
    name, disposition = declared.name, declared.disposition
    if kind == "text/calendar" or (name.lower().endswith(".ics") and len(content) < 1_000_000):
        body.calendars.append(_unpack(headers, content))
        if name and disposition == "attachment":
            body.attachments.append(name)
        return
    attached = disposition == "attachment" or (bool(name) and not kind.startswith("text/"))
    if attached or not kind.startswith("text/"):
        shown = disposition == "inline" or "content-id" in headers
        if (
            name
            and kind not in _SEALS
            and not (kind.startswith("image/") and shown and disposition != "attachment")
        ):
            body.attachments.append(name)
        return
    if body.wordless:
        return
    text = decode_bytes(_unpack(headers, content), declared.charset)
    if kind == "text/html" or (kind != "text/plain" and "</" in text):
        text = from_html(text[:LONGEST])
    if text.strip():
        body.own.append(text[: MOST_TEXT * 2])
    if name:
        body.attachments.append(name)


def _unpack(headers: Headers, content: bytes) -> bytes:
    encoding = first(headers, "content-transfer-encoding").split(";")[0].strip().lower()
    try:
        if encoding == "base64":
            return _from_base64(content)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(content)
        if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return b""
    except (binascii.Error, ValueError):
        return content
    return content


def _from_base64(content: bytes) -> bytes:
    letters = _NO_BASE64.sub(b"", content.partition(b"=")[0])
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _boundary(declared: Message) -> bytes:
    try:
        boundary = declared.get_boundary() or ""
    except Exception:  # the standard library trips over some broken RFC 2231 parameters
        boundary = ""
    return boundary.encode("utf-8", "replace")[:200]


def _parameter(declared: Message, name: str) -> str:
    try:
        value = declared.get_param(name)
    except Exception:
        return ""
    if isinstance(value, tuple):
        value = value[2]
    return value if isinstance(value, str) else ""


def _filename(declared: Message) -> str:
    try:
        name = declared.get_filename("") or ""
    except Exception:
        return ""
    return text_of(str(name))[:255]


def _pieces(content: bytes, boundary: bytes) -> list[bytes]:
    """The parts between boundary lines; a missing last boundary ends with the message."""
    pieces: list[bytes] = []
    start: int | None = None
    for begin, end, is_last in _boundary_lines(content, b"--" + boundary):
        if start is not None:
            pieces.append(content[start:begin])
        start = end
        if is_last:
            start = None
            break
        if len(pieces) > MOST_PARTS:
            break
    if start is not None:
        pieces.append(content[start:])
    return [_FIRST_BREAK.sub(b"", piece, count=1) for piece in pieces]


def _boundary_lines(content: bytes, mark: bytes) -> Iterator[tuple[int, int, bool]]:
    """Where each boundary line begins (with the line break before it) and ends, and whether it is the last.

    A search for the bare ``mark`` spares compiling a pattern for each mail, and reads far faster.
    """
    at = content.find(mark)
    while at >= 0:
        after = _AFTER_BOUNDARY.match(content, at + len(mark))
        if after and (at == 0 or content[at - 1 : at] == b"\n"):
            begin = at - (2 if content[max(0, at - 2) : at] == b"\r\n" else min(at, 1))
            yield begin, after.end(), after[1] is not None
            at = content.find(mark, after.end())
        else:
            at = content.find(mark, at + 1)
