"""One reading of an event, shared by the three detectors: its sentences, their cues and odds."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

from goodwill.model import Event
from goodwill_plugins.cues import cues
from goodwill_plugins.features import line_features, tokens, whole_features
from goodwill_plugins.model import OUTPUTS, load, probability
from goodwill_plugins.parties import addressees, house, is_desk
from goodwill_plugins.sentences import Sentence, split

FLOOR = -6.0


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
    """A text as read: its lines, and what they and the whole say, by name, for ``stack``."""

    lines: tuple[Line, ...]
    sums: dict[str, float]


class Odds(NamedTuple):
    """Calibrated probabilities that an event holds at least one of each."""

    ask: float
    favour_ask: float
    favour: float
    meeting: float


@functools.lru_cache(maxsize=64)
def read(text: str) -> Reading:
    """Read ``text`` (own words only); the same text is read once for all three detectors."""
    model = load()
    sentences = split(text)
    found = [cues(sentence.text) for sentence in sentences]
    words = [tokens(sentence.text) for sentence in sentences]
    features = [line_features(words, found, place) for place in range(len(sentences))]
    logits = [model.line.logits(one) for one in features]
    lines = tuple(
        Line(sentence, seen, tuple(said), *map(probability, logit))
        for sentence, seen, said, logit in zip(sentences, found, words, logits, strict=True)
    )
    whole = model.whole.logits(whole_features(features)) if lines else [FLOOR] * len(OUTPUTS)
    return Reading(lines, _sums(logits, whole))


def weigh(event: Event) -> Odds:
    """Return the odds for ``event`` from its words and from who writes to whom."""
    model = load()
    inputs = {**read(event.text).sums, **dict.fromkeys(circumstances(event), 1.0)}
    return Odds(*(probability(_dot(model.stack[output], inputs)) for output in OUTPUTS))


def circumstances(event: Event) -> list[str]:
    """Return what the event shows beyond its words, as names of features."""
    sender = event.sender.address if event.sender else ""
    people = addressees(event)
    houses = [house(party.address) for party in people]
    home = house(sender)
    found = ["&same" if home and home in houses else "&other"]
    found += ["&free_from"] * (not home) + ["&free_to"] * (not any(houses))
    found += ["&reply"] * event.subject.lower().startswith("re:") + ["&forward"] * event.subject.lower().startswith("fw")
    found += ["&desk"] * any(map(is_desk, people))
    found.append(f"&to{min(3, len(people))}")
    found.append(f"&length{min(6, int(math.log2(max(len(event.text), 30) / 30)))}")
    return found


def pooled(logits: Sequence[float]) -> tuple[float, float, float]:
    """Return the two highest logits, and the logit that any of them is true, each in [-6, 12]."""
    ordered = sorted(logits, reverse=True)[:2] + [FLOOR, FLOOR]
    none = -sum(math.log1p(-min(probability(logit), 1 - 1e-9)) for logit in logits)
    anywhere = math.log(math.expm1(min(none, 30.0)) + 1e-6)
    return _clip(ordered[0]), _clip(ordered[1]), _clip(anywhere)


def _sums(logits: Sequence[Sequence[float]], whole: Sequence[float]) -> dict[str, float]:
    sums = {"": 1.0}
    for place, output in enumerate(OUTPUTS):
        first, second, anywhere = pooled([logit[place] for logit in logits])
        sums[f"{output}.first"] = first / 2
        sums[f"{output}.second"] = second / 2
        sums[f"{output}.any"] = anywhere / 2
        sums[f"{output}.whole"] = whole[place] / 2
    return sums


def _dot(weights: object, inputs: dict[str, float]) -> float:
    assert isinstance(weights, dict)
    return float(sum(weights.get(name, 0.0) * value for name, value in inputs.items()))


def _clip(logit: float) -> float:
    return max(FLOOR, min(12.0, logit))
