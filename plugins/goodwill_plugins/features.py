"""A sentence, and a whole mail, as the names of what is in it: word n-grams and cues."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[?!$\u00a3\u20ac]")
MAX_TOKENS = 120


def tokens(sentence: str) -> list[str]:
    """Return the words of ``sentence`` in small letters; every number is ``0``, so that none is remembered."""
    found: list[str] = _TOKEN.findall(sentence.lower())
    return ["0" if word.isdigit() else word for word in found[:MAX_TOKENS]]


def line_features(
    words: Sequence[Sequence[str]], cues: Sequence[Collection[str]], place: int
) -> list[str]:
    """Return the features of sentence ``place``: its n-grams, its cues, its place, its neighbours' cues.

    N-grams have one to three words, with marks at both ends; ``#`` stands before a cue, ``#?`` before
    one in a question, ``<`` and ``>`` before those of the sentence before and after.
    """
    last = len(words) - 1
    found = _ngrams(words[place])
    found += ["#" + cue for cue in cues[place]]
    if "form.question" in cues[place]:
        found += ["#?" + cue for cue in cues[place]]
    found.append("@first" if place == 0 else "@last" if place == last else "@middle")
    if last < 3:
        found.append("@short")
    if place > 0:
        found += ["<" + cue for cue in cues[place - 1]]
    if place < last:
        found += [">" + cue for cue in cues[place + 1]]
    return found


def whole_features(lines: Iterable[Sequence[str]]) -> set[str]:
    """Return the features of a mail: those of its sentences, but for places and neighbours."""
    return {feature for line in lines for feature in line if feature[0] not in "@<>"}


def _ngrams(words: Sequence[str]) -> list[str]:
    marked = ["^", *words, "$"]
    pairs = [f"{one} {two}" for one, two in zip(marked, marked[1:], strict=False)]
    triples = [f"{pair} {word}" for pair, word in zip(pairs, marked[2:], strict=False)]
    return [*words, *pairs, *triples]
