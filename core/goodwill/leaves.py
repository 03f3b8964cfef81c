"""The small pages of the door: a heading, a sentence, at most one button; nothing of elsewhere in them."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from starlette.responses import HTMLResponse

from goodwill.writer import clean

STYLE = (
    ":root{color-scheme:light dark}body{font:1.05rem/1.5 system-ui,sans-serif;max-width:34rem;"
    "margin:15vh auto;padding:0 1.5rem}button{font:inherit;padding:.5rem 1.1rem}a{color:inherit}"
)
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def page(
    title: str, text: str, button: str = "", status: int = 200, link: str = "", then: str = ""
) -> HTMLResponse:
    """A page; its ``button`` posts to where the page is, ``link`` leads on, ``then`` so it goes by itself.

    A name in the title may not turn the direction in which the rest is read.
    """
    title, text = clean(title), clean(text)
    form = f'<form method="post"><button autofocus>{escape(button)}</button></form>' if button else ""
    onward = f'<p><a href="{escape(link)}">Go on</a></p>' if link else ""
    body = f"<main><h1>{escape(title)}</h1><p>{escape(text)}</p>{form}{onward}</main>"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
    head += f'<meta http-equiv="refresh" content="0;url={escape(then)}">' if then else ""
    head = f"<head>{head}<title>{escape(title)}</title></head>"
    html = f'<!doctype html><html lang="en">{head}<body>{body}</body></html>'
    return HTMLResponse(html, status, HEADERS)
