"""The capitals that are kept say what counting anew would say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from build import ME, NOW, OWNER, THEIRS, YOU, ask, at, entry, letter, mail, meeting
from hypothesis import given
from hypothesis import strategies as st
from test_book import open_app, take
from test_ledger import histories

from goodwill.app import App
from goodwill.model import Event
from goodwill.ranking import counted
from goodwill.standing import fold

DAY = 86_400


@given(histories, st.integers(0, 1500))
def test_what_is_kept_fades_as_its_entries_do(history, days):
    kept = counted(fold(history, THEIRS, OWNER, at(0)).entries, "", at(0))
    later = at(-days)
    if later <= kept.until:
        then = fold([c for c in history if c.at <= at(0)], THEIRS, OWNER, later)
        assert kept.capital(later) == pytest.approx(then.capital, abs=1e-9)


def test_an_open_ask_is_counted_anew_when_it_counts_as_ignored():
    kept = counted(fold([letter(3, True, ask())], THEIRS, OWNER, at(0)).entries, "", at(0))
    assert kept.until == at(3) + 14 * DAY
    assert counted(fold([meeting(3)], THEIRS, OWNER, at(0)).entries, "", at(0)).until > at(0) + 10**9


@pytest.fixture
def app(tmp_path: Path) -> App:
    return open_app(tmp_path / "home")


def add(app: App, *events: Event) -> None:
    take(app, list(events))


def place(app: App, who: str, days_ago: float = 0) -> tuple[int, int] | None:
    now = NOW - timedelta(days=days_ago)
    return app.rank(app.show(who, now)[0], now)


def test_a_place_follows_what_happens_and_what_is_taken_back(app: App):
    other = "other@there.example"
    add(app, entry([ME, YOU], 400), entry([ME, other], 10))
    assert (place(app, YOU), place(app, other)) == ((2, 2), (1, 2))
    assert (place(app, YOU), place(app, other)) == ((2, 2), (1, 2))  # from what was kept
    add(app, entry([ME, YOU], 5, hours=4, version="1"))
    assert (place(app, YOU), place(app, other)) == ((1, 2), (2, 2))
    assert place(app, YOU, days_ago=100) == (1, 1)  # the past is counted for itself
    assert place(app, other) == (2, 2)
    add(app, entry([ME, YOU], 5, hours=4, status="cancelled", version="2"))
    assert place(app, YOU) == (2, 2)


def test_two_with_equally_much_share_a_place(app: App):
    add(app, mail(ME, [YOU]), mail(ME, ["other@there.example"]), mail(ME, ["third@there.example"]))
    assert {place(app, YOU), place(app, "other@there.example")} == {(1, 3)}
