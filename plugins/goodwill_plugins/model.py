"""The trained linear model, scored in plain dictionaries.

The weights of a feature for all outputs are packed into one integer, a lane of ``LANE`` bits each, so
that one addition adds them all: a sentence costs one sum over its features however many outputs there
are. There are two blocks of lanes, for the sentence and for the whole mail. The first lane of a block
counts the known features; a sum is divided by the root of that count, as in training.
"""

from __future__ import annotations

import base64
import functools
import json
import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

OUTPUTS = ("ask", "favour_ask", "favour", "meeting")
LANE = 32
BLOCK = 1 + len(OUTPUTS)
WIDTH = 2 * BLOCK * LANE // 8  # bytes of one packed feature
SCALE = 256.0
_HALF = 1 << (LANE - 1)
_HALVES = sum(_HALF << (LANE * place) for place in range(2 * BLOCK))
_ALL = (1 << (8 * WIDTH)) - 1
_LANES = struct.Struct(f"<{2 * BLOCK}I")


def pack(lanes: Sequence[int]) -> int:
    """Pack signed integers, each well within a lane, into one."""
    return sum(value << (LANE * place) for place, value in enumerate(lanes))


def unpack(packed: int, count: int) -> list[int]:
    """Return the first ``count`` signed integers that were packed, or the sums of several packed ones.

    Half a lane is added to each before it is cut out, since a negative lane borrows from the next.
    """
    raw = ((packed + _HALVES) & _ALL).to_bytes(WIDTH, "little")
    return [lane - _HALF for lane in _LANES.unpack(raw)[:count]]


@dataclass(frozen=True, slots=True)
class Model:
    """Packed weights by feature, a bias for each output, and the ``stack`` that weighs both with the event.

    ``openers`` are the words with which a feature of two or three words begins.
    ``types`` holds, by ``ask`` or ``favour`` and then by type, weights of single words and cues.
    """

    weights: Mapping[str, int]
    openers: frozenset[str]
    line_bias: Sequence[float]
    whole_bias: Sequence[float]
    stack: Mapping[str, Mapping[str, float]]
    types: Mapping[str, Mapping[str, Mapping[str, float]]]
    thresholds: Mapping[str, float]

    def add(self, features: Iterable[str]) -> int:
        """Return the packed sum of the weights of ``features``; unknown ones add nothing."""
        return sum(filter(None, map(self.weights.get, features)))

    def line(self, total: int) -> list[float]:
        """Return a logit for each output from the packed sum of one sentence."""
        return _logits(unpack(total, BLOCK), self.line_bias)

    def whole(self, total: int) -> list[float]:
        """Return a logit for each output from the packed sum of a mail's sentences."""
        return _logits(unpack(total, 2 * BLOCK)[BLOCK:], self.whole_bias)


def _logits(lanes: Sequence[int], bias: Sequence[float]) -> list[float]:
    norm = SCALE * math.sqrt(max(lanes[0], 1))
    return [start + lane / norm for start, lane in zip(bias, lanes[1:], strict=True)]


def probability(logit: float) -> float:
    """Return the logistic function of ``logit``, never overflowing."""
    return 1.0 / (1.0 + math.exp(-logit)) if -40.0 < logit < 40.0 else float(logit > 0)


@functools.cache
def load() -> Model:
    """Read the weights that ship with the package, once."""
    data = json.loads(files("goodwill_plugins").joinpath("weights.json").read_text(encoding="utf-8"))
    features = data["features"].split("\n")
    raw = base64.b64decode(data["weights"])
    packed = (int.from_bytes(raw[at : at + WIDTH], "little", signed=True) for at in range(0, len(raw), WIDTH))
    return Model(
        weights=dict(zip(features, packed, strict=True)),
        openers=frozenset(feature.partition(" ")[0] for feature in features if " " in feature),
        line_bias=data["line_bias"],
        whole_bias=data["whole_bias"],
        stack=data["stack"],
        types=data["types"],
        thresholds=data["thresholds"],
    )
