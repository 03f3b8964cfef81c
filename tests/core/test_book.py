"""The book: one event is stored once, whatever order and however often it arrives."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from build import ME, NOW, THIRD, YOU, entry, mail
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goodwill import posting, schema, shelf
from goodwill.app import App
from goodwill.book import Book, Tally
from goodwill.codec import seconds
from goodwill.config import Config
from goodwill.model import Event
from goodwill.sync import settle


def open_app(home: Path) -> App:
    app = App(home, Config())
    app.import_files([], [ME], NOW, lambda page, tally: None)
    return app


def take(app: App, events: list[Event], size: int = 100) -> Tally:
    tally = Tally()
    book = Book(app.detectors, False, seconds(NOW))
    for batch in posting.batches(events, size):
        with app.store.transaction() as connection:
            book.append(connection, batch, tally)
    settle(app.store)
    return tally


def dump(app: App) -> str:
    rows = [json.dumps(row, sort_keys=True) for row in app.export()]
    people = [
        (person.shown, person.addresses, standing.capital, len(standing.entries))
        for person, standing in app.people(NOW)
    ]
    return "\n".join([*rows, *map(repr, people)])


def keyed(event: Event, *keys: str) -> Event:
    return replace(event, keys=keys)


POOL = [
    keyed(mail(ME, [YOU], 30, "a favour", "I fixed the page for you, no charge."), "mid:1", "fp:1"),
    keyed(mail(ME, [YOU], 30, "a favour", "I fixed the page for you, no charge."), "mid:1b", "fp:1"),
    keyed(mail(YOU, [ME], 29, "Re: a favour", "You saved us, thank you so much!"), "mid:2", "fp:2"),
    keyed(mail(YOU, [ME], 20, "a question", "Could you introduce me to your editor?"), "mid:3", "fp:3"),
    keyed(
        mail(YOU, [ME], 20, "[list] a question", "Could you introduce me to your editor?", bulk=True),
        "mid:3",
        "fp:4",
    ),
    keyed(mail(THIRD, [ME], 10, "hello", "Nice to meet you."), "mid:5", "fp:5"),
    keyed(entry([ME, YOU], 15, version="0001"), "cal:1"),
    keyed(entry([ME, YOU], 15, version="0002", status="cancelled"), "cal:1"),
    keyed(entry([ME, THIRD], 12), "cal:2"),
]


@pytest.fixture(scope="module")
def reference(tmp_path_factory) -> str:
    app = open_app(tmp_path_factory.mktemp("a") / "home")
    take(app, POOL)
    app.store.close()
    return dump(app)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_order_batches_and_repetition_do_not_matter(
    reference, tmp_path_factory, shuffler: random.Random, size: int
):
    events = [*POOL, *POOL]
    shuffler.shuffle(events)
    other = open_app(tmp_path_factory.mktemp("b") / "home")
    take(other, events, size)
    assert dump(other) == reference
    other.store.close()


@pytest.fixture
def app(tmp_path: Path):
    app = open_app(tmp_path / "home")
    yield app
    app.store.close()


def test_copies_in_two_folders_are_one_mail(app: App):
    tally = take(app, POOL[:2])
    assert (tally.met, tally.new, tally.again) == (2, 1, 1)


def test_a_mail_that_is_two_known_ones_makes_them_one(app: App):
    first, second = keyed(POOL[0], "mid:x"), keyed(POOL[0], "fp:y")
    take(app, [first])
    take(app, [second])
    take(app, [keyed(POOL[0], "mid:x", "fp:y")])
    with app.store.reading() as connection:
        assert shelf.counts(connection)["mail"] == 1


def test_a_later_edition_cancels_the_meeting(app: App):
    take(app, [POOL[6]])
    assert app.show(YOU, NOW)[1].meetings == 1
    take(app, [POOL[7]])
    with pytest.raises(Exception, match="nobody in the book"):
        app.show("somebody else", NOW)
    with app.store.reading() as connection:
        assert connection.execute(schema.contacts.select()).all() == []


@pytest.mark.parametrize("first", [0, 1])
def test_an_answer_to_an_invitation_never_outranks_it(app: App, first: int):
    """Who answers knows of nobody but themselves: such an edition has no number."""
    whole = entry([ME, YOU, THIRD], version="00000000.20260101T000000Z")
    answer = entry([ME, YOU])
    for event in (whole, answer)[:: 1 if first else -1]:
        take(app, [keyed(event, "cal:one")])
    with app.store.reading() as connection:
        (stored,) = [event for _, event in posting.stored_events(connection)]
    assert {party.address for party in stored.to} == {ME, YOU, THIRD}


def test_another_owner_turns_the_ledger_round(app: App):
    take(app, POOL[:3])
    assert app.show(YOU, NOW)[1].written == 1
    app.set_owner([YOU])
    with app.store.reading() as connection:
        assert connection.execute(schema.contacts.select()).all() == []


def test_rebuild_changes_nothing(app: App):
    take(app, POOL)
    before = dump(app)
    app.rebuild(NOW)
    assert dump(app) == before


def test_full_text_is_read_again(tmp_path: Path):
    app = App(tmp_path / "home", Config(keep_text="full"))
    app.import_files([], [ME], NOW, lambda page, tally: None)
    book = Book(app.detectors, True, seconds(NOW))
    with app.store.transaction() as connection:
        book.append(connection, POOL[:1], Tally())
    assert app.rebuild(NOW) == (1, 0)
    app.store.close()


def test_evidence_keeps_no_other_words(app: App):
    secret = "The marmalade is hidden in the blue cupboard."
    take(app, [mail(ME, [YOU], 3, "hello", f"{secret} Could you recommend us to your readers?")])
    assert app.status().counts["signals"] >= 1
    app.store.close()
    assert secret.encode() not in b"".join(p.read_bytes() for p in app.home.iterdir())
