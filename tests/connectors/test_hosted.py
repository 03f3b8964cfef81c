"""Mail and calendars behind one password, against Dovecot and Radicale side by side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dovecot import PASSWORD, USER, Dovecot, dovecot
from radicale_server import Radicale, radicale
from reader import Reader

from goodwill.errors import InputError, SignInError
from goodwill.plugin import Desk, load_named
from goodwill_connectors import caldav, imap_line
from goodwill_connectors.hosted import FASTMAIL, ICLOUD, Hosted

LETTER = (
    b"From: bo.sample@there.example\r\nTo: me@home.example\r\nSubject: a letter\r\n"
    b"Date: Mon, 5 Jan 2026 10:00:00 +0000\r\nMessage-ID: <1@there.example>\r\n\r\nHello.\r\n"
)
LUNCH = """BEGIN:VEVENT
    UID:lunch
    DTSTAMP:20260101T000000Z
    DTSTART:20260105T100000Z
    SUMMARY:a lunch
    ATTENDEE:mailto:bo.sample@there.example
    END:VEVENT"""


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Dovecot, Radicale]]:
    with dovecot() as mail, radicale() as calendars:
        mail.add(LETTER)
        calendars.put("lunch", LUNCH)
        yield mail, calendars


@pytest.fixture
def host(servers: tuple[Dovecot, Radicale]) -> Hosted:
    mail, calendars = servers
    where = imap_line.Server("127.0.0.1", mail.port, "none")
    return Hosted("hosted", where, caldav.Server(f"{calendars.url}/"))


class Asked:
    """A desk whose owner answers with a password, and what was said to them."""

    def __init__(self, home: Path, password: str = PASSWORD) -> None:
        self.said: list[str] = []
        now = datetime(2026, 11, 23, tzinfo=UTC)
        self.desk = Desk(home, now, lambda name: {}, self.said.append, lambda text, secret: password)


def subjects(host: Hosted, account: Any, asked: Asked) -> list[str]:
    reader = Reader()
    return sorted(
        subject for _, source in host.sources(account, asked.desk) for subject in reader.read(source)
    )


def test_one_password_opens_both(host: Hosted, tmp_path: Path):
    asked = Asked(tmp_path)
    account = host.connect(asked.desk, {"address": USER})
    assert account.name == f"hosted:{USER}"
    assert any("1 mails in" in line for line in asked.said)
    assert any("1 entries  work" in line for line in asked.said)
    assert PASSWORD not in str(account) + str(asked.said)
    assert subjects(host, account, asked) == ["a letter", "a lunch"]
    assert "Its password is deleted" in host.disconnect(account, asked.desk)
    with pytest.raises(SignInError, match="goodwill connect hosted"):
        host.sources(account, asked.desk)


@pytest.mark.parametrize(("only", "found"), [("mail", ["a letter"]), ("calendar", ["a lunch"])])
def test_one_of_them_alone(host: Hosted, tmp_path: Path, only: str, found: list[str]):
    asked = Asked(tmp_path)
    account = host.connect(asked.desk, {"address": USER, "only": only})
    assert subjects(host, account, asked) == found


def test_a_wrong_password_keeps_nothing(host: Hosted, tmp_path: Path):
    for only in ("mail", "calendar"):
        with pytest.raises(SignInError):
            host.connect(Asked(tmp_path, "wrong").desk, {"address": USER, "only": only})
    assert not list(tmp_path.iterdir())


def test_wishes_that_contradict_each_other(host: Hosted, tmp_path: Path):
    with pytest.raises(InputError, match="--only mail reads none"):
        host.connect(Asked(tmp_path).desk, {"address": USER, "only": "mail", "calendar": ["work"]})


def test_both_providers_are_known_by_name():
    assert load_named("providers", "icloud") is ICLOUD
    assert load_named("providers", "fastmail") is FASTMAIL
    assert (ICLOUD.mail.host, ICLOUD.calendars.url) == ("imap.mail.me.com", "https://caldav.icloud.com/")
    assert (FASTMAIL.mail.host, FASTMAIL.mail.tls) == ("imap.fastmail.com", "implicit")
