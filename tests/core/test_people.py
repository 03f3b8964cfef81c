"""Who is who: contacts, conduct, names, merging and the proposal of an owner."""

from __future__ import annotations

from collections import Counter

import pytest
from build import ME, OWNER, THIRD, YOU, entry, mail

from goodwill import people
from goodwill.houses import colleagues
from goodwill.model import Event, Flag, Party
from goodwill.people import Conduct


def flags_of(event: Event) -> dict[str, int]:
    return dict(people.contacts_of(event, OWNER))


def test_a_letter_to_one_person_is_direct():
    flags = flags_of(mail(ME, [YOU]))[YOU]
    assert flags & Flag.OUT
    assert flags & Flag.DIRECT
    assert flags >> Flag.OTHERS_SHIFT == 0


def test_a_letter_to_two_counts_the_other():
    flags = flags_of(mail(ME, [YOU, THIRD]))
    assert set(flags) == {YOU, THIRD}
    assert all(f >> Flag.OTHERS_SHIFT == 1 and not f & Flag.DIRECT for f in flags.values())


def test_an_incoming_letter_is_contact_with_its_sender_only():
    assert set(flags_of(mail(YOU, [ME, THIRD]))) == {YOU}


def test_a_letter_that_does_not_name_the_owner_says_so():
    assert flags_of(mail(YOU, ["all@list.example"]))[YOU] & Flag.UNNAMED


def test_a_circular_to_a_hundred_is_contact_with_nobody():
    assert not flags_of(mail(ME, [f"p{n}@many.example" for n in range(100)]))


@pytest.mark.parametrize(
    "event",
    [
        entry([ME, YOU], status="cancelled"),
        entry([ME, YOU], answers={ME: "declined"}),
        entry([ME, YOU], answers={YOU: "declined"}),
        entry([ME, YOU], all_day=True),
        entry([ME]),
    ],
)
def test_a_meeting_that_did_not_bring_them_together_is_none(event: Event):
    assert not flags_of(event)


def test_who_booked_the_table_was_not_at_it():
    lunch = entry([ME, YOU])
    booked = Event(**{**_fields(lunch), "sender": Party("assistant@there.example")})
    assert set(flags_of(booked)) == {YOU}


def _fields(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__dataclass_fields__}


@pytest.mark.parametrize(
    ("address", "conduct", "expected"),
    [
        ("jo@there.example", Conduct(received=3, sent=1), True),
        ("jo.sample@gmail.com", Conduct(received=3), True),
        ("xq17@there.example", Conduct(received=3), False),
        ("jo.sample@there.example", Conduct(received=30), False),
        ("shift.dl-north@there.example", Conduct(sent=1), False),
        ("no-reply@shop.example", Conduct(received=3, sent=1), False),
        ("hello@letter.example", Conduct(received=10, sent=1, bulk=9), False),
        ("alerts@host.example", Conduct(received=4, automatic=4), False),
        ("circular@house.example", Conduct(received=6, unnamed=6), False),
        ("team@there.example", Conduct(received=4, bulk=4, meetings=1), True),
        ("quiet@there.example", Conduct(sent=2), True),
        ("support@shop.example", Conduct(received=2, sent=2), False),
        ("alumni@alumni.example", Conduct(sent=1), False),
    ],
)
def test_persons_are_told_by_conduct(address: str, conduct: Conduct, expected: bool):
    assert people.is_person(address, conduct) is expected


def test_somebodys_own_name_makes_a_desk_a_person():
    conduct = Conduct(received=2, sent=2)
    assert people.is_person("hello@kiln.example", conduct, "Ada Sample")
    assert not people.is_person("hello@kiln.example", conduct, "Kiln Customer Service")
    assert not people.is_person("ada@kiln.example", conduct, "Kiln Customer Service")


def test_a_colleague_is_told_by_the_house_and_never_by_free_mail():
    owner = frozenset({"me@firm.example", "me@gmail.com"})
    assert colleagues("you@firm.example", owner)
    assert colleagues("you@mail.firm.example", owner)
    assert not colleagues("you@gmail.com", owner)
    assert not colleagues("you@other.example", owner)


def test_a_name_alone_joins_only_within_one_domain():
    groups = {"chris example": ["chris@a.example", "c.example@a.example", "chris@b.example"]}
    merged = people.merge(groups, [])
    assert merged["chris@a.example"] == merged["c.example@a.example"]
    assert merged["chris@b.example"] != merged["chris@a.example"]


def test_a_first_name_joins_nobody():
    assert people.merge({"chris": ["chris@a.example", "other@a.example"]}, []) == {}


def test_evidence_joins_across_domains():
    merged = people.merge({}, [("a@one.example", "a@two.example")])
    assert len(set(merged.values())) == 1


def test_a_copy_to_their_own_other_address_is_evidence():
    event = Event(
        "mail",
        mail(YOU, [ME]).at,
        ("k",),
        Party(YOU, "Ada Sample"),
        (Party(ME),),
        (Party("ada@new.example", "Sample, Ada"), Party(THIRD, "Ada Other")),
    )
    assert people.own_copies(event, OWNER) == []
    same = Event("mail", event.at, ("k",), event.sender, event.to, (Party("ada@new.example", "Ada SAMPLE"),))
    assert people.own_copies(same, OWNER) == [(YOU, "ada@new.example")]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Dr. Zoë O’Sample", "zoe o’sample"),
        ('"Ada" (Sales)', "ada"),
        ("SAMPLE ADA [ext]", "sample ada"),
        ("", ""),
    ],
)
def test_plain_names(name: str, plain: str):
    assert people.plain_name(name) == plain


def test_the_best_name_is_full_then_frequent():
    assert people.best_name({"ada": 9, "Ada Sample": 2, "ada@x.example": 20}) == "Ada Sample"
    assert people.best_name({"ada@x.example": 3}) == ""


def test_the_owner_is_on_most_mail_and_sends_some():
    presence = Counter({"me@x.example": 90, "list@x.example": 95, "you@x.example": 40})
    assert (
        people.propose_owner(presence, Counter({"me@x.example": 30, "you@x.example": 40}), 100)
        == "me@x.example"
    )
    assert people.propose_owner(Counter({"a@x.example": 5}), Counter({"a@x.example": 5}), 100) is None
    assert people.propose_owner(Counter(), Counter(), 0) is None


def test_whoever_asks_and_asks_may_be_a_person_too():
    pushy = Conduct(received=people.STREAM + 2)
    assert not people.is_person("pat.pushy@there.example", pushy, "Pat Pushy")
    assert people.is_person("pat.pushy@there.example", pushy, "Pat Pushy", streams=True)
    assert not people.is_person("shop@there.example", pushy, "The Shop", streams=True)


def test_a_broken_clock_and_a_maybe_are_contact_with_nobody():
    assert flags_of(entry([ME, YOU], 56 * 366)) == {}
    assert YOU in flags_of(entry([YOU, ME], answers={ME: "accepted"}))
    assert flags_of(entry([YOU, ME], answers={ME: "tentative"})) == {}
