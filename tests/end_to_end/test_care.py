"""The store is checked, and words that are too old leave its file."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from conftest_e2e import Goodwill
from filelock import FileLock
from letters import ME, many, mbox, message

NOW = "2026-01-01T12:00:00Z"
FRIEND = "Ada Sample <ada@there.example>"
PAGE = 4096


def execute(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(home / "goodwill.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def filled(goodwill: Goodwill, tmp_path: Path) -> Goodwill:
    assert goodwill("import", mbox(tmp_path / "mail", many(120)), "--me", ME, "--now", NOW).status == 0
    return goodwill


def test_a_whole_store_is_said_to_be_whole(filled: Goodwill):
    ran = filled("status", "--check")
    assert (ran.status, len(ran.out.splitlines())) == (0, 1)
    assert "is whole" in ran.out
    told = json.loads(filled("status", "--check", "--json").out)
    assert (told["broken"], told["remedy"]) == (None, None)


@pytest.mark.parametrize(
    ("statement", "told", "remedy"),
    [
        (
            "DELETE FROM addresses WHERE id = (SELECT max(id) FROM addresses)",
            "addresses that are gone",
            "rebuild",
        ),
        ("UPDATE addresses SET person_id = 999999", "persons who are gone", "rebuild"),
        ("INSERT INTO links VALUES (999999, 'a@x.example', 'b@x.example')", "links from mails", "rebuild"),
        (
            "DELETE FROM events WHERE id = (SELECT max(event_id) FROM contacts)",
            "mails or entries that are gone",
            "",
        ),
        ("DELETE FROM keys WHERE event_id < 5", "without the keys", "backup"),
        ("DELETE FROM streams", "items of sources", "backup"),
        ("UPDATE keys SET event_id = 999999 WHERE event_id = 1", "keys of mails", "backup"),
        ("UPDATE signals SET event_id = 999999 WHERE id = 1", "signals of mails", "backup"),
        (
            "UPDATE events SET payload = substr(payload, 9) WHERE id = 3",
            "1 events that cannot be read",
            "backup",
        ),
    ],
)
def test_rows_that_are_missing_are_found_with_the_remedy(
    filled: Goodwill, home: Path, statement: str, told: str, remedy: str
):
    execute(home, statement)
    ran = filled("status", "--check")
    assert (ran.status, ran.out) == (1, "")
    assert told in ran.err
    assert remedy in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    if remedy == "rebuild":
        assert filled("rebuild").status == 0
        assert filled("status", "--check").status == 0


@pytest.mark.parametrize("place", [0.3, 0.5, 0.8])
def test_bytes_that_were_overwritten_are_found(filled: Goodwill, home: Path, place: float):
    path = home / "goodwill.db"
    raw = bytearray(path.read_bytes())
    start = int(len(raw) * place) // PAGE * PAGE
    raw[start : start + PAGE] = b"\x55" * PAGE
    path.write_bytes(raw)
    ran = filled("status", "--check")
    assert ran.status == 1
    assert "the file is damaged" in ran.err
    assert "backup" in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_a_file_that_was_cut_short_is_found(filled: Goodwill, home: Path):
    path = home / "goodwill.db"
    path.write_bytes(path.read_bytes()[: 20 * PAGE])
    ran = filled("status", "--check")
    assert ran.status == 1
    assert "backup" in ran.err


def test_a_store_without_its_tables_is_not_whole(filled: Goodwill, home: Path):
    execute(home, "DROP TABLE accounts")
    ran = filled("status", "--check")
    assert (ran.status, "tables are missing: accounts" in ran.err) == (1, True)
    for one in home.glob("goodwill.db*"):
        one.write_bytes(b"")
    for _ in range(2):  # to look at it must not make a new one
        ran = filled("status", "--check")
        assert (ran.status, "the file is empty" in ran.err) == (1, True)
    (home / "goodwill.db").write_bytes(b"no database at all" * 100)
    assert filled("status", "--check").status == 1


def test_what_cannot_be_looked_at_is_not_called_damaged(filled: Goodwill, home: Path):
    (home / "goodwill.db").rename(home / "away.db")
    (home / "goodwill.db").mkdir()
    ran = filled("status", "--check")
    assert (ran.status, "it cannot be looked at" in ran.err) == (2, True)
    assert "damaged" not in ran.err


def test_while_another_changes_the_tables_it_could_not_be_checked(filled: Goodwill, home: Path):
    execute(home, "UPDATE alembic_version SET version_num = '0005'")
    with FileLock(home / "goodwill.lock"):
        ran = filled("status", "--check")
    assert (ran.status, "another goodwill is writing" in ran.err) == (2, True)


def letters() -> list[bytes]:
    old = "I fixed the page for you, no charge. The okapi sleeps."
    reply = "Thank you so much!\n\nOn Monday you wrote:\n> The quagga was there.\n"
    new = "I fixed the page for you again. The narwhal sings."
    return [
        message(ME, FRIEND, "old", old, 0, "a"),
        message(FRIEND, ME, "Re: old", reply, 10, "b"),
        message(ME, FRIEND, "new", new, 300, "c"),
    ]


def configure(home: Path, months: object) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(f'[store]\nkeep_text = "full"\ntext_months = {months}\n')


def words(home: Path) -> set[str]:
    raw = b"".join(path.read_bytes() for path in home.glob("goodwill.db*"))
    return {word for word in ("okapi", "quagga", "narwhal") if word.encode() in raw}


def capital(goodwill: Goodwill) -> float:
    return json.loads(goodwill("show", "ada@there.example", "--json", "--now", NOW).out)["capital"]


def test_old_words_leave_the_file_and_no_number_changes(goodwill: Goodwill, home: Path, tmp_path: Path):
    configure(home, 0)
    goodwill("import", mbox(tmp_path / "mail", letters()), "--me", ME, "--now", NOW)
    assert words(home) == {"okapi", "quagga", "narwhal"}
    before = capital(goodwill)
    assert before > 1
    configure(home, 6)
    none = mbox(tmp_path / "none", [message(FRIEND, ME, "x", "Hi.", 301, "x")])
    assert goodwill("import", none, "--now", NOW).status == 0
    assert words(home) == {"narwhal"}
    assert capital(goodwill) == pytest.approx(before, abs=1e-9)
    goodwill("rebuild", "--now", NOW)
    assert capital(goodwill) == pytest.approx(before, abs=1e-9)


def test_words_that_are_too_old_never_enter(goodwill: Goodwill, home: Path, tmp_path: Path):
    configure(home, 6)
    goodwill("import", mbox(tmp_path / "mail", letters()), "--me", ME, "--now", NOW)
    assert words(home) == {"narwhal"}


@pytest.mark.parametrize("months", ["-1", "1.5", "'six'", "true", "5000"])
def test_wrong_months_are_named(goodwill: Goodwill, home: Path, months: str):
    configure(home, months)
    ran = goodwill("status")
    assert (ran.status, "line 3" in ran.err, "store.text_months" in ran.err) == (2, True, True)
