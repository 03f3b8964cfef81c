"""Headers of real mail: folded, encoded, broken (pure). Nothing here raises on any input."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.header import decode_header
from email.utils import parsedate_tz
from functools import lru_cache

from goodwill.model import Party

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = 1982, 2100  # no mail is older than RFC 822; what is dated later is a broken clock
MOST_WORDS = 60  # pieces of one display name
LONGEST = 200_000  # characters of one header that are looked at

Headers = Mapping[str, Sequence[str]]

_FIELD = re.compile(rb"^([!-9;-~]{1,80})[ \t]*:(.*(?:\r?\n[ \t].*)*)", re.MULTILINE)
_FOLD = re.compile(r"\r?\n[ \t]+|[\r\n]+")
_ENCODED = re.compile(r"=\?[^?\s]+\?[bqBQ]\?[^?]*\?=")
_SPACE = re.compile(r"\s+")
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.){0,250}"|<[^<>]{0,500}>|\((?:[^()\\]|\\.){0,250}\)|[,;:]|[^",;:<>()]+|.', re.DOTALL
)
_ADDRESS = re.compile(r"[^\s@<>\"(),;:]+@[^\s@<>\"(),;:]+")
_IDENTITY = re.compile(r"<\s*([^<>\s]+)\s*>")
_DIRECTORY = re.compile(r"\s*<?/o=.*$|\s*\((?:e-mail|business|work|home)[^)]*\)$", re.IGNORECASE)
_NOTES_DOMAIN = re.compile(r"(?<=[\w\s])@[A-Z]+$")
_SUFFIX = re.compile(
    r"(?:jr|sr|ii|iii|iv|inc|llc|ltd|gmbh|co|corp|md|m\.d|phd|ph\.d|esq|cpa|mba|ag|plc|sa)\.?", re.IGNORECASE
)
_UNSAFE_CODECS = frozenset(
    ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf_7", "mbcs", "oem")
)
_ASCII = frozenset(
    ("", "ascii", "us-ascii", "ansi_x3.4-1968", "unknown-8bit", "x-unknown", "default", "unknown")
)


def read_headers(block: bytes) -> dict[str, list[str]]:
    """The fields of a header block by lower-case name, unfolded, not decoded; broken lines are left out."""
    fields: dict[str, list[str]] = {}
    for match in _FIELD.finditer(block):
        value = match[2][:LONGEST]
        text = value.decode("ascii") if value.isascii() else decode_bytes(value, "utf-8")
        if "\n" in text or "\r" in text:
            text = _FOLD.sub(" ", text)
        fields.setdefault(match[1].decode("ascii").lower(), []).append(text.strip().replace("\0", ""))
    return fields


def first(headers: Headers, name: str) -> str:
    """The first value of a field that says anything, or ""."""
    return next((value for value in headers.get(name, ()) if value), "")


def decode_bytes(data: bytes, charset: str) -> str:
    """Text of bytes in a charset that may be wrong, missing or unknown; falls back to UTF-8, then cp1252."""
    name = charset.strip().strip("\"'").lower()
    if name not in _ASCII:
        try:
            name = codecs.lookup(name).name.replace("-", "_")
            if name in ("iso8859_1", "latin_1"):
                name = "cp1252"
            if name not in _UNSAFE_CODECS:
                return data.decode(name)
        except (LookupError, UnicodeError, ValueError):
            pass
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    mended = data.decode("utf-8", "replace")
    broken = mended.count("\ufffd")
    if broken * 20 < sum(byte > 0x7F for byte in data[:100_000]):
        return mended
    return data.decode("cp1252", "replace") if broken else mended


def decode_words(value: str) -> str:
    """A header value with its RFC 2047 words decoded; what cannot be decoded stays as it is."""
    if "=?" not in value or not _ENCODED.search(value):
        return value
    try:
        pieces = decode_header(value)
        return "".join(
            piece if isinstance(piece, str) else decode_bytes(piece, charset or "utf-8")
            for piece, charset in pieces
        )
    except Exception:  # email.header raises its own HeaderParseError for broken base64
        return value


def text_of(value: str) -> str:
    """A decoded header as one line."""
    return _SPACE.sub(" ", decode_words(value)).strip().replace("\0", "")


def parties(values: Iterable[str]) -> tuple[Party, ...]:
    """Everybody whom address headers name, in order, each address once; groups are opened up."""
    found: dict[str, Party] = {}
    for value in values:
        for party in _parties(value):
            known = found.get(party.address)
            if known is None or (party.name and not known.name):
                found[party.address] = party
    return tuple(found.values())


@lru_cache(maxsize=8192)
def _parties(value: str) -> tuple[Party, ...]:
    found = _read_addresses(value)
    if not found and "=?" in value:  # some mailers encode the address along with the name
        found = _read_addresses(decode_words(value))
    return tuple(found)


def _read_addresses(value: str) -> list[Party]:
    found: list[Party] = []
    words: list[str] = []
    comment = ""
    angle = ""
    for match in _TOKEN.finditer(value):
        token = match[0]
        if len(words) > MOST_WORDS:
            words = []
        mark = token[0]
        if token in (",", ";"):
            if angle or "@" in "".join(words):
                _add(found, words, angle, comment)
                words, angle, comment = [], "", ""
            elif token == ";":
                words, comment = [], ""
            elif words:
                words.append(",")  # "Last, First <a@b>" without the quotes it should have
        elif token == ":":
            words, comment = [], ""  # the name of a group
        elif mark == "<" and len(token) > 1:
            if angle:
                _add(found, words, angle, comment)
                words, comment = [], ""
            angle = token[1:-1]
        elif mark == "(" and len(token) > 1:
            comment = token[1:-1]
        elif mark == '"' and len(token) > 1:
            words.append(re.sub(r"\\(.)", r"\1", token[1:-1]))
        elif token not in ("<", ">", "(", ")", '"'):
            words.append(token)
    _add(found, words, angle, comment)
    return found


def _find_address(text: str) -> re.Match[str] | None:
    return _ADDRESS.search(text[:2000]) if "@" in text else None


def _add(found: list[Party], words: list[str], angle: str, comment: str) -> None:
    joined = "".join(words).strip()[:2000]
    match = _find_address(angle.rpartition(":")[2])
    name = joined
    if match is None:
        match = _find_address(joined)
        name = comment if match else ""
    if match is not None:
        address = match[0].strip("'`.").lower()
        if not address.startswith("@") and not address.endswith("@"):
            found.append(Party(address, clean_name(name or comment, address)))


@lru_cache(maxsize=8192)
def clean_name(name: str, address: str = "") -> str:
    """A display name as one would say it: decoded, unquoted, "Last, First" turned round.

    Empty when it is no name but the address itself, or a directory path.
    """
    name = _NOTES_DOMAIN.sub("", _DIRECTORY.sub("", text_of(name))).strip(" '\"`,;<>")
    if not name or name.lower() == address or _ADDRESS.fullmatch(name) or name.startswith("/"):
        return ""
    last, comma, given = name.partition(",")
    given = given.strip()
    if comma and given and "," not in given and not _SUFFIX.fullmatch(given.split()[-1]):
        given, paren, note = given.partition("(")
        if given.strip() and len(given.split()) <= 3 and len(last.split()) <= 3:
            name = f"{given.strip()} {last.strip()}" + (f" ({note}" if paren else "")
    return name[:200]


def identities(values: Iterable[str]) -> list[str]:
    """The Message-IDs that headers name, lower-case without brackets, in order."""
    found: list[str] = []
    for value in values:
        inside = _IDENTITY.findall(value) or [word for word in value.split()[:20] if "@" in word]
        found.extend(identity.strip("<>").lower() for identity in inside)
    return [identity for identity in found if identity]


def moment(value: str) -> datetime | None:
    """A mail's date as UTC, or None. Without a zone it counts as UTC; an absurd year is None."""
    value = text_of(value[:200])
    if not value:
        return None
    try:
        parsed = parsedate_tz(value)
        if parsed is None:
            return _plausible(_iso(value))
        year, month, day, hour, minute, second = parsed[:6]
        if 100 <= year < 200:  # 2001 as "101"
            year += 1900
        offset = parsed[9] or 0
        if abs(offset) > 86_400:
            offset = 0
        at = datetime(year, month, day, tzinfo=UTC) + timedelta(
            hours=max(hour, 0), minutes=max(minute, 0), seconds=max(second, 0) - offset
        )
        return _plausible(at)
    except Exception:  # parsedate_tz raises various errors on hostile input
        return None


def _iso(value: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _plausible(at: datetime | None) -> datetime | None:
    return at.replace(microsecond=0) if at is not None and EARLIEST <= at.year < LATEST else None


def sent_at(headers: Headers) -> datetime | None:
    """When a mail was sent: its Date, else the topmost Received, else Resent-Date or Delivery-Date."""
    for value in headers.get("date", ()):
        at = moment(value)
        if at is not None:
            return at
    for value in headers.get("received", ()):
        at = moment(value.rpartition(";")[2])
        if at is not None:
            return at
    for name in ("resent-date", "delivery-date", "x-received-date"):
        at = moment(first(headers, name))
        if at is not None:
            return at
    return None
