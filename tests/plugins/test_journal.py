"""The journal writes one line each, and no address."""

from __future__ import annotations

import logging

import pytest

from goodwill_plugins import journal


def test_verdict_is_one_line_without_words(caplog: pytest.LogCaptureFixture) -> None:
    verdict = {
        "verdict": "premature",
        "asks": [{"to": "otto@lindenhof.example", "quote": "Could you lend me a boat?"}],
        "recipients": [
            {"address": "otto@lindenhof.example", "reasons": [{"code": "never_met", "text": "x"}]}
        ],
    }
    with caplog.at_level(logging.INFO, logger="goodwill.journal"):
        journal.goodwill_on_verdict("v1", verdict)
    assert caplog.messages == ["verdict v1: premature, asks 1, reasons never_met"]


def test_digest_counts_people(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="goodwill.journal"):
        journal.goodwill_on_digest("d1", {"people": [{}, {}]})
        journal.goodwill_on_verdict("v2", {})
    assert caplog.messages == ["digest d1: people 2", "verdict v2: unknown, asks 0, reasons none"]
