# ruff: noqa: E501 - markup is easier to read and to compare on one line
"""A digest as a page of HTML that mail programs show as it is meant: tables, styles at every element (pure).

Every word that comes out of a mail is text here: nothing of it can be markup, an address or a style.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from goodwill.chart import HEIGHT, WIDTH, in_words
from goodwill.digest import SECTIONS
from goodwill.writer import clean, shorten

LETTERS = 4
"""Digits of an advice's key that name it on the command line."""
COUNTS = ("Nobody", "One person", "Two people", "Three people", "Four people", "Five people")
ANSWERS = {"done": "Done", "snooze": "Snooze", "not important": "Not important", "wrong": "Wrong"}
_TITLES = {
    "you owe": "You owe",
    "invest": "Invest",
    "thank": "Thank",
    "asks still open": "Asks still open",
    "asks of you": "Asks of you",
}
_TRENDS = {"rising": "↗ rising", "falling": "↘ falling", "steady": "→ steady"}
_SANS = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_INK, _SOFT, _FAINT, _ACCENT, _PAPER, _CARD, _RULE = (
    "#1f2724", "#5d6964", "#5b6762", "#1f6f5c", "#f3f5f2", "#ffffff", "#dfe5e1",
)  # fmt: skip
_DARK = (
    "@media (prefers-color-scheme:dark){"
    ".paper{background:#141816!important}.card{background:#1d2320!important;border-color:#2f3834!important}"
    ".ink{color:#e8eeea!important}.soft{color:#a9b6b0!important}.faint{color:#94a19b!important}"
    ".accent{color:#6cc5ab!important}.quote{border-color:#3f8f7c!important}.rule{border-color:#2f3834!important}"
    ".key{background:#29312d!important;border-color:#3b4641!important;color:#dfe8e3!important}}"
    "@media (max-width:430px){.inside{padding:18px 16px!important}.page{padding:20px 8px!important}}"
)

Links = Mapping[str, Mapping[str, str]]
"""By an advice's key the address that each answer has; empty where the door is not open."""


def page(digest: Mapping[str, Any], when: datetime, links: Links, pictures: Mapping[str, str]) -> str:
    """The page of a ``digest`` as ``report.digest`` gives it, on the day of ``when`` in the owner's time zone.

    ``pictures`` has the address of the chart of each advice, by its key.
    """
    people: Sequence[Mapping[str, Any]] = digest["people"]
    title = count(len(people))
    inner = "".join(_section(section, people, links, pictures) for section in SECTIONS)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        f"<title>Goodwill: {_text(title)}</title><style>:root{{color-scheme:light dark}}{_DARK}</style></head>"
        f'<body class="paper" style="margin:0;padding:0;background:{_PAPER};-webkit-text-size-adjust:100%">'
        f'<table role="presentation" class="paper" width="100%" cellpadding="0" cellspacing="0" border="0" '
        f'style="background:{_PAPER}"><tr><td class="page" align="center" style="padding:36px 16px">'
        f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" '
        f'style="max-width:600px;{_SANS}">{_head(title, when)}{inner}{_foot(digest, bool(links))}</table>'
        "</td></tr></table></body></html>"
    )


def count(people: int) -> str:
    """So many people, in words."""
    return COUNTS[people] if people < len(COUNTS) else f"{people} people"


def _head(title: str, when: datetime) -> str:
    day = f"{when:%A}, {when.day} {when:%B %Y}"
    return (
        f'<tr><td style="padding:0 4px 8px"><div class="accent" style="color:{_ACCENT};font-size:13px;'
        f'letter-spacing:.08em;font-weight:600">GOODWILL</div>'
        f'<h1 class="ink" style="margin:6px 0 2px;color:{_INK};font-size:26px;line-height:1.25;font-weight:600">'
        f'{_text(title)}, today</h1><div class="soft" style="color:{_SOFT};font-size:15px">{_text(day)}</div></td></tr>'
    )


def _section(
    section: str, people: Sequence[Mapping[str, Any]], links: Links, pictures: Mapping[str, str]
) -> str:
    mine = [one for one in people if one["section"] == section]
    if not mine:
        return ""
    title = _TITLES.get(section, section)
    head = (
        f'<tr><td style="padding:26px 4px 8px"><h2 class="accent" style="margin:0;color:{_ACCENT};font-size:15px;'
        f'line-height:1.3;font-weight:600">{_text(title)}</h2></td></tr>'
    )
    return head + "".join(_card(one, links.get(one["key"], {}), pictures.get(one["key"], "")) for one in mine)


