"""Outlook's add-in as it is built, on Microsoft's mock of Office, before a real door with a real certificate.

No Outlook runs here. Outlook's part (the mail, its session, the dialog) is the mock's; the script, the door,
the TLS between them, and what is learnt, are real.
"""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest_e2e import Goodwill
from door import Served
from letters import ME
from outlook import TROUBLE, Outlook, installed, mail, needed, paired
from ports import free_port

from goodwill.certificate import Certificate

ASK = "Could you introduce me to your editor, and recommend us to her? A few sentences would do."
OTHER = "Would you write me a letter of recommendation for the prize?"
HARMLESS = "The boat is in."


@pytest.fixture(scope="module")
def outlook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outlook]:
    needed("office-addin-mock@4.0.0")
    needed("esbuild@0.28.2")
    with installed(tmp_path_factory.mktemp("outlook")) as one:
        yield paired(one)


@pytest.fixture
def home(outlook: Outlook) -> Path:
    return outlook.door.home


def test_a_harmless_mail_goes(outlook: Outlook):
    told = outlook.sends(mail(HARMLESS), mail(HARMLESS, to="ada@there.example"))
    assert [one["completed"] for one in told["results"]] == [{"allowEvent": True}] * 2
    assert told["session"] == {}
    assert TROUBLE not in told["store"]


@pytest.mark.parametrize("browser", [False, True])
def test_an_unearned_ask_is_held_with_dated_reasons(outlook: Outlook, browser: bool):
    """In classic Outlook requests name no origin, and in a page they name the page's."""
    told = outlook.sends(mail(ASK), page=browser, origin=outlook.origin if browser else "")
    [held] = [one["completed"] for one in told["results"]]
    assert held["allowEvent"] is False
    assert "Nia Sample" in held["errorMessage"].splitlines()[0]
    assert re.search(r"\(\d{1,2} [A-Z][a-z]+ 20\d\d: they wrote\)", held["errorMessage"])
    assert "What would make it fine:" in held["errorMessage"]
    assert len(held["errorMessage"]) <= 500
    assert held["errorMessageMarkdown"].startswith("**")
    assert (held["cancelLabel"], held["commandId"]) == ("Keep editing", "goodwillPane")
    assert len(held["cancelLabel"]) <= 20


def test_a_draft_is_asked_about_once_and_again_for_another_ask_or_reader(outlook: Outlook):
    told = outlook.sends(
        mail(ASK),
        mail(ASK),
        mail(f"Hello,\n\n{ASK}\n\nBye"),
        mail(f"{ASK} {OTHER}"),
        mail(f"{ASK} {OTHER}"),
        mail(ASK, to="bo@far.example"),
        mail(ASK) | {"another": True},
    )
    went = [one["completed"]["allowEvent"] for one in told["results"]]
    assert went == [False, True, True, False, True, False, False]


def test_it_learns_that_it_was_no_ask(outlook: Outlook, goodwill: Goodwill):
    mine = mail("Would you please recommend us to your publisher?", to="kim@far.example")
    told = outlook.sends(mine)
    assert told["results"][0]["completed"]["allowEvent"] is False
    assert outlook.answers(told["session"]["goodwill"], "not-an-ask") == 202
    end = time.monotonic() + 20
    while True:
        rows = [json.loads(line) for line in goodwill("review", "--json").out.splitlines()]
        if "no ask" in [one.get("outcome") for one in rows if one.get("address") == "kim@far.example"]:
            break
        assert time.monotonic() < end, rows
        time.sleep(0.2)
    assert outlook.sends(mine)["results"][0]["completed"] == {"allowEvent": True}


def test_unpaired_it_lets_mail_go_and_says_so_once(outlook: Outlook):
    told = outlook.sends(mail(ASK), {"event": "onNewMessage"}, {"event": "onNewMessage"}, token="")
    sent, first, second = told["results"]
    assert sent["completed"] == {"allowEvent": True}
    [notice] = first["notices"]
    assert "not paired" in notice["message"]
    assert len(notice["message"]) <= 150
    assert second["notices"] == []


def test_a_wrong_token_lets_mail_go(outlook: Outlook):
    told = outlook.sends(mail(ASK), token="x" * 43)
    assert told["results"][0]["completed"] == {"allowEvent": True}
    assert "pair" in told["store"][TROUBLE]


def test_when_it_was_checked_again_nothing_is_said(outlook: Outlook):
    told = outlook.sends(mail(HARMLESS), {"event": "onNewMessage"}, store={TROUBLE: "Goodwill slept."})
    assert told["store"][TROUBLE] == ""
    assert told["results"][1]["notices"] == []


def test_where_the_door_is_shut_mail_goes(outlook: Outlook, tmp_path: Path):
    script = tmp_path / "event.js"
    script.write_text(outlook.script.read_text().replace(str(outlook.port), str(free_port())))
    shut = Outlook(outlook.door, outlook.port, script, outlook.token)
    told = shut.sends(mail(ASK), {"event": "onNewMessage"})
    assert told["results"][0]["completed"] == {"allowEvent": True}
    assert "goodwill run" in told["results"][1]["notices"][0]["message"]


def test_where_the_certificate_is_not_trusted_mail_goes(outlook: Outlook, tmp_path: Path):
    Certificate(tmp_path).make(Certificate(outlook.door.home).until)
    other = Outlook(
        Served(tmp_path, outlook.door.port, outlook.door.process), outlook.port, outlook.script, "x"
    )
    assert other.sends(mail(ASK))["results"][0]["completed"] == {"allowEvent": True}


def test_a_slow_door_is_waited_for_three_seconds_at_the_most(outlook: Outlook, tmp_path: Path):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        script = tmp_path / "event.js"
        script.write_text(outlook.script.read_text().replace(str(outlook.port), str(silent.getsockname()[1])))
        slow = Outlook(outlook.door, outlook.port, script, outlook.token)
        [told] = slow.sends(mail(ASK))["results"]
    assert told["completed"] == {"allowEvent": True}
    assert 2.7 < told["took"] < 4.5


@pytest.mark.parametrize(
    "odd", [{"broken": True}, {"stuck": "cc"}, {"to": ""}, {"to": "a list without addresses"}]
)
def test_whatever_outlook_does_not_show_the_mail_goes(outlook: Outlook, odd: dict[str, Any]):
    [told] = outlook.sends(mail(ASK, **odd))["results"]
    assert told["completed"] == {"allowEvent": True}
    assert told["took"] < 4.5


def test_a_reply_is_judged_without_what_it_quotes(outlook: Outlook):
    """Outlook's text of a reply holds the mail that it answers."""
    quoted = f"{HARMLESS}\n\n________________________________\nFrom: Nia Sample <nia@far.example>\n"
    quoted += f"Sent: Monday, November 16, 2026 9:00 AM\nTo: Robin <{ME}>\nSubject: a thing\n\n{ASK}\n"
    assert outlook.sends(mail(quoted))["results"][0]["completed"] == {"allowEvent": True}
