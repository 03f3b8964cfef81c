"""The digest on its way: by which ways it goes, what stops it, and that no crash sends it twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest_e2e import environment
from post_office import PASSWORD, PostOffice, post_office

from goodwill import delivering
from goodwill.app import App
from goodwill.config import Config
from goodwill.digest import Advice
from goodwill.errors import InputError, Uncertain, Unsent
from goodwill.links import Links
from goodwill.model import Evidence, Person

ME, NOW = "me@home.example", datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
ADVICE = Advice(
    Person(1, "Ada Sample", ("ada@there.example",)), "you owe", "Ada asked you something", "Answer Ada",
    (Evidence(1_776_675_600, "they asked for advice: “Which boat?”"),), 1_776_675_600, 1.0, 1.0,
    balance=((1_774_000_000, 0.5), (1_776_675_600, 1.0)),
)  # fmt: skip


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., App]:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr(App, "digest", lambda self, now: (ADVICE,))

    def open_app(*ways: Any, **more: Any) -> App:
        disabled = frozenset(("notices", "journal"))
        one = App(tmp_path / "home", Config(deliver=ways, disabled=disabled, **more))
        one.create()
        with one.store.writing():
            one.set_owner([ME])
        return one

    return open_app


def states(app: App, now: datetime = NOW, **more: Any) -> list[str]:
    return [claim.state for _, claim in delivering.deliver(app, now, UTC, **more)]


def smtp(office: PostOffice, **more: Any) -> dict[str, Any]:
    told = {"smtp_server": f"127.0.0.1:{office.port}", "smtp_address": ME, "smtp_tls": "none"}
    return told | more


def test_a_file_is_a_page_or_words_by_its_name(app: Callable[..., App], tmp_path: Path):
    page, words = tmp_path / "digest.html", tmp_path / "digest.txt"
    assert states(app("file", digest_file=str(page))) == ["sent"]
    assert "data:image/png" in page.read_text("utf-8")
    assert "/advice/" in page.read_text("utf-8")
    assert page.stat().st_mode & 0o077 == 0
    assert states(app("file", digest_file=str(words)), NOW + timedelta(days=1)) == ["sent"]
    assert "-> Answer Ada." in words.read_text("utf-8")


def test_a_link_stays_one_and_what_is_no_file_stays_what_it_is(app: Callable[..., App], tmp_path: Path):
    real, link, pipe = tmp_path / "real.html", tmp_path / "link.html", tmp_path / "pipe"
    real.write_text("old")
    link.symlink_to(real)
    assert states(app("file", digest_file=str(link))) == ["sent"]
    assert link.is_symlink()
    assert "Answer Ada" in real.read_text("utf-8")
    os.mkfifo(pipe)
    assert states(app("file", digest_file=str(pipe)), NOW + timedelta(days=1)) == ["unsent"]
    assert pipe.is_fifo()


def test_a_file_that_cannot_be_written_is_tried_again(app: Callable[..., App], tmp_path: Path):
    folder = tmp_path / "later"
    one = app("file", digest_file=str(folder / "digest.txt"))
    ((_, claim),) = delivering.deliver(one, NOW, UTC)
    assert claim.state == "unsent"
    assert claim.trouble.endswith("Check [digest] file.")
    assert one.status().undelivered == [f"the digest of 2026-05-04 has not gone by file: {claim.trouble}"]
    assert delivering.next_try(one, "2026-05-04") == claim.again
    folder.mkdir()
    assert states(one, NOW + timedelta(seconds=60)) == ["unsent"], "it waits"
    assert states(one, NOW + timedelta(seconds=400)) == ["sent"]
    assert delivering.next_try(one, "2026-05-04") is None
    assert not one.status().undelivered


def test_a_mail_goes_once_a_day(app: Callable[..., App], tmp_path: Path):
    with post_office(tmp_path, secure=False) as office:
        one = app("mail", **smtp(office))
        for hours in (0, 1, 5):
            assert states(one, NOW + timedelta(hours=hours), asked=True) == ["sent"]
        assert states(one, NOW - timedelta(days=1), asked=True) == ["sent"], "a day that was"
        assert len(office.arrived) == 1
        assert states(one, NOW + timedelta(days=1)) == ["sent"]
        assert len(office.arrived) == 2
        sender, to, _ = office.arrived[0]
        assert (sender, to) == (ME, [ME])
        assert office.mails[0]["X-Goodwill-Digest"] == "2026-05-04"


def test_an_empty_digest_is_not_sent(app: Callable[..., App], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(App, "digest", lambda self, now: ())
    assert states(app("file", digest_file="/nowhere/at/all")) == []


def test_what_the_server_refuses_may_go_later(app: Callable[..., App], tmp_path: Path):
    with post_office(tmp_path, secure=False) as office:
        one = app("mail", **smtp(office))
        office.refuses.add(ME)
        ((_, claim),) = delivering.deliver(one, NOW, UTC)
        assert claim.state == "unsent"
        assert "nobody is called so here" in claim.trouble
        office.refuses.clear()
        office.full = True
        assert states(one, NOW + timedelta(hours=1)) == ["unsent"]
        office.full = False
        assert states(one, NOW + timedelta(hours=3)) == ["sent"]
    assert len(office.arrived) == 1
    one.config = Config(deliver=("mail",), **smtp(office))
    ((_, claim),) = delivering.deliver(one, NOW + timedelta(days=1), UTC)
    assert (claim.state, "cannot be reached" in claim.trouble) == ("unsent", True)


def test_a_password_is_asked_for_and_never_told(app: Callable[..., App], tmp_path: Path):
    with post_office(tmp_path) as office:
        one = app("mail", smtp_server=f"localhost:{office.port}", smtp_address=ME, smtp_user=ME)
        ((_, claim),) = delivering.deliver(one, NOW, UTC)
        assert claim.trouble == f"nobody has told the password of {ME}. goodwill digest --secret smtp."
        delivering.keep_secret(one, "smtp", lambda question: "wrong", lambda text: None)
        ((_, claim),) = delivering.deliver(one, NOW, UTC, asked=True)
        assert claim.state == "unsent", "its certificate is nobody's"
        assert "wrong" not in claim.trouble


def test_a_sign_in_that_is_refused_says_so(
    app: Callable[..., App], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GOODWILL_SMTP", "not it")
    with post_office(tmp_path) as office:
        monkeypatch.setenv("SSL_CERT_FILE", str(office.trusted))
        one = app("mail", smtp_server=f"localhost:{office.port}", smtp_address=ME, smtp_user=ME)
        ((_, claim),) = delivering.deliver(one, NOW, UTC)
        assert "does not accept the password (535)" in claim.trouble
        monkeypatch.setenv("GOODWILL_SMTP", PASSWORD)
        assert states(one, asked=True) == ["sent"]
        assert len(office.arrived) == 1


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "no account may send a mail to you. goodwill connect google --send-digest, or write a server"),
        ({"digest_mail": "smtp"}, "[smtp] names no server"),
        ({"digest_mail": "google:a@x.example"}, "no account is called"),
        ({"smtp_server": "smtp.example.com", "smtp_address": "other@home.example"}, "none of your addresses"),
        ({"smtp_server": "smtp.example.com", "smtp_address": ME, "smtp_tls": "none"}, "unencrypted"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(app: Callable[..., App], more: dict[str, Any], told: str):
    ((_, claim),) = delivering.deliver(app("mail", **more), NOW, UTC)
    assert claim.state == "unsent"
    assert told in claim.trouble


class Channel:
    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.sent: list[tuple[str, str, str]] = []

    def send(self, title: str, text: str, secret: str) -> None:
        self.sent.append((title, text, secret))
        if self.error:
            raise self.error


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (None, "sent"),
        (Unsent("no"), "unsent"),
        (Uncertain("who knows"), "unknown"),
        (ValueError("odd"), "unknown"),
    ],
)
def test_another_way_goes_on_its_own(
    app: Callable[..., App],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception | None,
    state: str,
):
    channel = Channel(error)
    monkeypatch.setattr(delivering, "_channel", lambda name: channel)
    monkeypatch.setenv("GOODWILL_APPRISE", "json://there.example")
    one = app("apprise", "file", digest_file=str(tmp_path / "digest.txt"))
    assert states(one) == [state, "sent"], "one way in trouble stops no other"
    ((title, text, secret),) = channel.sent
    assert title == "Goodwill: one person today"
    assert "Ada Sample" in text
    assert secret == "json://there.example"


def test_nobody_has_a_secret_of_another_name(app: Callable[..., App]):
    with pytest.raises(InputError, match="'x' has no secret"):
        delivering.keep_secret(app(), "x", lambda question: "", lambda text: None)


def test_links_lead_to_the_door_where_there_is_one(app: Callable[..., App]):
    one = app(port=9_999)
    digest = one.digest_report((ADVICE,), NOW)
    found = delivering.door_links(one, digest, NOW)[ADVICE.key]
    assert set(found) == {"done", "snooze", "not important", "wrong"}
    token = found["done"].removeprefix("http://127.0.0.1:9999/advice/")
    state, link = Links(one.home).look(token, int(NOW.timestamp()))
    assert state == "open"
    assert link is not None
    assert (link.key, link.word) == (ADVICE.key, "done")
    assert token not in (one.home / "links.json").read_text()
    assert delivering.door_links(app(door_open=False), digest, NOW) == {}


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from goodwill import delivering, mailing
from goodwill.app import App
from goodwill.config import Config
sys.path.insert(0, {tests!r})
from test_delivering import ADVICE, ME, NOW
App.digest = lambda self, now: (ADVICE,)
real = mailing.handed_on
def handed_on(server, raw):
    if {when!r} == "before": os.kill(os.getpid(), signal.SIGKILL)
    told = real(server, raw)
    if {when!r} == "after": os.kill(os.getpid(), signal.SIGKILL)
    return told
mailing.handed_on = handed_on
app = App(Path({home!r}), Config(deliver=("mail",), smtp_server={server!r}, smtp_address=ME, smtp_tls="none"))
delivering.deliver(app, NOW, UTC)
"""


@pytest.mark.parametrize(("when", "arrived"), [("before", 0), ("after", 1)])
def test_killed_in_the_middle_it_is_not_sent_again(
    app: Callable[..., App], tmp_path: Path, when: str, arrived: int
):
    with post_office(tmp_path, secure=False) as office:
        one = app()
        roots = [
            str(Path(__file__).parent),
            *(str(Path(__file__).parents[1] / n) for n in ("end_to_end", "servers")),
        ]
        path = os.pathsep.join([*roots, environment()["PYTHONPATH"]])

        code = KILLED.format(tests=roots[0], when=when, home=str(one.home), server=f"127.0.0.1:{office.port}")
        variables = environment() | {"PYTHONPATH": path}
        done = subprocess.run([sys.executable, "-c", code], env=variables, timeout=60, check=False)
        assert done.returncode == -signal.SIGKILL
        one.config = Config(deliver=("mail",), **smtp(office))
        for hours in (0, 2):
            assert states(one, NOW + timedelta(hours=hours), asked=True) == ["trying"]
        assert len(office.arrived) == arrived
        assert "not sent again: Goodwill ended in the middle." in one.status().undelivered[0]
        assert states(one, NOW + timedelta(days=1)) == ["sent"]