def _card(one: Mapping[str, Any], answers: Mapping[str, str], picture: str) -> str:
    parts = [
        f'<div class="ink" style="color:{_INK};font-size:19px;line-height:1.3;font-weight:600;'
        f'overflow-wrap:anywhere">{_text(one["person"])}</div>',
        f'<div class="faint" style="color:{_FAINT};font-size:13px;overflow-wrap:anywhere">{_text(one["address"])}</div>',
        f'<div class="ink" style="color:{_INK};font-size:16px;line-height:1.5;padding-top:12px;'
        f'overflow-wrap:anywhere">{_text(one["why"])}.</div>',
        *(_evidence(shown) for shown in one["evidence"]),
        f'<div class="accent" style="color:{_ACCENT};font-size:16px;line-height:1.5;font-weight:600;padding-top:12px;'
        f'overflow-wrap:anywhere">→ {_text(one["give"])}.</div>',
        _chart(one, picture),
        _standing(one),
        _answers(one, answers),
    ]
    return (
        '<tr><td style="padding:0 0 12px"><table role="presentation" class="card" width="100%" cellpadding="0" '
        f'cellspacing="0" border="0" style="background:{_CARD};border:1px solid {_RULE};border-radius:10px">'
        f'<tr><td class="inside" style="padding:22px 24px">{"".join(parts)}</td></tr></table></td></tr>'
    )


def _evidence(shown: Mapping[str, str]) -> str:
    return (
        f'<div class="soft quote" style="color:{_SOFT};font-size:15px;line-height:1.5;margin-top:10px;'
        f'padding-left:12px;border-left:3px solid #9ccabb;overflow-wrap:anywhere">'
        f"{_text(_day(shown['at']))}: {_text(shown['what'])}</div>"
    )


def _chart(one: Mapping[str, Any], picture: str) -> str:
    if not picture:
        return ""
    words = in_words([month["capital"] for month in one["balance"]])
    return (
        f'<div style="padding-top:16px"><img src="{_text(picture)}" width="{WIDTH // 2}" height="{HEIGHT // 2}" '
        f'alt="{_text(words)}" class="faint" style="display:block;border:0;width:100%;max-width:{WIDTH // 2}px;'
        f'height:auto;color:{_FAINT};font-size:13px"></div>'
    )


def _standing(one: Mapping[str, Any]) -> str:
    return (
        f'<div class="faint" style="color:{_FAINT};font-size:13px;line-height:1.5;padding-top:8px;'
        f'overflow-wrap:anywhere">{_text(" · ".join(standing(one)))}</div>'
    )


def standing(one: Mapping[str, Any]) -> Iterator[str]:
    """How the owner stands with the person of one line: last contact, capital, trend."""
    if one["last"]:
        about = f" (“{shorten(clean(one['about']))}”)" if one["about"] else ""
        yield f"Last contact {_day(one['last'])}{about}"
    yield f"capital {one['capital']:.1f}"
    yield _TRENDS.get(one["trend"], one["trend"])


def _answers(one: Mapping[str, Any], answers: Mapping[str, str]) -> str:
    key = (
        f"color:{_INK};font-size:14px;line-height:1.2;text-decoration:none;display:inline-block;padding:10px 14px;"
        f"border:1px solid {_RULE};border-radius:8px;background:{_PAPER};margin:0 6px 6px 0"
    )
    links = "".join(
        f'<a class="key" href="{_text(answers[word])}" style="{key}">{label}</a>'
        for word, label in ANSWERS.items()
        if word in answers
    )
    return (
        f'<div class="rule" style="border-top:1px solid {_RULE};margin-top:16px;padding-top:14px">{links}'
        f'<div class="faint" style="color:{_FAINT};font-size:13px;line-height:1.5">{"or " if links else ""}'
        f"<code>goodwill advice {_text(one['key'][:LETTERS])} done</code></div></div>"
    )


def _foot(digest: Mapping[str, Any], linked: bool) -> str:
    told = ["Instead of done, a command may say snooze, not-important or wrong."]
    if linked:
        told.insert(0, "The buttons lead to Goodwill on the machine that made this, for a week, once each.")
    told.append("Made on your own machine, from your own mail. To end it: [digest] deliver in config.toml.")
    return (
        f'<tr><td class="faint" style="padding:18px 4px 0;color:{_FAINT};font-size:13px;line-height:1.6;'
        f'overflow-wrap:anywhere">{_text(digest["health"])}<br>{_text(" ".join(told))}</td></tr>'
    )


def _day(iso: str) -> str:
    when = datetime.fromisoformat(iso)
    return f"{when.day} {when:%B %Y}"


def _text(text: object) -> str:
    """Text as HTML, in elements and in attributes: no markup, and nothing that turns the direction of reading."""
    return escape(clean(str(text)), quote=True)
