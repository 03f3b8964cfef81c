"""The labelled mails as arrays: sentences with their features and labels, mails with theirs."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from goodwill.model import Event, Party
from goodwill_plugins.cues import cues
from goodwill_plugins.features import own_features, place_features, tokens
from goodwill_plugins.parties import addressees
from goodwill_plugins.reading import circumstances, subject_features
from goodwill_plugins.sentences import split

WORLDS = ("messages", "invented")
UNKNOWN = -1


@dataclass(slots=True)
class Corpus:
    """``mails`` rows of ``truth`` (mails x outputs); ``lines`` rows of ``line_truth``, -1 where unknown."""

    events: list[Event]
    labels: list[dict[str, Any]]
    world: np.ndarray
    sender: np.ndarray
    truth: np.ndarray
    around: list[list[str]]
    mail_of_line: np.ndarray
    line_truth: np.ndarray
    line_feats: list[set[str]]
    mail_feats: list[list[str]]


def load_corpus(folder: Path) -> Corpus:
    """Read both worlds from ``folder``."""
    rows = [
        {**json.loads(line), "world": world}
        for world in WORLDS
        for line in (folder / f"{world}.jsonl").open(encoding="utf-8")
    ]
    events = [to_event(row["input"]) for row in rows]
    truth = np.array([_truth(row["label"]) for row in rows])
    mail_of_line, line_truth, line_feats, mail_feats = [], [], [], []
    for mail, (row, event) in enumerate(zip(rows, events, strict=True)):
        sentences = split(event.text)
        found = [cues(one.text) for one in sentences]
        words = [tokens(one.text) for one in sentences]
        own = [own_features(said, seen) for said, seen in zip(words, found, strict=True)]
        mail_feats.append([feature for one in (*own, subject_features(event.subject)) for feature in one])
        line_feats += [one | set(place_features(found, place)) for place, one in enumerate(own)]
        mail_of_line += [mail] * len(own)
        line_truth += [_line_truth(one.text, row.get("quotes"), truth[mail]) for one in sentences]
    return Corpus(
        events,
        [row["label"] for row in rows],
        np.array([WORLDS.index(row["world"]) for row in rows]),
        np.array([row["input"]["from"] for row in rows]),
        truth,
        [_around(event) for event in events],
        np.array(mail_of_line),
        np.array(line_truth),
        line_feats,
        mail_feats,
    )


def to_event(row: dict[str, Any]) -> Event:
    """Return the mail of one line of input."""
    return Event(
        kind="mail",
        at=datetime.fromisoformat(row["date"]) if row.get("date") else datetime(1970, 1, 1, tzinfo=UTC),
        keys=(),
        sender=Party(row["from"].lower()),
        to=tuple(Party(one.lower()) for one in row["to"]),
        cc=tuple(Party(one.lower()) for one in row["cc"]),
        subject=row["subject"],
        text=row["text"],
    )


def vocabulary(feats: Iterable[Iterable[str]], groups: Iterable[str], senders: int) -> dict[str, int]:
    """Return the features that ``senders`` different senders used or more: no sentence can be rebuilt."""
    seen: dict[str, set[str]] = defaultdict(set)
    for one, group in zip(feats, groups, strict=True):
        for feature in one:
            if len(seen[feature]) < senders:
                seen[feature].add(group)
    common = sorted(feature for feature, who in seen.items() if len(who) >= senders)
    return {feature: place for place, feature in enumerate(common)}


def matrix(feats: Sequence[Iterable[str]], vocabulary: dict[str, int]) -> sparse.csr_matrix:
    """Return rows x features of counts, each row divided by the root of its number of known features."""
    ends, columns, values = [0], [], []
    for one in feats:
        known = Counter(vocabulary[feature] for feature in one if feature in vocabulary)
        norm = max(1, known.total()) ** 0.5
        for place, times in sorted(known.items()):
            columns.append(place)
            values.append(times / norm)
        ends.append(len(columns))
    return sparse.csr_matrix((values, columns, ends), shape=(len(ends) - 1, len(vocabulary)))


def _around(event: Event) -> list[str]:
    sender = event.sender.address if event.sender else ""
    return circumstances(event.text, event.subject, sender, addressees(event))


def _truth(label: dict[str, Any]) -> list[int]:
    return [
        int(label["ask"] != "none"),
        int(label["ask"] == "favour"),
        int(label["favour"] != "none"),
        int(label["meeting"] != "none"),
    ]


def _line_truth(sentence: str, quotes: list[dict[str, str]] | None, truth: np.ndarray) -> list[int]:
    if quotes is None:
        return [UNKNOWN if one else 0 for one in truth]
    kinds = {quote["kind"] for quote in quotes if _shows(sentence, quote["text"])}
    ask = int("ask" in kinds)
    return [ask, int(ask and truth[1]), int("favour" in kinds), int("meeting" in kinds)]


def _shows(sentence: str, quote: str) -> bool:
    one, other = f" {_plain(sentence)} ", f" {_plain(quote)} "
    if other in one or (one in other and len(one) > 8):
        return True
    mine, theirs = set(one.split()), set(other.split())
    both = len(mine & theirs)
    return both >= 4 and both >= 0.6 * min(len(mine), len(theirs))


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()
