"""The HTTP stack: what it waits for, what it gives up on, and at which pace it goes."""

from __future__ import annotations

import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st

from goodwill.errors import AccountError, Unavailable
from goodwill_connectors.pace import Pace
from goodwill_connectors.wire import LONGEST_PAUSE, LOST_TRIES, TRIES, Wire, retry_after

URL = "https://mail.example/x"


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def wire(slept: list[float]) -> Wire:
    return Wire(requests.Session(), "Mail", sleep=slept.append, clock=lambda: 1_000.0, chance=lambda: 0.5)


@responses.activate
def test_it_gives_up_in_the_end_and_says_so(wire: Wire, slept: list[float]):
    responses.get(URL, status=503)
    with pytest.raises(Unavailable, match="Mail cannot be read now: it answers 503"):
        wire.request("GET", URL)
    assert slept == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert len(responses.calls) == TRIES


@responses.activate
def test_without_a_network_it_does_not_take_long(wire: Wire, slept: list[float]):
    with pytest.raises(Unavailable, match=r"no connection to mail\.example"):
        wire.request("GET", URL)  # nothing is registered: a connection error
    assert len(slept) == LOST_TRIES - 1


@responses.activate
def test_a_certificate_that_is_not_accepted_is_no_passing_thing(wire: Wire, slept: list[float]):
    responses.get(URL, body=requests.exceptions.SSLError("certificate verify failed: self-signed"))
    with pytest.raises(AccountError, match="certificate"):
        wire.request("GET", URL)
    assert slept == []


def test_an_endpoint_that_is_no_address(wire: Wire):
    with pytest.raises(AccountError, match="Check the endpoints"):
        wire.request("GET", "nonsense")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("-3", 0.0),
        ("Thu, 01 Jan 1970 00:20:00 GMT", 200.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("999999999999", LONGEST_PAUSE),
        ("inf", LONGEST_PAUSE),
        ("nan", LONGEST_PAUSE),
        ("Thu, 01 Jan 2970 00:00:00 GMT", LONGEST_PAUSE),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_in_both_forms(text: str, seconds: float | None):
    answer = requests.Response()
    answer.headers["Retry-After"] = text
    assert retry_after(answer, 1_000.0) == seconds


@given(st.lists(st.sampled_from([1, 2, 5, 20]), min_size=1, max_size=300), st.floats(0, 0.5))
def test_no_minute_ever_sees_more_than_the_quota(costs: list[int], pause: float):
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    pace = Pace(0.9 * 600, 60, 0.05 * 600, clock=lambda: now[0], sleep=sleep)
    spent: list[tuple[float, int]] = []
    for cost in costs:
        pace.spend(cost)
        spent.append((now[0], cost))
        now[0] += pause
    for at, _ in spent:
        assert sum(cost for when, cost in spent if at - 60 < when <= at) <= 600
