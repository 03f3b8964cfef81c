"""Sentences: where they end, and that their places are those of the original."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodwill_plugins.sentences import MAX_SENTENCES, normal, split


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("Ask Dr. Poole at 3.30 p.m. today. Thanks.", ["Ask Dr. Poole at 3.30 p.m. today.", "Thanks."]),
        ("See https://a.example/b?c=d.e now. Bye.", ["See https://a.example/b?c=d.e now.", "Bye."]),
        ("Hi Otto,\n\nAll well here", ["Hi Otto,", "All well here"]),
        ("Could you\u00a0do it\u2019s job?", ["Could you do it's job?"]),
        ("Please bring:\n- the ladder\n- two ropes", ["Please bring:", "the ladder", "two ropes"]),
        (
            "The boat leaves the upper landing at nine and it will not wait for\nanybody who sleeps.",
            ["The boat leaves the upper landing at nine and it will not wait for anybody who sleeps."],
        ),
        ("", []),
        (" \n ... \n", []),
    ],
)
def test_splits(text: str, expected: list[str]) -> None:
    assert [sentence.text for sentence in split(text)] == expected


@given(st.text(max_size=400))
def test_places_are_those_of_the_original(text: str) -> None:
    for sentence in split(text):
        cut = text[sentence.start : sentence.end]
        assert " ".join(normal(cut).split()) == sentence.text


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "a. " * 10_000,
        "\n" * 1_000_000,
        "?! " * 300_000,
        "\u0000\uffff" * 500_000,
        "x\n" * 500_000,
    ],
    ids=["one line", "many", "newlines", "marks", "noise", "short lines"],
)
def test_is_linear_and_bounded(text: str) -> None:
    started = time.process_time()
    assert len(split(text)) <= MAX_SENTENCES
    assert time.process_time() - started < 2.0
