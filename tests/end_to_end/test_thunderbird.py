"""The Thunderbird add-on in Debian's Thunderbird, paired with a real door, before a real SMTP server."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from aiosmtpd.controller import Controller
from circle import ASK, FRIEND, ME, NAME, OTHER, STRANGER, history
from conftest_e2e import Goodwill, environment, runner
from letters import mbox
from ports import free_port
from thunderbird import Thunderbird, thunderbird, until

LONG = float(os.environ.get("GOODWILL_LONG_WAIT", "125"))
"""Seconds that the owner thinks about a warning."""
PICTURES = os.environ.get("GOODWILL_PICTURES")
"""A folder for pictures of what the owner sees, where somebody wants to look at them."""


@dataclass
class Post:
    """An SMTP server that keeps what arrives."""

    mails: list[Any] = field(default_factory=list)
    refuses: bool = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuses:
            return "451 4.3.0 Come again later"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def has(self, subject: str) -> bool:
        return any(mail["Subject"] == subject for mail in self.mails)


@dataclass
class World:
    """One owner at work: the program, its door, the mail program, and where mail arrives."""

    goodwill: Goodwill
    port: int
    post: Post
    tb: Thunderbird
    home: Path
    _door: subprocess.Popen[bytes] | None = None

    def open_door(self) -> None:
        words = [sys.executable, "-m", "goodwill", "--home", str(self.home), "serve"]
        self._door = subprocess.Popen(words, env=environment(), stderr=subprocess.DEVNULL)
        until(self._is_open)

    def shut_door(self) -> None:
        if self._door is not None:
            self._door.terminate()
            self._door.wait(20)
            self._door = None

    def _is_open(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/v1/hello", timeout=1).ok
        except requests.ConnectionError:
            return False

    def pair(self) -> None:
        """Type the code of `goodwill pair` into the add-on's page, wrong at first."""
        self.tb.open_options()
        assert self._type("ABCD-EFGH").startswith("this code is wrong or holds no longer.")
        assert self._type(self.goodwill("pair").out.strip()).startswith("Paired.")
        picture(self.tb, "options", "return windows('mail:3pane')[0];")
        self.tb.close_options()

    def _type(self, code: str) -> str:
        self.tb.page(
            "options.html",
            "document.getElementById('code').value = args[0];"
            "document.getElementById('port').value = args[1];"
            "document.querySelector('button[type=submit]').click();",
            code, self.port,
        )  # fmt: skip
        return str(
            until(lambda: self.tb.page("options.html", "return document.getElementById('told').textContent;"))
        )

    def held(self) -> str:
        """Wait for the dialog; returns what it says."""
        text = "return document.querySelector('.goodwill-warning')?.innerText;"
        return str(until(lambda: self.tb.page("warning.html", text)))

    def say(self, answer: str) -> None:
        """Press a button of the dialog."""
        self.tb.page("warning.html", f"document.querySelector('[data-answer={answer}]').click();")
        self.gone()

    def gone(self) -> None:
        until(lambda: not self.tb.shows("warning.html"))

    def arrives(self, subject: str) -> None:
        until(lambda: self.post.has(subject))
        until(lambda: not self.tb.is_open(subject))

    def passes(self, to: str, subject: str, text: str, html: bool = False) -> None:
        """Write and send a mail about which nobody is asked: it arrives while nobody answers."""
        self.tb.write(to, subject, text, html)
        self.tb.send(subject)
        self.arrives(subject)

    def warned(self, to: str, subject: str, text: str, html: bool = False) -> str:
        """Write and send a mail that is held; returns what the dialog says."""
        self.tb.write(to, subject, text, html)
        self.tb.send(subject)
        said = self.held()
        assert not self.post.has(subject)
        return said

    def stays(self, subject: str) -> None:
        """The mail is still there to be written, and has not arrived."""
        self.gone()
        self.tb.until("return ready(mail(args[0]));", subject)
        assert not self.post.has(subject)

    def outcomes(self) -> list[str | None]:
        """What came of each warning for the owner's answer."""
        lines = self.goodwill("review", "--json").out.splitlines()
        return [json.loads(line)["outcome"] for line in lines if "warning" in json.loads(line)]


DIALOG = "return windows(null).find((one) => one.document.contains(page('warning.html')));"


