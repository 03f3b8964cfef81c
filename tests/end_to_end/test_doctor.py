"""``goodwill doctor`` tells everything but who."""

from __future__ import annotations

import json
from pathlib import Path

from conftest_e2e import Goodwill
from gmail import ME, refusal, serve
from gmail_account import answers, connect, mailbox


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
    ran = goodwill("doctor")
    assert (ran.status, "Store: " in ran.out) == (0, True)
