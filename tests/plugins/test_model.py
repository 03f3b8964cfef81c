"""The packed weights: what goes in comes out, and what ships is sound."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from goodwill_plugins.features import known_ngrams, own_features, place_features
from goodwill_plugins.model import BLOCK, OUTPUTS, load, pack, probability, unpack
from goodwill_plugins.reading import read

_lanes = st.lists(st.integers(-100_000, 100_000), min_size=10, max_size=10)


@given(st.lists(_lanes, min_size=1, max_size=20))
def test_lanes_add_up_apart(rows: list[list[int]]) -> None:
    total = sum(pack(row) for row in rows)
    assert unpack(total, 10) == [sum(column) for column in zip(*rows, strict=True)]


@given(st.floats(-1e6, 1e6))
def test_probability_is_one(logit: float) -> None:
    assert 0.0 <= probability(logit) <= 1.0


def test_shipped_weights_load_quickly_and_whole() -> None:
    load.cache_clear()
    started = time.process_time()
    model = load()
    assert time.process_time() - started < 0.25  # tests/benchmarks measures it against 50 ms
    assert set(model.stack) == set(OUTPUTS) == set(model.thresholds)
    assert len(model.weights) > 5_000
    assert all(unpack(packed, BLOCK)[0] == 1 for packed in list(model.weights.values())[:500])
    assert all(feature.count(" ") <= 2 for feature in model.weights)


@given(
    st.lists(
        st.sampled_from(["^", "$", "0", "could", "you", "please", "send", "me", "the", "zzyzx", "thank"])
    )
)
def test_only_known_ngrams_are_made(words: list[str]) -> None:
    model = load()
    short = known_ngrams(words, model.openers, model.weights)
    assert short & set(model.weights) == own_features(words, ()) & set(model.weights)


def test_the_start_of_every_known_ngram_is_known() -> None:
    weights = load().weights
    assert all(feature.rpartition(" ")[0] in weights for feature in weights if feature.count(" ") == 2)


def test_a_line_is_placed_as_in_training() -> None:
    text = "Dear Jo,\nCould you send me the list? We met on Friday. I would be grateful.\nThank you so much!"
    model = load()
    lines = read(text).lines
    found = [line.cues for line in lines]
    for place, line in enumerate(lines):
        total = model.add(own_features(line.words, line.cues)) + model.add(place_features(found, place))
        assert list(line[3:]) == [probability(logit) for logit in model.line(total)]
