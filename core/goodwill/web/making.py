"""Makes HTML of templates: whatever comes from mail is text in it, never markup."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from goodwill.codec import iso, seconds
from goodwill.verdict import day
from goodwill.web.asked import TOLD, Asked, Shown
from goodwill.writer import clean, number

NAVIGATION = (
    ("/", "Today"), ("/people", "People"), ("/check", "Check"), ("/warnings", "Warnings"),
    ("/network", "Network"), ("/accounts", "Accounts"),
)  # fmt: skip


class Templates:
    """The templates of the page."""

    def __init__(self) -> None:
        folder = Path(__file__).parent / "templates"
        self._environment = Environment(
            loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, auto_reload=False,
            trim_blocks=True, lstrip_blocks=True, finalize=_steady,
        )  # fmt: skip
        self._environment.filters |= {"day": day, "iso": iso, "number": number}
        self._environment.filters["moment"] = lambda told: seconds(datetime.fromisoformat(told))
        self._environment.globals["navigation"] = NAVIGATION

    def render(self, shown: Shown, asked: Asked) -> str:
        """The page; what an action has just done is said in words of our own."""
        told = TOLD.get(asked.query.get("told", ""), "")
        base: Mapping[str, Any] = {"token": asked.token, "told": told, "path": asked.path}
        return self._environment.get_template(shown.template).render({**base, **shown.values})


def _steady(value: object) -> object:
    """Without control characters, which could turn the words around them; what is escaped already stays."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
