"""Trains the weights that ship with the detectors, and prints how well they do on unseen senders.

    python plugins/training/train.py DATA_FOLDER [--out weights.json] [--seed 0] [--no-measure]

DATA_FOLDER holds messages.jsonl and invented.jsonl. The same folder and seed give the same file.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from data import Corpus, load_corpus
from fit import STRENGTH, Fitted, Space, fit, inner_odds, make_space, predict, stack_names
from goodwill_plugins.model import OUTPUTS, SCALE, pack
from measure import best_threshold, report
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

WEIGHTS = Path(__file__).parents[1] / "goodwill_plugins" / "weights.json"
FOLDS = 5


def main() -> None:
    """Measure by cross-validation, then fit on everything and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-measure", action="store_true")
    options = parser.parse_args()
    space = make_space(load_corpus(options.data))
    if not options.no_measure:
        cross_validate(space, options.seed)
    everything = np.arange(len(space.corpus.truth))
    fitted = fit(space, everything)
    write(options.out, space, fitted, thresholds(space.corpus, inner_odds(fitted), everything))


def cross_validate(space: Space, seed: int) -> np.ndarray:
    """Print figures on senders never seen in training, thresholds fixed on the training part."""
    corpus = space.corpus
    odds = np.zeros(corpus.truth.shape)
    called = np.zeros(corpus.truth.shape, dtype=bool)
    folds = GroupKFold(FOLDS, shuffle=True, random_state=seed)
    for known, held in folds.split(corpus.truth, groups=corpus.sender):
        fitted = fit(space, known)
        limits = thresholds(corpus, inner_odds(fitted), known)
        odds[held] = predict(space, fitted, held)
        called[held] = odds[held] >= np.array([limits[output] for output in OUTPUTS])
    report(corpus, odds, called)
    return odds


def thresholds(corpus: Corpus, odds: np.ndarray, mails: np.ndarray) -> dict[str, float]:
    """Return for each output the threshold with the best mean F1 of the two worlds."""
    return {
        output: best_threshold(odds[:, place], corpus.truth[mails, place], corpus.world[mails])
        for place, output in enumerate(OUTPUTS)
    }


def write(out: Path, space: Space, fitted: Fitted, limits: dict[str, float]) -> None:
    """Write the weights as JSON; a feature whose weights round to nothing only counts as known."""
    names = stack_names(space)
    stack = {
        output: {"": round(float(one.intercept_[0]), 5)}
        | {name: round(float(weight), 5) for name, weight in zip(names, one.coef_[0], strict=True)}
        for output, one in zip(OUTPUTS, fitted.stack, strict=True)
    }
    data = {
        "line": _table(space.line_vocabulary, fitted.line),
        "whole": _table(space.whole_vocabulary, fitted.whole),
        "stack": stack,
        "kinds": {},
        "thresholds": limits,
    }
    out.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def _table(vocabulary: dict[str, int], classifiers: list[LogisticRegression]) -> dict[str, object]:
    weights = np.rint(np.vstack([one.coef_[0] for one in classifiers]) * STRENGTH * SCALE).astype(int)
    return {
        "weights": {feature: pack([1, *map(int, weights[:, place])]) for feature, place in vocabulary.items()},
        "bias": [round(float(one.intercept_[0]), 5) for one in classifiers],
    }


if __name__ == "__main__":
    main()
