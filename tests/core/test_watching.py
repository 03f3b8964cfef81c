"""The watch over drafts, on drafts that lie in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from goodwill import accounts
from goodwill.accounts import State
from goodwill.app import App
from goodwill.config import Config
from goodwill.drafts import parse_mail
from goodwill.errors import SignInError, Unavailable
from goodwill.model import Event
from goodwill.plugin import Account
from goodwill.watching import Watch

ME, NOW = "me@home.example", datetime(2026, 3, 1, 12, tzinfo=UTC)
ASK = "Could you introduce me to your editor, and recommend us to her? A few sentences would do."
STATE = State(Account("google", ME, {}), None, 1, None, "", 0, 0)


class Desk:
    """Drafts by their identity: an edition, and what it says."""

    def __init__(self) -> None:
        self.drafts: dict[str, tuple[int, dict[str, Any]]] = {}
        self.read_ones: list[str] = []
        self.shut = False

    def write(self, id_: str, text: str, *to: str) -> None:
        edition = self.drafts.get(id_, (0, {}))[0] + 1
        self.drafts[id_] = (edition, {"from": ME, "to": list(to), "subject": "a thing", "text": text})

    def listed(self) -> list[tuple[str, str]]:
        if self.shut:
            raise Unavailable("it does not answer", 0.0)
        return [(id_, str(edition)) for id_, (edition, _) in self.drafts.items()]

    def read(self, id_: str) -> Event | None:
        self.read_ones.append(id_)
        return parse_mail(self.drafts[id_][1], id_) if id_ in self.drafts else None


@pytest.fixture
def app(tmp_path: Path) -> App:
    app = App(tmp_path / "home", Config(disabled=frozenset(("notices",))))
    app.create()
    with app.store.writing():
        app.set_owner([ME])
    with app.store.writing(), app.store.transaction() as connection:
        accounts.keep(connection, STATE.account, 1)
        accounts.tried(connection, STATE.account, 1, "", "", None)
    return app


def people(found: list[Any]) -> list[str]:
    return [one.address for verdict in found for one in verdict.recipients]


def test_what_is_written_is_looked_at_once(app: App):
    desk = Desk()
    desk.write("old", ASK, "old@far.example")
    watch = Watch(app, lambda *_: desk)
    assert watch.look(STATE, NOW) == []  # what lay there before is no news
    desk.write("new", ASK, "nia@far.example")
    desk.write("harmless", "The boat is in.", "nia@far.example")
    assert people(watch.look(STATE, NOW)) == ["nia@far.example"]
    assert desk.read_ones == ["new", "harmless"]
    assert watch.look(STATE, NOW) == []
    desk.write("new", f"Dear Nia,\n\n{ASK}", "nia@far.example")  # the same ask in a new edition
    assert watch.look(STATE, NOW) == []
    desk.write("new", f"{ASK} And could you write me a reference?", "nia@far.example")
    assert people(watch.look(STATE, NOW)) == ["nia@far.example"]
    desk.write("new", f"{ASK} And could you write me a reference?", "bo@far.example")
    assert people(watch.look(STATE, NOW)) == ["bo@far.example"]
    assert "old" not in desk.read_ones


def test_a_draft_that_names_nobody_yet_is_looked_at_when_it_does(app: App):
    desk = Desk()
    watch = Watch(app, lambda *_: desk)
    watch.look(STATE, NOW)
    desk.write("new", ASK)
    assert watch.look(STATE, NOW) == []
    desk.write("new", ASK, "nia@far.example")
    assert people(watch.look(STATE, NOW)) == ["nia@far.example"]


def test_what_is_gone_by_then_is_no_trouble(app: App):
    desk = Desk()
    watch = Watch(app, lambda *_: desk)
    watch.look(STATE, NOW)
    desk.write("new", ASK, "nia@far.example")
    listed = desk.listed()
    desk.drafts.clear()
    desk.listed = lambda: listed
    assert watch.look(STATE, NOW) == []


def test_a_provider_that_is_away_costs_nothing_but_time(app: App):
    desk, opened = Desk(), []
    watch = Watch(app, lambda *_: opened.append(1) or desk)
    watch.look(STATE, NOW)
    desk.shut = True
    assert watch.look(STATE, NOW) == []
    desk.shut = False
    desk.write("new", ASK, "nia@far.example")
    assert people(watch.look(STATE, NOW)) == ["nia@far.example"]  # what was seen before stayed seen
    assert len(opened) == 2  # signed in anew


def test_who_has_no_drafts_is_asked_for_none(app: App):
    assert Watch(app, lambda *_: None).look(STATE, NOW) == []


def test_no_word_of_a_draft_is_stored(app: App):
    desk = Desk()
    watch = Watch(app, lambda *_: desk)
    watch.look(STATE, NOW)
    desk.write("new", f"{ASK} It is about the xylophonequarrel.", "nia@far.example")
    assert watch.look(STATE, NOW)
    for path in app.home.iterdir():
        assert b"xylophonequarrel" not in path.read_bytes(), path


# The mark


class Marking(Desk):
    """Drafts that bear marks; each mark makes an edition, as a change of a category does in Outlook."""

    def __init__(self) -> None:
        super().__init__()
        self.marked: set[str] = set()
        self.asked: list[tuple[str, bool]] = []
        self.troubles: list[Exception | None] = []

    def mark(self, id_: str, on: bool) -> str | None:
        self.asked.append((id_, on))
        if self.troubles:
            trouble = self.troubles.pop(0)
            if trouble is None:  # it was written anew meanwhile
                return None
            raise trouble
        edition, says = self.drafts[id_]
        if on != (id_ in self.marked):
            (self.marked.add if on else self.marked.remove)(id_)
            self.drafts[id_] = (edition + 1, says)
        return str(self.drafts[id_][0])


@pytest.fixture
def marking(app: App) -> App:
    return App(app.home, Config(disabled=frozenset(("notices",)), watch_drafts=True, mark_drafts=True))


def watch_of(app: App, desk: Desk) -> Watch:
    watch = Watch(app, lambda *_: desk)
    watch.look(STATE, NOW)
    return watch


def test_a_draft_bears_a_mark_while_it_asks_too_early(marking: App):
    desk = Marking()
    watch = watch_of(marking, desk)
    desk.write("new", "The boat is in.", "nia@far.example")
    watch.look(STATE, NOW)
    assert desk.marked == set()
    desk.write("new", ASK, "nia@far.example")
    assert people(watch.look(STATE, NOW)) == ["nia@far.example"]
    assert desk.marked == {"new"}
    desk.write("new", f"Dear Nia,\n\n{ASK}", "nia@far.example")
    assert watch.look(STATE, NOW) == []
    assert desk.marked == {"new"}
    desk.write("new", "The boat is in.", "nia@far.example")
    watch.look(STATE, NOW)
    assert desk.marked == set()


def test_the_edition_that_a_mark_makes_is_no_news(marking: App):
    desk = Marking()
    watch = watch_of(marking, desk)
    desk.write("new", ASK, "nia@far.example")
    assert watch.look(STATE, NOW)
    for _ in range(5):
        assert watch.look(STATE, NOW) == []
    assert (desk.read_ones, desk.asked) == (["new"], [("new", True)])


def test_an_edition_that_a_provider_names_wrongly_costs_one_look_more(marking: App):
    desk = Marking()
    true = desk.mark
    desk.mark = lambda id_, on: f"not {true(id_, on)}"
    watch = watch_of(marking, desk)
    desk.write("new", ASK, "nia@far.example")
    warnings = [watch.look(STATE, NOW) for _ in range(5)]
    assert [len(found) for found in warnings] == [1, 0, 0, 0, 0]
    assert desk.read_ones == ["new", "new"]


def test_a_draft_that_names_nobody_any_more_loses_its_mark(marking: App):
    desk = Marking()
    watch = watch_of(marking, desk)
    desk.write("new", ASK, "nia@far.example")
    watch.look(STATE, NOW)
    desk.write("new", ASK)
    watch.look(STATE, NOW)
    assert desk.marked == set()


@pytest.mark.parametrize("trouble", [None, Unavailable("it is busy", 0.0)])
def test_what_could_not_be_marked_just_now_is_at_the_next_look(
    marking: App, trouble: Exception | None, caplog: pytest.LogCaptureFixture
):
    desk = Marking()
    watch = watch_of(marking, desk)
    desk.write("new", ASK, "nia@far.example")
    desk.troubles = [trouble]
    assert people(watch.look(STATE, NOW)) == ["nia@far.example"]
    assert desk.marked == set()
    assert watch.look(STATE, NOW) == []  # the notice comes once
    assert desk.marked == {"new"}
    watch.look(STATE, NOW)
    assert len(desk.asked) == 2
    assert not caplog.records


@pytest.mark.parametrize("trouble", [SignInError("it may not", "Sign in again"), RuntimeError("boom")])
def test_what_will_not_be_marked_is_said_once_and_the_watch_goes_on(
    marking: App, trouble: Exception, caplog: pytest.LogCaptureFixture
):
    desk = Marking()
    watch = watch_of(marking, desk)
    desk.troubles = [trouble] * 9
    desk.write("a", ASK, "nia@far.example")
    desk.write("b", ASK, "bo@far.example")
    assert sorted(people(watch.look(STATE, NOW))) == ["bo@far.example", "nia@far.example"]
    desk.write("c", ASK, "cy@far.example")
    assert people(watch.look(STATE, NOW)) == ["cy@far.example"]
    watch.look(STATE, NOW)
    assert len(desk.asked) == 1
    assert desk.read_ones == ["a", "b", "c"]
    (told,) = caplog.messages
    assert "not marked" in told
    assert ME not in told


def test_without_the_wish_nothing_is_marked(app: App):
    desk = Marking()
    watch = watch_of(app, desk)
    desk.write("new", ASK, "nia@far.example")
    assert watch.look(STATE, NOW)
    assert desk.asked == []


def test_without_the_right_the_remedy_is_said_once(marking: App, caplog: pytest.LogCaptureFixture):
    state = replace(STATE, account=replace(STATE.account, settings={"features": ["mail"]}))
    desk = Desk()
    watch = Watch(marking, lambda *_: desk)
    for _ in range(3):
        watch.look(state, NOW)
    desk.write("new", ASK, "nia@far.example")
    assert people(watch.look(state, NOW)) == ["nia@far.example"]
    (told,) = caplog.messages
    assert "goodwill connect google --mark-drafts" in told


def test_a_sign_in_with_the_right_counts_at_once(marking: App):
    poor, rich, opened = Desk(), Marking(), []
    rich.drafts = poor.drafts

    def open_drafts(app: App, state: State, now: datetime) -> Desk:
        opened.append(state)
        return rich if "drafts" in state.account.settings["features"] else poor

    watch = Watch(marking, open_drafts)
    before = replace(STATE, account=replace(STATE.account, settings={"features": ["mail"]}))
    after = replace(STATE, account=replace(STATE.account, settings={"features": ["mail", "drafts"]}))
    watch.look(before, NOW)
    poor.write("new", ASK, "nia@far.example")
    watch.look(after, NOW)
    watch.look(after, NOW)
    assert rich.marked == {"new"}
    assert len(opened) == 2


def test_a_draft_that_is_sent_meanwhile_is_left_alone(marking: App, caplog: pytest.LogCaptureFixture):
    desk = Marking()
    watch = watch_of(marking, desk)
    desk.write("new", ASK, "nia@far.example")
    watch.look(STATE, NOW)
    desk.drafts.clear()
    assert watch.look(STATE, NOW) == []
    assert desk.asked == [("new", True)]
    assert not caplog.records
