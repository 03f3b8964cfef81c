"""Whatever arrives is read in bounded time, without a crash."""

from __future__ import annotations

import time

import pytest
from invented_mails import mail, seen

from goodwill_plugins import ask, favour, meeting, told

HARD = {
    "one line": "could you help me " * 60_000,
    "many sentences": "Could you help me? " * 10_000,
    "noise": "\u0000\ufffd\u202e" * 300_000,
    "right to left": "\u05d4\u05d0\u05dd \u05ea\u05d5\u05db\u05dc \u05dc\u05e2\u05d6\u05d5\u05e8? " * 5_000,
    "no spaces": "\u4f60\u80fd\u5e2e\u6211\u5417\uff1f" * 20_000,
    "exclamation": "Thanks" + "!" * 20_000 + "x",
    "marks in pairs": "?!" * 10_000,
    "dots and brackets": "Really" + "." * 5_000 + ")" * 5_000 + "x",
    "dotted capital": "\u0130" * 100_000,
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_hard_texts(text: str) -> None:
    event = mail(text)
    started = time.process_time()
    for plugin in (ask, favour, meeting, told):
        for signal in seen(plugin, event):
            assert signal.quote in text
            assert len(signal.quote) <= 600
    assert time.process_time() - started < 3.0
