"""Trains the weights that ship with the detectors, and prints how well they do on unseen senders.

    python plugins/training/train.py DATA_FOLDER [--out weights.json] [--seed 0] [--no-measure]

DATA_FOLDER holds messages.jsonl and invented.jsonl. The same folder and seed give the same file.
"""

from __future__ import annotations

import argparse
import base64
import json
from pathlib import Path

import numpy as np
from data import Corpus, load_corpus
from fit import STRENGTH, Fitted, Space, fit, make_space, predict, stack_names
from measure import best_threshold, report
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from goodwill_plugins.model import BLOCK, OUTPUTS, SCALE, WIDTH, pack

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
    write(options.out, space, fitted, thresholds(space.corpus, fitted.inner, everything))


def cross_validate(space: Space, seed: int) -> np.ndarray:
    """Print figures on senders never seen in training, thresholds fixed on the training part."""
    corpus = space.corpus
    odds = np.zeros(corpus.truth.shape)
    called = np.zeros(corpus.truth.shape, dtype=bool)
    folds = GroupKFold(FOLDS, shuffle=True, random_state=seed)
    for known, held in folds.split(corpus.truth, groups=corpus.sender):
        fitted = fit(space, known)
        limits = thresholds(corpus, fitted.inner, known)
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
    """Write the weights as JSON, in the form that ``goodwill_plugins.model.load`` reads."""
    data = {
        "thresholds": limits,
        "line_bias": [round(float(one.intercept_[0]), 5) for one in fitted.line],
        "whole_bias": [round(float(one.intercept_[0]), 5) for one in fitted.whole],
        "stack": _stack(space, fitted),
        "types": {},
        "features": "\n".join(space.vocabulary),
        "weights": base64.b64encode(b"".join(_packed(space, fitted))).decode("ascii"),
    }
    out.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def _stack(space: Space, fitted: Fitted) -> dict[str, dict[str, float]]:
    names = stack_names(space)
    return {
        output: {"": round(float(one.intercept_[0]), 5)}
        | {name: round(float(weight), 5) for name, weight in zip(names, one.coef_[0], strict=True)}
        for output, one in zip(OUTPUTS, fitted.stack, strict=True)
    }


def _packed(space: Space, fitted: Fitted) -> list[bytes]:
    line, whole = _rounded(fitted.line), _rounded(fitted.whole)
    found = []
    for feature, place in space.vocabulary.items():
        in_whole = feature[0] not in "@<>"
        block = [1, *whole[place]] if in_whole else [0] * BLOCK
        found.append(pack([1, *line[place], *block]).to_bytes(WIDTH, "little", signed=True))
    return found


def _rounded(classifiers: list[LogisticRegression]) -> list[list[int]]:
    weights = np.vstack([one.coef_[0] for one in classifiers]) * STRENGTH * SCALE
    rows: list[list[int]] = np.rint(weights).astype(int).T.tolist()
    return rows


if __name__ == "__main__":
    main()
