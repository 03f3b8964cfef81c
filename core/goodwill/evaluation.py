"""How well the detectors do on labelled lines: precision, recall, F1, calibration (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from goodwill.errors import InputError
from goodwill.model import ASK_TYPES, FAVOUR_TYPES

OUTCOMES = ("ask", "favour_ask", "favour", "meeting")
"""What is measured: any ask, an ask that draws on goodwill, a favour given or offered, a meeting."""
BINS = 10
LABELS = {
    "ask": ("none", "routine", "favour"),
    "favour": ("none", "given", "offer"),
    "meeting": ("none", "proposed", "agreed", "held", "cancelled"),
    "size": (None, "small", "medium", "large"),
}
TYPES = {"ask_types": ASK_TYPES, "favour_types": FAVOUR_TYPES}


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled line and what was said of it.

    ``truth`` holds the outcomes that its label speaks of; ``called`` those that the detectors signalled;
    ``scores`` their probabilities. ``finer`` holds, for what was rightly called, whether the type, size or
    status that was named is right. ``words`` is the quote of each outcome that was called, else the opening.
    """

    id: str
    truth: Mapping[str, bool]
    called: Mapping[str, bool]
    scores: Mapping[str, float]
    finer: Mapping[str, bool]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one outcome over ``lines`` lines, of which ``positives`` hold it (None: none does).

    ``calibration_error`` is the expected calibration error over ten bins of equal width (Naeini, Cooper
    and Hauskrecht, AAAI 2015). ``mistakes`` are the worst first: the surest false alarms and misses.
    """

    outcome: str
    lines: int
    positives: int
    precision: float
    recall: float | None
    f1: float | None
    average_precision: float | None
    calibration_error: float
    mistakes: Sequence[Case]


def label_of(row: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    """Return the label of a line; raises InputError where it has none or one that is not known."""
    label = row.get("label")
    if not isinstance(label, dict) or not any(kind in label for kind in LABELS):
        raise InputError(
            f"{place}: has no label", 'Write {"input": {…}, "label": {"ask": "none", "favour": "given"}}'
        )
    for key, known in LABELS.items():
        if key in label and label[key] not in known:
            names = ", ".join(str(one) for one in known if one)
            raise InputError(f"{place}: '{key}' is labelled {label[key]!r}", f"Known are {names}")
    for key, types in TYPES.items():
        named = label.get(key, [])
        if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
            raise InputError(f"{place}: '{key}' must be a list of types", f"Known are {', '.join(types)}")
    return label


def case(id_: str, label: Mapping[str, Any], seen: Mapping[str, Any], opening: str) -> Case:
    """Compare ``label`` with what ``classify`` printed (``seen``: signals and scores)."""
    signals = seen["signals"]
    asks = [one for one in signals if one["kind"] == "ask"]
    by_outcome = {
        "ask": asks,
        "favour_ask": [one for one in asks if not one["routine"]],
        "favour": [one for one in signals if one["kind"] == "favour"],
        "meeting": [one for one in signals if one["kind"] == "meeting"],
    }
    truth = {
        outcome: label[kind] == "favour" if outcome == "favour_ask" else label[kind] != "none"
        for outcome, kind in zip(OUTCOMES, ("ask", "ask", "favour", "meeting"), strict=True)
        if kind in label
    }
    return Case(
        id_,
        truth,
        {outcome: bool(found) for outcome, found in by_outcome.items()},
        {outcome: float(seen["scores"].get(outcome, bool(by_outcome[outcome]))) for outcome in OUTCOMES},
        dict(_finer(label, by_outcome)),
        {outcome: found[0]["quote"] if found else opening for outcome, found in by_outcome.items()},
    )


def _finer(
    label: Mapping[str, Any], called: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterable[tuple[str, bool]]:
    asks, favours, meetings = called["ask"], called["favour"], called["meeting"]
    if asks and not set(ASK_TYPES).isdisjoint(label.get("ask_types", ())):
        yield "ask type", asks[0]["type"] in label["ask_types"]
    if asks and label.get("size"):
        yield "ask size", asks[0]["size"] == label["size"]
    if favours and not set(FAVOUR_TYPES).isdisjoint(label.get("favour_types", ())):
        yield "favour type", favours[0]["type"] in label["favour_types"]
    for name, found in (("favour", favours), ("meeting", meetings)):
        if found and label.get(name, "none") != "none":
            yield f"{name} status", found[0]["status"] == label[name]


def measure(cases: Sequence[Case], worst: int) -> list[Figures]:
    """Return the figures of every outcome that any label speaks of, with the ``worst`` mistakes."""
    found = []
    for outcome in OUTCOMES:
        judged = [one for one in cases if outcome in one.truth]
        if judged:
            found.append(_figures(outcome, judged, worst))
    return found


def finer(cases: Iterable[Case]) -> dict[str, tuple[int, int]]:
    """Return, by name ("ask type", "meeting status", …), how many were named right, and of how many."""
    counts: dict[str, tuple[int, int]] = {}
    for one in cases:
        for name, right in one.finer.items():
            hits, of = counts.get(name, (0, 0))
            counts[name] = hits + right, of + 1
    return counts


def _figures(outcome: str, cases: Sequence[Case], worst: int) -> Figures:
    truth = [one.truth[outcome] for one in cases]
    called = [one.called[outcome] for one in cases]
    scores = [one.scores[outcome] for one in cases]
    hits = sum(true and said for true, said in zip(truth, called, strict=True))
    precision = hits / max(1, sum(called))
    wrong = [one for one in cases if one.truth[outcome] != one.called[outcome]]
    return Figures(
        outcome,
        len(cases),
        sum(truth),
        precision,
        hits / sum(truth) if any(truth) else None,
        2 * hits / (sum(called) + sum(truth)) if any(truth) else None,
        average_precision(truth, scores) if any(truth) else None,
        calibration_error(truth, scores),
        sorted(wrong, key=lambda one: (-abs(one.truth[outcome] - one.scores[outcome]), one.id))[:worst],
    )


def average_precision(truth: Sequence[bool], scores: Sequence[float]) -> float:
    """Return the mean precision over the ranks of the positives; equal scores share a rank; 0 without any.

    Σ (Rₙ − Rₙ₋₁) Pₙ over the distinct scores, as Manning, Raghavan and Schütze define it (2008, ch. 8).
    """
    ordered = sorted(zip(scores, truth, strict=True), key=lambda pair: -pair[0])
    total = hits = seen = 0.0
    for _, tied in groupby(ordered, key=lambda pair: pair[0]):
        rank = [true for _, true in tied]
        seen += len(rank)
        hits += sum(rank)
        total += sum(rank) * hits / seen
    return total / max(1.0, hits)


def calibration_error(truth: Sequence[bool], scores: Sequence[float]) -> float:
    """Return the mean distance of score and frequency over ``BINS`` bins, each weighed by its lines."""
    gaps = [0.0] * BINS
    for true, score in zip(truth, scores, strict=True):
        gaps[min(BINS - 1, int(score * BINS))] += score - true
    return sum(map(abs, gaps)) / max(1, len(truth))
