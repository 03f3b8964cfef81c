"""The labelled mails, and as arrays: sentences with their features and labels, mails with theirs."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from labelled import labelled
from scipy import sparse
from written import written

from goodwill.model import Event, Party
from goodwill_plugins.cues import cues
from goodwill_plugins.features import own_features, place_features, tokens
from goodwill_plugins.parties import addressees
from goodwill_plugins.reading import circumstances, subject_features
from goodwill_plugins.sentences import split

WORLDS = ("messages", "invented", "written", "mailboxes")
JUDGED, TUNED = 2, 3
"""The stacks learn from the first ``JUDGED`` worlds, thresholds from the first ``TUNED``."""
UNKNOWN = -1


class Mail(NamedTuple):
    """A labelled mail: of which world, with the quotes that show its label (None where not quoted)."""

    id: str
    world: str
    event: Event
    label: dict[str, Any]
    quotes: list[dict[str, Any]] | None


@dataclass(slots=True)
class Corpus:
    """``mails`` rows of ``truth`` (mails x outputs); ``lines`` rows of ``line_truth``; -1 where unknown."""

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


def load_mails(folder: Path) -> Iterator[Mail]:
    """Yield the labelled mails of ``folder`` and of this project, world by world."""
    for world in WORLDS[:JUDGED]:
        for line in (folder / f"{world}.jsonl").open(encoding="utf-8"):
            row = json.loads(line)
            yield Mail(row["id"], world, to_event(row["input"]), row["label"], row.get("quotes"))
    for row in written():
        yield Mail(row["id"], "written", to_event(row["input"]), row["label"], row["quotes"])
    for event, row in labelled(folder):
        yield Mail(event.keys[0], "mailboxes", event, row["label"], row["quotes"])


def load_sentences(path: Path) -> Iterator[tuple[str, bool, str]]:
    """Yield each sentence, whether it asks by its first label, and its group: equal ones share one.

    The policy of the first label ("asks for an action, an answer or a meeting") is the nearer to that of
    the mails; the second takes only what is asked outright.
    """
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield row["sentence"], row["intent"] == "Yes", _plain(row["sentence"])


def load_corpus(mails: Sequence[Mail]) -> Corpus:
    """Return ``mails`` as arrays."""
    truth = np.array([_truth(mail.label) for mail in mails])
    mail_of_line, line_truth, line_feats, mail_feats = [], [], [], []
    for number, mail in enumerate(mails):
        sentences = split(mail.event.text)
        found = [cues(one.text) for one in sentences]
        words = [tokens(one.text) for one in sentences]
        own = [own_features(said, seen) for said, seen in zip(words, found, strict=True)]
        subject = subject_features(mail.event.subject)
        mail_feats.append([feature for one in (*own, subject) for feature in one])
        line_feats += [one | set(place_features(found, place)) for place, one in enumerate(own)]
        mail_of_line += [number] * len(own)
        line_truth += [_line_truth(one.text, mail.quotes, truth[number]) for one in sentences]
    return Corpus(
        [mail.event for mail in mails],
        [mail.label for mail in mails],
        np.array([WORLDS.index(mail.world) for mail in mails]),
        np.array([mail.event.sender.address if mail.event.sender else "" for mail in mails]),
        truth,
        [_around(mail.event) for mail in mails],
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


def _line_truth(sentence: str, quotes: list[dict[str, Any]] | None, truth: np.ndarray) -> list[int]:
    if quotes is None:
        return [UNKNOWN if one else 0 for one in truth]
    shown = [quote for quote in quotes if shows(sentence, quote["text"])]
    kinds = {quote["kind"] for quote in shown}
    drawn = truth[1] and any(quote["kind"] == "ask" and not quote["routine"] for quote in shown)
    return [int("ask" in kinds), int(drawn), int("favour" in kinds), int("meeting" in kinds)]


def shows(sentence: str, quote: str) -> bool:
    """Whether ``sentence`` is what ``quote`` quotes, or a part of it."""
    one, other = f" {_plain(sentence)} ", f" {_plain(quote)} "
    if other in one or (one in other and len(one) > 8):
        return True
    mine, theirs = set(one.split()), set(other.split())
    both = len(mine & theirs)
    return both >= 4 and both >= 0.6 * min(len(mine), len(theirs))


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()
