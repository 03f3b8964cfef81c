"""Trains the weights that ship with the detectors, and prints how well they do on unseen senders.

    pip install -e '.[train]'
    python plugins/training/train.py DATA_FOLDER [--out FOLDER] [--seed 0] [--no-measure]

DATA_FOLDER holds messages.jsonl, invented.jsonl and the mailboxes. The same folder and seed give the same
files: ``weights.json`` (is there an ask, a favour, a meeting?), ``kinds.json`` (of which type, size and
status?) and, when measured, ``CARD.md`` (where they come from, and how well they do).
"""

from __future__ import annotations

import argparse
import base64
import json
from pathlib import Path

import finer
import numpy as np
from card import card
from data import TUNED, Corpus, load_corpus, load_mails
from fit import STRENGTH, Fitted, Space, fit, make_space, predict, stack_names
from measure import Figure, best_threshold, figures
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from goodwill_plugins.model import BLOCK, OUTPUTS, SCALE, WIDTH, pack

PACKAGE = Path(__file__).parents[1] / "goodwill_plugins"
FOLDS = 5


def main() -> None:
    """Measure by cross-validation, then fit on everything and write the weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=PACKAGE)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-measure", action="store_true")
    options = parser.parse_args()
    mails = list(load_mails(options.data))
    space, sentences = make_space(load_corpus(mails)), finer.samples(mails, options.data / "sentences.tsv")
    everything = np.arange(len(mails))
    fitted = fit(space, everything)
    write(options.out / "weights.json", space, fitted, thresholds(space.corpus, fitted.inner, everything))
    finer.write(
        options.out / "kinds.json", {name: finer.fit_table(name, rows) for name, rows in sentences.items()}
    )
    if not options.no_measure:
        shares, alone = finer.cross_validate(sentences, FOLDS, options.seed)
        told = card(options.out, mails, [*cross_validate(space, options.seed), alone], shares, options.seed)
        (options.out / "CARD.md").write_text(told, encoding="utf-8")
        print(told)


def cross_validate(space: Space, seed: int) -> list[Figure]:
    """Return figures on senders never seen in training, thresholds fixed on the training part."""
    corpus = space.corpus
    odds = np.zeros(corpus.truth.shape)
    called = np.zeros(corpus.truth.shape, dtype=bool)
    folds = GroupKFold(FOLDS, shuffle=True, random_state=seed)
    for known, held in folds.split(corpus.truth, groups=corpus.sender):
        fitted = fit(space, known)
        limits = thresholds(corpus, fitted.inner, known)
        odds[held] = predict(space, fitted, held)
        called[held] = odds[held] >= np.array([limits[output] for output in OUTPUTS])
    return figures(corpus, odds, called)


def thresholds(corpus: Corpus, odds: np.ndarray, mails: np.ndarray) -> dict[str, float]:
    """Return for each output the threshold with the best mean F1 of the worlds that tune."""
    tuning = corpus.world[mails] < TUNED
    truth, world = corpus.truth[mails][tuning], corpus.world[mails][tuning]
    return {
        output: best_threshold(odds[tuning, place], truth[:, place], world)
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
