"""The agenda of the background on a clock that jumps; reading itself is shown in ``test_run.py``."""

from __future__ import annotations

import itertools
import random
import threading
import time as real
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from test_delivering import ADVICE

from goodwill import accounts, daemon, delivering, polling
from goodwill.app import App
from goodwill.book import Tally
from goodwill.clock import Clock
from goodwill.config import Config
from goodwill.daemon import TICK, WAKE, Daemon
from goodwill.plugin import Account
from goodwill.polling import Polled
from goodwill.rhythm import Hours

START, HOUR = 1_760_000_000.0, 3_600.0
EVERY = 300


class Jumping(Clock):
    """Goes on by itself as fast as it is waited for; ``jumps`` are (when, by how much the clock is off)."""

    def __init__(self, jumps: list[tuple[float, float]], until: float, end: Callable[[], None]) -> None:
        self.at, self.off = START, 0.0
        self._jumps = jumps
        self._until = until
        self.end = end
        self.busy: Callable[[], object] = lambda: None
        self.patience = 5.0

    def now(self) -> float:
        return self.at + self.off

    def steady(self) -> float:
        return self.at

    def wait(self, stop: threading.Event, seconds: float) -> None:
        patience = real.monotonic() + self.patience
        while self.busy() and real.monotonic() < patience:  # time stands still while threads read
            real.sleep(0.001)
        self.at += seconds
        while self._jumps and self.at >= self._jumps[0][0]:
            self.off += self._jumps.pop(0)[1]
        if self.at >= self._until:
            self.end()


@pytest.fixture
def app(tmp_path: Path) -> App:
    app = App(tmp_path / "home", Config())
    app.create()
    with app.store.writing(), app.store.transaction() as connection:
        for name in ("a", "b"):
            accounts.keep(connection, Account("google", f"{name}@x.example", {}), int(START))
    return app


def live(
    app: App, monkeypatch: pytest.MonkeyPatch, hours: float, jumps: list[tuple[float, float]],
    poll: Callable[[str, float], object] = lambda name, now: None, patience: float = 5.0,
    networks: Callable[[float], frozenset[str]] = lambda now: frozenset(), kind: accounts.Trouble = "waiting",
) -> list[tuple[str, float]]:  # fmt: skip
    """Let the background live for so many hours; returns which account was read when (steady seconds).

    Where ``poll`` answers something, that is the trouble of the account, of a ``kind``.
    """
    read: list[tuple[str, float]] = []
    clock = Jumping(jumps, START + hours * HOUR, lambda: one.stop())
    one = Daemon(
        app, clock, EVERY, Hours(time(7), UTC), networks=lambda: networks(clock.at), chance=lambda: 0.5
    )
    clock.busy, clock.patience = lambda: one._busy, patience

    def poll_one(app: App, state: accounts.State, now: object, progress: object) -> Polled:
        read.append((state.account.address[0], clock.at - START))
        trouble = str(poll(state.account.address[0], clock.at) or "")
        told = kind if trouble else ""
        with app.store.writing(9), app.store.transaction() as connection:
            accounts.tried(connection, state.account, int(clock.now()), trouble, told, None)
        return Polled(state.account, Tally(), trouble)

    monkeypatch.setattr(polling, "poll_one", poll_one)
    assert one.run()
    return read


def times(read: list[tuple[str, float]], name: str) -> list[float]:
    return [at for who, at in read if who == name]


def test_every_account_in_its_rhythm(app: App, monkeypatch: pytest.MonkeyPatch):
    read = live(app, monkeypatch, 1, [])
    for name in "ab":
        found = times(read, name)
        assert found[0] <= WAKE[1] + TICK
        gaps = [later - earlier for earlier, later in itertools.pairwise(found)]
        assert 10 <= len(gaps) <= 13
        assert all(EVERY <= gap <= EVERY + TICK + 1 for gap in gaps)


def test_after_a_sleep_everything_is_read_within_seconds(app: App, monkeypatch: pytest.MonkeyPatch):
    """The machine sleeps for eight hours: its steady clock stands still, the other one does not."""
    fell_asleep = START + 1_000
    read = live(app, monkeypatch, 0.5, [(fell_asleep, 8 * HOUR)])
    for name in "ab":
        after = [at for at in times(read, name) if at >= 1_000]
        assert after[0] - 1_000 <= TICK + WAKE[1] + TICK


def test_a_clock_that_is_set_back_stops_nothing(app: App, monkeypatch: pytest.MonkeyPatch):
    read = live(app, monkeypatch, 1, [(START + 1_000, -24 * HOUR)])
    for name in "ab":
        found = times(read, name)
        gaps = [later - earlier for earlier, later in itertools.pairwise(found)]
        assert max(gaps) <= EVERY + 2 * TICK + WAKE[1]
        assert len(found) >= 10


