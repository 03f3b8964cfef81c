"""The mails written to train on: every head agrees with the marks in its text, and all is invented."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from written import written

from goodwill.evaluation import LABELS
from goodwill.model import ASK_TYPES

TRAINING = Path(__file__).parents[2] / "plugins" / "training"

MAILS = list(written())
ASKS = {*ASK_TYPES, "action", "decision"}


def test_there_are_enough_of_each() -> None:
    asks = Counter(mail["label"]["ask"] for mail in MAILS)
    assert min(asks.values()) > 200
    assert len(MAILS) >= 1200
    assert len({mail["input"]["from"] for mail in MAILS}) == len(MAILS)
    assert len({mail["input"]["text"] for mail in MAILS}) == len(MAILS)


def test_heads_agree_with_marks() -> None:
    for mail in MAILS:
        label, quotes = mail["label"], mail["quotes"]
        asks = {"routine" if quote["routine"] else "favour" for quote in quotes if quote["kind"] == "ask"}
        strongest = "favour" if "favour" in asks else "routine" if asks else "none"
        assert label["ask"] == strongest, mail["id"]
        for kind in ("favour", "meeting"):
            assert (label[kind] != "none") == any(quote["kind"] == kind for quote in quotes), mail["id"]


def test_labels_are_known() -> None:
    for mail in MAILS:
        label = mail["label"]
        for kind, known in LABELS.items():
            assert label[kind] in known, mail["id"]
        assert set(label.get("ask_types", ())) <= ASKS, mail["id"]


def test_all_addresses_are_reserved_ones() -> None:
    for mail in MAILS:
        for address in (mail["input"]["from"], *mail["input"]["to"]):
            assert re.fullmatch(r"[^@\s]+@[a-z0-9.-]+\.example", address), (mail["id"], address)


def test_the_labels_of_real_mails_hold_no_words() -> None:
    with (TRAINING / "mailboxes.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len({row["key"] for row in rows}) == len(rows) > 500
    for row in rows:
        assert re.fullmatch(r"[0-9a-f]{16}", row["key"])
        assert re.fullmatch(r"(?:[ARFM]+\d+(?: |$))*", row["sentences"])
        assert row["ask"].split()[0] in LABELS["ask"]
        assert row["favour"].split()[0] in LABELS["favour"]
        assert row["meeting"] in LABELS["meeting"]


@pytest.mark.parametrize("word", ["enron", "cuilla"])
def test_no_real_company_or_person_of_the_corpus_is_in_them(word: str) -> None:
    assert not any(word in (mail["input"]["text"] + mail["input"]["subject"]).lower() for mail in MAILS)
