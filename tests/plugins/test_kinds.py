"""Of which type, size and status: plain examples, and the tables that ship."""

from __future__ import annotations

import pytest
from invented_mails import mail, seen

from goodwill.model import ASK_TYPES, FAVOUR_TYPES
from goodwill_plugins import ask, favour, meeting
from goodwill_plugins.kinds import TABLES, Table, line_features, load
from goodwill_plugins.reading import read


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Would you introduce me to the head of the harbour board?", "introduction"),
        ("Would you write me a reference for the flat?", "endorsement"),
        ("Would you share our open day with your readers?", "promotion"),
        ("Could I pick your brains on moving into teaching? I would value your advice.", "advice"),
        ("Could you lend me 4,000 until the boat is sold?", "money"),
        ("Do you have an opening for a junior cook? I am looking for work.", "job"),
        ("Could we have coffee next week? I would love half an hour of your time.", "time"),
    ],
)
def test_types_of_asks(text: str, kind: str) -> None:
    assert seen(ask, mail(text))[0].type == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Congratulations on the prize, you earned it!", "recognition"),
        ("I left a jar of honey for you at the gate, it is a present.", "gift"),
        ("I recommended you to a client of mine, she needs a new roof and will call you.", "referral"),
    ],
)
def test_types_of_favours(text: str, kind: str) -> None:
    assert seen(favour, mail(text))[0].type == kind


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("I went over your application last night and put my notes in the margin.", "given"),
        ("If you like, I could look over your application before you send it.", "offer"),
    ],
)
def test_given_is_told_from_offered(text: str, status: str) -> None:
    assert seen(favour, mail(text))[0].status == status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Shall we have lunch on Thursday?", "proposed"),
        ("Thursday at one it is, see you at the Anchor.", "agreed"),
        ("It was great seeing you yesterday.", "held"),
        ("I am so sorry, I have to cancel our lunch on Thursday.", "cancelled"),
    ],
)
def test_how_far_a_meeting_is(text: str, status: str) -> None:
    assert seen(meeting, mail(text))[0].status == status


def test_what_is_routine_is_small() -> None:
    (signal,) = seen(ask, mail("Please send me the signed contract by Friday."))
    assert (signal.routine, signal.size) == (True, "small")


def test_the_tables_that_ship_are_whole() -> None:
    assert set(TABLES["ask"]) == set(ASK_TYPES)
    assert set(TABLES["favour"]) == set(FAVOUR_TYPES)
    for table in map(load, TABLES):
        assert len(table.rows) > 500
        assert {len(row) for row in table.rows.values()} == {len(table.answers)} == {len(table.bias)}
        assert all(word.count(" ") <= 1 for word in table.rows)


def test_unknown_words_leave_only_the_bias() -> None:
    table = Table(("yes", "no"), {"known": (10, -10)}, (0.5, -0.5), 0.1)
    assert table.logits(["zzyzx"]) == {"yes": 0.5, "no": -0.5}
    assert table.logits(["known"]) == {"yes": 1.5, "no": -1.5}


def test_the_neighbours_count_as_neighbours() -> None:
    lines = read("We met on Friday. Could you help? Thank you.").lines
    features = line_features(lines[1], lines, ("=help",))
    assert {"could you", "~friday", "~thank", "=help"} <= set(features)
    assert "friday" not in features


@pytest.mark.parametrize(
    "text",
    [
        "Could you introduce me to the buyers you work with?",
        "Would you put in a good word for me with the board?",
        "Could you get me a job at the mill?",
    ],
)
def test_lending_a_name_is_never_small(text: str) -> None:
    assert seen(ask, mail(text))[0].size != "small"