def picture(tb: Thunderbird, name: str, window: str, *arguments: Any) -> None:
    if PICTURES:
        Path(PICTURES, f"{name}.png").write_bytes(tb.picture(window, *arguments))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The add-on, packed by the documented command."""
    return pack(tmp_path_factory.mktemp("package"))


def pack(into: Path) -> Path:
    build = Path(__file__).resolve().parents[2] / "connectors" / "addons" / "build.py"
    words = [sys.executable, str(build), "thunderbird", "--into", str(into)]
    return Path(subprocess.run(words, check=True, capture_output=True, text=True, timeout=30).stdout.strip())


@contextmanager
def world(folder: Path, package: Path, **more: bool) -> Iterator[World]:
    home, port, post = folder / "home", free_port(), Post()
    goodwill = runner(home)
    assert goodwill("import", mbox(folder / "mail", history()), "--me", ME).status == 0
    (home / "config.toml").write_text(f"[door]\nport = {port}\n")
    smtp = Controller(post, hostname="127.0.0.1", port=free_port())
    smtp.start()
    try:
        with thunderbird(folder / "thunderbird", NAME, ME, smtp.port, **more) as tb:
            tb.install(package)
            one = World(goodwill, port, post, tb, home)
            try:
                yield one
            finally:
                one.shut_door()
    finally:
        smtp.stop()


@pytest.fixture(scope="module")
def unpaired(tmp_path_factory: pytest.TempPathFactory, package: Path) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("owner"), package) as one:
        yield one


@pytest.fixture(scope="module")
def paired(unpaired: World) -> World:
    unpaired.open_door()
    unpaired.pair()
    return unpaired


@pytest.fixture(autouse=True)
def tidy(unpaired: World) -> Iterator[None]:
    """A test that fails leaves nothing open for the next."""
    yield
    unpaired.tb.tidy()


@pytest.fixture(scope="module")
def thinking(tmp_path_factory: pytest.TempPathFactory, package: Path) -> Iterator[tuple[World, float]]:
    """Somebody else who was warned a moment ago, and has not answered: the other tests go on meanwhile.

    Their desktop is dark, and gives no new window the focus.
    """
    with world(tmp_path_factory.mktemp("thinking"), package, dark=True, managed=False) as one:
        one.open_door()
        one.pair()
        one.warned(STRANGER, "slow", ASK)
        picture(one.tb, "dialog_dark", DIALOG)
        yield one, time.monotonic()


def test_unpaired_it_lets_mail_pass_and_says_so(unpaired: World):
    until(lambda: "not paired" in unpaired.tb.button())
    unpaired.passes(STRANGER, "unpaired", ASK)
    assert unpaired.tb.button().startswith("Not checked: Goodwill could not check: This add-on is not paired")


@pytest.mark.usefixtures("thinking")
def test_harmless_mail_passes_at_once(paired: World):
    paired.passes(STRANGER, "harmless", "It was nice to meet you too. See you at the next fair!")
    assert paired.tb.button() == "Goodwill: Goodwill"


def test_an_ask_of_a_friend_passes_at_once(paired: World):
    paired.passes(FRIEND, "friendly", ASK)


def test_what_a_mail_quotes_is_nobodys_ask(paired: World):
    quoted = f'<p>Thank you for your letter.</p><blockquote type="cite" cite="mid:x@y">{ASK}</blockquote>'
    paired.passes(STRANGER, "Re: quoted", quoted, html=True)


def test_a_flagged_mail_is_held_until_it_is_sent_anyway(paired: World):
    said = paired.warned(STRANGER, "flagged", ASK)
    assert "Too early to ask Theo Justmet" in said
    assert "What would make it fine" in said
    picture(paired.tb, "dialog", DIALOG)
    paired.say("send")
    paired.arrives("flagged")
    until(lambda: paired.outcomes() == ["sent"])


def test_mail_that_is_kept_can_be_made_harmless(paired: World):
    paired.warned(STRANGER, "kept", f"<p>{ASK}</p>", html=True)
    picture(paired.tb, "held", "return mail('kept');")
    paired.say("edit")
    paired.stays("kept")
    paired.tb.retype("kept", "It was nice to meet you too.")
    paired.tb.send("kept")
    paired.arrives("kept")


def test_a_draft_is_asked_about_once_and_again_for_other_people_or_another_ask(paired: World):
    paired.warned(STRANGER, "once", ASK)
    paired.say("edit")
    paired.stays("once")
    paired.tb.add("once", OTHER)
    paired.tb.send("once")
    assert "Kim Other" in paired.held()
    picture(paired.tb, "dialog_two", DIALOG)
    paired.say("edit")
    paired.stays("once")
    paired.tb.retype("once", "Would you write a reference for me, and send it to my landlord by Monday?")
    paired.tb.send("once")
    assert "reference" in paired.held()
    paired.say("edit")
    paired.stays("once")
    paired.tb.send("once")  # nothing of it has changed
    paired.arrives("once")


def test_the_same_draft_is_not_asked_about_again_where_the_server_refused_it(paired: World):
    paired.post.refuses = True
    paired.warned(STRANGER, "refused", ASK)
    paired.say("send")
    paired.tb.accept_alert()
    paired.post.refuses = False
    paired.stays("refused")
    paired.tb.send("refused")
    paired.arrives("refused")


def test_the_keyboard_is_enough(paired: World):
    paired.warned(STRANGER, "keys", ASK)
    focused = "return document.activeElement.textContent;"
    assert paired.tb.page("warning.html", focused) == "Keep editing"
    until(lambda: paired.tb.has_focus("warning.html"))
    paired.tb.press("warning.html", "Tab")
    assert until(lambda: paired.tb.page("warning.html", focused)) == "Send anyway"
    picture(paired.tb, "dialog_keys", DIALOG)
    paired.tb.press("warning.html", "Escape")
    paired.stays("keys")
    paired.warned(STRANGER, "more keys", ASK)
    paired.tb.press("warning.html", "Tab", "Enter")
    paired.arrives("more keys")


def test_a_screen_reader_is_told_what_it_is_about(paired: World):
    paired.warned(STRANGER, "read", ASK)
    role, label, reasons = paired.tb.page(
        "warning.html",
        "const one = document.querySelector('.goodwill-warning');"
        "const named = (name) => document.getElementById(one.getAttribute(name)).innerText;"
        "return [one.getAttribute('role'), named('aria-labelledby'), named('aria-describedby')];",
    )
    assert role == "alertdialog"
    assert label.startswith("Too early to ask")
    assert ASK in " ".join(reasons.split())
    paired.say("edit")
    paired.tb.close("read")


def test_to_close_the_dialog_is_to_keep_editing(paired: World):
    paired.warned(STRANGER, "closed", ASK)
    paired.tb.run(f"(() => {{ {DIALOG} }})().close();")
    paired.stays("closed")
    paired.tb.close("closed")


def test_the_dialog_goes_with_its_mail(paired: World):
    paired.warned(STRANGER, "thrown away", ASK)
    paired.tb.close("thrown away")
    paired.gone()
    assert not paired.post.has("thrown away")


def test_not_an_ask_is_learnt(paired: World):
    text = "Would you recommend us to the editor of your magazine, with a few kind words?"
    paired.warned(STRANGER, "wrong", text)
    paired.say("not-an-ask")
    paired.arrives("wrong")
    until(lambda: "no ask" in paired.outcomes())
    paired.passes(STRANGER, "right", text)


def test_we_are_close_is_learnt(paired: World):
    paired.warned(OTHER, "close", ASK)
    paired.say("close")
    paired.arrives("close")
    until(lambda: "close" in paired.outcomes())
    paired.passes(OTHER, "closer", ASK)


def test_hints_follow_the_recipients(paired: World):
    paired.tb.write(FRIEND, "hints", "Hello.")
    until(lambda: "Ada Sample: 20 letters, last on" in paired.tb.button("hints"))
    paired.tb.open_hints("hints")
    said = "return document.querySelector('main').innerText;"
    until(lambda: "Ada Sample" in paired.tb.page("hints.html", said))
    paired.tb.add("hints", STRANGER)
    until(lambda: "Theo Justmet" in paired.tb.page("hints.html", said))
    picture(paired.tb, "hints", "return mail('hints');")
    paired.tb.close("hints")


def test_who_is_in_a_list_cannot_be_seen_and_the_icon_says_so(paired: World):
    paired.tb.make_list("Friends", "theo@justmet.example")
    paired.passes("Friends <Friends>", "list", ASK)
    assert paired.tb.button().endswith("This add-on cannot see who is in Friends.")


def test_where_the_door_is_shut_mail_passes_and_the_icon_says_so(paired: World):
    paired.shut_door()
    paired.passes(STRANGER, "shut", ASK)
    assert paired.tb.button().startswith("Not checked: Goodwill could not check: Goodwill is not running")
    picture(paired.tb, "unchecked", "return windows('mail:3pane')[0];")
    paired.open_door()
    paired.passes(STRANGER, "open", "See you at the fair!")
    assert paired.tb.button() == "Goodwill: Goodwill"


def test_a_door_that_says_nothing_is_waited_for_three_seconds(paired: World):
    paired.shut_door()
    with socket.create_server(("127.0.0.1", paired.port)):
        begun = time.monotonic()
        paired.passes(STRANGER, "silence", ASK)
        assert 2.5 < time.monotonic() - begun < 15
    assert "did not answer in time" in paired.tb.button()
    paired.open_door()


class Nonsense(BaseHTTPRequestHandler):
    """Something else that listens where the door did."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<h1>Welcome</h1>")

    def log_message(self, *_: object) -> None:
        pass


def test_nonsense_holds_no_mail_up(paired: World):
    paired.shut_door()
    with ThreadingHTTPServer(("127.0.0.1", paired.port), Nonsense) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            paired.passes(STRANGER, "nonsense", ASK)
        finally:
            server.shutdown()
            thread.join()
    assert "Something else than Goodwill answers" in paired.tb.button()
    paired.gone()
    paired.open_door()


def test_a_client_that_is_let_in_no_more_lets_mail_pass_and_says_so(paired: World):
    paired.goodwill("pair", "--remove", "Thunderbird")
    paired.passes(STRANGER, "removed", ASK)
    assert "pair this client" in paired.tb.button()


def test_the_owner_may_think_for_two_minutes(thinking: tuple[World, float]):
    one, since = thinking
    time.sleep(max(0.0, LONG - (time.monotonic() - since)))
    assert not one.post.has("slow")
    one.say("send")
    one.arrives("slow")
    until(lambda: one.outcomes() == ["sent"])
