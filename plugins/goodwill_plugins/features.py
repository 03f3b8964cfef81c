"""A sentence as the names of what is in it and around it: word n-grams and cues."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[?!$\u00a3\u20ac]")
_PLAIN_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*|[0-9]+|[?!$]")  # the same for ASCII, in half the time
MAX_TOKENS = 120


def tokens(sentence: str) -> list[str]:
    """Return the words of ``sentence`` in small letters; every number is ``0``, so that none is kept."""
    small = sentence.lower()
    found: list[str] = (_PLAIN_TOKEN if small.isascii() else _TOKEN).findall(small)
    return ["0" if word.isdigit() else word for word in found[:MAX_TOKENS]]


def own_features(words: Sequence[str], cues: Collection[str]) -> set[str]:
    """Return n-grams of one to three words, with marks at both ends, and the cues.

    ``#`` stands before a cue, ``#?`` before one in a question.
    """
    marked = ["^", *words, "$"]
    pairs = [f"{one} {two}" for one, two in pairwise(marked)]
    found = {*words, *pairs}
    found.update([f"{pair} {word}" for pair, word in zip(pairs, marked[2:], strict=False)])
    found.update(["#" + cue for cue in cues])
    if "form.question" in cues:
        found.update(["#?" + cue for cue in cues])
    return found


def place_features(cues: Sequence[Collection[str]], place: int) -> list[str]:
    """Return where sentence ``place`` stands, and its neighbours' cues (``<`` before it, ``>`` after)."""
    last = len(cues) - 1
    found = ["@first" if place == 0 else "@last" if place == last else "@middle"]
    if last < 3:
        found.append("@short")
    if place > 0:
        found += ["<" + cue for cue in cues[place - 1]]
    if place < last:
        found += [">" + cue for cue in cues[place + 1]]
    return found
