"""The packed weights: what goes in comes out, and what ships is sound."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from goodwill_plugins.model import BLOCK, OUTPUTS, load, pack, probability, unpack

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
    assert time.process_time() - started < 0.5
    assert set(model.stack) == set(OUTPUTS) == set(model.thresholds)
    assert len(model.weights) > 5_000
    assert all(unpack(packed, BLOCK)[0] == 1 for packed in list(model.weights.values())[:500])
    assert all(feature.count(" ") <= 2 for feature in model.weights)
