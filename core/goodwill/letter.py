"""A digest as a mail to oneself: words, and a page with its pictures in it (pure but for the pictures)."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from goodwill import chart, leaflet
from goodwill.delivery import DOMAIN, HEADER
from goodwill.digest import SECTIONS
from goodwill.leaflet import Links
from goodwill.writer import clean


def subject(digest: Mapping[str, Any]) -> str:
    """The subject: no name of anybody, since it stands on locked screens too."""
    return f"Goodwill: {leaflet.count(len(digest['people'])).lower()} today"


def words(digest: Mapping[str, Any], when: datetime) -> str:
    """The digest in plain words, each line of it with the command that answers it."""
    return "\n".join(_lines(digest, when)) + "\n"


def _lines(digest: Mapping[str, Any], when: datetime) -> Iterator[str]:
    yield f"{leaflet.count(len(digest['people']))}, today ({when:%A}, {when.day} {when:%B %Y})"
    for section in SECTIONS:
        mine = [one for one in digest["people"] if one["section"] == section]
        if mine:
            yield from ("", section.upper())
        for one in mine:
            yield f"  {_line(one['person'])} <{_line(one['address'])}>"
            yield f"    {_line(one['why'])}."
            for shown in one["evidence"]:
                at = datetime.fromisoformat(shown["at"])
                yield f"      {at.day} {at:%B %Y}: {_line(shown['what'])}"
            yield f"    -> {_line(one['give'])}."
            yield f"    {', '.join(leaflet.standing(one))}"
            key = one["key"][: leaflet.LETTERS]
            yield f"    goodwill advice {key} done   (or snooze, not-important, wrong)"
            yield ""
    yield _line(digest["health"])


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def standalone(digest: Mapping[str, Any], when: datetime, links: Links) -> str:
    """The page with its pictures in itself, for a file or a browser."""
    drawn = {key: f"data:image/png;base64,{base64.b64encode(png).decode()}" for key, png in _drawn(digest)}
    return leaflet.page(digest, when, links, drawn)


def mail(digest: Mapping[str, Any], when: datetime, links: Links, address: str) -> bytes:
    """The mail from ``address`` to itself, with its lines ended as servers want them.

    ``when`` is in the owner's time zone. Raises ValueError for an address that no mail can bear.
    """
    made = EmailMessage(policy=SMTP.clone(max_line_length=78))
    made["From"] = made["To"] = _plain(address)
    made["Subject"] = subject(digest)
    made["Date"] = format_datetime(when)
    made["Message-ID"] = f"<{when:%Y%m%d%H%M%S}.{digest_mark(digest)}@{DOMAIN}>"
    made[HEADER] = f"{when:%Y-%m-%d}"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(words(digest, when), cte="quoted-printable")
    pictures = dict(_drawn(digest))
    places = {key: f"cid:{_cid(key)}" for key in pictures}
    html = leaflet.page(digest, when, links, places)
    made.add_alternative(html, subtype="html", cte="quoted-printable")
    page = made.get_payload()[1]  # type: ignore[index]
    assert isinstance(page, EmailMessage)
    for key, png in pictures.items():
        page.add_related(
            png, "image", "png", cid=f"<{_cid(key)}>", disposition="inline", filename=f"{key}.png"
        )
    return made.as_bytes()


def digest_mark(digest: Mapping[str, Any]) -> str:
    """Letters and digits that tell two digests of one second apart."""
    return "".join(one["key"] for one in digest["people"])[:24] or "none"


def _cid(key: str) -> str:
    return f"{key}@{DOMAIN}"


def _drawn(digest: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    for one in digest["people"]:
        points = [month["capital"] for month in one["balance"]]
        if len(points) > 1:
            yield one["key"], chart.png(points)


def _plain(address: str) -> str:
    """An address that can stand in a header alone."""
    if (
        not address.isascii()
        or not address.isprintable()
        or "@" not in address
        or set(address) & set(' ,;:<>"()')
    ):
        raise ValueError(f"'{address}' is no address that a mail can bear")
    return address
