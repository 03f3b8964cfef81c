"""CalDAV from the command line, against Radicale: from an address to the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest_e2e import Goodwill
from radicale_server import HOME, PASSWORD, USER, Radicale, radicale, without_tokens
from tls import certificate

HERE = "127.0.0.1"
EVER = "20260105T100000Z"


def entry(uid: str, start: str = EVER, more: str = "", who: str = "bo") -> str:
    return f"""BEGIN:VEVENT
        UID:{uid}
        DTSTAMP:20260101T000000Z
        DTSTART:{start}
        DURATION:PT1H
        SUMMARY:Lunch {uid}
        ORGANIZER:mailto:{USER}
        ATTENDEE;CN=Bo Sample;PARTSTAT=ACCEPTED:mailto:{who}.sample@there.example
        {more or "CLASS:PUBLIC"}
        END:VEVENT
        """


@pytest.fixture
def server() -> Iterator[Radicale]:
    with radicale() as one:
        for number in range(1, 7):
            one.put(f"e{number}", entry(f"e{number}", f"2026010{number}T100000Z"))
        one.put("weekly", entry("weekly", "20260202T100000Z", "RRULE:FREQ=WEEKLY;COUNT=4"))
        yield one


def connect(goodwill: Goodwill, server: Radicale, *words: str, password: str = PASSWORD):
    return goodwill("connect", "caldav", USER, "--server", server.url, *words, stdin=f"{password}\n")


def entries(goodwill: Goodwill) -> list[tuple[str, str]]:
    rows = [json.loads(line) for line in goodwill("export").out.splitlines()]
    return sorted((row["subject"], row["at"]) for row in rows if row.get("kind") == "calendar")


def test_from_the_address_to_the_ledger(home: Path, goodwill: Goodwill, server: Radicale):
    before = server.everything()
    told = connect(goodwill, server)
    assert told.status == 0, told.err
    assert "1 calendar will be read:" in told.err
    assert "7 entries  work" in told.err
    assert PASSWORD not in told.err + told.out
    assert (home / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert "10 new" in goodwill("sync").out
    assert goodwill("sync").out.splitlines()[0] == f"caldav:{USER}: 0 events met, 0 new."
    shown = json.loads(goodwill("show", "bo.sample@there.example", "--json", "--now", "2026-03-01").out)
    assert shown["meetings"] == 10
    assert "up to date" in goodwill("status").out
    assert server.everything() == before
    assert "remove it at your provider" in goodwill("disconnect", f"caldav:{USER}").err
    assert not (home / "secrets.json").exists()


@pytest.mark.parametrize("handicap", ["", "no tokens", "lost token"])
def test_what_is_moved_called_off_or_deleted_leaves_the_ledger(
    goodwill: Goodwill, server: Radicale, handicap: str
):
    if handicap == "no tokens":
        server.handicaps.append(without_tokens)
    connect(goodwill, server)
    goodwill("sync")
    assert len(entries(goodwill)) == 10
    server.delete("e1")
    server.put("e2", entry("e2", "20260112T100000Z"))
    server.put(
        "weekly", entry("weekly", "20260202T100000Z", "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE:20260209T100000Z")
    )
    if handicap == "lost token":
        server.forget_tokens()
    goodwill("sync")
    found = dict(entries(goodwill))
    assert "Lunch e1" not in found
    assert found["Lunch e2"].startswith("2026-01-12")
    assert [at[:10] for subject, at in entries(goodwill) if "weekly" in subject] == [
        "2026-02-02", "2026-02-16", "2026-02-23",
    ]  # fmt: skip
    server.delete("weekly")
    if handicap == "lost token":
        server.forget_tokens()
    goodwill("sync")
    assert len(entries(goodwill)) == 5


def test_only_the_calendars_that_are_chosen_are_read(goodwill: Goodwill, server: Radicale):
    server.add_calendar("family", "The family")
    server.put("party", entry("party"), "family")
    told = connect(goodwill, server, "--calendar", "the family")
    assert "'work'" in told.err
    goodwill("sync")
    assert [subject for subject, _ in entries(goodwill)] == ["Lunch party"]
    told = connect(goodwill, server, "--calendar", "none such")
    assert (told.status, "there is no calendar 'none such'" in told.err) == (2, True)


def test_what_the_owner_gets_wrong_is_one_sentence(goodwill: Goodwill, server: Radicale, tmp_path: Path):
    wrong = {
        ("caldav", "nobody"): "'nobody' is no mail address",
        ("caldav", "you@gmail.com"): "goodwill connect google",
        ("caldav", USER, "--server", "in valid"): "'in valid' is no server",
        ("caldav", USER, "--server", f"https://{HERE}:99999"): "is no server",
        ("caldav", USER, "--server", "bad..example"): "'bad..example' is no server",
        ("caldav", USER, "--server", "https://me:secret@calendar.example.com/"): "is no server",
        ("caldav", USER, "--server", server.url.replace("http:", "https:")): "does not speak TLS",
        ("caldav", USER, "--server", "ftp://calendar.example.com"): "without encryption",
        ("caldav", USER, "--server", "http://calendar.example.com/"): "could read your password",
        ("caldav", USER, "--server", f"https://{HERE}:1"): "cannot be reached",
        (
            "caldav",
            USER,
            "--server",
            server.url,
            "--certificate",
            str(tmp_path / "none.pem"),
        ): "cannot be read",
        ("caldav", USER, "--server", server.url, "--tls", "none"): "--tls means nothing to caldav",
    }
    for words, sentence in wrong.items():
        told = goodwill("connect", *words, stdin=f"{PASSWORD}\n")
        assert (told.status, sentence in told.err) == (2, True), (words, told.err)
        assert told.err.count("\n") <= 2
        assert "secret" not in told.err
    told = connect(goodwill, server, password="wrong")
    assert told.status == 2
    assert "does not let you in" in told.err
    assert connect(goodwill, server, password="").status == 2
    assert "no account is connected yet" in goodwill("sync").err


def test_a_password_that_is_changed_later_needs_the_owner(home: Path, goodwill: Goodwill, server: Radicale):
    connect(goodwill, server)
    (home / "secrets.json").write_text(json.dumps({f"caldav:{USER}": {"password": "old"}}))
    assert goodwill("sync").status == 2
    assert "needs you" in goodwill("status").out
    assert connect(goodwill, server).status == 0
    assert goodwill("sync").status == 0


def test_an_address_may_stand_behind_the_options(goodwill: Goodwill, server: Radicale):
    told = goodwill("connect", "caldav", "--server", server.url, USER, stdin=f"{PASSWORD}\n")
    assert told.status == 0, told.err
    assert "unrecognized" in goodwill("connect", "caldav", USER, "--server", server.url, "more").err


def test_certificates_are_told_apart(goodwill: Goodwill, tmp_path: Path):
    sentences = {30: "nobody whom this system trusts", 0: "has expired"}
    for days, sentence in sentences.items():
        folder = tmp_path / str(days)
        folder.mkdir()
        paths = certificate(folder, days)
        with radicale(paths, calendars=()) as one:
            trust = ("--certificate", str(paths[0])) if not days else ()
            assert sentence in connect(goodwill, one, *trust).err


def test_a_server_with_a_certificate_of_its_own(goodwill: Goodwill, tmp_path: Path):
    paths = certificate(tmp_path)
    with radicale(paths) as one:
        one.put("a", entry("a"))
        told = connect(goodwill, one)
        assert told.status == 2
        assert "--certificate FILE" in told.err
        assert connect(goodwill, one, "--certificate", str(paths[0])).status == 0
        assert "1 new" in goodwill("sync").out


def test_a_calendar_that_is_deleted_is_said(goodwill: Goodwill, server: Radicale):
    connect(goodwill, server)
    goodwill("sync")
    server.request("DELETE", f"{HOME}work/")
    assert "Could not be read: 1" in goodwill("sync").out
    assert "calendar 'work': is not there any more" in goodwill("status").out
    assert len(entries(goodwill)) == 10  # what was read stays
