"""Fits the tables of ``kinds.json``: of which type, size and status what a quoted sentence shows is."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from data import JUDGED, WORLDS, Mail, load_sentences, matrix, shows, vocabulary
from measure import Figure, figure
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from goodwill_plugins import kinds
from goodwill_plugins.cues import cues
from goodwill_plugins.features import tokens
from goodwill_plugins.kinds import TABLES, Table
from goodwill_plugins.model import probability
from goodwill_plugins.reading import Line
from goodwill_plugins.sentences import split

SENDERS = 5
STRENGTH, C = 3.0, 1.0
LIMIT = 127  # the largest weight as stored
RENAMED = {"action": "help", "hospitality": "gift", "granted": "help"}
"""Types of the labels for which the detectors have no name of their own, and the nearest that they have."""


class Sample(NamedTuple):
    """A sentence that shows something, with the answers that are right for it.

    ``weight`` is its share in its mail, ``mail`` the number of that mail.
    """

    features: list[str]
    answers: frozenset[str]
    mail: int
    weight: float
    world: str
    sender: str


def samples(mails: Sequence[Mail], sentences: Path) -> dict[str, list[Sample]]:
    """Return, for each table, the quoted sentences of ``mails`` that it can learn from.

    The table ``sentence`` learns from the labelled ``sentences``, which stand alone.
    """
    found = {
        name: [one for number, mail in enumerate(mails) for one in of_mail(name, number, mail)]
        for name in TABLES
        if name != "sentence"
    }
    return found | {"sentence": list(_alone(sentences))}


def _alone(path: Path) -> Iterator[Sample]:
    for number, (text, asks, group) in enumerate(load_sentences(path)):
        lines = _lines(text)
        features = [one for line in lines for one in kinds.line_features(line, [line], ())]
        answers = frozenset(("asks",) if asks else ())
        yield Sample(features, answers, number, 1.0, "sentences", group)


def _lines(text: str) -> list[Line]:
    return [Line(one, cues(one.text), tuple(tokens(one.text)), 0.0, 0.0, 0.0, 0.0) for one in split(text)]


def of_mail(name: str, number: int, mail: Mail) -> Iterator[Sample]:
    """Yield what the table ``name`` can learn from ``mail``, which has this ``number``."""
    answers = _answers(name, mail.label)
    if answers is None or not mail.quotes:
        return
    lines = _lines(mail.event.text)
    kind = "ask" if name == "size" else name.partition("_")[0]
    quoted = [quote["text"] for quote in mail.quotes if quote["kind"] == kind]
    showing = [line for line in lines if any(shows(line.sentence.text, quote) for quote in quoted)]
    features = _features(name, mail.label)
    for line in showing:
        yield Sample(
            features(line, lines),
            answers,
            number,
            1 / len(showing),
            mail.world,
            mail.event.sender.address if mail.event.sender else "",
        )


def _answers(name: str, label: dict[str, Any]) -> frozenset[str] | None:
    """Return what is right for ``label``; None where it says nothing."""
    if name == "size":
        sizes = {"small": (), "medium": ("medium",), "large": ("medium", "large")}
        return frozenset(sizes[label["size"]]) if label["ask"] == "favour" and label.get("size") else None
    if name.endswith("_status"):
        status = label[name.partition("_")[0]]
        return None if status == "none" else frozenset((status,))
    types = {RENAMED.get(one, one) for one in label.get(f"{name}_types") or ()} & set(TABLES[name])
    return frozenset(types) if types else None


def _features(name: str, label: dict[str, Any]) -> Callable[[Line, Sequence[Line]], list[str]]:
    if name in ("ask", "size"):
        return lambda line, lines: kinds.ask_features(line, lines, label["ask"] == "favour")
    if name == "favour":
        return kinds.favour_features
    return kinds.favour_status_features if name == "favour_status" else kinds.meeting_features


def fit_table(name: str, known: Sequence[Sample]) -> Table:
    """Return the table ``name`` with one logistic regression for each answer, rounded as stored."""
    names = vocabulary([one.features for one in known], [one.sender for one in known], SENDERS)
    rows = matrix([one.features for one in known], names) * STRENGTH
    weight = np.array([one.weight for one in known])
    fitted = [
        LogisticRegression(C=C, max_iter=500, solver="liblinear", random_state=0).fit(
            rows, [answer in one.answers for one in known], sample_weight=weight
        )
        for answer in TABLES[name]
    ]
    weights = np.vstack([one.coef_[0] for one in fitted]).T * STRENGTH
    scale = float(f"{np.abs(weights).max() / LIMIT:.6g}")
    whole = np.rint(weights / scale).astype(int).clip(-LIMIT, LIMIT)
    bias = [round(float(one.intercept_[0]), 5) for one in fitted]
    return Table(TABLES[name], dict(zip(names, whole.tolist(), strict=True)), bias, scale)


class Share(NamedTuple):
    """How often the first sentence that shows something in a mail of ``world`` is named right."""

    table: str
    world: str
    right: float
    of: int


def cross_validate(known: dict[str, list[Sample]], folds: int, seed: int) -> tuple[list[Share], Figure]:
    """Return the shares of every table on senders never seen, and the figures of sentences on their own."""
    shares = []
    for name, rows in known.items():
        logits = _unseen(name, rows, folds, seed)
        if name == "sentence":
            alone = _alone_figure(rows, logits)
            continue
        right = [_is_right(name, said, one.answers) for said, one in zip(logits, rows, strict=True)]
        first = [next(group)[0] for _, group in groupby(enumerate(rows), key=lambda pair: pair[1].mail)]
        for world in WORLDS[:JUDGED]:
            ours = [right[place] for place in first if rows[place].world == world]
            shares.append(Share(name, world, sum(ours) / len(ours), len(ours)))
    return shares, alone


def _unseen(name: str, rows: Sequence[Sample], folds: int, seed: int) -> list[dict[str, float]]:
    logits: list[dict[str, float]] = [{}] * len(rows)
    parts = GroupKFold(folds, shuffle=True, random_state=seed)
    for seen, held in parts.split(rows, groups=[one.sender for one in rows]):
        table = fit_table(name, [rows[place] for place in seen])
        for place in held:
            logits[place] = table.logits(rows[place].features)
    return logits


def _is_right(name: str, logits: dict[str, float], answers: frozenset[str]) -> bool:
    if name == "size":
        return frozenset(answer for answer, logit in logits.items() if logit > 0) == answers
    return max(logits, key=lambda answer: logits[answer]) in answers


def _alone_figure(rows: Sequence[Sample], logits: Sequence[dict[str, float]]) -> Figure:
    truth = np.array([bool(one.answers) for one in rows]).astype(int)
    odds = np.array([probability(one["asks"]) for one in logits])
    return figure("ask", "sentences", truth, odds, odds >= kinds.ALONE)


def write(out: Path, tables: dict[str, Table]) -> None:
    """Write the tables as JSON, in the form that ``goodwill_plugins.kinds.load`` reads."""
    data = {
        name: {
            "features": "\n".join(table.rows),
            "weights": base64.b64encode(np.array(list(table.rows.values()), np.int8).tobytes()).decode(),
            "bias": table.bias,
            "scale": table.scale,
        }
        for name, table in tables.items()
    }
    out.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
