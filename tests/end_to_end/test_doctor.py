"""``goodwill doctor`` tells everything but who."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from conftest_e2e import Goodwill
from gmail import ME, refusal, serve
from gmail_account import answers, connect, mailbox

from goodwill import sieve


def test_it_names_nobody_and_no_secret(home: Path, goodwill: Goodwill):
    box = mailbox(3)
    with serve(answers(box)) as url:
        connect(home, url, 60_000)
        assert goodwill("sync").status == 0
        box.failures = [("any", refusal(403, "domainPolicy", f"Mail of {ME} is not enabled"))] * 9
        assert goodwill("sync").status == 2
    (home / "goodwill.log").write_text(json.dumps({"what": f"somebody wrote {ME}"}) + "\n")
    with (home / "config.toml").open("a") as config:
        config.write(f'client = "/secret/place.json"\n[google."{ME}"]\nauth = "https://hidden.example"\n')
    ran = goodwill("doctor")
    assert ran.status == 0
    for word in (
        ME,
        "kim0.sample",
        "Kim",
        "/secret/place",
        "hidden.example",
        "refresh_token",
        str(Path.home()),
    ):
        assert word not in ran.out or word == "/root", word
    assert "cannot be told" not in ran.out
    for told in (
        "Goodwill: ",
        "Python: ",
        "SQLite",
        "needs you",
        "3 mail",
        "Plugin detectors: ask",
        "google:",
    ):
        assert told in ran.out, told
    assert all(json.loads(line) for line in goodwill("doctor", "--json").out.splitlines())


def test_it_answers_where_nothing_works(home: Path, goodwill: Goodwill):
    assert goodwill("doctor").status == 0
    home.mkdir()
    (home / "goodwill.db").write_bytes(b"no database at all" * 100)
    (home / "backups").write_text("no folder")
    (home / "goodwill.log").mkdir()
    (home / "config.toml").write_text('[log]\nlevel = "Ada Lovelace"\n')
    ran = goodwill("doctor")
    assert (ran.status, ran.err) == (0, "")
    for told in (
        "Configuration: cannot be used: … line 2: … must be one of",
        "Store: … file is not a database. If the file is damaged",
        "0 backups, but their place is no folder",
        "Log: cannot be told: IsADirectoryError",
        "Plugin detectors: ask",
    ):
        assert told in ran.out, told
    assert "Ada" not in ran.out


def test_an_old_store_that_cannot_be_copied_is_told(home: Path, goodwill: Goodwill):
    home.mkdir()
    with closing(sqlite3.connect(home / "goodwill.db")) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('0004')")
    (home / "backups").write_text("no folder")
    ran = goodwill("doctor")
    assert (ran.status, ran.err) == (0, "")
    assert "Store: " in ran.out
    assert "Plugin detectors: ask" in ran.out


def test_titles_and_names_of_files_are_not_shown(home: Path, goodwill: Goodwill, tmp_path: Path):
    folder = tmp_path / "Ada Lovelace mail"
    folder.mkdir()
    (folder / "Ada Lovelace secret diary.eml").write_bytes(b"\xff\xfe\x00" * 200)
    (folder / "Ada Lovelace.ics").write_text(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Dinner with Ada Lovelace\nDTSTART:rubbish Ada Lovelace\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )
    (folder / "x.eml").write_bytes(
        b"From: Ada Lovelace <ada@x.example>\nTo: me@home.example\nDate: nonsense Ada\n\nhi"
    )
    (folder / "Ada.zip").write_bytes(b"PK\x03\x04broken")
    goodwill("import", folder, "--me", ME)
    assert "Dinner with Ada" in goodwill("status").out
    out = goodwill("doctor").out
    for word in ("Ada", "Lovelace", "Dinner", "rubbish", "diary"):
        assert word not in out, word
    assert re.search(r"Problem: (entry|\.ics) [0-9a-f]{6}: has no start that can be read", out)


def test_a_providers_words_are_not_shown(home: Path, goodwill: Goodwill):
    box = mailbox(1)
    with serve(answers(box)) as url:
        connect(home, url, 60_000)
        box.failures = [("any", refusal(403, "forbidden", "Ada Lovelace of Print Fair may not"))] * 9
        assert goodwill("sync").status == 2
    assert "Ada Lovelace" in goodwill("status").out
    out = goodwill("doctor").out
    assert "Gmail refuses (403): …" in out
    for word in ("Ada", "Lovelace", "Print", "Fair"):
        assert word not in out, word


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("entry 'Dinner with Ada' at line 3 cannot be read", "entry … at line 3 cannot be read"),
        (
            "Gmail cannot be read now: no connection to x.example",
            "Gmail cannot be read now: no connection to …",
        ),
        (
            "Microsoft refuses the sign-in: AADSTS700016: Ada is out",
            "Microsoft refuses the sign-in: … AADSTS700016",
        ),
        ("call 555 123 456", "…"),
        ("line 555 123 456", "line 555 …"),
        ('“of the” <of> "the" Will May it 4111111111111111', "… it …"),
        ("verdict 00a1b2c3d4e5f607: premature", "verdict 00a1b2c3d4e5f607: premature"),
        ("", ""),
    ],
)
def test_only_words_on_the_list_are_let_through(text: str, shown: str):
    assert sieve.words(text) == shown


def test_a_traceback_shows_where_and_not_what(home: Path, goodwill: Goodwill):
    home.mkdir()
    error = (
        'Traceback (most recent call last):\n  File "/home/ada/x/goodwill/book.py", line 12, in take\n'
        "    raise ValueError(ada)\n"
        '  File "/home/ada/lovelace.py", line 3, in hello\nValueError: Ada Lovelace'
    )
    told = {"at": "2026-01-01T00:00:00+00:00", "level": "ERROR", "from": "goodwill.ada lovelace"}
    (home / "goodwill.log").write_text(json.dumps(told | {"what": "unexpected", "error": error}) + "\nAda\n")
    out = goodwill("doctor").out
    assert "Log: 2026-01-01T00:00:00+00:00 ERROR … unexpected book.py:12 take …:3 hello ValueError" in out
    assert "Log: …\n" in out
    assert "ovelace" not in out
