"""Joins the labels of ``mailboxes.tsv`` with the real mailboxes that they are of.

A row holds the key of a mail (of its own words, so that no word is kept here), its ask, favour and
meeting as ``mails/*.txt`` write them, and the numbers of the sentences that show each: ``A3`` a favour ask
in the third sentence, ``R`` a routine one, ``F`` a favour, ``M`` a meeting.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import mailbox
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from written import KINDS, label_of

from goodwill.model import Event
from goodwill_connectors.mail import parse_message
from goodwill_plugins.sentences import split

LABELS = Path(__file__).parent / "mailboxes.tsv"


def labelled(folder: Path, labels: Path = LABELS) -> Iterator[tuple[Event, dict[str, Any]]]:
    """Yield each labelled mail of the mailboxes in ``folder`` with its label and quotes, in order."""
    with labels.open(encoding="utf-8", newline="") as file:
        rows = {row["key"]: row for row in csv.DictReader(file, delimiter="\t")}
    found = {key: event for event in mails(folder) if (key := key_of(event)) in rows}
    for key, row in rows.items():
        if key in found:
            yield found[key], _label(row, [one.text for one in split(found[key].text)])


def mails(folder: Path) -> Iterator[Event]:
    """Yield every mail of the mailboxes in ``folder``."""
    for packed in sorted(folder.glob("mailbox-*.mbox.gz")):
        with tempfile.NamedTemporaryFile() as plain:
            plain.write(gzip.decompress(packed.read_bytes()))
            plain.flush()
            for message in mailbox.mbox(plain.name):
                yield parse_message(message.as_bytes())


def key_of(event: Event) -> str:
    """Return what a mail is known by: a hash of its own words, whatever the space between them."""
    words = " ".join(event.text.split())
    return hashlib.blake2b(words.encode("utf-8"), digest_size=8).hexdigest()


def _label(row: dict[str, str], sentences: list[str]) -> dict[str, Any]:
    quotes = [
        {"kind": KINDS[letter], "routine": letter == "R", "text": sentences[int(number) - 1]}
        for letters, number in re.findall(r"([ARFM]+)(\d+)", row["sentences"])
        for letter in letters
    ]
    return {"label": label_of(row), "quotes": quotes}
