"""The figures of ``goodwill evaluate``, against counts made by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from goodwill.errors import InputError
from goodwill.evaluation import average_precision, calibration_error, case, finer, label_of, measure


def signal(kind: str, type: str = "help", routine: bool = False, status: str = "") -> dict[str, Any]:
    return {"kind": kind, "type": type, "routine": routine, "status": status, "size": "small", "quote": type}


def seen(*signals: dict[str, Any], **scores: float) -> dict[str, Any]:
    return {"signals": list(signals), "scores": scores}


def test_precision_recall_and_f1_are_counted_by_outcome():
    cases = [
        case("hit", {"ask": "favour"}, seen(signal("ask"), ask=0.9, favour_ask=0.8), ""),
        case("taken for routine", {"ask": "favour"}, seen(signal("ask", routine=True), ask=0.7), ""),
        case("false", {"ask": "none"}, seen(signal("ask", routine=True), ask=0.6), ""),
        case("missed", {"ask": "routine"}, seen(ask=0.2), "the opening"),
        case("silent", {"ask": "none"}, seen(ask=0.1), ""),
    ]
    asks, favours = measure(cases, 5)
    assert (asks.outcome, asks.lines, asks.positives) == ("ask", 5, 3)
    assert (asks.precision, asks.recall, asks.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (favours.precision, favours.recall) == pytest.approx((1.0, 0.5))
    assert [(one.id, one.words["ask"]) for one in asks.mistakes] == [
        ("missed", "the opening"),
        ("false", "help"),
    ]


def test_an_outcome_without_a_label_is_not_measured():
    (only,) = measure([case("a", {"favour": "given"}, seen(signal("favour", status="given")), "")], 3)
    assert (only.outcome, only.f1, only.mistakes) == ("favour", 1.0, [])


def test_types_sizes_and_statuses_are_judged_where_both_name_one():
    label = {"ask": "favour", "ask_types": ["money", "time"], "size": "large", "meeting": "held"}
    said = seen(signal("ask", "money"), signal("meeting", status="agreed"))
    found = finer([case("a", label, said, ""), case("b", {"ask": "none", "size": None}, seen(), "")])
    assert found == {"ask type": (1, 1), "ask size": (0, 1), "meeting status": (0, 1)}


def test_types_that_no_detector_can_name_are_left_out():
    label = {"ask": "routine", "ask_types": ["action"]}
    assert finer([case("a", label, seen(signal("ask")), "")]) == {}


@pytest.mark.parametrize(
    ("truth", "scores", "expected"),
    [
        ([True, False, True, False], [0.9, 0.8, 0.7, 0.1], (1 + 2 / 3) / 2),
        ([True, False], [0.5, 0.5], 0.5),
        ([False, False], [0.3, 0.4], 0.0),
        ([], [], 0.0),
    ],
)
def test_average_precision(truth: list[bool], scores: list[float], expected: float):
    assert math.isclose(average_precision(truth, scores), expected)


def test_calibration_error_is_zero_for_honest_odds_and_large_for_bluster():
    assert calibration_error([True, False] * 50, [0.5] * 100) == 0.0
    assert calibration_error([False] * 10, [1.0] * 10) == 1.0
    assert calibration_error([True, False], [0.8, 0.3]) == pytest.approx((0.2 + 0.3) / 2)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "has no label"),
        ({"label": {}}, "has no label"),
        ({"label": "favour"}, "has no label"),
        ({"label": {"ask": "perhaps"}}, "Known are none, routine, favour"),
        ({"label": {"ask": "none", "ask_types": "money"}}, "must be a list"),
        ({"label": {"ask": "none", "size": "huge"}}, "Known are small, medium, large"),
    ],
)
def test_a_label_that_is_wrong_is_named(row: dict[str, Any], words: str):
    with pytest.raises(InputError, match="line 3") as caught:
        label_of(row, "file, line 3")
    assert words in str(caught.value)


def test_what_no_line_holds_has_no_recall():
    row = {"id": "1", "signals": [], "scores": {"ask": 0.1}}
    (figures,) = measure([case("1", {"ask": "none"}, row, "")], 3)[:1]
    assert (figures.recall, figures.f1, figures.average_precision) == (None, None, None)
    assert figures.calibration_error == pytest.approx(0.1)
