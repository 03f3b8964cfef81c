"""The digest's mail in a browser, and its links at the door."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest
import requests
from chromium import MODULES, programs
from conftest_e2e import Goodwill, runner
from digests import FRIENDLY, LINKS, UNFRIENDLY, WHEN
from door import served

from goodwill import advising, letter, posting
from goodwill.app import App
from goodwill.config import Config
from goodwill.links import Link, Links

ME, NOW = "me@home.example", "2026-05-04T07:00:00Z"


def as_shown(told: dict[str, Any]) -> str:
    """The page of the mail as a mail program shows it, with its pictures in their places."""
    raw = letter.mail(told, WHEN, LINKS, ME)
    mail = cast(EmailMessage, message_from_bytes(raw, policy=policy.default))
    html = str(cast(EmailMessage, mail.get_body(("html",))).get_content())
    for part in mail.walk():
        if part.get_content_type() == "image/png":
            png = base64.b64encode(cast(bytes, part.get_content())).decode()
            html = html.replace(f"cid:{part['Content-ID'].strip('<>')}", f"data:image/png;base64,{png}")
    return html


def test_it_can_be_read_on_every_screen(tmp_path: Path):
    node, chromium = programs()
    pages = {str(tmp_path / f"{name}.html"): told for name, told in (("a", FRIENDLY), ("b", UNFRIENDLY))}
    for name, told in pages.items():
        Path(name).write_text(as_shown(told), "utf-8")
    script = Path(__file__).resolve().parents[1] / "servers" / "mail_window.mjs"
    ran = subprocess.run(
        [node, str(script), str(MODULES), *pages],
        env={**os.environ, "GOODWILL_CHROMIUM": chromium}, capture_output=True, timeout=100, check=True,
    )  # fmt: skip
    looks = json.loads(ran.stdout)
    assert [(one["file"], one["width"], one["colorScheme"]) for one in looks] == [
        (page, width, scheme) for page in pages for width in (320, 800) for scheme in ("light", "dark")
    ]
    for one in looks:
        assert one["wide"] <= one["width"], "nothing is cut off"
        assert one["widest"] <= one["width"]
        assert one["card"] <= 600
        assert one["contrast"] >= 4.5, "by WCAG 2.2, level AA"
        assert one["pictures"] == [True] * len(pages[one["file"]]["people"])
        assert all(height >= 24 for height in one["keys"])
        assert all(url.startswith(("file:", "data:image/png")) for url in one["asked"]), "nothing is fetched"
        assert not one["said"], "nothing runs"
        assert (sum(one["ground"]) > 600) == (one["colorScheme"] == "light")


@pytest.fixture
def waiting(goodwill: Goodwill, tmp_path: Path) -> Goodwill:
    """A home whose owner owes Ada an answer."""
    mails = [
        f"From: Me <{ME}>\nTo: Ada Sample <ada@there.example>\nDate: 1 Mar 2026 10:00 +0000\n"
        "Subject: boats\nMessage-ID: <1@home.example>\n\nHello Ada, the boat is in.\n",
        f"From: Ada Sample <ada@there.example>\nTo: Me <{ME}>\nDate: 20 Apr 2026 10:00 +0000\n"
        "Subject: paint\nMessage-ID: <2@there.example>\n\n"
        "Could you give me your advice on which paint I should buy for the hull?\n",
    ]
    for number, text in enumerate(mails):
        (tmp_path / f"{number}.eml").write_text(text)
    assert goodwill("import", tmp_path / "0.eml", tmp_path / "1.eml", "--me", ME, "--now", NOW).status == 0
    return goodwill


def test_a_link_asks_before_it_answers(waiting: Goodwill, home: Path):
    with served(home) as door:
        goodwill = runner(home)
        page = goodwill("digest", "--html", "--now", NOW).out
        assert "Answer Ada" in page
        assert len(re.findall(rf'href="http://127\.0\.0\.1:{door.port}/advice/[^"]*"', page)) == 4
        made = made_now(home)
        for _ in range(3):
            seen = requests.get(made["snooze"].format(port=door.port), timeout=20)
            assert (seen.status_code, "Ada Sample: snooze?" in seen.text) == (200, True)
            assert seen.headers["Referrer-Policy"] == "no-referrer"
            assert seen.headers["Cache-Control"] == "no-store"
            assert "default-src 'none'" in seen.headers["Content-Security-Policy"]
        foreign = requests.post(
            made["snooze"].format(port=door.port), headers={"Origin": "https://evil.example"}, timeout=20
        )
        assert foreign.status_code == 403
        done = requests.post(made["snooze"].format(port=door.port), headers={"Origin": "null"}, timeout=20)
        assert (done.status_code, "It rests for a week" in done.text) == (200, True), (
            "looking used nothing up"
        )
        again = requests.post(made["snooze"].format(port=door.port), timeout=20)
        assert (again.status_code, "was used, or has had its time" in again.text) == (410, True)
        unknown = requests.get(f"http://127.0.0.1:{door.port}/advice/nonsense", timeout=20)
        assert (unknown.status_code, "leads nowhere" in unknown.text) == (404, True)
        rebound = requests.get(
            made["done"].format(port=door.port), headers={"Host": "evil.example"}, timeout=20
        )
        assert rebound.status_code == 403
    store = App(home, Config()).store
    with store.reading() as connection:
        (said,) = posting.sayings(connection)
    store.close()
    assert (said.about, said.value.split()[1]) == ("ada@there.example", "snooze")
    assert "Ada" not in (home / "links.json").read_text(), "nobody's name lies beside the store"
    assert not any(link.rpartition("/")[2] in (home / "goodwill.log").read_text() for link in made.values())


def made_now(home: Path) -> dict[str, str]:
    """Links of this very moment to the line about Ada, by their word."""
    store = App(home, Config()).store
    with store.reading() as connection:
        (key,) = {key for key, _ in advising.known_lines(connection)}
    words = ("done", "snooze", "not important", "wrong")
    tokens = Links(home).make([Link(key, word) for word in words], int(time.time()))
    store.close()
    return {one.word: f"http://127.0.0.1:{{port}}/advice/{token}" for one, token in tokens.items()}
