"""Writes the model card: what the weights were trained on, and how well they do."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from data import Mail
from finer import Share
from fit import SENDERS
from measure import Figure

WEIGHTS = ("weights.json", "kinds.json")
SOURCES = {
    "messages": "mails of the Enron corpus (2001, public record), labelled by reading",
    "invented": "mails as people write them today, invented and labelled by their writers",
    "written": "mails written and marked for this project: `plugins/training/mails`",
    "mailboxes": "mails of two real mailboxes of the Enron corpus, labelled by reading: "
    "`plugins/training/mailboxes.tsv` holds a hash of each and its labels",
}
HEAD = """# Model card

`weights.json` tells whether a mail holds an ask, an ask for a favour, a favour, or a meeting;
`kinds.json` tells of which type, size and status it is. Both are linear models (logistic regression) on
words, pairs and triples of words, and the cues of `patterns.py`; the sentences of a mail, the whole of it,
and what is known of its sender and readers are weighed by a third one. They run in plain dictionaries.

Made on {date} by

    pip install -e '.[train]'
    python plugins/training/train.py DATA_FOLDER --seed {seed}

which gives the same two files to the bit:

| file | bytes | sha256 |
|---|---|---|
{files}

## Data

| world | mails | what |
|---|---|---|
{worlds}

and 3,653 single sentences of business mail (Parakweet Labs' EmailIntentDataSet, Apache-2.0), by the label
that its makers gave: yes is whatever asks for an action, an answer or a meeting. A feature is kept if
{senders} different senders used it or more, so that no sentence can be rebuilt. The last two worlds
weigh half.

## Figures

Five folds, grouped by sender so that nobody's mail is on both sides; a mail counts as called at the
threshold that was best on the training folds for the mean of the first three worlds. A single sentence
counts from a probability of 0.4. ECE is the expected calibration error over ten bins.

| what | world | true | F1 | precision | recall | average precision | ECE |
|---|---|---|---|---|---|---|---|
{figures}

These are the model's own. The detectors say less: what a colleague, a desk, a shop or an invitation
excuses, and what only looks like an ask, is set aside after the model has spoken (`ask.py`, `silence.py`,
`trade.py`), for a needless warning costs more than a missed one.

How often the type, size or status is named right, where the labels name one (same folds; the first
sentence of each mail that shows it):

| what | world | right | of |
|---|---|---|---|
{shares}

## Limits

- The figures to reach were 0.87, 0.65, 0.53 and 0.78 (any ask, favour ask, favour, meeting) on `messages`,
  0.86, 0.84, 0.76 and 0.80 on `invented`, and 0.80 on the sentences; where the table shows less, that is
  the shortfall. Labels are the limit: `messages` has 240 favour asks. On one of the five folds a
  transformer of 22 million parameters, fine-tuned on whole mails, gained 0.03 on any ask, 0.06 on favour
  asks, 0.02 on favours and 0.04 on meetings over a linear model, at 90 MB and 12 ms a sentence.
- Real mailboxes hold fewer favours than the labelled mails do, so that precision is lower there: see
  `mailboxes`.
- English. Other languages pass in silence for the most part.
- Favours in everyday mail are the weakest figure: readers of the mails themselves agree less on them (kappa
  0.78 on favour asks against 0.93 on any ask, as measured on 60 mails that were labelled twice).
- The size of an ask is named right little more often than in half the cases: labels of size are few.
- The written mails are by few hands. Their figures flatter, since all of their kinds were trained on.
"""


def card(out: Path, mails: Sequence[Mail], told: Iterable[Figure], shares: Iterable[Share], seed: int) -> str:
    """Return the card of the weights in ``out`` as Markdown."""
    counts = Counter(mail.world for mail in mails)
    return HEAD.format(
        date=datetime.now(UTC).date(),
        seed=seed,
        senders=SENDERS,
        files="\n".join(_file(out / name) for name in WEIGHTS),
        worlds="\n".join(f"| {world} | {counts[world]:,} | {what} |" for world, what in SOURCES.items()),
        figures="\n".join(map(_figure, told)),
        shares="\n".join(
            f"| {one.table.replace('_', ' ')} | {one.world} | {one.right:.2f} | {one.of:,} |"
            for one in shares
        ),
    )


def _file(path: Path) -> str:
    data = path.read_bytes()
    return f"| `{path.name}` | {len(data):,} | `{hashlib.sha256(data).hexdigest()}` |"


def _figure(one: Figure) -> str:
    shown = (one.f1, one.precision, one.recall, one.average_precision, one.calibration_error)
    name = one.output.replace("_", " ") if one.output != "ask" else "any ask"
    return f"| {name} | {one.world} | {one.positives:,} | " + " | ".join(f"{v:.3f}" for v in shown) + " |"
