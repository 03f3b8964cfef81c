"""One reading of an event, shared by the three detectors: its sentences, their cues and odds."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from goodwill.houses import house
from goodwill.model import Event, Party
from goodwill_plugins.cues import cues
from goodwill_plugins.features import (
    after,
    before,
    cue_features,
    known_ngrams,
    own_features,
    standing,
    tokens,
)
from goodwill_plugins.model import OUTPUTS, load, probability
from goodwill_plugins.parties import addressees, is_desk
from goodwill_plugins.sentences import Sentence, normal, split

FLOOR, CEILING = -6.0, 12.0
MAX_SUBJECT = 200
_MARKS = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg)\s*:)+\s*", re.IGNORECASE)


class Line(NamedTuple):
    """A sentence as read: its cues, its words, and a probability for each of ``OUTPUTS``."""

    sentence: Sentence
    cues: frozenset[str]
    words: tuple[str, ...]
    ask: float
    favour_ask: float
    favour: float
    meeting: float


class Reading(NamedTuple):
    """A text as read: its lines, and what they and the whole say, by name, for the stack."""

    lines: tuple[Line, ...]
    sums: Mapping[str, float]


class Odds(NamedTuple):
    """Calibrated probabilities that an event holds at least one of each."""

    ask: float
    favour_ask: float
    favour: float
    meeting: float


class _Told(NamedTuple):
    """What one sentence's weights come to: a logit and a probability for each of ``OUTPUTS``."""

    logits: tuple[float, ...]
    odds: tuple[float, ...]


@functools.lru_cache(maxsize=64)
def read(text: str, subject: str = "") -> Reading:
    """Read ``text`` (own words only); the same text is read once for all three detectors.

    The subject is no sentence of its own, but counts towards what the whole is about.
    """
    sentences = split(text)
    found = [cues(sentence.text) for sentence in sentences]
    words = [tuple(tokens(sentence.text)) for sentence in sentences]
    own = [_own(said, seen) for said, seen in zip(words, found, strict=True)]
    told = [_tell(total) for total in _placed(own, found)]
    lines = tuple(
        Line(sentence, seen, said, *one.odds)
        for sentence, seen, said, one in zip(sentences, found, words, told, strict=True)
    )
    return Reading(lines, _sums(told, load().whole(sum(own) + _subject(subject))))


def _own(words: Sequence[str], seen: frozenset[str]) -> int:
    """The packed sum of what is in a sentence: as of ``own_features``, by a shorter way."""
    model = load()
    return model.add(known_ngrams(words, model.openers, model.weights)) + _cued(cue_features, seen)


def _placed(own: Sequence[int], found: Sequence[frozenset[str]]) -> Iterator[int]:
    """Each sentence's packed sum with what its place and its neighbours add: as of ``place_features``."""
    last = len(own) - 1
    for place, total in enumerate(own):
        total += _standing(place, last)
        if place > 0:
            total += _cued(before, found[place - 1])
        if place < last:
            total += _cued(after, found[place + 1])
        yield total


@functools.lru_cache(maxsize=1024)
def _standing(place: int, last: int) -> int:
    return load().add(standing(place, last))


@functools.lru_cache(maxsize=4096)
def _cued(features: Callable[[frozenset[str]], list[str]], seen: frozenset[str]) -> int:
    return load().add(features(seen))


@functools.lru_cache(maxsize=4096)
def _tell(total: int) -> _Told:
    logits = tuple(load().line(total))
    return _Told(logits, tuple(map(probability, logits)))


def weigh(event: Event) -> Odds:
    """Return the odds for ``event`` from its words and from who writes to whom."""
    sender = event.sender.address if event.sender else ""
    return _weigh(event.text, event.subject, sender, addressees(event))


def read_event(event: Event) -> Reading:
    """Read the words of ``event``."""
    return read(event.text, event.subject)


def subject_features(subject: str) -> set[str]:
    """Return the features of a subject line, without the marks of a reply or a forward."""
    plain = _MARKS.sub("", normal(subject[:MAX_SUBJECT]))
    return own_features(tokens(plain), cues(plain)) if plain else set()


def _subject(subject: str) -> int:
    return load().add(subject_features(subject))


@functools.lru_cache(maxsize=16)
def _weigh(text: str, subject: str, sender: str, people: tuple[Party, ...]) -> Odds:
    inputs = {**read(text, subject).sums, **dict.fromkeys(circumstances(text, subject, sender, people), 1.0)}
    weights = [load().stack[output] for output in OUTPUTS]
    weighed = [math.fsum([one.get(name, 0.0) * shown for name, shown in inputs.items()]) for one in weights]
    return Odds(*map(probability, weighed))


def circumstances(text: str, subject: str, sender: str, people: Sequence[Party]) -> list[str]:
    """Return what a mail shows beyond its words, as names of features; ``people`` are the addressees."""
    opening = subject[:5].lower()
    home, houses = house(sender), [house(party.address) for party in people]
    length = int(math.log2(max(len(text), 30) / 30))
    shown = {
        "&same" if home and home in houses else "&other": True,
        "&free_from": not home,
        "&free_to": not any(houses),
        "&reply": opening.startswith("re:"),
        "&forward": opening.startswith("fw"),
        "&desk": any(map(is_desk, people)),
        f"&to{min(3, len(people))}": True,
        f"&length{min(6, length)}": True,
    }
    return [name for name, true in shown.items() if true]


def pooled(logits: Sequence[float], odds: Sequence[float]) -> tuple[float, float, float]:
    """Return the two highest logits, and the logit that any of them is true, each in [-6, 12]."""
    first, second = [*sorted(logits, reverse=True)[:2], FLOOR, FLOOR][:2]
    none = math.prod([1.0 - one for one in odds])
    anywhere = math.log((1.0 - none + 1e-6) / (none + 1e-9))
    return _clip(first), _clip(second), _clip(anywhere)


def _sums(told: Sequence[_Told], whole: Sequence[float]) -> dict[str, float]:
    sums = {"": 1.0}
    for place, output in enumerate(OUTPUTS):
        first, second, anywhere = pooled(
            [one.logits[place] for one in told], [one.odds[place] for one in told]
        )
        sums[f"{output}.first"] = first / 2
        sums[f"{output}.second"] = second / 2
        sums[f"{output}.any"] = anywhere / 2
        sums[f"{output}.whole"] = whole[place] / 2
    return sums


def _clip(logit: float) -> float:
    return max(FLOOR, min(CEILING, logit))
