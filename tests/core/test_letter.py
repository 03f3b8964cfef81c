"""The digest as a mail: whole when it is parsed back, and nothing of a stranger's words is more than text."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any, cast

import pytest
from digests import FRIENDLY, HOSTILE, LINKS, UNFRIENDLY, WHEN, digest, line

from goodwill import chart, leaflet, letter
from goodwill.delivery import HEADER

ME = "me@home.example"


def parsed(told: dict[str, Any], links: leaflet.Links = LINKS) -> EmailMessage:
    raw = letter.mail(told, WHEN, links, ME)
    assert all(len(row) <= 998 for row in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return cast(EmailMessage, message_from_bytes(raw, policy=policy.default))


def html_of(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


class Tags(HTMLParser):
    """Every element with its attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_it_is_a_mail_to_oneself_with_words_a_page_and_pictures():
    mail = parsed(FRIENDLY)
    assert (mail["From"], mail["To"], mail["Subject"]) == (ME, ME, "Goodwill: four people today")
    assert (mail[HEADER], mail["Auto-Submitted"]) == ("2026-05-04", "auto-generated")
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds[:4] == ["multipart/alternative", "text/plain", "multipart/related", "text/html"]
    assert kinds[4:] == ["image/png"] * 4
    html = html_of(mail)
    cids = {part["Content-ID"].strip("<>") for part in mail.walk() if part.get_content_type() == "image/png"}
    assert {one[4:] for one in re.findall(r'src="([^"]*)"', html)} == cids


def test_the_plain_words_say_as_much_with_commands():
    body = parsed(FRIENDLY).get_body(("plain",))
    assert body is not None
    text = body.get_content()
    for one in FRIENDLY["people"]:
        for word in (one["person"], one["why"], one["give"], one["evidence"][0]["what"], one["key"][:4]):
            assert word in text
    assert "goodwill advice 4e2e done" in text
    assert FRIENDLY["health"] in text


def test_hostile_words_come_out_as_text():
    mail = parsed(UNFRIENDLY, {})
    assert sorted(mail.keys()) == sorted(parsed(FRIENDLY).keys()), "no header came out of a name"
    page = Tags(html_of(mail))
    assert not {"script", "iframe", "form", "link", "object", "a"} & {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert "evil" not in " ".join(filter(None, attributes.values())) or tag == "never"
    assert HOSTILE in page.text
    shown = page.text + str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert not {c for c in shown if not c.isprintable()} - set("\r\n")


def test_nothing_is_fetched_and_nothing_runs():
    html = html_of(parsed(FRIENDLY))
    addresses = re.findall(r"""(?:src|href)=["']([^"']*)|url\(([^)]*)""", html)
    assert all(one.startswith(("cid:", "http://127.0.0.1:8425/advice/")) for one, _ in addresses)
    assert not [style for _, style in addresses if style]
    assert "<script" not in html


def test_every_line_has_its_answers_and_its_picture_in_words():
    page = Tags(html_of(parsed(FRIENDLY)))
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links == [LINKS[one["key"]][word] for one in FRIENDLY["people"] for word in leaflet.ANSWERS]
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert all("Balance over 24 months" in str(one["alt"]) and one["width"] == "260" for one in pictures)


def test_without_a_door_there_are_commands_alone():
    html = html_of(parsed(FRIENDLY, {}))
    assert "127.0.0.1" not in html
    assert "goodwill advice 4e2e done" in html


@pytest.mark.parametrize("address", ["a b@c.example", "a@b.example\r\nBcc: x@y.example", "nobody", "a@b,c@d"])
def test_no_mail_is_made_for_what_is_no_address(address: str):
    with pytest.raises(ValueError, match="no address"):
        letter.mail(FRIENDLY, WHEN, {}, address)


def test_one_page_of_its_own_holds_its_pictures():
    html = letter.standalone(FRIENDLY, WHEN, {})
    assert html.count("data:image/png;base64,") == 4


def test_the_picture_is_small_and_half_transparent():
    png = chart.png([0.0, 1.0, -2.0, 3.0])
    assert struct.unpack(">II", png[16:24]) == (chart.WIDTH, chart.HEIGHT)
    assert len(png) < 20_000
    assert chart.in_words([0.0, -0.04, 3.0]) == (
        "Balance over 3 months: 0.0 points at first, 3.0 now; lowest 0.0, highest 3.0"
    )
    chart.png([0.0] * 24)


def test_somebody_without_a_history_has_no_picture():
    mail = parsed(digest(line("4e2e0001aaaa", "you owe", balance=[])))
    assert "<img" not in html_of(mail)


def test_the_day_is_the_owner_s():
    late = datetime(2026, 5, 4, 23, 30, tzinfo=UTC)
    assert "Monday, 4 May 2026" in letter.words(FRIENDLY, late)
