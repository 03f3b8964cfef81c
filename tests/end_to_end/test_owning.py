"""The owner's last word, from the command line to the verdict."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest_e2e import Goodwill
from letters import ME, mbox, message

NOW = "2026-01-01T12:00:00Z"
ADA, WORK = "Ada Sample <ada@there.example>", "Ada Sample <ada@work.example>"
ASK = "Could you introduce me to your editor, and recommend us to her? A few sentences would do."


@pytest.fixture
def known(goodwill: Goodwill, tmp_path: Path) -> Goodwill:
    letters = [
        message(ADA, ME, "hello", "We met at the fair. Here is my card.", 20, "a"),
        message(ME, WORK, "hello", "It was good to meet you at the fair.", 10, "b"),
    ]
    assert goodwill("import", mbox(tmp_path / "mail", letters), "--me", ME).status == 0
    return goodwill


def page(known: Goodwill, who: str = "ada@there.example") -> dict:
    return json.loads(known("show", who, "--json", "--now", NOW).out)


def check(known: Goodwill, to: str = "ada@there.example") -> int:
    return known("check", "-", "--now", NOW, stdin=message(ME, to, "a thing", ASK)).status


def say(known: Goodwill, *words: str) -> str:
    ran = known(*words, "--now", "2025-12-31")
    assert (ran.status, ran.out) == (0, ""), ran.err
    return ran.err


def test_a_point_is_confirmed_and_taken_back(known: Goodwill):
    assert "point 7" in say(known, "confirm", "ada@there.example", "7")
    assert page(known)["points"][6]["answer"] == "yes"
    say(known, "confirm", "ada@there.example", "7", "unknown")
    assert page(known)["points"][6]["answer"] == "unknown"


def test_the_date_is_corrected(known: Goodwill):
    say(known, "confirm", "ada@there.example", "2", "--since", "2015-06-01")
    assert page(known)["first"].startswith("2015-06-01")
    assert page(known)["points"][1]["answer"] == "yes"


def test_notes_are_kept_numbered_and_taken_back(known: Goodwill):
    for text in ("rye bread", "a bread course", "a book on rye"):
        say(known, "note", "ada@there.example", *text.split(), "--about", "product")
    assert page(known)["points"][2]["answer"] == "yes"
    shown = known("show", "ada@there.example", "--now", NOW).out
    assert "2. 31 December 2025: product: a bread course" in shown
    say(known, "note", "ada@there.example", "--remove", "2")
    assert [note["text"] for note in page(known)["said"]["notes"]] == ["rye bread", "a book on rye"]


@pytest.mark.parametrize(
    "words",
    [
        ("close", "ada@there.example"),
        ("mute", "ada@there.example"),
        ("mute", "@there.example"),
    ],
)
def test_who_is_close_or_muted_is_not_warned_of_until_it_is_undone(known: Goodwill, words: tuple[str, str]):
    assert check(known) == 1
    say(known, *words)
    assert check(known) == 0
    say(known, *words, "--undo")
    assert check(known) == 1


def test_one_type_of_ask_is_fine(known: Goodwill):
    say(known, "fine", "ada@there.example", "introduction")
    assert check(known) == 0


def test_somebody_of_whom_no_mail_tells_can_be_close(known: Goodwill):
    say(known, "close", "old@friend.example")
    assert check(known, "old@friend.example") == 0


def test_two_addresses_are_merged_and_split_and_new_mail_changes_nothing(known: Goodwill, tmp_path: Path):
    assert page(known)["addresses"] == ["ada@there.example"]
    assert "One person" in say(known, "merge", "ada@there.example", "ada@work.example")
    assert page(known)["addresses"] == ["ada@there.example", "ada@work.example"]
    assert (page(known)["written"], page(known)["heard"]) == (1, 1)
    say(known, "split", "ada@there.example", "ada@work.example")
    assert page(known)["addresses"] == ["ada@there.example"]
    copy = message(ADA, WORK, "for myself", "a note to my other address", 5, "c")
    to_me = copy.replace(b"\nTo: ", b"\nCc: " + ME.encode() + b"\nTo: ")
    assert known("import", mbox(tmp_path / "more", [to_me])).status == 0
    assert page(known)["addresses"] == ["ada@there.example"]
    assert known("rebuild").status == 0
    assert page(known)["addresses"] == ["ada@there.example"]


def test_a_guided_round_asks_only_what_is_unknown(known: Goodwill):
    ran = known("show", "ada@there.example", "--ask", "--json", "--now", NOW, stdin="y\nmaybe\nn\n\nq\n")
    told = {point["number"]: point["answer"] for point in json.loads(ran.out)["points"]}
    assert list(told.values()).count("yes") == 1
    assert "1 You trust them" in ran.err
    assert (told[1], told[2]) == ("yes", "no")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("confirm", "ada@there.example", "14"), "there is no point 14"),
        (("confirm", "ada@there.example", "3", "--since", "2015-06-01"), "--since belongs to point 2"),
        (("confirm", "ada@there.example", "2", "--since", "soon"), "'soon' is no date"),
        (("confirm", "ada@there.example", "2", "--since", "2999-01-01"), "cannot be"),
        (("confirm", "nobody here", "3"), "nobody in the book is called"),
        (("show", " "), "the name is empty"),
        (("confirm", ME, "3"), "is your own address"),
        (("note", "ada@there.example"), "the note has no words"),
        (("note", "ada@there.example", "--remove", "4"), "has 0 notes"),
        (("fine", "ada@there.example", "kittens"), "'kittens' is no type of ask"),
        (("mute", "@nowhere"), "is no domain"),
        (("merge", "ada@there.example", "ada@there.example"), "are one person already"),
        (("split", "ada@there.example", "ada@there.example"), "only address"),
        (("split", "ada@there.example", "x@y.example"), "is none of"),
    ],
)
def test_what_cannot_be_said_is_refused_in_one_sentence(known: Goodwill, words: tuple[str, ...], told: str):
    ran = known(*words)
    assert ran.status == 2
    assert told in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_a_part_of_a_name_that_fits_two_asks_for_the_address(known: Goodwill):
    ran = known("close", "ada")
    assert ran.status == 2
    assert "Name the address" in ran.err


def warn(known: Goodwill, day: str, to: str = "new@far.example") -> str:
    return known("check", "-", "--now", day, stdin=message(ME, to, "a thing", ASK)).out


def outcomes(known: Goodwill) -> list[str | None]:
    lines = known("review", "--json", "--now", NOW).out.splitlines()
    return [json.loads(line)["outcome"] for line in lines]


def test_warnings_are_kept_without_words_and_reviewed(known: Goodwill, home: Path):
    assert "goodwill review 1" in warn(known, "2025-11-01")
    warn(known, "2025-11-01")  # again on the same day: the same warning
    assert outcomes(known) == ["kept"]
    shown = known("review", "--now", NOW).out
    assert "new@far.example" in shown
    assert "you kept it back" in shown
    stored = b"".join(path.read_bytes() for path in home.glob("goodwill.db*"))
    assert b"recommend us to her" not in stored


def test_what_was_no_ask_is_known_again(known: Goodwill):
    warn(known, "2025-12-30")
    assert known("review", "1", "not-an-ask", "--now", "2025-12-31").status == 0
    assert warn(known, NOW).startswith("CLEAR")
    assert warn(known, NOW, "other@far.example").startswith("CLEAR")


def test_close_and_fine_through_a_warning(known: Goodwill):
    warn(known, "2025-12-29", "a@far.example")
    warn(known, "2025-12-29", "b@far.example")
    known("review", "1", "close", "--now", "2025-12-30")
    known("review", "2", "fine", "--now", "2025-12-30")
    assert warn(known, NOW, "a@far.example").startswith("CLEAR")
    assert warn(known, NOW, "b@far.example").startswith("CLEAR")
    assert outcomes(known) == ["close", "fine"]


def test_an_ask_that_was_sent_all_the_same_is_found_in_the_mail(known: Goodwill, tmp_path: Path):
    warn(known, "2025-11-01")
    letters = [
        message(ME, "new@far.example", "a thing", ASK, 305, "s"),
        message("New Far <new@far.example>", ME, "Re: a thing", "Gladly, I will ask her.", 307, "t"),
    ]
    assert known("import", mbox(tmp_path / "later", letters), "--now", NOW).status == 0
    assert outcomes(known) in (["answered"], ["granted"])


def test_needless_warnings_raise_the_threshold_until_it_is_reset(known: Goodwill):
    for number in range(1, 7):
        warn(known, "2025-12-01", f"p{number}@far.example")
        known("review", str(number), "fine", "--now", "2025-12-02")
    assert "0.80 now instead of 0.50" in known("review", "--now", NOW).out
    assert known("review", "--reset").status == 0
    assert "now instead of" not in known("review", "--now", NOW).out


@pytest.mark.parametrize("words", [("review", "9", "close"), ("review", "9"), ("review", "0", "close")])
def test_a_warning_that_is_not_there_is_said_so(known: Goodwill, words: tuple[str, ...]):
    ran = known(*words)
    assert ran.status == 2
    assert ran.err.strip()


def test_a_corrected_answer_takes_the_first_one_back(known: Goodwill):
    for answer in ("close", "fine", "not-an-ask"):
        warn(known, "2025-12-29", f"{answer}@far.example")
        number = str(len(outcomes(known)))
        known("review", number, answer, "--now", "2025-12-30")
        known("review", number, "kept", "--now", "2025-12-31")
        assert warn(known, NOW, f"{answer}@far.example").startswith("PREMATURE")


@pytest.mark.parametrize(
    "words",
    [
        ("confirm", "ada@there.example", "2", "no", "--since", "2020-01-01"),
        ("review", "1", "close", "--reset"),
    ],
)
def test_what_contradicts_itself_is_refused(known: Goodwill, words: tuple[str, ...]):
    assert known(*words).status == 2


def test_an_address_that_is_not_mine_is_taken_back(known: Goodwill):
    assert known("import", "--me", "ada@there.example").status == 0
    assert known("me").out.split() == ["ada@there.example", ME]
    assert known("show", "ada@there.example").status == 2
    taken = known("me", "--remove", "Ada@there.example")
    assert (taken.status, taken.out.split()) == (0, [ME])
    assert page(known)["person"] == "Ada Sample"
    assert "none of your addresses" in known("me", "--remove", "x@y.example").err
    only = known("me", "--remove", ME)
    assert (only.status, "only address" in only.err) == (2, True)
    assert json.loads(known("me", "--json").out) == {"me": [ME]}


def test_a_word_about_one_address_stays_with_it(known: Goodwill):
    assert known("merge", "ada@there.example", "ada@work.example").status == 0
    say(known, "mute", "ada@work.example")
    assert known("split", "ada@there.example", "ada@work.example").status == 0
    assert check(known, "ada@there.example") == 1
    assert check(known, "ada@work.example") == 0


def test_a_merged_person_is_no_company_to_themselves(known: Goodwill, tmp_path: Path):
    both = "ada@there.example, ada@work.example"
    assert (
        known("import", mbox(tmp_path / "more", [message(ME, both, "hi", "How are you?", 3, "z")])).status
        == 0
    )
    known("merge", "ada@there.example", "ada@work.example")
    assert page(known)["capital"] > 0.1


def test_a_draft_to_oneself_asks_nobody(known: Goodwill):
    assert check(known, ME) == 0


def test_a_note_needs_words(known: Goodwill):
    assert known("note", "ada@there.example", "first").status == 0
    assert known("note", "ada@there.example", "--", "-1").status == 2
    assert known("confirm", "ada@there.example", "2", "unknown", "--since", "2010-05-01").status == 2