def test_one_that_hangs_delays_no_other(app: App, monkeypatch: pytest.MonkeyPatch):
    hung = threading.Event()

    def poll(name: str, now: float) -> None:
        if name == "a":
            hung.wait(3)

    monkeypatch.setattr(daemon, "GRACE", 5)
    read = live(app, monkeypatch, 1, [], poll, patience=0.05)
    assert len(times(read, "b")) >= 10
    assert len(times(read, "a")) <= 6


def test_what_waits_is_read_soon_after_the_network_is_back(app: App, monkeypatch: pytest.MonkeyPatch):
    back = START + 5 * HOUR

    def poll(name: str, now: float) -> str:
        return "no connection" if now < back else ""

    def networks(now: float) -> frozenset[str]:
        return frozenset(("192.0.2.7",)) if now >= back or now < START + HOUR else frozenset()

    read = live(app, monkeypatch, 6, [], poll, networks=networks)
    for name in "ab":
        waited = [at for at in times(read, name) if at < back - START]
        assert len(waited) <= 12  # a minute, two, four … an hour
        assert min(at for at in times(read, name) if at >= back - START) <= back - START + 2 * TICK + WAKE[1]


def test_a_network_that_changes_is_no_reason_to_read_what_is_up_to_date(
    app: App, monkeypatch: pytest.MonkeyPatch
):
    read = live(app, monkeypatch, 1, [], networks=lambda now: frozenset((f"192.0.2.{now % 250}",)))
    assert len(times(read, "a")) <= 13


def test_who_signs_in_again_is_read_at_once(app: App, monkeypatch: pytest.MonkeyPatch):
    """Whoever needed the owner was not to be looked at for hours."""
    withdrawn, signed_in = START + 600, START + 2 * HOUR

    def poll(name: str, now: float) -> str:
        if name == "b" and signed_in <= now < signed_in + EVERY + TICK:
            with app.store.writing(9), app.store.transaction() as connection:
                accounts.keep(connection, Account("google", "a@x.example", {}), int(now))
        return "withdrawn" if name == "a" and withdrawn <= now < signed_in else ""

    read = live(app, monkeypatch, 3, [], poll, kind="needs you")
    mine = times(read, "a")
    assert not [at for at in mine if withdrawn + EVERY + TICK - START < at < signed_in - START]
    assert (
        min(at for at in mine if at >= signed_in - START)
        <= signed_in - START + 2 * EVERY + 2 * TICK + WAKE[1]
    )


def test_one_errand_that_crashes_does_not_end_the_others(app: App, monkeypatch: pytest.MonkeyPatch):
    crashed: list[float] = []
    chance = random.Random(7)

    def states(connection: object) -> list[accounts.State]:
        crashed.append(1)
        if chance.random() < 0.3:
            raise ZeroDivisionError
        return real_states(connection)

    real_states = accounts.states
    monkeypatch.setattr(accounts, "states", states)
    read = live(app, monkeypatch, 2, [])
    for name in "ab":
        assert max(times(read, name)) > 1.5 * HOUR
    assert len(crashed) > 300


def test_a_crash_while_reading_is_tried_again(app: App, monkeypatch: pytest.MonkeyPatch):
    def poll(name: str, now: float) -> None:
        if name == "a" and now < START + HOUR / 2:
            raise ZeroDivisionError

    read = live(app, monkeypatch, 1, [], poll)
    assert 20 <= len(times(read, "a")) <= 40  # once a minute while it crashes
    assert len(times(read, "b")) >= 10


def test_an_account_that_comes_later_is_read_too(app: App, monkeypatch: pytest.MonkeyPatch):
    def poll(name: str, now: float) -> None:
        if name == "b" and now > START + 1_000:
            with app.store.writing(9), app.store.transaction() as connection:
                accounts.keep(connection, Account("google", "c@x.example", {}), int(START))

    assert times(live(app, monkeypatch, 1, [], poll), "c")


def test_the_digest_is_sent_once_a_day_and_again_only_where_it_has_not_gone(
    app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    place, made = tmp_path / "later" / "digest.txt", list[float]()
    app.config = Config(deliver=("file",), digest_file=str(place), disabled=frozenset(("notices", "journal")))
    with app.store.writing():
        app.set_owner(["me@home.example"])
    to_file = delivering._to_file

    def counted(path: Path, digest: object, here: datetime, links: object) -> None:
        made.append(here.timestamp())
        if len(made) == 3:
            place.parent.mkdir()
        to_file(path, digest, here, links)  # type: ignore[arg-type]

    monkeypatch.setattr(delivering, "_to_file", counted)
    monkeypatch.setattr(App, "digest", lambda self, now: (ADVICE,))
    live(app, monkeypatch, 1.3, [(START + HOUR, 24 * HOUR)])
    days = [datetime.fromtimestamp(at, UTC) for at in made]
    first = [day for day in days if day.day == days[0].day]
    assert [(b - a).total_seconds() >= 300 for a, b in itertools.pairwise(first)] == [True, True]
    assert (len(first), len(days)) == (3, 4), "the next day once"
    assert place.exists()
