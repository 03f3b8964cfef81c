"""Everybody at one glance says what each command says, and knows what is new."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from build import ME, NOW, YOU, entry, mail
from test_book import open_app, take

from goodwill import teaching
from goodwill.app import App
from goodwill.errors import GoodwillError
from goodwill.people import plain_name
from goodwill.roll import Line, Roll
from goodwill.roster import STALE, Roster

OTHER, THIRD = "other@there.example", "third@far.example"
AT = int(NOW.timestamp())


@pytest.fixture
def app(tmp_path: Path) -> App:
    app = open_app(tmp_path / "home")
    letters = [mail(ME, [YOU], 40), mail(YOU, [ME], 39, text="Could you recommend us to your readers?")]
    take(app, [entry([ME, YOU], 400), entry([ME, OTHER], 10), mail(ME, [THIRD], 8), *letters])
    return app


def ask(roster: Roster, at: int = AT) -> Roll:
    roster.expect()
    roll = roster.roll(at, 20)
    assert roll is not None
    return roll


def lines(roll: Roll) -> list[str]:
    return [line.person.addresses[0] for line in roll.lines]


def test_it_says_what_the_commands_say(app: App):
    roll = ask(Roster(app.store))
    people = app.people(NOW)
    assert lines(roll) == [person.addresses[0] for person, _ in people]
    for line, (person, standing) in zip(roll.lines, people, strict=True):
        assert (line.capital, line.given, line.received) == (
            standing.capital, standing.given, standing.received,
        )  # fmt: skip
        assert roll.rank(person) == app.rank(person, NOW)
        assert line.balance[-1] == pytest.approx(standing.capital, rel=1e-5)
    said = {advice.key for one in roll.calling for advice in one.advice}
    assert {advice.key for advice in app.digest(NOW)} <= said
    people_ = [(one.person, one.ids, one.standing) for one in roll.calling]
    assert app.digest_of(people_, NOW) == app.digest(NOW)


def test_only_those_with_news_are_counted_again(app: App):
    roster = Roster(app.store)
    before = ask(roster)
    assert ask(roster).lines[0] is before.lines[0]
    teaching.mute(app.store, OTHER, False, NOW)
    take(app, [mail(ME, [YOU], 2, text="I fixed it for you.")])
    after = ask(roster)
    known = {line.person.addresses[0]: line for line in before.lines}
    changed = {
        line.person.addresses[0] for line in after.lines if line is not known[line.person.addresses[0]]
    }
    assert changed == {YOU, OTHER}
    assert after.by_address[OTHER].muted


def test_whole_books_change_too(app: App):
    roster = Roster(app.store)
    assert len(ask(roster).lines) == 3
    teaching.merge(app.store, YOU, OTHER, NOW)
    merged = ask(roster)
    assert len(merged.lines) == 2
    assert merged.by_address[YOU] is merged.by_address[OTHER]
    later = int((NOW + timedelta(seconds=STALE + 1)).timestamp())
    anew = ask(roster, later)
    assert anew.at == later
    assert anew.by_address[YOU].capital < merged.by_address[YOU].capital
    roster.forget()
    assert not roster.is_known


def test_where_nothing_can_be_counted_it_says_why(tmp_path: Path):
    app = App(tmp_path / "home", open_app(tmp_path / "other").config)
    app.create()
    with pytest.raises(GoodwillError, match="which address is yours"):
        Roster(app.store).roll(AT, 20)


def test_those_who_have_equally_much_share_a_place(app: App):
    roll = ask(Roster(app.store))
    assert roll.ranks[roll.by_address[THIRD].person.id] == 3
    take(app, [mail(ME, ["fourth@far.example"], 8)])
    more = ask(Roster(app.store))
    assert {more.ranks[more.by_address[one].person.id] for one in (THIRD, "fourth@far.example")} == {3}
    assert more.band(more.by_address[OTHER]) == "inner 5"


def test_an_order_is_kept(app: App):
    roll = ask(Roster(app.store))

    def key(line: Line) -> str:
        return plain_name(line.person.addresses[0])

    assert roll.sorted_by("name", key) is roll.sorted_by("name", key)


def test_whoever_is_forgotten_while_all_are_counted_does_not_come_back(app: App):
    class Slow(Roster):
        def _count(self, now: int):
            counted = super()._count(now)
            if not forgotten:
                forgotten.append(True)
                self.forget()
            return counted

    forgotten: list[bool] = []
    roster = Slow(app.store)
    assert roster.roll(AT, 20) is None
    assert roster.roll(AT, 20) is not None
