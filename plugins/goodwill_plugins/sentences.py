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
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000", " "),
        **dict.fromkeys("\t\x0b\x0c\r", " "),
        "\u2026": ".",
        "\uff1f": "?",
        "\uff01": "!",
        "\u3002": ".",
        "\u061f": "?",
    }
)
_ABBREVIATED = """
mr mrs ms dr prof st sr jr rev hon messrs vs etc e.g i.e eg ie cf approx no nos fig vol ext tel inc ltd
corp co dept est jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri
"""
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())
# One set of first characters, which the engine skips to: "…|\n" would be tried at every character.
# Marks are tried from the first of a run only, and never given back: else a long run costs its square.
_BREAK = re.compile(r"[.!?\n](?:(?<=\n)|(?<![.!?][.!?])[.!?]*+[\"')\]]*+(?=\s))")
_BULLET = re.compile(r" *(?:[-*\u2022\u25cf\u25aa\u00b7>]|\(?\d{1,2}[.)]|\(?[a-z][.)]) +")
_LAST_WORD = re.compile(r"[^\s(\"']*$")
_INITIAL = re.compile(r"(?:[a-z]\.)*[a-z]")
_WORD = re.compile(r"\w")
_WRAPPED_FROM = 60  # a line that the next word would carry beyond this many characters may be wrapped
_GOES_ON_FROM = 25  # a shorter line is a greeting or a signature, even if small letters follow


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
    start = line_start = 0
    for match in _BREAK.finditer(plain):
        mark, at = match[0], match.start()
        if mark == "\n":
            soft = _wraps(plain, line_start, at)
            line_start = at + 1
            if soft:
                continue
        elif mark == "." and _abbreviates(plain[max(start, at - 12) : at]):
            continue
        _add(found, plain, start, match.end())
        start = match.end()
        if len(found) >= MAX_SENTENCES:
            return found[:MAX_SENTENCES]
    _add(found, plain, start, len(plain))
    return found[:MAX_SENTENCES]


def _abbreviates(before: str) -> bool:
    word = _LAST_WORD.search(before)
    last = word[0].lower() if word else ""
    return last in _ABBREVIATIONS or bool(_INITIAL.fullmatch(last))


def _wraps(plain: str, line_start: int, newline: int) -> bool:
    """Whether a newline only wraps a line: the next word did not fit, or the sentence goes on small."""
    following = plain[newline + 1 : newline + 40].partition("\n")[0].lstrip()
    length = newline - line_start
    if not following or length < _GOES_ON_FROM:
        return False
    if plain[newline - 1] in ":;" or _BULLET.match(following):
        return False
    return following[0].islower() or length + len(following.partition(" ")[0]) >= _WRAPPED_FROM


def _add(found: list[Sentence], plain: str, start: int, end: int) -> None:
    body = plain[start:end].lstrip()
    if not body or not _WORD.search(body):
        return
    start = end - len(body)
    bullet = _BULLET.match(body)
    if not bullet and len(body) <= MAX_SENTENCE:
        found.append(Sentence(" ".join(body.split()), start, start + len(body.rstrip())))
        return
    start += bullet.end() if bullet else 0
    for at in range(start, end, MAX_SENTENCE):
        _keep(found, plain[at : min(end, at + MAX_SENTENCE)], at)


def _keep(found: list[Sentence], piece: str, start: int) -> None:
    if _WORD.search(piece):
        begin = start + len(piece) - len(piece.lstrip())
        found.append(Sentence(" ".join(piece.split()), begin, start + len(piece.rstrip())))
