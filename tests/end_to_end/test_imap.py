"""``goodwill connect imap`` and what follows from it, with Debian's Dovecot on this machine."""

from __future__ import annotations

import gzip
import json
import mailbox
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from background import running, until
from conftest_e2e import Goodwill, runner
from dovecot import PASSWORD, USER, Dovecot, dovecot
from imap_box import on_disk
from tls import certificate

HERE = "127.0.0.1"
TICK = 18
"""Seconds within which `goodwill run` has looked once more who is to be listened to."""


def letter(number: int, sender: str, to: str, text: str) -> bytes:
    head = (
        f"From: {sender}\r\nTo: {to}\r\nSubject: letter {number}\r\nMessage-ID: <{number}@there.example>\r\n"
    )
    return f"{head}Date: Mon, {1 + number} Jan 2026 10:00:00 +0000\r\n\r\n{text}\r\n".encode()


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as one:
        for number in range(6):
            one.add(letter(number, "Bo Sample <bo.sample@there.example>", USER, "Thank you for the boat!"))
            one.add(
                letter(number + 10, USER, "bo.sample@there.example", "Here is the map you wanted."), "Sent"
            )
        yield one


def connect(goodwill: Goodwill, server: Dovecot, *words: str, password: str = PASSWORD):
    where = (USER, "--server", f"{HERE}:{server.port}", "--tls", "none")
    return goodwill("connect", "imap", *where, *words, stdin=f"{password}\n")


def test_from_the_address_to_the_ledger(home: Path, goodwill: Goodwill, server: Dovecot):
    before = server.everything()
    told = connect(goodwill, server)
    assert told.status == 0, told.err
    assert "me@home.example: 12 mails in 2 folders will be read:" in told.err
    assert "no mail is marked as read" in told.err
    assert PASSWORD not in told.err + told.out
    assert (home / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert goodwill("sync").out.splitlines()[0] == f"imap:{USER}: 12 events met, 12 new."
    assert goodwill("sync").out.splitlines()[0] == f"imap:{USER}: 0 events met, 0 new."
    shown = json.loads(goodwill("show", "bo.sample@there.example", "--json").out)
    assert (shown["written"], shown["heard"]) == (6, 6)
    assert "up to date" in goodwill("status").out
    assert server.everything() == before
    assert "remove it at your provider" in goodwill("disconnect", f"imap:{USER}").err
    assert not (home / "secrets.json").exists()


def test_what_the_owner_gets_wrong_is_one_sentence(goodwill: Goodwill, server: Dovecot, tmp_path: Path):
    wrong = {
        ("imap", "nobody"): "'nobody' is no mail address",
        ("imap", USER, "--server", "in valid"): "'in valid' is no server",
        ("imap", USER, "--server", f"{HERE}:99999"): "is no server",
        ("imap", USER, "--server", "mail.example.com", "--tls", "none"): "could read your password",
        ("imap", USER, "--server", HERE, "--certificate", str(tmp_path / "none.pem")): "cannot be read",
        ("imap", USER, "--server", "bad..example"): "'bad..example' is no server",
        ("imap", USER, "--server", f"{HERE}:1"): "nobody listens there",
        ("imap", USER, "--tenant", "x"): "--tenant means nothing to imap",
        ("google", USER): f"'{USER}' means nothing to google",
    }
    for words, sentence in wrong.items():
        told = goodwill("connect", *words, stdin=f"{PASSWORD}\n")
        assert (told.status, sentence in told.err) == (2, True), (words, told.err)
        assert told.err.count("\n") <= 2
    told = connect(goodwill, server, password="wrong")
    assert told.status == 2
    assert "does not let me@home.example in" in told.err
    assert "app password" in told.err
    assert "no account is connected yet" in goodwill("sync").err


def test_a_password_that_is_changed_later_needs_the_owner(home: Path, goodwill: Goodwill, server: Dovecot):
    connect(goodwill, server)
    (home / "secrets.json").write_text(json.dumps({f"imap:{USER}": {"password": "old"}}))
    told = goodwill("sync")
    assert told.status == 2
    assert "does not let me@home.example in" in told.err
    assert "needs you" in goodwill("status").out
    assert connect(goodwill, server).status == 0
    assert goodwill("sync").status == 0


def test_a_server_with_a_certificate_of_its_own(goodwill: Goodwill, tmp_path: Path):
    paths = certificate(tmp_path)
    with dovecot(certificate=paths) as one:
        one.add(letter(1, "bo.sample@there.example", USER, "Hello."))
        where = ("connect", "imap", USER, "--server", f"localhost:{one.secure}", "--tls", "implicit")
        told = goodwill(*where, stdin=f"{PASSWORD}\n")
        assert told.status == 2
        assert "--certificate FILE" in told.err
        assert goodwill(*where, "--certificate", paths[0], stdin=f"{PASSWORD}\n").status == 0
        assert "1 new" in goodwill("sync").out
        key = goodwill(*where, "--certificate", paths[1], stdin=f"{PASSWORD}\n")
        assert "holds a private key" in key.err


def test_a_real_mailbox_gives_the_same_events_as_its_file(tmp_path: Path, shared: Path):
    packed = next(iter(sorted((shared / "data").glob("*.mbox.gz"))))
    box = tmp_path / "all.mbox"
    box.write_bytes(gzip.decompress(packed.read_bytes()))
    with closing(mailbox.mbox(box)) as read, dovecot() as one:
        mails = on_disk(one, (bytes(mail).replace(b"\n>From ", b"\nFrom ") for mail in read))
        by_imap, by_file = runner(tmp_path / "imap"), runner(tmp_path / "file")
        connect(by_imap, one)
        by_imap("sync", timeout=300)
        by_file("import", box, "--me", USER, timeout=300)
        assert events(by_imap) == events(by_file)
        assert len(events(by_imap)) > mails / 2  # many lie there twice


def events(goodwill: Goodwill) -> list[dict[str, object]]:
    rows = [json.loads(line) for line in goodwill("export").out.splitlines()]
    kept = [row for row in rows if row.get("kind") in ("mail", "calendar")]
    return sorted(
        ({k: v for k, v in row.items() if k != "id"} for row in kept), key=lambda row: json.dumps(row)
    )


def test_new_mail_is_heard_as_it_comes_in(
    home: Path, goodwill: Goodwill, server: Dovecot, figure: Callable[[str], None]
):
    connect(goodwill, server)
    (home / "config.toml").write_text("[run]\nminutes = 600\n[door]\nopen = false\n")
    took = []
    with running(home):
        until(lambda: "up to date" in goodwill("status").out)
        time.sleep(TICK)
        for number in range(40, 43):
            time.sleep(1)  # what is not heard is read ten hours later
            mails = stored(home)
            server.add(letter(number, "bo.sample@there.example", USER, "The boat is in."))
            begun = time.monotonic()
            until(lambda mails=mails: stored(home) == mails + 1, 20)
            took.append(time.monotonic() - begun)
    figure("new mail was stored after " + ", ".join(f"{seconds:.2f}" for seconds in took) + " s")
    assert min(took) < 2


def stored(home: Path) -> int:
    with closing(sqlite3.connect(home / "goodwill.db")) as store:
        return int(store.execute("select count(*) from events").fetchone()[0])
