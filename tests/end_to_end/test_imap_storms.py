"""The whole program on an IMAP account that is cut, numbered anew, and left as it was."""

from __future__ import annotations

import json
from pathlib import Path

from background import running, until
from between import between
from conftest_e2e import Goodwill, runner
from dovecot import PASSWORD, USER, Dovecot, dovecot
from imap_box import fill, letter


def connect(goodwill: Goodwill, port: int) -> None:
    where = (USER, "--server", f"127.0.0.1:{port}", "--tls", "none")
    told = goodwill("connect", "imap", *where, stdin=f"{PASSWORD}\n")
    assert told.status == 0, told.err


def events(goodwill: Goodwill) -> list[str]:
    rows = [json.loads(line) for line in goodwill("export").out.splitlines()]
    kept = [row for row in rows if row.get("kind") in ("mail", "calendar")]
    return sorted(json.dumps({k: v for k, v in row.items() if k != "id"}, sort_keys=True) for row in kept)


def numbered_anew(server: Dovecot) -> None:
    """The same mails with another UIDVALIDITY, as after a server was restored."""
    server.stop()
    for left in (server.folder / "home").rglob("dovecot*"):
        left.unlink()
    server.start()


def nameless(number: int) -> bytes:
    return b"".join(line for line in letter(number).splitlines(keepends=True) if b"Message-ID" not in line)


def test_no_mail_counts_twice_in_a_folder_that_is_numbered_anew(goodwill: Goodwill):
    with dovecot() as server:
        fill(server, 5)
        for number in range(5, 9):
            server.add(nameless(number))
        connect(goodwill, server.port)
        assert goodwill("sync").out.splitlines()[0].endswith("9 events met, 9 new.")
        before, old = events(goodwill), server.everything()
        numbered_anew(server)
        assert server.everything()["INBOX"][0] != old["INBOX"][0]  # type: ignore[index]
        assert goodwill("sync").out.splitlines()[0].endswith("9 events met, 0 new.")
        assert events(goodwill) == before


def test_a_program_whose_line_is_cut_comes_to_the_same_as_one_that_is_let_alone(tmp_path: Path):
    with dovecot() as server:
        fill(server, 370)
        fill(server, 30, "Work", 500)
        files = server.files()
        calm, stormy = runner(tmp_path / "calm"), runner(tmp_path / "stormy")
        with between(server.port) as way:
            connect(stormy, way.port)
            connect(calm, server.port)
            calm("sync")
            way.least, way.often = 20_000, 40_000
            until(lambda: "up to date" in said(stormy), 300)
            assert way.cuts > 2
        assert events(stormy) == events(calm)
        assert len(events(calm)) == 400
        assert server.files() == files


def said(goodwill: Goodwill) -> str:
    goodwill("sync")
    return goodwill("status").out


def test_from_the_first_to_the_last_nothing_on_the_server_changes(home: Path, goodwill: Goodwill):
    asked: list[bytes] = []

    def asks(told: bytes) -> bytes:
        asked.append(told)
        return told

    with dovecot() as server, between(server.port, asks=asks) as way:
        fill(server, 20)
        fill(server, 3, "Work", 500)
        before, files = server.everything(), server.files()
        connect(goodwill, way.port)
        goodwill("sync")
        (home / "config.toml").write_text("[run]\nminutes = 600\n[door]\nopen = false\n")
        with running(home):
            until(lambda: any(b"IDLE" in one for one in asked))
        goodwill("disconnect", f"imap:{USER}")
        assert server.everything() == before
        assert len(files) == 23
        assert server.files() == files
