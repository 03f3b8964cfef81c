"""Detectors that crash, hang or talk nonsense: each becomes a problem, and the others are heard."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from build import mail

from goodwill.budget import OverdueError, within
from goodwill.detect import MAX_OVERDUE, Detectors
from goodwill.model import Context, Event, Signal
from goodwill.plugin import Loaded, hookimpl

SECONDS = 0.2


def loaded(name: str, **hooks: Callable[[Event, Context], Any]) -> Loaded:
    given = {key: hookimpl(hook) for key, hook in hooks.items()}
    return Loaded("detectors", name, "1", f"{name}-package", SimpleNamespace(**given))


def honest(event: Event, context: Context) -> Iterator[Signal]:
    assert event.sender
    yield Signal("ask", "help", event.sender.address, (event.to[0].address,))


def spin(event: Event, context: Context) -> Iterator[Signal]:
    while True:
        with suppress(Exception):  # the worst manners that a detector can have
            time.sleep(0.01)
    yield


def sleep(event: Event, context: Context) -> list[Signal]:
    time.sleep(60)
    return []


def lock(event: Event, context: Context) -> list[Signal]:
    waiting = threading.Lock()
    waiting.acquire()
    waiting.acquire()
    return []


EVENT = mail("ada@there.example", ["me@here.example"], text="Could you help?")
CONTEXT = Context(frozenset({"me@here.example"}))


@pytest.mark.parametrize("hang", [spin, sleep, lock])
def test_one_that_hangs_is_ended_and_the_others_are_heard(hang: Callable[..., Any]):
    both = [loaded("hanging", goodwill_detect=hang), loaded("honest", goodwill_detect=honest)]
    began = time.monotonic()
    found = Detectors(both, SECONDS).detect(EVENT, CONTEXT)
    assert time.monotonic() - began < 10 * SECONDS
    assert [name for name, _ in found.signals] == ["honest"]
    ((name, problem),) = found.problems
    assert (name, problem.what) == ("hanging", "hung for 0.2 seconds")
    assert "hanging-package" in problem.remedy


def test_after_some_hangs_it_is_asked_no_more():
    calls = []

    def hang(event: Event, context: Context) -> list[Signal]:
        calls.append(event)
        time.sleep(60)
        return []

    detectors = Detectors([loaded("hanging", goodwill_detect=hang)], 0.05)
    said = [detectors.detect(EVENT, CONTEXT).problems[0][1].what for _ in range(MAX_OVERDUE + 2)]
    assert len(calls) == MAX_OVERDUE
    assert said[-1] == "was left out, since it hung before"


def test_in_another_thread_a_busy_loop_is_ended_too():
    both = [loaded("hanging", goodwill_detect=spin), loaded("honest", goodwill_detect=honest)]
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(Detectors(both, SECONDS).detect(EVENT, CONTEXT)))
    thread.start()
    thread.join(10)
    assert [name for name, _ in found[0].signals] == ["honest"]


def test_a_call_within_its_time_is_left_alone_in_any_thread():
    ended: list[str] = []

    def quick() -> None:
        try:
            for _ in range(200):
                with within(0.05):
                    pass
            time.sleep(0.1)
            ended.append("well")
        except OverdueError:
            ended.append("badly")

    quick()
    thread = threading.Thread(target=quick)
    thread.start()
    thread.join(10)
    assert ended == ["well", "well"]


@pytest.mark.parametrize(
    "score", [lambda event, context: 1 / 0, lambda event, context: [3, (1, 2, 3)], sleep, lambda: None]
)
def test_scores_of_one_that_fails_are_left_out(score: Callable[..., Any]):
    def fair(event: Event, context: Context) -> dict[str, float]:
        return {"ask": 0.25}

    both = [loaded("failing", goodwill_score=score), loaded("fair", goodwill_score=fair)]
    assert Detectors(both, SECONDS).score(EVENT, CONTEXT) == {"ask": 0.25}


@pytest.mark.parametrize("value", [float("nan"), -0.1, 1.5, "high", None])
def test_a_score_that_is_no_probability_is_left_out(value: Any):
    def strange(event: Event, context: Context) -> dict[Any, Any]:
        return {"ask": value, 7: 0.5}

    assert Detectors([loaded("strange", goodwill_score=strange)], SECONDS).score(EVENT, CONTEXT) == {}


def test_goodwills_own_detector_that_fails_leaves_a_draft_unchecked():
    def crash(event: Event, context: Context) -> list[Signal]:
        raise ValueError

    own = Loaded("detectors", "ask", "1", "goodwill", SimpleNamespace(goodwill_detect=hookimpl(crash)))
    assert Detectors([own]).detect(EVENT, CONTEXT).failed == ("ask",)
    assert Detectors([loaded("strange", goodwill_detect=crash)]).detect(EVENT, CONTEXT).failed == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": 5},
        {"to": None},
        {"to": ()},
        {"to": (["me@here.example"],)},
        {"to": ("ada@there.example",)},
        {"by": []},
        {"by": "x@y.example"},
        {"kind": []},
        {"kind": "gossip"},
        {"type": []},
        {"type": "bananas"},
        {"size": []},
        {"status": []},
        {"status": "given"},
        {"confidence": "x"},
        {"confidence": None},
        {"confidence": float("nan")},
        {"routine": "maybe"},
        {"quote": None},
        {"quote": 7},
        {"quote": b"help"},
        {"quote": "\ud800"},
        {"quote": "not in the mail"},
        {"quote": "Could you help? " * 1000},
    ],
    ids=repr,
)
def test_nonsense_in_any_field_is_dropped_and_told(wrong: dict[str, Any]):
    right = Signal("ask", "help", "ada@there.example", ("me@here.example",), quote="Could you help?")

    def wild(event: Event, context: Context) -> list[Signal]:
        return [right, replace(right, **wrong)]

    found = Detectors([loaded("wild", goodwill_detect=wild)]).detect(EVENT, CONTEXT)
    assert [signal for _, signal in found.signals] == [right]
    assert "make no sense" in found.problems[0][1].what


def test_too_many_signals_are_told():
    def flood(event: Event, context: Context) -> list[Signal]:
        return [Signal("ask", "help", "ada@there.example", ("me@here.example",))] * 200

    found = Detectors([loaded("flood", goodwill_detect=flood)]).detect(EVENT, CONTEXT)
    assert len(found.signals) == 50
    assert "150" in found.problems[0][1].what
