"""Figures for detectors: F1 for each world at a threshold fixed elsewhere, and calibration."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from data import TUNED, WORLDS, Corpus
from sklearn.metrics import average_precision_score

from goodwill_plugins.model import OUTPUTS


def best_threshold(odds: np.ndarray, truth: np.ndarray, world: np.ndarray) -> float:
    """Return the threshold with the best mean F1 over the worlds."""
    tried = np.linspace(0.1, 0.85, 76)
    scores = [_mean_f1(odds >= limit, truth, world) for limit in tried]
    return round(float(tried[int(np.argmax(scores))]), 3)


def _mean_f1(called: np.ndarray, truth: np.ndarray, world: np.ndarray) -> float:
    by_world = [f1(called[world == one], truth[world == one])[0] for one in range(TUNED)]
    return sum(by_world) / len(by_world)


def f1(called: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    """Return F1, precision and recall."""
    hits = float((called & (truth == 1)).sum())
    precision, recall = hits / max(1, called.sum()), hits / max(1, truth.sum())
    return 2 * hits / max(1.0, called.sum() + truth.sum()), precision, recall


def calibration_error(odds: np.ndarray, truth: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error over ``bins`` of equal width."""
    place = np.minimum((odds * bins).astype(int), bins - 1)
    gaps = [abs(odds[place == b].mean() - truth[place == b].mean()) * (place == b).mean() for b in set(place)]
    return float(sum(gaps))


class Figure(NamedTuple):
    """How well ``output`` is told in the mails of ``world``, of senders never seen in training."""

    output: str
    world: str
    positives: int
    f1: float
    precision: float
    recall: float
    average_precision: float
    calibration_error: float


def figures(corpus: Corpus, odds: np.ndarray, called: np.ndarray) -> list[Figure]:
    """Return the figures of every output in every world."""
    return [
        figure(output, world, corpus.truth[ours, column], odds[ours, column], called[ours, column])
        for column, output in enumerate(OUTPUTS)
        for place, world in enumerate(WORLDS)
        for ours in [corpus.world == place]
    ]


def figure(output: str, world: str, truth: np.ndarray, odds: np.ndarray, called: np.ndarray) -> Figure:
    """Return the figures of one output in one world."""
    average = float(average_precision_score(truth, odds))
    error = calibration_error(odds, truth)
    return Figure(output, world, int(truth.sum()), *f1(called, truth), average, error)
