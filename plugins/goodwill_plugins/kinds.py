"""Of which type, size and status an ask, a favour or a meeting is: trained, on the sentence that shows it.

``kinds.json`` holds a table for each of ``TABLES``: a row of small integers for each feature, a column for
each answer. The best answer is the one with the highest logit.
"""

from __future__ import annotations

import base64
import functools
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal, NamedTuple, cast, get_args

from goodwill.model import ASK_TYPES, FAVOUR_TYPES, Size
from goodwill_plugins.model import probability
from goodwill_plugins.naming import named_ask, named_favour, named_size, named_status, names_offer
from goodwill_plugins.reading import Line

MeetingStatus = Literal["proposed", "agreed", "held", "cancelled"]
TABLES: Mapping[str, Sequence[str]] = {
    "ask": ASK_TYPES,
    "size": ("medium", "large"),  # at least a medium one; a large one
    "favour": FAVOUR_TYPES,
    "favour_status": ("given", "offer"),
    "meeting_status": get_args(MeetingStatus),
    "sentence": ("asks",),  # whether a sentence on its own asks its reader for anything
}
"""The tables, and the answers of each."""
ALONE = 0.4  # from here a sentence on its own asks: the best F1 in cross-validation, and flat around it
_NEVER_SMALL = frozenset(("introduction", "endorsement", "job"))  # a name is lent: it can be lost
WEIGHT = 3  # how many times a mark counts beside the words


class Table(NamedTuple):
    """Weights by feature, one for each of ``answers``; times ``scale`` they are logits."""

    answers: Sequence[str]
    rows: Mapping[str, Sequence[int]]
    bias: Sequence[float]
    scale: float

    def logits(self, features: Sequence[str]) -> dict[str, float]:
        """Return a logit for each answer; a feature that is given twice counts twice."""
        known = [(row, times) for one, times in Counter(features).items() if (row := self.rows.get(one))]
        norm = self.scale / math.sqrt(max(1, sum(times for _, times in known)))
        sums = [sum(row[place] * times for row, times in known) for place in range(len(self.answers))]
        return {
            answer: start + total * norm
            for answer, start, total in zip(self.answers, self.bias, sums, strict=True)
        }


def ask_type(line: Line, lines: Sequence[Line], favour: bool) -> str:
    """Return the type out of ``ASK_TYPES`` that ``line``, one of ``lines``, asks for."""
    return _best("ask", ask_features(line, lines, favour))


def ask_size(kind: str, line: Line, lines: Sequence[Line], favour: bool) -> Size:
    """Return what an ask costs its reader: what is owed by role costs little."""
    if not favour:
        return "small"
    if named := named_size(kind, line):
        return named
    logits = load("size").logits(ask_features(line, lines, favour))
    if logits["large"] > 0:
        return "large"
    return "medium" if kind in _NEVER_SMALL or logits["medium"] > 0 else "small"


def favour_type(line: Line, lines: Sequence[Line]) -> str:
    """Return the type out of ``FAVOUR_TYPES`` that ``line``, one of ``lines``, gives or offers."""
    return _best("favour", favour_features(line, lines))


def is_offer(line: Line, lines: Sequence[Line]) -> bool:
    """Whether ``line``, one of ``lines``, offers rather than hands over."""
    return _best("favour_status", favour_status_features(line, lines)) == "offer"


def meeting_status(line: Line, lines: Sequence[Line]) -> MeetingStatus:
    """Return how far the meeting is that ``line``, one of ``lines``, speaks of."""
    return cast(MeetingStatus, _best("meeting_status", meeting_features(line, lines)))


def ask_features(line: Line, lines: Sequence[Line], favour: bool) -> list[str]:
    """Return what tells the type and the size of an ask."""
    named = named_ask(line, lines if favour else ())
    return line_features(line, lines, (f"={named}", "&favour" if favour else "&routine"))


def favour_features(line: Line, lines: Sequence[Line]) -> list[str]:
    """Return what tells the type of a favour."""
    return line_features(line, lines, (f"={named_favour(line)}",))


def favour_status_features(line: Line, lines: Sequence[Line]) -> list[str]:
    """Return what tells a favour that is given from one that is offered."""
    return line_features(line, lines, ("=offer" if names_offer(line) else "=given",))


def meeting_features(line: Line, lines: Sequence[Line]) -> list[str]:
    """Return what tells how far a meeting is."""
    return line_features(line, lines, (f"={named_status(line)}",))


def asks_alone(lines: Sequence[Line]) -> float:
    """Return the probability that ``lines``, given without their mail, ask their reader for anything."""
    features = [one for line in lines for one in line_features(line, [line], ())]
    return probability(load("sentence").logits(features)["asks"])


def line_features(line: Line, lines: Sequence[Line], marks: Sequence[str]) -> list[str]:
    """Return words, pairs and cues of ``line``, those of its neighbours with ``~``, and the marks."""
    found = [*line.words, *(f"{one} {two}" for one, two in pairwise(("^", *line.words, "$")))]
    found += [f"#{cue}" for cue in sorted(line.cues)]
    place = lines.index(line)
    for other in (*lines[max(0, place - 1) : place], *lines[place + 1 : place + 2]):
        found += [f"~{word}" for word in other.words] + [f"~#{cue}" for cue in sorted(other.cues)]
    return found + [mark for mark in marks for _ in range(WEIGHT)]


def _best(table: str, features: Sequence[str]) -> str:
    logits = load(table).logits(features)
    return max(logits, key=lambda answer: logits[answer])


@functools.cache
def load(name: str) -> Table:
    """Read one of the ``TABLES`` that ship with the package, once."""
    return _unpacked(TABLES[name], _shipped()[name])


@functools.cache
def _shipped() -> Mapping[str, Mapping[str, Any]]:
    data: dict[str, dict[str, Any]]
    data = json.loads(files("goodwill_plugins").joinpath("kinds.json").read_text(encoding="utf-8"))
    return data


def _unpacked(answers: Sequence[str], data: Mapping[str, Any]) -> Table:
    width, raw = len(answers), memoryview(base64.b64decode(data["weights"])).cast("b")
    names = data["features"].split("\n")
    rows = {name: raw[at * width : (at + 1) * width] for at, name in enumerate(names)}
    return Table(answers, rows, data["bias"], data["scale"])
