"""Fits the three layers (sentence, mail, stack) on a part of the corpus and predicts another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from data import JUDGED, Corpus, matrix, vocabulary
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from goodwill_plugins.model import OUTPUTS, probability
from goodwill_plugins.reading import pooled

SENDERS = 8
STRENGTH = 4.0  # what a row's unit norm is multiplied with; folded into the weights on the way out
LINE_C, WHOLE_C, STACK_C = 0.6, 1.0, 0.3
INNER_FOLDS = 3
OTHER_WORLDS = 0.5  # what a mail of the worlds that only train weighs in the two lower layers


@dataclass(slots=True)
class Space:
    """The corpus as matrices, over the vocabulary of the whole corpus (features only, never labels)."""

    corpus: Corpus
    vocabulary: dict[str, int]
    lines: sparse.csr_matrix
    wholes: sparse.csr_matrix
    around_names: list[str]
    around: np.ndarray


@dataclass(slots=True)
class Fitted:
    """``line`` and ``whole``: one classifier for each output; ``stack``: one over ``stack_names``.

    ``inner`` holds the odds for the mails fitted on, from inner folds: thresholds may be fixed by them.
    """

    line: list[LogisticRegression]
    whole: list[LogisticRegression]
    stack: list[LogisticRegression]
    inner: np.ndarray


def make_space(corpus: Corpus) -> Space:
    """Return the matrices of ``corpus``."""
    known = vocabulary(corpus.line_feats, corpus.sender[corpus.mail_of_line], SENDERS)
    names = sorted({name for one in corpus.around for name in one})
    around = np.array([[float(name in one) for name in names] for one in corpus.around])
    return Space(
        corpus,
        known,
        matrix(corpus.line_feats, known) * STRENGTH,
        matrix(corpus.mail_feats, known) * STRENGTH,
        names,
        around,
    )


def stack_names(space: Space) -> list[str]:
    """Return the names of the stack's inputs, in the order of its columns."""
    parts = ("first", "second", "any", "whole")
    return [f"{output}.{part}" for output in OUTPUTS for part in parts] + space.around_names


def fit(space: Space, mails: np.ndarray) -> Fitted:
    """Fit on ``mails``; the stack learns from predictions of models that had not seen the sender."""
    inputs = np.zeros((len(space.corpus.truth), len(stack_names(space))))
    folds = GroupKFold(INNER_FOLDS).split(mails, groups=space.corpus.sender[mails])
    for known, held in folds:
        line, whole = _fit_layers(space, mails[known])
        inputs[mails[held]] = stack_inputs(space, line, whole, mails[held])
    line, whole = _fit_layers(space, mails)
    judged = mails[space.corpus.world[mails] < JUDGED]
    truth = space.corpus.truth[judged]
    stack = [
        LogisticRegression(C=STACK_C, max_iter=2000).fit(inputs[judged], truth[:, place])
        for place in range(len(OUTPUTS))
    ]
    inner = np.column_stack([one.predict_proba(inputs[mails])[:, 1] for one in stack])
    return Fitted(line, whole, stack, inner)


def predict(space: Space, fitted: Fitted, mails: np.ndarray) -> np.ndarray:
    """Return odds, mails x outputs."""
    inputs = stack_inputs(space, fitted.line, fitted.whole, mails)
    return np.column_stack([one.predict_proba(inputs)[:, 1] for one in fitted.stack])


def stack_inputs(
    space: Space, line: Sequence[LogisticRegression], whole: Sequence[LogisticRegression], mails: np.ndarray
) -> np.ndarray:
    """Return what the stack weighs, mails x ``stack_names``."""
    chosen = np.isin(space.corpus.mail_of_line, mails)
    row_of = {mail: row for row, mail in enumerate(mails)}
    columns = []
    for place in range(len(OUTPUTS)):
        logits = line[place].decision_function(space.lines[chosen])
        by_mail: list[list[float]] = [[] for _ in mails]
        for mail, logit in zip(space.corpus.mail_of_line[chosen], logits, strict=True):
            by_mail[row_of[mail]].append(float(logit))
        columns.append(np.array([pooled(one, [probability(logit) for logit in one]) for one in by_mail]) / 2)
        columns.append(whole[place].decision_function(space.wholes[mails])[:, None] / 2)
    return np.hstack([*columns, space.around[mails]])


def _fit_layers(space: Space, mails: np.ndarray) -> tuple[list[LogisticRegression], list[LogisticRegression]]:
    corpus = space.corpus
    ours = np.isin(corpus.mail_of_line, mails)
    weight = np.where(corpus.world < JUDGED, 1.0, OTHER_WORLDS)
    line, whole = [], []
    for place in range(len(OUTPUTS)):
        rows = ours & (corpus.line_truth[:, place] >= 0)
        told, heavy = corpus.line_truth[rows, place], weight[corpus.mail_of_line[rows]]
        line.append(_logistic(LINE_C).fit(space.lines[rows], told, sample_weight=heavy))
        truth = corpus.truth[mails, place]
        whole.append(_logistic(WHOLE_C).fit(space.wholes[mails], truth, sample_weight=weight[mails]))
    return line, whole


def _logistic(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=400, solver="liblinear", random_state=0)
