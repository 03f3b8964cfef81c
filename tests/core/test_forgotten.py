"""Somebody is taken out of events and stores, and nobody else's numbers change."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from build import ME, NOW, OWNER, entry, mail
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from goodwill import forgetting, gate, schema, shelf, traces
from goodwill.book import Book, Tally
from goodwill.codec import digest, seconds
from goodwill.detect import Detectors
from goodwill.forgotten import HIDDEN, Whom, event_without, json_without, takes_part
from goodwill.model import FORGOTTEN, Event, Party, Person, Signal
from goodwill.people import contacts_of
from goodwill.plugin import Loaded, Series, hookimpl
from goodwill.posting import refresh_people
from goodwill.standing import fold
from goodwill.store import Store

ADA = Whom(frozenset({"ada@there.example"}), frozenset({"Ada Sample-Müller", "Ada"}))
PIECE = 1 << 14
PEOPLE = [f"p{number}@there.example" for number in range(5)]


@pytest.mark.parametrize(
    "text",
    [
        "write to ada@there.example.",
        "<ADA@There.Example>",
        "<7.ada@there.example.99>",
        "Ada Sample-Müller was there",
        "ADA SAMPLE MULLER",
        "Sample-Müller, Ada",
        "Ada\nSample-Mu\u0308ller",
        "Ada Sample-Müller’s house",
    ],
)
def test_they_are_found_however_they_are_written(text: str):
    assert ADA.is_named_in(text)
    assert not ADA.is_named_in(ADA.cut_from(text))
    assert HIDDEN in ADA.cut_from(text)


@pytest.mark.parametrize(
    "text",
    [
        "lada@there.example",
        "ada@there.examples",
        "Ada was there",
        "the Sample of Müller",
        "Adalbert Sample",
        "",
    ],
)
def test_others_are_not_taken_for_them(text: str):
    assert not ADA.is_named_in(text)
    assert ADA.cut_from(text) == text


def test_near_them_one_word_of_their_name_will_do():
    assert ADA.is_named_in("lunch with Ada", near=True)
    assert ADA.cut_from("lunch with Ada", near=True) == f"lunch with {HIDDEN}"
    assert not ADA.is_named_in("Adalbert", near=True)


def test_somebody_stands_where_they_stood():
    event = mail("bob@far.example", [ME, "ada@there.example", "cleo@near.example"])
    left = event_without(event, ADA)
    assert not takes_part(left, ADA)
    assert [flags for _, flags in contacts_of(event, OWNER)] == [
        flags for _, flags in contacts_of(left, OWNER)
    ]
    assert event_without(left, ADA) == left


def test_two_who_are_forgotten_stay_two():
    event = mail(ME, ["ada@there.example", "bob@far.example", "cleo@near.example"])
    left = event_without(event_without(event, ADA), Whom(frozenset({"bob@far.example"})))
    assert len({party.address for party in left.to}) == 3
    ((address, flags),) = contacts_of(left, OWNER)
    assert (address, flags) == contacts_of(event, OWNER)[2]


def test_what_goodwill_said_of_them_goes_as_a_whole():
    told = '{"people": [{"person": "Ada Sample-Müller"}, {"person": "Bob"}], "note": "by ada@there.example"}'
    assert json_without(told, ADA) == f'{{"note": "by {HIDDEN}", "people": [{{"person": "Bob"}}]}}'


class _Detector:
    """Sees in every event one ask and one favour of its sender, to all the others together."""

    @hookimpl
    def goodwill_detect(self, event: Event, context: object) -> list[Signal]:
        sender = event.sender.address if event.sender else ""
        to = tuple(party.address for party in event.to if party.address != sender)
        quote = event.text[:20]
        if not to or event.kind == "calendar":
            return []
        first = Signal("ask", "help", sender, to[:1], "medium", False, "", 0.9, quote)
        return [first, Signal("favour", "advice", sender, to, "large", False, "given", 0.8, quote)]


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory):
    store = Store(tmp_path_factory.mktemp("store") / "home")
    store.open(create=True)
    yield store
    store.close()


def book(full: bool = True) -> Book:
    return Book(Detectors([Loaded("detectors", "stub", "1", "test", _Detector())]), full, seconds(NOW))


def take(store: Store, *events: Event) -> Tally:
    tally = Tally()
    with store.transaction() as connection:
        book().append(connection, events, tally)
        refresh_people(connection)
    return tally


def own(store: Store) -> None:
    with store.transaction() as connection:
        connection.execute(insert(schema.owner), [{"address": ME}])


def forget(store: Store, address: str, for_good: bool = False) -> forgetting.Outcome:
    return forgetting.forget(store, Person(0, "", (address,)), for_good)


def capitals(store: Store) -> dict[str, float]:
    at = seconds(NOW)
    with store.reading() as connection:
        return {
            person.addresses[0]: fold(
                shelf.contacts(connection, ids, at), frozenset(person.addresses), OWNER, at
            ).capital
            for person, ids, _, _ in shelf.persons(connection, at, streams=True)
        }


def history(chance: random.Random) -> list[Event]:
    found = []
    for number in range(30):
        crowd = chance.sample([ME, *PEOPLE], chance.randint(2, 5))
        if chance.random() < 0.3:
            one = entry([ME, *crowd], days_ago=number + 1, hours=chance.choice([0.5, 1, 3]))
            found.append(replace(one, keys=(f"cal:{number}",)))
        else:
            text = (
                f"Letter {number} of {chance.choice(PEOPLE)}."
                if chance.random() < 0.3
                else f"Letter {number}."
            )
            found.append(mail(crowd[0], crowd[1:], days_ago=number, text=text, message_id=f"m{number}"))
    return found


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_everybody_elses_capital_is_the_same(tmp_path_factory: pytest.TempPathFactory, seed: int):
    store = Store(tmp_path_factory.mktemp("home"))
    store.open(create=True)
    own(store)
    events = history(random.Random(seed))
    take(store, *events)
    before = capitals(store)
    before.pop(PEOPLE[0], None)
    forget(store, PEOPLE[0])
    assert capitals(store) == pytest.approx(before, abs=1e-9)
    with store.transaction() as connection:
        book().reread(connection)
    take(store, *events, *(replace(event, version="9") for event in events))
    assert capitals(store) == pytest.approx(before, abs=1e-9)
    store.close()
    assert PEOPLE[0].encode() not in dump(store)


def dump(store: Store) -> bytes:
    with closing(sqlite3.connect(store.path)) as connection:
        return "\n".join(connection.iterdump()).encode()


def test_a_repeating_entry_that_they_were_part_of_brings_nobody_back(store: Store):
    own(store)
    ada = "ada@there.example"

    def occurrence(number: int, *people: str) -> Event:
        one = entry([ME, *people], days_ago=100 - number, recurring=True)
        return replace(one, keys=(f"cal:weekly/{number}",))

    left = [replace(occurrence(n, ada, "bob@far.example"), keys=(f"cal:left/{n}",)) for n in (1, 2)]
    left.append(replace(occurrence(3, "bob@far.example"), keys=("cal:left/3",)))
    take(store, occurrence(1, ada), occurrence(2, ada), *left)
    assert forget(store, ada).gone == 2
    assert take(store, occurrence(3, ada)).new == 0
    # Of a series that they had left, what comes later concerns the others only.
    assert take(store, replace(occurrence(4, "bob@far.example"), keys=("cal:left/4",))).new == 1


def test_what_is_called_off_does_not_open_the_door(store: Store):
    own(store)
    ada = "ada@there.example"
    private, shared = entry([ME, ada], 5), entry([ME, ada, "bob@far.example"], 6)
    take(store, private, shared)
    forget(store, ada)
    with store.transaction() as connection:
        book().call_off(connection, {gate.NOTHING})  # what the keys of the private entry lead to now
    with store.transaction() as connection:
        book().call_off(connection, book().missing(connection, Series(shared.keys[0], "~"), []))
        assert connection.scalar(select(schema.events.c.id)) is None
    assert take(store, private, shared).new == 0


def test_a_mail_is_ignored_under_whatever_other_key_it_comes(store: Store):
    own(store)
    one = mail("ada@there.example", [ME], message_id="a")
    take(store, one)
    forget(store, "ada@there.example")
    assert take(store, replace(one, keys=(*one.keys, "fp:1"))).new == 0
    assert take(store, replace(one, keys=("fp:1",))).new == 0
    assert take(store, mail("ada@there.example", [ME], message_id="b")).new == 1


def test_for_good_only_a_salted_hash_is_kept(store: Store):
    own(store)
    ada = "ada@there.example"
    assert forget(store, ada, for_good=True).gone == 0
    take(store, mail(ada, [ME], message_id="a"), mail(ME, [ada, "bob@far.example"], message_id="b"))
    with store.reading() as connection:
        ((payload, text),) = connection.execute(select(schema.events.c.payload, schema.events.c.text)).all()
        told = "".join(connection.scalars(select(schema.meta.c.name)))
        assert FORGOTTEN in payload
        assert text == "Hello there."
        assert ada not in payload + told
        assert f"{digest(ada):x}" not in told
    assert b"ada@there" not in dump(store)
    with store.transaction() as connection:
        assert gate.welcome(connection, [ada])
    assert take(store, mail(ada, [ME], message_id="c")).new == 1


def test_a_name_that_only_their_events_tell_is_cut_from_others(store: Store):
    own(store)
    theirs = replace(mail("ada@there.example", [ME]), sender=Party("ada@there.example", "Ada Sample"))
    other = mail("bob@far.example", [ME], 2, "About Ada Sample", "Ask Ada Sample.", message_id="o")
    take(store, theirs, other)
    done = forget(store, "ada@there.example")
    assert (done.gone, done.changed) == (1, 1)
    assert b"Ada" not in dump(store)


def test_a_part_of_anothers_address_or_name_is_no_trace(store: Store):
    own(store)
    others = [Party("joann.smith@x.example", "Joann Smith"), Party("jo.ann@x.example", "Jo-Ann Smith")]
    for number, party in enumerate(others):
        one = replace(mail(party.address, [ME], number, message_id=f"{number}"), sender=party)
        take(store, replace(one, text=f"Write to {party.name} at <{party.address}>, or ann@x.examples."))
    store.close()
    whom = Whom(frozenset({"ann@x.example", "ann.smith@x.example"}), frozenset({"Ann Smith"}))
    assert traces.in_store(store.path, whom) is None
    for party in others:
        trace = traces.in_store(store.path, Whom(frozenset({party.address})))
        assert trace == traces.Trace(True, address=party.address)


@pytest.mark.parametrize(
    ("text", "message_id", "sure"),
    [
        ("Ask Ann Smith's editor.", "a", True),
        ("Ask ANN.SMITH@x.example.", "a", True),
        ("'ann.smith@x.example'", "a", True),
        ("Ask Smith, Ann.", "a", False),
        ("Ask Ann Smith!", "a", True),
        ("Ask Ann Smith-Jones, or Mary-Ann Smith.", "a", None),
        ("Hello.", "7.ann.smith@x.example.99", False),
        ("Hello.", "a", None),
    ],
)
def test_a_store_tells_surely_what_it_holds_as_a_whole(
    store: Store, text: str, message_id: str, sure: bool | None
):
    take(store, mail("bob@far.example", [ME], text=text, message_id=message_id))
    store.close()
    whom = Whom(frozenset({"ann.smith@x.example"}), frozenset({"Ann Smith"}))
    found = traces.in_store(store.path, whom)
    assert (found.sure if found else None) is sure


def test_a_namesakes_words_make_nothing_sure(store: Store):
    one = mail("ann@else.example", [ME], text="Ann Smith has written this.", message_id="a")
    take(store, replace(one, sender=Party("ann@else.example", "Ann Smith")))
    store.close()
    whom = Whom(frozenset({"ann.smith@x.example"}), frozenset({"Ann Smith"}))
    assert traces.in_store(store.path, whom) == traces.Trace(False, traces.NAMESAKE)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"to ann@x.example.", True),
        (b'{"to": "ann@x.example"}', True),
        (b'{"to": "first\\nann@x.example"}', True),
        (b"google:ANN@x.example", True),
        (b"joann@x.example", False),
        (b"jo.ann@x.example", False),
        (b"ann@x.example.org", False),
        (b"ann@x.examples", False),
        (b"\0googleann@x.examplesecret", True),  # columns side by side
        (b"x" * PIECE + b" ann@x.example", True),
        (b"x" * (PIECE - 5) + b" ann@x.example", True),
        (b"\0" * (PIECE - traces.OVERLAP - 2) + b"joann@x.example" + b"\0" * 9000, True),
    ],
)
def test_bytes_between_which_an_address_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: bytes, found: bool
):
    monkeypatch.setattr(traces, "PIECE", PIECE)
    (tmp_path / "file").write_bytes(raw)
    whom = Whom(frozenset({"ann@x.example"}))
    assert bool(traces.in_bytes(tmp_path / "file", whom)) is found
    assert traces.in_bytes(tmp_path / "file", whom, {"joann@x.example", "jo.ann@x.example"}) is None or found


def test_a_cut_piece_does_not_make_another_out_of_somebody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(traces, "PIECE", PIECE)
    whole = b"\0" * (PIECE - traces.OVERLAP - 2) + b"joann@x.example" + b"\0" * 9000
    (tmp_path / "file").write_bytes(whole)
    assert traces.in_bytes(tmp_path / "file", Whom(frozenset({"ann@x.example"})), {"joann@x.example"}) is None
