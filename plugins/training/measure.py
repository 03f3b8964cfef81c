"""Figures for detectors: F1 for each world at a threshold fixed elsewhere, and calibration."""

from __future__ import annotations

import numpy as np
from data import WORLDS, Corpus

from goodwill_plugins.model import OUTPUTS


def best_threshold(odds: np.ndarray, truth: np.ndarray, world: np.ndarray) -> float:
    """Return the threshold with the best mean F1 over the worlds."""
    tried = np.linspace(0.1, 0.85, 76)
    scores = [_mean_f1(odds >= limit, truth, world) for limit in tried]
    return round(float(tried[int(np.argmax(scores))]), 3)


def _mean_f1(called: np.ndarray, truth: np.ndarray, world: np.ndarray) -> float:
    by_world = [f1(called[world == one], truth[world == one])[0] for one in range(len(WORLDS))]
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


def report(corpus: Corpus, odds: np.ndarray, called: np.ndarray) -> None:
    """Print one line for each output and world."""
    for column, output in enumerate(OUTPUTS):
        for w, world in enumerate(WORLDS):
            ours = corpus.world == w
            score, precision, recall = f1(called[ours, column], corpus.truth[ours, column])
            error = calibration_error(odds[ours, column], corpus.truth[ours, column])
            print(f"{output:11} {world:9} F1 {score:.3f}  P {precision:.3f}  R {recall:.3f}  ECE {error:.3f}")
