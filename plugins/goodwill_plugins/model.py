"""The trained linear model, scored in plain dictionaries.

Every feature's weights for all outputs are packed into one integer, a lane of ``LANE`` bits each, so
that one addition adds them all: a sentence costs a sum over its features however many outputs there
are. The first lane counts the known features, by whose square root a sum is divided, as in training.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import repeat

LANE = 24
SCALE = 512.0
OUTPUTS = ("ask", "favour_ask", "favour", "meeting")
_HALF = 1 << (LANE - 1)
_MASK = (1 << LANE) - 1


def pack(lanes: Sequence[int]) -> int:
    """Pack signed integers, each well within a lane, into one."""
    return sum(value << (LANE * place) for place, value in enumerate(lanes))


def unpack(packed: int, count: int) -> list[int]:
    """Return the ``count`` signed integers that were packed, or the sums of several packed ones."""
    lanes = []
    for _ in range(count):
        lane = ((packed + _HALF) & _MASK) - _HALF
        packed = (packed - lane) >> LANE
        lanes.append(lane)
    return lanes


@dataclass(frozen=True, slots=True)
class Table:
    """Packed weights by feature, and a bias for each output."""

    weights: Mapping[str, int]
    bias: Sequence[float]

    def logits(self, features: Iterable[str]) -> list[float]:
        """Return one logit for each output; a feature that occurs twice counts once."""
        total = sum(map(self.weights.get, set(features), repeat(0)))
        known, *sums = unpack(total, len(self.bias) + 1)
        norm = SCALE * math.sqrt(known or 1)
        return [bias + value / norm for bias, value in zip(self.bias, sums, strict=True)]


@dataclass(frozen=True, slots=True)
class Model:
    """``line`` reads a sentence, ``whole`` a mail, and ``stack`` weighs both with what the event shows."""

    line: Table
    whole: Table
    stack: Mapping[str, Mapping[str, float]]
    kinds: Mapping[str, Mapping[str, Mapping[str, float]]]
    thresholds: Mapping[str, float]


def probability(logit: float) -> float:
    """Return the logistic function of ``logit``, never overflowing."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@functools.cache
def load() -> Model:
    """Read the weights that ship with the package, once."""
    data = json.loads(files("goodwill_plugins").joinpath("weights.json").read_text(encoding="utf-8"))
    return Model(
        line=Table(data["line"]["weights"], data["line"]["bias"]),
        whole=Table(data["whole"]["weights"], data["whole"]["bias"]),
        stack=data["stack"],
        kinds=data["kinds"],
        thresholds=data["thresholds"],
    )
