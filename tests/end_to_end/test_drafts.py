"""Drafts in a Gmail and in an Outlook mailbox, looked at by ``goodwill run`` while they are written."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from background import until
from conftest_e2e import Goodwill, environment
from gmail import ME, Gmail, serve
from gmail_account import answers, connect, mailbox
from graph import Graph
from microsoft_world import microsoft

FAST = Path(__file__).resolve().parents[1] / "servers" / "fast_run.py"
DESKTOP = Path(__file__).resolve().parents[1] / "servers" / "desktop.py"
START = 1_760_000_000
MARK = "Goodwill: look again"
ASK = "Could you introduce me to your editor, and recommend us to her? A few sentences would do."


def logged(home: Path) -> list[str]:
    path = home / "goodwill.log"
    return [json.loads(line)["what"] for line in path.read_text().splitlines()] if path.exists() else []


def watched(home: Path) -> list[str]:
    return [what for what in logged(home) if what.startswith("drafts of")]


def draft(text: str, to: str = "Nia Sample <nia@far.example>") -> bytes:
    return f"From: Me <{ME}>\nTo: {to}\nSubject: a thing\n\n{text}\n".encode()


@contextmanager
def running(home: Path, env: dict[str, str], *before: str) -> Iterator[subprocess.Popen[bytes]]:
    """The background on a clock that is 20 times as fast."""
    words = [*before, sys.executable, str(FAST), str(home), "20", str(START)]
    process = subprocess.Popen(
        words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        _, err = process.communicate(timeout=20)
        assert b"/core/goodwill/" not in err, err.decode()  # the bus may complain that it ends


def switch_on(home: Path, more: str = "") -> None:
    with (home / "config.toml").open("a") as config:
        config.write(f"\n[drafts]\nwatch = true\nseconds = 20\n{more}")


def test_gmail(home: Path):
    box = mailbox(3)
    box.draft("old", draft(ASK, "old@far.example"))
    with serve(answers(box)) as url:
        connect(home, url, 600_000)
        switch_on(home)
        with running(home, environment()):
            until(lambda: box.asked["drafts.list"] >= 2)
            assert box.asked["drafts.get"] == 0  # what lay there before is not read
            box.draft("new", draft("The boat is in."))
            until(lambda: box.asked["drafts.get"] >= 1)
            box.draft("new", draft(ASK))
            until(lambda: watched(home))
            seen = box.asked["drafts.list"]
            until(lambda: box.asked["drafts.list"] >= seen + 4)
    assert len(watched(home)) == 1
    assert watched(home)[0].endswith(": 1 ask too early")
    assert "nia" not in (home / "goodwill.log").read_text()


def test_it_is_off_by_default(home: Path):
    box = mailbox(3)
    with serve(answers(box)) as url:
        connect(home, url, 600_000)
        with running(home, environment()):
            until(lambda: box.asked["messages.list"] >= 1)
            time.sleep(4)
    assert box.asked["drafts.list"] == 0


def test_outlook(home: Path, tmp_path: Path):
    outlook = Graph()
    home.mkdir()
    (home / "config.toml").write_text("[drafts]\nwatch = true\nseconds = 20\n")
    (tmp_path / "entra").mkdir()
    with microsoft(tmp_path / "entra", home, outlook) as world:
        assert world.by_hand().status == 0
        with running(home, world.environment):
            until(lambda: "started" in logged(home))
            time.sleep(4)  # two looks
            more = {"sender": (ME, "Me"), "to": [("nia@far.example", "Nia Sample")], "subject": "a thing"}
            outlook.add("d1", "drafts", text="The boat is in.", **more)
            time.sleep(2)
            outlook.add("d1", "drafts", text=ASK, **more)
            until(lambda: watched(home))
            time.sleep(3)
    assert len(watched(home)) == 1


def looks(box: Gmail, number: int = 4) -> None:
    """Wait for so many looks more."""
    seen = box.asked["drafts.list"]
    until(lambda: box.asked["drafts.list"] >= seen + number)


def test_gmail_is_marked(home: Path):
    """The label is made once, comes and goes with the ask, and costs no look and no word of the draft."""
    box = Gmail()
    with serve(answers(box)) as url:
        connect(home, url, 600_000, marks=True)
        switch_on(home, "mark = true\n")
        with running(home, environment()):
            looks(box, 2)
            box.draft("new", draft(ASK))
            until(lambda: box.names("new") == [MARK])
            looks(box)
            assert (box.asked["drafts.get"], box.asked["messages.modify"]) == (1, 1)
            box.draft("new", draft(f"Dear Nia,\n\n{ASK}"))  # an edition without labels: Gmail may drop them
            until(lambda: box.names("new") == [MARK])
            box.draft("new", draft("The boat is in."), keep=True)
            until(lambda: box.names("new") == [])
            box.draft("sent", draft(ASK, "bo@far.example"))
            until(lambda: box.names("sent") == [MARK])
            box.send("sent")
            looks(box)
    assert box.asked["drafts.get"] == 4
    assert box.asked["messages.modify"] == 4
    assert (box.asked["labels.list"], box.asked["labels.create"]) == (1, 1)
    assert box.messages[box.drafts["new"]].raw == draft("The boat is in.")
    assert len(watched(home)) == 2
    assert not [what for what in logged(home) if "not marked" in what]


def test_gmail_is_not_marked_without_the_right(home: Path, goodwill: Goodwill):
    box = Gmail(may_change=False)
    with serve(answers(box)) as url:
        connect(home, url, 600_000)
        switch_on(home, "mark = true\n")
        with running(home, environment()):
            looks(box, 2)
            box.draft("new", draft(ASK))
            until(lambda: watched(home))
            looks(box)
        told = [what for what in logged(home) if "not marked" in what]
        assert len(told) == 1
        assert "goodwill connect google --mark-drafts" in told[0]
        assert box.asked["messages.modify"] == box.asked["labels.list"] == 0
        assert "not marked" in goodwill("status").out
        assert json.loads(goodwill("status", "--json").out)["unmarked"] == [f"google:{ME}"]
        switch_off = (home / "config.toml").read_text().replace("mark = true", "mark = false")
        (home / "config.toml").write_text(switch_off)
        assert "--mark-drafts" not in goodwill("status").out


def test_a_gmail_that_takes_the_right_back_keeps_the_watch(home: Path):
    box = Gmail(may_change=False)
    with serve(answers(box)) as url:
        connect(home, url, 600_000, marks=True)
        switch_on(home, "mark = true\n")
        with running(home, environment()):
            looks(box, 2)
            box.draft("new", draft(ASK))
            until(lambda: watched(home))
            box.draft("other", draft(ASK, "bo@far.example"))
            until(lambda: len(watched(home)) == 2)
            looks(box)
    assert len([what for what in logged(home) if "not marked" in what]) == 1
    assert box.asked["labels.create"] == 1


def test_mark_without_watch_is_one_sentence(home: Path, goodwill: Goodwill):
    home.mkdir()
    (home / "config.toml").write_text("[drafts]\nmark = true\n")
    ran = goodwill("run")
    assert ran.status == 78  # only the owner can mend it
    assert "config.toml, line 2: 'drafts.mark'" in ran.err
    assert "'drafts.watch = true'" in ran.err


def test_outlook_is_marked(home: Path, tmp_path: Path):
    """The owner's own categories stay, and the edition that a mark makes is no news."""
    outlook = Graph()
    home.mkdir()
    (home / "config.toml").write_text("[drafts]\nwatch = true\nseconds = 20\nmark = true\n")
    (tmp_path / "entra").mkdir()
    more = {"sender": (ME, "Me"), "to": [("nia@far.example", "Nia Sample")], "subject": "a thing"}
    with microsoft(tmp_path / "entra", home, outlook) as world:
        ran = world.by_hand("--mark-drafts")
        assert ran.status == 0, ran.err
        assert "Mail.ReadWrite" in ran.err
        assert "never to change" not in ran.err
        assert "not marked" not in world.run("status").out
        with running(home, world.environment):
            until(lambda: "started" in logged(home))
            time.sleep(4)  # two looks
            outlook.add("d1", "drafts", text=ASK, **more)
            outlook.messages["d1"].categories = ["Blue"]
            until(lambda: outlook.messages["d1"].categories == ["Blue", MARK])
            time.sleep(4)
            assert (outlook.fetched["d1"], outlook.asked["message.patch"]) == (2, 1)  # one is in the answer
            outlook.write("d1", text="The boat is in.")
            until(lambda: outlook.messages["d1"].categories == ["Blue"])
            outlook.add("d2", "drafts", text=ASK, **more)
            until(lambda: MARK in outlook.messages["d2"].categories)
            outlook.move("d2", "sentitems")
            time.sleep(4)
    assert outlook.asked["message.patch"] == 3
    assert outlook.messages["d1"].fields["text"] == "The boat is in."
    assert len(watched(home)) == 2
    assert not [what for what in logged(home) if "not marked" in what]


def test_a_notice_on_the_desktop(home: Path):
    """A real message bus, with a small desktop at its end."""
    bus = shutil.which("dbus-run-session")
    if bus is None:
        pytest.skip("dbus-run-session is not here: apt-get install dbus")
    box = Gmail()
    with serve(answers(box)) as url:
        connect(home, url, 600_000)
        switch_on(home)
        told = home.parent / "told"
        env = environment() | {"DESKTOP_TOLD": str(told), "DISPLAY": os.environ.get("DISPLAY", ":77")}
        with running(home, env, bus, "--", sys.executable, str(DESKTOP)):
            until(lambda: box.asked["drafts.list"] >= 2)
            box.draft("new", draft(ASK))
            until(lambda: told.exists() and "Nia Sample" in told.read_text())
    title, body = told.read_text().split("|")[1:3]
    assert title == "Before you send that mail"
    assert "never been in touch" in body
