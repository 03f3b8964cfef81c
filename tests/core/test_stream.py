"""Subscribers: each gets everything after its place, at least once, in order, whatever crashes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from build import ME, NOW, YOU, mail
from test_book import open_app, take

from goodwill.app import App
from goodwill.codec import seconds
from goodwill.plugin import Loaded, hookimpl
from goodwill.stream import deliver


class Listener:
    """Writes down the subjects it is given, and falls over at one of them as often as it is told."""

    def __init__(self, stumble: str = "", times: int = 0) -> None:
        self.heard: list[str] = []
        self.keys: list[str] = []
        self._stumble, self._times = stumble, times

    @hookimpl
    def goodwill_on_event(self, key: str, event: dict[str, Any]) -> None:
        if event["subject"] == self._stumble and self._times > 0:
            self._times -= 1
            raise RuntimeError("out of paper")
        self.heard.append(event["subject"])
        self.keys.append(key)


def loaded(plugin: object, name: str = "listener") -> Loaded:
    return Loaded("subscribers", name, "1", "a-stranger", plugin)


@pytest.fixture
def app(tmp_path: Path):
    app = open_app(tmp_path / "home")
    take(app, [mail(YOU, [ME], 9 - n, f"letter {n}") for n in range(6)])
    yield app
    app.store.close()


EVERYTHING = [f"letter {n}" for n in range(6)]


def test_a_subscriber_that_crashes_half_way_loses_nothing(app: App):
    listener, other = Listener("letter 3", times=2), Listener()
    for _ in range(2):
        deliver(app.store, [loaded(listener), loaded(other, "other")], seconds(NOW))
        assert listener.heard == EVERYTHING[:3]
        assert other.heard == EVERYTHING
    assert [p["what"] for p in app.status().problems] == ["stopped with RuntimeError"]
    deliver(app.store, [loaded(listener)], seconds(NOW))
    assert listener.heard == EVERYTHING
    assert app.status().problems == []


def test_nothing_is_given_twice_after_success(app: App):
    listener = Listener()
    deliver(app.store, [loaded(listener)], seconds(NOW))
    deliver(app.store, [loaded(listener)], seconds(NOW))
    assert listener.heard == EVERYTHING
    assert len(set(listener.keys)) == 6


def test_a_newcomer_gets_the_past_and_then_the_news(app: App):
    deliver(app.store, [loaded(Listener())], seconds(NOW))
    late = Listener()
    take(app, [mail(YOU, [ME], 0.5, "news")])
    deliver(app.store, [loaded(late, "late")], seconds(NOW))
    assert late.heard == [*EVERYTHING, "news"]


def test_warnings_and_digests_reach_subscribers_without_the_draft(app: App):
    given: list[tuple[str, dict[str, Any]]] = []
    plugin = SimpleNamespace(
        goodwill_on_verdict=hookimpl(lambda key, verdict: given.append((key, verdict))),
    )
    draft = mail(ME, ["stranger@far.example"], 0, "?", "Could you recommend us to all of your readers?")
    verdict = app.check(draft, NOW)
    assert verdict.verdict == "premature"
    app.announce(verdict, NOW)
    app.announce(verdict, NOW)
    deliver(app.store, [loaded(plugin)], seconds(NOW))
    assert [payload["verdict"] for _, payload in given] == ["premature"]
    assert "readers" not in repr(given)


def test_the_journal_writes_the_warning_to_the_log(app: App, caplog: pytest.LogCaptureFixture):
    draft = mail(ME, ["stranger@far.example"], 0, "?", "Could you recommend us to all of your readers?")
    with caplog.at_level("INFO", logger="goodwill"):
        app.announce(app.check(draft, NOW), NOW)
    assert "premature" in caplog.text
    assert "far.example" not in caplog.text
