"""A sentence as the names of what is in it and around it: word n-grams and cues."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Sequence
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
    found = {*words, *pairs, *cue_features(cues)}
    found.update([f"{pair} {word}" for pair, word in zip(pairs, marked[2:], strict=False)])
    return found


def known_ngrams(words: Sequence[str], openers: Container[str], known: Container[str]) -> set[str]:
    """Return all n-grams of ``words`` that may be ``known``, in much less time than ``own_features``.

    ``openers`` are the words with which a known n-gram of two or three begins; with every three words
    that are known, so are the first two of them.
    """
    marked = ["^", *words, "$"]
    pairs = [
        (pair, third)
        for one, two, third in zip(marked, marked[1:], [*marked[2:], ""], strict=False)
        if one in openers and (pair := f"{one} {two}") in known
    ]
    found = {*words, *[pair for pair, _ in pairs]}
    found.update([f"{pair} {third}" for pair, third in pairs])
    return found


def cue_features(cues: Collection[str]) -> list[str]:
    """Return what a sentence's own cues add to its n-grams."""
    found = ["#" + cue for cue in cues]
    return found + ["#?" + cue for cue in cues] if "form.question" in cues else found


def place_features(cues: Sequence[Collection[str]], place: int) -> list[str]:
    """Return where sentence ``place`` stands, and its neighbours' cues (``<`` before it, ``>`` after)."""
    last = len(cues) - 1
    found = standing(place, last)
    if place > 0:
        found += before(cues[place - 1])
    if place < last:
        found += after(cues[place + 1])
    return found


def standing(place: int, last: int) -> list[str]:
    """Return where among its mail's sentences, of which ``last`` is the last, a sentence stands."""
    found = ["@first" if place == 0 else "@last" if place == last else "@middle"]
    return [*found, "@short"] if last < 3 else found


def before(cues: Collection[str]) -> list[str]:
    """Return what the cues of the sentence before add."""
    return ["<" + cue for cue in cues]


def after(cues: Collection[str]) -> list[str]:
    """Return what the cues of the sentence after add."""
    return [">" + cue for cue in cues]
