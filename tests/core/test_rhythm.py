"""When the background does what."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodwill.accounts import State
from goodwill.config import parse
from goodwill.plugin import Account
from goodwill.rhythm import (
    FIRST_RETRY,
    JITTER,
    LAST_RETRY,
    LONGEST,
    SLOWER,
    UNTIL_ASKED,
    Hours,
    pause,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
NIGHT = datetime(2026, 10, 1, 1, tzinfo=UTC)


def state(kind: str = "", failures: int = 0, wait_until: int | None = None) -> State:
    return State(Account("google", "a@x.example", {}), 1, 1, wait_until, "", None, 0, kind, failures)


def test_all_is_well():
    assert pause(state(), 300, NOON, BERLIN, battery=False, chance=0.5) == 300


@pytest.mark.parametrize(("now", "battery"), [(NIGHT, False), (NOON, True), (NIGHT, True)])
def test_slower_at_night_and_on_battery(now: datetime, battery: bool):
    assert pause(state(), 300, now, BERLIN, battery, 0.5) == 300 * SLOWER


def test_the_night_is_the_owners():
    assert pause(state(), 300, NIGHT, ZoneInfo("America/Los_Angeles"), False, 0.5) == 300


def test_failures_wait_longer_and_longer():
    waits = [pause(state("waiting", n), 300, NOON, BERLIN, False, 0.5) for n in range(1, 12)]
    assert waits[:4] == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY, 8 * FIRST_RETRY]
    assert waits[-1] == LAST_RETRY


def test_what_a_provider_asks_for_is_kept_within_reason():
    at = int(NOON.timestamp())
    assert pause(state("waiting", 1, at + 7_000), 300, NOON, BERLIN, False, 0.5) == 7_000
    assert pause(state("waiting", 1, at + 10 * LONGEST), 300, NOON, BERLIN, False, 0.5) == FIRST_RETRY


def test_whoever_needs_the_owner_is_not_asked_again_and_again():
    assert pause(state("needs you", 1), 300, NOON, BERLIN, False, 0.5) == UNTIL_ASKED


EARLY, LATE = NOON.replace(year=2000, tzinfo=None), NOON.replace(year=2090, tzinfo=None)
kinds = st.sampled_from(["", "waiting", "needs you"])


@given(
    kinds, st.integers(0, 10**6), st.integers(60, 86_400), st.integers(-10**9, 10**9),
    st.floats(0, 1, exclude_max=True), st.booleans(),
)  # fmt: skip
def test_no_pause_is_short_or_endless(
    kind: str, failures: int, every: int, wait: int, chance: float, battery: bool
):
    one = state(kind, failures, int(NOON.timestamp()) + wait)
    found = pause(one, every, NOON, BERLIN, battery, chance)
    assert 60 * (1 - JITTER) <= found <= LONGEST


def test_the_digest_stays_at_its_hour_through_summer_time():
    at, seen = time(7), []
    now = datetime(2026, 3, 27, 12, tzinfo=UTC)
    for _ in range(4):
        now = Hours(at, BERLIN).next(now)
        seen.append(now.hour)
        assert now.astimezone(BERLIN).time() == at
    assert seen == [6, 5, 5, 5]  # the clocks go forward on the 29th


def test_an_hour_that_a_day_does_not_have():
    due = Hours(time(2, 30), BERLIN).next(datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert due == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@given(
    st.datetimes(EARLY, LATE),
    st.times(),
    st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"]),
)
def test_the_next_digest_is_within_a_day(moment: datetime, at: time, name: str):
    now, local = moment.replace(tzinfo=UTC), ZoneInfo(name)
    due = Hours(at.replace(microsecond=0), local).next(now)
    assert now < due <= now + timedelta(hours=26)


def test_the_day_whose_digest_it_is_is_the_owners():
    evening = datetime(2026, 10, 1, 23, 30, tzinfo=UTC)
    assert Hours(time(7), BERLIN).day(evening) is None  # half past one, there
    assert Hours(time(1), BERLIN).day(evening) == "2026-10-02"
    assert Hours(time(7), ZoneInfo("America/New_York")).day(evening) == "2026-10-01"


def test_no_digest_on_a_day_that_is_off():
    off = parse('[digest]\ndays = ["mon", "fri"]\nquiet = ["2026-12-24..2027-01-01"]', "x").is_without_digest
    hours = Hours(time(7), BERLIN, off)
    friday = datetime(2026, 12, 18, 6, tzinfo=UTC)
    assert hours.day(friday) == "2026-12-18"
    assert hours.next(friday) == datetime(2026, 12, 21, 6, tzinfo=UTC)
    assert hours.next(datetime(2026, 12, 21, 6, tzinfo=UTC)) == datetime(2027, 1, 4, 6, tzinfo=UTC)
    assert hours.day(datetime(2026, 12, 28, 9, tzinfo=UTC)) is None
    assert hours.day(datetime(2026, 12, 20, 9, tzinfo=UTC)) is None  # a Sunday


def test_where_every_day_is_off_it_is_looked_at_again():
    now = datetime(2026, 12, 18, 6, tzinfo=UTC)
    assert Hours(time(7), BERLIN, lambda day: True).next(now) > now
