"""Text into sentences, each with its place, so that a quote can be cut from the original unchanged.

Lines of a hard-wrapped paragraph are joined; bullets, greetings and blank lines part. The work is
linear in the text, of which at most ``MAX_TEXT`` characters and ``MAX_SENTENCES`` sentences are read.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_TEXT = 20_000
MAX_SENTENCES = 400
MAX_SENTENCE = 600

# One character for one character: offsets in the normal form are offsets in the original.
_NORMAL = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u00b4`\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000\t\x0b\x0c\r", " "),
        "\u2026": ".",
        "\uff1f": "?",
        "\uff01": "!",
        "\u3002": ".",
        "\u061f": "?",
    }
)
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st sr jr rev hon messrs vs etc e.g i.e eg ie cf approx no nos fig vol ext tel inc ltd"
    " corp co dept est jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri".split()
)
_BREAK = re.compile(r"[.!?]+[\"')\]]*(?=\s)|\n")
_BULLET = re.compile(r"[ ]*(?:[-*\u2022\u25cf\u25aa\u00b7>]|\(?\d{1,2}[.)]|\(?[a-z][.)])[ ]+")
_LAST_WORD = re.compile(r"[^\s(\"']*$")
_INITIAL = re.compile(r"(?:[a-z]\.)*[a-z]")


class Sentence(NamedTuple):
    """``text`` in normal form (straight quotes, single spaces); ``start`` and ``end`` in the original."""

    text: str
    start: int
    end: int


def normal(text: str) -> str:
    """Return ``text`` with typographic quotes, dashes and spaces made plain, at the same length."""
    return text[:MAX_TEXT].translate(_NORMAL)


def split(text: str) -> list[Sentence]:
    """Split ``text`` into its sentences, in order; empty for a text without a word."""
    plain = normal(text)
    found: list[Sentence] = []
    start = 0
    for match in _BREAK.finditer(plain):
        if not _parts(plain, start, match):
            continue
        _add(found, plain, start, match.end())
        start = match.end()
        if len(found) >= MAX_SENTENCES:
            return found
    _add(found, plain, start, len(plain))
    return found


def _parts(plain: str, start: int, match: re.Match[str]) -> bool:
    if match.group() == "\n":
        return not _soft(plain, start, match.start())
    if match.group() != ".":
        return True
    before = plain[max(start, match.start() - 20) : match.start()]
    word = _LAST_WORD.search(before)
    last = word.group().lower() if word else ""
    return not (last in _ABBREVIATIONS or _INITIAL.fullmatch(last))


def _soft(plain: str, start: int, newline: int) -> bool:
    """Whether a newline only wraps a line: the next word would not have fitted, or goes on in small letters."""
    line_start = max(plain.rfind("\n", max(start - 1, newline - 1000, 0), newline) + 1, start)
    line = plain[line_start:newline].strip()
    following = plain[newline + 1 : newline + 40].split("\n", 1)[0]
    if not line or not following.strip() or _BULLET.match(following) or line[-1] in ":;":
        return False
    if following.lstrip()[:1].islower():
        return len(line) >= 25 and line[-1] != "," or len(line) >= 40
    return len(line) + len(following.split(None, 1)[0]) >= 60


def _add(found: list[Sentence], plain: str, start: int, end: int) -> None:
    chunk = plain[start:end]
    bullet = _BULLET.match(chunk)
    if bullet:
        start += bullet.end()
        chunk = chunk[bullet.end() :]
    for offset in range(0, len(chunk), MAX_SENTENCE):
        piece = chunk[offset : offset + MAX_SENTENCE]
        body = piece.strip()
        if any(map(str.isalnum, body)):
            begin = start + offset + piece.index(body[0])
            found.append(Sentence(" ".join(body.split()), begin, begin + len(body)))
